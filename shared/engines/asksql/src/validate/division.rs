//! Divisions by zero, and those of whole numbers that lose what is behind the point.

use sqlparser::ast::{
    BinaryOperator, DataType, Expr, GroupByExpr, Select, UnaryOperator, Value as SqlValue,
};

use super::Checker;
use super::columns::{arguments, parts};
use super::doubts::literal;
use super::scope::Scope;
use super::warnings::shown;
use crate::schema::Kind;

impl Checker<'_> {
    /// Warns of the divisions in a SELECT.
    pub(crate) fn divisions(&mut self, select: &Select, scope: &Scope<'_>) {
        let keys = match &select.group_by {
            GroupByExpr::Expressions(keys, _) => keys.as_slice(),
            GroupByExpr::All(_) => &[],
        };
        for expression in shown(select).chain(&select.selection).chain(&select.having) {
            // Who groups by tens or by hundreds means whole numbers.
            self.division(expression, keys.contains(expression), scope);
        }
    }

    /// Follows an expression; `whole` where a part that is no whole number would not be used.
    fn division(&mut self, expression: &Expr, whole: bool, scope: &Scope<'_>) {
        match expression {
            Expr::Nested(inner) => return self.division(inner, whole, scope),
            Expr::BinaryOp { left, op, right } => {
                let zero = literal(right) == Some(0.0);
                if zero && matches!(op, BinaryOperator::Divide | BinaryOperator::Modulo) {
                    let message = format!("{expression} divides by zero");
                    let span = self.places.of(expression);
                    self.warn("W_DIVISION_BY_ZERO", &message, span);
                } else if *op == BinaryOperator::Divide && !whole && self.loses(left, right, scope)
                {
                    let message = format!(
                        "{expression} divides whole numbers and may leave out what is behind the point; CAST one to DOUBLE"
                    );
                    let span = self.places.of(expression);
                    self.warn("W_DIVISION_BY_INTEGER", &message, span);
                }
                let times = *op == BinaryOperator::Multiply;
                self.division(left, times && divided_by(left, right), scope);
                self.division(right, times && divided_by(right, left), scope);
                return;
            }
            _ => {}
        }
        let rounds = rounds_down(expression);
        let inner = match expression {
            Expr::Function(function) => arguments(function),
            other => parts(other),
        };
        for part in inner {
            self.division(part, rounds, scope);
        }
    }

    /// Both are whole numbers, and what is left over is not seen to be nothing.
    fn loses(&self, left: &Expr, right: &Expr, scope: &Scope<'_>) -> bool {
        let even = literal(left)
            .zip(literal(right))
            .is_some_and(|(left, right)| left % right == 0.0);
        !even && self.is_whole(left, scope) && self.is_whole(right, scope)
    }

    fn is_whole(&self, expression: &Expr, scope: &Scope<'_>) -> bool {
        match expression {
            Expr::Value(value) => {
                matches!(&value.value, SqlValue::Number(number, _) if number.parse::<i64>().is_ok())
            }
            Expr::Nested(inner)
            | Expr::UnaryOp {
                op: UnaryOperator::Minus | UnaryOperator::Plus,
                expr: inner,
            } => self.is_whole(inner, scope),
            Expr::BinaryOp { left, op, right } => {
                matches!(
                    op,
                    BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply
                ) && self.is_whole(left, scope)
                    && self.is_whole(right, scope)
            }
            Expr::Cast { data_type, .. } => is_whole_type(data_type),
            Expr::Function(function) => {
                let name = function.name.to_string().to_lowercase();
                match name.as_str() {
                    "count" | "length" | "row_number" | "rank" | "dense_rank" | "ntile" => true,
                    "sum" | "min" | "max" | "abs" | "coalesce" | "nullif" | "ifnull" => {
                        let arguments = arguments(function);
                        let whole = |argument: &&Expr| self.is_whole(argument, scope);
                        !arguments.is_empty() && arguments.iter().all(whole)
                    }
                    _ => false,
                }
            }
            _ => self
                .resolved(expression, scope)
                .is_some_and(|column| self.schema().columns[column].declared == Kind::Integer),
        }
    }
}

/// `a / b` beside a factor of `b`: the next lower multiple is meant.
fn divided_by(side: &Expr, factor: &Expr) -> bool {
    match side {
        Expr::Nested(inner) => divided_by(inner, factor),
        Expr::BinaryOp {
            op: BinaryOperator::Divide,
            right,
            ..
        } => **right == *factor,
        _ => false,
    }
}

/// Leaves out what is behind the point on purpose.
fn rounds_down(expression: &Expr) -> bool {
    match expression {
        Expr::Floor { .. } => true,
        Expr::Cast { data_type, .. } => is_whole_type(data_type),
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            matches!(name.as_str(), "floor" | "trunc")
        }
        _ => false,
    }
}

fn is_whole_type(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::TinyInt(_)
            | DataType::SmallInt(_)
            | DataType::Int(_)
            | DataType::Integer(_)
            | DataType::BigInt(_)
    )
}
