//! The rules of a challenge session: which step may follow which, who decided what, and how a
//! decision reaches the state machine that owns the phases.
//!
//! A session is one record, changed only by [`store::Store::change`]: a conditional transaction
//! that raises the version and leaves an immutable event. The HTTP function asks [`service::Challenges`],
//! the tasks of the state machine report through [`tasks::Tasks`]. What the phases make is not known
//! here, only where it lies; this crate links no engine, so that the HTTP function stays light.
//!
//! ```
//! use millrace_challenge::session::{Action, Phase};
//! assert_eq!(Action::Schema.phase(), Phase::Two);
//! ```
#![warn(missing_docs)]

pub mod brief;
mod expiry;
pub mod progress;
pub mod rules;
pub mod service;
pub mod session;
pub mod store;
pub mod tasks;
