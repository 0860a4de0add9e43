//! Data generation: jobs that make rows, what they may make, and what a customer may use.

mod input;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The type that is learned from the caller's own file.
pub const LIKE_INPUT: &str = "like-input";
/// Rows of a job.
pub const DATA_SIZES: RangeInclusive<u64> = 1..=1_000_000_000;
/// Seconds that a run may take.
pub const TIMEOUTS: RangeInclusive<u64> = 1..=604_800;
/// Seconds for which a job that was paused or failed can be resumed.
pub const RESUME_WINDOWS: RangeInclusive<u64> = 0..=604_800;
/// Bytes of `parameters`, as JSON.
pub const PARAMETERS_BYTES: usize = 32 * 1024;
/// Rows that a sheet holds below its header.
pub const SHEET_ROWS: u64 = 1_048_575;
/// Days for which jobs and data are kept.
pub const RETENTION_DAYS: RangeInclusive<u64> = 1..=3650;
/// Bytes of an object's key.
pub const PATH_BYTES: usize = 1024;
/// Characters of a type, a bucket or a project id.
pub const NAME_CHARACTERS: usize = 255;

/// The body of `POST /api/data-generation/jobs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerationCreate {
    /// A name of `GET /api/data-generation/types`, or `like-input`.
    #[schema(example = "transactions")]
    pub data_type: String,
    /// Rows, 1 to 1,000,000,000.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub data_size: u64,
    /// What the input is written in; found out where it is left out. For `like-input`.
    pub input_format: Option<FileFormat>,
    /// What the output is written in; CSV by default.
    pub output_format: Option<FileFormat>,
    /// Where the input lies; needed for `like-input` alone.
    pub input_bucket: Option<String>,
    /// Where the output goes; the deployment's bucket by default.
    pub output_bucket: Option<String>,
    /// The whole key of the input; in the deployment's bucket it begins with the caller's own id.
    pub input_path: Option<String>,
    /// The whole key of the output; a path of the job by default.
    pub output_path: Option<String>,
    /// With false the call waits for the end of the job, which may have up to 100,000 cells then.
    pub is_async: Option<bool>,
    /// Seconds that a run may take before it is paused; 3600 by default.
    #[schema(minimum = 1, maximum = 604_800)]
    pub timeout: Option<u32>,
    /// Seconds for which the job can be resumed after it was paused or failed; 300 by default.
    #[schema(minimum = 0, maximum = 604_800)]
    pub resume_window: Option<u32>,
    /// `seed` (an integer) and `schema` (`{columns: […]}`).
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Map<String, Value>>,
    /// The caller's own word for what the job belongs to.
    pub project_id: Option<String>,
}

/// What files are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum FileFormat {
    /// Comma-separated values.
    Csv,
    /// One JSON array of objects.
    Json,
    /// A JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
    /// An Excel workbook.
    Xlsx,
}

impl FileFormat {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Csv,
        Self::Json,
        Self::Ndjson,
        Self::Parquet,
        Self::Xlsx,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
            Self::Ndjson => "NDJSON",
            Self::Parquet => "PARQUET",
            Self::Xlsx => "XLSX",
        }
    }
}

/// The answer to a new job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerationCreated {
    /// A UUID.
    pub job_id: String,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GenerationJobStatus {
    /// It waits for a worker.
    Queued,
    /// It is being made.
    Running,
    /// Its output is there.
    Completed,
    /// It could not be made; `error` says why.
    Failed,
    /// Its owner ended it.
    Cancelled,
    /// It waits to be resumed.
    Paused,
}

impl GenerationJobStatus {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Running,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Paused,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Paused => "paused",
        }
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerationJob {
    /// A UUID.
    pub job_id: String,
    /// Where it stands.
    pub status: GenerationJobStatus,
    /// Percent of all that has to be done.
    #[schema(minimum = 0, maximum = 100)]
    pub progress: u8,
    /// When it was accepted.
    #[schema(format = DateTime)]
    pub start_time: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    pub last_updated: String,
    /// What has begun, in its order. A resumed job goes on in the same entries.
    pub stages: Vec<GenerationStage>,
    /// What is known beside what was asked for.
    pub metadata: GenerationMetadata,
    /// What was asked for; null where it was left out.
    pub configuration: GenerationConfiguration,
    /// Why it failed, or was paused without its owner's wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<GenerationError>,
    /// What its owner should know although it succeeded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Until when it can be resumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub resume_until: Option<String>,
    /// Where to download the output, for an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_url: Option<String>,
    /// The bucket of the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_bucket: Option<String>,
    /// The key of the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_path: Option<String>,
    /// Its rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_rows: Option<u64>,
    /// Its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_bytes: Option<u64>,
    /// How near the output is to its input, and how far from its rows; of `like-input`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub quality: Option<Value>,
}

