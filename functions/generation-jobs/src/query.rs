//! What a history is asked for.

use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use millrace_api::error::Fault;
use millrace_api::generation::GenerationJobStatus;
use millrace_edge::QueryFields;
use millrace_generation::Filter;
use millrace_jobs::State;

/// Jobs of a page.
const LIMITS: RangeInclusive<u32> = 1..=100;
/// Jobs that may be left out.
const OFFSETS: RangeInclusive<u32> = 0..=1_000_000;

/// A page of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Which jobs.
    pub filter: Filter,
    /// How many to leave out.
    pub offset: u32,
    /// Most of them.
    pub limit: u32,
}

impl Page {
    /// Reads a query, or names every fault in it.
    pub fn read(query: &QueryFields) -> Result<Self, Vec<Fault>> {
        let limit = query.integer("limit", LIMITS, 10);
        let offset = query.integer("offset", OFFSETS, 0);
        let states = query.text("status").and_then(states);
        let from = time(query, "startDate", false);
        let until = time(query, "endDate", true);
        match (limit, offset, states, from, until) {
            (Ok(limit), Ok(offset), Ok(states), Ok(from), Ok(until)) => Ok(Self {
                filter: Filter {
                    states,
                    from,
                    until,
                },
                offset,
                limit,
            }),
            (limit, offset, states, from, until) => {
                let faults = [
                    limit.err(),
                    offset.err(),
                    states.err(),
                    from.err(),
                    until.err(),
                ];
                Err(faults.into_iter().flatten().collect())
            }
        }
    }
}

fn states(text: Option<&str>) -> Result<Vec<State>, Fault> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let status = GenerationJobStatus::ALL
        .into_iter()
        .find(|status| status.as_str() == text);
    match status {
        Some(GenerationJobStatus::Queued) => Ok(vec![State::Created, State::Queued]),
        Some(GenerationJobStatus::Running) => Ok(vec![State::Running, State::Cancelling]),
        Some(GenerationJobStatus::Completed) => Ok(vec![State::Succeeded]),
        Some(GenerationJobStatus::Failed) => Ok(vec![State::Failed]),
        Some(GenerationJobStatus::Cancelled) => Ok(vec![State::Cancelled]),
        Some(GenerationJobStatus::Paused) => Ok(vec![State::Paused]),
        None => {
            let words = GenerationJobStatus::ALL.map(GenerationJobStatus::as_str);
            let message = format!("status must be one of {}", words.join(", "));
            Err(Fault::new("status", "value", message))
        }
    }
}

fn time(query: &QueryFields, name: &str, ends: bool) -> Result<Option<DateTime<Utc>>, Fault> {
    let Some(text) = query.text(name)? else {
        return Ok(None);
    };
    let time = parse(text, ends).ok_or_else(|| {
        let message = format!("{name} must be a date or time of ISO 8601, as 2026-01-31T08:00:00Z");
        Fault::new(name, "value", message)
    })?;
    Ok(Some(time))
}

/// A date, or a time with or without an offset (UTC without one). A date alone is its first moment, or
/// where it `ends` a span its last.
fn parse(text: &str, ends: bool) -> Option<DateTime<Utc>> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        let begin = day.and_time(NaiveTime::MIN).and_utc();
        if !ends {
            return Some(begin);
        }
        return begin.checked_add_signed(TimeDelta::days(1) - TimeDelta::nanoseconds(1));
    }
    // A plus sign is a space in a query.
    let text = match text.rfind(' ') {
        Some(place) if place > 10 => format!("{}+{}", &text[..place], &text[place + 1..]),
        _ => text.to_owned(),
    };
    let with_offset = DateTime::parse_from_rfc3339(&text).map(|time| time.to_utc());
    let plain = || text.parse::<NaiveDateTime>().map(|time| time.and_utc());
    with_offset.or_else(|_| plain()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, ends: bool) -> String {
        parse(text, ends).map_or_else(String::new, |time| time.to_rfc3339())
    }

    #[test]
    fn dates_and_times_are_read() {
        for (text, expected) in [
            ("2026-01-31", "2026-01-31T00:00:00+00:00"),
            ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00+00:00"),
            ("2026-01-31T08:00:00.250Z", "2026-01-31T08:00:00.250+00:00"),
            ("2026-01-31T08:00:00+02:00", "2026-01-31T06:00:00+00:00"),
            ("2026-01-31T08:00:00 02:00", "2026-01-31T06:00:00+00:00"),
            ("2026-01-31T08:00:00-02:00", "2026-01-31T10:00:00+00:00"),
            ("2026-01-31T08:00:00", "2026-01-31T08:00:00+00:00"),
        ] {
            assert_eq!(read(text, false), expected, "{text}");
        }
        assert_eq!(
            read("2026-01-31", true),
            "2026-01-31T23:59:59.999999999+00:00"
        );
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "x",
            "2026-02-30",
            "2026-13-01T00:00:00Z",
            "yesterday at noon",
            "ü 1234567890 12",
            "2026-01-31T25:00:00Z",
        ] {
            assert_eq!(read(text, true), "", "{text}");
        }
    }
}
