//! What stands in FROM: tables of the database, common tables, subqueries, and how they are joined.

use sqlparser::ast::{
    Ident, JoinConstraint, JoinOperator, ObjectName, TableFactor, TableWithJoins,
};

use super::Checker;
use super::scope::{Output, Relation, Scope, columns_of, last};

impl Checker<'_> {
    pub(super) fn from(&mut self, from: &TableWithJoins, scope: &mut Scope<'_>) {
        self.factor(&from.relation, scope);
        for join in &from.joins {
            self.factor(&join.relation, scope);
        }
    }

    pub(super) fn join_condition(&mut self, operator: &JoinOperator, scope: &Scope<'_>) {
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
            JoinConstraint::On(condition) => {
                self.misplaced_in_join(condition);
                self.expression(condition, scope, false);
                self.boolean(condition, "ON", scope);
            }
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
                self.named_table(name, alias.as_ref().map(|alias| &alias.name), scope);
            }
            TableFactor::Derived {
                subquery,
                alias,
                lateral,
                ..
            } => {
                let inner = if *lateral {
                    self.subquery(subquery, scope)
                } else {
                    let common = Scope {
                        common: scope.common.clone(),
                        outer: scope.outer,
                        ..Scope::default()
                    };
                    self.subquery(subquery, &common)
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
                    place: alias
                        .as_ref()
                        .and_then(|alias| self.places.of_name(&alias.name)),
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
                let span = self.places.of(factor);
                self.error("E_FORBIDDEN_SOURCE", message.to_owned(), span, None);
            }
        }
    }

    fn named_table(&mut self, name: &ObjectName, alias: Option<&Ident>, scope: &mut Scope<'_>) {
        let span = self.places.of(name);
        let Some(table_name) = last(name) else {
            let message = format!("{name} is no table of this database");
            self.error("E_FORBIDDEN_SOURCE", message, span, None);
            return;
        };
        let called = alias.unwrap_or(table_name);
        let mut relation = Relation {
            name: called.value.clone(),
            place: self.places.of_name(called),
            columns: None,
        };
        let alone = name.0.len() == 1;
        if alone && let Some(common) = scope.common(&table_name.value) {
            relation.columns.clone_from(&common.columns);
            scope.relations.push(relation);
            return;
        }
        let outside = table_name.value.contains(['/', '\\', '.', ':', '*']);
        if !alone || outside {
            let message = format!("{name} is outside of this database; name its tables alone");
            self.error("E_FORBIDDEN_SOURCE", message, span, None);
            return;
        }
        let schema = self.schema();
        match schema.table_named(&table_name.value) {
            Some(table) => relation.columns = Some(columns_of(schema, table)),
            // Its columns are not known either: nothing more is said of them.
            None => self.unknown_table(table_name),
        }
        scope.relations.push(relation);
    }

    /// Two relations of one name: no column of either can be named.
    pub(super) fn twice(&mut self, scope: &Scope<'_>) {
        for (at, relation) in scope.relations.iter().enumerate() {
            let name = relation.name.as_str();
            let known = |other: &Relation| other.name.eq_ignore_ascii_case(name);
            if !name.is_empty() && scope.relations.iter().take(at).any(known) {
                let message = format!("{name} stands twice in FROM; give one another name with AS");
                self.error("E_DUPLICATE_TABLE", message, relation.place, None);
            }
        }
    }
}
