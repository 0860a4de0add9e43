//! Whether generated rows are rows of the table.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int64Type};
use serde::{Deserialize, Serialize};

use super::column::Pair;
use crate::model::Role;

/// Generated rows whose distances are measured.
const MEASURED: usize = 1_000;
/// Rows of the table that they are measured to, at most.
const NEIGHBOURS: usize = 5_000;

/// How near generated rows come to rows of the table. Keys are left out, for they are new or mean
/// nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivacyReport {
    /// Generated rows that are equal to a row of the sample of the table, in all columns but keys.
    pub exact_copies: u64,
    /// Their share.
    pub exact_copy_share: f64,
    /// The share of the table's own rows that another row of it equals: what is usual in it.
    pub input_duplicate_share: f64,
    /// The distance of a generated row to the closest one of half the table's sample: the median. It is
    /// the mean over columns of the difference, in numbers as a share of their range, else 0 or 1.
    pub median_distance: Option<f64>,
    /// The same of rows of the other half.
    pub input_median_distance: Option<f64>,
    /// The distance that one in twenty generated rows comes closer than.
    pub near_distance: Option<f64>,
    /// The same of rows of the other half.
    pub input_near_distance: Option<f64>,
}

/// Hashes of the rows of a table.
#[derive(Debug, Clone)]
pub(crate) struct KnownRows {
    roles: Vec<Role>,
    counts: HashMap<u64, u32>,
    rows: u64,
}

impl KnownRows {
    pub(crate) fn new(sample: &RecordBatch, roles: &[Role]) -> Self {
        let mut counts = HashMap::new();
        let hashes = hashes(sample, roles);
        let rows = hashes.len() as u64;
        for hash in hashes {
            *counts.entry(hash).or_insert(0) += 1;
        }
        Self {
            roles: roles.to_vec(),
            counts,
            rows,
        }
    }

    /// Rows of a batch that are known.
    pub(crate) fn copies(&self, batch: &RecordBatch) -> u64 {
        let hashes = hashes(batch, &self.roles);
        hashes
            .iter()
            .filter(|hash| self.counts.contains_key(hash))
            .count() as u64
    }

    /// The share of known rows that are there twice or more.
    pub(crate) fn duplicate_share(&self) -> f64 {
        let twice = self.counts.values().filter(|count| **count > 1);
        let repeated: u64 = twice.map(|count| u64::from(*count)).sum();
        repeated as f64 / (self.rows as f64).max(1.0)
    }
}

/// A hash per row over all columns but keys; none where there are only keys.
fn hashes(batch: &RecordBatch, roles: &[Role]) -> Vec<u64> {
    let columns = batch.columns().iter().zip(roles);
    let columns: Vec<_> = columns.filter(|(_, role)| **role != Role::Id).collect();
    if columns.is_empty() {
        return Vec::new();
    }
    let mut hashes = vec![0_u64; batch.num_rows()];
    for (array, _) in columns {
        let mut mix = |row: usize, cell: u64| {
            hashes[row] = (hashes[row] ^ cell)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .rotate_left(29);
        };
        let missing = |row: usize| array.data_type().is_null() || array.is_null(row);
        for row in 0..array.len() {
            if missing(row) {
                mix(row, 0x6E75_6C6C);
            } else if let Some(values) = array.as_primitive_opt::<Int64Type>() {
                mix(row, values.value(row) as u64);
            } else if let Some(values) = array.as_primitive_opt::<Float64Type>() {
                mix(row, values.value(row).to_bits());
            } else if let Some(values) = array.as_string_opt::<i32>() {
                // The keys of this hasher are fixed, so parts count alike.
                let mut hasher = DefaultHasher::new();
                values.value(row).hash(&mut hasher);
                mix(row, hasher.finish());
            } else if let Some(values) = array.as_boolean_opt() {
                mix(row, u64::from(values.value(row)) + 1);
            }
        }
    }
    hashes
}

