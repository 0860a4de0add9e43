//! Names in expressions, groups, and what the nearest right name is.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident, Select,
    SelectItem, Value as SqlValue,
};

use super::Checker;
use super::scope::{Relation, Scope};
use crate::schema::ColumnId;

impl Checker<'_> {
    /// Checks the names of an expression; `aliases` may be meant where the SELECT list has been read.
    pub(crate) fn expression(&mut self, expression: &Expr, scope: &Scope<'_>, aliases: bool) {
        if !self.enter() {
            self.leave();
            self.error(
                "E_TOO_DEEP",
                "the SQL is nested too deeply; flatten it".to_owned(),
                None,
                None,
            );
            return;
        }
        match expression {
            Expr::Identifier(name) => self.bare(name, scope, aliases),
            Expr::CompoundIdentifier(parts) => self.qualified(parts, scope),
            Expr::Function(function) => self.function(function, scope, aliases),
            Expr::Subquery(query)
            | Expr::Exists {
                subquery: query, ..
            } => {
                self.query(query, Some(scope));
            }
            Expr::InSubquery { expr, subquery, .. } => {
                self.expression(expr, scope, aliases);
                let outputs = self.query(subquery, Some(scope));
                if let Some(outputs) = outputs
                    && outputs.len() != 1
                    && !matches!(**expr, Expr::Tuple(_))
                {
                    let message = format!(
                        "the subquery of IN has {} columns; select one",
                        outputs.len()
                    );
                    self.error("E_SUBQUERY_WIDTH", message, None, None);
                }
            }
            _ => {
                self.comparison(expression, scope);
                for part in parts(expression) {
                    self.expression(part, scope, aliases);
                }
            }
        }
        self.leave();
    }

    fn bare(&mut self, name: &Ident, scope: &Scope<'_>, aliases: bool) {
        if aliases
            && scope
                .aliases
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(&name.value))
        {
            return;
        }
        let mut at = Some(scope);
        while let Some(scope) = at {
            let holders: Vec<&Relation> = scope
                .relations
                .iter()
                .filter(|relation| holds(relation, &name.value))
                .collect();
            if scope
                .relations
                .iter()
                .any(|relation| relation.columns.is_none())
                || holders.len() == 1
            {
                return;
            }
            if holders.len() > 1 {
                let tables: Vec<&str> = holders
                    .iter()
                    .map(|relation| relation.name.as_str())
                    .collect();
                let message = format!(
                    "{} is in {}; say which is meant",
                    name.value,
                    tables.join(" and ")
                );
                let suggestion = Some(format!("{}.{}", tables[0], name.value));
                let span = self.places.of(name);
                self.error("E_AMBIGUOUS_COLUMN", message, span, suggestion);
                return;
            }
            at = scope.outer;
        }
        self.unknown_column(name, None, scope);
    }

    fn qualified(&mut self, parts: &[Ident], scope: &Scope<'_>) {
        let [.., table, column] = parts else {
            return;
        };
        let mut at = Some(scope);
        while let Some(inner) = at {
            if let Some(relation) = inner
                .relations
                .iter()
                .find(|relation| relation.name.eq_ignore_ascii_case(&table.value))
            {
                if !holds(relation, &column.value) && relation.columns.is_some() {
                    let relation = relation.clone();
                    self.unknown_column(column, Some(&relation), scope);
                }
                return;
            }
            at = inner.outer;
        }
        self.unknown_relation(table, scope);
    }

    fn function(&mut self, function: &Function, scope: &Scope<'_>, aliases: bool) {
        let name = function.name.to_string().to_lowercase();
        if let Some(right) = super::functions::misspelled(&name) {
            let span = super::scope::last(&function.name).and_then(|name| self.places.of(name));
            self.error(
                "E_UNKNOWN_FUNCTION",
                format!("there is no function {name}"),
                span,
                Some(right.to_owned()),
            );
        }
        if let FunctionArguments::Subquery(query) = &function.args {
            self.query(query, Some(scope));
        }
        for argument in arguments(function) {
            self.expression(argument, scope, aliases);
        }
        if let Some(filter) = &function.filter {
            self.expression(filter, scope, aliases);
        }
    }

    pub(crate) fn unknown_table(&mut self, name: &Ident) {
        let names: Vec<&str> = self
            .schema()
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        let suggestion = nearest(&name.value, &names);
        let message = match &suggestion {
            Some(right) => format!("there is no table {}; did you mean {right}?", name.value),
            None => format!(
                "there is no table {}; there are {}",
                name.value,
                names
                    .iter()
                    .take(10)
                    .copied()
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        };
        let span = self.places.of(name);
        self.error("E_UNKNOWN_TABLE", message, span, suggestion);
    }

    pub(crate) fn unknown_relation(&mut self, name: &Ident, scope: &Scope<'_>) {
        let names: Vec<&str> = scope
            .relations
            .iter()
            .map(|relation| relation.name.as_str())
            .collect();
        let suggestion = nearest(&name.value, &names)
            .or_else(|| (names.len() == 1).then(|| names[0].to_owned()));
        let span = self.places.of(name);
        let message = format!(
            "{} is not among the tables of the query ({})",
            name.value,
            names.join(", ")
        );
        self.error("E_UNKNOWN_TABLE", message, span, suggestion);
    }

    pub(crate) fn unknown_column(
        &mut self,
        name: &Ident,
        relation: Option<&Relation>,
        scope: &Scope<'_>,
    ) {
        let relations: Vec<&Relation> = relation.map_or_else(
            || scope.relations.iter().collect(),
            |relation| vec![relation],
        );
        let mut names: Vec<&str> = Vec::new();
        for relation in &relations {
            names.extend(
                relation
                    .columns
                    .iter()
                    .flatten()
                    .map(|output| output.name.as_str()),
            );
        }
        let mut suggestion = nearest(&name.value, &names);
        if suggestion.is_none() {
            // The same name in a table that the query leaves out.
            suggestion = self
                .schema()
                .columns
                .iter()
                .find(|column| column.name.eq_ignore_ascii_case(&name.value))
                .map(|column| {
                    format!(
                        "{}.{}",
                        self.schema().tables[column.table].name,
                        column.name
                    )
                });
        }
        let place = relations
            .iter()
            .map(|relation| relation.name.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let mut message = format!("there is no column {}", name.value);
        if !place.is_empty() {
            message.push_str(" in ");
            message.push_str(&place);
        }
        if let Some(right) = &suggestion {
            message.push_str("; did you mean ");
            message.push_str(right);
            message.push('?');
        }
        let span = self.places.of(name);
        self.error("E_UNKNOWN_COLUMN", message, span, suggestion);
    }

    /// The column of the schema that an expression is.
    pub(crate) fn resolved(&self, expression: &Expr, scope: &Scope<'_>) -> Option<ColumnId> {
        let (table, name) = match expression {
            Expr::Identifier(name) => (None, name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, name] => (Some(table), name),
                _ => return None,
            },
            Expr::Nested(inner) => return self.resolved(inner, scope),
            _ => return None,
        };
        let own = scope
            .relations
            .iter()
            .filter(|relation| {
                table.is_none_or(|table| relation.name.eq_ignore_ascii_case(&table.value))
            })
            .flat_map(|relation| relation.columns.iter().flatten())
            .find(|output| output.name.eq_ignore_ascii_case(&name.value))
            .and_then(|output| output.column);
        own.or_else(|| {
            scope
                .outer
                .and_then(|outer| self.resolved(expression, outer))
        })
    }

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
            let span = match expression {
                Expr::Identifier(name) => self.places.of(name),
                Expr::CompoundIdentifier(parts) => parts
                    .first()
                    .zip(parts.last())
                    .and_then(|(first, last)| self.places.between(first, last)),
                _ => None,
            };
            self.error(
                "E_NOT_GROUPED",
                message,
                span,
                Some(format!("GROUP BY {}", all.join(", "))),
            );
        }
    }

    fn ungrouped<'e>(
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

