//! Names in expressions, groups, and what the nearest right name is.

use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident};

use super::Checker;
use super::nearest::nearest;
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
                self.places.of(expression),
                None,
            );
            return;
        }
        match expression {
            Expr::Identifier(name) => self.bare(name, scope, aliases),
            Expr::CompoundIdentifier(parts) => self.qualified(parts, scope),
            Expr::Function(function) => self.function(function, scope, aliases),
            Expr::Subquery(query) => {
                let width = self
                    .subquery(query, scope)
                    .map_or(1, |outputs| outputs.len());
                if width != 1 {
                    let message = format!(
                        "the subquery has {width} columns where one value stands; select one"
                    );
                    let span = self.places.of(&**query);
                    self.error("E_SUBQUERY_WIDTH", message, span, None);
                }
            }
            Expr::Exists { subquery, .. } => {
                self.subquery(subquery, scope);
            }
            // Long chains of AND lean to the left: they are followed without going deeper.
            Expr::BinaryOp { .. } => {
                let mut at = expression;
                while let Expr::BinaryOp { left, right, .. } = at {
                    self.comparison(at, scope);
                    self.expression(right, scope, aliases);
                    at = left;
                }
                self.expression(at, scope, aliases);
            }
            Expr::InSubquery { expr, subquery, .. } => {
                self.expression(expr, scope, aliases);
                let outputs = self.subquery(subquery, scope);
                if let Some(outputs) = outputs
                    && outputs.len() != 1
                    && !matches!(**expr, Expr::Tuple(_))
                {
                    let message = format!(
                        "the subquery of IN has {} columns; select one",
                        outputs.len()
                    );
                    let span = self.places.of(&**subquery);
                    self.error("E_SUBQUERY_WIDTH", message, span, None);
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
                let span = self.places.of_name(name);
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
            let span =
                super::scope::last(&function.name).and_then(|name| self.places.of_name(name));
            self.error(
                "E_UNKNOWN_FUNCTION",
                format!("there is no function {name}"),
                span,
                Some(right.to_owned()),
            );
        }
        self.call(function);
        for argument in arguments(function) {
            self.argument(&name, argument, scope);
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
        let span = self.places.of_name(name);
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
        let span = self.places.of_name(name);
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
        let span = self.places.of_name(name);
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

pub(crate) fn is_aggregate(function: &Function) -> bool {
    let name = function.name.to_string().to_lowercase();
    super::functions::AGGREGATES.contains(&name.as_str())
}

/// A function over rows within an expression, subqueries left out.
pub(crate) fn aggregate_in(expression: &Expr) -> Option<&Function> {
    match expression {
        Expr::Function(function) if function.over.is_some() => None,
        Expr::Function(function) if is_aggregate(function) => Some(function),
        Expr::Function(function) => arguments(function).into_iter().find_map(aggregate_in),
        other => parts(other).into_iter().find_map(aggregate_in),
    }
}
