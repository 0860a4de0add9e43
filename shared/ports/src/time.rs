use std::fmt::Debug;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What time it is.
pub trait Clock: Send + Sync + Debug {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// New identifiers.
pub trait Ids: Send + Sync + Debug {
    /// A UUID that was never given out before.
    fn uuid(&self) -> Uuid;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the port that others are sent to"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// Random UUIDs of version 4, from the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the port that others are sent to"
    )]
    fn uuid(&self) -> Uuid {
        Uuid::new_v4()
    }
}
