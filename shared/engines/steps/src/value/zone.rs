//! Time zones by their IANA names.

use std::fmt;

use crate::fault::{Code, quoted};
use crate::value::textual;

/// The names that `chrono-tz` knows, which is the crate that workers compute with.
static NAMES: &str = include_str!("../../data/zones.txt");

/// A time zone: an IANA name such as `Asia/Kolkata`, or an offset such as `+05:30`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(String);

impl Zone {
    /// Checks a time zone; the error is a sentence.
    ///
    /// # Errors
    /// A name that the IANA database does not have, and an offset of more than 14 hours.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "Z" {
            return Ok(Self("UTC".to_owned()));
        }
        let names: Vec<&str> = NAMES.lines().collect();
        if names.binary_search(&text).is_ok() || is_offset(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(match crate::nearest(text, &names) {
            Some(near) => format!("{} is no time zone; did you mean {near}?", quoted(text)),
            None => format!(
                "{} is no time zone; use a name such as Asia/Kolkata or an offset such as +05:30",
                quoted(text)
            ),
        })
    }

    /// The name or the offset.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_offset(text: &str) -> bool {
    let [sign, h, i, b':', m, n] = text.as_bytes() else {
        return false;
    };
    let digits = [h, i, m, n].iter().all(|byte| byte.is_ascii_digit());
    let number = |tens: &u8, ones: &u8| {
        u32::from(tens.wrapping_sub(b'0')) * 10 + u32::from(ones.wrapping_sub(b'0'))
    };
    matches!(sign, b'+' | b'-') && digits && number(m, n) < 60 && {
        number(h, i) * 60 + number(m, n) <= 14 * 60
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

textual!(Zone, "a time zone", Code::InvalidValue);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_the_one_that_workers_compute_with() {
        let mut known: Vec<&str> = chrono_tz::TZ_VARIANTS
            .iter()
            .map(|zone| zone.name())
            .collect();
        known.sort_unstable();
        assert_eq!(NAMES.lines().collect::<Vec<_>>(), known);
    }

    #[test]
    fn names_and_offsets_are_checked() {
        for good in ["UTC", "Asia/Kolkata", "+05:30", "-11:00", "+14:00", "Z"] {
            assert!(Zone::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "IST ",
            "Asia/Kolkatta",
            "+15:00",
            "+05:60",
            "0530",
            "+5:30",
        ] {
            assert!(Zone::parse(bad).is_err(), "{bad}");
        }
        let message = Zone::parse("Asia/Kolkatta").unwrap_err();
        assert!(message.contains("did you mean Asia/Kolkata?"), "{message}");
    }
}
