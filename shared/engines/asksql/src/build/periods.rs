//! Rows by spans of the calendar.

use super::{Builder, averages};
use crate::form::{Aggregate, Query, Value};
use crate::link::Element;
use crate::schema::Role;
use crate::time::Unit;

impl Builder<'_> {
    /// Shows the span first, and makes numbers over the rows of each one of what stands beside it.
    pub(super) fn group_by_period(&self, query: &mut Query) -> Option<()> {
        let Some(period) = self
            .sketch
            .period
            .filter(|_| query.within.is_empty() && !averages(query))
        else {
            return Some(());
        };
        let span = self.span()?;
        if period.asked {
            self.ask_for_span(query);
        } else {
            self.number_entities(query);
        }
        let sums = query.order.iter_mut().map(|(value, _)| value);
        for value in query.outputs.iter_mut().chain(sums) {
            if let Value::Column(shown) = *value
                && !query.groups.contains(&shown)
                && self.schema.columns[shown].role == Role::Measure
            {
                *value = Value::Aggregate(Aggregate::Sum, shown);
            }
        }
        query.outputs.retain(|shown| *shown != span);
        query.outputs.insert(0, span.clone());
        if query.order.is_empty() {
            query.order.push((span, false));
        }
        Some(())
    }

    /// The span that the words name, of the column of time.
    pub(super) fn span(&self) -> Option<Value> {
        let period = self.sketch.period?;
        let column = self.column(period.slot)?;
        let facts = &self.schema.columns[column];
        if facts.declared.is_time() {
            Some(Value::Period(period.unit, column))
        } else {
            let year = period.unit == Unit::Year && facts.role == Role::Year;
            year.then_some(Value::Column(column))
        }
    }

    /// "which month did they order in": the entities are not shown, and each span is shown once.
    fn ask_for_span(&self, query: &mut Query) {
        if let [pick] = self.sketch.picks.as_slice()
            && let Element::Table(table) = self.chosen(pick.slot).element
            && pick.aggregate.is_none()
        {
            query.outputs.clear();
            query.tables.push(table);
        }
        let mut ordered = query.order.iter().map(|(value, _)| value);
        query.distinct |= query.outputs.is_empty()
            && query.having.is_empty()
            && !ordered.any(Value::is_aggregate);
    }

    /// "orders per month": where nothing but an entity is shown, its rows are counted.
    fn number_entities(&self, query: &mut Query) {
        let [pick] = self.sketch.picks.as_slice() else {
            return;
        };
        // "signups per month": the rows that have the time.
        let table = match self.chosen(pick.slot).element {
            Element::Table(table) => Some(table),
            Element::Column(column) => {
                let facts = &self.schema.columns[column];
                facts.holds_time().then_some(facts.table)
            }
        };
        if let Some(table) = table
            && pick.aggregate.is_none()
            && !self.sketch.groups.contains(&pick.slot)
        {
            query.outputs = vec![Value::Rows(table)];
        }
    }
}

/// The query is grouped by a span of the calendar.
pub(super) fn is_by_period(query: &Query) -> bool {
    let mut outputs = query.outputs.iter();
    query.within.is_empty() && outputs.any(|value| matches!(value, Value::Period(..)))
}
