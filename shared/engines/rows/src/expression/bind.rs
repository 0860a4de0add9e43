//! The tree of an expression bound to columns.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringViewArray};
use arrow::datatypes::Schema;
use millrace_steps::expression::{ColumnName, Literal, Node, Operator};

use super::arithmetic;
use super::call::call;
use super::cases;
use super::compare;
use super::decimal;
use super::kinds::{mismatch, read_moment};
use super::logic;
use super::matching::{Matcher, matched};
use super::members;
use super::numbers::{Keeping, decimal_constant, keeping};
use super::part::Part;
use super::texts::{self, Edit};
use super::written;
use crate::choose;
use crate::error::RowError;

/// Binds a node and all below it.
pub(crate) fn bind(node: &Node, schema: &Schema) -> Result<Part, RowError> {
    let one = |node: &Node| bind(node, schema);
    let many = |nodes: &[Node]| nodes.iter().map(one).collect::<Result<Vec<_>, _>>();
    match node {
        Node::Column(name) => column(name, schema),
        Node::Literal(literal) => self::literal(literal),
        Node::Negate(operand) => keeping(Keeping::Negate, one(operand)?, "-"),
        Node::Not(operand) => logic::not(one(operand)?),
        Node::All(nodes) => logic::all(many(nodes)?),
        Node::Any(nodes) => logic::any(many(nodes)?),
        Node::Binary {
            operator,
            left,
            right,
        } => {
            let (left, right) = (one(left)?, one(right)?);
            match operator {
                Operator::Concatenate => texts::bind(Edit::Join, "||", vec![left, right]),
                operator if operator.is_comparison() => compare::bind(*operator, left, right),
                operator => arithmetic::bind(*operator, left, right),
            }
        }
        Node::Is {
            operand,
            truth,
            negated,
        } => logic::is(one(operand)?, *truth, *negated),
        Node::Between {
            operand,
            low,
            high,
            negated,
        } => compare::between(one(operand)?, one(low)?, one(high)?, *negated),
        Node::In {
            operand,
            list,
            negated,
        } => members::bind(one(operand)?, many(list)?, *negated, true),
        Node::Like {
            operand,
            pattern,
            case_sensitive,
            negated,
        } => {
            let matcher = Matcher::like(pattern, *case_sensitive)?;
            matched(one(operand)?, matcher, *negated)
        }
        Node::Case {
            operand,
            branches,
            otherwise,
        } => {
            let mut bound = Vec::with_capacity(branches.len());
            for (when, then) in branches {
                bound.push((one(when)?, one(then)?));
            }
            let otherwise = match otherwise {
                Some(otherwise) => one(otherwise)?,
                None => Part::null(),
            };
            match operand {
                Some(operand) => cases::case_of(one(operand)?, bound, otherwise),
                None => cases::case(bound, otherwise, "case"),
            }
        }
        Node::Cast { operand, to, safe } => written::cast(one(operand)?, *to, *safe),
        Node::Call {
            function,
            arguments,
        } => call(*function, many(arguments)?),
    }
}

/// The column that a name means.
fn column(name: &ColumnName, schema: &Schema) -> Result<Part, RowError> {
    let names: Vec<&str> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    let place = name
        .resolve(&names)
        .and_then(|found| names.iter().position(|name| *name == found))
        .ok_or_else(|| choose::missing(&name.name, schema))?;
    Ok(Part::column(place, schema.field(place).data_type()))
}

fn literal(literal: &Literal) -> Result<Part, RowError> {
    let cell: ArrayRef = match literal {
        Literal::Null => return Ok(Part::null()),
        Literal::Boolean(value) => Arc::new(BooleanArray::from(vec![*value])),
        Literal::Integer(whole) => Arc::new(Int64Array::from(vec![*whole])),
        Literal::Number(number) => number_cell(number)?,
        Literal::Text(text) => Arc::new(StringViewArray::from_iter_values([text])),
        Literal::Date(text) | Literal::Timestamp(text) => {
            let cell = read_moment(text)?;
            let cell = cell.ok_or_else(|| mismatch(format!("{text:?} is no moment")))?;
            match literal {
                Literal::Timestamp(_) => return written::as_timestamp(Part::constant(cell)),
                _ => cell,
            }
        }
    };
    Ok(Part::constant(cell))
}

/// A number that is written out: exact, or a double where it has an exponent.
pub(crate) fn number_cell(text: &str) -> Result<ArrayRef, RowError> {
    if let Some(number) = decimal::parse(text) {
        return decimal_constant(number);
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Arc::new(Float64Array::from(vec![number]))),
        _ => Err(mismatch(format!("{text} is no number"))),
    }
}
