//! Lifecycles: a path through states, walked once per row up to the cut-off.

use crate::distribution::Distribution;
use millrace_draw::{Gate, Key};

/// A compiled lifecycle. States are numbered; 0 is the first.
#[derive(Debug, Clone)]
pub(crate) struct Lifecycle {
    pub(crate) states: Vec<String>,
    pub(crate) steps: Vec<Step>,
    pub(crate) delays: Key,
    pub(crate) cut_off: i64,
}

/// One step.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) state: usize,
    pub(crate) exit: Option<usize>,
    pub(crate) gate: Gate,
    /// In seconds.
    pub(crate) delay: Distribution,
}

/// What happened to some rows.
#[derive(Debug)]
pub(crate) struct Walk {
    /// State at the cut-off.
    pub(crate) states: Vec<u32>,
    /// By state, then by row: the second at which it was entered.
    pub(crate) entered: Vec<Vec<Option<i64>>>,
}

impl Lifecycle {
    /// Walks `rows`, which begin at `moments` (in seconds); a row without a moment has no states.
    pub(crate) fn walk(&self, rows: &[u64], moments: &[Option<i64>]) -> Walk {
        let mut walk = Walk {
            states: vec![0; rows.len()],
            entered: vec![vec![None; rows.len()]; self.states.len()],
        };
        for (index, (&row, &begin)) in rows.iter().zip(moments).enumerate() {
            let Some(mut moment) = begin.filter(|&moment| moment <= self.cut_off) else {
                continue;
            };
            let mut enter = |state: usize, moment: i64| {
                walk.states[index] = state as u32;
                walk.entered[state][index] = Some(moment);
            };
            enter(0, moment);
            for (number, step) in self.steps.iter().enumerate() {
                moment += step.delay.value(self.delays.draw(row, number as u64));
                let taken = step.gate.opens(row);
                let reached = if taken { Some(step.state) } else { step.exit };
                let Some(state) = reached.filter(|_| moment <= self.cut_off) else {
                    break;
                };
                enter(state, moment);
                if !taken {
                    break;
                }
            }
        }
        walk
    }
}
