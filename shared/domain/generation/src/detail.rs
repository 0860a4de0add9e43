use chrono::TimeDelta;
use millrace_api::generation::{FileFormat, GenerationCreate, LIKE_INPUT};
use millrace_jobs::{Detail, Job};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::places::ObjectPlace;
use crate::request::RequestKey;
use crate::stages::Stages;

/// A data-generation job.
pub type GenerationJob = Job<GenerationDetail>;

/// Seconds of a run where nothing is said.
const TIMEOUT: u32 = 3600;
/// Seconds for which a job can be resumed where nothing is said.
const RESUME_WINDOW: u32 = 300;

/// What is kept of what was asked for, and of what came of it. JSON of the owner stays text: a record
/// store would sort its fields and change its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GenerationDetail {
    /// A type of the catalogue, or [`LIKE_INPUT`].
    pub data_type: String,
    /// Rows.
    pub data_size: u64,
    /// What the input is said to be written in.
    pub input_format: Option<FileFormat>,
    /// What the output was asked to be written in.
    pub output_format: Option<FileFormat>,
    /// Where the input was said to lie.
    pub input_bucket: Option<String>,
    /// Where the output was asked to go.
    pub output_bucket: Option<String>,
    /// Key of the input.
    pub input_path: Option<String>,
    /// Key that the output was asked to have.
    pub output_path: Option<String>,
    /// Whether the caller waits.
    pub is_async: Option<bool>,
    /// Seconds of a run.
    pub timeout: Option<u32>,
    /// Seconds for which it can be resumed.
    pub resume_window: Option<u32>,
    /// The parameters, JSON as it came.
    pub parameters: Option<String>,
    /// The owner's own word.
    pub project_id: Option<String>,
    /// The call that made it, where that named itself.
    pub request: Option<RequestKey>,
    /// The seed that is used.
    pub seed: u64,
    /// Bytes of the input, once it was seen.
    pub input_bytes: u64,
    /// The stages so far.
    pub stages: Stages,
    /// What came out.
    pub output: Option<Output>,
    /// How good it is, JSON.
    pub quality: Option<String>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Where it lies.
    pub place: ObjectPlace,
    /// Rows.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// Its media type.
    pub content_type: String,
}

impl Detail for GenerationDetail {
    const SYSTEM: &'static str = "GENERATION";
    const QUEUE: &'static str = "generation-jobs";

    fn time_limit(&self) -> Option<TimeDelta> {
        Some(TimeDelta::seconds(self.timeout.unwrap_or(TIMEOUT).into()))
    }
}

impl GenerationDetail {
    pub(crate) fn new(wish: GenerationCreate, seed: u64, request: Option<RequestKey>) -> Self {
        Self {
            data_type: wish.data_type,
            data_size: wish.data_size,
            input_format: wish.input_format,
            output_format: wish.output_format,
            input_bucket: wish.input_bucket,
            output_bucket: wish.output_bucket,
            input_path: wish.input_path,
            output_path: wish.output_path,
            is_async: wish.is_async,
            timeout: wish.timeout,
            resume_window: wish.resume_window,
            parameters: wish
                .parameters
                .map(|parameters| Value::Object(parameters).to_string()),
            project_id: wish.project_id,
            request,
            seed,
            input_bytes: 0,
            stages: Stages::default(),
            output: None,
            quality: None,
        }
    }

    /// Whether the rows are to be like those of an input.
    #[must_use]
    pub fn learns(&self) -> bool {
        self.data_type == LIKE_INPUT
    }

    /// What the output is written in.
    #[must_use]
    pub fn format(&self) -> FileFormat {
        self.output_format.unwrap_or(FileFormat::Csv)
    }

    pub(crate) fn resume_window(&self) -> TimeDelta {
        TimeDelta::seconds(self.resume_window.unwrap_or(RESUME_WINDOW).into())
    }
}
