//! Comparisons that cannot be meant: a day with a number, a number with a word.

use sqlparser::ast::{BinaryOperator, Expr, Value as SqlValue};

use super::Checker;
use super::scope::Scope;
use crate::schema::Kind;

impl Checker<'_> {
    /// Checks the two sides of a comparison.
    pub(crate) fn comparison(&mut self, expression: &Expr, scope: &Scope<'_>) {
        let pairs: Vec<(&Expr, &Expr)> = match expression {
            Expr::BinaryOp { left, op, right } if compares(op) => vec![(left, right)],
            Expr::Between {
                expr, low, high, ..
            } => vec![(expr, low), (expr, high)],
            Expr::InList { expr, list, .. } => list.iter().map(|item| (&**expr, item)).collect(),
            Expr::Like { pattern, .. } | Expr::ILike { pattern, .. } => {
                if number(pattern) {
                    self.error(
                        "E_TYPE_MISMATCH",
                        "LIKE compares with a text; put the pattern in quotes".to_owned(),
                        None,
                        None,
                    );
                }
                vec![]
            }
            _ => return,
        };
        for (left, right) in pairs {
            self.pair(left, right, scope);
            self.pair(right, left, scope);
        }
    }

    fn pair(&mut self, left: &Expr, right: &Expr, scope: &Scope<'_>) {
        let Some(column) = self.resolved(left, scope) else {
            return;
        };
        let facts = &self.schema().columns[column];
        let name = facts.name.clone();
        let message = match facts.declared {
            Kind::Date | Kind::Timestamp if number(right) => {
                format!("{name} holds days, not numbers; compare it with 'YYYY-MM-DD'")
            }
            Kind::Date | Kind::Timestamp if text(right).is_some_and(|text| !is_day(text)) => {
                format!("{name} holds days; the text is no day of the form 'YYYY-MM-DD'")
            }
            Kind::Integer | Kind::Real
                if text(right).is_some_and(|text| text.trim().parse::<f64>().is_err()) =>
            {
                format!("{name} holds numbers; it is compared with a text")
            }
            Kind::Integer
            | Kind::Real
            | Kind::Date
            | Kind::Timestamp
            | Kind::Boolean
            | Kind::Text => return,
        };
        let span = match left {
            Expr::Identifier(name) => self.places.of(name),
            Expr::CompoundIdentifier(parts) => parts.last().and_then(|name| self.places.of(name)),
            _ => None,
        };
        self.error("E_TYPE_MISMATCH", message, span, None);
    }

    /// WHERE wants true or false.
    pub(crate) fn boolean(&mut self, condition: &Expr, scope: &Scope<'_>) {
        let plain = number(condition)
            || text(condition).is_some()
            || self.resolved(condition, scope).is_some_and(|column| {
                !matches!(
                    self.schema().columns[column].declared,
                    Kind::Boolean | Kind::Integer
                )
            });
        if plain {
            self.error(
                "E_NOT_BOOLEAN",
                format!("WHERE {condition} is neither true nor false; compare it with something"),
                None,
                None,
            );
        }
    }
}

fn compares(operator: &BinaryOperator) -> bool {
    matches!(
        operator,
        BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq
    )
}

fn number(expression: &Expr) -> bool {
    matches!(expression, Expr::Value(value) if matches!(value.value, SqlValue::Number(..)))
}

pub(crate) fn text(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Value(value) => match &value.value {
            SqlValue::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Reads as a day, a month or a moment; engines take shorter and longer forms too.
fn is_day(text: &str) -> bool {
    let digits: Vec<&str> = text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    let number = |at: usize| digits.get(at).and_then(|part| part.parse::<u32>().ok());
    let year_first = digits.first().is_some_and(|part| part.len() == 4);
    if !year_first {
        // Other orders of day and month are the engine's matter.
        return digits.len() >= 2;
    }
    number(1).is_none_or(|month| (1..=12).contains(&month))
        && number(2).is_none_or(|day| (1..=31).contains(&day))
}
