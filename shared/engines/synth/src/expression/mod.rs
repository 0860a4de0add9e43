//! A small closed language over the columns of a row, exact and checked when the plan is compiled.
//!
//! - Literals: `12`, `0.05`, `'text'`, `true`, `false`. Paths: `quantity`, `order_id.customer_id.segment`.
//! - `+ - * /` on numbers; `= <> < <= > >=` on two values of one kind; `and`, `or`, `not`.
//! - `if(condition, a, b)`, `min(a, b, …)`, `max(a, b, …)`, `coalesce(a, b, …)`, `is_null(a)`,
//!   `round(number, digits)`, `days(from, to)`, `hours(from, to)`, `minutes(from, to)` (whole units that
//!   have passed, negative if `to` is earlier), `date(moment)`, `hour(moment)` from 0, `weekday(moment)` from
//!   1 for Monday, `month(moment)` from 1.
//!
//! Numbers are integers with a fixed count of digits after the point: sums have the digits of the longer
//! side, products those of both (12 at most), quotients 6. Rounding is half away from zero; the result is
//! rounded to the digits of its column. A null operand makes the result null, save in `coalesce`,
//! `is_null`, `and` (`false` wins), `or` (`true` wins) and the condition of `if` (null is `false`).
//! Division by zero gives null.

mod check;
mod evaluate;
mod parse;
#[cfg(test)]
mod tests;

use crate::calendar;
pub(crate) use check::{Operand, check};
pub(crate) use parse::parse;

/// Type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// A number with so many digits after the point.
    Number(u32),
    Text,
    Boolean,
    Date,
    Timestamp,
}

/// Least and greatest value, in the unit of the type.
pub(crate) type Interval = (i128, i128);

/// A checked expression.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) value_type: Type,
    pub(crate) may_be_null: bool,
    pub(crate) interval: Option<Interval>,
}

/// What a node does.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Whole(i128),
    Text(String),
    /// A path, by its number.
    Path(usize),
    /// Digits after the point: from, to.
    Rescale(Box<Node>, u32, u32),
    Negate(Box<Node>),
    Not(Box<Node>),
    /// Both sides have the same digits.
    Add(Box<Node>, Box<Node>),
    Subtract(Box<Node>, Box<Node>),
    Multiply(Box<Node>, Box<Node>),
    /// The powers of ten that numerator and denominator are raised by.
    Divide(Box<Node>, Box<Node>, u32, u32),
    Compare(Comparison, Box<Node>, Box<Node>),
    /// Conjunction if true, disjunction if false.
    Connect(bool, Box<Node>, Box<Node>),
    If(Box<[Node; 3]>),
    Least(Vec<Node>),
    Greatest(Vec<Node>),
    Coalesce(Vec<Node>),
    IsNull(Box<Node>),
    /// Whole units (in seconds) from one second to another.
    Elapsed(Box<Node>, Box<Node>, i64),
    /// Seconds of a day, or days of seconds.
    Seconds(Box<Node>),
    Days(Box<Node>),
    /// Of seconds.
    Part(Part, Box<Node>),
}

/// Parts of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Hour,
    Weekday,
    Month,
}

impl Part {
    fn of(self, seconds: i128) -> i128 {
        let days = seconds.div_euclid(86_400);
        match self {
            Self::Hour => seconds.rem_euclid(86_400) / 3_600,
            Self::Weekday => (days + 3).rem_euclid(7) + 1,
            Self::Month => {
                let days = i64::try_from(days).unwrap_or(0);
                i128::from(calendar::civil_from_days(days).1)
            }
        }
    }

    fn interval(self) -> Interval {
        match self {
            Self::Hour => (0, 23),
            Self::Weekday => (1, 7),
            Self::Month => (1, 12),
        }
    }
}

/// Comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Comparison {
    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterEqual => order.is_ge(),
        }
    }
}

/// `numerator / denominator` rounded half away from zero; the denominator is not zero.
fn divide_rounded(numerator: i128, denominator: i128) -> i128 {
    // Division of 64 bits is many times faster, and nearly always enough.
    if let (Ok(top), Ok(bottom)) = (i64::try_from(numerator), i64::try_from(denominator))
        && top != i64::MIN
        && bottom != i64::MIN
    {
        let (quotient, remainder) = (top / bottom, top % bottom);
        let away = remainder.unsigned_abs() >= bottom.unsigned_abs() - remainder.unsigned_abs();
        return i128::from(quotient)
            + if !away {
                0
            } else if (top < 0) == (bottom < 0) {
                1
            } else {
                -1
            };
    }
    let (quotient, remainder) = (
        numerator.wrapping_div(denominator),
        numerator.wrapping_rem(denominator),
    );
    let away = remainder.unsigned_abs() >= denominator.unsigned_abs() - remainder.unsigned_abs();
    quotient
        + if !away {
            0
        } else if (numerator < 0) == (denominator < 0) {
            1
        } else {
            -1
        }
}

/// Changes the digits after the point.
fn rescale(value: i128, from: u32, to: u32) -> i128 {
    if to >= from {
        value.saturating_mul(power(to - from))
    } else {
        divide_rounded(value, power(from - to))
    }
}

fn power(digits: u32) -> i128 {
    10_i128.saturating_pow(digits)
}
