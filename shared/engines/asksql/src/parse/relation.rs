//! "states that border the largest state": one entity told by another of its kind.

use super::sketch::Related;
use super::{Operator, Reader};
use crate::build::names_relation;
use crate::schema::Relation;

impl Reader<'_> {
    /// Finds the words of a relation with a further mention of its entity behind them, alone or in a chain
    /// ("states that border states that border Texas").
    pub(super) fn relations(&mut self) {
        let schema = &self.database.schema;
        let relations: Vec<Relation> = (0..schema.tables.len())
            .filter_map(|entity| schema.relation(schema.single_key(entity)?))
            .collect();
        for relation in relations {
            let chain = self.chain(relation);
            let (Some(first), Some(last)) = (chain.first(), chain.last()) else {
                continue;
            };
            let told = (first.item + 1..self.end()).any(|at| {
                let item = &self.items[at];
                item.is_value()
                    || item.superlative
                    || matches!(item.operator, Some(Operator::Extreme(_)))
            });
            // "borders the most states" counts them.
            let counted = last.entity.is_some_and(|entity| {
                (last.item..entity).any(|at| {
                    matches!(self.lower(at).as_str(), "most" | "fewest" | "least")
                        || matches!(self.op(at), Some(Operator::Compare(_) | Operator::NumberOf))
                        || self.items[at].number.is_some()
                })
            });
            if counted || !(told || first.absent) {
                continue;
            }
            for related in &chain {
                self.used[related.item] = true;
            }
            if let Some(not) = self.denied(first).filter(|_| first.absent) {
                self.used[not] = true;
            }
            self.sketch.related = chain;
            return;
        }
    }

    fn chain(&self, relation: Relation) -> Vec<Related> {
        let schema = &self.database.schema;
        let entity = schema.table_of(relation.key);
        let is_entity =
            |at: usize| self.items[at].table() == Some(entity) && !self.items[at].is_value();
        let mut chain: Vec<Related> = Vec::new();
        let Some(spoken) = (0..self.end()).find(|at| is_entity(*at)) else {
            return chain;
        };
        for item in spoken + 1..self.end() {
            if is_entity(item) || !names_relation(schema, &self.items[item], relation.table) {
                continue;
            }
            let until = self.end().min(item + 5);
            let other = (item + 1..until)
                .take_while(|at| !self.items[*at].is_value() && !self.items[*at].stop)
                .take_while(|at| !matches!(self.op(*at), Some(Operator::Relative | Operator::And)))
                .find(|at| is_entity(*at));
            if other.is_none() && chain.is_empty() {
                continue;
            }
            let mut related = Related {
                relation,
                item,
                entity: other,
                absent: false,
            };
            related.absent = chain.is_empty() && self.denied(&related).is_some();
            chain.push(related);
        }
        chain
    }

    /// The negation right before a relation or between it and the other entity.
    fn denied(&self, related: &Related) -> Option<usize> {
        (related.item.saturating_sub(1)..related.entity?)
            .find(|at| matches!(self.op(*at), Some(Operator::Not | Operator::Without)))
    }

    /// The other entities are no further thing that is shown or joined.
    pub(super) fn settle_relations(&mut self) {
        for at in 0..self.sketch.related.len() {
            if let Some(entity) = self.sketch.related[at].entity {
                self.used[entity] = true;
            }
        }
    }
}
