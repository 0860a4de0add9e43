//! The language of `processing_steps`: what a file job does to its file, as data.
//!
//! A [`Pipeline`] is parsed from the JSON of a job, and every fault of every step is found at once: its
//! place as a JSON pointer, a code, a sentence that says what to do, and what would be right. What comes
//! out is typed and in normal form, so that whoever plans the work asks no question twice. The same goes
//! for the [`InputOptions`] of a job, for the conditions of the [`filter`] language and for
//! [`Expression`]s. [`catalogue`] lists it all, from the declarations that also parse.
//!
//! The crate must not know data, schemas beyond names, files, the clock or the environment, and it links
//! no query engine: the function that creates jobs uses it in a few milliseconds, and only workers plan
//! what it gives.
//!
//! ```
//! use millrace_steps::{Code, Pipeline, step::Class};
//! use serde_json::json;
//!
//! let pipeline = Pipeline::parse(&json!([
//!     {"type": "rename_columns", "params": {"mapping": {"Land": "country"}}},
//!     {"type": "filter", "params": {"column": "country", "operator": "==", "value": "India"}},
//!     {"type": "convert_format", "params": {"to_format": "parquet"}}
//! ])).map_err(|faults| faults[0].clone())?;
//!
//! assert_eq!(pipeline.classes(), [Class::RowLocal; 3]);
//! assert_eq!(pipeline.input_columns(), ["Land"]);
//! assert_eq!(pipeline.to_json()[1]["params"]["operator"], "eq");
//!
//! let faults = pipeline.check_columns(&["id", "land"]);
//! assert_eq!(faults[0].code, Code::ColumnNotFound);
//! assert_eq!(faults[0].path, "/processing_steps/0/params/mapping/Land");
//! assert!(faults[0].message.ends_with("did you mean \"land\"?"));
//! # Ok::<(), millrace_steps::Fault>(())
//! ```

#![warn(missing_docs)]

#[macro_use]
mod read;

mod catalogue;
pub mod expression;
mod fault;
pub mod filter;
pub mod input;
mod lineage;
mod nearest;
mod pipeline;
pub mod step;
pub mod value;

pub use catalogue::{Catalogue, StepDescription, catalogue};
pub use expression::{Expression, ExpressionError};
pub use fault::{Code, Fault};
pub use filter::Condition;
pub use input::InputOptions;
pub use lineage::{ColumnRead, Origin};
pub use nearest::nearest;
pub use pipeline::{MOST_BYTES, MOST_STEPS, OnError, Pipeline, PipelineStep};
pub use read::{OnlyWith, ParameterDescription, Shape};
pub use step::{Class, Step};
