//! Questions in English, SQL, and the databases that both are about.

mod input;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::system::Connection;

/// Characters of a question.
pub const QUESTION_CHARACTERS: usize = 10_000;
/// Rows of an answer to `POST /query`.
pub const QUERY_LIMITS: std::ops::RangeInclusive<u64> = 1..=10_000;
/// Rows where `limit` is left out.
pub const QUERY_LIMIT: u64 = 1_000;
/// The database that is meant where none is named.
pub const DEFAULT_DATABASE: &str = "sales_db";

/// `POST /parse`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParseInput {
    /// The question, 1 to 10,000 characters.
    #[schema(min_length = 1, max_length = 10_000)]
    pub query: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<ParseContext>,
}

/// What a question is about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParseContext {
    /// `sales_db`, a registered name or the id of a Data Factory session; `sales_db` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Who asks; it gives no rights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
}

/// The answer of `POST /parse`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParseAnswer {
    /// The best reading; without tables and with `sql` null where the text was refused.
    pub parsed_query: ParsedQuery,
    /// The chance that the reading is the one that was meant.
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
    /// Other meanings, likelier ones first; at most four.
    pub alternatives: Vec<AlternativeQuery>,
    /// `ok` from 0.5, below it `needs_clarification`, or `refused`.
    pub status: ParseStatus,
    /// Why the text was refused, or what is to be settled.
    pub reason: Option<String>,
    /// Every span that something was made of.
    pub explanation: Vec<SpanLink>,
    /// Words that nothing was made of.
    pub unlinked: Vec<UnlinkedSpan>,
}

/// How far an answer can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParseStatus {
    /// One reading stands out.
    Ok,
    /// There is a reading, but another may be meant.
    NeedsClarification,
    /// Nothing was made of the text.
    Refused,
}

/// A query, taken apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParsedQuery {
    /// Always `SELECT`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The table that the query begins with.
    pub table: Option<String>,
    /// Tables that are joined to it, in order.
    pub joins: Vec<JoinedTable>,
    /// What rows must fulfil.
    pub conditions: Vec<QueryCondition>,
    /// What is shown.
    pub projections: Vec<QueryProjection>,
    /// Columns that make the groups.
    pub grouping: Vec<String>,
    /// What groups must fulfil.
    pub having: Vec<QueryCondition>,
    /// The order of the rows.
    pub ordering: Vec<QueryOrdering>,
    /// Most rows.
    pub limit: Option<u64>,
    /// Rows that are left out before the first: 1 where the second place is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Rows that repeat are left out.
    pub distinct: bool,
    /// The SQL text, a single SELECT that was planned on the database.
    pub sql: Option<String>,
}

/// A joined table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinedTable {
    /// Its name.
    pub table: String,
    /// The condition, `a.x = b.y`.
    pub on: String,
}

/// A condition, or several joined by OR.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QueryCondition {
    /// The column as `table.column`, or a function over one; absent for `OR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// `=`, `<>`, `<`, `>`, `<=`, `>=`, `BETWEEN`, `LIKE`, `IN`, `NOT IN`, `IS NULL`, `IS NOT NULL` or `OR`.
    pub operator: String,
    /// What it is compared with: a value, first and last for `BETWEEN`, or the SQL of a subquery.
    pub value: Value,
    /// The parts of `OR`, conditions as this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub conditions: Vec<QueryCondition>,
}

/// Something that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueryProjection {
    /// The column as `table.column`, or `*` for counted rows.
    pub field: String,
    /// `COUNT`, `SUM`, `AVG`, `MIN` or `MAX`.
    pub aggregate: Option<String>,
    /// Counts every value once.
    pub distinct: bool,
}

/// One key of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueryOrdering {
    /// The column or the function over one.
    pub field: String,
    /// `ASC` or `DESC`.
    pub direction: String,
}

/// Another meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlternativeQuery {
    /// Its SQL, a single SELECT.
    pub sql: String,
    /// The chance that it was meant.
    #[schema(minimum = 0, maximum = 1)]
    pub confidence: f64,
    /// In one line, what it does otherwise.
    pub difference: String,
}

/// What was made of a span of the question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpanLink {
    /// The words.
    pub text: String,
    /// Their first character, from 0.
    pub start: usize,
    /// The character after their last.
    pub end: usize,
    /// A table, a `table.column`, or what the query does because of the words.
    pub element: String,
    /// The value that the words stand for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Why: `name`, `part_of_name`, `same_root`, `synonym`, `lexicon`, `measure_word`, `value`,
    /// `part_of_value`, `default` or `operator`.
    pub rule: String,
    /// How sure the link is.
    #[schema(minimum = 0, maximum = 1)]
    pub score: f64,
}

