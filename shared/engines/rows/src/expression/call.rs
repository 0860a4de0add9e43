//! Functions by their names.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use millrace_steps::expression::{Function, Operator};
use millrace_steps::step::{DateKind, RoundMode};

use super::arithmetic;
use super::calendar;
use super::cases;
use super::kinds::{constant_text, mismatch};
use super::matching::{Relation, related};
use super::moments::{self, DatePart};
use super::numbers::{Keeping, Real, keeping, measured, real, sign};
use super::part::Part;
use super::regexes;
use super::texts::{self, Edit};
use super::written;
use crate::error::RowError;

/// The arguments of a call, taken one after the other.
struct Arguments {
    parts: std::vec::IntoIter<Part>,
    function: Function,
}

impl Arguments {
    fn next(&mut self) -> Result<Part, RowError> {
        let name = self.function.name();
        self.parts
            .next()
            .ok_or_else(|| mismatch(format!("{name} needs more arguments")))
    }

    fn optional(&mut self) -> Option<Part> {
        self.parts.next()
    }

    fn rest(self) -> Vec<Part> {
        self.parts.collect()
    }

    /// A whole number that is written out, if there is one.
    fn size(&mut self) -> Option<i64> {
        let size = self.optional()?;
        let cell = size.as_constant()?.as_primitive_opt::<Int64Type>()?;
        cell.iter().next().flatten()
    }

    /// A unit of time that is written out.
    fn unit(&mut self) -> Result<millrace_steps::value::TimeUnit, RowError> {
        let name = self.next()?;
        constant_text(&name)
            .and_then(|name| calendar::unit(&name))
            .ok_or_else(|| {
                let function = self.function.name();
                mismatch(format!("{function} needs a unit of time in single quotes"))
            })
    }
}

