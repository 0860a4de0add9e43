use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Weight of the newest rate in the running mean: a stall shows within a few reports, and one slow
/// block does not.
const NEWEST: f64 = 0.3;
/// What is not done yet does not show as done.
const MOST_BEFORE_END: u8 = 99;
/// The furthest end that is worth showing.
const LONGEST: f64 = 30.0 * 86_400.0;

/// How far the attempt has come.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done, in the system's words; empty before the first report.
    pub stage: String,
    /// Rows of the input.
    pub rows_read: u64,
    /// Rows of the output.
    pub rows_written: u64,
    /// Rows that could not be read.
    pub rows_rejected: u64,
    /// Bytes of the input.
    pub bytes: u64,
    /// How many there are, where that is known.
    pub total_bytes: Option<u64>,
    /// 0 to 100; 100 when it succeeded, not before.
    pub percent: u8,
    /// Rows read per second, lately.
    rows_per_second: Option<f64>,
    /// Hundredths done, with what `percent` leaves out.
    exact_percent: f64,
    /// Hundredths done per second, lately.
    percent_per_second: Option<f64>,
    /// When it will end, at this rate.
    pub estimated_end: Option<DateTime<Utc>>,
    /// When the worker last said something.
    pub reported_at: Option<DateTime<Utc>>,
}

/// What a worker says about an attempt. Counts are of the whole attempt.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// What it does.
    pub stage: String,
    /// Rows of the input.
    pub rows_read: u64,
    /// Rows of the output.
    pub rows_written: u64,
    /// Rows that could not be read.
    pub rows_rejected: u64,
    /// Bytes of the input.
    pub bytes: u64,
    /// How many there are, where that is known.
    pub total_bytes: Option<u64>,
    /// Share of the work that is done, 0 to 1, where the worker knows better than by bytes.
    pub share: Option<f64>,
}

impl Report {
    /// Nothing done yet in `stage`.
    pub fn new(stage: impl Into<String>) -> Self {
        Self {
            stage: stage.into(),
            ..Self::default()
        }
    }

    fn exact_percent(&self) -> f64 {
        match (self.share.filter(|share| !share.is_nan()), self.total_bytes) {
            (Some(share), _) => 100.0 * share,
            (None, Some(total)) if total > 0 => 100.0 * ratio(self.bytes, total),
            _ => 0.0,
        }
        .clamp(0.0, f64::from(MOST_BEFORE_END))
    }
}

impl Progress {
    /// Takes a report in. Nothing goes back: a report that was overtaken changes no more than the
    /// time.
    pub(crate) fn advance(&mut self, report: &Report, now: DateTime<Utc>) {
        let percent = report.exact_percent();
        let overtaken = report.rows_read < self.rows_read || report.bytes < self.bytes;
        if !overtaken {
            self.stage.clone_from(&report.stage);
        }
        if let Some(since) = self.reported_at
            && let Some(seconds) = seconds_between(since, now)
        {
            // Before the first row there is no rate: the worker still looks at the file.
            if report.rows_read > 0 {
                let rows = report.rows_read.saturating_sub(self.rows_read);
                self.rows_per_second = mean(self.rows_per_second, ratio(rows, 1) / seconds);
            }
            let done = (percent - self.exact_percent).max(0.0);
            self.percent_per_second = mean(self.percent_per_second, done / seconds);
        }
        self.rows_read = self.rows_read.max(report.rows_read);
        self.rows_written = self.rows_written.max(report.rows_written);
        self.rows_rejected = self.rows_rejected.max(report.rows_rejected);
        self.bytes = self.bytes.max(report.bytes);
        self.total_bytes = report.total_bytes.or(self.total_bytes);
        self.exact_percent = self.exact_percent.max(percent);
        self.percent = self.percent.max(whole(percent));
        self.reported_at = Some(self.reported_at.map_or(now, |since| since.max(now)));
        self.estimated_end = self.end(now);
    }

    /// Rows read per second, lately.
    #[must_use]
    pub fn rows_per_second(&self) -> Option<u64> {
        let rate = self.rows_per_second.map(rounded)?;
        u64::try_from(rate).ok()
    }

    /// Everything is done.
    pub(crate) fn complete(&mut self) {
        self.percent = 100;
        self.close();
    }

    /// Nothing more will be done.
    pub(crate) fn close(&mut self) {
        self.estimated_end = None;
    }

    fn end(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let rate = self.percent_per_second.filter(|rate| *rate > 0.0)?;
        let seconds = (100.0 - self.exact_percent) / rate;
        if seconds > LONGEST {
            return None;
        }
        let milliseconds = TimeDelta::try_milliseconds(rounded(seconds * 1000.0))?;
        now.checked_add_signed(milliseconds)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate needs no more digits")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[expect(clippy::cast_possible_truncation, reason = "a cast saturates")]
fn rounded(number: f64) -> i64 {
    number.round() as i64
}

fn whole(percent: f64) -> u8 {
    u8::try_from(rounded(percent.floor())).unwrap_or(MOST_BEFORE_END)
}

fn seconds_between(since: DateTime<Utc>, now: DateTime<Utc>) -> Option<f64> {
    let seconds = (now - since).as_seconds_f64();
    (seconds > 0.0).then_some(seconds)
}

fn mean(so_far: Option<f64>, newest: f64) -> Option<f64> {
    let mean = so_far.map_or(newest, |mean| mean + NEWEST * (newest - mean));
    // A mean that only falls would come below what record stores take for a number.
    Some((mean * 1e9).floor() / 1e9)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_225_600 + seconds, 0).expect("a time")
    }

