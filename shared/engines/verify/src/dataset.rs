//! Delivered files as tables that statements run on.

use std::collections::BTreeMap;

use datafusion::arrow::array::{RecordBatch, UInt32Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::error::ArrowError;
use millrace_query::{Answer, QueryLimits, SqlFault, Tables};
use serde_json::Value;

use crate::load::{self, ColumnCounts, LoadError, LoadLimits, LoadedTable};
use crate::schema::Schema;

/// Parts that a table is scanned in.
const PARTITIONS: usize = 2;

/// Tables loaded from CSV files.
///
/// Queries read the tables only. Dropping a query's future stops the work behind it.
pub struct Dataset {
    pub(crate) schema: Schema,
    pub(crate) tables: BTreeMap<String, LoadedTable>,
    session: Tables,
    memory_bytes: usize,
}

impl std::fmt::Debug for Dataset {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rows: BTreeMap<&String, u64> = self
            .tables
            .iter()
            .map(|(name, table)| (name, table.rows))
            .collect();
        formatter
            .debug_struct("Dataset")
            .field("rows", &rows)
            .finish_non_exhaustive()
    }
}

impl Dataset {
    /// Loads one CSV file for each table of `schema`, within [`LoadLimits::default`]. Files are
    /// named after their tables, with or without `.csv`. This is work for a thread of its own.
    ///
    /// # Errors
    /// A [`LoadError`] that names the table and the line.
    pub fn load<B: AsRef<[u8]>>(
        schema: &Schema,
        files: Vec<(String, B)>,
    ) -> Result<Self, LoadError> {
        Self::load_within(schema, files, &LoadLimits::default())
    }

    /// Like [`Dataset::load`], with other limits.
    ///
    /// # Errors
    /// A [`LoadError`] that names the table and the line.
    pub fn load_within<B: AsRef<[u8]>>(
        schema: &Schema,
        files: Vec<(String, B)>,
        limits: &LoadLimits,
    ) -> Result<Self, LoadError> {
        let bytes = files
            .iter()
            .map(|(_, content)| content.as_ref().len())
            .sum();
        if bytes > limits.bytes {
            return Err(LoadError::TooLarge {
                bytes,
                limit: limits.bytes,
            });
        }
        let mut tables = BTreeMap::new();
        for (name, content) in files {
            let stem = name.strip_suffix(".csv").unwrap_or(&name);
            let table = schema
                .table(stem)
                .filter(|table| !tables.contains_key(&table.name));
            let Some(table) = table else {
                return Err(LoadError::UnexpectedFile(name));
            };
            tables.insert(
                table.name.clone(),
                load::load_table(table, content.as_ref(), limits.rows)?,
            );
        }
        if let Some(missing) = schema
            .tables
            .iter()
            .find(|table| !tables.contains_key(&table.name))
        {
            return Err(LoadError::MissingFile(missing.name.clone()));
        }
        let session = session(&tables, PARTITIONS, limits.memory_bytes)
            .map_err(|fault| LoadError::Schema(fault.to_string()))?;
        Ok(Self {
            schema: schema.clone(),
            tables,
            session,
            memory_bytes: limits.memory_bytes,
        })
    }

    /// The schema that the tables were loaded by.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Rows of `table`, if it exists.
    #[must_use]
    pub fn rows(&self, table: &str) -> Option<u64> {
        self.tables.get(table).map(|loaded| loaded.rows)
    }

    /// What was seen in a column while it was read, if it exists.
    #[must_use]
    pub fn counts(&self, table: &str, column: &str) -> Option<ColumnCounts> {
        let index = self
            .schema
            .table(table)?
            .columns
            .iter()
            .position(|known| known.name == column)?;
        self.tables.get(table)?.counts.get(index).copied()
    }

    /// Runs one SELECT. Statements are let through as by [`plan`](crate::plan).
    ///
    /// # Errors
    /// A [`SqlFault`]; also when the statement takes too long or too much memory.
    pub async fn query(&self, sql: &str, limits: &QueryLimits) -> Result<Answer, SqlFault> {
        self.session.query(sql, limits).await
    }

    /// A session on the same tables with their rows in reverse order and another partitioning: what
    /// an ORDER BY leaves open comes out differently there.
    pub(crate) fn mirrored(&self) -> Result<Mirror, SqlFault> {
        let reversed = self
            .tables
            .iter()
            .map(|(name, table)| {
                let batches = table
                    .batches
                    .iter()
                    .rev()
                    .map(reverse)
                    .collect::<Result<_, _>>()?;
                Ok((
                    name.clone(),
                    LoadedTable {
                        batches,
                        ..table.clone()
                    },
                ))
            })
            .collect::<Result<_, ArrowError>>()
            .map_err(|error| SqlFault::Execution(error.to_string()))?;
        Ok(Mirror(session(
            &reversed,
            PARTITIONS + 1,
            self.memory_bytes,
        )?))
    }

    /// The rows of a statement made by this crate, which needs no gate.
    pub(crate) async fn own_rows(&self, sql: &str) -> Result<Vec<Vec<Value>>, SqlFault> {
        self.session.own_rows(sql).await
    }
}

/// See [`Dataset::mirrored`].
pub(crate) struct Mirror(Tables);

impl Mirror {
    pub(crate) async fn query(&self, sql: &str, limits: &QueryLimits) -> Result<Answer, SqlFault> {
        self.0.query(sql, limits).await
    }
}

fn reverse(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let indices: UInt32Array = (0..u32::try_from(batch.num_rows()).unwrap_or(u32::MAX))
        .rev()
        .collect();
    take_record_batch(batch, &indices)
}

fn session(
    tables: &BTreeMap<String, LoadedTable>,
    partitions: usize,
    memory_bytes: usize,
) -> Result<Tables, SqlFault> {
    let mut session = Tables::new(partitions, memory_bytes)?;
    for (name, table) in tables {
        session.add(name, table.schema.clone(), table.batches.clone(), &[])?;
    }
    Ok(session)
}

#[cfg(test)]
mod tests;