/// Words that nothing was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnlinkedSpan {
    /// The words.
    pub text: String,
    /// Their first character, from 0.
    pub start: usize,
    /// The character after their last.
    pub end: usize,
}

/// `POST /validate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValidateInput {
    /// The SQL.
    #[schema(min_length = 1)]
    pub sql: String,
    /// As [`ParseContext::database`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
}

/// The answer of `POST /validate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValidateAnswer {
    /// A single SELECT without errors.
    pub valid: bool,
    /// The errors as sentences.
    pub errors: Vec<String>,
    /// The warnings as sentences.
    pub warnings: Vec<String>,
    /// Everything found, with codes and places.
    pub diagnostics: Vec<SqlDiagnostic>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SqlDiagnostic {
    /// Stable word for programs: `E_…` for errors, `W_…` for warnings and hints.
    pub code: String,
    /// How grave it is.
    pub severity: SqlSeverity,
    /// One sentence for people.
    pub message: String,
    /// Where; null where it has no place.
    pub span: Option<SqlSpan>,
    /// What would be right.
    pub suggestion: Option<String>,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SqlSeverity {
    /// The SQL is not valid.
    Error,
    /// The SQL may not do what was meant.
    Warning,
    /// A matter of style.
    Hint,
}

/// A place in the SQL, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SqlSpan {
    /// The first character, from 0.
    pub start: usize,
    /// The character after the last.
    pub end: usize,
}

/// `POST /query`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueryInput {
    /// A single SELECT.
    #[schema(min_length = 1)]
    pub sql: String,
    /// As [`ParseContext::database`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Most rows, 1,000 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub limit: Option<u64>,
}

/// The answer of `POST /query`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QueryRows {
    /// What each row holds.
    pub columns: Vec<QueryColumn>,
    /// Rows, one value a column: numbers, texts, booleans, or null.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows than these.
    pub truncated: bool,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueryColumn {
    /// Its name, as the SQL has it.
    pub name: String,
    /// Its SQL type.
    #[serde(rename = "type")]
    pub sql_type: String,
}

/// `PUT /databases/{name}`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DatabaseInput {
    /// CREATE TABLE statements.
    pub ddl: String,
    /// Rows by table: CSV with a header, `s3://bucket/key` of the caller's own in the deployment's bucket,
    /// or Parquet as `data:application/vnd.apache.parquet;base64,…`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub rows: Map<String, Value>,
    /// Further words: `tables` and `columns` with phrases by name, `values` with phrases for a value,
    /// `hidden` columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub lexicon: Option<Value>,
}

/// A database with its schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DatabaseDetail {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub kind: DatabaseKind,
    /// Whether `POST /query` runs on it.
    pub has_rows: bool,
    /// Its tables.
    pub tables: Vec<DatabaseTable>,
    /// Questions that it answers.
    pub sample_questions: Vec<String>,
    /// When it was registered first, RFC 3339 UTC; absent for a built-in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// When it was registered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
}

/// Where a database comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseKind {
    /// The product's own.
    BuiltIn,
    /// The caller registered it.
    Registered,
    /// The schema of a Data Factory session.
    Session,
}

/// A table of a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AskedTable)]
pub struct DatabaseTable {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<DatabaseColumn>,
    /// Its rows; null where none were given.
    pub rows: Option<u64>,
}

/// A column of a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DatabaseColumn {
    /// Its name.
    pub name: String,
    /// `integer`, `real`, `text`, `date`, `timestamp` or `boolean`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it is (part of) the primary key.
    pub primary_key: bool,
    /// `table.column` that it refers to.
    pub references: Option<String>,
}

/// `GET /databases`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DatabaseList {
    /// The page.
    pub databases: Vec<DatabaseEntry>,
    /// Which page it is.
    pub pagination: Pagination,
}

/// A database in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DatabaseEntry {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub kind: DatabaseKind,
    /// Number of its tables.
    pub tables: u64,
    /// Whether `POST /query` runs on it.
    pub has_rows: bool,
    /// When it was registered last, RFC 3339 UTC; absent for a built-in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
}

/// Which page of a list it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pagination {
    /// Entries of all pages.
    pub total: u64,
    /// Most entries of the page.
    pub limit: u32,
    /// Entries before it.
    pub offset: u32,
    /// Whether entries follow.
    pub has_next: bool,
    /// Whether entries come before.
    pub has_previous: bool,
}

/// `GET /{service}/health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceHealth {
    /// `ok`, or `unavailable` where a part does not answer.
    pub status: String,
    /// The service.
    pub service: String,
    /// Version of the service.
    pub version: String,
    /// The state table.
    pub database: Connection,
    /// The job queue.
    pub kafka: Connection,
}
