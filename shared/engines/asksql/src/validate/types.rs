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
            Expr::Like { expr, pattern, .. } | Expr::ILike { expr, pattern, .. } => {
                let texts = |column: crate::schema::ColumnId| {
                    matches!(self.schema().columns[column].declared, Kind::Text)
                };
                if self
                    .resolved(expr, scope)
                    .is_some_and(|column| !texts(column))
                {
                    let message = format!("{expr} holds no texts; LIKE compares texts alone");
                    self.error("E_TYPE_MISMATCH", message, self.place_of(expr), None);
                }
                if number(pattern) {
                    self.error(
                        "E_TYPE_MISMATCH",
                        "LIKE compares with a text; put the pattern in quotes".to_owned(),
                        self.places.of(&**pattern),
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
        let other = self
            .resolved(right, scope)
            .map(|column| &self.schema().columns[column]);
        let numbers = |kind: Kind| matches!(kind, Kind::Integer | Kind::Real);
        let days = |kind: Kind| matches!(kind, Kind::Date | Kind::Timestamp);
        let is_number = number(right) || other.is_some_and(|other| numbers(other.declared));
        let message = match facts.declared {
            Kind::Date | Kind::Timestamp if is_number => {
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
            Kind::Text if is_number || other.is_some_and(|other| days(other.declared)) => {
                let message = format!("{name} holds texts; CAST it to compare it with {right}");
                let span = self.place_of(left);
                self.warn("W_IMPLICIT_CAST", &message, span);
                return;
            }
            Kind::Integer
            | Kind::Real
            | Kind::Date
            | Kind::Timestamp
            | Kind::Boolean
            | Kind::Text => return,
        };
        let span = self.place_of(left);
        self.error("E_TYPE_MISMATCH", message, span, None);
    }

    fn place_of(&self, expression: &Expr) -> Option<super::Span> {
        match expression {
            Expr::Identifier(name) => self.places.of_name(name),
            Expr::CompoundIdentifier(parts) => {
                parts.last().and_then(|name| self.places.of_name(name))
            }
            _ => None,
        }
    }

    /// Sums of texts, patterns over numbers.
    pub(crate) fn argument(&mut self, function: &str, argument: &Expr, scope: &Scope<'_>) {
        let Some(column) = self.resolved(argument, scope) else {
            return;
        };
        let facts = &self.schema().columns[column];
        let sums = matches!(
            function,
            "sum" | "avg" | "mean" | "median" | "stddev" | "variance" | "abs" | "round" | "sqrt"
        );
        if sums && !matches!(facts.declared, Kind::Integer | Kind::Real) {
            let message = format!("{function} takes numbers; {} holds none", facts.name);
            let span = self.place_of(argument);
            self.error("E_TYPE_MISMATCH", message, span, None);
        }
    }

    /// WHERE and ON want true or false.
    pub(crate) fn boolean(&mut self, condition: &Expr, clause: &str, scope: &Scope<'_>) {
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
                format!(
                    "{clause} {condition} is neither true nor false; compare it with something"
                ),
                self.places.of(condition),
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
    match expression {
        Expr::Value(value) => matches!(value.value, SqlValue::Number(..)),
        Expr::UnaryOp { expr, .. } | Expr::Nested(expr) => number(expr),
        _ => false,
    }
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
