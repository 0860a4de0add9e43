//! The two shapes in which an API of this deployment says no.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which of the two error shapes an endpoint speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// [`DetailError`]: Data Factory, file jobs, `AutoML`, system.
    Detail,
    /// [`CodedError`]: `ChatDB`, data generation.
    Error,
}

/// One thing wrong with a body or a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// The field, as in the document: `dataset_size`, `columns.3.type`; empty for the whole body.
    pub path: String,
    /// Stable word for programs: `missing`, `type`, `too_short`, `too_long`, `value`, `range`, `characters`.
    pub code: String,
    /// One sentence for people.
    pub message: String,
}

impl Fault {
    /// A fault of the field `path`.
    pub fn new(
        path: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            code: code.into(),
            message: message.into(),
        }
    }

    /// All faults as one readable sentence.
    ///
    /// ```
    /// use millrace_api::error::Fault;
    /// let faults = [Fault::new("a", "missing", "a is missing"), Fault::new("b", "type", "b must be a string")];
    /// assert_eq!(Fault::sentence(&faults), "a is missing; b must be a string");
    /// ```
    #[must_use]
    pub fn sentence(faults: &[Self]) -> String {
        let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        messages.join("; ")
    }
}

/// `{"detail": "…"}`, with every fault of an input that fails validation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DetailError {
    /// One readable sentence.
    pub detail: String,
    /// Every fault of the body or query; absent for other errors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

/// `{"error": {…}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CodedError {
    /// The error.
    pub error: ErrorInfo,
}

/// What a [`CodedError`] holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ErrorInfo {
    /// Stable word for programs, in capitals: `INVALID_REQUEST`.
    pub code: String,
    /// One readable sentence.
    pub message: String,
    /// Further facts; for an input that fails validation `{"errors": [fault, …]}`.
    #[schema(value_type = Object)]
    pub details: serde_json::Map<String, serde_json::Value>,
    /// The id under which the request stands in the logs.
    pub request_id: String,
    /// When it happened, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub timestamp: String,
}
