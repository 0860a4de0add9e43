//! Steps that fill, replace and compute cells.

use serde_json::{Value, json};

use super::{Class, Work};
use crate::expression::Expression;
use crate::filter::Condition;
use crate::lineage::Flow;
use crate::read::{Fields, Parameter, ParameterDescription, Scope, Shape};
use crate::value::{Cell, Columns, DataType, Name, Scalar};

tagged! {
    /// What nulls become.
    pub enum Fill by "strategy" {
        /// A constant.
        Constant = "constant" {
            /// The constant.
            value: Scalar,
        },
        /// The value before them.
        Forward = "forward" {
            /// How many nulls in a row are filled at most; all where it is left out.
            limit: Option<u64> [1..=1_000_000_000],
        },
        /// The value after them.
        Backward = "backward" {
            /// How many nulls in a row are filled at most; all where it is left out.
            limit: Option<u64> [1..=1_000_000_000],
        },
        /// The mean of the column.
        Mean = "mean",
        /// The median of the column.
        Median = "median",
        /// The most frequent value of the column, of equally frequent ones the least.
        Mode = "mode",
        /// The least value of the column.
        Min = "min",
        /// The greatest value of the column.
        Max = "max",
        /// Zero.
        Zero = "zero",
        /// The empty text.
        Empty = "empty",
    }
}

group! {
    /// Replaces nulls.
    pub struct FillNulls {
        /// The columns.
        columns: Columns,
        /// By what.
        fill: Fill as flat,
    }
}

impl Work for FillNulls {
    fn class(&self) -> Class {
        match self.fill {
            Fill::Constant { .. } | Fill::Zero | Fill::Empty => Class::RowLocal,
            // Values carry over from one chunk to the next, or come from the whole column.
            _ => Class::TwoPass,
        }
    }

    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }
}

choice! {
    /// What happens to values that are not in a mapping.
    pub enum Unmapped {
        /// They stay.
        Keep = "keep",
        /// They become null.
        Null = "null",
    }
}

group! {
    /// Replaces whole values.
    pub struct ReplaceValue {
        /// The columns.
        columns: Columns,
        /// Old values, as texts, and new ones; null for no value.
        mapping: Vec<(String, Cell)>,
        /// What happens to values that are not in the mapping.
        default: Unmapped = Unmapped::Keep,
    }
}

impl Work for ReplaceValue {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }
}

group! {
    /// Computes a column by an expression.
    pub struct Derive {
        /// Name of the result, which may be that of a column that there is.
        output: Name,
        /// The expression.
        expression: Expression,
        /// Type of the result; that of the expression where it is left out.
        dtype: Option<DataType>,
    }
}

impl Work for Derive {
    fn flow(&self, flow: &mut Flow) {
        flow.read_expression("expression", &self.expression);
        flow.create(&self.output);
    }
}

/// What a row gets: `"text"`, `5`, `null`, `{"column": "a"}` or `{"expression": "a + 1"}`.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A constant.
    Constant(Cell),
    /// The value of a column.
    Column(Name),
    /// The result of an expression.
    Expression(Expression),
}

impl Parameter for Outcome {
    const NULLABLE: bool = true;

    fn shape() -> Shape {
        let member = |name, description, shape| {
            Shape::Object(vec![ParameterDescription::required(
                name,
                description,
                shape,
            )])
        };
        Shape::OneOf(vec![
            Cell::shape(),
            member("column", "The value of this column.", Name::shape()),
            member(
                "expression",
                "The result of this expression.",
                Expression::shape(),
            ),
        ])
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        if !value.is_object() {
            return Cell::read(value, scope).map(Self::Constant);
        }
        let mut fields = Fields::open(value, scope.again())?;
        let read = match fields.either("column", "expression", "the name of a column") {
            Some("column") => fields.read("column", None, None).map(Self::Column),
            Some(_) => fields.read("expression", None, None).map(Self::Expression),
            None => None,
        };
        fields.close();
        read
    }

    fn write(&self) -> Value {
        match self {
            Self::Constant(cell) => cell.write(),
            Self::Column(name) => json!({"column": name.write()}),
            Self::Expression(expression) => json!({"expression": expression.write()}),
        }
    }
}

impl Outcome {
    fn flow(&self, pointer: &str, flow: &mut Flow) {
        match self {
            Self::Constant(_) => {}
            Self::Column(name) => flow.read(&format!("{pointer}/column"), name),
            Self::Expression(expression) => {
                flow.read_expression(&format!("{pointer}/expression"), expression);
            }
        }
    }
}

group! {
    /// A condition, and what rows get for which it holds.
    pub struct ConditionalCase {
        /// The condition.
        when: Condition,
        /// What the rows get.
        then: Outcome,
    }
}

group! {
    /// Computes a column by cases: the first one that holds decides.
    pub struct Conditional {
        /// Name of the result, which may be that of a column that there is.
        output: Name,
        /// The cases.
        cases: Vec<ConditionalCase> [1..=1_000],
        /// What rows get for which no case holds.
        otherwise as "else": Outcome = Outcome::Constant(Cell::Null),
    }
}

impl Work for Conditional {
    fn class(&self) -> Class {
        if self.cases.iter().any(|case| case.when.needs_all_rows()) {
            Class::Grouped
        } else {
            Class::RowLocal
        }
    }

    fn flow(&self, flow: &mut Flow) {
        for (index, case) in self.cases.iter().enumerate() {
            flow.read_condition(&format!("cases/{index}/when"), &case.when);
            case.then.flow(&format!("cases/{index}/then"), flow);
        }
        self.otherwise.flow("else", flow);
        flow.create(&self.output);
    }
}
