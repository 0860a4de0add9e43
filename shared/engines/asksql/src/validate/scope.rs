//! The relations that a query can name, and the walk over its parts.

use sqlparser::ast::{
    Cte, Distinct, Expr, GroupByExpr, Ident, LimitClause, ObjectName, OrderByKind, Query, Select,
    SelectItem, SelectItemQualifiedWildcardKind, SetExpr,
};

use super::{Checker, Severity, Span};
use crate::schema::{ColumnId, Schema, TableId};

/// Queries within one another that are still easy to follow; deeper ones read better as common tables.
const MOST_QUERIES: usize = 4;

/// A column of a relation: its name, and where it stands in the schema if it is there.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) column: Option<ColumnId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) name: String,
    /// Where FROM gives it this name.
    pub(crate) place: Option<Span>,
    /// None where the columns are not known.
    pub(crate) columns: Option<Vec<Output>>,
}

/// What names may mean at a place of the query.
#[derive(Debug, Default)]
pub(crate) struct Scope<'p> {
    pub(crate) relations: Vec<Relation>,
    /// Names that the SELECT list gives.
    pub(crate) aliases: Vec<String>,
    pub(crate) common: Vec<Relation>,
    pub(crate) outer: Option<&'p Scope<'p>>,
}

impl Scope<'_> {
    pub(super) fn common(&self, name: &str) -> Option<&Relation> {
        let own = self
            .common
            .iter()
            .rev()
            .find(|relation| relation.name.eq_ignore_ascii_case(name));
        own.or_else(|| self.outer.and_then(|outer| outer.common(name)))
    }
}

