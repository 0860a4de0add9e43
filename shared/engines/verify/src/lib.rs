//! The proof engine: plans SQL against a schema, loads delivered CSV files, checks them against
//! what was promised, answers questions from them, and scores the outcome, all from the data.
//!
//! It knows files as bytes and promises as [`Expectations`]. It must not know how the files were
//! made, where they lie, who asked, or what time it is; and no statement given to it reads or
//! writes anything but the tables it was given.
//!
//! ```
//! use millrace_verify::{Column, ColumnType, Dataset, QueryLimits, Schema, Table};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let column = |name: &str, data_type| Column {
//!     name: name.to_owned(),
//!     data_type,
//!     nullable: true,
//!     primary_key: false,
//! };
//! let schema = Schema {
//!     tables: vec![Table {
//!         name: "orders".to_owned(),
//!         columns: vec![column("id", ColumnType::Integer), column("amount", ColumnType::Decimal)],
//!     }],
//!     relationships: vec![],
//! };
//! let files = vec![("orders.csv".to_owned(), "id,amount\r\n1,12.50\r\n2,n/a\r\n")];
//! let dataset = Dataset::load(&schema, files)?;
//! assert_eq!(dataset.counts("orders", "amount").map(|counts| counts.unreadable), Some(1));
//!
//! let answer = dataset.query("SELECT sum(amount) AS total FROM orders", &QueryLimits::default()).await?;
//! assert_eq!(answer.rows, [[serde_json::json!(12.5)]]);
//!
//! let fault = millrace_verify::plan(&schema, "SELECT amuont FROM orders").await.unwrap_err();
//! assert_eq!(fault.to_string(), "there is no column amuont; the nearest is orders.amount");
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod checks;
mod dataset;
mod expectations;
mod load;
mod planner;
mod profile;
mod scanner;
mod schema;
mod score;
mod typed;

pub use checks::{Category, Check, Expected};
pub use dataset::Dataset;
pub use expectations::{
    AnswerExpectation, BusinessRule, ColumnExpectation, ColumnReference, Expectations,
    TableExpectation, TemporalOrder,
};
pub use load::{ColumnCounts, LoadError, LoadLimits};
pub use millrace_query::{Answer, MAX_SQL_BYTES, QueryLimits, ResultColumn, SqlFault};
pub use planner::{Planner, plan};
pub use profile::{ChartData, ColumnProfile, TableProfile};
pub use schema::{Column, ColumnType, Relationship, Schema, Table, quote_identifier};
pub use score::{Scores, Status, issues, score, strengths};

#[cfg(test)]
mod samples;