/// Distances: median and near, of generated rows and of the table's own.
pub(crate) fn distances(
    columns: &[Pair],
    real_rows: usize,
    synthetic_rows: usize,
) -> [Option<f64>; 4] {
    let mut space = Vec::new();
    for column in columns {
        match column {
            Pair::Numbers { real, synthetic } => {
                let present = real.iter().copied().filter(|value| !value.is_nan());
                let (low, high) = present
                    .fold((f64::INFINITY, f64::NEG_INFINITY), |bounds, value| {
                        (bounds.0.min(value), bounds.1.max(value))
                    });
                let range = if high > low { high - low } else { 1.0 };
                let scaled = |values: &[f64]| {
                    values
                        .iter()
                        .map(|value| ((value - low) / range) as f32)
                        .collect()
                };
                space.push(Axis {
                    real: scaled(real),
                    synthetic: scaled(synthetic),
                    is_number: true,
                });
            }
            Pair::Codes {
                real, synthetic, ..
            }
            | Pair::Texts { real, synthetic } => {
                let codes = |values: &[u32]| values.iter().map(|value| *value as f32).collect();
                space.push(Axis {
                    real: codes(real),
                    synthetic: codes(synthetic),
                    is_number: false,
                });
            }
            Pair::Ignored => {}
        }
    }
    if space.is_empty() || real_rows < 2 || synthetic_rows == 0 {
        return [None; 4];
    }
    // Every other row is a neighbour; those between show how near rows of one table are.
    let stride = (real_rows / 2).div_ceil(NEIGHBOURS).max(1) * 2;
    let neighbours: Vec<usize> = (0..real_rows).step_by(stride).collect();
    let own_stride = (real_rows / 2).div_ceil(MEASURED).max(1) * 2;
    let own = (1..real_rows)
        .step_by(own_stride)
        .map(|row| closest(&space, &neighbours, row, true));
    let own = middle_and_near(own.collect());
    let stride = synthetic_rows.div_ceil(MEASURED).max(1);
    let new = (0..synthetic_rows)
        .step_by(stride)
        .map(|row| closest(&space, &neighbours, row, false));
    let new = middle_and_near(new.collect());
    [new.0, own.0, new.1, own.1]
}

/// One column of the space that distances are measured in.
struct Axis {
    real: Vec<f32>,
    synthetic: Vec<f32>,
    is_number: bool,
}

fn closest(space: &[Axis], neighbours: &[usize], row: usize, is_real: bool) -> f64 {
    let mut sums = vec![0.0_f32; neighbours.len()];
    for axis in space {
        let own = if is_real {
            axis.real[row]
        } else {
            axis.synthetic[row]
        };
        for (sum, neighbour) in sums.iter_mut().zip(neighbours) {
            let other = axis.real[*neighbour];
            *sum += match (own.is_nan(), other.is_nan()) {
                (true, true) => 0.0,
                (true, false) | (false, true) => 1.0,
                _ if axis.is_number => (own - other).abs().min(1.0),
                _ => f32::from(u8::from(own != other)),
            };
        }
    }
    let least = sums.into_iter().fold(f32::INFINITY, f32::min);
    f64::from(least) / space.len() as f64
}

fn middle_and_near(mut distances: Vec<f64>) -> (Option<f64>, Option<f64>) {
    distances.sort_unstable_by(f64::total_cmp);
    (
        distances.get(distances.len() / 2).copied(),
        distances.get(distances.len() / 20).copied(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int64Array, StringArray};
    use std::sync::Arc;

    fn rows(ids: Vec<i64>, amounts: Vec<Option<i64>>, names: Vec<&str>) -> RecordBatch {
        let ids: ArrayRef = Arc::new(Int64Array::from(ids));
        let amounts: ArrayRef = Arc::new(Int64Array::from(amounts));
        let names: ArrayRef = Arc::new(StringArray::from(names));
        RecordBatch::try_from_iter([("id", ids), ("amount", amounts), ("name", names)])
            .expect("a batch")
    }

    #[test]
    fn copies_are_counted_without_keys() {
        let roles = [Role::Id, Role::Numerical, Role::Categorical];
        let table = rows(
            vec![1, 2, 3],
            vec![Some(5), None, Some(5)],
            vec!["a", "b", "a"],
        );
        let known = KnownRows::new(&table, &roles);
        let new = rows(
            vec![7, 8, 9],
            vec![Some(5), None, Some(6)],
            vec!["a", "b", "a"],
        );
        assert_eq!(known.copies(&new), 2);
        assert!((known.duplicate_share() - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(KnownRows::new(&table, &[Role::Id; 3]).copies(&new), 0);
    }

    #[test]
    fn copies_are_at_no_distance() {
        let real: Vec<f64> = (0..400).map(f64::from).collect();
        let pair = |synthetic: Vec<f64>| {
            vec![Pair::Numbers {
                real: real.clone(),
                synthetic,
            }]
        };
        let [median, own, near, _] = distances(&pair(real.clone()), 400, 400);
        assert!(
            median <= Some(1.0 / 399.0) && near == Some(0.0),
            "{median:?} {near:?}"
        );
        assert!(own > Some(0.0));
        let far: Vec<f64> = (0..400).map(|row| f64::from(row) + 1_000.0).collect();
        assert_eq!(distances(&pair(far), 400, 400)[0], Some(1.0));
        assert_eq!(distances(&[], 400, 400), [None; 4]);
    }
}
