//! Numbers and states that hang together over time, without looking at any other row: waves of the
//! clock, smooth wandering, and spells.

use millrace_draw::{Gate, Key, scale};

/// Intervals of the table of a wave.
const KNOTS: u64 = 4096;
/// Binary digits after the point inside a signal.
const FRACTION: u32 = 30;
const ONE: i64 = 1 << FRACTION;

/// A compiled signal.
#[derive(Debug, Clone)]
pub(crate) enum Signal {
    /// `table` holds one swing from its peak; `unit` is the value of 1.
    Wave {
        table: Vec<i64>,
        seconds: i64,
        peak: i64,
        unit: i64,
    },
    /// A course between draws that lie `every` seconds apart.
    Drift { key: Key, every: i64, unit: i64 },
    /// At most one spell in each window of `every` seconds.
    Spell {
        share: f64,
        key: Key,
        every: i64,
        shortest: i64,
        longest: i64,
    },
}

impl Signal {
    /// A wave of `seconds` with its peak at the second `peak` after 1970, to be told in units of 1 / `unit`.
    pub(crate) fn wave(seconds: i64, peak: i64, unit: i64) -> Self {
        let swing = |knot| {
            let angle = knot as f64 / KNOTS as f64 * 2.0 * std::f64::consts::PI;
            libm::round(libm::cos(angle) * ONE as f64) as i64
        };
        Self::Wave {
            table: (0..=KNOTS).map(swing).collect(),
            seconds,
            peak,
            unit,
        }
    }

    /// The value at each moment, of the series of each row; 0 where there is no moment.
    pub(crate) fn values(&self, moments: &[Option<i64>], series: Option<&[u64]>) -> Vec<i64> {
        let of = |row: usize| series.map_or(0, |series| series[row]);
        let moments = moments.iter().enumerate();
        moments
            .map(|(row, moment)| moment.map_or(0, |moment| self.at(moment, of(row))))
            .collect()
    }

    fn at(&self, moment: i64, series: u64) -> i64 {
        match self {
            Self::Wave {
                table,
                seconds,
                peak,
                unit,
            } => {
                let passed = (moment - peak).rem_euclid(*seconds) as u128;
                let place = (passed << FRACTION) * u128::from(KNOTS) / *seconds as u128;
                let knot = (place >> FRACTION) as usize;
                let inside = (place & (ONE as u128 - 1)) as i64;
                scaled(between(table[knot], table[knot + 1], inside), *unit)
            }
            Self::Drift { key, every, unit } => {
                let key = key.child(series);
                let window = moment.div_euclid(*every);
                let draw = |window: i64| (key.at(window as u64) >> 33) as i64 - ONE;
                let t = ((moment.rem_euclid(*every) << FRACTION) / every).min(ONE);
                // Level at both ends of a window: 3t² - 2t³.
                let square = product(t, t);
                let eased = 3 * square - 2 * product(square, t);
                scaled(between(draw(window), draw(window + 1), eased), *unit)
            }
            Self::Spell {
                share,
                key,
                every,
                shortest,
                longest,
            } => {
                let key = key.child(series);
                let window = moment.div_euclid(*every) as u64;
                if !Gate::new(key, *share).opens(window) {
                    return 0;
                }
                let more = (longest - shortest) as u64 + 1;
                let lasts = shortest + scale(key.draw(window, 1), more) as i64;
                let room = (every - lasts) as u64 + 1;
                let begins = scale(key.draw(window, 2), room) as i64;
                let passed = moment.rem_euclid(*every);
                i64::from((begins..begins + lasts).contains(&passed))
            }
        }
    }
}

/// A product of two numbers with [`FRACTION`] digits.
fn product(left: i64, right: i64) -> i64 {
    ((i128::from(left) * i128::from(right)) >> FRACTION) as i64
}

fn between(from: i64, to: i64, part: i64) -> i64 {
    from + product(to - from, part)
}

/// Rounded to units.
fn scaled(value: i64, unit: i64) -> i64 {
    ((i128::from(value) * i128::from(unit) + i128::from(ONE / 2)) >> FRACTION) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600;
    const DAY: i64 = 24 * HOUR;

    fn key() -> Key {
        Key::new(9, "readings", "noise", "value")
    }

    #[test]
    fn waves_peak_where_told() {
        let wave = Signal::wave(DAY, 15 * HOUR, 1_000);
        let hours: Vec<i64> = (0..24).map(|hour| wave.at(hour * HOUR, 0)).collect();
        assert_eq!(
            (hours[15], hours[3], hours[9], hours[21]),
            (1_000, -1_000, 0, 0)
        );
        assert_eq!(wave.at(15 * HOUR + 400 * DAY, 0), 1_000);
        assert_eq!(wave.at(-9 * HOUR, 0), 1_000, "before 1970");
    }

    #[test]
    fn drifts_are_smooth_and_their_own() {
        let drift = Signal::Drift {
            key: key(),
            every: HOUR,
            unit: 1_000_000,
        };
        let course: Vec<i64> = (0..100 * 60)
            .map(|minute| drift.at(minute * 60, 3))
            .collect();
        let steps = course.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        assert!(
            steps.max() < Some(60_000),
            "no jump of 3 % of the range in a minute"
        );
        assert!(course.iter().max() > Some(&800_000) && course.iter().min() < Some(&-800_000));
        assert_ne!(drift.at(HOUR / 2, 3), drift.at(HOUR / 2, 4));
    }

    #[test]
    fn spells_have_their_share_and_last() {
        let spell = Signal::Spell {
            share: 0.25,
            key: key(),
            every: DAY,
            shortest: HOUR,
            longest: 3 * HOUR,
        };
        let minutes: Vec<i64> = (0..2_000 * 1_440)
            .map(|minute| spell.at(minute * 60, 1))
            .collect();
        let days = minutes.chunks(1_440).map(|day| day.iter().sum::<i64>());
        let hit: Vec<i64> = days.filter(|&minutes| minutes > 0).collect();
        assert!((420..580).contains(&hit.len()), "{} days", hit.len());
        assert!(hit.iter().all(|minutes| (59..=181).contains(minutes)));
        let changes = minutes.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(changes <= 2 * hit.len(), "a spell is one stretch");
    }

    proptest! {
        #[test]
        fn signals_stay_between_their_ends(moment in -10_000_000_000_i64..100_000_000_000, series: u64, every in 1_i64..1_000_000) {
            for signal in [
                Signal::wave(every, 77, 1_000),
                Signal::Drift { key: key(), every, unit: 1_000 },
            ] {
                prop_assert!((-1_000..=1_000).contains(&signal.at(moment, series)));
            }
        }
    }
}
