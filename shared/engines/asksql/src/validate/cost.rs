//! How many rows a SELECT looks at, where the sizes of its tables are known.

use sqlparser::ast::{BinaryOperator, Expr, Select, TableFactor};

use super::Checker;
use super::joins::{Equality, constraint_on, places};
use super::scope::{Scope, last};
use crate::schema::TableId;

/// Rows put together that are too many: an engine tries some ten million a second, so they take it ten
/// seconds, a third of what a request has.
const COSTLY: f64 = 1e8;

/// What a condition other than an equality leaves of a table; the guess that planners make.
const SHARE_LEFT: f64 = 1.0 / 3.0;

impl Checker<'_> {
    fn rows_of(&self, table: TableId) -> Option<usize> {
        let schema = self.schema();
        let column = schema.tables[table].columns.first()?;
        Some(schema.columns[*column].facts.rows).filter(|rows| *rows > 0)
    }

    /// The rows of the largest table of a SELECT, if all are known.
    pub(super) fn largest(&self, select: &Select) -> Option<usize> {
        factors(select)
            .map(|factor| {
                let TableFactor::Table { name, .. } = factor else {
                    return None;
                };
                self.rows_of(self.schema().table_named(&last(name)?.value)?)
            })
            .try_fold(0, |most, rows| Some(most.max(rows?)))
    }

    /// Warns of joins that put very many rows together.
    pub(super) fn combined(&mut self, select: &Select, scope: &Scope<'_>, equalities: &[Equality]) {
        let mut pairs = 1.0;
        for factor in factors(select) {
            let rows = match factor {
                TableFactor::Table { name, .. } => last(name)
                    .filter(|name| scope.common(&name.value).is_none())
                    .and_then(|name| self.rows_of(self.schema().table_named(&name.value)?)),
                _ => None,
            };
            let Some(rows) = rows else {
                return;
            };
            pairs *= rows as f64;
        }
        // A row meets the rows that have its value; with all values alike frequent, one in so many.
        let schema = self.schema();
        let values = |column: usize| schema.columns[column].facts.distinct;
        for Equality { left, right, .. } in equalities {
            pairs /= values(left.1).max(values(right.1)).max(1) as f64;
        }
        let conditions = select
            .from
            .iter()
            .flat_map(|from| &from.joins)
            .filter_map(|join| constraint_on(&join.join_operator))
            .chain(&select.selection);
        for condition in conditions {
            pairs *= self.left_by(condition, scope);
        }
        if pairs >= COSTLY {
            let message = format!(
                "about {} million rows are put together; join on keys, or leave rows out first",
                (pairs / 1e6).round()
            );
            self.warn("W_COST", &message, self.places.of_all(&select.from));
        }
    }

    /// The share of rows that the conditions on single tables leave.
    fn left_by(&self, condition: &Expr, scope: &Scope<'_>) -> f64 {
        match condition {
            Expr::Nested(inner) => self.left_by(inner, scope),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::And,
                right,
            } => self.left_by(left, scope) * self.left_by(right, scope),
            _ => {
                let mut named = Vec::new();
                places(condition, scope, &mut named);
                named.dedup();
                let [_] = named.as_slice() else {
                    return 1.0;
                };
                let equal = match condition {
                    Expr::BinaryOp {
                        left,
                        op: BinaryOperator::Eq,
                        right,
                    } => self
                        .resolved(left, scope)
                        .or_else(|| self.resolved(right, scope)),
                    _ => None,
                };
                equal.map_or(SHARE_LEFT, |column| {
                    1.0 / self.schema().columns[column].facts.distinct.max(1) as f64
                })
            }
        }
    }
}

/// The relations of FROM, in order.
pub(super) fn factors(select: &Select) -> impl Iterator<Item = &TableFactor> {
    select.from.iter().flat_map(|from| {
        std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation))
    })
}
