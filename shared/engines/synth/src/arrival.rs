//! Moments in order: row `j` of `N` comes when the `j`-th part of the planned intensity has passed.

use crate::calendar::{self, DAY};
use millrace_draw::Key;

const HOUR: i64 = 3600;
/// The whole of the intensity, as an integer.
const WHOLE: u64 = 1 << 62;
/// Binary digits of a position below the number of its part.
const PART: u32 = 50;

/// How the rate changes over the window; weights are relative, an empty list means even.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Season<'a> {
    pub(crate) growth: f64,
    pub(crate) months: &'a [f64],
    pub(crate) weekdays: &'a [f64],
    pub(crate) hours: &'a [f64],
}

/// The arrivals of a table.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    start: i64,
    /// Intensity passed at the end of each hour of the window.
    ends: Vec<u64>,
    /// Hour in which each part of the whole begins, so that a look-up is a few comparisons.
    guide: Vec<u32>,
    key: Key,
    rows: u64,
    /// Intensity of one row, with 32 binary digits after the point.
    share: u128,
    /// Whole days only.
    days: bool,
}

impl Arrival {
    /// Arrivals of `rows` rows from day `first` up to day `end`, which is after it; as days or seconds.
    /// None if the rate is zero throughout.
    pub(crate) fn new(
        first: i64,
        end: i64,
        season: Season<'_>,
        rows: u64,
        key: Key,
        days: bool,
    ) -> Option<Self> {
        let weight = |weights: &[f64], index: usize| weights.get(index).copied().unwrap_or(1.0);
        let span = (end - first) as f64;
        let mut reached = 0.0;
        let mut passed = Vec::with_capacity((end - first) as usize * 24);
        for day in first..end {
            let (_, month, _) = calendar::civil_from_days(day);
            let trend = 1.0 + season.growth * ((day - first) as f64 + 0.5) / span;
            let rate = trend
                * weight(season.months, month as usize - 1)
                * weight(season.weekdays, calendar::weekday(day));
            for hour in 0..24 {
                reached += rate * weight(season.hours, hour);
                passed.push(reached);
            }
        }
        if reached <= 0.0 {
            return None;
        }
        let mut ends: Vec<u64> = passed
            .iter()
            .map(|part| ((part / reached) * WHOLE as f64) as u64)
            .collect();
        let last = passed.partition_point(|&part| part < reached);
        for end in &mut ends[last..] {
            *end = WHOLE;
        }
        let guide = (0..=WHOLE >> PART)
            .map(|part| ends.partition_point(|&end| end <= part << PART) as u32)
            .collect();
        Some(Self {
            start: first * DAY,
            ends,
            guide,
            key,
            rows,
            share: (u128::from(WHOLE) << 32) / u128::from(rows),
            days,
        })
    }

    /// The moment of `row`, in the unit of the column.
    pub(crate) fn at(&self, row: u64) -> i64 {
        let seconds = self.second(row);
        if self.days {
            seconds.div_euclid(DAY)
        } else {
            seconds
        }
    }

    fn second(&self, row: u64) -> i64 {
        let within = (self.share * u128::from(self.key.at(row) >> 32)) >> 32;
        let position = ((u128::from(row) * self.share + within) >> 32) as u64;
        let part = (position >> PART) as usize;
        let (from, to) = (self.guide[part] as usize, self.guide[part + 1] as usize);
        let hour = from + self.ends[from..to].partition_point(|&end| end <= position);
        let hour = hour.min(self.ends.len() - 1);
        let before = if hour == 0 { 0 } else { self.ends[hour - 1] };
        let width = u128::from(self.ends[hour] - before).max(1);
        let second = u128::from(position - before) * HOUR as u128 / width;
        self.start + hour as i64 * HOUR + (second as i64).min(HOUR - 1)
    }

    /// The moment of `row` as seconds; a day is its midnight.
    pub(crate) fn moment(&self, row: u64) -> i64 {
        if self.days {
            self.at(row) * DAY
        } else {
            self.second(row)
        }
    }

    /// How many rows come strictly before `moment`, in seconds.
    pub(crate) fn before(&self, moment: i64) -> u64 {
        let estimate = self.estimate(moment);
        // The estimate is off by the rows of a second (or a day) at most: gallop, then bisect.
        let (mut low, mut high, mut reach) = (estimate, estimate, 1);
        while low > 0 && self.moment(low - 1) >= moment {
            high = low - 1;
            low = low.saturating_sub(reach);
            reach *= 2;
        }
        reach = 1;
        while high < self.rows && self.moment(high) < moment {
            low = high + 1;
            high = (high + reach).min(self.rows);
            reach *= 2;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.moment(middle) < moment {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn estimate(&self, moment: i64) -> u64 {
        let until = if self.days {
            (moment - 1).div_euclid(DAY) * DAY + DAY
        } else {
            moment
        };
        let passed = until - self.start;
        if passed <= 0 {
            return 0;
        }
        let hour = (passed / HOUR) as usize;
        if hour >= self.ends.len() {
            return self.rows;
        }
        let before = if hour == 0 { 0 } else { self.ends[hour - 1] };
        let width = u128::from(self.ends[hour] - before);
        let position = u128::from(before) + width * (passed % HOUR) as u128 / HOUR as u128;
        (((position << 32) / self.share) as u64).min(self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVEN: Season<'_> = Season {
        growth: 0.0,
        months: &[],
        weekdays: &[],
        hours: &[],
    };

    fn arrival(rows: u64, season: Season<'_>, days: bool) -> Arrival {
        let first = calendar::parse_date("2023-01-01").unwrap();
        let key = Key::new(9, "orders", "ordered_at", "value");
        Arrival::new(first, first + 731, season, rows, key, days).unwrap()
    }

    #[test]
    fn rows_are_chronological_and_inside() {
        let season = Season {
            growth: 0.5,
            weekdays: &[1.0, 1.0, 1.0, 1.0, 1.2, 1.6, 0.0],
            ..EVEN
        };
        let arrival = arrival(20_000, season, false);
        let moments: Vec<i64> = (0..20_000).map(|row| arrival.at(row)).collect();
        assert!(moments.is_sorted());
        assert!(moments[0] >= arrival.start && moments[19_999] < arrival.start + 731 * DAY);
        assert!(
            moments
                .iter()
                .all(|moment| calendar::weekday(moment.div_euclid(DAY)) != 6),
            "no Sunday was planned"
        );
    }

    #[test]
    fn rates_are_as_planned() {
        let mut hours = [1.0; 24];
        hours[18] = 5.0;
        let season = Season {
            growth: 1.0,
            hours: &hours,
            ..EVEN
        };
        let arrival = arrival(56_000, season, false);
        let evening = (0..56_000)
            .filter(|&row| arrival.at(row).rem_euclid(DAY) / HOUR == 18)
            .count();
        assert!(
            evening.abs_diff(10_000) < 60,
            "{evening} of an expected 10,000 in the evening"
        );
        let middle = arrival.before(arrival.start + 731 * DAY / 2);
        // The rate doubles linearly: 1.25 of 3 parts lie in the first half.
        assert!(
            middle.abs_diff(56_000 * 5 / 12) < 60,
            "{middle} in the first half"
        );
    }

    proptest! {
        #[test]
        fn before_counts_exactly(rows in 1_u64..3_000, days: bool, offset in -DAY..732 * DAY) {
            let arrival = arrival(rows, Season { growth: -0.9, ..EVEN }, days);
            let moment = arrival.start + offset;
            let counted = (0..rows).filter(|&row| arrival.moment(row) < moment).count() as u64;
            prop_assert_eq!(arrival.before(moment), counted);
        }
    }
}
