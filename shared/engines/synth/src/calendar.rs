//! Days and seconds since 1970 as text, and back (proleptic Gregorian calendar, UTC).

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// Years that dates may lie in, so that every text has four digits of year.
const YEARS: std::ops::RangeInclusive<i64> = 1000..=9999;

/// The day number of a date.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day number.
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Monday is 0.
pub(crate) fn weekday(days: i64) -> usize {
    (days + 3).rem_euclid(7) as usize
}

/// Reads `2024-03-01`.
pub(crate) fn parse_date(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (
        digits(&bytes[..4])?,
        digits(&bytes[5..7])?,
        digits(&bytes[8..])?,
    );
    let days = days_from_civil(year, month, day);
    // A day that does not exist, such as 30 February, comes back as another one.
    (YEARS.contains(&year) && civil_from_days(days) == (year, month, day)).then_some(days)
}

/// Reads `2024-03-01 12:30:00`.
pub(crate) fn parse_timestamp(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(' ')?;
    let bytes = time.as_bytes();
    if bytes.len() != 8 || bytes[2] != b':' || bytes[5] != b':' {
        return None;
    }
    let (hour, minute, second) = (
        digits(&bytes[..2])?,
        digits(&bytes[3..5])?,
        digits(&bytes[6..])?,
    );
    let inside = hour < 24 && minute < 60 && second < 60;
    inside.then_some(parse_date(date)? * DAY + hour * 3600 + minute * 60 + second)
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + i64::from(byte - b'0'))
    })
}

/// Writes a day number as `2024-03-01`.
pub(crate) fn push_date(out: &mut String, days: i64) {
    let (year, month, day) = civil_from_days(days);
    push_padded(out, year, 4);
    out.push('-');
    push_padded(out, month, 2);
    out.push('-');
    push_padded(out, day, 2);
}

/// Writes seconds since 1970 as `2024-03-01 12:30:00`.
pub(crate) fn push_timestamp(out: &mut String, seconds: i64) {
    push_date(out, seconds.div_euclid(DAY));
    let time = seconds.rem_euclid(DAY);
    for (separator, part) in [(' ', time / 3600), (':', time / 60 % 60), (':', time % 60)] {
        out.push(separator);
        push_padded(out, part, 2);
    }
}

/// Writes a number of at least 0 with leading zeros.
pub(crate) fn push_padded(out: &mut String, value: i64, width: usize) {
    let mut buffer = [b'0'; 20];
    let mut rest = value.unsigned_abs();
    let mut at = buffer.len();
    while rest > 0 {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let at = at.min(buffer.len() - width.min(buffer.len()));
    out.extend(buffer[at..].iter().map(|&digit| char::from(digit)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_days() {
        assert_eq!(parse_date("1970-01-01"), Some(0));
        assert_eq!(parse_date("2024-02-29"), Some(19_782));
        assert_eq!(parse_date("2023-02-29"), None);
        assert_eq!(parse_date("2024-2-29"), None);
        assert_eq!(
            parse_timestamp("2024-03-01 12:30:05"),
            Some(19_783 * DAY + 45_005)
        );
        assert_eq!(parse_timestamp("2024-03-01 24:00:00"), None);
        assert_eq!(weekday(19_783), 4, "1 March 2024 was a Friday");
    }

    proptest! {
        #[test]
        fn text_round_trips(seconds in -30_000_000_000_i64..200_000_000_000) {
            let mut text = String::new();
            push_timestamp(&mut text, seconds);
            prop_assert_eq!(parse_timestamp(&text), Some(seconds));
        }
    }
}
