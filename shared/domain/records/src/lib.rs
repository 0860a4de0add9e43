//! Record types: what a data generation job can be asked for, and the rows of it.
//!
//! A [`RecordType`] is one flat table with a name: ten of its own (`customers`, `transactions`,
//! `time-series` …) and every table of every domain pack (`ecommerce/orders`). A caller may bring a
//! full schema instead. Either becomes a plan of the generator, and a [`Generator`] makes any rows of
//! it: a cell depends on the seed, the number of rows and its own row alone, so that parts of any size
//! are the same bytes as one run. [`PartFacts`] are what is seen of a part while it is made; facts of
//! neighbouring parts merge, and [`Generator::verify`] judges the whole.
//!
//! The crate must not know jobs, files, formats, tenants, or where anything is stored.
//!
//! ```
//! use millrace_records::Generator;
//! use serde_json::json;
//!
//! let generator = Generator::new("transactions", &json!({"seed": 7}), 1_000, 0).unwrap();
//! let whole: usize = generator.batches(0..1_000).map(|batch| batch.unwrap().num_rows()).sum();
//! assert_eq!(whole, 1_000);
//!
//! let faults = Generator::new("transaction", &json!({"sede": 7}), 0, 0).unwrap_err();
//! let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
//! assert_eq!(paths, ["dataType", "dataSize", "parameters.sede"]);
//! assert!(faults[0].message.ends_with("did you mean transactions?"));
//! ```
#![warn(missing_docs)]

mod catalogue;
mod column;
mod deliver;
mod facts;
mod generator;
mod kinds;
mod parameters;
mod record;
mod scale;
mod schema;
mod suggest;

/// Names the rows that are made: to be raised with every change after which a seed gives other ones. The
/// sample of first rows in the tests changes then.
pub const VERSION: &str = "1";

pub use catalogue::{CUSTOM, LIKE_INPUT, RecordColumn, RecordType, record_type, record_types};
pub use column::{ColumnType, ColumnTypeError};
pub use facts::{ColumnFacts, FactsError, Finding, PartFacts};
pub use generator::{Batches, Generator, MAX_ROWS};
pub use millrace_api::error::Fault;
pub use millrace_synth::GenerateError;
pub use parameters::{MAX_PARAMETER_BYTES, Parameters};
pub use schema::{ColumnSpec, MAX_COLUMNS, MAX_VALUES};
pub use suggest::nearest_type;
