//! Plain columns beside functions over rows.

use sqlparser::ast::{Expr, GroupByExpr, OrderByExpr, Select, SelectItem, Value as SqlValue};

use super::Checker;
use super::columns::{aggregate_in, arguments, is_aggregate, parts};
use super::scope::Scope;
use crate::schema::ColumnId;

impl Checker<'_> {
    /// Plain columns beside functions over rows stand in GROUP BY.
    pub(crate) fn grouped(&mut self, select: &Select, scope: &Scope<'_>) {
        let GroupByExpr::Expressions(keys, modifiers) = &select.group_by else {
            return;
        };
        let shown = || {
            select.projection.iter().filter_map(|item| match item {
                SelectItem::UnnamedExpr(expression)
                | SelectItem::ExprWithAlias {
                    expr: expression, ..
                } => Some(expression),
                _ => None,
            })
        };
        if keys.is_empty()
            && select.having.is_none()
            && !shown().any(|expression| aggregate_in(expression).is_some())
            || !modifiers.is_empty()
        {
            return;
        }
        // A key may be a column, an alias, a place in the list, or an expression as it is shown.
        let by_place = |key: &Expr| match key {
            Expr::Value(value) => match &value.value {
                SqlValue::Number(number, _) => number
                    .parse::<usize>()
                    .ok()
                    .and_then(|place| shown().nth(place.checked_sub(1)?)),
                _ => None,
            },
            _ => None,
        };
        let texts: Vec<String> = keys
            .iter()
            .flat_map(|key| [Some(key), by_place(key)])
            .flatten()
            .map(|key| key.to_string().to_lowercase())
            .collect();
        let columns: Vec<ColumnId> = keys
            .iter()
            .flat_map(|key| [Some(key), by_place(key)])
            .flatten()
            .filter_map(|key| self.resolved(key, scope))
            .collect();
        let mut missing: Vec<&Expr> = Vec::new();
        for item in &select.projection {
            let (expression, alias) = match item {
                SelectItem::UnnamedExpr(expression) => (expression, None),
                SelectItem::ExprWithAlias { expr, alias } => {
                    (expr, Some(alias.value.to_lowercase()))
                }
                _ => continue,
            };
            if alias.is_some_and(|alias| texts.contains(&alias)) {
                continue;
            }
            self.ungrouped(expression, &texts, &columns, scope, &mut missing);
        }
        if let Some(having) = &select.having {
            self.ungrouped(having, &texts, &columns, scope, &mut missing);
        }
        for expression in missing {
            let mut all: Vec<String> = keys.iter().map(ToString::to_string).collect();
            all.push(expression.to_string());
            let message =
                format!("{expression} stands neither in GROUP BY nor in a function over rows");
            let span = self.places.of(expression);
            self.error(
                "E_NOT_GROUPED",
                message,
                span,
                Some(format!("GROUP BY {}", all.join(", "))),
            );
        }
    }

    /// The order of groups, and of rows that are told apart by what is shown.
    pub(crate) fn ordered(&mut self, select: &Select, keys: &[OrderByExpr], scope: &Scope<'_>) {
        let shown: Vec<&Expr> = select
            .projection
            .iter()
            .filter_map(|item| match item {
                SelectItem::UnnamedExpr(expression)
                | SelectItem::ExprWithAlias {
                    expr: expression, ..
                } => Some(expression),
                _ => None,
            })
            .collect();
        let GroupByExpr::Expressions(groups, _) = &select.group_by else {
            return;
        };
        if shown.len() < select.projection.len() {
            return;
        }
        let mut texts: Vec<String> = scope
            .aliases
            .iter()
            .cloned()
            .chain(shown.iter().map(ToString::to_string))
            .map(|text| text.to_lowercase())
            .collect();
        let mut columns: Vec<ColumnId> = shown
            .iter()
            .filter_map(|shown| self.resolved(shown, scope))
            .collect();
        let grouped = !groups.is_empty()
            || shown
                .iter()
                .any(|expression| aggregate_in(expression).is_some());
        if !grouped && select.distinct.is_none() {
            return;
        }
        if grouped {
            texts.extend(groups.iter().map(|key| key.to_string().to_lowercase()));
            columns.extend(groups.iter().filter_map(|key| self.resolved(key, scope)));
        }
        for key in keys {
            let mut missing = Vec::new();
            if grouped {
                self.ungrouped(&key.expr, &texts, &columns, scope, &mut missing);
            } else {
                // Not even a key tells rows apart that DISTINCT has made one.
                let shown = texts.contains(&key.expr.to_string().to_lowercase())
                    || self
                        .resolved(&key.expr, scope)
                        .is_some_and(|column| columns.contains(&column))
                    || matches!(key.expr, Expr::Value(_));
                missing.extend((!shown).then_some(&key.expr));
            }
            let Some(expression) = missing.first() else {
                continue;
            };
            let (code, message) = if grouped {
                (
                    "E_NOT_GROUPED",
                    format!("the order is by {expression}, which is not grouped"),
                )
            } else {
                (
                    "E_ORDER_NOT_SHOWN",
                    format!("with DISTINCT the order is by what is shown; {expression} is not"),
                )
            };
            let span = self.places.of(*expression);
            self.error(code, message, span, None);
        }
    }

    pub(super) fn ungrouped<'e>(
        &self,
        expression: &'e Expr,
        texts: &[String],
        columns: &[ColumnId],
        scope: &Scope<'_>,
        missing: &mut Vec<&'e Expr>,
    ) {
        if texts.contains(&expression.to_string().to_lowercase()) {
            return;
        }
        match expression {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                let Some(column) = self.resolved(expression, scope) else {
                    return;
                };
                let schema = self.schema();
                let key = &schema.tables[schema.table_of(column)].key;
                // The key of a table tells all its columns.
                let by_key = !key.is_empty() && key.iter().all(|part| columns.contains(part));
                if !columns.contains(&column) && !by_key {
                    missing.push(expression);
                }
            }
            Expr::Function(function) => {
                if is_aggregate(function) || function.over.is_some() {
                    return;
                }
                for argument in arguments(function) {
                    self.ungrouped(argument, texts, columns, scope, missing);
                }
            }
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {}
            other => {
                for part in parts(other) {
                    self.ungrouped(part, texts, columns, scope, missing);
                }
            }
        }
    }
}
