//! Rows as they go from stage to stage.

use millrace_rows::{Rejected, Rows};

use crate::error::TabularError;

/// A batch on its way, with the rows that were let go since the batch before it.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) rows: Rows,
    pub(crate) rejects: Vec<Rejected>,
}

impl Frame {
    pub(crate) fn of(rows: Rows) -> Self {
        Self {
            rows,
            rejects: Vec::new(),
        }
    }
}

/// Batches in the order of the rows. After an error nothing comes.
pub(crate) type Frames = Box<dyn Iterator<Item = Result<Frame, TabularError>> + Send>;

/// Turns each frame into another, one after the other.
pub(crate) fn each<F>(input: Frames, mut turn: F) -> Frames
where
    F: FnMut(Frame) -> Result<Frame, TabularError> + Send + 'static,
{
    Box::new(input.map(move |frame| frame.and_then(&mut turn)))
}
