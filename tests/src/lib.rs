//! Tests that hold for the whole house, see `tests/`; and a caller of the stack that they are run on.

mod caller;
mod processes;

pub use caller::{Caller, answer};
pub use processes::kill_workers;
