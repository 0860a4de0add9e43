//! A database compiled for questions: its schema, its values and the index of its words.

use std::collections::HashMap;
use std::io::Read;

use crate::lexicon::Lexicon;
use crate::link::WordIndex;
use crate::records::Records;
use crate::schema::{self, ColumnId, Kind, Schema, SchemaError};
use crate::values::{Gatherer, ValueIndex};

/// Rows of one table that are looked at.
const MOST_ROWS: usize = 200_000;

/// A database that questions can be asked of. Compiled once, then read only.
#[derive(Debug)]
pub struct Database {
    pub(crate) schema: Schema,
    pub(crate) values: ValueIndex,
    pub(crate) index: WordIndex,
}

/// Takes the parts of a [`Database`] before it is compiled.
#[derive(Debug)]
pub struct Builder {
    schema: Schema,
    gatherers: HashMap<ColumnId, Gatherer>,
    lexicon: Lexicon,
}

impl Database {
    /// Begins with the tables of `ddl`: CREATE TABLE statements with types and keys.
    ///
    /// # Errors
    /// When the text does not parse, is no schema or is too large.
    pub fn builder(ddl: &str) -> Result<Builder, SchemaError> {
        Ok(Builder {
            schema: schema::read_tables(ddl)?,
            gatherers: HashMap::new(),
            lexicon: Lexicon::default(),
        })
    }

    /// Bytes that its values take in memory, about.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.values.bytes()
    }

    /// Names of the tables in the order of the DDL.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.schema.tables.iter().map(|table| table.name.as_str())
    }

    /// Names and kinds of the columns of a table; nothing for a table that is not there.
    pub fn columns(&self, table: &str) -> impl Iterator<Item = (&str, Kind)> {
        let columns = self
            .schema
            .table_named(table)
            .map_or(&[][..], |table| &self.schema.tables[table].columns);
        columns.iter().map(|column| {
            let column = &self.schema.columns[*column];
            (column.name.as_str(), column.declared)
        })
    }
}

impl Builder {
    /// Adds the rows of a table from CSV with a header; an empty cell is null, one of two quotes an empty text.
    ///
    /// # Errors
    /// When the table or a column is not in the schema, or the rows cannot be read.
    pub fn csv(&mut self, table: &str, rows: impl Read) -> Result<&mut Self, SchemaError> {
        let id = self
            .schema
            .table_named(table)
            .ok_or_else(|| SchemaError::Unknown(table.to_owned()))?;
        let fault = |fault: &std::io::Error| SchemaError::Rows {
            table: table.to_owned(),
            fault: fault.to_string(),
        };
        let mut records = Records::new(rows);
        let mut columns = Vec::new();
        let header = records.next().unwrap_or_else(|| Ok(Vec::new()));
        for name in header.map_err(|error| fault(&error))? {
            let name = name.unwrap_or_default();
            let column = self
                .schema
                .column_named(id, name.trim_start_matches('\u{feff}'));
            columns.push(column.ok_or_else(|| SchemaError::Unknown(format!("{table}.{name}")))?);
        }
        for record in records.take(MOST_ROWS) {
            let record = record.map_err(|error| fault(&error))?;
            for (column, cell) in columns.iter().zip(&record) {
                self.gatherers
                    .entry(*column)
                    .or_default()
                    .add(cell.as_deref());
            }
        }
        Ok(self)
    }

    /// Adds one row of a table, a cell for each of its columns in the order of the DDL.
    ///
    /// # Errors
    /// When the table is not in the schema.
    pub fn row<'a>(
        &mut self,
        table: &str,
        cells: impl IntoIterator<Item = Option<&'a str>>,
    ) -> Result<&mut Self, SchemaError> {
        let id = self
            .schema
            .table_named(table)
            .ok_or_else(|| SchemaError::Unknown(table.to_owned()))?;
        for (column, cell) in self.schema.tables[id].columns.iter().zip(cells) {
            self.gatherers.entry(*column).or_default().add(cell);
        }
        Ok(self)
    }

    /// Sets the words that the owner of the database adds.
    #[must_use]
    pub fn lexicon(mut self, lexicon: Lexicon) -> Self {
        self.lexicon = lexicon;
        self
    }

    /// Compiles what was given.
    #[must_use]
    pub fn compile(mut self) -> Database {
        for (column, gatherer) in &self.gatherers {
            self.schema.columns[*column].facts = gatherer.facts();
        }
        for name in &self.lexicon.hidden {
            if let Some(column) = self.schema.column_at(name) {
                self.schema.columns[column].hidden = true;
            }
        }
        schema::finish(&mut self.schema);
        let mut values = ValueIndex::default();
        let mut gathered: Vec<(ColumnId, Gatherer)> = self.gatherers.into_iter().collect();
        gathered.sort_unstable_by_key(|(column, _)| *column);
        for (column, gatherer) in gathered {
            // Numbers and days are read by their form and need no index.
            let facts = &self.schema.columns[column];
            if facts.declared == Kind::Text && !facts.hidden {
                values.add_column(column, gatherer);
            }
        }
        let index = WordIndex::new(&self.schema, &self.lexicon);
        Database {
            schema: self.schema,
            values,
            index,
        }
    }
}
