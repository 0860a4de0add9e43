//! What travels over the wire: the types of requests and answers, the route table, and the
//! OpenAPI document made from both.
//!
//! This crate knows no HTTP library, no AWS and no rules of the product: only shapes, names and the
//! bounds of input. Functions decode into these types, the domain fills them, and `openapi()`
//! describes them, so that the three cannot drift apart.
//!
//! ```
//! use millrace_api::challenge::ChallengeInput;
//! use serde_json::json;
//!
//! let faults = ChallengeInput::from_value(&json!({ "domain": "IT" })).unwrap_err();
//! assert_eq!(faults[0].path, "domain");
//! assert_eq!(faults[0].code, "too_short");
//! assert_eq!(faults.len(), 5); // every fault, not the first
//! ```
#![warn(missing_docs)]

pub mod accounts;
pub mod asking;
pub mod challenge;
pub mod error;
pub mod files;
pub mod generation;
mod openapi;
pub mod routes;
pub mod system;

pub use openapi::openapi;
pub use routes::routes;
