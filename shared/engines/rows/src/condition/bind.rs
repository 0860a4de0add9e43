//! Conditions bound to columns.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Schema};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use millrace_steps::Condition;
use millrace_steps::expression::Operator;
use millrace_steps::filter::{Comparison, FilterOperator, Operand};
use millrace_steps::value::{Name, Scalar, Timespan};

use super::constant::comparand;
use super::leaf::{readable, repeated, settle};
use crate::choose::find;
use crate::context::Context;
use crate::error::RowError;
use crate::expression::{
    Kind, Matcher, Part, Relation, all, any, between, case, cast, compare, compile, condition, is,
    matched, members, not, part_of, related,
};
use crate::facts::Facts;
use crate::types::{arrow_type, castable, type_name};

/// What conditions are bound to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Binder<'b> {
    pub(super) schema: &'b Schema,
    pub(super) facts: &'b Facts,
    pub(super) context: &'b Context,
}

/// A column that a comparison is about.
#[derive(Debug, Clone, Copy)]
struct Column<'c> {
    name: &'c str,
    place: usize,
    data_type: &'c DataType,
}

impl Column<'_> {
    fn part(&self) -> Part {
        Part::column(self.place, self.data_type)
    }

    fn kind(&self) -> Kind {
        Kind::of(self.data_type)
    }

    /// Refuses a column of another kind.
    fn need(&self, kind: Kind, wanted: &str) -> Result<Part, RowError> {
        if self.kind() == kind {
            return Ok(self.part());
        }
        Err(self.refused(wanted))
    }

    fn refused(&self, wanted: &str) -> RowError {
        RowError::column_type(self.name, &type_name(self.data_type), wanted)
    }
}

const TEXTS: &str = "texts";
const MOMENTS: &str = "dates and timestamps";

