//! SQL on tables in memory: planned and optimised, or run within limits on rows, bytes, time and memory.
//!
//! [`Tables`] takes batches; a [`Loader`] makes them of CSV and other files and declared types, where a
//! column with a cell that does not read as its type is text. Statements only read: everything but one
//! SELECT of bounded size is refused before it is planned, and nothing is in reach but the tables, no
//! file, no clock and no function that gives another answer every time.
//!
//! It knows Arrow, DataFusion and files as bytes. It must not know where the bytes lie, who asked or what
//! time it is.
//!
//! ```
//! use millrace_query::{ColumnKind, Loader, QueryLimits, TableDefinition};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let cities = TableDefinition::new("cities")
//!     .column("id", ColumnKind::Integer)
//!     .column("name", ColumnKind::Text)
//!     .column("population", ColumnKind::Integer)
//!     .key(["id"]);
//! let mut loader = Loader::new([cities]);
//! loader.csv("cities", b"id,name,population\n1,Paris,2100000\n2,Rome,2800000\n".to_vec())?;
//! let tables = loader.finish()?;
//!
//! assert!(tables.plan_now("SELECT name FROM cities").is_ok());
//! assert!(tables.plan_now("DROP TABLE cities").is_err());
//! let answer = tables.query("SELECT sum(population) AS people FROM cities", &QueryLimits::default()).await?;
//! assert_eq!(answer.rows, [[serde_json::json!(4_900_000)]]);
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod answer;
mod definition;
mod fault;
mod load;
mod metered;
mod plan;
mod session;
mod spelling;
mod statement;
mod tables;
mod trace;
mod typed;

pub use answer::Answer;
pub use definition::{ColumnKind, TableDefinition};
pub use fault::{SqlFault, nearest};
pub use load::{LoadFault, LoadLimits, Loader};
pub use plan::ResultColumn;
pub use statement::{MAX_SQL_BYTES, check_ddl_size, check_size};
pub use tables::{QueryLimits, Tables};
