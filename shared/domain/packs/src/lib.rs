//! What the product knows about domains: tables, stories, figures and questions as data.
//!
//! A [`Pack`] is one domain. [`library::choose`] finds the pack for a user's words or composes one from
//! them; [`challenge::challenge`] makes the challenge, [`scale::plan`] the generator's plan of its dataset,
//! [`mapping::answer`] the SQL of a question of the user's own.
//!
//! The crate must not know how rows are made, how SQL is run, or who calls: it is pure data and words.
//!
//! ```
//! use millrace_challenge::brief::{Brief, DataStructure, SkillLevel};
//! use millrace_packs::{challenge, scale};
//!
//! let brief = Brief {
//!     domain: "Beekeeping cooperative".into(),
//!     function: "Yield analytics".into(),
//!     problem_statement: "Harvests differ widely between apiaries and nobody knows why.".into(),
//!     skill_level: SkillLevel::Intermediate,
//!     dataset_size: 1_000,
//!     data_structure: DataStructure::Normalized,
//!     primary_questions: Some("Which apiary harvests most?".into()),
//!     seed: 7,
//! };
//! let made = challenge::challenge(&brief);
//! let plan = scale::plan(&made.pack, &brief, 0)?;
//! assert!(plan.tables.iter().any(|table| table.name == "hives"));
//! assert!(made.problem.analytical_questions.len() >= 7);
//! # Ok::<(), millrace_packs::PackError>(())
//! ```
#![warn(missing_docs)]

pub mod challenge;
pub mod compose;
mod fill;
pub mod library;
pub mod mapping;
pub mod pack;
pub mod scale;
#[cfg(test)]
mod structure;
#[cfg(test)]
mod tests;
mod words;

pub use challenge::Challenge;
pub use mapping::Unanswerable;
pub use pack::{Pack, PackError};
