//! Rows drawn by a hash of the seed and their order, so that every run draws the same ones.

use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use arrow::array::BooleanArray;
use arrow::datatypes::SchemaRef;
use millrace_rows::{choose, hash_rows};
use millrace_steps::step::{Sample, SampleMethod};
use millrace_steps::value::Columns;

use crate::error::TabularError;
use crate::frames::{Frame, Frames, each};

/// Rows of one draw by count, over all groups.
const MOST_HELD: usize = 20_000_000;

/// Draws rows.
#[derive(Debug)]
pub(crate) struct Sampling {
    seed: u64,
    method: Method,
}

#[derive(Debug)]
enum Method {
    /// Rows whose hash is below.
    Below(u64),
    EveryNth(u64),
    /// Rows whose hash is among the least of their group.
    Least {
        groups: Vec<usize>,
        drawn: Arc<Drawn>,
    },
}

/// Of each group, the greatest hash and place that is still drawn.
pub(crate) type Drawn = HashMap<u128, (u64, u64)>;

impl Sampling {
    /// Whether a pass must find out which rows are drawn, and how many of which groups.
    pub(crate) fn needs(
        step: &Sample,
        schema: &SchemaRef,
    ) -> Result<Option<(Vec<usize>, usize)>, TabularError> {
        let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        Ok(match &step.method {
            SampleMethod::Reservoir { count: rows } => Some((Vec::new(), count(*rows))),
            SampleMethod::Stratified {
                by,
                count: Some(rows),
                ..
            } => Some((choose(&Columns::Names(by.clone()), schema)?, count(*rows))),
            _ => None,
        })
    }

    pub(crate) fn bind(
        step: &Sample,
        drawn: Option<Drawn>,
        schema: &SchemaRef,
    ) -> Result<Self, TabularError> {
        let needs = Self::needs(step, schema)?;
        let method = match (&step.method, needs, drawn) {
            (_, Some((groups, _)), Some(drawn)) => Method::Least {
                groups,
                drawn: Arc::new(drawn),
            },
            (
                SampleMethod::Fraction { fraction }
                | SampleMethod::Stratified {
                    fraction: Some(fraction),
                    ..
                },
                ..,
            ) => Method::Below((fraction * u64::MAX as f64) as u64),
            (SampleMethod::EveryNth { count }, ..) => Method::EveryNth(*count),
            _ => {
                return Err(TabularError::Internal(
                    "a draw without its survey".to_owned(),
                ));
            }
        };
        Ok(Self {
            seed: step.seed,
            method,
        })
    }

    pub(crate) fn attach(self: &Arc<Self>, input: Frames) -> Frames {
        let sampling = Arc::clone(self);
        let mut place = 0_u64;
        each(input, move |frame| {
            let first = place;
            place += frame.rows.len() as u64;
            let keep = sampling.keep(&frame, first);
            Ok(Frame {
                rows: frame.rows.filter(&keep)?,
                rejects: frame.rejects,
            })
        })
    }

    fn keep(&self, frame: &Frame, first: u64) -> BooleanArray {
        let places = first..first + frame.rows.len() as u64;
        match &self.method {
            Method::Below(border) => places
                .map(|place| Some(draw(self.seed, place) <= *border))
                .collect(),
            Method::EveryNth(count) => places.map(|place| Some(place % count == 0)).collect(),
            Method::Least { groups, drawn } => {
                let keys = keys(frame, groups);
                places
                    .zip(keys)
                    .map(|(place, key)| {
                        let last = drawn.get(&key);
                        Some(last.is_some_and(|last| (draw(self.seed, place), place) <= *last))
                    })
                    .collect()
            }
        }
    }
}

/// Goes through all rows for those with the least hashes of each group.
pub(crate) fn survey(
    input: Frames,
    seed: u64,
    groups: &[usize],
    count: usize,
) -> Result<Drawn, TabularError> {
    let mut least: HashMap<u128, BinaryHeap<(u64, u64)>> = HashMap::new();
    let mut place = 0_u64;
    let mut held = 0;
    for frame in input {
        let frame = frame?;
        for key in keys(&frame, groups) {
            let drawn = (draw(seed, place), place);
            place += 1;
            let heap = least.entry(key).or_default();
            if heap.len() < count {
                heap.push(drawn);
                held += 1;
            } else if let Some(mut greatest) = heap.peek_mut()
                && drawn < *greatest
            {
                *greatest = drawn;
            }
        }
        if held > MOST_HELD {
            return Err(TabularError::step(
                "TOO_MANY_GROUPS",
                format!(
                    "count and the number of groups make more than {MOST_HELD} rows; draw by fraction"
                ),
            ));
        }
    }
    let greatest = |(key, heap): (u128, BinaryHeap<_>)| Some((key, *heap.peek()?));
    Ok(least.into_iter().filter_map(greatest).collect())
}

fn keys(frame: &Frame, groups: &[usize]) -> Vec<u128> {
    if groups.is_empty() {
        return vec![0; frame.rows.len()];
    }
    let columns: Vec<_> = groups
        .iter()
        .map(|place| Arc::clone(frame.rows.batch.column(*place)))
        .collect();
    hash_rows(&columns, true)
}

/// A number of 64 bits for a row: splitmix64 (Steele, Lea, Flood 2014) over seed and place.
fn draw(seed: u64, place: u64) -> u64 {
    let mix = |mut bits: u64| {
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    };
    let start = mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15));
    mix(start.wrapping_add(place.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_even_and_depend_on_the_seed() {
        let below = |seed: u64| {
            (0..100_000)
                .filter(|place| draw(seed, *place) <= u64::MAX / 10)
                .count()
        };
        for seed in [0, 1, u64::MAX] {
            assert!((9_600..10_400).contains(&below(seed)), "{seed}");
        }
        assert_ne!(draw(1, 7), draw(2, 7));
    }
}
