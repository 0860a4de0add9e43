//! Percentages: rows that meet some conditions among all that meet the others.

use super::Builder;
use crate::form::{Filter, Query, Test, Value};
use crate::link::Element;
use crate::parse::Condition;
use crate::resolve::table_of;

/// A percentage is shown.
pub(crate) fn shows_share(query: &Query) -> bool {
    let mut outputs = query.outputs.iter();
    outputs.any(|value| matches!(value, Value::Share(_)))
}

impl Builder<'_> {
    /// Shows the percentage; the count alone of those that meet all conditions where it cannot be taken.
    pub(super) fn shared(&mut self, query: &mut Query, counted: Element) {
        let rows = table_of(self.schema, counted);
        let own = rows == self.focus;
        let part = if own { self.part() } else { None };
        let value = match part {
            Some(filters) => {
                query.tables.push(rows);
                Value::Share(filters)
            }
            None => Value::Rows(rows),
        };
        query.outputs.push(value);
    }

    /// The conditions of the part, where each can be seen in the row itself or in one that it refers to.
    fn part(&mut self) -> Option<Vec<Filter>> {
        let conditions = self.sketch.conditions.iter();
        let part: Vec<&Condition> = conditions.filter(|condition| condition.share).collect();
        let mut inner = Query::default();
        self.filter(&mut inner, &part)?;
        let plain = inner.having.is_empty() && inner.filters.iter().all(is_plain);
        plain.then_some(inner.filters)
    }

    /// Joins that leave out or repeat rows would change what the whole is, and so would groups that are left out.
    pub(super) fn share_once(&mut self, query: &mut Query) {
        if !shows_share(query) || query.having.is_empty() && self.keeps_rows(query) {
            return;
        }
        for value in &mut query.outputs {
            if let Value::Share(filters) = value {
                query.filters.append(filters);
                *value = Value::Rows(self.focus);
            }
        }
    }

    /// Every row meets exactly one of each table that is joined.
    fn keeps_rows(&mut self, query: &Query) -> bool {
        let tables = query.own_tables(|column| self.schema.table_of(column));
        let edges = self
            .graph
            .tree(&[vec![self.focus], tables.clone()].concat());
        let refers = |edges: Vec<crate::schema::Edge>| {
            let mut keys = edges.iter().map(|edge| edge.from.1);
            keys.all(|key| !self.schema.columns[key].may_be_null())
        };
        edges.is_some_and(refers) && tables.iter().all(|table| self.one_for_each(*table))
    }
}

/// Looks into no other query.
fn is_plain(filter: &Filter) -> bool {
    match filter {
        Filter::Test(_, test) => !matches!(test, Test::Query(..) | Test::In(_) | Test::NotIn(_)),
        Filter::Any(filters) => filters.iter().all(is_plain),
    }
}