    fn report(rows: u64, bytes: u64) -> Report {
        Report {
            rows_read: rows,
            bytes,
            total_bytes: Some(1000),
            ..Report::new("processing")
        }
    }

    #[test]
    fn a_steady_worker_ends_when_it_was_said_to() {
        let mut progress = Progress::default();
        for second in 0..=5 {
            progress.advance(
                &report(second * 200, second * 100),
                at(second.cast_signed() * 2),
            );
        }
        assert_eq!((progress.percent, progress.rows_read), (50, 1000));
        assert_eq!(progress.rows_per_second(), Some(100));
        assert_eq!(progress.estimated_end, Some(at(20)));
        progress.complete();
        assert_eq!((progress.percent, progress.estimated_end), (100, None));
    }

    #[test]
    fn what_is_unknown_is_not_invented() {
        let mut progress = Progress::default();
        let unknown = Report {
            total_bytes: None,
            ..report(10, 500)
        };
        progress.advance(&unknown, at(0));
        progress.advance(&unknown, at(0));
        progress.advance(&unknown, at(2));
        assert_eq!((progress.percent, progress.estimated_end), (0, None));
        progress.advance(&report(0, 5000), at(4));
        assert_eq!(progress.percent, 99);
    }

    #[test]
    fn a_slow_worker_is_not_hurried_and_a_stall_shows() {
        let mut progress = Progress::default();
        let slow = |bytes| Report {
            total_bytes: Some(1_000_000),
            ..report(bytes, bytes)
        };
        for second in 0..=100 {
            progress.advance(&slow(second * 10), at(second.cast_signed()));
        }
        assert_eq!(
            (progress.percent, progress.rows_per_second()),
            (0, Some(10))
        );
        let left = progress.estimated_end.expect("an end") - at(100);
        assert!((99_000..100_000).contains(&left.num_seconds()), "{left}");
        for second in 101..=400 {
            progress.advance(&slow(1000), at(second));
        }
        assert_eq!(
            (progress.rows_per_second(), progress.estimated_end),
            (Some(0), None)
        );
        assert_eq!(progress.percent_per_second, Some(0.0));
    }

    #[test]
    fn a_worker_that_knows_its_share_is_believed() {
        let mut progress = Progress::default();
        let scanning = |share| Report {
            share: Some(share),
            ..Report::new("scanning")
        };
        for (second, share) in [(0, 0.0), (2, 0.1), (4, 0.2)] {
            progress.advance(&scanning(share), at(second));
        }
        assert_eq!((progress.percent, progress.rows_per_second()), (20, None));
        assert_eq!(progress.estimated_end, Some(at(20)));
        progress.advance(&scanning(f64::NAN), at(6));
        progress.advance(&scanning(7.0), at(8));
        assert_eq!(progress.percent, 99);
    }

    #[test]
    fn an_overtaken_report_changes_no_stage() {
        let mut progress = Progress::default();
        progress.advance(
            &Report {
                stage: "finalizing".to_owned(),
                ..report(9, 900)
            },
            at(2),
        );
        progress.advance(&report(5, 500), at(1));
        assert_eq!(
            (
                progress.stage.as_str(),
                progress.rows_read,
                progress.percent
            ),
            ("finalizing", 9, 90)
        );
        assert_eq!(progress.reported_at, Some(at(2)));
    }

    proptest! {
        #[test]
        fn nothing_goes_back_and_every_number_is_one(
            steps in prop::collection::vec((any::<u64>(), any::<u64>(), any::<Option<u64>>(), any::<Option<f64>>(), -5..100_i64), 1..20)
        ) {
            let mut progress = Progress::default();
            let mut now = at(0);
            for (rows, bytes, total_bytes, share, seconds) in steps {
                let before = progress.clone();
                now += TimeDelta::seconds(seconds);
                progress.advance(&Report { total_bytes, share, ..report(rows, bytes) }, now);
                prop_assert!(progress.rows_read >= before.rows_read);
                prop_assert!(progress.bytes >= before.bytes);
                prop_assert!(progress.percent >= before.percent && progress.percent < 100);
                for rate in [progress.rows_per_second, progress.percent_per_second].into_iter().flatten() {
                    prop_assert!(rate.is_finite() && rate >= 0.0);
                }
                let stored = serde_json::to_value(&progress).expect("json");
                prop_assert_eq!(&serde_json::from_value::<Progress>(stored).expect("progress").rows_read, &progress.rows_read);
            }
        }
    }
}
