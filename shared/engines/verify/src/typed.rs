//! Cells as values: what a text means as a type, or that it means nothing.

/// A 64-bit integer: digits with an optional minus sign.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    text.parse().ok()
}

/// Hundredths of a decimal with at most two digits after the point and 16 before it.
pub(crate) fn decimal(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    if whole.is_empty() || whole.len() > 16 || !all_digits(whole) {
        return None;
    }
    let hundredths = match fraction {
        None => 0,
        Some(fraction) if fraction.len() == 1 && all_digits(fraction) => {
            fraction.parse::<i128>().ok()? * 10
        }
        Some(fraction) if fraction.len() == 2 && all_digits(fraction) => {
            fraction.parse::<i128>().ok()?
        }
        Some(_) => return None,
    };
    let value = whole.parse::<i128>().ok()? * 100 + hundredths;
    Some(if digits.len() < text.len() {
        -value
    } else {
        value
    })
}

/// Days since 1970 of `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = number(&bytes[0..4])?;
    let month = number(&bytes[5..7])?;
    let day = number(&bytes[8..10])?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    Some(days_since_1970(year, month, day))
}

/// Nanoseconds since 1970 of `YYYY-MM-DD HH:MM:SS`, as far as 64 bits hold them.
pub(crate) fn timestamp(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 19 || bytes[10] != b' ' || bytes[13] != b':' || bytes[16] != b':' {
        return None;
    }
    let days = date(text.get(..10)?)?;
    let hour = number(&bytes[11..13])?;
    let minute = number(&bytes[14..16])?;
    let second = number(&bytes[17..19])?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from(days) * 86_400 + i64::from(hour * 3_600 + minute * 60 + second);
    seconds.checked_mul(1_000_000_000)
}

/// `true` or `false`.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + i32::from(byte - b'0'))
    })
}

fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Civil calendar to day number, counting years from March so that leap days come last.
fn days_since_1970(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_exactly_the_declared_spellings() {
        assert_eq!(integer("-42"), Some(-42));
        for text in ["+1", "", "-", "1.0", " 1", "9223372036854775808"] {
            assert_eq!(integer(text), None, "{text:?}");
        }
        assert_eq!(decimal("-12.5"), Some(-1250));
        assert_eq!(decimal("0.07"), Some(7));
        assert_eq!(decimal("-0.07"), Some(-7));
        for text in [
            "12.",
            ".5",
            "12.505",
            "12,50",
            "1e3",
            "12.50 USD",
            "--1",
            "99999999999999999",
        ] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
        assert_eq!(boolean("true"), Some(true));
        assert_eq!(boolean("TRUE"), None);
    }

    #[test]
    fn knows_the_calendar() {
        assert_eq!(date("1970-01-01"), Some(0));
        assert_eq!(date("2000-02-29"), Some(11_016));
        assert_eq!(date("1969-12-31"), Some(-1));
        for text in [
            "1900-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-04-31",
            "24-04-30",
            "2024/04/30",
            "2024-4-030",
        ] {
            assert_eq!(date(text), None, "{text:?}");
        }
        assert_eq!(timestamp("1970-01-02 00:00:01"), Some(86_401_000_000_000));
        for text in [
            "2024-01-01 24:00:00",
            "2024-01-01T10:00:00",
            "2024-01-01 10:60:00",
            "2024-01-01",
            "9999-01-01 00:00:00",
            "2024-01-0é 10:00:00",
        ] {
            assert_eq!(timestamp(text), None, "{text:?}");
        }
    }
}
