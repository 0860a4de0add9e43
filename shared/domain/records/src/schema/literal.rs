//! Single values as JSON gives them, as text of a type.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::column::ColumnType;

/// Steps that bounds may lie from zero at most: whole numbers that doubles tell apart with room to spare.
pub(super) const MOST_UNITS: f64 = 1e13;
/// Digits after the point of a double that was made.
pub(super) const FLOAT_DIGITS: u8 = 9;

pub(super) fn power(digits: u8) -> f64 {
    10_u64.pow(digits.min(FLOAT_DIGITS).into()) as f64
}

/// What is wrong with a value: code and sentence.
pub(super) type Wrong = (&'static str, String);

/// A value of `values` as text of the type.
pub(crate) fn literal(column_type: ColumnType, value: &Value) -> Result<String, Wrong> {
    let wrong = |wanted: &str| Err(("type", format!("a value of this column must be {wanted}")));
    match (column_type, value) {
        (ColumnType::Integer, Value::Number(_)) => {
            let whole = number(value).filter(|number| number.fract() == 0.0);
            match whole {
                Some(number) if number.abs() <= MOST_UNITS => Ok(format!("{number:.0}")),
                Some(_) => Err(("range", too_far(0))),
                None => wrong("a whole number"),
            }
        }
        (ColumnType::Integer, _) => wrong("a whole number"),
        (ColumnType::Float, Value::Number(_)) => double(value),
        (ColumnType::Decimal { precision, scale }, Value::Number(_) | Value::String(_)) => {
            decimal(value, scale, precision)
        }
        (ColumnType::Float | ColumnType::Decimal { .. }, _) => wrong("a number"),
        (ColumnType::Boolean, Value::Bool(flag)) => Ok(flag.to_string()),
        (ColumnType::Boolean, _) => wrong("true or false"),
        (ColumnType::Date, Value::String(text)) => date(text),
        (ColumnType::Timestamp, Value::String(text)) => timestamp(text, false),
        (ColumnType::Uuid, Value::String(text)) if !is_uuid(text) => {
            Err(("value", "a value of this column must be a UUID".to_owned()))
        }
        (_, Value::String(text)) => Ok(text.clone()),
        _ => wrong("a string"),
    }
}

/// A double as text with the digits that it has, at most nine after the point.
fn double(value: &Value) -> Result<String, Wrong> {
    let text = number(value).unwrap_or_default().to_string();
    if digits_after(&text) > usize::from(FLOAT_DIGITS) {
        let message =
            format!("a value of this column has at most {FLOAT_DIGITS} digits after the point");
        return Err(("value", message));
    }
    Ok(text)
}

/// Digits behind the point of a number as text.
fn digits_after(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, digits)| digits.len())
}

/// Digits after the point that all of these doubles need; none if they have more than 18 with those before.
pub(crate) fn shared_digits(values: &[String]) -> Option<u8> {
    let digits = values.iter().map(|text| digits_after(text)).max()?;
    let before = |text: &String| {
        text.trim_start_matches('-')
            .split('.')
            .next()
            .map_or(0, str::len)
    };
    let fits = values.iter().all(|text| before(text) + digits <= 18);
    u8::try_from(digits).ok().filter(|_| fits)
}

pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        value => value.as_f64(),
    }
    .filter(|number: &f64| number.is_finite())
}

fn too_far(digits: u8) -> String {
    let most = MOST_UNITS / power(digits);
    format!("numbers of this column must lie within {most} of zero")
}

/// A number as text with so many digits after the point at most, and so many in all.
fn decimal(value: &Value, scale: u8, precision: u8) -> Result<String, Wrong> {
    let Some(number) = number(value) else {
        return Err(("type", "a value of this column must be a number".to_owned()));
    };
    let units = in_units(number, scale).ok_or_else(|| {
        let message = format!("a value of this column has at most {scale} digits after the point");
        ("value", message)
    })?;
    if units.abs() > MOST_UNITS {
        return Err(("range", too_far(scale)));
    }
    if units.abs() >= 10_f64.powi(precision.into()) {
        let message = format!("a value of this column has at most {precision} digits");
        return Err(("range", message));
    }
    Ok(format!("{:.*}", usize::from(scale), units / power(scale)))
}

/// Last digits of a number that has no more digits.
pub(super) fn in_units(number: f64, digits: u8) -> Option<f64> {
    let units = (number * power(digits)).round();
    let tolerance = f64::max(1e-6, units.abs() * 1e-15);
    ((number * power(digits) - units).abs() < tolerance).then_some(units)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A day as `2024-03-01`.
pub(super) fn date(text: &str) -> Result<String, Wrong> {
    let day = text.parse::<NaiveDate>().ok().filter(|_| text.len() == 10);
    match day.map(|day| day.format("%Y-%m-%d").to_string()) {
        Some(day) if day.as_str() >= "1000-01-01" => Ok(day),
        _ => Err(("value", "a date is written as 2024-03-01".to_owned())),
    }
}

/// A moment as `2024-03-01 12:30:00`, UTC. A day alone is its first second, or as `last` its last one.
pub(super) fn timestamp(text: &str, last: bool) -> Result<String, Wrong> {
    const FORM: &str = "%Y-%m-%d %H:%M:%S";
    if let Ok(day) = date(text) {
        return Ok(day + if last { " 23:59:59" } else { " 00:00:00" });
    }
    let zoned = DateTime::parse_from_rfc3339(text).map(|moment| moment.naive_utc());
    let plain = || {
        ["%Y-%m-%dT%H:%M:%S", FORM]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
    };
    match zoned
        .ok()
        .or_else(plain)
        .map(|moment| moment.format(FORM).to_string())
    {
        Some(moment) if moment.len() == 19 && moment.as_str() >= "1000" => Ok(moment),
        _ => Err((
            "value",
            "a timestamp is written as 2024-03-01T12:30:00Z".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_several_forms() {
        for (text, last, expected) in [
            ("2024-03-01", false, "2024-03-01 00:00:00"),
            ("2024-03-01", true, "2024-03-01 23:59:59"),
            ("2024-03-01T12:30:00Z", false, "2024-03-01 12:30:00"),
            ("2024-03-01T12:30:00+02:00", false, "2024-03-01 10:30:00"),
            ("2024-03-01 12:30:00", false, "2024-03-01 12:30:00"),
        ] {
            assert_eq!(timestamp(text, last), Ok(expected.to_owned()));
        }
        for text in [
            "",
            "2024-02-30",
            "24-02-01",
            "yesterday",
            "99999-01-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
        ] {
            assert!(timestamp(text, false).is_err(), "{text}");
        }
    }
}
