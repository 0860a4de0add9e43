//! One part: rows into the bytes of a file's part.

use std::ops::Range;

use millrace_formats::write::{WriteOptions, Writer, Written};
use millrace_records::PartFacts;
use serde::{Deserialize, Serialize};

use crate::halt::Step;
use crate::maker::Maker;
use crate::shift::Pace;

/// What is kept of a part beside its bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartMade {
    /// What was written.
    pub written: Written,
    /// What was seen of the rows; nothing of an input's likeness.
    pub facts: Option<PartFacts>,
}

/// Makes a part. Its bytes are held in memory: they are few enough by the plan, and an object that is
/// written at once is there whole or not at all.
pub fn make(
    maker: &Maker,
    rows: Range<u64>,
    options: &WriteOptions,
    pace: &Pace,
) -> Step<(Vec<u8>, PartMade)> {
    let mut writer = Writer::new(Vec::new(), &maker.schema(), options)?;
    let facts = maker.each(rows, |batch| {
        writer.write(batch)?;
        pace.add(batch.num_rows() as u64)
    })?;
    let (written, bytes) = writer.finish()?;
    Ok((bytes, PartMade { written, facts }))
}
