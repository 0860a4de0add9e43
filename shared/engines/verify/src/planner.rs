//! Plans statements against a schema, without data.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, TableReference};
use datafusion::datasource::MemTable;
use datafusion::execution::SessionState;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use serde::{Deserialize, Serialize};

use crate::fault::{self, SqlFault};
use crate::schema::Schema;
use crate::{session, statement};

/// Memory for planning: folding constants is all that runs.
const PLANNING_MEMORY_BYTES: usize = 64 * 1024 * 1024;

/// A column that a statement gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultColumn {
    /// Name, as the statement has it.
    pub name: String,
    /// SQL type: `VARCHAR`, `BIGINT`, `DOUBLE`, `DECIMAL(p,s)`, `DATE`, `TIMESTAMP`, `BOOLEAN`, …
    pub data_type: String,
}

/// Plans statements against the empty tables of one schema.
pub struct Planner {
    context: SessionContext,
}

impl std::fmt::Debug for Planner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Planner").finish_non_exhaustive()
    }
}

impl Planner {
    /// A planner for `schema`.
    ///
    /// # Errors
    /// [`SqlFault::Invalid`] when two tables or two columns of a table share a name.
    pub fn new(schema: &Schema) -> Result<Self, SqlFault> {
        let context =
            session::session(1, PLANNING_MEMORY_BYTES).map_err(|error| fault::planning(&error))?;
        for table in &schema.tables {
            let empty = MemTable::try_new(table.arrow_schema(), vec![vec![]])
                .map_err(|error| fault::planning(&error))?;
            register(&context, &table.name, empty)?;
        }
        Ok(Self { context })
    }

    /// Plans and optimises `sql`; gives the columns of its result.
    ///
    /// # Errors
    /// A [`SqlFault`] that says what is wrong with the statement.
    pub async fn plan(&self, sql: &str) -> Result<Vec<ResultColumn>, SqlFault> {
        let state = self.context.state();
        let plan = logical_plan(&state, sql).await?;
        // The physical planner refuses what the logical one cannot see, such as odd subqueries.
        state
            .create_physical_plan(&plan)
            .await
            .map_err(|error| fault::planning(&error))?;
        Ok(result_columns(&plan))
    }
}

/// Plans and optimises one SELECT against the empty tables of `schema`.
///
/// # Errors
/// A [`SqlFault`] that says what is wrong, with the nearest existing name where one is missing.
pub async fn plan(schema: &Schema, sql: &str) -> Result<Vec<ResultColumn>, SqlFault> {
    Planner::new(schema)?.plan(sql).await
}

/// Makes `table` known under exactly `name`.
pub(crate) fn register(
    context: &SessionContext,
    name: &str,
    table: MemTable,
) -> Result<(), SqlFault> {
    let reference = TableReference::bare(name);
    if context.table_exist(reference.clone()).unwrap_or(false) {
        return Err(SqlFault::Invalid(format!("two tables are called {name}")));
    }
    context
        .register_table(reference, Arc::new(table))
        .map_err(|error| fault::planning(&error))?;
    Ok(())
}

/// The plan of a statement that was let through and names only existing tables.
pub(crate) async fn logical_plan(state: &SessionState, sql: &str) -> Result<LogicalPlan, SqlFault> {
    let statement = statement::parse(sql)?;
    let references = state
        .resolve_table_references(&statement)
        .map_err(|error| fault::planning(&error))?;
    let tables = table_names(state);
    let mut columns = Vec::new();
    for reference in references {
        let name = reference.to_string();
        let is_bare = matches!(reference, TableReference::Bare { .. });
        if !is_bare || !tables.iter().any(|table| table == reference.table()) {
            let nearest = fault::nearest(reference.table(), tables.iter().map(String::as_str));
            return Err(SqlFault::UnknownTable {
                name,
                nearest: nearest.map(str::to_owned),
            });
        }
        columns.extend(table_columns(state, &reference).await);
    }
    let plan = state
        .statement_to_plan(statement)
        .await
        .map_err(|error| fault::planning_with(&error, &columns))?;
    // A second lock on the door: the plan itself must not write either.
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
        .verify_plan(&plan)
        .map_err(|error| fault::planning(&error))?;
    Ok(plan)
}

async fn table_columns(state: &SessionState, reference: &TableReference) -> Vec<Column> {
    let Ok(schema) = state.schema_for_ref(reference.clone()) else {
        return Vec::new();
    };
    let Ok(Some(table)) = schema.table(reference.table()).await else {
        return Vec::new();
    };
    let fields = table.schema();
    fields
        .fields()
        .iter()
        .map(|field| Column::new(Some(reference.clone()), field.name()))
        .collect()
}

fn table_names(state: &SessionState) -> Vec<String> {
    let mut names: Vec<String> = state
        .catalog_list()
        .catalog("datafusion")
        .and_then(|catalog| catalog.schema("public"))
        .map(|schema| schema.table_names())
        .unwrap_or_default();
    names.sort();
    names
}

pub(crate) fn result_columns(plan: &LogicalPlan) -> Vec<ResultColumn> {
    plan.schema()
        .fields()
        .iter()
        .map(|field| ResultColumn {
            name: field.name().clone(),
            data_type: sql_type_name(field.data_type()),
        })
        .collect()
}

fn sql_type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Null => "NULL".to_owned(),
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::UInt64 => "UBIGINT".to_owned(),
        other if other.is_integer() => "BIGINT".to_owned(),
        other if other.is_floating() => "DOUBLE".to_owned(),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => format!("DECIMAL({precision},{scale})"),
        DataType::Date32 | DataType::Date64 => "DATE".to_owned(),
        DataType::Timestamp(..) => "TIMESTAMP".to_owned(),
        DataType::Time32(_) | DataType::Time64(_) => "TIME".to_owned(),
        DataType::Interval(_) | DataType::Duration(_) => "INTERVAL".to_owned(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "VARCHAR".to_owned(),
        other => other.to_string().to_uppercase(),
    }
}

#[cfg(test)]
mod tests;
