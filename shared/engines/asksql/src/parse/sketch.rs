//! A question with its slots open.

use super::{Left, Right, SlotId, Use};
use crate::form::Aggregate;
use crate::link::Candidate;

/// A place that one element of the schema fills.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) item: usize,
    pub(crate) usage: Use,
    /// The slot of the table that it belongs to by the wording.
    pub(crate) owner: Option<SlotId>,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pick {
    pub(crate) slot: SlotId,
    pub(crate) aggregate: Option<Aggregate>,
    pub(crate) distinct: bool,
    /// Every column of the table.
    pub(crate) everything: bool,
    pub(crate) item: usize,
}

/// A condition of the sketch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) left: Left,
    pub(crate) right: Right,
    pub(crate) negated: bool,
    /// "is not": the row has another value; otherwise it has no row with the value.
    pub(crate) other: bool,
    /// Joined to the condition before it by OR.
    pub(crate) or: bool,
    /// Joined to the condition before it by "both ... and".
    pub(crate) both: bool,
    /// Selects the rows that an average or extreme on the right side is taken over.
    pub(crate) inner: bool,
    pub(crate) item: usize,
}

/// A superlative.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Extreme {
    pub(crate) descending: bool,
    pub(crate) left: Left,
    pub(crate) limit: u64,
    pub(crate) item: usize,
}

/// A question with its slots open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sketch {
    pub(crate) slots: Vec<Slot>,
    pub(crate) picks: Vec<Pick>,
    pub(crate) distinct: bool,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) groups: Vec<SlotId>,
    pub(crate) order: Vec<(Left, bool)>,
    /// The order has no key of its own: the first thing shown is meant.
    pub(crate) order_default: Option<bool>,
    pub(crate) extremes: Vec<Extreme>,
    pub(crate) needs: Vec<SlotId>,
    pub(crate) absent: Vec<SlotId>,
    pub(crate) owners: Vec<SlotId>,
    /// Content words that nothing was made of.
    pub(crate) unused: Vec<usize>,
    /// Spans that something was made of.
    pub(crate) used: Vec<bool>,
    /// Choices that were asked, as bits.
    pub(crate) asked: u32,
    /// Something was shown only by default.
    pub(crate) default_pick: bool,
}
