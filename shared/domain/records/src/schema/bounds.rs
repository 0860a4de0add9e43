//! Least and greatest values as JSON gives them.

use serde_json::Value;

use super::literal::{FLOAT_DIGITS, MOST_UNITS, Wrong, date, in_units, number, power, timestamp};
use crate::column::ColumnType;
use crate::suggest::Faults;

/// Least and greatest value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bounds {
    /// The type has none.
    None,
    /// Multiples of the last digit after the point.
    Number {
        /// Digits after the point.
        digits: u8,
        /// Least, in last digits.
        min: i64,
        /// Greatest.
        max: i64,
        /// Whether the caller gave either.
        given: bool,
    },
    /// Text of a date or a timestamp, which sorts as the moments do.
    Moment {
        /// Earliest.
        min: String,
        /// Latest.
        max: String,
    },
}

impl Bounds {
    /// Whether a value, as text of the type, lies inside.
    pub(crate) fn hold(&self, text: &str) -> bool {
        match self {
            Self::None | Self::Number { given: false, .. } => true,
            Self::Number {
                digits, min, max, ..
            } => text.parse::<f64>().is_ok_and(|value| {
                let one = power(*digits);
                (*min as f64 / one..=*max as f64 / one).contains(&value)
            }),
            Self::Moment { min, max } => (min.as_str()..=max.as_str()).contains(&text),
        }
    }
}

/// Reads `min` and `max`; the type's usual ones where they are left out or wrong.
pub(crate) fn read(
    path: &str,
    column_type: ColumnType,
    min: Option<&Value>,
    max: Option<&Value>,
    faults: &mut Faults,
) -> Bounds {
    match column_type {
        ColumnType::Integer => numbers(path, (0, 0), u8::MAX, (min, max), faults),
        ColumnType::Float => {
            let digits = float_digits(min, max);
            numbers(path, (digits, FLOAT_DIGITS), u8::MAX, (min, max), faults)
        }
        ColumnType::Decimal { precision, scale } => {
            numbers(path, (scale, scale), precision, (min, max), faults)
        }
        ColumnType::Date => moments(
            path,
            ["2023-01-01", "2025-12-31"],
            (min, max),
            faults,
            |text, _| date(text),
        ),
        ColumnType::Timestamp => moments(
            path,
            ["2023-01-01 00:00:00", "2025-12-31 23:59:59"],
            (min, max),
            faults,
            timestamp,
        ),
        _ => {
            for (name, given) in [("min", min), ("max", max)] {
                if given.is_some() {
                    faults.push(
                        format!("{path}.{name}"),
                        "unknown",
                        format!("{name} is for integer, float, decimal, date and timestamp, not for {column_type}"),
                    );
                }
            }
            Bounds::None
        }
    }
}

/// Digits after the point that make the range of a double fine enough, and fit.
fn float_digits(min: Option<&Value>, max: Option<&Value>) -> u8 {
    let ends = [
        min.and_then(number).unwrap_or(0.0),
        max.and_then(number).unwrap_or(1_000.0),
    ];
    let largest = ends[0].abs().max(ends[1].abs());
    let mut digits: u8 = match (ends[1] - ends[0]).abs() {
        span if span <= 1e-3 => 9,
        span if span <= 10.0 => 6,
        span if span <= 10_000.0 => 4,
        _ => 2,
    };
    while digits > 0 && largest * power(digits) > MOST_UNITS {
        digits -= 1;
    }
    // A bound is met exactly where its digits allow.
    while digits < FLOAT_DIGITS
        && largest * power(digits + 1) <= MOST_UNITS
        && !ends.iter().all(|&end| in_units(end, digits).is_some())
    {
        digits += 1;
    }
    digits
}

/// Bounds of numbers with `digits.0` digits after the point; the caller may write `digits.1`.
fn numbers(
    path: &str,
    (digits, allowed): (u8, u8),
    precision: u8,
    (min, max): (Option<&Value>, Option<&Value>),
    faults: &mut Faults,
) -> Bounds {
    let one = power(digits);
    let most = MOST_UNITS.min(10_f64.powi(precision.into()) - 1.0);
    let usual = (0, ((1_000.0 * one).min(most)) as i64);
    let mut end = |name: &str, given: Option<&Value>, up: bool| -> Option<i64> {
        let given = given?;
        let path = format!("{path}.{name}");
        let whole = allowed == 0;
        let text = !whole && given.is_string() && precision != u8::MAX;
        let Some(value) = number(given).filter(|_| given.is_number() || text) else {
            let wanted = if whole { "a whole number" } else { "a number" };
            faults.push(path, "type", format!("{name} must be {wanted}"));
            return None;
        };
        let exact = in_units(value, digits);
        let units = match exact {
            Some(units) => units,
            // Doubles are rounded into the range; other types are taken at their word.
            None if precision == u8::MAX && !whole => {
                let units = value * one;
                if up { units.ceil() } else { units.floor() }
            }
            None if whole => {
                faults.push(path, "type", format!("{name} must be a whole number"));
                return None;
            }
            None => {
                faults.push(
                    path,
                    "value",
                    format!("{name} has more than {digits} digits after the point"),
                );
                return None;
            }
        };
        if units.abs() > most {
            let limit = most / one;
            faults.push(
                path,
                "range",
                format!("{name} must lie within {limit} of zero"),
            );
            return None;
        }
        Some(units as i64)
    };
    let (low, high) = (end("min", min, true), end("max", max, false));
    let given = min.is_some() || max.is_some();
    let span = usual.1 - usual.0;
    let (min, max) = match (low, high) {
        (Some(low), Some(high)) => (low, high),
        (Some(low), None) if low < usual.1 => (low, usual.1),
        (Some(low), None) => (low, (low + span).min(most as i64)),
        (None, Some(high)) if high >= 0 => (0, high),
        (None, Some(high)) => ((high - span).max(-(most as i64)), high),
        (None, None) => usual,
    };
    if min > max {
        faults.push(format!("{path}.max"), "range", "max must not be below min");
        return Bounds::Number {
            digits,
            min: usual.0,
            max: usual.1,
            given: false,
        };
    }
    Bounds::Number {
        digits,
        min,
        max,
        given,
    }
}

