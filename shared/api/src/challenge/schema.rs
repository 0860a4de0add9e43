//! Phase 2: the schema and whether it answers the questions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Phase, Status};

/// `200` of `POST /api/challenge/phase2/generate-schema` and `…/regenerate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SchemaResponse {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `phase2`.
    pub phase: Phase,
    /// `pending_approval`.
    pub status: Status,
    /// The schema.
    pub schema: Schema,
    /// Which questions it answers.
    pub validation: SchemaValidation,
}

/// Tables, how they hang together, what holds in them and what is computed on them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = DatabaseSchema)]
pub struct Schema {
    /// Tables; a table stands after those that it refers to.
    pub tables: Vec<Table>,
    /// References between tables.
    pub relationships: Vec<Relationship>,
    /// Predicates that hold for every clean row.
    pub business_rules: Vec<BusinessRule>,
    /// Figures, each with its SQL.
    pub kpis: Vec<Kpi>,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Table {
    /// Name, also of its CSV file.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Columns in file order.
    pub columns: Vec<Column>,
    /// Names of the key's columns.
    pub primary_key: Vec<String>,
    /// Rows at the session's dataset size.
    pub estimated_rows: u64,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Column {
    /// Name.
    pub name: String,
    /// SQL type.
    #[serde(rename = "type")]
    pub sql_type: String,
    /// One sentence.
    pub description: String,
    /// Whether cells may be empty.
    pub nullable: bool,
    /// Whether the column belongs to the table's key.
    pub primary_key: bool,
}

/// A reference; `from` is the side that refers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Relationship {
    /// The referring table.
    pub from_table: String,
    /// Its column.
    pub from_column: String,
    /// The table referred to.
    pub to_table: String,
    /// Its key column.
    pub to_column: String,
    /// How many refer to how many.
    #[serde(rename = "type")]
    pub kind: RelationshipKind,
}

/// How many rows of the `from` table refer to how many of the `to` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelationshipKind {
    /// Many refer to one.
    ManyToOne,
}

/// A predicate that holds for every clean row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BusinessRule {
    /// Name.
    pub name: String,
    /// The table.
    pub table: String,
    /// One sentence.
    pub description: String,
    /// SQL predicate over the table's columns.
    pub check: String,
}

/// A figure computed on the dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Kpi {
    /// Name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Unit of the figure.
    pub unit: String,
    /// The query that computes it.
    pub sql: String,
}

/// Which questions a schema answers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct SchemaValidation {
    /// Whether every question has an answer.
    pub can_answer_all: bool,
    /// 0 to 10.
    #[schema(minimum = 0, maximum = 10)]
    pub validation_score: f64,
    /// Indexes into the problem statement's questions.
    pub answerable_questions: Vec<usize>,
    /// What the questions without an answer need.
    pub missing_capabilities: Vec<String>,
    /// What to do about it.
    pub recommendations: Vec<String>,
}
