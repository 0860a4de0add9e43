//! Numbers over rows that a subquery picks: "the total area of the 3 largest lakes", "how many customers have
//! more than 2 orders".

use super::Builder;
use crate::form::{Filter, Query, Test, Value};
use crate::schema::ColumnId;

impl Builder<'_> {
    /// "the total area of the 3 largest lakes": the rows are picked before they are summed up.
    pub(super) fn over_first_rows(&mut self, query: &mut Query) -> Option<()> {
        let key = self.schema.single_key(self.focus)?;
        if query.order.iter().any(|(value, _)| value.is_aggregate()) || !query.having.is_empty() {
            return None;
        }
        let first = Query {
            order: std::mem::take(&mut query.order),
            limit: query.limit.take(),
            offset: std::mem::take(&mut query.offset),
            ..picking(query, key)
        };
        within(query, key, first);
        Some(())
    }

    /// "how many customers have more than 2 orders": the groups are picked before they are counted.
    pub(super) fn over_groups(&self, query: &mut Query) {
        let own = |value: &Value| match value {
            Value::Rows(table) => *table == self.focus,
            other => {
                let table = other.column().map(|column| self.schema.table_of(column));
                other.is_aggregate() && table == Some(self.focus)
            }
        };
        let Some(key) = self.schema.single_key(self.focus) else {
            return;
        };
        let counts_groups = !query.having.is_empty()
            && query.groups == [key]
            && self.sketch.groups.is_empty()
            && query.order.is_empty()
            && query.outputs.iter().all(own);
        if counts_groups {
            let groups = Query {
                groups: std::mem::take(&mut query.groups),
                having: std::mem::take(&mut query.having),
                ..picking(query, key)
            };
            within(query, key, groups);
        }
    }
}

/// The keys of the rows that a query has so far, which are taken out of it.
fn picking(query: &mut Query, key: ColumnId) -> Query {
    Query {
        outputs: vec![Value::Column(key)],
        filters: std::mem::take(&mut query.filters),
        tables: std::mem::take(&mut query.tables),
        ..Query::default()
    }
}

/// Leaves the rows alone that another query picks.
fn within(query: &mut Query, key: ColumnId, picked: Query) {
    query.filters = vec![Filter::Test(Value::Column(key), Test::In(Box::new(picked)))];
}