fn moments(
    path: &str,
    usual: [&str; 2],
    (min, max): (Option<&Value>, Option<&Value>),
    faults: &mut Faults,
    read: impl Fn(&str, bool) -> Result<String, Wrong>,
) -> Bounds {
    let mut end = |name: &str, given: Option<&Value>, last: bool| {
        let given = given?;
        let path = format!("{path}.{name}");
        let Some(text) = given.as_str() else {
            faults.push(
                path,
                "type",
                format!("{name} must be a string such as {}", usual[0]),
            );
            return None;
        };
        match read(text, last) {
            Ok(text) => Some(text),
            Err((code, _)) => {
                let message = format!("{name} must be a moment such as {}", usual[0]);
                faults.push(path, code, message);
                None
            }
        }
    };
    let (low, high) = (end("min", min, false), end("max", max, true));
    let (first, last) = (usual[0].to_owned(), usual[1].to_owned());
    let (min, max) = match (low, high) {
        (Some(low), Some(high)) => (low, high),
        // A bound beyond the usual window stands alone: the other one follows it.
        (Some(low), None) if low > last => (low.clone(), format!("9999{}", &last[4..])),
        (Some(low), None) => (low, last),
        (None, Some(high)) if high < first => {
            (format!("1900{}", &first[4..]).min(high.clone()), high)
        }
        (None, Some(high)) => (first, high),
        (None, None) => (first, last),
    };
    if min > max {
        faults.push(format!("{path}.max"), "range", "max must not be before min");
        return Bounds::Moment {
            min: usual[0].to_owned(),
            max: usual[1].to_owned(),
        };
    }
    Bounds::Moment { min, max }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn numbers_of(column_type: ColumnType, min: Value, max: Value) -> (Bounds, Vec<String>) {
        let mut faults = Faults::default();
        let given = |value: &Value| (!value.is_null()).then(|| value.clone());
        let (min, max) = (given(&min), given(&max));
        let bounds = read("c", column_type, min.as_ref(), max.as_ref(), &mut faults);
        (
            bounds,
            faults
                .0
                .into_iter()
                .map(|fault| fault.path + " " + &fault.code)
                .collect(),
        )
    }

    #[test]
    fn floats_keep_the_digits_of_their_bounds() {
        for (min, max, digits, low, high) in [
            (json!(0.5), json!(1), 6, 500_000, 1_000_000),
            (json!(0), json!(0.000_000_004), 9, 0, 4),
            (
                json!(-1e9),
                json!(1e9),
                2,
                -100_000_000_000,
                100_000_000_000,
            ),
            (
                json!(1.234_567_8),
                json!(2000),
                7,
                12_345_678,
                20_000_000_000,
            ),
        ] {
            let (bounds, faults) = numbers_of(ColumnType::Float, min, max);
            assert!(faults.is_empty(), "{faults:?}");
            assert_eq!(
                bounds,
                Bounds::Number {
                    digits,
                    min: low,
                    max: high,
                    given: true
                }
            );
        }
    }

    #[test]
    fn one_bound_alone_is_kept() {
        for (min, max) in [
            (json!(5_000), Value::Null),
            (Value::Null, json!(-20)),
            (json!(-3), Value::Null),
            (Value::Null, json!(7)),
        ] {
            let (bounds, faults) = numbers_of(ColumnType::Integer, min.clone(), max.clone());
            let Bounds::Number {
                min: low,
                max: high,
                ..
            } = bounds
            else {
                panic!("numbers")
            };
            assert!(faults.is_empty() && low < high, "{min} {max}: {low} {high}");
            assert!(
                min.as_i64().is_none_or(|min| min == low)
                    && max.as_i64().is_none_or(|max| max == high)
            );
        }
    }
}
