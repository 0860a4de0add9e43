//! The documents of a challenge: quality report (PDF), answers (Excel), data dictionary and
//! README (text), and the ZIP that holds them.
//!
//! Everything here is a pure function from a plain input struct to bytes or text: no clock (dates
//! are fields), no environment, no files, no network. The same input gives the same bytes. The
//! crate must not know where the figures come from: it imports no other engine, no port and no
//! AWS type.
//!
//! ```
//! use millrace_report::package::{self, Entry};
//!
//! let archive = package::zip(vec![Entry {
//!     name: "README.txt".to_owned(),
//!     bytes: b"Start here.".to_vec(),
//! }])?;
//! assert!(archive.starts_with(b"PK"));
//! # Ok::<(), millrace_report::ReportError>(())
//! ```
#![warn(missing_docs)]

pub mod dictionary;
mod error;
pub mod guard;
pub mod package;
mod parts;
pub mod pdf;
pub mod readme;
pub mod workbook;
mod wrap;

pub use error::ReportError;
pub use parts::{Character, Question, Relationship, Unanswerable};
