//! Distributions as tables of integers: built once, then a draw is a look-up and an interpolation.

use crate::plan::Shape;
use millrace_draw::{Key, scale};

/// Intervals of a table.
const KNOTS: u64 = 4096;
/// Intervals that each outermost interval is divided into once more, so that tails keep their form.
const TAIL_KNOTS: u64 = 256;
/// Binary digits after the point of a knot.
const FRACTION: u32 = 16;
/// Largest bound, in units of the type.
const LARGEST: f64 = 35_184_372_088_832.0;

/// The values that a number may take: `offset + k * step` for `k` in `low..=high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lattice {
    pub(crate) step: i64,
    pub(crate) offset: i64,
    pub(crate) low: i64,
    pub(crate) high: i64,
}

impl Lattice {
    /// The lattice inside `min..=max`, all in units of the type; none if it is empty.
    pub(crate) fn new(min: i64, max: i64, step: i64, offset: i64) -> Option<Self> {
        let low = (min - offset).div_euclid(step) + i64::from((min - offset).rem_euclid(step) != 0);
        let high = (max - offset).div_euclid(step);
        (step > 0 && low <= high).then_some(Self {
            step,
            offset,
            low,
            high,
        })
    }

    pub(crate) fn min(&self) -> i64 {
        self.offset + self.low * self.step
    }

    pub(crate) fn max(&self) -> i64 {
        self.offset + self.high * self.step
    }

    /// The nearest value to a fixed-point number.
    fn nearest(&self, fixed: i64) -> i64 {
        let step = self.step << FRACTION;
        let number = (fixed - (self.offset << FRACTION) + step / 2).div_euclid(step);
        self.offset + number.clamp(self.low, self.high) * self.step
    }
}

/// A distribution, ready to draw from.
#[derive(Debug, Clone)]
pub(crate) enum Distribution {
    /// Every value of the lattice alike.
    Even(Lattice),
    /// By quantiles.
    Table {
        lattice: Lattice,
        lower: Vec<i64>,
        body: Vec<i64>,
        upper: Vec<i64>,
    },
}

impl Distribution {
    /// Builds the table of `shape`, whose parameters are in units that `scale` multiplies to those of
    /// the lattice. `Err` is the fault, a sentence.
    pub(crate) fn new(shape: &Shape, scale: f64, lattice: Lattice) -> Result<Self, String> {
        check_parameters(shape)?;
        let (min, max) = (lattice.min() as f64, lattice.max() as f64);
        if min.abs().max(max.abs()).max(lattice.step as f64) > LARGEST {
            return Err("the bounds are too far from zero".to_owned());
        }
        if matches!(shape, Shape::Uniform) {
            return Ok(Self::Even(lattice));
        }
        if matches!(shape, Shape::Pareto { .. }) && min <= 0.0 {
            return Err("a pareto shape needs a lower bound above 0".to_owned());
        }
        let raw = |probability: f64| match *shape {
            Shape::Pareto { alpha } => min * libm::pow(1.0 - probability, -1.0 / alpha),
            _ => quantile(shape, probability) * scale,
        };
        let clipped = |probability| {
            let value: f64 = raw(probability);
            value < min - lattice.step as f64 || value > max + lattice.step as f64
        };
        if clipped(0.25) && clipped(0.5) && clipped(0.75) {
            return Err("the bounds cut off most of the distribution".to_owned());
        }
        let knot = |probability: f64| {
            let inside = probability.clamp(1e-9, 1.0 - 1e-9);
            (raw(inside).clamp(min, max) * f64::from(1 << FRACTION)) as i64
        };
        let width = 1.0 / KNOTS as f64;
        let table = |from: f64, span: f64, knots: u64| -> Vec<i64> {
            (0..=knots)
                .map(|index| knot(from + span * index as f64 / knots as f64))
                .collect()
        };
        Ok(Self::Table {
            lattice,
            lower: table(0.0, width, TAIL_KNOTS),
            body: table(0.0, 1.0, KNOTS),
            upper: table(1.0 - width, width, TAIL_KNOTS),
        })
    }

    pub(crate) fn lattice(&self) -> &Lattice {
        match self {
            Self::Even(lattice) | Self::Table { lattice, .. } => lattice,
        }
    }

    /// The value of a draw: its quantile.
    pub(crate) fn value(&self, draw: u64) -> i64 {
        match self {
            Self::Even(lattice) => {
                let values = (lattice.high - lattice.low) as u64 + 1;
                lattice.offset + (lattice.low + scale(draw, values) as i64) * lattice.step
            }
            Self::Table {
                lattice,
                lower,
                body,
                upper,
            } => {
                let interval = scale(draw, KNOTS);
                let inside = draw.wrapping_mul(KNOTS);
                lattice.nearest(match interval {
                    0 => interpolate(lower, inside, TAIL_KNOTS),
                    last if last == KNOTS - 1 => interpolate(upper, inside, TAIL_KNOTS),
                    _ => between(body, interval as usize, inside),
                })
            }
        }
    }

    /// The value of `row`.
    pub(crate) fn at(&self, key: Key, row: u64) -> i64 {
        self.value(key.at(row))
    }

    /// The planned quantiles at 10 %, 20 % … 90 %.
    pub(crate) fn deciles(&self) -> [i64; 9] {
        std::array::from_fn(|index| self.value(u64::MAX / 10 * (index as u64 + 1)))
    }
}