fn holds(relation: &Relation, name: &str) -> bool {
    relation.columns.as_ref().is_some_and(|columns| {
        columns
            .iter()
            .any(|output| output.name.eq_ignore_ascii_case(name))
    })
}

/// The parts of an expression that are expressions themselves.
pub(crate) fn parts(expression: &Expr) -> Vec<&Expr> {
    match expression {
        Expr::BinaryOp { left, right, .. }
        | Expr::AnyOp { left, right, .. }
        | Expr::AllOp { left, right, .. } => vec![left, right],
        Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
            vec![left, right]
        }
        Expr::UnaryOp { expr, .. }
        | Expr::Cast { expr, .. }
        | Expr::Nested(expr)
        | Expr::IsNull(expr)
        | Expr::IsNotNull(expr)
        | Expr::IsTrue(expr)
        | Expr::IsNotTrue(expr)
        | Expr::IsFalse(expr)
        | Expr::IsNotFalse(expr)
        | Expr::Extract { expr, .. }
        | Expr::Ceil { expr, .. }
        | Expr::Floor { expr, .. }
        | Expr::Trim { expr, .. }
        | Expr::Collate { expr, .. } => vec![expr],
        Expr::Between {
            expr, low, high, ..
        } => vec![expr, low, high],
        Expr::Like { expr, pattern, .. }
        | Expr::ILike { expr, pattern, .. }
        | Expr::SimilarTo { expr, pattern, .. } => vec![expr, pattern],
        Expr::InList { expr, list, .. } => std::iter::once(&**expr).chain(list).collect(),
        Expr::Tuple(list) => list.iter().collect(),
        Expr::Substring {
            expr,
            substring_from,
            substring_for,
            ..
        } => std::iter::once(&**expr)
            .chain(substring_from.as_deref())
            .chain(substring_for.as_deref())
            .collect(),
        Expr::Position { expr, r#in } => vec![expr, r#in],
        Expr::Case {
            operand,
            conditions,
            else_result,
            ..
        } => operand
            .as_deref()
            .into_iter()
            .chain(
                conditions
                    .iter()
                    .flat_map(|when| [&when.condition, &when.result]),
            )
            .chain(else_result.as_deref())
            .collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else {
        return Vec::new();
    };
    list.args
        .iter()
        .filter_map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expression))
            | FunctionArg::Named {
                arg: FunctionArgExpr::Expr(expression),
                ..
            }
            | FunctionArg::ExprNamed {
                arg: FunctionArgExpr::Expr(expression),
                ..
            } => Some(expression),
            _ => None,
        })
        .collect()
}

