//! Databases that questions are asked of: the built-in `sales_db`, those that a tenant registers, and the
//! schema of a Data Factory session.
//!
//! A [`Definition`] (DDL, rows, further words) is compiled into a [`Compiled`] database, which answers
//! questions, checks SQL and runs it; every statement that leaves it was planned on its own tables.
//! [`Databases`] keeps definitions per tenant: a replacement is written beside what it replaces and becomes
//! visible by one conditional write.
//!
//! The crate knows engines and ports. It must not know HTTP, AWS or the environment; the day that "last
//! month" counts from is that of the clock port.
//!
//! ```
//! use millrace_databases::{Compiled, Definition};
//!
//! let definition = Definition::of_ddl("CREATE TABLE cities (id INT PRIMARY KEY, name TEXT)");
//! let database = Compiled::new(&definition).expect("a schema");
//! let today = chrono::NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
//! let answer = database.ask("How many cities are there?", today);
//! assert_eq!(answer.parsed_query.sql.as_deref(), Some("SELECT COUNT(*) FROM cities"));
//! assert!(!database.validate("DELETE FROM cities").valid);
//! ```
#![warn(missing_docs)]

mod compiled;
mod definition;
mod error;
mod rows;
mod sales;
mod samples;
mod service;
mod session;
mod store;

pub use compiled::{Compiled, QUERY_ROWS};
pub use definition::{Definition, TableRows};
pub use error::DatabaseError;
pub use millrace_asksql::{
    Answer, ColumnOutline, Kind, Lexicon, Severity, Status, TableOutline, Validation,
};
pub use millrace_query::Answer as QueryAnswer;
pub use rows::RowSource;
pub use sales::SALES_DB;
pub use service::{Databases, Found, Origin, Wish};
pub use session::schema_ddl;
pub use store::Listed;

#[cfg(test)]
mod tests;
