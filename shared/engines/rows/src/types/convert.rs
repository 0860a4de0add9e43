//! From one type to another.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float32Array, RecordBatch, new_empty_array};
use arrow::datatypes::{DataType, Field, Float64Type, Schema, TimeUnit};
use millrace_formats::{ColumnSpec, convert_batch};

use super::calendar::{DAY, Moments, dates, per_second, timestamps};
use super::cells::{text_column, type_name};
use super::numeric::{Turned, each, near, numbers, without};
use crate::error::RowError;

/// Turns the cells of a column into another type. The rows of those that do not turn are listed,
/// ascending, and null.
///
/// Texts are read as a file is read that has a column of that type, with words such as `yes` for
/// booleans; a text that names a time zone is an instant, and one that names none is taken as UTC.
/// Any cell becomes its text. A number becomes one of another type if that holds it exactly; floating
/// point takes the nearest value, and gives its digits to a decimal but for those that are noise.
/// Booleans are 0 and 1 as numbers, and no other number is one. A day is its first moment, in UTC, and
/// the day of a moment is that in UTC. A moment becomes one in another unit if no digits are lost.
///
/// # Errors
/// Types of which none turns into the other: `COLUMN_TYPE_MISMATCH`.
pub(crate) fn cast_array(
    array: &ArrayRef,
    to: &DataType,
) -> Result<(ArrayRef, Vec<usize>), RowError> {
    let from = array.data_type();
    if from == to {
        return Ok((Arc::clone(array), Vec::new()));
    }
    let impossible = || {
        RowError::new(
            "COLUMN_TYPE_MISMATCH",
            format!("{} does not turn into {}", type_name(from), type_name(to)),
        )
    };
    match (from, to) {
        (_, DataType::Utf8View) => Ok((text_column(array)?, Vec::new())),
        (_, DataType::List(_)) => Err(impossible()),
        (DataType::Utf8View, _) => read(array, ColumnSpec::new("", to.clone())),
        (DataType::Date32 | DataType::Timestamp(_, _), _) => {
            moments(array, to).ok_or_else(impossible)
        }
        _ => numbers(array, to)?.ok_or_else(impossible),
    }
}

/// Whether cells of one type can turn into another at all.
pub(crate) fn castable(from: &DataType, to: &DataType) -> bool {
    cast_array(&new_empty_array(from), to).is_ok()
}

/// Reads texts as `spec` says, its name aside.
pub(super) fn read(texts: &ArrayRef, mut spec: ColumnSpec) -> Result<Turned, RowError> {
    let wanted = spec.data_type.clone();
    spec.name = "texts".to_owned();
    spec.data_type = match &wanted {
        // The nearest double, and then the nearest float of 32 bits.
        DataType::Float32 => DataType::Float64,
        // A column without a zone would refuse texts that name one.
        DataType::Timestamp(unit, None) => DataType::Timestamp(*unit, Some("UTC".into())),
        other => other.clone(),
    };
    let (array, failed) = read_strictly(texts, spec)?;
    match &wanted {
        DataType::Float32 => {
            let (floats, beyond) = each(array.as_primitive::<Float64Type>(), near);
            let floats: Float32Array = floats;
            let mut failed = failed;
            failed.extend(beyond);
            failed.sort_unstable();
            Ok((Arc::new(floats), failed))
        }
        DataType::Timestamp(unit, None) => Ok((relabelled(&array, *unit, None), failed)),
        _ => Ok((array, failed)),
    }
}

/// Reads texts as the type of `spec` to the letter: without a zone, texts that name one do not read.
pub(super) fn read_strictly(texts: &ArrayRef, spec: ColumnSpec) -> Result<Turned, RowError> {
    let field = Field::new(&spec.name, texts.data_type().clone(), true);
    let schema = Arc::new(Schema::new(vec![field]));
    let batch = RecordBatch::try_new(schema, vec![Arc::clone(texts)])?;
    let converted = convert_batch(&batch, &[spec])
        .map_err(|error| RowError::new(error.code(), error.to_string()))?;
    let failed = converted.unreadable.into_iter().map(|(row, _)| row);
    Ok((Arc::clone(converted.batch.column(0)), failed.collect()))
}

/// The same moments with another zone, or none.
pub(super) fn relabelled(array: &ArrayRef, unit: TimeUnit, zone: Option<Arc<str>>) -> ArrayRef {
    match Moments::of(array) {
        Some(Moments::Ticks { ticks, nulls, .. }) => timestamps(ticks, nulls, unit, zone),
        _ => Arc::clone(array),
    }
}

fn moments(array: &ArrayRef, to: &DataType) -> Option<Turned> {
    let source = Moments::of(array)?;
    let mut failed = Vec::new();
    let mut fail = |row: usize, turned: Option<i64>| {
        turned.unwrap_or_else(|| {
            if array.is_valid(row) {
                failed.push(row);
            }
            0
        })
    };
    match (&source, to) {
        (Moments::Ticks { ticks, unit, .. }, DataType::Date32) => {
            let per_day = per_second(*unit) * DAY;
            let days = ticks.iter().enumerate().map(|(row, ticks)| {
                let day = ticks.div_euclid(per_day);
                let day = fail(row, i32::try_from(day).is_ok().then_some(day));
                i32::try_from(day).unwrap_or_default()
            });
            let days = days.collect();
            let nulls = without(source.nulls(), &failed, array.len());
            Some((dates(days, nulls), failed))
        }
        (Moments::Days(days), DataType::Timestamp(unit, zone)) => {
            let per_day = per_second(*unit) * DAY;
            let ticks: Vec<i64> = days
                .values()
                .iter()
                .enumerate()
                .map(|(row, day)| fail(row, i64::from(*day).checked_mul(per_day)))
                .collect();
            let nulls = without(source.nulls(), &failed, array.len());
            Some((timestamps(ticks.into(), nulls, *unit, zone.clone()), failed))
        }
        (Moments::Ticks { unit, .. }, DataType::Timestamp(wanted, zone)) if unit == wanted => {
            Some((relabelled(array, *unit, zone.clone()), failed))
        }
        (Moments::Ticks { ticks, unit, .. }, DataType::Timestamp(wanted, zone)) => {
            let (from, to) = (per_second(*unit), per_second(*wanted));
            let ticks: Vec<i64> = ticks
                .iter()
                .enumerate()
                .map(|(row, ticks)| {
                    let turned = if to > from {
                        ticks.checked_mul(to / from)
                    } else {
                        let per = from / to;
                        (ticks % per == 0).then_some(ticks / per)
                    };
                    fail(row, turned)
                })
                .collect();
            let nulls = without(source.nulls(), &failed, array.len());
            Some((
                timestamps(ticks.into(), nulls, *wanted, zone.clone()),
                failed,
            ))
        }
        _ => None,
    }
}