/// A function of arguments.
pub(crate) fn call(function: Function, arguments: Vec<Part>) -> Result<Part, RowError> {
    let name = function.name();
    let edit = |edit: Edit, arguments: Vec<Part>| texts::bind(edit, name, arguments);
    let real = |function: Real, operands: Vec<Part>| real(function, operands, name);
    let mut arguments = Arguments {
        parts: arguments.into_iter(),
        function,
    };
    match function {
        Function::Lower => edit(Edit::Lower, arguments.rest()),
        Function::Upper => edit(Edit::Upper, arguments.rest()),
        Function::InitCap => edit(Edit::InitCap, arguments.rest()),
        Function::Trim => edit(Edit::Trim(true, true), arguments.rest()),
        Function::LeftTrim => edit(Edit::Trim(true, false), arguments.rest()),
        Function::RightTrim => edit(Edit::Trim(false, true), arguments.rest()),
        Function::Length => measured(arguments.next()?, None, name),
        Function::Substring => edit(Edit::Substring, arguments.rest()),
        Function::Left => edit(Edit::Left, arguments.rest()),
        Function::Right => edit(Edit::Right, arguments.rest()),
        Function::PadLeft => edit(Edit::PadLeft, arguments.rest()),
        Function::PadRight => edit(Edit::PadRight, arguments.rest()),
        Function::Concat => edit(Edit::Concat, arguments.rest()),
        Function::ConcatWith => edit(Edit::ConcatWith, arguments.rest()),
        Function::Replace => edit(Edit::Replace, arguments.rest()),
        Function::Reverse => edit(Edit::Reverse, arguments.rest()),
        Function::SplitPart => edit(Edit::SplitPart, arguments.rest()),
        Function::Position => {
            let text = arguments.next()?;
            measured(text, Some(arguments.next()?), name)
        }
        Function::StartsWith | Function::EndsWith | Function::Contains => {
            let relation = match function {
                Function::StartsWith => Relation::StartsWith,
                Function::EndsWith => Relation::EndsWith,
                _ => Relation::Contains,
            };
            related(relation, arguments.next()?, arguments.next()?, true)
        }
        Function::RegexpMatch => regexes::found(arguments.next()?, &arguments.next()?),
        Function::RegexpReplace => {
            let (text, pattern) = (arguments.next()?, arguments.next()?);
            regexes::replace(text, &pattern, arguments.next()?)
        }
        Function::RegexpExtract => {
            let (text, pattern) = (arguments.next()?, arguments.next()?);
            regexes::extract(text, &pattern, arguments.size())
        }
        Function::Coalesce => cases::coalesce(arguments.rest()),
        Function::NullIf => cases::null_if(arguments.next()?, arguments.next()?),
        Function::If => {
            let (when, then) = (arguments.next()?, arguments.next()?);
            cases::case(vec![(when, then)], arguments.next()?, name)
        }
        Function::Greatest => cases::extreme(arguments.rest(), true),
        Function::Least => cases::extreme(arguments.rest(), false),
        Function::Absolute => keeping(Keeping::Absolute, arguments.next()?, name),
        Function::Sign => sign(arguments.next()?),
        Function::Round => rounded(RoundMode::HalfUp, arguments),
        Function::Floor => rounded(RoundMode::Floor, arguments),
        Function::Ceiling => rounded(RoundMode::Ceil, arguments),
        Function::Truncate => rounded(RoundMode::Trunc, arguments),
        Function::SquareRoot => real(Real::SquareRoot, arguments.rest()),
        Function::Power => real(Real::Power, arguments.rest()),
        Function::Remainder => {
            arithmetic::bind(Operator::Remainder, arguments.next()?, arguments.next()?)
        }
        Function::Exponential => real(Real::Exponential, arguments.rest()),
        Function::NaturalLogarithm => real(Real::NaturalLogarithm, arguments.rest()),
        Function::Logarithm10 => real(Real::Logarithm10, arguments.rest()),
        Function::Logarithm2 => real(Real::Logarithm2, arguments.rest()),
        Function::DateTruncate => calendar::truncate(arguments.unit()?, arguments.next()?),
        Function::DateDifference => {
            let unit = arguments.unit()?;
            calendar::difference(unit, arguments.next()?, arguments.next()?)
        }
        Function::DateAdd => {
            let unit = arguments.unit()?;
            calendar::add(unit, arguments.next()?, arguments.next()?)
        }
        Function::ToDate | Function::ToTimestamp => {
            let kind = if function == Function::ToDate {
                DateKind::Date
            } else {
                DateKind::Timestamp
            };
            let text = arguments.next()?;
            written::read(text, arguments.optional().as_ref(), kind, name)
        }
        Function::FormatDate => written::write(arguments.next()?, &arguments.next()?),
        Function::Year
        | Function::Quarter
        | Function::Month
        | Function::Week
        | Function::Day
        | Function::DayOfYear
        | Function::Weekday
        | Function::Hour
        | Function::Minute
        | Function::Second => moments::part(date_part(function), arguments.next()?, name),
    }
}

fn rounded(mode: RoundMode, mut arguments: Arguments) -> Result<Part, RowError> {
    let name = arguments.function.name();
    let operand = arguments.next()?;
    let digits = arguments.size().unwrap_or(0);
    // No number has so many digits.
    let digits = i32::try_from(digits.clamp(-10_000, 10_000)).unwrap_or(0);
    keeping(Keeping::Round(mode, digits), operand, name)
}

fn date_part(function: Function) -> DatePart {
    match function {
        Function::Year => DatePart::Year,
        Function::Quarter => DatePart::Quarter,
        Function::Month => DatePart::Month,
        Function::Week => DatePart::Week,
        Function::DayOfYear => DatePart::DayOfYear,
        Function::Weekday => DatePart::Weekday,
        Function::Hour => DatePart::Hour,
        Function::Minute => DatePart::Minute,
        Function::Second => DatePart::Second,
        _ => DatePart::Day,
    }
}
