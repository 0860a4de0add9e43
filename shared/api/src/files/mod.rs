//! File jobs: the names of types and fields are the document's.

mod input;

pub use input::check_empty;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Characters of a file name.
pub const FILE_NAME_CHARACTERS: std::ops::RangeInclusive<usize> = 1..=255;
/// Most bytes of a file name: its key has room for no more.
pub const FILE_NAME_BYTES: usize = 900;
/// Bounds of `max_rejected_rows`.
pub const REJECTED_ROWS: std::ops::RangeInclusive<u64> = 0..=1_000_000_000_000;
/// Numbers of the parts of an upload.
pub const PART_NUMBERS: std::ops::RangeInclusive<u32> = 1..=10_000;
/// How many URLs of parts are given at once.
pub const PART_COUNTS: std::ops::RangeInclusive<u32> = 1..=500;

/// The body of `POST /api/v1/jobs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobCreate {
    /// Name of the file, without a path.
    #[schema(min_length = 1, max_length = 255)]
    pub file_name: String,
    /// Its size. Only an announcement: what counts is what is uploaded.
    pub original_file_size_bytes: u64,
    /// What happens to its rows, in this order; may be empty. At most 32 KB.
    #[schema(value_type = Vec<ProcessingStep>)]
    pub processing_steps: Value,
    /// How the file is read, where it should not be found out: `encoding`, `delimiter`, `header`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub input: Option<Value>,
    /// Rows that cannot be read before the job fails; 1,000 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rejected_rows: Option<u64>,
}

/// One step of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProcessingStep {
    /// Which: `filter`, `convert_format`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its parameters.
    #[schema(value_type = Object)]
    pub params: Value,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JobStatus {
    /// It waits for its file.
    Pending,
    /// Its file is there.
    Queued,
    /// It is being processed.
    Running,
    /// It will stop.
    CancellationRequested,
    /// Its output can be downloaded.
    Completed,
    /// `error_message` says why.
    Failed,
    /// It has stopped.
    Cancelled,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobResponse {
    /// Its id.
    #[schema(format = Uuid)]
    pub id: String,
    /// Whose it is.
    #[schema(format = Uuid)]
    pub user_id: String,
    /// Name of the file.
    pub file_name: String,
    /// The announced size.
    pub original_file_size_bytes: u64,
    /// Where it stands.
    pub status: JobStatus,
    /// The steps as they came.
    #[schema(value_type = Vec<ProcessingStep>)]
    pub processing_steps: Value,
    /// When it was created.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// The uploaded file, once it is there.
    pub input_object_key: Option<String>,
    /// The processed file, once it is whole.
    pub output_object_key: Option<String>,
    /// Why it failed.
    pub error_message: Option<String>,
    /// The same for programs.
    pub error_code: Option<String>,
    /// What to know although it is completed.
    pub warnings: Vec<String>,
    /// Rows that could not be read.
    pub rejected_rows: u64,
    /// The file with these rows, where there are some.
    pub rejects_object_key: Option<String>,
    /// How far it has come; null before it runs.
    pub progress: Option<JobProgress>,
}

/// How far a job has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobProgress {
    /// 0 to 100.
    pub percent: u8,
    /// What is being done.
    pub stage: Option<String>,
    /// Bytes of the input so far.
    pub bytes_read: u64,
    /// How many there are, where that is known.
    pub bytes_total: Option<u64>,
    /// Rows of the input so far.
    pub rows_read: u64,
    /// Rows of the output so far.
    pub rows_written: u64,
    /// Rows that could not be read so far.
    pub rejected_rows: u64,
    /// Rows read per second, lately.
    pub rows_per_second: Option<u64>,
    /// Seconds until the end, as it looks.
    pub eta_seconds: Option<u64>,
}

/// The caller's jobs, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct JobList(pub Vec<JobResponse>);

/// Where to upload a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UploadUrlResponse {
    /// Takes one `PUT` of any bytes for an hour.
    pub upload_url: String,
}

/// The body of `POST /api/v1/jobs/{job_id}/mark-uploaded`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarkUploaded {
    /// The key of the uploaded object: `input/{job_id}/{file_name}`.
    pub object_key: String,
}

/// The body of `POST /api/v1/jobs/{job_id}/download-url`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DownloadUrlInput {
    /// Which file; the output by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<DownloadFile>,
}

/// A file of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DownloadFile {
    /// What came out.
    Output,
    /// The rows that could not be read.
    Rejects,
}

/// Where to download a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DownloadUrlResponse {
    /// Good for an hour.
    pub download_url: String,
}

/// An upload in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MultipartResponse {
    /// The store's id.
    pub upload_id: String,
    /// Bytes of every part but the last.
    pub part_size: u64,
}

/// Where to upload parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartUrlsResponse {
    /// By number.
    pub parts: Vec<PartUrl>,
}

/// Where to upload one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartUrl {
    /// From 1.
    pub part_number: u32,
    /// Takes one `PUT` for an hour, and answers an `ETag`.
    pub url: String,
}

/// The body of `POST /api/v1/jobs/{job_id}/multipart/complete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct CompletedParts(pub Vec<CompletedPart>);

/// A part that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CompletedPart {
    /// From 1.
    pub part_number: u32,
    /// The `ETag` that was answered.
    pub etag: String,
}
