//! What is allowed and yet may not be meant.

use sqlparser::ast::{
    BinaryOperator, Distinct, Expr, GroupByExpr, JoinConstraint, JoinOperator, Query, Select,
    SelectItem, SetExpr, TableFactor, Value as SqlValue,
};

use super::columns::{aggregate_in, parts};
use super::nearest::nearest;
use super::scope::{Relation, Scope};
use super::{Checker, Severity};
use crate::words::token::normal_words;

/// Rows of a table from which a query without a limit is warned of; unknown sizes count as large.
const LARGE: usize = 1000;

impl Checker<'_> {
    pub(crate) fn warnings(&mut self, query: &Query) {
        let SetExpr::Select(select) = &*query.body else {
            return;
        };
        let aggregates = shown(select).any(|expression| aggregate_in(expression).is_some());
        let limited = query.limit_clause.is_some() || query.fetch.is_some() || select.top.is_some();
        let star = select.projection.iter().any(|item| {
            matches!(
                item,
                SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)
            )
        });
        let grouped =
            !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty());
        let large = self
            .largest(select)
            .is_none_or(|rows| rows == 0 || rows >= LARGE);
        if !limited
            && !aggregates
            && !grouped
            && select.selection.is_none()
            && !select.from.is_empty()
            && (large || star)
        {
            self.warn("W_NO_LIMIT", "Query may return large dataset", None);
        }
        if star {
            let severity = Severity::Hint;
            self.push(
                "W_SELECT_STAR",
                severity,
                "name the columns instead of *: it grows with the table".to_owned(),
                None,
                None,
            );
        }
        if limited && query.order_by.is_none() && !aggregates {
            self.push(
                "W_LIMIT_WITHOUT_ORDER",
                Severity::Hint,
                "a limit without an order takes any rows; add ORDER BY".to_owned(),
                None,
                None,
            );
        }
        self.cartesian(select);
        if let Some(condition) = &select.selection {
            let scope = self.plain_scope(select);
            self.conditions(condition, &scope);
        }
        let distinct = matches!(select.distinct, Some(Distinct::Distinct));
        let mut names: Vec<String> = Vec::new();
        for item in &select.projection {
            let name = match item {
                SelectItem::UnnamedExpr(Expr::Identifier(name)) => name.value.to_lowercase(),
                SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts
                    .last()
                    .map(|part| part.value.to_lowercase())
                    .unwrap_or_default(),
                SelectItem::ExprWithAlias { alias, .. } => alias.value.to_lowercase(),
                _ => continue,
            };
            if names.contains(&name) {
                self.warn(
                    "W_DUPLICATE_OUTPUT_NAME",
                    &format!("two output columns are called {name}; give one another name"),
                    None,
                );
            }
            names.push(name);
        }
        if distinct && grouped && !aggregates {
            self.push(
                "W_DISTINCT_GROUPED",
                Severity::Hint,
                "DISTINCT beside GROUP BY does nothing more".to_owned(),
                None,
                None,
            );
        }
    }

    fn largest(&self, select: &Select) -> Option<usize> {
        let schema = self.schema();
        let rows = |factor: &TableFactor| match factor {
            TableFactor::Table { name, .. } => {
                let table = schema.table_named(&super::scope::last(name)?.value)?;
                schema.tables[table]
                    .columns
                    .first()
                    .map(|column| schema.columns[*column].facts.rows)
            }
            _ => None,
        };
        select
            .from
            .iter()
            .flat_map(|from| {
                std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation))
            })
            .map(rows)
            .try_fold(0, |most, rows| rows.map(|rows| most.max(rows)))
    }

    /// The tables of a SELECT that has been checked already.
    fn plain_scope(&mut self, select: &Select) -> Scope<'static> {
        let mut scope = Scope::default();
        let schema = self.schema();
        for from in &select.from {
            for factor in
                std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation))
            {
                if let TableFactor::Table { name, alias, .. } = factor
                    && let Some(name) = super::scope::last(name)
                    && let Some(table) = schema.table_named(&name.value)
                {
                    let columns = schema.tables[table]
                        .columns
                        .iter()
                        .map(|column| super::scope::Output {
                            name: schema.columns[*column].name.clone(),
                            column: Some(*column),
                        })
                        .collect();
                    let name = alias
                        .as_ref()
                        .map_or_else(|| name.value.clone(), |alias| alias.name.value.clone());
                    scope.relations.push(Relation {
                        name,
                        columns: Some(columns),
                    });
                }
            }
        }
        scope
    }

    /// Tables side by side that no condition joins.
    fn cartesian(&mut self, select: &Select) {
        let crossed = select.from.iter().flat_map(|from| &from.joins).any(|join| {
            matches!(&join.join_operator, JoinOperator::CrossJoin(_) | JoinOperator::Join(JoinConstraint::None) | JoinOperator::Inner(JoinConstraint::None))
                || matches!(&join.join_operator, JoinOperator::Join(JoinConstraint::On(condition)) | JoinOperator::Inner(JoinConstraint::On(condition)) if equalities(condition) == 0 && !matches!(condition, Expr::Nested(_)))
        });
        let commas = select.from.len().saturating_sub(1);
        let joins = select.selection.as_ref().map_or(0, equalities);
        if crossed && joins == 0 || commas > joins {
            self.warn("W_CARTESIAN", "tables are combined without a condition that joins them; every row meets every other", None);
        }
    }

    fn conditions(&mut self, condition: &Expr, scope: &Scope<'_>) {
        match condition {
            Expr::BinaryOp { left, op, right } => {
                let null = |side: &Expr| matches!(side, Expr::Value(value) if value.value == SqlValue::Null);
                if matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq)
                    && (null(left) || null(right))
                {
                    self.warn(
                        "W_NULL_COMPARE",
                        "a comparison with NULL is never true; write IS NULL or IS NOT NULL",
                        None,
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
                    None,
                    None,
                );
            }
            Expr::InSubquery {
                subquery,
                negated: true,
                ..
            } => {
                if let SetExpr::Select(inner) = &*subquery.body
                    && let [SelectItem::UnnamedExpr(expression)] = inner.projection.as_slice()
                {
                    let inner_scope = self.plain_scope(inner);
                    let nulls = self
                        .resolved(expression, &inner_scope)
                        .is_some_and(|column| self.schema().columns[column].facts.nulls > 0);
                    if nulls && inner.selection.is_none() {
                        self.warn("W_NOT_IN_NULLABLE", "NOT IN finds nothing where the subquery has a NULL; leave them out with IS NOT NULL", None);
                    }
                }
            }
            _ => {}
        }
        for part in parts(condition) {
            self.conditions(part, scope);
        }
    }

    /// A text that is none of the few values of its column.
    fn known_value(&mut self, left: &Expr, right: &Expr, scope: &Scope<'_>) {
        let (Some(column), Some(text)) = (self.resolved(left, scope), super::types::text(right))
        else {
            return;
        };
        let facts = &self.schema().columns[column];
        if facts.declared != crate::schema::Kind::Text
            || facts.facts.distinct == 0
            || facts.facts.distinct > 200
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
            None,
            suggestion,
        );
    }
}

fn shown(select: &Select) -> impl Iterator<Item = &Expr> {
    select.projection.iter().filter_map(|item| match item {
        SelectItem::UnnamedExpr(expression)
        | SelectItem::ExprWithAlias {
            expr: expression, ..
        } => Some(expression),
        _ => None,
    })
}

/// Equalities between two names.
fn equalities(condition: &Expr) -> usize {
    let name = |side: &Expr| matches!(side, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    match condition {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } if name(left) && name(right) => 1,
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => equalities(left) + equalities(right),
        Expr::Nested(inner) => equalities(inner),
        _ => 0,
    }
}