impl Binder<'_> {
    pub(super) fn condition(&self, condition: &Condition) -> Result<Part, RowError> {
        let many = |conditions: &[Condition]| {
            let parts = conditions.iter().map(|inner| self.condition(inner));
            parts.collect::<Result<Vec<_>, _>>()
        };
        match condition {
            Condition::All(inner) => all(many(inner)?),
            Condition::Any(inner) => any(many(inner)?),
            Condition::Not(inner) => not(self.condition(inner)?),
            Condition::Expression(expression) => {
                let part = part_of(expression, self.schema)?;
                self::condition(&part, "the condition")?;
                Ok(part)
            }
            Condition::Compare(comparison) => {
                let mut part = self.comparison(comparison)?;
                if comparison.negate {
                    part = not(part)?;
                }
                if comparison.nulls_match {
                    part = settle(part, true);
                }
                Ok(part)
            }
        }
    }

    fn comparison(&self, comparison: &Comparison) -> Result<Part, RowError> {
        use FilterOperator as Op;
        let column = self.column(&comparison.column)?;
        match comparison.operator {
            Op::Eq => self.equal(&column, comparison),
            Op::Ne => not(self.equal(&column, comparison)?),
            Op::Gt => self.ordered(&column, Operator::Greater, comparison),
            Op::Gte => self.ordered(&column, Operator::GreaterEqual, comparison),
            Op::Lt => self.ordered(&column, Operator::Less, comparison),
            Op::Lte => self.ordered(&column, Operator::LessEqual, comparison),
            Op::Between => self.within(&column, comparison, false),
            Op::NotBetween => self.within(&column, comparison, true),
            Op::In => self.listed(&column, comparison, false),
            Op::NotIn => self.listed(&column, comparison, true),
            Op::Contains => self.text(&column, Relation::Contains, comparison),
            Op::NotContains => not(self.text(&column, Relation::Contains, comparison)?),
            Op::StartsWith => self.text(&column, Relation::StartsWith, comparison),
            Op::NotStartsWith => not(self.text(&column, Relation::StartsWith, comparison)?),
            Op::EndsWith => self.text(&column, Relation::EndsWith, comparison),
            Op::NotEndsWith => not(self.text(&column, Relation::EndsWith, comparison)?),
            Op::Matches => self.pattern(&column, comparison, false),
            Op::NotMatches => self.pattern(&column, comparison, true),
            Op::Like | Op::Ilike => {
                let text = column.need(Kind::Text, TEXTS)?;
                let pattern = text_of(comparison)?;
                let matcher = Matcher::like(pattern, comparison.case_sensitive)?;
                matched(text, matcher, false)
            }
            Op::IsNull => is(column.part(), None, false),
            Op::IsNotNull => is(column.part(), None, true),
            Op::IsEmpty => empty(&column),
            Op::IsNotEmpty => all(vec![is(column.part(), None, true)?, not(empty(&column)?)?]),
            Op::IsBlank => {
                let null = is(column.part(), None, false)?;
                if column.kind() != Kind::Text {
                    return Ok(null);
                }
                any(vec![null, matched(column.part(), Matcher::Blank, false)?])
            }
            Op::IsTrue => column.need(Kind::Boolean, "booleans"),
            Op::IsFalse => not(column.need(Kind::Boolean, "booleans")?),
            Op::IsValid => valid(&column, comparison),
            Op::IsInvalid => Ok(settle(not(valid(&column, comparison)?)?, false)),
            Op::Before => self.moment(&column, Operator::Less, comparison),
            Op::After => self.moment(&column, Operator::Greater, comparison),
            Op::OnDate => self.on_date(&column, comparison),
            Op::WithinLast => self.within_last(&column, comparison),
            Op::LengthEq => length(&column, |length, wanted| length == wanted, comparison),
            Op::LengthGt => length(&column, |length, wanted| length > wanted, comparison),
            Op::LengthLt => length(&column, |length, wanted| length < wanted, comparison),
            Op::IsUnique => not(self.duplicate(&column, comparison)?),
            Op::IsDuplicate => self.duplicate(&column, comparison),
        }
    }

    fn column<'c>(&'c self, name: &'c Name) -> Result<Column<'c>, RowError> {
        let place = find(name, self.schema)?;
        Ok(Column {
            name,
            place,
            data_type: self.schema.field(place).data_type(),
        })
    }

    /// What the column is compared with: another column, or a constant of its kind.
    fn other(&self, column: &Column<'_>, comparison: &Comparison) -> Result<Part, RowError> {
        match &comparison.operand {
            Operand::Column(name) => Ok(self.column(name)?.part()),
            Operand::Value(value) => comparand(value, column.data_type, column.name),
            _ => Err(misread(comparison)),
        }
    }

    fn equal(&self, column: &Column<'_>, comparison: &Comparison) -> Result<Part, RowError> {
        self.plain(column)?;
        let other = self.other(column, comparison)?;
        if column.kind() == Kind::Text && !comparison.case_sensitive {
            return related(Relation::Equal, column.part(), other, false);
        }
        compare(Operator::Equal, column.part(), other)
    }

    fn ordered(
        &self,
        column: &Column<'_>,
        operator: Operator,
        comparison: &Comparison,
    ) -> Result<Part, RowError> {
        self.plain(column)?;
        compare(operator, column.part(), self.other(column, comparison)?)
    }

    /// Refuses lists.
    fn plain(&self, column: &Column<'_>) -> Result<(), RowError> {
        match column.kind() {
            Kind::Other => Err(column.refused("single values")),
            _ => Ok(()),
        }
    }

    fn within(
        &self,
        column: &Column<'_>,
        comparison: &Comparison,
        negated: bool,
    ) -> Result<Part, RowError> {
        self.plain(column)?;
        let Operand::Pair(low, high) = &comparison.operand else {
            return Err(misread(comparison));
        };
        let low = comparand(low, column.data_type, column.name)?;
        let high = comparand(high, column.data_type, column.name)?;
        between(column.part(), low, high, negated)
    }

    fn listed(
        &self,
        column: &Column<'_>,
        comparison: &Comparison,
        negated: bool,
    ) -> Result<Part, RowError> {
        self.plain(column)?;
        let Operand::List(values) = &comparison.operand else {
            return Err(misread(comparison));
        };
        let values = values
            .iter()
            .map(|value| comparand(value, column.data_type, column.name))
            .collect::<Result<Vec<_>, _>>()?;
        members(column.part(), values, negated, comparison.case_sensitive)
    }

    fn text(
        &self,
        column: &Column<'_>,
        relation: Relation,
        comparison: &Comparison,
    ) -> Result<Part, RowError> {
        let text = column.need(Kind::Text, TEXTS)?;
        let other = match &comparison.operand {
            Operand::Column(name) => self.column(name)?.need(Kind::Text, TEXTS)?,
            _ => self.other(column, comparison)?,
        };
        related(relation, text, other, comparison.case_sensitive)
    }

    fn pattern(
        &self,
        column: &Column<'_>,
        comparison: &Comparison,
        negated: bool,
    ) -> Result<Part, RowError> {
        let text = column.need(Kind::Text, TEXTS)?;
        let Operand::Pattern(pattern) = &comparison.operand else {
            return Err(misread(comparison));
        };
        let regex = compile(pattern, comparison.case_sensitive)?;
        matched(text, Matcher::Pattern(regex), negated)
    }

    fn moment(
        &self,
        column: &Column<'_>,
        operator: Operator,
        comparison: &Comparison,
    ) -> Result<Part, RowError> {
        let moment = column.need(Kind::Moment, MOMENTS)?;
        let other = match &comparison.operand {
            Operand::Column(name) => self.column(name)?.need(Kind::Moment, MOMENTS)?,
            _ => self.other(column, comparison)?,
        };
        compare(operator, moment, other)
    }

    /// The day of a moment is that in UTC.
    fn on_date(&self, column: &Column<'_>, comparison: &Comparison) -> Result<Part, RowError> {
        let day = |part| cast(part, millrace_steps::value::DataType::Date, true);
        let moment = column.need(Kind::Moment, MOMENTS)?;
        let other = match &comparison.operand {
            Operand::Column(name) => self.column(name)?.need(Kind::Moment, MOMENTS)?,
            _ => self.other(column, comparison)?,
        };
        compare(Operator::Equal, day(moment)?, day(other)?)
    }

    /// From the beginning of the span to the moment at which the job was created, both included; days
    /// from that on which the span begins.
    fn within_last(&self, column: &Column<'_>, comparison: &Comparison) -> Result<Part, RowError> {
        let moment = column.need(Kind::Moment, MOMENTS)?;
        let Operand::Timespan(span) = &comparison.operand else {
            return Err(misread(comparison));
        };
        let (from, to) = (before(self.context.now, *span), self.context.now);
        let (low, high): (ArrayRef, ArrayRef) = if *column.data_type == DataType::Date32 {
            (Arc::new(day_of(from)), Arc::new(day_of(to)))
        } else {
            (Arc::new(instant(from)), Arc::new(instant(to)))
        };
        between(moment, Part::constant(low), Part::constant(high), false)
    }

    fn duplicate(&self, column: &Column<'_>, comparison: &Comparison) -> Result<Part, RowError> {
        let sign = if comparison.case_sensitive { "" } else { "~" };
        let hashes = self.facts.repeated.get(&format!("{sign}{}", column.name));
        Ok(repeated(
            vec![column.part()],
            hashes,
            comparison.case_sensitive,
        ))
    }
}

