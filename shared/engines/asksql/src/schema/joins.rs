//! How tables are joined: the cheapest tree of foreign keys over the tables that a query needs.

use std::collections::HashMap;

use super::{ColumnId, Schema, TableId};

/// A foreign key as an edge between two tables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edge {
    /// The table that refers, and its column.
    pub(crate) from: (TableId, ColumnId),
    pub(crate) to: (TableId, ColumnId),
    pub(crate) cost: f64,
    pub(crate) declared: bool,
}

/// The table that each edge of a tree brings to those before it, which begin at `first`.
pub(crate) fn joined_tables(
    first: TableId,
    edges: &[Edge],
) -> impl Iterator<Item = (TableId, &Edge)> {
    let mut joined = vec![first];
    edges.iter().map(move |edge| {
        let known = joined.contains(&edge.from.0);
        let new = if known { edge.to.0 } else { edge.from.0 };
        joined.push(new);
        (new, edge)
    })
}

/// Whether joining the edges repeats rows of `table`: from there some edge leads to rows that refer, of which
/// one row may have many.
pub(crate) fn repeats(schema: &Schema, table: TableId, edges: &[Edge]) -> bool {
    let mut open = vec![table];
    let mut seen = vec![table];
    while let Some(at) = open.pop() {
        for edge in edges {
            let Some(next) = edge.other(at).filter(|next| !seen.contains(next)) else {
                continue;
            };
            if edge.to.0 == at && !schema.is_unique(edge.from.1) {
                return true;
            }
            seen.push(next);
            open.push(next);
        }
    }
    false
}

impl Edge {
    pub(crate) fn other(&self, table: TableId) -> Option<TableId> {
        if self.from.0 == table {
            Some(self.to.0)
        } else if self.to.0 == table {
            Some(self.from.0)
        } else {
            None
        }
    }
}

/// The graph of one question: edges may cost less where the question names them.
#[derive(Debug, Clone)]
pub(crate) struct JoinGraph {
    edges: Vec<Edge>,
    around: Vec<Vec<usize>>,
    memory: HashMap<Vec<TableId>, Option<Vec<Edge>>>,
}

const DECLARED: f64 = 1.0;
const INFERRED: f64 = 1.4;
/// Tables that one query may need beside those on the way.
const MOST_TERMINALS: usize = 7;

impl JoinGraph {
    /// `named` says how well the question names a foreign key's column, from 0 to 1.
    pub(crate) fn new(schema: &Schema, named: impl Fn(ColumnId) -> f64) -> Self {
        let mut edges = Vec::with_capacity(schema.keys.len());
        let mut around = vec![Vec::new(); schema.tables.len()];
        for (at, key) in schema.keys.iter().enumerate() {
            let from = (schema.table_of(key.from), key.from);
            let to = (schema.table_of(key.to), key.to);
            if from.0 == to.0 {
                continue;
            }
            let base = if key.declared { DECLARED } else { INFERRED };
            // The order of the schema breaks ties, so that the same question finds the same joins.
            let cost = base - 0.3 * named(key.from) + 1e-4 * at as f64;
            around[from.0].push(edges.len());
            around[to.0].push(edges.len());
            edges.push(Edge {
                from,
                to,
                cost,
                declared: key.declared,
            });
        }
        Self {
            edges,
            around,
            memory: HashMap::new(),
        }
    }

    /// The edges of the cheapest tree over `tables`, in an order in which each touches those before it,
    /// beginning at the first table. `None` where the tables are not connected.
    pub(crate) fn tree(&mut self, tables: &[TableId]) -> Option<Vec<Edge>> {
        if tables.len() < 2 {
            return Some(Vec::new());
        }
        if tables.len() > MOST_TERMINALS {
            return None;
        }
        let mut key = tables.to_vec();
        key[1..].sort_unstable();
        if let Some(known) = self.memory.get(&key) {
            return known.clone();
        }
        let found = self
            .steiner(tables)
            .map(|edges| self.ordered(&edges, tables[0]));
        self.memory.insert(key, found.clone());
        found
    }

    /// Dreyfus and Wagner: cheapest trees for every subset of the tables, rooted at every table.
    fn steiner(&self, terminals: &[TableId]) -> Option<Vec<usize>> {
        let tables = self.around.len();
        let full = (1_usize << terminals.len()) - 1;
        let mut cost = vec![vec![f64::INFINITY; tables]; full + 1];
        let mut back = vec![vec![Back::Root; tables]; full + 1];
        for (at, terminal) in terminals.iter().enumerate() {
            cost[1 << at][*terminal] = 0.0;
        }
        for subset in 1..=full {
            let mut part = (subset - 1) & subset;
            while part > 0 {
                if part >= subset ^ part {
                    for table in 0..tables {
                        let sum = cost[part][table] + cost[subset ^ part][table];
                        if sum < cost[subset][table] {
                            cost[subset][table] = sum;
                            back[subset][table] = Back::Merge(part);
                        }
                    }
                }
                part = (part - 1) & subset;
            }
            self.relax(&mut cost[subset], &mut back[subset]);
        }
        let root = terminals[0];
        if !cost[full][root].is_finite() {
            return None;
        }
        let mut edges = Vec::new();
        let mut open = vec![(full, root)];
        while let Some((subset, table)) = open.pop() {
            match back[subset][table] {
                Back::Root => {}
                Back::Merge(part) => {
                    open.push((part, table));
                    open.push((subset ^ part, table));
                }
                Back::Over(edge) => {
                    if !edges.contains(&edge) {
                        edges.push(edge);
                    }
                    open.push((subset, self.edges[edge].other(table)?));
                }
            }
        }
        Some(edges)
    }

    /// Bellman and Ford over the few tables of a schema.
    fn relax(&self, cost: &mut [f64], back: &mut [Back]) {
        let mut changed = true;
        while changed {
            changed = false;
            for (at, edge) in self.edges.iter().enumerate() {
                for (one, other) in [(edge.from.0, edge.to.0), (edge.to.0, edge.from.0)] {
                    let sum = cost[one] + edge.cost;
                    if sum + 1e-9 < cost[other] {
                        cost[other] = sum;
                        back[other] = Back::Over(at);
                        changed = true;
                    }
                }
            }
        }
    }

    fn ordered(&self, edges: &[usize], first: TableId) -> Vec<Edge> {
        let mut reached = vec![first];
        let mut left = edges.to_vec();
        left.sort_unstable();
        let mut ordered = Vec::with_capacity(edges.len());
        while !left.is_empty() {
            let Some(next) = left.iter().position(|edge| {
                let edge = &self.edges[*edge];
                reached.contains(&edge.from.0) || reached.contains(&edge.to.0)
            }) else {
                break;
            };
            let edge = self.edges[left.remove(next)];
            reached.extend([edge.from.0, edge.to.0]);
            ordered.push(edge);
        }
        ordered
    }

    /// Cost of joining the tables; none where they are not connected.
    pub(crate) fn cost(&mut self, tables: &[TableId]) -> Option<f64> {
        self.tree(tables)
            .map(|edges| edges.iter().map(|edge| edge.cost).sum())
    }
}

#[derive(Debug, Clone, Copy)]
enum Back {
    Root,
    Merge(usize),
    Over(usize),
}
