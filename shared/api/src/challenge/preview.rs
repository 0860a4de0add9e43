//! Phase 3: a few rows of every table.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Phase, Status};

/// `200` of `POST /api/challenge/phase3/generate-preview`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreviewResponse {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `phase3`.
    pub phase: Phase,
    /// `pending_approval`.
    pub status: Status,
    /// One entry per table.
    pub preview_data: Vec<PreviewTable>,
    /// What was found in these rows.
    pub validation: PreviewValidation,
}

/// A few rows of one table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreviewTable {
    /// The table.
    pub table_name: String,
    /// Rows, keyed by column.
    #[schema(value_type = Vec<Object>)]
    pub sample_rows: Vec<Map<String, Value>>,
    /// Number of rows here, 10 to 30.
    pub row_count: u64,
    /// Number of columns.
    pub column_count: u64,
}

/// What was found in a preview.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PreviewValidation {
    /// Whether every reference finds its row.
    pub fk_integrity_passed: bool,
    /// References without their row, keyed by `table.column`; empty where there is none.
    pub orphan_records: BTreeMap<String, u64>,
    /// Cells that do not read as their column's type.
    pub data_type_issues: Vec<DataTypeIssue>,
    /// 0 to 10.
    #[schema(minimum = 0, maximum = 10)]
    pub quality_score: f64,
}

/// Cells of one column that do not read as its type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DataTypeIssue {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its SQL type.
    pub expected: String,
    /// How many cells.
    pub cells: u64,
    /// One of them.
    pub example: String,
}
