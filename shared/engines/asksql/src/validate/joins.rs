//! How the tables of a SELECT are joined: not at all, on columns that are no keys, or so that sums count
//! rows several times.

use sqlparser::ast::{
    BinaryOperator, Expr, Function, JoinConstraint, JoinOperator, Select, SelectItem, SetExpr,
    TableFactor,
};

use super::columns::{arguments, parts};
use super::cost::factors;
use super::scope::Scope;
use super::{Checker, Severity, Span};
use crate::schema::ColumnId;

/// Two columns that a join holds equal, with the places of their relations.
pub(super) struct Equality {
    pub(super) left: (usize, ColumnId),
    pub(super) right: (usize, ColumnId),
    span: Option<Span>,
}

impl Checker<'_> {
    /// Warns of joins that are missing, not on keys, or that repeat what is summed.
    pub(crate) fn joins(&mut self, select: &Select, scope: &Scope<'_>) {
        let factors: Vec<&TableFactor> = factors(select).collect();
        // Brackets in FROM hold several relations; they are left to the planner.
        if factors.len() < 2 || factors.len() != scope.relations.len() {
            return;
        }
        let mut groups: Vec<usize> = (0..factors.len()).collect();
        let mut equalities = Vec::new();
        let mut at = 0;
        for from in &select.from {
            for join in &from.joins {
                at += 1;
                match constraint(&join.join_operator) {
                    Some(JoinConstraint::On(condition)) => {
                        self.connect(condition, scope, &mut groups, &mut equalities);
                    }
                    Some(JoinConstraint::Using(_) | JoinConstraint::Natural) => {
                        unite(&mut groups, at - 1, at);
                    }
                    Some(JoinConstraint::None) | None => {}
                }
            }
            at += 1;
        }
        if let Some(condition) = &select.selection {
            self.connect(condition, scope, &mut groups, &mut equalities);
        }
        for (place, factor) in factors.iter().enumerate() {
            if one_row(factor) {
                let other = usize::from(place == 0);
                unite(&mut groups, place, other);
            }
        }
        if groups.iter().any(|group| groups.first() != Some(group)) {
            self.warn("W_CARTESIAN", "tables are combined without a condition that joins them; every row meets every other", self.places.of_all(&select.from));
        }
        self.keys(&equalities);
        self.combined(select, scope, &equalities);
        for item in &select.projection {
            if let SelectItem::UnnamedExpr(expression)
            | SelectItem::ExprWithAlias {
                expr: expression, ..
            } = item
            {
                self.repeated(expression, scope, &equalities);
            }
        }
    }

    /// Follows a condition: relations that one of its parts names together belong together.
    fn connect(
        &self,
        condition: &Expr,
        scope: &Scope<'_>,
        groups: &mut [usize],
        equalities: &mut Vec<Equality>,
    ) {
        match condition {
            Expr::BinaryOp {
                left,
                op: BinaryOperator::And,
                right,
            } => {
                self.connect(left, scope, groups, equalities);
                self.connect(right, scope, groups, equalities);
                return;
            }
            Expr::Nested(inner) => return self.connect(inner, scope, groups, equalities),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Eq,
                right,
            } => {
                let side = |side: &Expr| Some((place(side, scope)?, self.resolved(side, scope)?));
                if let (Some(left), Some(right)) = (side(left), side(right))
                    && left.0 != right.0
                {
                    let span = self.places.of(condition);
                    equalities.push(Equality { left, right, span });
                }
            }
            _ => {}
        }
        let mut named = Vec::new();
        places(condition, scope, &mut named);
        for pair in named.windows(2) {
            unite(groups, pair[0], pair[1]);
        }
    }

    /// Two tables that a foreign key joins are held together by other columns alone.
    fn keys(&mut self, equalities: &[Equality]) {
        let schema = self.schema();
        let joins = |one: ColumnId, other: ColumnId| {
            schema
                .keys
                .iter()
                .any(|key| (key.from, key.to) == (one, other) || (key.from, key.to) == (other, one))
        };
        for equality in equalities {
            let (one, other) = (equality.left.1, equality.right.1);
            let (first, second) = (schema.table_of(one), schema.table_of(other));
            let by_key = equalities.iter().any(|known| {
                let places = [known.left.0, known.right.0];
                places.contains(&equality.left.0)
                    && places.contains(&equality.right.0)
                    && joins(known.left.1, known.right.1)
            });
            let siblings = schema.columns[one].refers.is_some()
                && schema.columns[one].refers == schema.columns[other].refers;
            if first == second || by_key || siblings {
                continue;
            }
            let right = schema.keys.iter().find(|key| {
                let tables = (schema.table_of(key.from), schema.table_of(key.to));
                tables == (first, second) || tables == (second, first)
            });
            if let Some(key) = right {
                let name = |column| crate::answer::column_name(schema, column);
                let on = format!("{} = {}", name(key.from), name(key.to));
                let message = format!(
                    "{} = {} joins no keys; the tables belong together by {on}",
                    name(one),
                    name(other)
                );
                self.push(
                    "W_JOIN_NOT_ON_KEY",
                    Severity::Warning,
                    message,
                    equality.span,
                    Some(on),
                );
            }
        }
    }

    /// A sum or average over rows that a join to a detail table repeats.
    fn repeated(&mut self, expression: &Expr, scope: &Scope<'_>, equalities: &[Equality]) {
        if let Expr::Function(function) = expression
            && adds_up(function)
            && function.over.is_none()
        {
            let mut named = Vec::new();
            for argument in arguments(function).into_iter().flat_map(amounts) {
                places(argument, scope, &mut named);
            }
            let schema = self.schema();
            let repeats = equalities.iter().any(|equality| {
                [
                    (equality.left, equality.right),
                    (equality.right, equality.left),
                ]
                .into_iter()
                .any(|(detail, whole)| {
                    named.contains(&whole.0)
                        && !named.contains(&detail.0)
                        && schema
                            .keys
                            .iter()
                            .any(|key| (key.from, key.to) == (detail.1, whole.1))
                        && !schema.is_unique(detail.1)
                })
            });
            if repeats {
                let message = format!(
                    "{expression} takes a row several times: the join repeats it for every row of the other table; aggregate in a subquery first"
                );
                self.warn("W_FANOUT", &message, self.places.of(expression));
            }
            return;
        }
        let inner = match expression {
            Expr::Function(function) => arguments(function),
            other => parts(other),
        };
        for part in inner {
            self.repeated(part, scope, equalities);
        }
    }
}

