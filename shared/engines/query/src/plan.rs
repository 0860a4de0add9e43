//! Statements as plans, and what columns they give.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, TableReference};
use datafusion::execution::SessionState;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::tokenizer::TokenWithSpan;
use serde::{Deserialize, Serialize};

use crate::fault::{self, SqlFault};
use crate::statement::{self, Select};

/// A column that a statement gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultColumn {
    /// Name, as the statement has it.
    pub name: String,
    /// SQL type: `VARCHAR`, `BIGINT`, `DOUBLE`, `DECIMAL(p,s)`, `DATE`, `TIMESTAMP`, `BOOLEAN`, …
    pub data_type: String,
}

/// The most that names of columns and tables are looked through: each join carries the columns of all
/// before it.
const MOST_NAMES: usize = 2_000_000;

/// The plan of a statement that is let through and names only existing tables.
pub(crate) async fn logical_plan(
    state: &SessionState,
    tokens: Vec<TokenWithSpan>,
) -> Result<LogicalPlan, SqlFault> {
    let Select { statement, reads } = statement::parse(tokens)?;
    let references = state
        .resolve_table_references(&statement)
        .map_err(|error| fault::planning(&error))?;
    let tables = table_names(state);
    let mut columns = Vec::new();
    let mut widest = 0;
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
        let found = table_columns(state, &reference).await;
        widest = found.len().max(widest);
        columns.extend(found);
    }
    if reads.saturating_mul(reads).saturating_mul(widest) > MOST_NAMES {
        return Err(SqlFault::TooComplex(format!(
            "it reads tables of up to {widest} columns {reads} times"
        )));
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
