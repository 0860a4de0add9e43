//! Personal data must not leave with their profile.

use serde_json::Value;

use crate::profile::{ColumnProfile, SampleRow};
use crate::rows::KeptRow;
use crate::semantic::masked;
use crate::sketch::sample::Sample;

fn is_masked(profile: &ColumnProfile) -> bool {
    profile.pii.as_ref().is_some_and(|pii| pii.action == "mask")
}

/// Masks every value of a column that is shown as it is, and leaves out quantiles and bins, whose
/// borders are values.
pub(super) fn column(profile: &mut ColumnProfile) {
    if !is_masked(profile) {
        return;
    }
    for extreme in [&mut profile.min, &mut profile.max] {
        *extreme = extreme.take().map(|value| match value {
            Value::String(text) => Value::from(masked(&text)),
            other => Value::from(masked(&other.to_string())),
        });
    }
    for top in &mut profile.top_values {
        top.value = masked(&top.value);
    }
    for conflict in &mut profile.type_conflicts {
        conflict.value = masked(&conflict.value);
    }
    profile.quantiles = None;
    profile.histogram = None;
}

/// The sampled rows in the order of the file.
pub(super) fn sample(sample: Sample<KeptRow>, profiles: &[ColumnProfile]) -> Vec<SampleRow> {
    let mut rows: Vec<SampleRow> = sample
        .into_contents()
        .map(|row| SampleRow {
            row: row.row,
            values: row
                .cells
                .into_iter()
                .zip(profiles)
                .map(|(cell, profile)| {
                    cell.map(|cell| match is_masked(profile) {
                        true => masked(&cell),
                        false => cell.into(),
                    })
                })
                .collect(),
        })
        .collect();
    rows.sort_by_key(|row| row.row);
    rows
}
