//! What rows are held against.

use arrow::array::{Array, BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::Schema;
use millrace_steps::expression::Operator;
use millrace_steps::step::{CompareOperator, Counts, Rule, RuleTest};
use millrace_steps::value::{Columns, Name, Range, Scalar, Target};

use crate::choose::{choose, find};
use crate::condition::{comparand, known, readable, repeated};
use crate::context::Context;
use crate::error::RowError;
use crate::expression::{
    Frame, Kind, Matcher, Part, Run, all, compare, compile, is, matched, members, not, settled,
    truths,
};
use crate::facts::Facts;
use crate::types::{Cells, arrow_type, castable, type_name};

/// A rule bound to the columns that it is about.
#[derive(Debug)]
pub struct RuleCheck {
    checks: Vec<Check>,
}

/// A rule for one column, or for several together.
#[derive(Debug)]
pub(super) struct Check {
    /// The column at fault.
    pub(super) column: String,
    place: usize,
    /// True where it holds, null where there is nothing to hold it against.
    holds: Part,
    /// What a value must be.
    must: String,
}

impl RuleCheck {
    /// Binds a rule to columns of canonical types.
    ///
    /// # Errors
    /// Columns that are not there, or of a type that the rule has nothing to say about; values of
    /// another kind. `RULE_BROKEN` where `columns_exist` is.
    pub fn bind(
        rule: &Rule,
        schema: &Schema,
        facts: &Facts,
        _context: &Context,
    ) -> Result<Self, RowError> {
        let mut checks = Vec::new();
        let mut binder = Binder {
            schema,
            facts,
            checks: &mut checks,
        };
        binder.bind(&rule.test)?;
        Ok(Self { checks })
    }

    /// The rows that break the rule: of none that is about the file, and none with a null, but for
    /// `not_null`.
    ///
    /// # Errors
    /// A batch of other columns, and facts that were not found out.
    pub fn broken(&self, batch: &RecordBatch) -> Result<BooleanArray, RowError> {
        let mut broken = BooleanBuffer::new_unset(batch.num_rows());
        for check in &self.checks {
            broken = &broken | &check.broken(batch)?;
        }
        Ok(BooleanArray::new(broken, None))
    }

    pub(super) fn checks(&self) -> &[Check] {
        &self.checks
    }
}

impl Check {
    /// The rows that break it.
    pub(super) fn broken(&self, batch: &RecordBatch) -> Result<BooleanBuffer, RowError> {
        let mut faults = Vec::new();
        let mut run = Run::new(None, &mut faults);
        let holds = self.holds.evaluate(&Frame::whole(batch), &mut run)?;
        let holds = settled(&truths(holds, batch.num_rows())?, true);
        Ok(!holds.values())
    }

    /// What is wrong with rows of a batch.
    pub(super) fn explain(
        &self,
        batch: &RecordBatch,
    ) -> Result<impl Fn(usize) -> String + use<'_>, RowError> {
        let column = batch.column(self.place).clone();
        let cells = Cells::of(&column)?;
        Ok(move |row| {
            let shown = if column.is_null(row) {
                "null".to_owned()
            } else {
                cells.shown(row)
            };
            format!("column {}: {shown} must {}", self.column, self.must)
        })
    }
}

struct Binder<'b> {
    schema: &'b Schema,
    facts: &'b Facts,
    checks: &'b mut Vec<Check>,
}

