//! Queries as a whole that are allowed and yet may not be meant.

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Query, Select, SelectItem, SetExpr, SetOperator,
};

use super::columns::aggregate_in;
use super::{Checker, Severity, Span};

/// Rows of a table from which a query without a limit is warned of; unknown sizes count as large.
const MANY_ROWS: usize = 1_000;

/// Rows of a table that an answer cannot hold: of 40 bytes each, they pass the 4 MiB that one may have.
const TOO_MANY_ROWS: usize = 100_000;

impl Checker<'_> {
    pub(crate) fn warnings(&mut self, query: &Query) {
        let limit = self.limit(query);
        let mut sides = Vec::new();
        sides_of(&query.body, true, &mut sides);
        let mut whole = false;
        for (select, returned) in sides {
            let limited = limit.is_some() || select.top.is_some();
            // Of a query without a limit this is said once, however many sides it has.
            if returned && !limited && !whole && select.selection.is_none() {
                whole = self.everything(select);
            }
            if limited && query.order_by.is_none() && !aggregates(select) {
                let message = "a limit without an order takes any rows; add ORDER BY";
                let span = limit.flatten().or_else(|| self.places.of(select));
                self.hint("W_LIMIT_WITHOUT_ORDER", message, span);
            }
            for item in select.projection.iter().filter(|item| is_star(item)) {
                let message = "name the columns instead of *: it grows with the table";
                let span = self.places.of(item);
                self.hint("W_SELECT_STAR", message, span);
            }
            self.names(select);
            self.needless_distinct(select);
        }
    }

    fn hint(&mut self, code: &'static str, message: &str, span: Option<Span>) {
        self.push(code, Severity::Hint, message.to_owned(), span, None);
    }

    /// The place of the limit, where there is one.
    fn limit(&self, query: &Query) -> Option<Option<Span>> {
        let limit = query.limit_clause.as_ref();
        limit
            .map(|limit| self.places.of(limit))
            .or_else(|| query.fetch.as_ref().map(|fetch| self.places.of(fetch)))
    }

    /// Warns of a SELECT that returns all rows of large tables.
    fn everything(&mut self, select: &Select) -> bool {
        if aggregates(select) || is_grouped(select) || select.from.is_empty() {
            return false;
        }
        let rows = self.largest(select);
        let many = rows.is_none_or(|rows| rows >= MANY_ROWS);
        let told = many || select.projection.iter().any(is_star);
        let span = self.places.of_all(&select.from);
        if told {
            self.warn("W_NO_LIMIT", "Query may return large dataset", span);
        }
        if let Some(rows) = rows.filter(|rows| *rows >= TOO_MANY_ROWS)
            && select.distinct.is_none()
        {
            let message =
                format!("all of {rows} rows or more are returned; leave some out with WHERE");
            self.warn("W_NO_WHERE", &message, span);
        }
        told
    }

    /// Output columns that cannot be told apart by name.
    fn names(&mut self, select: &Select) {
        let mut names: Vec<String> = Vec::new();
        for item in &select.projection {
            let name = match item {
                SelectItem::UnnamedExpr(Expr::Identifier(name)) => name,
                SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => match parts.last() {
                    Some(name) => name,
                    None => continue,
                },
                SelectItem::ExprWithAlias { alias, .. } => alias,
                _ => continue,
            };
            let name = name.value.to_lowercase();
            if names.contains(&name) {
                let message =
                    format!("two output columns are called {name}; give one another name");
                let span = self.places.of(item);
                self.warn("W_DUPLICATE_OUTPUT_NAME", &message, span);
            }
            names.push(name);
        }
    }

    /// DISTINCT over groups whose keys are all shown.
    fn needless_distinct(&mut self, select: &Select) {
        let GroupByExpr::Expressions(keys, _) = &select.group_by else {
            return;
        };
        let all_shown = keys
            .iter()
            .all(|key| shown(select).any(|expression| expression == key));
        if matches!(select.distinct, Some(Distinct::Distinct)) && !keys.is_empty() && all_shown {
            let span = self.places.of_all(keys);
            let message = "DISTINCT beside GROUP BY does nothing more";
            self.hint("W_DISTINCT_GROUPED", message, span);
        }
    }
}

/// The SELECTs that a query puts together, each with whether its rows are returned.
fn sides_of<'q>(body: &'q SetExpr, returned: bool, sides: &mut Vec<(&'q Select, bool)>) {
    match body {
        SetExpr::Select(select) => sides.push((select, returned)),
        SetExpr::Query(query) => {
            let limited = query.limit_clause.is_some() || query.fetch.is_some();
            sides_of(&query.body, returned && !limited, sides);
        }
        SetExpr::SetOperation {
            left, op, right, ..
        } => {
            sides_of(left, returned, sides);
            // EXCEPT and INTERSECT return rows of their left side alone.
            let adds = matches!(op, SetOperator::Union);
            sides_of(right, returned && adds, sides);
        }
        _ => {}
    }
}

fn is_star(item: &SelectItem) -> bool {
    matches!(
        item,
        SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)
    )
}

fn aggregates(select: &Select) -> bool {
    shown(select).any(|expression| aggregate_in(expression).is_some())
}

pub(super) fn is_grouped(select: &Select) -> bool {
    !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty())
}

pub(super) fn shown(select: &Select) -> impl Iterator<Item = &Expr> {
    select.projection.iter().filter_map(|item| match item {
        SelectItem::UnnamedExpr(expression)
        | SelectItem::ExprWithAlias {
            expr: expression, ..
        } => Some(expression),
        _ => None,
    })
}