fn constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint) => Some(constraint),
        _ => None,
    }
}

pub(super) fn constraint_on(operator: &JoinOperator) -> Option<&Expr> {
    match constraint(operator) {
        Some(JoinConstraint::On(condition)) => Some(condition),
        _ => None,
    }
}

/// What a sum adds up: of CASE its results, for the conditions only choose among them.
fn amounts(argument: &Expr) -> Vec<&Expr> {
    let Expr::Case {
        conditions,
        else_result,
        ..
    } = argument
    else {
        return vec![argument];
    };
    let results = conditions.iter().map(|when| &when.result);
    results.chain(else_result.as_deref()).collect()
}

fn adds_up(function: &Function) -> bool {
    let name = function.name.to_string().to_lowercase();
    let distinct = matches!(&function.args, sqlparser::ast::FunctionArguments::List(list) if list.duplicate_treatment.is_some());
    matches!(name.as_str(), "sum" | "avg") && !distinct
}

/// A subquery that gives one row, as an average over all.
fn one_row(factor: &TableFactor) -> bool {
    let TableFactor::Derived {
        subquery, lateral, ..
    } = factor
    else {
        return false;
    };
    *lateral
        || matches!(&*subquery.body, SetExpr::Select(select)
            if matches!(&select.group_by, sqlparser::ast::GroupByExpr::Expressions(keys, _) if keys.is_empty())
                && select.projection.iter().any(|item| matches!(item,
                    SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. }
                        if super::columns::aggregate_in(expression).is_some())))
}

fn unite(groups: &mut [usize], one: usize, other: usize) {
    let (from, to) = (groups[one], groups[other]);
    for group in groups.iter_mut().filter(|group| **group == from) {
        *group = to;
    }
}

/// The relation of the scope itself that a name belongs to.
fn place(expression: &Expr, scope: &Scope<'_>) -> Option<usize> {
    match expression {
        Expr::Nested(inner) => place(inner, scope),
        Expr::Identifier(name) => scope.relations.iter().position(|relation| {
            relation
                .columns
                .iter()
                .flatten()
                .any(|output| output.name.eq_ignore_ascii_case(&name.value))
        }),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [.., table, _] => scope
                .relations
                .iter()
                .position(|relation| relation.name.eq_ignore_ascii_case(&table.value)),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn places(expression: &Expr, scope: &Scope<'_>, found: &mut Vec<usize>) {
    if let Some(place) = place(expression, scope) {
        found.push(place);
        return;
    }
    let inner: Vec<&Expr> = match expression {
        Expr::Function(function) => arguments(function),
        other => parts(other),
    };
    for part in inner {
        places(part, scope, found);
    }
}