impl Checker<'_> {
    /// Checks a query; its output columns, if they can be known.
    pub(crate) fn query(
        &mut self,
        query: &Query,
        outer: Option<&Scope<'_>>,
    ) -> Option<Vec<Output>> {
        if !self.enter() {
            self.leave();
            self.error(
                "E_TOO_DEEP",
                "the SQL is nested too deeply; flatten it".to_owned(),
                self.places.of(query),
                None,
            );
            return None;
        }
        let mut scope = Scope {
            outer,
            ..Scope::default()
        };
        self.queries += 1;
        if self.queries == MOST_QUERIES + 1 {
            let message = format!(
                "more than {MOST_QUERIES} queries stand within one another; name some in WITH"
            );
            let span = self.places.of(query);
            self.push("W_DEEP_NESTING", Severity::Hint, message, span, None);
        }
        let recursive = query.with.as_ref().is_some_and(|with| with.recursive);
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.common_table(table, recursive, &mut scope);
        }
        let outputs = self.body(&query.body, &mut scope);
        if let Some(order) = &query.order_by
            && let OrderByKind::Expressions(keys) = &order.kind
        {
            scope
                .aliases
                .extend(outputs.iter().flatten().map(|output| output.name.clone()));
            for key in keys {
                self.expression(&key.expr, &scope, true);
            }
            if let SetExpr::Select(select) = &*query.body {
                self.ordered(select, keys, &scope);
            }
        }
        if let Some(LimitClause::LimitOffset {
            limit: Some(limit), ..
        }) = &query.limit_clause
        {
            self.expression(limit, &scope, false);
        }
        self.queries -= 1;
        self.leave();
        outputs
    }

    /// Checks a query within another one, where an order of its own is lost.
    pub(crate) fn subquery(&mut self, query: &Query, outer: &Scope<'_>) -> Option<Vec<Output>> {
        // DISTINCT ON and TOP take the first rows of the order.
        let takes_first = matches!(&*query.body, SetExpr::Select(select)
            if select.top.is_some() || matches!(select.distinct, Some(Distinct::On(_))));
        if let Some(order) = &query.order_by
            && query.limit_clause.is_none()
            && query.fetch.is_none()
            && !takes_first
        {
            let message = "the order of a subquery without a limit is lost; order the whole query";
            let span = self.places.of(order);
            self.warn("W_ORDER_WITHOUT_LIMIT_IN_SUBQUERY", message, span);
        }
        self.query(query, Some(outer))
    }

    fn common_table(&mut self, table: &Cte, recursive: bool, scope: &mut Scope<'_>) {
        let mut relation = Relation {
            name: table.alias.name.value.clone(),
            place: None,
            columns: None,
        };
        if recursive {
            scope.common.push(relation.clone());
        }
        let columns = self.subquery(&table.query, scope);
        let renamed: Vec<Output> = table
            .alias
            .columns
            .iter()
            .map(|column| Output {
                name: column.name.value.clone(),
                column: None,
            })
            .collect();
        relation.columns = if renamed.is_empty() {
            columns
        } else {
            Some(renamed)
        };
        scope.common.push(relation);
    }

    fn body(&mut self, body: &SetExpr, scope: &mut Scope<'_>) -> Option<Vec<Output>> {
        match body {
            SetExpr::Select(select) => self.select(select, scope),
            SetExpr::Query(query) => self.query(query, Some(scope)),
            SetExpr::SetOperation {
                left, right, op, ..
            } => {
                let mut one = Scope {
                    outer: Some(scope),
                    ..Scope::default()
                };
                let left = self.body(left, &mut one);
                let mut other = Scope {
                    outer: Some(scope),
                    ..Scope::default()
                };
                let others = self.body(right, &mut other);
                if let (Some(left), Some(others)) = (&left, &others)
                    && left.len() != others.len()
                {
                    let message = format!(
                        "the sides of {op} have {} and {} columns; give both the same number",
                        left.len(),
                        others.len()
                    );
                    let span = self.places.of(&**right);
                    self.error("E_SET_WIDTH", message, span, None);
                }
                left
            }
            SetExpr::Values(_) => None,
            other => {
                let message = super::statement::ONLY_SELECT.to_owned();
                let span = self.places.of(other);
                self.error("E_WRITE", message, span, None);
                None
            }
        }
    }

    fn select(&mut self, select: &Select, scope: &mut Scope<'_>) -> Option<Vec<Output>> {
        for from in &select.from {
            self.from(from, scope);
        }
        self.twice(scope);
        for from in &select.from {
            for join in &from.joins {
                self.join_condition(&join.join_operator, scope);
            }
        }
        let outputs = self.projection(select, scope);
        scope.aliases = select
            .projection
            .iter()
            .filter_map(|item| {
                if let SelectItem::ExprWithAlias { alias, .. } = item {
                    Some(alias.value.clone())
                } else {
                    None
                }
            })
            .collect();
        self.misplaced(select);
        if let Some(condition) = &select.selection {
            let aliases = std::mem::take(&mut scope.aliases);
            self.expression(condition, scope, false);
            self.boolean(condition, "WHERE", scope);
            scope.aliases = aliases;
        }
        if let GroupByExpr::Expressions(keys, _) = &select.group_by {
            for key in keys {
                self.expression(key, scope, true);
            }
        }
        if let Some(having) = &select.having {
            self.expression(having, scope, true);
        }
        self.grouped(select, scope);
        self.joins(select, scope);
        self.divisions(select, scope);
        if let Some(condition) = &select.selection {
            self.doubts(condition, scope);
        }
        outputs
    }

    /// Checks the SELECT list; its columns, if they can be known.
    fn projection(&mut self, select: &Select, scope: &Scope<'_>) -> Option<Vec<Output>> {
        let mut outputs = Some(Vec::new());
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expression) => {
                    self.expression(expression, scope, false);
                    push(&mut outputs, self.output(expression, scope));
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    self.expression(expr, scope, false);
                    let column = self.output(expr, scope).column;
                    push(
                        &mut outputs,
                        Output {
                            name: alias.value.clone(),
                            column,
                        },
                    );
                }
                SelectItem::Wildcard(_) => {
                    for relation in &scope.relations {
                        extend(&mut outputs, relation.columns.as_ref());
                    }
                }
                SelectItem::QualifiedWildcard(
                    SelectItemQualifiedWildcardKind::ObjectName(name),
                    _,
                ) => {
                    let name = last(name);
                    let relation = scope.relations.iter().find(|relation| {
                        name.is_some_and(|name| relation.name.eq_ignore_ascii_case(&name.value))
                    });
                    match (relation, name) {
                        (Some(relation), _) => extend(&mut outputs, relation.columns.as_ref()),
                        (None, Some(name)) => self.unknown_relation(name, scope),
                        (None, None) => outputs = None,
                    }
                }
                _ => outputs = None,
            }
        }
        outputs
    }

    fn output(&self, expression: &Expr, scope: &Scope<'_>) -> Output {
        let name = match expression {
            Expr::Identifier(name) => name.value.clone(),
            Expr::CompoundIdentifier(parts) => parts
                .last()
                .map(|part| part.value.clone())
                .unwrap_or_default(),
            other => other.to_string().to_lowercase(),
        };
        Output {
            name,
            column: self.resolved(expression, scope),
        }
    }
}

fn push(outputs: &mut Option<Vec<Output>>, output: Output) {
    if let Some(outputs) = outputs {
        outputs.push(output);
    }
}

fn extend(outputs: &mut Option<Vec<Output>>, columns: Option<&Vec<Output>>) {
    match (outputs.as_mut(), columns) {
        (Some(outputs), Some(columns)) => outputs.extend(columns.iter().cloned()),
        _ => *outputs = None,
    }
}

/// The columns of a table of the schema, as a relation has them.
pub(super) fn columns_of(schema: &Schema, table: TableId) -> Vec<Output> {
    schema.tables[table]
        .columns
        .iter()
        .map(|column| Output {
            name: schema.columns[*column].name.clone(),
            column: Some(*column),
        })
        .collect()
}

pub(crate) fn last(name: &ObjectName) -> Option<&Ident> {
    name.0.last().and_then(|part| part.as_ident())
}
