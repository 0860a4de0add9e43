//! The step that holds data against rules.

use serde_json::{Value, json};

use super::combine::Source;
use super::{Class, Work};
use crate::fault::Code;
use crate::lineage::Flow;
use crate::read::{Fields, Parameter, Scope, Shape};
use crate::value::{DataType, Name, Pattern, Range, Scalar, Target};

choice! {
    /// How two columns compare.
    pub enum CompareOperator {
        /// Equal.
        Eq = "eq" | "=" | "==" | "equals",
        /// Not equal.
        Ne = "ne" | "!=" | "<>" | "not_equals",
        /// Greater.
        Gt = "gt" | ">" | "greater_than",
        /// Greater or equal.
        Gte = "gte" | ">=" | "greater_than_or_equal",
        /// Less.
        Lt = "lt" | "<" | "less_than",
        /// Less or equal.
        Lte = "lte" | "<=" | "less_than_or_equal",
    }
}

/// From how many to how many: `[1, 5]`, `[1, null]`, or `5` for exactly five.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Fewest.
    pub least: Option<u64>,
    /// Most.
    pub most: Option<u64>,
}

impl Parameter for Counts {
    fn shape() -> Shape {
        let count = Shape::Integer {
            least: Some(0),
            most: None,
        };
        let end = Shape::OneOf(vec![count.clone(), Shape::Null]);
        Shape::OneOf(vec![
            count,
            Shape::List {
                item: Box::new(end),
                least: Some(2),
                most: Some(2),
            },
        ])
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        if value.is_number() {
            let exact = u64::read(value, scope)?;
            return Some(Self {
                least: Some(exact),
                most: Some(exact),
            });
        }
        let range = Range::read(value, scope)?;
        if !range.counts() {
            scope.fault(
                Code::InvalidValue,
                "give whole numbers that are not negative",
            );
            return None;
        }
        let end = |end: Option<Scalar>| match end {
            Some(Scalar::Integer(whole)) => u64::try_from(whole).ok(),
            _ => None,
        };
        Some(Self {
            least: end(range.low),
            most: end(range.high),
        })
    }

    fn write(&self) -> Value {
        json!([self.least, self.most])
    }
}

tagged! {
    /// What must hold. Null passes every rule but `not_null`.
    pub enum RuleTest by "rule" {
        /// No cell is null.
        NotNull = "not_null" {
            /// The columns.
            target: Target as flat,
        },
        /// No value, or combination of values of several columns, occurs twice.
        Unique = "unique" {
            /// The columns.
            target: Target as flat,
        },
        /// Every value is one of these.
        InSet = "in_set" {
            /// The columns.
            target: Target as flat,
            /// The values.
            value: Vec<Scalar>,
        },
        /// Every value lies in a range, its ends included.
        Between = "between" {
            /// The columns.
            target: Target as flat,
            /// Least and greatest value; null for an open end.
            value: Range,
        },
        /// A regular expression is found in every text.
        Matches = "matches" {
            /// The columns.
            target: Target as flat,
            /// The regular expression.
            value: Pattern,
        },
        /// Every cell can be read as a type.
        Type = "type" {
            /// The columns.
            target: Target as flat,
            /// The type.
            value: DataType,
        },
        /// Every text has so many characters.
        Length = "length" {
            /// The columns.
            target: Target as flat,
            /// How many, or fewest and most.
            value: Counts,
        },
        /// Two columns of every row compare so.
        CompareColumns = "compare_columns" {
            /// The left column.
            column: Name,
            /// How they compare.
            operator: CompareOperator,
            /// The right column.
            value_column: Name,
        },
        /// There are so many rows; where not, the job fails.
        RowCount = "row_count" {
            /// How many, or fewest and most.
            value: Counts,
        },
        /// There are these columns; where not, the job fails.
        ColumnsExist = "columns_exist" {
            /// The columns.
            columns: Vec<Name>,
        },
        /// Every value occurs in a column of another file.
        ForeignKey = "foreign_key" {
            /// The column.
            column: Name,
            /// The other file.
            right: Source,
            /// Its column; of the same name where it is left out.
            right_column: Option<Name>,
        },
    }
}

impl RuleTest {
    /// Whether it is about the file, not about rows of it.
    #[must_use]
    pub fn is_about_file(&self) -> bool {
        matches!(self, Self::RowCount { .. } | Self::ColumnsExist { .. })
    }
}

group! {
    /// A rule.
    pub struct Rule {
        /// What must hold.
        test: RuleTest as flat,
        /// The share of rows for which it must hold; if it holds for fewer, the job fails.
        mostly: Option<f64> [0.0..=1.0],
    }
    check Rule::verify;
}

impl Rule {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        if self.mostly.is_some() && self.test.is_about_file() {
            let message = format!("remove mostly: {} is not about rows", self.test.word());
            fields.fault("mostly", Code::ParameterNotUsed, message);
        }
        self
    }
}

choice! {
    /// What happens to rows that break a rule.
    pub enum OnFail {
        /// The job fails.
        Fail = "fail",
        /// They go.
        Drop = "drop",
        /// A column says which they are.
        Flag = "flag",
        /// They go to the rejects file.
        Quarantine = "quarantine",
    }
}

group! {
    /// Holds the data against rules.
    pub struct Validate {
        /// The rules.
        rules: Vec<Rule> [1..=200],
        /// What happens to rows that break one.
        on_fail: OnFail = OnFail::Fail,
        /// Name of the column that is true for rows that break no rule; `_valid` where it is left out.
        /// With `on_fail: flag` only.
        output: Option<Name>,
    }
    check Validate::verify;
}

impl Validate {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        let flags = self.on_fail == OnFail::Flag;
        if self.output.is_some() && !flags {
            let message = "remove output, or use on_fail flag";
            fields.fault("output", Code::ParameterNotUsed, message);
        }
        let output = self.output.or_else(|| flags.then(|| super::name("_valid")));
        Self { output, ..self }
    }
}

impl Work for Validate {
    fn class(&self) -> Class {
        let has = |wanted: fn(&RuleTest) -> bool| self.rules.iter().any(|rule| wanted(&rule.test));
        if has(|test| matches!(test, RuleTest::Unique { .. })) {
            Class::Grouped
        } else if has(|test| matches!(test, RuleTest::ForeignKey { .. })) {
            Class::Broadcast
        } else {
            Class::RowLocal
        }
    }

    fn flow(&self, flow: &mut Flow) {
        for (index, rule) in self.rules.iter().enumerate() {
            let at = |name: &str| format!("rules/{index}/{name}");
            match &rule.test {
                RuleTest::NotNull { target }
                | RuleTest::Unique { target }
                | RuleTest::InSet { target, .. }
                | RuleTest::Between { target, .. }
                | RuleTest::Matches { target, .. }
                | RuleTest::Type { target, .. }
                | RuleTest::Length { target, .. } => {
                    flow.read_columns(&at("columns"), &target.columns);
                }
                RuleTest::CompareColumns {
                    column,
                    value_column,
                    ..
                } => {
                    flow.read(&at("column"), column);
                    flow.read(&at("value_column"), value_column);
                }
                RuleTest::ForeignKey { column, .. } => flow.read(&at("column"), column),
                // Whether they exist is the rule's own question.
                RuleTest::RowCount { .. } | RuleTest::ColumnsExist { .. } => {}
            }
        }
        flow.create_optional(self.output.as_ref());
    }
}
