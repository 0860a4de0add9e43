//! The tables of a database as their owner declared them.

use crate::database::Database;
use crate::schema::Kind;

/// A declared table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOutline {
    /// Its name.
    pub name: String,
    /// Its columns in their order.
    pub columns: Vec<ColumnOutline>,
}

/// A declared column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnOutline {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it is (part of) the primary key.
    pub key: bool,
    /// Table and column that it is declared to refer to.
    pub refers: Option<(String, String)>,
}

impl Database {
    /// The declared tables in the order of the DDL.
    #[must_use]
    pub fn outline(&self) -> Vec<TableOutline> {
        let schema = &self.schema;
        let column = |id: usize| {
            let facts = &schema.columns[id];
            let declared = schema
                .keys
                .iter()
                .find(|key| key.declared && key.from == id);
            ColumnOutline {
                name: facts.name.clone(),
                kind: facts.declared,
                key: facts.key,
                refers: declared.map(|key| {
                    let to = &schema.columns[key.to];
                    (schema.tables[to.table].name.clone(), to.name.clone())
                }),
            }
        };
        let tables = schema.tables.iter().map(|table| TableOutline {
            name: table.name.clone(),
            columns: table.columns.iter().map(|id| column(*id)).collect(),
        });
        tables.collect()
    }
}
