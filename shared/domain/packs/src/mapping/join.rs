//! Joins along references, from a table to the ones that it refers to.

use std::collections::{BTreeMap, VecDeque};

use crate::pack::Pack;

/// The tables of one query with their joins, in order.
#[derive(Debug)]
pub(super) struct Joins<'a> {
    pack: &'a Pack,
    base: &'a str,
    joined: Vec<&'a str>,
    clauses: Vec<String>,
}

impl<'a> Joins<'a> {
    pub(super) fn from(pack: &'a Pack, base: &'a str) -> Self {
        Self {
            pack,
            base,
            joined: vec![base],
            clauses: Vec::new(),
        }
    }

    /// Joins `target` and every table on the shortest way to it.
    pub(super) fn reach(&mut self, target: &str) -> Result<(), String> {
        if self.joined.contains(&target) {
            return Ok(());
        }
        let way = self.way_to(target).ok_or_else(|| {
            let (from, to) = (self.base.replace('_', " "), target.replace('_', " "));
            format!("no reference leads from {from} to {to}, so the two cannot be put together row by row")
        })?;
        for (from, column, to) in way {
            if !self.joined.contains(&to) {
                let key = self.key(to)?;
                self.clauses
                    .push(format!("JOIN {to} ON {to}.{key} = {from}.{column}"));
                self.joined.push(to);
            }
        }
        Ok(())
    }

    /// Whether references lead to the table.
    pub(super) fn reaches(&self, target: &str) -> bool {
        self.joined.contains(&target) || self.way_to(target).is_some()
    }

    /// Joins a subset table of the base, keeping rows without a partner.
    pub(super) fn keep(&mut self, child: &'a str) -> Result<(), String> {
        if self.joined.contains(&child) {
            return Ok(());
        }
        let column = self
            .pack
            .table(child)
            .and_then(|table| table.references().find(|(_, to)| *to == self.base))
            .map(|(column, _)| column)
            .ok_or_else(|| format!("{child} does not belong to {}", self.base))?;
        let (base, key) = (self.base, self.key(self.base)?);
        self.clauses.push(format!(
            "LEFT JOIN {child} ON {child}.{column} = {base}.{key}"
        ));
        self.joined.push(child);
        Ok(())
    }

    /// `FROM base JOIN …`, a line a table.
    pub(super) fn clause(&self) -> String {
        let mut out = format!("FROM {}", self.base);
        for clause in &self.clauses {
            out.push('\n');
            out.push_str(clause);
        }
        out
    }

    fn key(&self, table: &str) -> Result<&'a str, String> {
        self.pack
            .table(table)
            .and_then(|table| table.key())
            .ok_or_else(|| format!("{table} has no key"))
    }

    /// Shortest way by references from the base: `(from, column, to)` steps.
    fn way_to(&self, target: &str) -> Option<Vec<(&'a str, &'a str, &'a str)>> {
        let mut came_by: BTreeMap<&str, (&'a str, &'a str, &'a str)> = BTreeMap::new();
        let mut open = VecDeque::from([self.base]);
        while let Some(table) = open.pop_front() {
            if table == target {
                let mut way = Vec::new();
                let mut at = table;
                while at != self.base {
                    let step = *came_by.get(at)?;
                    way.push(step);
                    at = step.0;
                }
                way.reverse();
                return Some(way);
            }
            for (column, to) in self.pack.table(table)?.references() {
                if to != self.base && !came_by.contains_key(to) {
                    came_by.insert(to, (table, column, to));
                    open.push_back(to);
                }
            }
        }
        None
    }
}
