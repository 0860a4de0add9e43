//! Plan → cells: the generator of practice data.
//!
//! Every cell is a pure function of (seed, table, column, row), so that any rows of any table can be
//! made alone and equal the slice of a full run. Foreign keys are computed again, never looked up.
//! A [`Plan`](plan::Plan) is compiled to a [`Generator`], which lists all faults of a plan at once and
//! then makes clean batches, delivered CSV, previews and wide tables ([`Wide`]).
//!
//! The crate must not know domains, questions, files, the clock or the environment.
//!
//! ```
//! use millrace_synth::{Generator, plan::Plan};
//!
//! let plan: Plan = serde_json::from_str(r#"{
//!     "version": 1, "seed": 7, "cut_off": 1735689599,
//!     "tables": [{
//!         "name": "customers", "singular": "customer", "description": "People who buy.", "rows": 3,
//!         "columns": [
//!             {"name": "customer_id", "type": "text", "description": "Key.",
//!              "generate": {"kind": "key", "prefix": "C-", "width": 4}},
//!             {"name": "segment", "type": "text", "description": "Segment.",
//!              "generate": {"kind": "quota", "values": ["home", "office"], "weights": [2, 1]}}
//!         ]
//!     }]
//! }"#)?;
//! let generator = Generator::compile(&plan)?;
//! let mut csv = Vec::new();
//! generator.write_csv("customers", 0..3, true, &mut csv)?;
//! assert!(String::from_utf8(csv)?.starts_with("customer_id,segment\nC-0001,"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

pub mod plan;

mod arrival;
mod batch;
mod calendar;
mod cells;
mod compile;
mod csv;
mod distribution;
mod evaluate;
mod expectation;
mod expression;
mod fault;
mod frame;
mod generator;
mod layout;
mod lifecycle;
mod model;
mod pools;
mod preview;
mod signal;
mod texts;
mod untidy;
mod weights;
mod wide;

pub use expectation::{Bounds, Expectation, Share};
pub use fault::{GenerateError, PlanFault, PlanFaults};
pub use generator::Generator;
pub use wide::{Wide, WideColumn, WideJoin};
