//! Phase 5: the package.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Phase, Status};

/// `GET /api/challenge/phase5/prepare/{session_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrepareResponse {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `phase5`.
    pub phase: Phase,
    /// `ready`.
    pub status: Status,
    /// What is in it.
    pub package: Package,
    /// Path of the download.
    pub download_url: String,
}

/// What a package holds; names are those inside the ZIP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Package {
    /// One file per table.
    pub csv_files: Vec<String>,
    /// What the checks found.
    pub pdf_report: String,
    /// The answers with their SQL.
    pub excel_report: String,
    /// Tables and columns in words.
    pub data_dictionary: String,
    /// Where to begin.
    pub readme: String,
    /// S3 key of the ZIP.
    pub zip_path: String,
}