/// One stage of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerationStage {
    /// `validate`, `plan` or `learn`, `generate`, `verify`, `publish`.
    pub name: String,
    /// Where it stands.
    pub status: GenerationJobStatus,
    /// When it began.
    #[schema(format = DateTime)]
    pub start_time: String,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub end_time: Option<String>,
    /// Percent of it that is done.
    #[schema(minimum = 0, maximum = 100)]
    pub progress: u8,
}

/// What is known of a job beside what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerationMetadata {
    /// Bytes of the input, 0 without one.
    pub input_size: u64,
    /// How often it was resumed.
    pub retry_count: u32,
    /// The same seed makes the same rows.
    pub seed: u64,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerationConfiguration {
    /// What to make.
    pub data_type: String,
    /// Rows.
    pub data_size: u64,
    /// What the input is written in.
    pub input_format: Option<FileFormat>,
    /// What the output is written in.
    pub output_format: Option<FileFormat>,
    /// Where the input lies.
    pub input_bucket: Option<String>,
    /// Where the output goes.
    pub output_bucket: Option<String>,
    /// The key of the input.
    pub input_path: Option<String>,
    /// The key of the output.
    pub output_path: Option<String>,
    /// Whether the call did not wait.
    pub is_async: Option<bool>,
    /// Seconds of a run.
    pub timeout: Option<u32>,
    /// Seconds for which it can be resumed.
    pub resume_window: Option<u32>,
    /// Further wishes.
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Value>,
    /// The caller's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationError {
    /// Stable word for programs.
    pub code: String,
    /// One sentence.
    pub message: String,
}

/// Jobs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GenerationJobs {
    /// The jobs.
    pub jobs: Vec<GenerationJob>,
}

/// It was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationSuccess {
    /// True.
    pub success: bool,
}

/// What happened to a job, first things first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationEvents {
    /// The events.
    pub events: Vec<GenerationEvent>,
}

/// Something that happened to a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationEvent {
    /// When.
    #[schema(format = DateTime)]
    pub time: String,
    /// What: `created`, `claimed`, `generate begun`, `paused`, `resumed`, `succeeded`, …
    pub event: String,
    /// Where the job stood then.
    pub status: GenerationJobStatus,
    /// In which run; resuming begins the next one.
    pub run: u32,
    /// In which attempt of the run; 0 before a worker had it.
    pub attempt: u32,
}

/// What can be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordTypes {
    /// By name.
    pub types: Vec<RecordType>,
}

/// One type of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordType {
    /// What `dataType` says.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// In their order; none where they follow from an input.
    pub columns: Vec<RecordColumn>,
}

/// A column of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordColumn {
    /// Its name.
    pub name: String,
    /// What it holds: `integer`, `decimal(10,2)`, `email`, …
    #[serde(rename = "type")]
    pub kind: String,
}

/// What a customer may use, and uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GenerationRateLimits {
    /// Whose.
    pub customer_id: String,
    /// Jobs that are queued or running.
    pub current_jobs: u32,
    /// Most of them, those that cool down included.
    pub max_jobs: u32,
    /// Seconds for which a slot stays taken after its job ended.
    pub cooldown_period: u32,
    /// Jobs that have ended and whose slot is not free yet.
    pub cooldown_jobs: Vec<CooldownJob>,
}

/// A job whose slot is not free yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CooldownJob {
    /// Which.
    pub job_id: String,
    /// When it is free.
    #[schema(format = DateTime)]
    pub cooldown_until: String,
}

/// How long a customer's jobs and data are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetentionPolicy {
    /// Days after their end, 1 to 3650.
    #[schema(minimum = 1, maximum = 3650)]
    pub retention_days: u32,
}

/// The answer to a new retention policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RetentionUpdated {
    /// True.
    pub success: bool,
    /// Days.
    pub retention_days: u32,
}

/// How the pipeline is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PipelineHealth {
    /// In a word.
    pub status: crate::system::Health,
    /// In a sentence.
    pub message: String,
    /// In figures, of all customers; zero where the store does not answer.
    pub metrics: PipelineMetrics,
    /// When it was looked at.
    #[schema(format = DateTime)]
    pub timestamp: String,
}

/// Figures of the pipeline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PipelineMetrics {
    /// Jobs that are queued or running.
    pub active_jobs: u64,
    /// Jobs that were completed.
    pub completed_jobs: u64,
    /// Jobs that failed and were not resumed.
    pub failed_jobs: u64,
    /// From the first worker of a completed job's last run to its end, on average.
    pub average_processing_time_ms: u64,
}

/// The body of `POST /api/data-generation/upload-url`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InputUploadCreate {
    /// Name of the file, without a path.
    pub filename: String,
    /// Its media type.
    pub content_type: String,
}

/// Where to upload an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InputUpload {
    /// Takes one `PUT` until it expires.
    pub upload_url: String,
    /// Headers to send with it.
    pub headers: BTreeMap<String, String>,
    /// What `inputBucket` has to say.
    pub bucket: String,
    /// What `inputPath` has to say.
    pub path: String,
    /// Until when.
    #[schema(format = DateTime)]
    pub expires_at: String,
}
