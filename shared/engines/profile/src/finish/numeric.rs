//! Quantiles and histograms, and numbers as JSON.

use serde_json::{Number as JsonNumber, Value};

use super::inference::{Inferred, Kind};
use crate::column::ColumnState;
use crate::profile::{Bin, Histogram, Quantiles};
use crate::sketch::kll::{Kll, Ranks, float_key, float_of};
use crate::sketch::sum::decimal_text;
use crate::text::moment::Instant;
use crate::text::number::Number;

/// Digits that a double gives back as they were.
const DOUBLE_DIGITS: usize = 15;
const LEAST_BINS: f64 = 20.0;
const MOST_BINS: f64 = 50.0;

/// A number as JSON that says it to the last digit: as text where a double would not. `short`: it was
/// of single precision, which has a shorter form.
pub(super) fn exact(number: Number, short: bool) -> Option<Value> {
    if !number.is_exact() {
        let value = if short {
            (number.value as f32).to_string().parse().ok()?
        } else {
            number.value
        };
        return JsonNumber::from_f64(value).map(Value::Number);
    }
    let digits = number.mantissa.to_string();
    let text = decimal_text(&digits, usize::from(number.scale));
    let text = match number.scale {
        0 => text,
        _ => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
    };
    if let Ok(integer) = text.parse::<i64>() {
        return Some(Value::from(integer));
    }
    let significant = text.bytes().filter(u8::is_ascii_digit).count();
    if significant > DOUBLE_DIGITS {
        return Some(Value::from(text));
    }
    JsonNumber::from_f64(text.parse().ok()?).map(Value::Number)
}

/// A double as JSON, as a whole number where the column has only those.
fn near(value: f64, whole: bool) -> Value {
    if whole && value.abs() < 9e15 {
        return Value::from(value.round() as i64);
    }
    JsonNumber::from_f64(value).map_or(Value::Null, Value::Number)
}

/// The sketch of a column, how its keys are said, and the least and the greatest of them.
struct Spread<'a> {
    sketch: &'a Kll,
    say: Box<dyn Fn(i64) -> Value + 'a>,
    /// Positions on a line, for bins.
    place: fn(i64) -> f64,
    key: fn(f64) -> i64,
    ends: (i64, i64),
    values: u64,
    whole: bool,
}

fn spread<'a>(column: &ColumnState, inferred: &'a Inferred<'_>) -> Option<Spread<'a>> {
    if let Some(numbers) = inferred.numbers {
        let whole = inferred.kind == Kind::Integer
            || (inferred.kind == Kind::Text
                && inferred.counts.decimal + inferred.counts.double == 0);
        let short = column.physical == "float32" || column.physical == "float16";
        let ends = (numbers.least?.number(), numbers.greatest?.number());
        return Some(Spread {
            sketch: &numbers.quantiles,
            say: Box::new(move |key| {
                let value = float_of(key);
                if short {
                    exact(Number::float(value), short).unwrap_or_default()
                } else {
                    near(value, whole)
                }
            }),
            place: float_of,
            key: float_key,
            ends: (float_key(ends.0.value), float_key(ends.1.value)),
            values: numbers.finite(),
            whole,
        });
    }
    let instants = inferred.instants?;
    let values = inferred.counts.date + inferred.counts.timestamp;
    Some(Spread {
        sketch: &instants.quantiles,
        say: Box::new(move |key| {
            inferred
                .moment_text(Instant::of_key(key))
                .map_or(Value::Null, Value::from)
        }),
        place: |key| key as f64,
        key: |place| place as i64,
        ends: (instants.least?.key(), instants.greatest?.key()),
        values,
        whole: false,
    })
}

/// Quantiles of numbers, dates and timestamps.
pub(super) fn quantiles(column: &ColumnState, inferred: &Inferred<'_>) -> Option<Quantiles> {
    let spread = spread(column, inferred)?;
    let ranks = spread.sketch.ranks();
    let (least, greatest) = spread.ends;
    let at = |share: f64| {
        let key = ranks.quantile(share).unwrap_or(least);
        (spread.say)(key.clamp(least, greatest))
    };
    Some(Quantiles {
        p01: at(0.01),
        p05: at(0.05),
        p25: at(0.25),
        p50: at(0.50),
        p75: at(0.75),
        p95: at(0.95),
        p99: at(0.99),
        rank_error: super::rounded(spread.sketch.rank_error()),
        method: "kll200".to_owned(),
    })
}

/// The quartiles of numbers, for fences.
pub(super) fn quartiles(sketch: &Kll) -> Option<(f64, f64)> {
    let ranks = sketch.ranks();
    Some((
        float_of(ranks.quantile(0.25)?),
        float_of(ranks.quantile(0.75)?),
    ))
}

/// How values spread from the least to the greatest, in bins of equal width.
pub(super) fn histogram(column: &ColumnState, inferred: &Inferred<'_>) -> Option<Histogram> {
    let spread = spread(column, inferred)?;
    let (least, greatest) = spread.ends;
    let (from, to) = ((spread.place)(least), (spread.place)(greatest));
    let width = to - from;
    if !width.is_finite() || spread.values == 0 {
        return None;
    }
    let ranks = spread.sketch.ranks();
    let bins = if least == greatest {
        vec![Bin {
            lo: (spread.say)(least),
            hi: (spread.say)(greatest),
            count: spread.values,
        }]
    } else {
        let (count, step) = if spread.whole && width < MOST_BINS {
            (width + 1.0, 1.0)
        } else {
            let values = spread.values as f64;
            let count = (2.0 * values.cbrt()).ceil().clamp(LEAST_BINS, MOST_BINS);
            (count, width / count)
        };
        equal_width(&spread, &ranks, from, step, count as u32)
    };
    Some(Histogram {
        kind: "equal_width".to_owned(),
        bins,
    })
}

fn equal_width(spread: &Spread<'_>, ranks: &Ranks, from: f64, step: f64, count: u32) -> Vec<Bin> {
    let values = spread.values as f64;
    let border = |bin: u32| {
        if bin == count && !spread.whole {
            spread.ends.1
        } else {
            (spread.key)(from + step * f64::from(bin))
        }
    };
    // Borders are rounded down to counts one after the other, so that the bins sum to all.
    let below = |bin: u32| match bin {
        0 => 0,
        bin if bin == count => spread.values,
        bin => (ranks.below(border(bin)) * values).round() as u64,
    };
    (0..count)
        .map(|bin| Bin {
            lo: (spread.say)(border(bin)),
            hi: (spread.say)(border(bin + 1)),
            count: below(bin + 1).saturating_sub(below(bin)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(exact(Number::integer(5), false), Some(json!(5)));
        assert_eq!(exact(Number::decimal(1_050, 2), false), Some(json!(10.5)));
        assert_eq!(exact(Number::decimal(1_000, 2), false), Some(json!(10)));
        assert_eq!(exact(Number::decimal(-1, 2), false), Some(json!(-0.01)));
        assert_eq!(
            exact(Number::decimal(12_345_678_901_234_567, 3), false),
            Some(json!("12345678901234.567"))
        );
        assert_eq!(
            exact(Number::integer(1 << 70), false),
            Some(json!("1180591620717411303424"))
        );
        assert_eq!(exact(Number::float(0.1), false), Some(json!(0.1)));
        assert_eq!(
            exact(Number::float(f64::from(0.1f32)), true),
            Some(json!(0.1))
        );
        assert_eq!(exact(Number::float(f64::NAN), false), None);
    }
}