fn interpolate(knots: &[i64], draw: u64, intervals: u64) -> i64 {
    between(
        knots,
        scale(draw, intervals) as usize,
        draw.wrapping_mul(intervals),
    )
}

fn between(knots: &[i64], interval: usize, inside: u64) -> i64 {
    let width = i128::from(knots[interval + 1] - knots[interval]);
    knots[interval] + ((width * i128::from(inside >> 32)) >> 32) as i64
}

fn check_parameters(shape: &Shape) -> Result<(), String> {
    let positive = |name: &str, value: f64| {
        if value.is_finite() && value > 0.0 {
            Ok(())
        } else {
            Err(format!("{name} must be above 0"))
        }
    };
    match *shape {
        Shape::Uniform => Ok(()),
        Shape::Normal { mean, deviation } => {
            if !mean.is_finite() {
                return Err("mean must be a number".to_owned());
            }
            positive("deviation", deviation)
        }
        Shape::Lognormal { median, spread } => {
            positive("median", median).and(positive("spread", spread))
        }
        Shape::Exponential { mean } => positive("mean", mean),
        Shape::Pareto { alpha } => positive("alpha", alpha),
        Shape::Constant { value } if value.is_finite() => Ok(()),
        Shape::Constant { .. } => Err("value must be a number".to_owned()),
    }
}

/// The quantile of a shape that does not depend on its bounds.
fn quantile(shape: &Shape, probability: f64) -> f64 {
    match *shape {
        Shape::Normal { mean, deviation } => mean + deviation * normal_quantile(probability),
        Shape::Lognormal { median, spread } => {
            median * libm::exp(spread * normal_quantile(probability))
        }
        Shape::Exponential { mean } => -mean * libm::log1p(-probability),
        Shape::Constant { value } => value,
        Shape::Uniform | Shape::Pareto { .. } => probability,
    }
}

/// Quantile of the standard normal distribution, of a probability between 0 and 1: a rational
/// approximation (Abramowitz and Stegun 26.2.23, to 0.00045), then three steps of Newton's method.
fn normal_quantile(probability: f64) -> f64 {
    if probability > 0.5 {
        return -normal_quantile(1.0 - probability);
    }
    let t = libm::sqrt(-2.0 * libm::log(probability));
    let top = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let bottom = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut value = top / bottom - t;
    for _ in 0..3 {
        let reached = libm::erfc(-value / std::f64::consts::SQRT_2) / 2.0;
        let density = libm::exp(-value * value / 2.0) / libm::sqrt(2.0 * std::f64::consts::PI);
        value -= (reached - probability) / density;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(shape: Shape, min: i64, max: i64) -> Distribution {
        Distribution::new(&shape, 1.0, Lattice::new(min, max, 1, 0).unwrap()).unwrap()
    }

    #[test]
    fn normal_quantiles_are_known() {
        for (probability, value) in [
            (0.5, 0.0),
            (0.975, 1.959_963_985),
            (0.001, -3.090_232_306),
            (1e-9, -5.997_807_015),
        ] {
            assert!((normal_quantile(probability) - value).abs() < 1e-8);
        }
    }

    #[test]
    fn deciles_are_those_of_the_shape() {
        let deciles = table(
            Shape::Normal {
                mean: 1000.0,
                deviation: 100.0,
            },
            0,
            2000,
        )
        .deciles();
        assert_eq!(deciles, [872, 916, 948, 975, 1000, 1025, 1052, 1084, 1128]);
        let even = table(Shape::Uniform, 1, 10).deciles();
        assert_eq!(even, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(
            table(Shape::Constant { value: 5.0 }, 0, 9).deciles(),
            [5; 9]
        );
    }

    #[test]
    fn tails_keep_their_form() {
        let amounts = table(
            Shape::Lognormal {
                median: 5000.0,
                spread: 0.8,
            },
            100,
            10_000_000,
        );
        let key = Key::new(1, "t", "c", "value");
        let far = (0..400_000)
            .filter(|&row| amounts.at(key, row) > 81_500)
            .count();
        // 81,500 lies at 3.489 standard deviations: 2.4 in 10,000 are above.
        assert!((70..130).contains(&far), "{far} values in the tail");
    }

    #[test]
    fn prices_end_as_told() {
        let lattice = Lattice::new(500, 20_000, 100, -1).unwrap();
        assert_eq!((lattice.min(), lattice.max()), (599, 19_999));
        let prices = Distribution::new(
            &Shape::Lognormal {
                median: 30.0,
                spread: 0.9,
            },
            100.0,
            lattice,
        )
        .unwrap();
        let key = Key::new(1, "t", "c", "value");
        for row in 0..5_000 {
            let price = prices.at(key, row);
            assert!(
                price % 100 == 99 && (599..=19_999).contains(&price),
                "{price}"
            );
        }
    }

    #[test]
    fn silent_no_ops_are_faults() {
        let lattice = Lattice::new(0, 10, 1, 0).unwrap();
        assert!(
            Distribution::new(
                &Shape::Normal {
                    mean: 500.0,
                    deviation: 1.0
                },
                1.0,
                lattice
            )
            .is_err()
        );
        assert!(Distribution::new(&Shape::Pareto { alpha: 1.5 }, 1.0, lattice).is_err());
        assert!(
            Distribution::new(
                &Shape::Normal {
                    mean: 5.0,
                    deviation: 0.0
                },
                1.0,
                lattice
            )
            .is_err()
        );
    }
}
