//! What the deployment says about itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Version of the documented API.
pub const VERSION: &str = "2.0.0";

/// `GET /`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// `healthy`: the API answers.
    pub status: Health,
    /// What this is.
    pub service: String,
    /// Version of the API.
    pub version: String,
    /// Whose name stands on documents and packages.
    pub brand: String,
    /// What each phase of the Data Factory does.
    pub phases: BTreeMap<String, String>,
    /// Name of the platform.
    pub name: String,
    /// Path of the page to read and try the API.
    pub docs: String,
    /// Path of the health check.
    pub health: String,
}

/// `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HealthReport {
    /// Whether every part answers.
    pub status: Health,
    /// What this is.
    pub service: String,
    /// Version of the API.
    pub version: String,
    /// When it was checked, RFC 3339 UTC.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// The state table.
    pub database: Connection,
    /// The job queue.
    pub kafka: Connection,
}

/// `GET /health/redis`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CacheReport {
    /// Whether the cache answers.
    pub status: Health,
    /// The cache of tokens and state.
    pub redis: Connection,
    /// What went wrong; absent when nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Whether something works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It does.
    Healthy,
    /// It does not.
    Unhealthy,
}

/// Whether a part answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Connection {
    /// It does.
    Connected,
    /// It does not.
    Disconnected,
}
