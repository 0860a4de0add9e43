//! The relations that a query can name, and the walk over its parts.

use sqlparser::ast::{
    Expr, GroupByExpr, Ident, JoinConstraint, JoinOperator, LimitClause, ObjectName, OrderByKind,
    Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, TableFactor,
    TableWithJoins,
};

use super::Checker;
use crate::schema::ColumnId;

/// A column of a relation: its name, and where it stands in the schema if it is there.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) name: String,
    pub(crate) column: Option<ColumnId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(crate) name: String,
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
    fn common(&self, name: &str) -> Option<&Relation> {
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
                None,
                None,
            );
            return None;
        }
        let mut scope = Scope {
            outer,
            ..Scope::default()
        };
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            let recursive = query.with.as_ref().is_some_and(|with| with.recursive);
            if recursive {
                scope.common.push(Relation {
                    name: table.alias.name.value.clone(),
                    columns: None,
                });
            }
            let mut columns = self.query(&table.query, Some(&scope));
            if !table.alias.columns.is_empty() {
                columns = Some(
                    table
                        .alias
                        .columns
                        .iter()
                        .map(|column| Output {
                            name: column.name.value.clone(),
                            column: None,
                        })
                        .collect(),
                );
            }
            scope.common.push(Relation {
                name: table.alias.name.value.clone(),
                columns,
            });
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
        }
        if let Some(LimitClause::LimitOffset {
            limit: Some(limit), ..
        }) = &query.limit_clause
        {
            self.expression(limit, &scope, false);
        }
        self.leave();
        outputs
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
                let right = self.body(right, &mut other);
                if let (Some(left), Some(right)) = (&left, &right)
                    && left.len() != right.len()
                {
                    let message = format!(
                        "the sides of {op} have {} and {} columns; give both the same number",
                        left.len(),
                        right.len()
                    );
                    self.error("E_SET_WIDTH", message, None, None);
                }
                left
            }
            SetExpr::Values(_) => None,
            _ => {
                self.error(
                    "E_WRITE",
                    super::statement::ONLY_SELECT.to_owned(),
                    None,
                    None,
                );
                None
            }
        }
    }

    fn select(&mut self, select: &Select, scope: &mut Scope<'_>) -> Option<Vec<Output>> {
        for from in &select.from {
            self.from(from, scope);
        }
        for from in &select.from {
            for join in &from.joins {
                self.join_condition(&join.join_operator, scope);
            }
        }
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
        if let Some(condition) = &select.selection {
            if let Some(name) = super::columns::aggregate_in(condition) {
                let message =
                    format!("{name} stands in WHERE; conditions on groups stand in HAVING");
                self.error("E_AGGREGATE_IN_WHERE", message, None, None);
            }
            let aliases = std::mem::take(&mut scope.aliases);
            self.expression(condition, scope, false);
            self.boolean(condition, scope);
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
        outputs
    }

    fn from(&mut self, from: &TableWithJoins, scope: &mut Scope<'_>) {
        self.factor(&from.relation, scope);
        for join in &from.joins {
            self.factor(&join.relation, scope);
        }
    }

    fn join_condition(&mut self, operator: &JoinOperator, scope: &Scope<'_>) {
        let (JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)) = operator
        else {
            return;
        };
        match constraint {
            JoinConstraint::On(condition) => self.expression(condition, scope, false),
            JoinConstraint::Using(names) => {
                for name in names.iter().filter_map(last) {
                    let holds = |relation: &Relation| {
                        relation.columns.as_ref().is_none_or(|columns| {
                            columns
                                .iter()
                                .any(|column| column.name.eq_ignore_ascii_case(&name.value))
                        })
                    };
                    if scope
                        .relations
                        .iter()
                        .filter(|relation| holds(relation))
                        .count()
                        < 2
                    {
                        self.unknown_column(name, None, scope);
                    }
                }
            }
            JoinConstraint::Natural | JoinConstraint::None => {}
        }
    }

    fn factor(&mut self, factor: &TableFactor, scope: &mut Scope<'_>) {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args: None,
                ..
            } => {
                let alias = alias.as_ref().map(|alias| alias.name.value.clone());
                self.named_table(name, alias, scope);
            }
            TableFactor::Derived {
                subquery,
                alias,
                lateral,
                ..
            } => {
                let inner = if *lateral {
                    self.query(subquery, Some(scope))
                } else {
                    let common = Scope {
                        common: scope.common.clone(),
                        outer: scope.outer,
                        ..Scope::default()
                    };
                    self.query(subquery, Some(&common))
                };
                let (name, renamed) = alias.as_ref().map_or((String::new(), None), |alias| {
                    let columns: Vec<Output> = alias
                        .columns
                        .iter()
                        .map(|column| Output {
                            name: column.name.value.clone(),
                            column: None,
                        })
                        .collect();
                    (
                        alias.name.value.clone(),
                        (!columns.is_empty()).then_some(columns),
                    )
                });
                scope.relations.push(Relation {
                    name,
                    columns: renamed.or(inner),
                });
            }
            TableFactor::NestedJoin {
                table_with_joins, ..
            } => {
                self.from(table_with_joins, scope);
                for join in &table_with_joins.joins {
                    self.join_condition(&join.join_operator, scope);
                }
            }
            _ => {
                let message = "only tables of the database and subqueries may stand in FROM; table functions and other sources may not";
                self.error("E_FORBIDDEN_SOURCE", message.to_owned(), None, None);
            }
        }
    }

    fn named_table(&mut self, name: &ObjectName, alias: Option<String>, scope: &mut Scope<'_>) {
        let parts: Vec<&Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
        let Some(table_name) = parts.last().copied() else {
            self.error(
                "E_FORBIDDEN_SOURCE",
                format!("{name} is no table of this database"),
                None,
                None,
            );
            return;
        };
        if let Some(common) = scope.common(&table_name.value)
            && parts.len() == 1
        {
            let mut relation = common.clone();
            relation.name = alias.unwrap_or_else(|| table_name.value.clone());
            scope.relations.push(relation);
            return;
        }
        let span = self.places.between(parts[0], table_name);
        let outside = table_name.value.contains(['/', '\\', '.', ':', '*']);
        if parts.len() > 1 || outside {
            let message = format!("{name} is outside of this database; name its tables alone");
            self.error("E_FORBIDDEN_SOURCE", message, span, None);
            return;
        }
        match self.schema().table_named(&table_name.value) {
            Some(table) => {
                let schema = self.schema();
                let columns = schema.tables[table]
                    .columns
                    .iter()
                    .map(|column| Output {
                        name: schema.columns[*column].name.clone(),
                        column: Some(*column),
                    })
                    .collect();
                scope.relations.push(Relation {
                    name: alias.unwrap_or_else(|| table_name.value.clone()),
                    columns: Some(columns),
                });
            }
            None => {
                self.unknown_table(table_name);
                // Its columns are not known either: nothing more is said of them.
                scope.relations.push(Relation {
                    name: alias.unwrap_or_else(|| table_name.value.clone()),
                    columns: None,
                });
            }
        }
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

pub(crate) fn last(name: &ObjectName) -> Option<&Ident> {
    name.0.last().and_then(|part| part.as_ident())
}
