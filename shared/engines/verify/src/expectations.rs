//! What the files were promised to be, in the words of this crate.

use serde::{Deserialize, Serialize};

use crate::schema::Relationship;

/// Everything that [`Dataset::check`](crate::Dataset::check) compares with the files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Expectations {
    /// Tables.
    pub tables: Vec<TableExpectation>,
    /// References that must resolve.
    pub relationships: Vec<Relationship>,
    /// Moments that must come one after the other.
    pub temporal_orders: Vec<TemporalOrder>,
    /// Predicates that must not be false for any row.
    pub business_rules: Vec<BusinessRule>,
    /// Questions whose SQL must give an answer.
    pub answers: Vec<AnswerExpectation>,
}

/// What one table is to be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableExpectation {
    /// Table name.
    pub name: String,
    /// Rows, exactly.
    pub rows: u64,
    /// Columns of the primary key; none: not checked.
    #[serde(default)]
    pub primary_key: Vec<String>,
    /// Columns in file order.
    pub columns: Vec<ColumnExpectation>,
}

/// What one column is to be. Shares run from 0 to 1; whatever is left out is not checked, except
/// that a column that is not nullable has no empty cell and that unreadable and padded cells are 0
/// where no share is given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnExpectation {
    /// Column name.
    pub name: String,
    /// Whether cells may be empty.
    pub nullable: bool,
    /// Share of empty cells of all cells, by design and by untidiness together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub null_share: Option<f64>,
    /// Share of cells of all cells that do not read as the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable_share: Option<f64>,
    /// Share of text cells of all cells with stray blanks or another letter case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub padded_share: Option<f64>,
    /// Whether the untidy shares are not known: unreadable and padded cells are then not counted
    /// against the plan, and `categories` are compared as with a `padded_share`.
    pub any_untidiness: bool,
    /// Lowest value, as text of the column's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// Highest value, as text of the column's type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// Allowed values; empty: any. Columns with a `padded_share` are compared trimmed and in lower case.
    pub categories: Vec<String>,
    /// Expected share of each of `categories` among the cells that have a value, or empty.
    pub category_shares: Vec<f64>,
    /// The nine values that cut the expected distribution of a number in ten equal parts, or empty.
    pub deciles: Vec<f64>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnReference {
    /// Table name.
    pub table: String,
    /// Column name.
    pub column: String,
}

/// One moment must not come after another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemporalOrder {
    /// Name, such as `shipped after ordered`.
    pub name: String,
    /// The earlier moment.
    pub earlier: ColumnReference,
    /// The later moment.
    pub later: ColumnReference,
    /// How rows of the two tables belong together; absent: both columns are of one row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<Relationship>,
}

/// A predicate over the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessRule {
    /// Name.
    pub name: String,
    /// Table whose rows it is about.
    pub table: String,
    /// What it means.
    pub description: String,
    /// SQL predicate; a row breaks it where it is false (not where it is NULL).
    pub check: String,
}

/// A question with the SQL that answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerExpectation {
    /// The question.
    pub question: String,
    /// Its SQL.
    pub sql: String,
}
