//! What text says as text, and how dates are written.

use super::inference::Inferred;
use super::share;
use crate::column::text::MomentCells;
use crate::column::{ColumnState, Content};
use crate::profile::{DateFormat, Pattern, TemporalProfile, TextProfile};
use crate::sketch::frequent::Frequent;
use crate::text::moment::{DAY_FIRST, MONTH_FIRST, Shape};

/// Shapes of text and ways to write a date that are told.
const TOLD: usize = 20;

pub(super) fn profile(column: &ColumnState, seed: u64) -> Option<TextProfile> {
    let Content::Text(text) = &column.content else {
        return None;
    };
    let lengths = &text.lengths;
    let made;
    let masks: &Frequent = match &text.masks {
        Some(masks) => masks,
        None => {
            made = text.masks_of_values(&column.shared, seed);
            &made
        }
    };
    Some(TextProfile {
        min_len: lengths.least,
        max_len: lengths.greatest,
        mean_len: (lengths.count > 0).then(|| share(lengths.total, lengths.count)),
        ascii: lengths.not_ascii == 0,
        leading_zeros: lengths.leading_zeros > 0,
        whitespace_padded: lengths.padded,
        empty: lengths.empty,
        patterns: masks
            .top(TOLD)
            .into_iter()
            .filter(|mask| mask.count > masks.missed())
            .map(|mask| Pattern {
                mask: mask.text.to_owned(),
                count: mask.count,
            })
            .collect(),
    })
}

/// Of columns of dates, and of text that is mostly dates.
pub(super) fn temporal(column: &ColumnState, inferred: &Inferred<'_>) -> Option<TemporalProfile> {
    match &column.content {
        Content::Moment(moments) => Some(TemporalProfile {
            formats: Vec::new(),
            ambiguous_day_month: false,
            timezone_aware: moments.zoned,
        }),
        Content::Text(text) => {
            let cells = text.moments.as_deref()?;
            let told = inferred.kind.is_moment()
                || inferred
                    .alternatives
                    .iter()
                    .any(|other| matches!(other.data_type.as_str(), "date" | "timestamp"));
            told.then(|| TemporalProfile {
                formats: formats(cells, inferred),
                ambiguous_day_month: inferred.ambiguous_dates,
                timezone_aware: inferred.zoned,
            })
        }
        _ => None,
    }
}

/// Each way a date is written, in the pattern that the whole column has; in both where that cannot be
/// told, each with all values that fit it.
fn formats(cells: &MomentCells, inferred: &Inferred<'_>) -> Vec<DateFormat> {
    let total = |pattern: u32| {
        let fitting = cells
            .shapes
            .iter()
            .filter(|(shape, _)| shape.patterns() & pattern != 0);
        fitting.map(|(_, count)| count).sum::<u64>()
    };
    let mut formats: Vec<DateFormat> = Vec::new();
    let mut add = |shape: Shape, pattern: u32, count: u64| {
        let format = shape.format(pattern);
        match formats.iter_mut().find(|known| known.format == format) {
            Some(known) => known.count += count,
            None => formats.push(DateFormat { format, count }),
        }
    };
    for &(shape, count) in &cells.shapes {
        let patterns = match shape.patterns() & inferred.date_patterns {
            0 => shape.patterns(),
            decided => decided,
        };
        let day = patterns & DAY_FIRST;
        let month = patterns & MONTH_FIRST;
        if day != 0 && month != 0 {
            if inferred.ambiguous_dates {
                add(shape, day, count);
                add(shape, month, count);
            } else {
                let better = if total(month) > total(day) {
                    month
                } else {
                    day
                };
                add(shape, better, count);
            }
        } else {
            add(shape, 1 << patterns.trailing_zeros(), count);
        }
    }
    formats.sort_by(|left, right| {
        (right.count.cmp(&left.count)).then_with(|| left.format.cmp(&right.format))
    });
    formats.truncate(TOLD);
    formats
}
