//! What steps get from outside.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

/// Keys of keyed hashes.
pub trait Keys: fmt::Debug + Send + Sync {
    /// The key of a secret, or the tenant's own; the error is a sentence.
    ///
    /// # Errors
    /// A secret that does not exist or may not be used.
    fn key(&self, secret_id: Option<&str>) -> Result<[u8; 32], String>;
}

/// What steps get from outside.
#[derive(Debug, Clone)]
pub struct Context {
    /// When the job was created: what `within_last` counts from.
    pub now: DateTime<Utc>,
    /// What made-up UUIDs depend on beside the row: the id of the job.
    pub seed: [u8; 16],
    /// Keys of keyed hashes.
    pub keys: Arc<dyn Keys>,
}
