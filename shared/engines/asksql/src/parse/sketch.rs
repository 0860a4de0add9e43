//! A question with its slots open.

use super::{Left, Right, SlotId, Use};
use crate::form::Aggregate;
use crate::link::Candidate;
use crate::schema::Relation;
use crate::time::Unit;

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
    /// "in total": what one thing that is asked for has many of is added up.
    pub(crate) total: bool,
    /// Says which of the rows a percentage is of.
    pub(crate) share: bool,
    pub(crate) item: usize,
}

/// A superlative.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Extreme {
    pub(crate) descending: bool,
    pub(crate) left: Left,
    pub(crate) limit: u64,
    /// "the second oldest": how many come before.
    pub(crate) offset: u64,
    pub(crate) item: usize,
}

/// Words that relate the entity before them to one of its kind behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Related {
    pub(crate) relation: Relation,
    pub(crate) item: usize,
    /// The mention of the other one.
    pub(crate) entity: Option<usize>,
    /// "no bordering states"
    pub(crate) absent: bool,
}

/// "the percentage of": rows that meet some of the conditions among all that meet the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// What is counted.
    pub(crate) slot: SlotId,
    /// The word that asks for it.
    pub(crate) item: usize,
}

/// Rows by spans of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) unit: Unit,
    /// The column of time.
    pub(crate) slot: SlotId,
    /// "which month": the span is what is asked for, and not what numbers are shown by.
    pub(crate) asked: bool,
}

/// A question with its slots open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sketch {
    pub(crate) slots: Vec<Slot>,
    pub(crate) picks: Vec<Pick>,
    pub(crate) distinct: bool,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) groups: Vec<SlotId>,
    /// The groups are those of "each", "per" or "by".
    pub(crate) each: bool,
    pub(crate) period: Option<Period>,
    /// The rows of this slot are counted for each group, and the counts averaged.
    pub(crate) averaged: Option<SlotId>,
    pub(crate) share: Option<Share>,
    pub(crate) order: Vec<(Left, bool)>,
    /// The order has no key of its own: the first thing shown is meant.
    pub(crate) order_default: Option<bool>,
    pub(crate) extremes: Vec<Extreme>,
    /// In the order of the question; what stands behind the first is said of the last one's entity.
    pub(crate) related: Vec<Related>,
    pub(crate) needs: Vec<SlotId>,
    pub(crate) absent: Vec<SlotId>,
    pub(crate) owners: Vec<SlotId>,
    /// Numbers that count rows only because nothing says what else they are compared with.
    pub(crate) guesses: Vec<usize>,
    /// Content words that nothing was made of.
    pub(crate) unused: Vec<usize>,
    /// Spans that something was made of.
    pub(crate) used: Vec<bool>,
    /// Choices that were asked, as bits.
    pub(crate) asked: u32,
    /// Something was shown only by default.
    pub(crate) default_pick: bool,
}
