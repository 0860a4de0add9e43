//! Time on the scale of a week's shape, and back.

use crate::model::Week;

/// A [`Week`] made ready for reckoning. Its scale counts weeks from that of an origin.
#[derive(Debug, Clone)]
pub(crate) struct WeekScale {
    ticks_per_week: i64,
    ticks_per_cell: i64,
    first_week: i64,
    /// Shares before each cell, and 1 at the end.
    before: Vec<f64>,
}

impl WeekScale {
    /// The scale of a week, from the week of `origin` on; what is wrong with it otherwise.
    pub(crate) fn new(week: &Week, origin: i64) -> Result<Self, &'static str> {
        let cells = week.shares.len() as i64;
        if cells != 7 && cells != 168 {
            return Err("a week has 7 or 168 parts");
        }
        let ticks_per_week = week
            .ticks_per_day
            .checked_mul(7)
            .ok_or("a day is too long")?;
        if week.ticks_per_day < 1 || ticks_per_week % cells != 0 {
            return Err("a day does not divide");
        }
        if week.shares.iter().any(|share| !(0.0..=1.0).contains(share)) {
            return Err("a share of a week is none");
        }
        let mut before = vec![0.0];
        let mut sum = 0.0;
        for share in &week.shares {
            sum += share;
            before.push(sum);
        }
        if !(0.999..=1.001).contains(&sum) {
            return Err("the shares of a week do not add up");
        }
        for share in &mut before {
            *share /= sum;
        }
        Ok(Self {
            ticks_per_week,
            ticks_per_cell: ticks_per_week / cells,
            first_week: origin.div_euclid(ticks_per_week),
            before,
        })
    }

    /// The place of a point in time; `half_step` ticks behind it, to stand in the middle of its step.
    pub(crate) fn place(&self, ticks: i64, half_step: f64) -> f64 {
        let week = ticks.div_euclid(self.ticks_per_week) - self.first_week;
        let inside = ticks.rem_euclid(self.ticks_per_week) as f64 + half_step;
        let cell = (inside / self.ticks_per_cell as f64) as usize;
        let cell = cell.min(self.before.len() - 2);
        let part = (inside - cell as f64 * self.ticks_per_cell as f64) / self.ticks_per_cell as f64;
        let (low, high) = (self.before[cell], self.before[cell + 1]);
        week as f64 + low + (high - low) * part.min(1.0)
    }

    /// The ticks between the origin's week and a place.
    pub(crate) fn ticks(&self, place: f64) -> f64 {
        let week = libm::floor(place);
        let inside = place - week;
        let cell = self.before.partition_point(|before| *before <= inside);
        let cell = cell.clamp(1, self.before.len() - 1) - 1;
        let (low, high) = (self.before[cell], self.before[cell + 1]);
        let part = if high > low {
            (inside - low) / (high - low)
        } else {
            0.0
        };
        week * self.ticks_per_week as f64 + (cell as f64 + part) * self.ticks_per_cell as f64
    }

    /// The ticks of the origin's week.
    pub(crate) fn base(&self) -> i64 {
        self.first_week.saturating_mul(self.ticks_per_week)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_to_their_time() {
        let mut shares = vec![0.0; 168];
        for (cell, share) in shares.iter_mut().enumerate() {
            *share = if cell % 24 < 8 { 0.0 } else { 1.0 / 112.0 };
        }
        let week = Week {
            ticks_per_day: 86_400,
            shares,
        };
        let origin = 1_700_000_000;
        let scale = WeekScale::new(&week, origin).expect("a week");
        let mut last = f64::NEG_INFINITY;
        for step in 0..500_i64 {
            let ticks = origin + step * 7_919;
            let place = scale.place(ticks, 0.0);
            assert!(place >= last, "time runs back at {ticks}");
            last = place;
            if ticks.rem_euclid(86_400) >= 8 * 3_600 {
                let back = scale.base() as f64 + scale.ticks(place);
                assert!((back - ticks as f64).abs() < 0.01, "{ticks} became {back}");
            }
        }
        for tenth in 0..1_000 {
            let ticks = scale.ticks(f64::from(tenth) / 10.0) as i64;
            assert!(
                ticks.rem_euclid(86_400) >= 8 * 3_600,
                "{ticks} lies in the night"
            );
        }
    }

    #[test]
    fn days_before_the_epoch_have_weeks_too() {
        let week = Week {
            ticks_per_day: 1,
            shares: vec![1.0 / 7.0; 7],
        };
        let scale = WeekScale::new(&week, -10).expect("a week");
        for day in -10..10 {
            let ticks = scale.base() as f64 + scale.ticks(scale.place(day, 0.5));
            assert_eq!(libm::floor(ticks) as i64, day);
        }
        let bad = |days: i64, shares: Vec<f64>| {
            WeekScale::new(
                &Week {
                    ticks_per_day: days,
                    shares,
                },
                0,
            )
        };
        assert!(bad(1, vec![0.5; 7]).is_err());
        assert!(bad(0, vec![1.0 / 7.0; 7]).is_err());
        assert!(bad(1, vec![1.0 / 168.0; 168]).is_err());
        assert!(bad(i64::MAX, vec![1.0 / 7.0; 7]).is_err());
    }
}
