//! Rows that are related to rows of the same table.

use super::Builder;
use crate::form::{Comparison, Filter, Literal, Query, Test, Value};
use crate::link::Element;
use crate::parse::{Choice, Condition, Left, Right};
use crate::schema::{ColumnId, TableId};

impl Builder<'_> {
    /// "states that border Texas": a table that refers twice to the same table relates its rows to one
    /// another.
    pub(super) fn relation(&mut self, condition: &Condition) -> Option<Filter> {
        let Left::Column(slot) = condition.left else {
            return None;
        };
        let Element::Column(column) = self.chosen(slot).element else {
            return None;
        };
        let (entity, one, other) = self.relation_of(column)?;
        let relation = self.schema.table_of(one);
        let first =
            (0..self.items.len()).find(|at| self.names(*at, relation) && *at != condition.item)?;
        // The words of the relation stand between the entity and the value, or right behind the value.
        let spoken = self.items[..first]
            .iter()
            .any(|item| item.table() == Some(entity));
        if !spoken || first > condition.item + 2 {
            return None;
        }
        let text = self.chosen(slot).value.clone()?;
        let inner = Query {
            outputs: vec![Value::Column(other)],
            filters: vec![Filter::Test(
                Value::Column(one),
                Test::Compare(Comparison::Equal, Literal::Text(text)),
            )],
            ..Query::default()
        };
        let key = self.schema.single_key(entity)?;
        let test = if condition.negated {
            Test::NotIn(Box::new(inner))
        } else {
            Test::In(Box::new(inner))
        };
        Some(Filter::Test(Value::Column(key), test))
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
        self.relation_of(column)
            .map(|(_, one, _)| self.schema.table_of(one))
    }

    /// A table, and the two columns of another table that refer to its key, one of them or the key being
    /// `column`; the one that is named like the relation comes second.
    pub(super) fn relation_of(&self, column: ColumnId) -> Option<(TableId, ColumnId, ColumnId)> {
        let target = self.schema.columns[column].refers.unwrap_or(column);
        let entity = self.schema.table_of(target);
        if self.schema.single_key(entity) != Some(target) {
            return None;
        }
        for relation in 0..self.schema.tables.len() {
            let ends: Vec<ColumnId> = self.schema.tables[relation]
                .columns
                .iter()
                .copied()
                .filter(|end| self.schema.columns[*end].refers == Some(target))
                .collect();
            if let [one, other] = ends.as_slice() {
                if relation == entity {
                    continue;
                }
                let words = &self.schema.tables[relation].words;
                let named = self.schema.columns[*one]
                    .words
                    .iter()
                    .any(|word| words.contains(word));
                return Some(if named {
                    (entity, *other, *one)
                } else {
                    (entity, *one, *other)
                });
            }
        }
        None
    }

    /// A span names the table or one of its columns.
    pub(super) fn names(&self, at: usize, table: TableId) -> bool {
        let item = &self.items[at];
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
        let spoken = item.mention.is_empty()
            && related.iter().any(|start| word.starts_with(start))
            && self.schema.tables[table]
                .words
                .iter()
                .any(|own| related.iter().any(|start| own.starts_with(start)));
        spoken
            || !item.is_value()
                && item.mention.iter().take(3).any(|candidate| {
                    candidate.score > 0.5
                        && match candidate.element {
                            Element::Table(other) => other == table,
                            Element::Column(column) => {
                                self.schema.table_of(column) == table
                                    && self.schema.columns[column]
                                        .words
                                        .iter()
                                        .any(|own| self.schema.tables[table].words.contains(own))
                            }
                        }
                })
    }
}
