//! Averages of counts: "orders per customer on average".
//!
//! They are rows by the different keys that rows have, so that a customer without an order does not count.

use super::Builder;
use crate::form::{Query, Value};
use crate::link::Element;
use crate::resolve::table_of;
use crate::schema::{ColumnId, TableId};

/// An average of counts is shown.
pub(crate) fn averages(query: &Query) -> bool {
    let mut outputs = query.outputs.iter();
    outputs.any(|value| matches!(value, Value::RowsPer(_)))
}

impl Builder<'_> {
    /// Shows the average of counts; the count alone where no one key tells the groups apart.
    pub(super) fn averaged(&mut self, query: &mut Query, counted: Element) {
        let rows = table_of(self.schema, counted);
        let alone = self.sketch.picks.len() == 1 && self.sketch.order.is_empty();
        let key = if alone {
            self.key_of_counts(rows)
        } else {
            None
        };
        let Some(key) = key else {
            query.outputs.push(Value::Rows(rows));
            return;
        };
        let linked = key.column().is_some_and(|key| self.links(key, rows));
        // A row of links stands for a row of what they link.
        query.tables.extend((!linked).then_some(rows));
        query.outputs.push(Value::RowsPer(Box::new(key)));
    }

    /// What there is a count of each of: a span of the calendar, or the column that tells the groups apart.
    fn key_of_counts(&mut self, rows: TableId) -> Option<Value> {
        let [group] = self.sketch.groups[..] else {
            let none = self.sketch.groups.is_empty();
            let span = self.span().filter(|_| none)?;
            return self.has_one(rows, &span).then_some(span);
        };
        if self.sketch.period.is_some() {
            return None;
        }
        match self.chosen(group).element {
            Element::Table(table) => self.reference(rows, table).map(Value::Column),
            Element::Column(column) => {
                let key = Value::Column(column);
                let told = self.links(column, rows) || self.has_one(rows, &key);
                told.then_some(key)
            }
        }
    }

    /// The column by which counted rows, or rows that link them, refer to the table.
    fn reference(&mut self, rows: TableId, table: TableId) -> Option<ColumnId> {
        let edges = self.graph.tree(&[rows, table])?;
        match edges[..] {
            [edge] if edge.from.0 == rows => Some(edge.from.1),
            [one, other] if one.from.0 == other.from.0 => {
                let end = if one.to.0 == table { one } else { other };
                self.links(end.from.1, rows).then_some(end.from.1)
            }
            _ => {
                let key = self.schema.single_key(table)?;
                self.has_one(rows, &Value::Column(key)).then_some(key)
            }
        }
    }

    /// The column and a reference to the rows are together the key of a table of links.
    fn links(&self, column: ColumnId, rows: TableId) -> bool {
        let table = self.schema.table_of(column);
        let key = &self.schema.tables[table].key;
        let refers = |other: &ColumnId| {
            let target = self.schema.columns[*other].refers;
            target.is_some_and(|target| self.schema.table_of(target) == rows)
        };
        key.len() == 2
            && key.contains(&column)
            && key.iter().any(|other| *other != column && refers(other))
    }

    /// Every row has one value at most.
    fn has_one(&mut self, rows: TableId, value: &Value) -> bool {
        let table = value.column().map(|column| self.schema.table_of(column));
        rows == self.focus && table.is_some_and(|table| self.one_for_each(table))
    }

    /// Where a condition joins rows that are many for one that is counted, the counts would be too great.
    pub(super) fn average_once(&mut self, query: &mut Query) {
        let [Value::RowsPer(key)] = &query.outputs[..] else {
            return;
        };
        let tables = query.own_tables(|column| self.schema.table_of(column));
        let links = key.column().filter(|key| self.links(*key, self.focus));
        let links = links.map(|key| self.schema.table_of(key));
        let plain = tables
            .iter()
            .all(|table| Some(*table) == links || self.one_for_each(*table));
        if !plain || !query.having.is_empty() || !query.order.is_empty() {
            query.outputs = vec![Value::Rows(self.focus)];
        }
    }
}