fn is_aggregate(function: &Function) -> bool {
    let name = function.name.to_string().to_lowercase();
    super::functions::AGGREGATES.contains(&name.as_str())
}

/// The name of a function over rows within an expression, subqueries left out.
pub(crate) fn aggregate_in(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Function(function) if function.over.is_some() => None,
        Expr::Function(function) if is_aggregate(function) => Some(function.name.to_string()),
        Expr::Function(function) => arguments(function).into_iter().find_map(aggregate_in),
        other => parts(other).into_iter().find_map(aggregate_in),
    }
}

/// The name nearest to one that was written, if it is near enough to be meant.
pub(crate) fn nearest(written: &str, names: &[&str]) -> Option<String> {
    let lower = written.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let other = name.to_lowercase();
        let distance = distance(&lower, &other) as f64;
        let longer = lower.chars().count().max(other.chars().count()).max(1) as f64;
        let part = other.contains(&lower) || lower.contains(&other);
        let cost = if part {
            (distance / longer).min(0.45)
        } else {
            distance / longer
        };
        let near = distance <= 2.0 && cost <= 0.5 || cost < 0.46;
        if near && best.is_none_or(|(known, _)| cost < known) {
            best = Some((cost, name));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

/// Damerau and Levenshtein: letters put in, left out, changed, or changed over with their neighbour.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(64).collect();
    let other: Vec<char> = other.chars().take(64).collect();
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for at in 1..=one.len() {
        let mut row = vec![at];
        for to in 1..=other.len() {
            let same = usize::from(one[at - 1] != other[to - 1]);
            let mut cost = (rows[at - 1][to] + 1)
                .min(row[to - 1] + 1)
                .min(rows[at - 1][to - 1] + same);
            if at > 1 && to > 1 && one[at - 1] == other[to - 2] && one[at - 2] == other[to - 1] {
                cost = cost.min(rows[at - 2][to - 2] + 1);
            }
            row.push(cost);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}
