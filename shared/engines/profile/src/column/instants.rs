//! What the dates and timestamps of a column say together.

use serde::{Deserialize, Serialize};

use super::readings::Gather;
use crate::sketch::kll::Kll;
use crate::sketch::order::Order;
use crate::text::moment::Instant;

/// Statistics of points in time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Instants {
    pub(crate) least: Option<Instant>,
    pub(crate) greatest: Option<Instant>,
    pub(crate) quantiles: Kll,
    pub(crate) order: Order<Instant>,
}

impl Instants {
    #[inline]
    fn stretch(&mut self, instant: Instant) {
        if self.least.is_none_or(|least| instant < least) {
            self.least = Some(instant);
        }
        if self.greatest.is_none_or(|greatest| instant > greatest) {
            self.greatest = Some(instant);
        }
    }
}

impl Gather for Instants {
    type Value = Instant;
    type Pending = Instant;

    #[inline]
    fn add(&mut self, instant: Instant, pending: &mut Vec<Instant>) {
        self.stretch(instant);
        pending.push(instant);
    }

    fn flush(&mut self, rows: (u64, u64), pending: &mut Vec<Instant>) {
        if pending.is_empty() {
            return;
        }
        self.order.extend(rows, pending.iter());
        self.quantiles.extend(pending.drain(..).map(Instant::key));
    }

    fn merge(&mut self, other: &Self) {
        for instant in other.least.iter().chain(&other.greatest) {
            self.stretch(*instant);
        }
        self.quantiles.merge(&other.quantiles);
        self.order.merge(&other.order);
    }
}
