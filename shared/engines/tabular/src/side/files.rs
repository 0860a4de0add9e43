//! The other files of a job.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use millrace_formats::{Input, ReadOptions, ReadRequest, SharedSource};
use millrace_rows::{canonical, canonical_schema, choose, hash_rows};
use millrace_steps::step::Source as SideName;
use millrace_steps::value::{Columns, Name};

use crate::error::TabularError;

/// The other files of a job, by the names that steps have for them.
#[derive(Clone, Default)]
pub struct SideFiles {
    files: BTreeMap<String, (SharedSource, ReadOptions)>,
}

impl std::fmt::Debug for SideFiles {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.files.keys()).finish()
    }
}

/// An opened file.
pub(crate) struct SideFile {
    name: String,
    input: Input,
    schema: SchemaRef,
}

impl SideFiles {
    /// Adds a file, by the name of an input of the job or the id of a data set.
    pub fn add(&mut self, name: impl Into<String>, source: SharedSource, options: ReadOptions) {
        self.files.insert(name.into(), (source, options));
    }

    pub(crate) fn open(&self, name: &SideName) -> Result<SideFile, TabularError> {
        let name = label(name);
        let Some((source, options)) = self.files.get(name) else {
            let names: Vec<&str> = self.files.keys().map(String::as_str).collect();
            let near = millrace_steps::nearest(name, &names)
                .map(|near| format!("; did you mean {near:?}?"))
                .unwrap_or_default();
            return Err(TabularError::step(
                "INPUT_NOT_FOUND",
                format!("the job has no further input {name:?}{near}"),
            ));
        };
        let side = |error| TabularError::Side {
            name: name.to_owned(),
            error,
        };
        let input = Input::open(Arc::clone(source), options).map_err(side)?;
        Ok(SideFile {
            name: name.to_owned(),
            schema: canonical_schema(&input.schema())?,
            input,
        })
    }
}

fn label(name: &SideName) -> &str {
    match name {
        SideName::Dataset(name) | SideName::JobInput(name) => name,
    }
}

impl SideFile {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Its rows. A row that cannot be read ends the run: the rejects of a job are rows of its input.
    pub(crate) fn batches(
        &self,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, TabularError>> + Send + use<>, TabularError>
    {
        let mut reader = self
            .input
            .reader(&ReadRequest::default())
            .map_err(|error| self.error(error))?;
        let (schema, name) = (Arc::clone(&self.schema), self.name.clone());
        Ok(std::iter::from_fn(move || {
            let batch = reader.next_batch();
            if let Some(reject) = reader.take_rejects().into_iter().next() {
                return Some(Err(TabularError::step(
                    "SIDE_INPUT_REJECTED",
                    format!(
                        "row {} of {name} cannot be read: {}; correct the file",
                        reject.row, reject.message
                    ),
                )));
            }
            match batch {
                Ok(batch) => Some(canonical(&batch?, &schema).map_err(Into::into)),
                Err(error) => Some(Err(TabularError::Side {
                    name: name.clone(),
                    error,
                })),
            }
        }))
    }

    fn error(&self, error: millrace_formats::FormatError) -> TabularError {
        TabularError::Side {
            name: self.name.clone(),
            error,
        }
    }
}

/// Hashes of the values of a column of another file.
pub(crate) fn known_values(
    files: &SideFiles,
    name: &SideName,
    column: &Name,
    data_type: &arrow::datatypes::DataType,
    most_bytes: usize,
) -> Result<HashSet<u128>, TabularError> {
    let file = files.open(name)?;
    let place = choose(&Columns::Names(vec![column.clone()]), file.schema())?[0];
    let mut known = HashSet::new();
    for batch in file.batches()? {
        let cells = arrow::compute::cast(batch?.column(place), data_type)?;
        known.extend(hash_rows(&[cells], true));
        if known.len() * 48 > most_bytes {
            return Err(TabularError::MemoryLimit {
                limit_mib: most_bytes >> 20,
                reason: format!("{} has too many different values in {column}", file.name()),
            });
        }
    }
    Ok(known)
}
