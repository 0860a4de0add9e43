//! Conditions: one column and an operator, trees of these, or an expression.

mod operator;
mod read;

#[cfg(test)]
mod tests;

pub use operator::{FilterOperator, OperatorDescription, ValueShape, operators};
pub(crate) use read::condition_parameters;
pub use read::condition_schema;

use serde_json::{Map, Value, json};

use crate::expression::Expression;
use crate::read::{Fields, Parameter, Scope, Shape};
use crate::value::{DataType, Name, Pattern, Scalar, Timespan};

/// Conditions inside each other.
pub(crate) const DEEPEST: usize = 32;

/// Which rows are meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Every one of these holds: `{"all": [...]}`.
    All(Vec<Condition>),
    /// At least one of these holds: `{"any": [...]}`.
    Any(Vec<Condition>),
    /// This does not hold: `{"not": {...}}`. As in SQL, where it is null its negation is null too.
    Not(Box<Condition>),
    /// A column and an operator.
    Compare(Comparison),
    /// An expression that is true: `{"expression": "..."}`.
    Expression(Expression),
}

/// A column, an operator and what it is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The column.
    pub column: Name,
    /// The operator.
    pub operator: FilterOperator,
    /// What it is compared with; its variant follows from the operator.
    pub operand: Operand,
    /// Whether case makes a difference; true unless the caller says otherwise.
    pub case_sensitive: bool,
    /// Whether the answer is turned round, null staying null.
    pub negate: bool,
    /// Whether a null answer counts as true; otherwise it counts as false, as in SQL.
    pub nulls_match: bool,
}

/// What a column is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Nothing.
    Nothing,
    /// One value, also the text of `contains` and of dates.
    Value(Scalar),
    /// Another column of the same row: `value_column`.
    Column(Name),
    /// Least and greatest.
    Pair(Scalar, Scalar),
    /// One of these.
    List(Vec<Scalar>),
    /// A regular expression.
    Pattern(Pattern),
    /// A span of time before the job was created.
    Timespan(Timespan),
    /// Characters.
    Length(u64),
    /// A data type.
    Dtype(DataType),
}

impl Condition {
    /// Calls `visitor` for every condition without conditions inside, with its JSON pointer below this.
    pub fn visit<'c>(&'c self, pointer: &str, visitor: &mut impl FnMut(&str, &'c Self)) {
        match self {
            Self::All(inner) | Self::Any(inner) => {
                let name = if matches!(self, Self::All(_)) {
                    "all"
                } else {
                    "any"
                };
                for (index, condition) in inner.iter().enumerate() {
                    condition.visit(&format!("{pointer}/{name}/{index}"), visitor);
                }
            }
            Self::Not(inner) => inner.visit(&format!("{pointer}/not"), visitor),
            Self::Compare(_) | Self::Expression(_) => visitor(pointer, self),
        }
    }

    /// Whether the answer for a row depends on the other rows.
    #[must_use]
    pub fn needs_all_rows(&self) -> bool {
        let mut found = false;
        self.visit("", &mut |_, condition| {
            if let Self::Compare(comparison) = condition {
                found |= comparison.operator.needs_all_rows();
            }
        });
        found
    }

    /// Reads a condition that stands among other members.
    pub(crate) fn read_members(fields: &mut Fields<'_, '_>) -> Option<Self> {
        read::members(fields, 0)
    }

    /// The members of the normal form.
    pub(crate) fn members(&self) -> Map<String, Value> {
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        let list = |inner: &[Self]| inner.iter().map(Parameter::write).collect::<Value>();
        match self {
            Self::All(inner) => {
                put("all", list(inner));
            }
            Self::Any(inner) => {
                put("any", list(inner));
            }
            Self::Not(inner) => {
                put("not", inner.write());
            }
            Self::Expression(expression) => {
                put("expression", expression.write());
            }
            Self::Compare(comparison) => {
                put("column", comparison.column.write());
                put("operator", comparison.operator.as_str().into());
                match &comparison.operand {
                    Operand::Nothing => None,
                    Operand::Column(other) => put("value_column", other.write()),
                    operand => put("value", operand.write()),
                };
                // Only what differs from the default, so that the two documented shapes stay as they are.
                if !comparison.case_sensitive && comparison.operator != FilterOperator::Ilike {
                    put("case_sensitive", false.into());
                }
                if comparison.negate {
                    put("negate", true.into());
                }
                if comparison.nulls_match {
                    put("nulls", "match".into());
                }
            }
        }
        members
    }
}

impl Operand {
    fn write(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Value(value) => value.write(),
            Self::Column(name) => name.write(),
            Self::Pair(low, high) => json!([low.write(), high.write()]),
            Self::List(values) => values.write(),
            Self::Pattern(pattern) => pattern.write(),
            Self::Timespan(span) => span.write(),
            Self::Length(length) => length.write(),
            Self::Dtype(dtype) => dtype.write(),
        }
    }
}

impl Parameter for Condition {
    fn shape() -> Shape {
        Shape::Condition
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        read::condition(value, scope, 0)
    }

    fn write(&self) -> Value {
        Value::Object(self.members())
    }
}
