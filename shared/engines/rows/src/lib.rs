//! The steps that work on each row for itself, over Arrow batches.
//!
//! A step of the language of `millrace-steps` is bound to the columns it gets ([`RowStep::bind`]): names
//! become places, constants become values of the column's type, and whatever cannot work is refused
//! before the first row. A bound step then turns batches into batches, each row for itself, so that any
//! division of the rows gives the same result. A cell that a step cannot work with is a [`Fault`], and
//! the step's `on_error` says what happens to its row.
//!
//! It knows Arrow and the language of steps. It must not know files, other rows, how the work is divided
//! or what time it is: what a step needs of all rows comes in as [`Facts`], the rest as [`Context`].
#![warn(missing_docs)]

mod choose;
mod columns;
mod compute;
mod condition;
mod context;
mod error;
mod expression;
mod facts;
mod hash;
mod numbers;
mod operator;
mod privacy;
mod reshape;
mod rows;
mod step;
mod texts;
mod types;

pub use choose::choose;
pub use compute::RuleCheck;
pub use condition::Predicate;
pub use context::{Context, Keys};
pub use error::{Rejected, RowError};
pub use expression::Formula;
pub use facts::Facts;
pub use hash::{RowHasher, hash_rows};
pub use operator::Fault;
pub use reshape::JsonMembers;
pub use rows::Rows;
pub use step::RowStep;
pub use types::{arrow_type, canonical, canonical_schema, cell_texts};
