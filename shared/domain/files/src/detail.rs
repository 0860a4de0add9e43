use chrono::{DateTime, Utc};
use millrace_jobs::{Detail, Job};
use serde::{Deserialize, Serialize};

/// A job with a file.
pub type FileJob = Job<FileDetail>;

/// Rejected rows that a job accepts when nothing else is said.
const MOST_REJECTED: u64 = 1000;

/// What is wanted of a new job. All of it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Name of the file, without a path.
    pub file_name: String,
    /// Bytes that its owner says it has.
    pub announced_bytes: u64,
    /// The steps, JSON as it came.
    pub steps: String,
    /// Options of the reader, JSON as it came.
    pub input_options: Option<String>,
    /// Rows that may be rejected before the job fails.
    pub max_rejected_rows: u64,
}

impl NewFile {
    /// A job without options.
    pub fn new(
        file_name: impl Into<String>,
        announced_bytes: u64,
        steps: impl Into<String>,
    ) -> Self {
        Self {
            file_name: file_name.into(),
            announced_bytes,
            steps: steps.into(),
            input_options: None,
            max_rejected_rows: MOST_REJECTED,
        }
    }
}

/// What is kept of a job's files. JSON of the owner stays text: a record store would sort its fields
/// and change its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileDetail {
    /// Name of the file, without a path.
    pub file_name: String,
    /// Bytes that its owner said it has.
    pub announced_bytes: u64,
    /// The steps, JSON as it came.
    pub steps: String,
    /// Options of the reader, JSON as it came.
    pub input_options: Option<String>,
    /// Rows that may be rejected before the job fails.
    pub max_rejected_rows: u64,
    /// The upload that is allowed at the moment.
    pub upload: Option<Upload>,
    /// Whether the owner has said that the file is there.
    pub marked: bool,
    /// The file, once it is there.
    pub input: Option<StoredInput>,
    /// What came out.
    pub output: Option<Output>,
    /// The rows that could not be read, where there are some.
    pub rejects: Option<Output>,
}

impl Detail for FileDetail {
    const SYSTEM: &'static str = "FILE";
    const QUEUE: &'static str = "file-jobs";
}

impl FileDetail {
    pub(crate) fn new(file: NewFile) -> Self {
        Self {
            file_name: file.file_name,
            announced_bytes: file.announced_bytes,
            steps: file.steps,
            input_options: file.input_options,
            max_rejected_rows: file.max_rejected_rows,
            upload: None,
            marked: false,
            input: None,
            output: None,
            rejects: None,
        }
    }
}

/// How a file may be uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Upload {
    /// By one URL.
    Url {
        /// How long it is good.
        until: DateTime<Utc>,
    },
    /// In parts.
    Parts {
        /// The store's id.
        id: String,
        /// Bytes of every part but the last.
        part_size: u64,
        /// How long the store keeps parts of an upload that is not completed.
        until: DateTime<Utc>,
    },
}

impl Upload {
    pub(crate) fn is_open(&self, now: DateTime<Utc>) -> bool {
        let (Self::Url { until } | Self::Parts { until, .. }) = self;
        now < *until
    }
}

/// The version of the input that is processed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredInput {
    /// Bytes.
    pub size: u64,
    /// Names these bytes.
    pub etag: String,
}

/// A file to download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Its name.
    pub file_name: String,
    /// Where it lies.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Its media type.
    pub content_type: String,
}

/// Puts what a worker made into its job, inside [`millrace_jobs::Jobs::succeed`]: with rejected rows,
/// their file and a warning beside it.
pub fn publish(job: &mut FileJob, output: Output, rejects: Option<Output>) {
    job.detail.output = Some(output);
    job.detail.rejects = rejects;
    let rejected = job.progress.rows_rejected;
    if rejected > 0 {
        let rows = if rejected == 1 { "row" } else { "rows" };
        let warning = format!("{rejected} {rows} could not be read and went to the rejects file");
        job.warnings.push(warning);
    }
}
