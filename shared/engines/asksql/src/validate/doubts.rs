//! Conditions that are allowed and yet hardly meant.

use sqlparser::ast::{
    BinaryOperator, Expr, Query, Select, SelectItem, SetExpr, TableFactor, Value as SqlValue,
};

use super::columns::parts;
use super::cost::factors;
use super::nearest::nearest;
use super::scope::{Relation, Scope, columns_of, last};
use super::{Checker, Severity};
use crate::schema::Kind;
use crate::words::token::normal_words;

/// Values up to which a column is taken to hold a fixed choice.
const FEW_VALUES: usize = 200;

impl Checker<'_> {
    /// Conditions that are allowed and yet hardly meant.
    pub(crate) fn doubts(&mut self, condition: &Expr, scope: &Scope<'_>) {
        if let Some(truth) = fixed(condition) {
            let (code, text) = if truth {
                ("W_ALWAYS_TRUE", "is always true")
            } else {
                ("W_ALWAYS_FALSE", "is never true")
            };
            self.warn(
                code,
                &format!("{condition} {text}"),
                self.places.of(condition),
            );
        }
        match condition {
            Expr::BinaryOp { left, op, right } => {
                let null = |side: &Expr| matches!(side, Expr::Value(value) if value.value == SqlValue::Null);
                if matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq)
                    && (null(left) || null(right))
                {
                    self.warn(
                        "W_NULL_COMPARE",
                        "a comparison with NULL is never true; write IS NULL or IS NOT NULL",
                        self.places.of(condition),
                    );
                }
                if *op == BinaryOperator::Eq {
                    self.known_value(left, right, scope);
                    self.known_value(right, left, scope);
                }
            }
            Expr::Like { pattern, .. } | Expr::ILike { pattern, .. }
                if super::types::text(pattern).is_some_and(|text| text.starts_with('%')) =>
            {
                self.push(
                    "W_LIKE_LEADING_WILDCARD",
                    Severity::Hint,
                    "a pattern that begins with % looks at every row".to_owned(),
                    self.places.of(&**pattern),
                    None,
                );
            }
            Expr::InSubquery {
                subquery,
                negated: true,
                ..
            } if self.may_hold_null(subquery) => {
                let message = "NOT IN finds nothing where the subquery has a NULL; leave them out with IS NOT NULL";
                let span = self.places.of(condition);
                self.warn("W_NOT_IN_NULLABLE", message, span);
            }
            _ => {}
        }
        for part in parts(condition) {
            self.doubts(part, scope);
        }
    }

    /// A column with nulls in its rows, all of which the subquery takes.
    fn may_hold_null(&self, subquery: &Query) -> bool {
        let SetExpr::Select(select) = &*subquery.body else {
            return false;
        };
        let [SelectItem::UnnamedExpr(expression)] = select.projection.as_slice() else {
            return false;
        };
        select.selection.is_none()
            && self
                .resolved(expression, &self.plain_scope(select))
                .is_some_and(|column| self.schema().columns[column].facts.nulls > 0)
    }

    /// The tables of a SELECT that has been checked already.
    fn plain_scope(&self, select: &Select) -> Scope<'static> {
        let mut scope = Scope::default();
        let schema = self.schema();
        for factor in factors(select) {
            if let TableFactor::Table { name, alias, .. } = factor
                && let Some(name) = last(name)
                && let Some(table) = schema.table_named(&name.value)
            {
                let called = alias.as_ref().map_or(name, |alias| &alias.name);
                scope.relations.push(Relation {
                    name: called.value.clone(),
                    place: None,
                    columns: Some(columns_of(schema, table)),
                });
            }
        }
        scope
    }

    /// A text that is none of the few values of its column.
    fn known_value(&mut self, left: &Expr, right: &Expr, scope: &Scope<'_>) {
        let (Some(column), Some(text)) = (self.resolved(left, scope), super::types::text(right))
        else {
            return;
        };
        let facts = &self.schema().columns[column];
        if facts.declared != Kind::Text
            || facts.facts.distinct == 0
            || facts.facts.distinct > FEW_VALUES
        {
            return;
        }
        let values = self.database.values.of_column(column);
        if values.is_empty() || values.contains(&text) {
            return;
        }
        let folded = normal_words(text).join(" ");
        let same = values
            .iter()
            .find(|value| normal_words(value).join(" ") == folded)
            .map(|value| (*value).to_owned());
        let suggestion = same.or_else(|| nearest(text, &values));
        let message = format!("no row has {text:?} in {}", facts.name);
        self.push(
            "W_UNKNOWN_VALUE",
            Severity::Warning,
            message,
            self.places.of(right),
            suggestion,
        );
    }
}

/// What a condition is in every row, where its text alone says so.
fn fixed(condition: &Expr) -> Option<bool> {
    match condition {
        Expr::Value(value) => match value.value {
            SqlValue::Boolean(truth) => Some(truth),
            _ => None,
        },
        Expr::BinaryOp { left, op, right } => {
            let order = match (literal(left), literal(right)) {
                (Some(left), Some(right)) => left.partial_cmp(&right)?,
                _ if left == right
                    && matches!(**left, Expr::CompoundIdentifier(_) | Expr::Identifier(_)) =>
                {
                    std::cmp::Ordering::Equal
                }
                _ => return None,
            };
            match op {
                BinaryOperator::Eq => Some(order.is_eq()),
                BinaryOperator::NotEq => Some(order.is_ne()),
                BinaryOperator::Lt => Some(order.is_lt()),
                BinaryOperator::LtEq => Some(order.is_le()),
                BinaryOperator::Gt => Some(order.is_gt()),
                BinaryOperator::GtEq => Some(order.is_ge()),
                _ => None,
            }
        }
        Expr::Between {
            low,
            high,
            negated: false,
            ..
        } => {
            let days = super::types::text(low).zip(super::types::text(high));
            let turned = literal(low)
                .zip(literal(high))
                .is_some_and(|(low, high)| low > high)
                || days.is_some_and(|(low, high)| low > high);
            turned.then_some(false)
        }
        _ => None,
    }
}

pub(super) fn literal(expression: &Expr) -> Option<f64> {
    match expression {
        Expr::Value(value) => match &value.value {
            SqlValue::Number(number, _) => number.parse().ok(),
            _ => None,
        },
        Expr::Nested(inner) => literal(inner),
        _ => None,
    }
}
