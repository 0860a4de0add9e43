//! The first rows of each group: "the cheapest product of each category", "the best customer of every month".

use super::Builder;
use super::groups::count_rows_of;
use crate::form::{Query, Value};
use crate::link::Element;
use crate::schema::ColumnId;

impl Builder<'_> {
    /// A superlative holds within the groups, as it picks rows of another kind than the groups.
    pub(super) fn is_of_each(&self, query: &Query) -> bool {
        let by_period = self.sketch.period.is_some_and(|period| !period.asked);
        let mut picks = self.sketch.picks.iter();
        (self.sketch.each || by_period)
            && !query.outputs.iter().any(Value::is_aggregate)
            && picks.any(|pick| !self.sketch.groups.contains(&pick.slot))
    }

    /// Shows each group beside the rows that come first in it.
    pub(super) fn first_of_each(&mut self, query: &mut Query, first: (Value, bool)) -> Option<()> {
        let keys = std::mem::take(&mut query.groups);
        let mut shown: Vec<Value> = Vec::new();
        if self.sketch.period.is_some() {
            let span = self.span()?;
            query.within.push(span.clone());
            shown.push(span);
        }
        for slot in &self.sketch.groups {
            match self.chosen(*slot).element {
                Element::Column(column) => shown.push(Value::Column(column)),
                Element::Table(table) => {
                    let display = self.schema.tables[table].display.iter();
                    shown.extend(display.map(|column| Value::Column(*column)));
                }
            }
        }
        query.within.extend(keys.iter().copied().map(Value::Column));
        query.order.push(first);
        if query.order.iter().any(|(value, _)| value.is_aggregate()) {
            // What is counted or summed up is that of each thing that is shown.
            let things = self.keys_of_picks();
            for thing in &things {
                self.count_for_each(query, *thing)?;
            }
            query.groups = [keys, things].concat();
        }
        query.outputs.retain(|output| !shown.contains(output));
        query.outputs.splice(0..0, shown);
        query.distinct = false;
        Some(())
    }

    /// Where there is one row of the thing, what refers to it is counted.
    fn count_for_each(&mut self, query: &mut Query, thing: ColumnId) -> Option<()> {
        let counts = |(value, _): &(Value, bool)| matches!(value, Value::Rows(_));
        if !query.order.iter().any(counts) || !self.has_one_row(query, thing) {
            return Some(());
        }
        let child = self.child(self.schema.table_of(thing))?;
        query.tables.push(child);
        count_rows_of(child, query.order.iter_mut().map(|(value, _)| value));
        Some(())
    }

    /// The keys of the entities that are shown.
    fn keys_of_picks(&self) -> Vec<ColumnId> {
        let picks = self.sketch.picks.iter();
        let entities = picks.filter_map(|pick| match self.chosen(pick.slot).element {
            Element::Table(table) => Some(table),
            Element::Column(column) => {
                let table = self.schema.table_of(column);
                let named = self.schema.tables[table].display.contains(&column);
                named.then_some(table)
            }
        });
        entities
            .filter_map(|table| self.schema.single_key(table))
            .collect()
    }
}
