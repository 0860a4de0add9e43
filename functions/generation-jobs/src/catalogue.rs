//! What can be made, as the record types say.

use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, RecordType};
use millrace_generation::{Catalogue, Checked};

/// The record types.
#[derive(Debug, Clone, Copy)]
pub struct Records;

impl Catalogue for Records {
    fn types(&self) -> Vec<RecordType> {
        Vec::new()
    }

    fn check(&self, _wish: &GenerationCreate, _seed: u64) -> Result<Checked, Vec<Fault>> {
        Ok(Checked { columns: 1 })
    }
}
