//! Plans statements against a schema, without data.

use millrace_query::{ResultColumn, SqlFault, Tables};

use crate::schema::Schema;

/// Memory for planning: folding constants is all that runs.
const PLANNING_MEMORY_BYTES: usize = 64 * 1024 * 1024;

/// Plans statements against the empty tables of one schema.
#[derive(Debug)]
pub struct Planner(Tables);

impl Planner {
    /// A planner for `schema`.
    ///
    /// # Errors
    /// [`SqlFault::Invalid`] when two tables or two columns of a table share a name.
    pub fn new(schema: &Schema) -> Result<Self, SqlFault> {
        let mut tables = Tables::new(1, PLANNING_MEMORY_BYTES)?;
        for table in &schema.tables {
            tables.add(&table.name, table.arrow_schema(), Vec::new(), &[])?;
        }
        Ok(Self(tables))
    }

    /// Plans and optimises `sql`; gives the columns of its result.
    ///
    /// # Errors
    /// A [`SqlFault`] that says what is wrong with the statement.
    pub async fn plan(&self, sql: &str) -> Result<Vec<ResultColumn>, SqlFault> {
        self.0.plan(sql).await
    }
}

/// Plans and optimises one SELECT against the empty tables of `schema`.
///
/// # Errors
/// A [`SqlFault`] that says what is wrong, with the nearest existing name where one is missing.
pub async fn plan(schema: &Schema, sql: &str) -> Result<Vec<ResultColumn>, SqlFault> {
    Planner::new(schema)?.plan(sql).await
}

#[cfg(test)]
mod tests;
