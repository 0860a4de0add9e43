//! Types of columns, distributions and units of time.

use serde::{Deserialize, Serialize};

/// Types of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataType {
    /// UTF-8 text.
    Text,
    /// 64-bit integer.
    Integer,
    /// Exact decimal with two digits after the point, `DECIMAL(18,2)`.
    Decimal,
    /// Exact decimal with so many digits after the point (at most 9), `DECIMAL(18,n)`.
    Fixed(u8),
    /// Days, `2024-03-01`.
    Date,
    /// Seconds, UTC, `2024-03-01 12:30:00`.
    Timestamp,
    /// `true` or `false`.
    Boolean,
}

impl DataType {
    /// Most digits after the point.
    pub const MOST_DIGITS: u8 = 9;

    /// Digits after the point of a number; 0 for all other types.
    #[must_use]
    pub fn digits(self) -> u32 {
        match self {
            Self::Decimal => 2,
            // More are a fault of the plan.
            Self::Fixed(digits) => digits.min(Self::MOST_DIGITS).into(),
            _ => 0,
        }
    }

    /// Whether it holds numbers.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Fixed(_))
    }
}

/// Distributions. All are clipped by the bounds of the rule that uses them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// Every value between the bounds alike.
    Uniform,
    /// Bell curve.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        deviation: f64,
    },
    /// Right-skewed, positive: amounts, durations.
    Lognormal {
        /// Median.
        median: f64,
        /// Standard deviation of the logarithm.
        spread: f64,
    },
    /// Waiting times.
    Exponential {
        /// Mean.
        mean: f64,
    },
    /// Heavy tail above the lower bound.
    Pareto {
        /// Tail index; smaller is heavier.
        alpha: f64,
    },
    /// The same value always.
    Constant {
        /// The value.
        value: f64,
    },
}

/// Units of delays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// One.
    Seconds,
    /// 60 s.
    Minutes,
    /// 3,600 s.
    Hours,
    /// 86,400 s.
    Days,
}

/// What a [`Generate::Wave`](super::Generate::Wave) swings with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// 24 hours.
    Day,
    /// Seven days, from Monday.
    Week,
    /// 365.25 days.
    Year,
}