/// A comparison whose operand is none of its operator's, which the language does not make.
fn misread(comparison: &Comparison) -> RowError {
    RowError::new(
        "STEP_FAILED",
        format!("{} has a value of another shape", comparison.operator),
    )
}

fn text_of(comparison: &Comparison) -> Result<&str, RowError> {
    match &comparison.operand {
        Operand::Value(Scalar::Text(text)) => Ok(text),
        _ => Err(misread(comparison)),
    }
}

/// Whether a cell is the empty text; a cell of another type never is.
fn empty(column: &Column<'_>) -> Result<Part, RowError> {
    if column.kind() == Kind::Text {
        return matched(column.part(), Matcher::Equal(String::new()), false);
    }
    let null = is(column.part(), None, false)?;
    let no: ArrayRef = Arc::new(BooleanArray::from(vec![false]));
    case(vec![(null, Part::null())], Part::constant(no), "is_empty")
}

/// Whether a cell can be read as the type of the comparison, or of its column.
fn valid(column: &Column<'_>, comparison: &Comparison) -> Result<Part, RowError> {
    let to = match &comparison.operand {
        Operand::Dtype(dtype) => arrow_type(*dtype),
        _ => column.data_type.clone(),
    };
    if !castable(column.data_type, &to) {
        return Err(column.refused(&format!("what turns into {}", type_name(&to))));
    }
    Ok(readable(column.part(), to))
}

fn length(
    column: &Column<'_>,
    compare: fn(u64, u64) -> bool,
    comparison: &Comparison,
) -> Result<Part, RowError> {
    let text = column.need(Kind::Text, TEXTS)?;
    match comparison.operand {
        Operand::Length(length) => matched(text, Matcher::Length(compare, length), false),
        _ => Err(misread(comparison)),
    }
}

fn before(now: DateTime<Utc>, span: Timespan) -> DateTime<Utc> {
    TimeDelta::try_seconds(span.seconds())
        .and_then(|span| now.checked_sub_signed(span))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

fn day_of(moment: DateTime<Utc>) -> Date32Array {
    const EPOCH: i32 = 719_163;
    let days = moment.date_naive().num_days_from_ce();
    Date32Array::from(vec![days.saturating_sub(EPOCH)])
}

fn instant(moment: DateTime<Utc>) -> TimestampMicrosecondArray {
    TimestampMicrosecondArray::from(vec![moment.timestamp_micros()]).with_timezone("UTC")
}
