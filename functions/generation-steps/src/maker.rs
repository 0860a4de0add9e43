//! What makes the rows of a job, whatever they are of.

use std::ops::Range;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use millrace_generation::GenerationJob;
use millrace_likeness::{Generator as Likeness, Model};
use millrace_records::{Generator as Records, PartFacts};
use serde_json::Value;

use crate::halt::{Halt, Step};

/// Rows of an input's likeness that are made at once.
const BATCH_ROWS: u64 = 16_384;
/// Rows that tell how wide the others are.
const SAMPLE_ROWS: u64 = 256;

/// Makes any rows: a row is the same in whatever part it is made.
#[derive(Debug)]
pub enum Maker {
    /// Of a record type or a schema.
    Records(Box<Records>),
    /// Like those of an input.
    Likeness(Box<Likeness>),
}

impl Maker {
    /// That of a job which needs no input.
    pub fn of_records(job: &GenerationJob) -> Step<Self> {
        let detail = &job.detail;
        let parameters = match &detail.parameters {
            None => Value::Null,
            Some(text) => serde_json::from_str(text)?,
        };
        let rows = detail.data_size;
        let records = Records::new(&detail.data_type, &parameters, rows, detail.seed)?;
        Ok(Self::Records(Box::new(records)))
    }

    /// That of a model which was learned before.
    pub fn of_model(job: &GenerationJob, model: &Model) -> Step<Self> {
        let likeness = Likeness::new(model, job.detail.seed)?;
        Ok(Self::Likeness(Box::new(likeness)))
    }

    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        match self {
            Self::Records(records) => records.schema(),
            Self::Likeness(likeness) => likeness.schema(),
        }
    }

    /// Bytes of a row in memory, about, by the first of so many.
    pub fn row_bytes(&self, rows: u64) -> Step<u64> {
        let sample = rows.clamp(1, SAMPLE_ROWS);
        let mut bytes = 0;
        self.each(0..sample, |batch| {
            bytes += batch.get_array_memory_size() as u64;
            Ok(())
        })?;
        Ok(bytes.div_ceil(sample))
    }

    /// Makes rows, and gives them in their order to `take`, with the facts of those before.
    pub fn each(
        &self,
        rows: Range<u64>,
        mut take: impl FnMut(&RecordBatch) -> Step<()>,
    ) -> Step<Option<PartFacts>> {
        match self {
            Self::Records(records) => {
                let mut facts = records.facts(rows.start);
                for batch in records.batches(rows) {
                    let batch = batch.map_err(|error| Halt::broken(&error.to_string()))?;
                    let seen = records.observe(&mut facts, &batch);
                    seen.map_err(|error| Halt::broken(&error.to_string()))?;
                    take(&batch)?;
                }
                Ok(Some(facts))
            }
            Self::Likeness(likeness) => {
                let mut start = rows.start;
                while start < rows.end {
                    let end = rows.end.min(start + BATCH_ROWS);
                    take(&likeness.batch(start..end)?)?;
                    start = end;
                }
                Ok(None)
            }
        }
    }
}
