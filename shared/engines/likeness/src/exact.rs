//! Doubles in JSON that read back as they were.
//!
//! The reader of JSON is exact for numbers of few digits alone; a bound of a column must not move by
//! even the last bit. So a double of more digits is written as text.

use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};

/// Digits that read back exactly.
const DIGITS: usize = 15;
/// Powers of ten that are exact doubles.
const POWERS: i32 = 22;

pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    let text = format!("{value:e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let power = power
        .parse()
        .unwrap_or(i32::MAX)
        .saturating_sub(count as i32 - 1);
    if count <= DIGITS && power.abs() <= POWERS {
        serializer.serialize_f64(*value)
    } else {
        serializer.serialize_str(&text)
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    struct Double;
    impl Visitor<'_> for Double {
        type Value = f64;
        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a number, or one as text")
        }
        fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
            Ok(value)
        }
        fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
            Ok(value as f64)
        }
        fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
            Ok(value as f64)
        }
        fn visit_str<E: Error>(self, value: &str) -> Result<f64, E> {
            value.parse().map_err(|_| E::custom("no number"))
        }
    }
    deserializer.deserialize_any(Double)
}

/// A double nearby that reads back exactly, unless it is far from all that occurs.
pub(crate) fn settled(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

/// A share nearby that reads back exactly.
pub(crate) fn settled_share(value: f64) -> f64 {
    (value * 1e12).round() / 1e12
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Bound(#[serde(with = "super")] f64);

    fn back(value: f64) -> f64 {
        let text = serde_json::to_string(&Bound(value)).expect("json");
        serde_json::from_str::<Bound>(&text).expect("a bound").0
    }

    proptest! {
        #[test]
        fn bounds_read_back(value in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
            prop_assert_eq!(back(value), value);
        }

        #[test]
        fn settled_numbers_read_back(value in -1e12..1e12_f64, share in 0.0..1.0_f64) {
            for value in [settled(value), settled_share(share)] {
                let text = serde_json::to_string(&value).expect("json");
                prop_assert_eq!(serde_json::from_str::<f64>(&text).expect("a number"), value);
            }
        }
    }

    #[test]
    fn short_numbers_stay_numbers() {
        assert_eq!(serde_json::to_string(&Bound(0.25)).expect("json"), "0.25");
        assert!(
            serde_json::to_string(&Bound(1.0 / 3.0))
                .expect("json")
                .starts_with('"')
        );
        assert!(serde_json::from_str::<Bound>("\"x\"").is_err());
    }
}
