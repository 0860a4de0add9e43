use std::fmt::Debug;

use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, RecordType};

/// What there is to be made, as far as a job has to know it before it is accepted.
pub trait Catalogue: Send + Sync + Debug {
    /// The types, for the API's list.
    fn types(&self) -> Vec<RecordType>;

    /// Checks the type and the parameters of a job, whose fields are fine by themselves. `seed` is the
    /// one that it will have.
    ///
    /// # Errors
    /// Every fault, with its path in the body: `dataType`, `parameters.schema.columns.0.type`.
    fn check(&self, wish: &GenerationCreate, seed: u64) -> Result<Checked, Vec<Fault>>;
}

/// What is known of a job that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked {
    /// Columns of its rows; 0 where they follow from an input.
    pub columns: u64,
}
