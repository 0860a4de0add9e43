//! From the scale of a curve to the values of a column.

use crate::model::Grid;
use crate::week::WeekScale;

/// The values that a number can have, made ready.
#[derive(Debug, Clone)]
pub(crate) enum Scale {
    Whole {
        origin: i64,
        step: i64,
        last: u64,
        week: Option<WeekScale>,
    },
    Real {
        low: f64,
        high: f64,
        /// Units of a whole.
        units: Option<f64>,
    },
}

impl Scale {
    /// Makes a grid ready; what is wrong with it otherwise.
    pub(crate) fn new(grid: &Grid) -> Result<Self, &'static str> {
        match grid {
            Grid::Whole {
                origin,
                step,
                last,
                week,
            } => {
                if *step < 1 {
                    return Err("its step is none");
                }
                let reach = i128::from(*origin) + i128::from(*step) * i128::from(*last);
                if reach > i128::from(i64::MAX) {
                    return Err("its bounds are too far");
                }
                let week = week.as_ref().map(|week| WeekScale::new(week, *origin));
                Ok(Self::Whole {
                    origin: *origin,
                    step: *step,
                    last: *last,
                    week: week.transpose()?,
                })
            }
            Grid::Real {
                low,
                high,
                decimals,
            } => {
                if !(low.is_finite() && high.is_finite() && low <= high) {
                    return Err("its bounds are none");
                }
                if decimals.is_some_and(|digits| digits > 15) {
                    return Err("it has too many decimals");
                }
                let units = decimals.map(|digits| 10_f64.powi(i32::from(digits)));
                Ok(Self::Real {
                    low: *low,
                    high: *high,
                    units,
                })
            }
        }
    }

    /// The whole number at a place.
    #[inline]
    pub(crate) fn whole(&self, place: f64) -> i64 {
        match self {
            Self::Whole {
                origin,
                step,
                last,
                week: None,
            } => {
                let place = (place.max(0.0) as u64).min(*last);
                // The bounds were checked, and both fit.
                origin.wrapping_add(step.wrapping_mul(place as i64))
            }
            Self::Whole {
                origin,
                step,
                last,
                week: Some(week),
            } => {
                let ticks =
                    week.ticks(place) + (i128::from(week.base()) - i128::from(*origin)) as f64;
                let place = ((ticks / *step as f64).max(0.0) as u64).min(*last);
                origin.wrapping_add(step.wrapping_mul(place as i64))
            }
            Self::Real { .. } => 0,
        }
    }

    /// The double at a place.
    #[inline]
    pub(crate) fn real(&self, place: f64) -> f64 {
        match self {
            Self::Real {
                low,
                high,
                units: Some(units),
            } => (libm::round(place * units) / units).clamp(*low, *high),
            Self::Real {
                low,
                high,
                units: None,
            } => place.clamp(*low, *high),
            Self::Whole { .. } => 0.0,
        }
    }
}
