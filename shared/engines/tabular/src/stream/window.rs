//! The first rows.

use arrow::array::RecordBatch;
use millrace_rows::Rows;

use crate::error::TabularError;
use crate::frames::{Frame, Frames};

/// Keeps `count` rows after the first `offset` ones, and reads no further.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limiting {
    pub(crate) count: u64,
    pub(crate) offset: u64,
}

impl Limiting {
    pub(crate) fn attach(self, input: Frames) -> Frames {
        Box::new(Limited {
            input: Some(input),
            skip: self.offset,
            left: self.count,
        })
    }
}

struct Limited {
    input: Option<Frames>,
    skip: u64,
    left: u64,
}

impl Iterator for Limited {
    type Item = Result<Frame, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            // What runs behind need not go on.
            self.input = None;
        }
        let frame = match self.input.as_mut()?.next()? {
            Ok(frame) => frame,
            Err(error) => return Some(Err(error)),
        };
        let rows = frame.rows.len() as u64;
        let skipped = self.skip.min(rows);
        let kept = self.left.min(rows - skipped);
        self.skip -= skipped;
        self.left -= kept;
        Some(Ok(Frame {
            rows: slice(&frame.rows, skipped as usize, kept as usize),
            rejects: frame.rejects,
        }))
    }
}

/// Some of the rows.
pub(crate) fn slice(rows: &Rows, start: usize, count: usize) -> Rows {
    Rows {
        batch: if count == 0 {
            RecordBatch::new_empty(rows.batch.schema())
        } else {
            rows.batch.slice(start, count)
        },
        numbers: rows
            .numbers
            .as_ref()
            .map(|numbers| numbers.slice(start, count)),
    }
}
