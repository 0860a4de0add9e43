//! Numbers as the state table keeps them: decimal text without a type, so that `1.0` and `1` are
//! the same number.

use serde_json::Number;

/// The text of a number, `None` beyond what the table holds: 0, or a magnitude from 1e-130 to
/// below 1e126.
#[must_use]
pub fn text(number: &Number) -> Option<String> {
    if number.as_i128().is_none() {
        let magnitude = number.as_f64()?.abs();
        if magnitude != 0.0 && !(1e-130..1e126).contains(&magnitude) {
            return None;
        }
    }
    Some(number.to_string())
}

/// The number of a text: an integer where one of 64 bits is exact, else the nearest float.
/// `None` for what is no finite number.
#[must_use]
pub fn parse(text: &str) -> Option<Number> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    let float: f64 = text.parse().ok()?;
    // Exact: a whole float prints all its digits.
    let whole = format!("{float:.0}");
    if float.fract() == 0.0 && float.abs() < 1e20 {
        if let Ok(number) = whole.parse::<i64>() {
            return Some(number.into());
        }
        if let Ok(number) = whole.parse::<u64>() {
            return Some(number.into());
        }
    }
    Number::from_f64(float)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn through(value: &Value) -> Option<Value> {
        let number = value.as_number().expect("a number");
        parse(&text(number)?).map(Value::Number)
    }

    #[test]
    fn whole_floats_become_integers() {
        assert_eq!(through(&json!(1.0)), Some(json!(1)));
        assert_eq!(through(&json!(-0.0)), Some(json!(0)));
        assert_eq!(
            through(&json!(1e19)),
            Some(json!(10_000_000_000_000_000_000_u64))
        );
        assert_eq!(
            parse("100000000000000000000").map(Value::Number),
            through(&json!(1e20))
        );
        assert_eq!(parse("2.50"), Number::from_f64(2.5));
        assert_eq!(parse("1.00"), Some(1.into()));
    }

    #[test]
    fn what_the_table_cannot_hold_has_no_text() {
        for value in [json!(1e126), json!(1e-131), json!(5e-324), json!(-1e200)] {
            assert_eq!(text(value.as_number().expect("a number")), None, "{value}");
        }
        for nonsense in ["", "NaN", "inf", "1,5", "0x1"] {
            assert_eq!(parse(nonsense), None, "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn integers_survive(number in any::<i64>(), unsigned in any::<u64>()) {
            prop_assert_eq!(through(&json!(number)), Some(json!(number)));
            prop_assert_eq!(through(&json!(unsigned)), Some(json!(unsigned)));
        }

        #[test]
        fn floats_keep_their_value(number in -1e120_f64..1e120) {
            let back = through(&json!(number)).and_then(|value| value.as_f64());
            prop_assert_eq!(back, Some(number));
        }
    }
}
