//! Rows that are related to rows of the same table.

use super::Builder;
use super::extremes::greatest;
use crate::form::{Comparison, Filter, Literal, Query, Test, Value};
use crate::items::Item;
use crate::link::Element;
use crate::parse::{Choice, Condition, Extreme, Left, Right};
use crate::schema::{ColumnId, Relation, Schema, TableId};

impl Builder<'_> {
    /// Said of the related entity ("states that border the state with most people"), not of what is asked.
    pub(super) fn within_related(&self, item: usize) -> bool {
        self.sketch
            .related
            .first()
            .is_some_and(|related| item > related.item)
    }

    /// "states that border the largest state", "states that border states that border Texas": the rows that
    /// are related to those that are described behind the relation.
    pub(super) fn related(&mut self, query: &mut Query) -> Option<()> {
        let related = &self.sketch.related;
        let Some(relation) = related.first().map(|first| first.relation) else {
            return Some(());
        };
        let (key, near, far) = (relation.key, relation.near, relation.far);
        let mut ends = Query {
            outputs: vec![Value::Column(far)],
            ..Query::default()
        };
        if let Some(described) = self.described(key)? {
            ends.filters.push(Filter::Test(
                Value::Column(near),
                Test::In(Box::new(described)),
            ));
        }
        for _ in 1..related.len() {
            ends = Query {
                outputs: vec![Value::Column(far)],
                filters: vec![Filter::Test(Value::Column(near), Test::In(Box::new(ends)))],
                ..Query::default()
            };
        }
        let test = if related[0].absent {
            Test::not_in(self.schema, ends)
        } else {
            Test::In(Box::new(ends))
        };
        query.filters.push(Filter::Test(Value::Column(key), test));
        Some(())
    }

    /// The keys of the entities that are described behind the last relation; none where nothing is said.
    fn described(&mut self, key: ColumnId) -> Option<Option<Query>> {
        let conditions: Vec<&Condition> = self
            .sketch
            .conditions
            .iter()
            .filter(|condition| self.within_related(condition.item))
            .collect();
        let extremes: Vec<&Extreme> = self
            .sketch
            .extremes
            .iter()
            .filter(|extreme| self.within_related(extreme.item))
            .collect();
        if conditions.is_empty() && extremes.is_empty() {
            return Some(None);
        }
        let mut inner = Query {
            outputs: vec![Value::Column(key)],
            ..Query::default()
        };
        self.filter(&mut inner, &conditions)?;
        for extreme in extremes.into_iter().rev() {
            let (value, descending) = self.superlative(extreme)?;
            if extreme.limit == 1 && extreme.offset == 0 && !value.is_aggregate() {
                let filter = greatest(&inner, value, descending, Vec::new());
                inner.filters.push(filter);
            } else {
                inner.groups.extend(value.is_aggregate().then_some(key));
                inner.order.push((value, descending));
                inner.limit = Some(extreme.limit);
                inner.offset = extreme.offset;
            }
        }
        Some(Some(inner))
    }

    /// "states that border Texas": a table that refers twice to the same table relates its rows to one
    /// another.
    pub(super) fn relation(&mut self, condition: &Condition) -> Option<Filter> {
        let Left::Column(slot) = condition.left else {
            return None;
        };
        let Element::Column(column) = self.chosen(slot).element else {
            return None;
        };
        if !self.sketch.related.is_empty() {
            return None;
        }
        let relation = self.relation_of(column)?;
        let entity = self.schema.table_of(relation.key);
        let first = (0..self.items.len()).find(|at| {
            names_relation(self.schema, &self.items[*at], relation.table) && *at != condition.item
        })?;
        // The words of the relation stand between the entity and the value, or right behind the value.
        let spoken = self.items[..first]
            .iter()
            .any(|item| item.table() == Some(entity));
        if !spoken || first > condition.item + 2 {
            return None;
        }
        let text = self.chosen(slot).value.clone()?;
        let inner = Query {
            outputs: vec![Value::Column(relation.far)],
            filters: vec![Filter::Test(
                Value::Column(relation.near),
                Test::Compare(Comparison::Equal, Literal::Text(text)),
            )],
            ..Query::default()
        };
        let test = if condition.negated {
            Test::not_in(self.schema, inner)
        } else {
            Test::In(Box::new(inner))
        };
        Some(Filter::Test(Value::Column(relation.key), test))
    }

    /// The choice of [`Self::relation`], asked only where there is one.
    pub(super) fn may_relate(&mut self, condition: &Condition) -> bool {
        let Left::Column(slot) = condition.left else {
            return false;
        };
        let Element::Column(column) = self.chosen(slot).element else {
            return false;
        };
        self.relation_of(column).is_some() && self.choose(Choice::Relation, true)
    }

    /// The table that relates rows for a condition.
    pub(super) fn relation_table(&self, condition: &Condition) -> Option<TableId> {
        let Left::Column(slot) = condition.left else {
            return None;
        };
        let Element::Column(column) = self.chosen(slot).element else {
            return None;
        };
        if self.flips.has(Choice::Relation) || !matches!(condition.right, Right::Value(_)) {
            return None;
        }
        self.relation_of(column).map(|relation| relation.table)
    }

    /// The relation of the rows of the table whose key `column` is or refers to.
    fn relation_of(&self, column: ColumnId) -> Option<Relation> {
        let key = self.schema.columns[column].refers.unwrap_or(column);
        self.schema.relation(key)
    }
}

/// A span names the table or one of its columns.
pub(crate) fn names_relation(schema: &Schema, item: &Item, table: TableId) -> bool {
    let related = [
        "border",
        "neighbor",
        "neighbour",
        "adjoin",
        "surround",
        "adjacent",
        "friend",
        "relat",
    ];
    let word = item.text.to_lowercase();
    let own = &schema.tables[table].words;
    let spoken = item.mention.is_empty()
        && related.iter().any(|start| word.starts_with(start))
        && own
            .iter()
            .any(|own| related.iter().any(|start| own.starts_with(start)));
    let named = |element: Element| match element {
        Element::Table(other) => other == table,
        Element::Column(column) => {
            let words = &schema.columns[column].words;
            schema.table_of(column) == table && words.iter().any(|word| own.contains(word))
        }
    };
    spoken
        || !item.is_value()
            && item
                .mention
                .iter()
                .take(3)
                .any(|candidate| candidate.score > 0.5 && named(candidate.element))
}