impl Binder<'_> {
    fn bind(&mut self, test: &RuleTest) -> Result<(), RowError> {
        match test {
            RuleTest::NotNull { target } => self.each(target, "not be null", |column| {
                is(column.part(), None, true)
            }),
            RuleTest::Unique { target } => self.unique(target),
            RuleTest::InSet { target, value } => {
                self.each(target, "be one of the values of the set", |column| {
                    let values = value
                        .iter()
                        .map(|value| column.comparand(value))
                        .collect::<Result<Vec<_>, _>>()?;
                    members(column.single()?, values, false, true)
                })
            }
            RuleTest::Between { target, value } => {
                let must = range(value);
                self.each(target, &must, |column| {
                    let mut ends = Vec::new();
                    for (operator, end) in [
                        (Operator::GreaterEqual, &value.low),
                        (Operator::LessEqual, &value.high),
                    ] {
                        if let Some(end) = end {
                            let end = column.comparand(end)?;
                            ends.push(compare(operator, column.single()?, end)?);
                        }
                    }
                    all(ends)
                })
            }
            RuleTest::Matches { target, value } => {
                let must = format!("match {value}");
                self.texts(target, &must, |column| {
                    matched(
                        column.part(),
                        Matcher::Pattern(compile(value, true)?),
                        false,
                    )
                })
            }
            RuleTest::Type { target, value } => {
                let to = arrow_type(*value);
                self.each(target, &format!("read as {value}"), |column| {
                    if castable(column.data_type(), &to) {
                        return Ok(readable(column.part(), to.clone()));
                    }
                    Err(column.refused(&format!("what turns into {value}")))
                })
            }
            RuleTest::Length { target, value } => {
                let must = format!("have {} characters", counts(value));
                self.texts(target, &must, |column| length(column, value))
            }
            RuleTest::CompareColumns {
                column,
                operator,
                value_column,
            } => {
                let (left, right) = (self.column(column)?, self.column(value_column)?);
                let must = format!("be {} {value_column}", words(*operator));
                let holds = compare(operator_of(*operator), left.single()?, right.single()?)?;
                let place = left.place;
                self.put(place, holds, must);
                Ok(())
            }
            RuleTest::RowCount { .. } => Ok(()),
            RuleTest::ColumnsExist { columns } => self.columns_exist(columns),
            RuleTest::ForeignKey { column, .. } => {
                let hashes = self.facts.known.get(column.as_str());
                let column = self.column(column)?;
                let holds = known(column.part(), hashes);
                let place = column.place;
                self.put(place, holds, "occur in the other file".to_owned());
                Ok(())
            }
        }
    }

    fn column(&self, name: &Name) -> Result<Column<'_>, RowError> {
        Ok(Column {
            place: find(name, self.schema)?,
            schema: self.schema,
        })
    }

    fn put(&mut self, place: usize, holds: Part, must: String) {
        self.checks.push(Check {
            column: self.schema.field(place).name().clone(),
            place,
            holds,
            must,
        });
    }

    /// A check for each column.
    fn each(
        &mut self,
        target: &Target,
        must: &str,
        holds: impl Fn(&Column<'_>) -> Result<Part, RowError>,
    ) -> Result<(), RowError> {
        for place in choose(&target.columns, self.schema)? {
            let column = Column {
                place,
                schema: self.schema,
            };
            let holds = holds(&column)?;
            self.put(place, holds, must.to_owned());
        }
        Ok(())
    }

    /// A check for each column of texts; others are refused where they are named, and else passed over.
    fn texts(
        &mut self,
        target: &Target,
        must: &str,
        holds: impl Fn(&Column<'_>) -> Result<Part, RowError>,
    ) -> Result<(), RowError> {
        let named = matches!(target.columns, Columns::Names(_));
        for place in choose(&target.columns, self.schema)? {
            let column = Column {
                place,
                schema: self.schema,
            };
            if Kind::of(column.data_type()) == Kind::Text {
                let holds = holds(&column)?;
                self.put(place, holds, must.to_owned());
            } else if named {
                return Err(column.refused("texts"));
            }
        }
        Ok(())
    }

    fn unique(&mut self, target: &Target) -> Result<(), RowError> {
        let places = choose(&target.columns, self.schema)?;
        let Some(first) = places.first().copied() else {
            return Ok(());
        };
        let names: Vec<&str> = places
            .iter()
            .map(|place| self.schema.field(*place).name().as_str())
            .collect();
        let hashes = self.facts.repeated.get(&names.join("\0"));
        let parts = places
            .iter()
            .map(|place| Part::column(*place, self.schema.field(*place).data_type()));
        let holds = not(repeated(parts.collect(), hashes, true))?;
        let must = match names.as_slice() {
            [_] => "occur once".to_owned(),
            several => format!(
                "occur once together with the rest of {}",
                several.join(", ")
            ),
        };
        self.put(first, holds, must);
        Ok(())
    }

    fn columns_exist(&self, columns: &[Name]) -> Result<(), RowError> {
        let missing: Vec<&str> = columns
            .iter()
            .map(Name::as_str)
            .filter(|name| self.schema.index_of(name).is_err())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let message = format!("there is no column {}", missing.join(", "));
        Err(RowError::new("RULE_BROKEN", message))
    }
}

/// A column that a rule is about.
struct Column<'c> {
    place: usize,
    schema: &'c Schema,
}

impl Column<'_> {
    fn name(&self) -> &str {
        self.schema.field(self.place).name()
    }

    fn data_type(&self) -> &arrow::datatypes::DataType {
        self.schema.field(self.place).data_type()
    }

    fn part(&self) -> Part {
        Part::column(self.place, self.data_type())
    }

    /// The column, if it holds no lists.
    fn single(&self) -> Result<Part, RowError> {
        match Kind::of(self.data_type()) {
            Kind::Other => Err(self.refused("single values")),
            _ => Ok(self.part()),
        }
    }

    fn comparand(&self, value: &Scalar) -> Result<Part, RowError> {
        self.single()?;
        comparand(value, self.data_type(), self.name())
    }

    fn refused(&self, wanted: &str) -> RowError {
        RowError::column_type(self.name(), &type_name(self.data_type()), wanted)
    }
}

fn length(column: &Column<'_>, counts: &Counts) -> Result<Part, RowError> {
    let least = counts.least.unwrap_or(0);
    let mut ends = vec![matched(
        column.part(),
        Matcher::Length(|a, b| a >= b, least),
        false,
    )?];
    if let Some(most) = counts.most {
        ends.push(matched(
            column.part(),
            Matcher::Length(|a, b| a <= b, most),
            false,
        )?);
    }
    all(ends)
}

fn operator_of(operator: CompareOperator) -> Operator {
    match operator {
        CompareOperator::Eq => Operator::Equal,
        CompareOperator::Ne => Operator::NotEqual,
        CompareOperator::Gt => Operator::Greater,
        CompareOperator::Gte => Operator::GreaterEqual,
        CompareOperator::Lt => Operator::Less,
        CompareOperator::Lte => Operator::LessEqual,
    }
}

fn words(operator: CompareOperator) -> &'static str {
    match operator {
        CompareOperator::Eq => "equal to",
        CompareOperator::Ne => "other than",
        CompareOperator::Gt => "greater than",
        CompareOperator::Gte => "at least",
        CompareOperator::Lt => "less than",
        CompareOperator::Lte => "at most",
    }
}

fn range(range: &Range) -> String {
    let shown = |end: &Scalar| match end {
        Scalar::Text(text) => text.clone(),
        Scalar::Integer(whole) => whole.to_string(),
        Scalar::Number(number) => number.to_string(),
        Scalar::Boolean(value) => value.to_string(),
    };
    match (&range.low, &range.high) {
        (Some(low), Some(high)) => format!("lie between {} and {}", shown(low), shown(high)),
        (Some(low), None) => format!("be at least {}", shown(low)),
        (None, Some(high)) => format!("be at most {}", shown(high)),
        (None, None) => "be a value".to_owned(),
    }
}

fn counts(counts: &Counts) -> String {
    match (counts.least, counts.most) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => "any number of".to_owned(),
    }
}
