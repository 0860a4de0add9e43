use std::collections::BTreeMap;
use std::time::Duration;

/// Which resources the ports use, and how long they wait for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// DynamoDB table with the strings `pk` and `sk` as key, and the index `gsi1` over the strings
    /// `gsi1pk` and `gsi1sk` with all attributes.
    pub table: String,
    /// S3 bucket.
    pub bucket: String,
    /// URL of each SQS queue by the name the product gives it.
    pub queues: BTreeMap<String, String>,
    /// ARN of each state machine by the name the product gives it.
    pub machines: BTreeMap<String, String>,
    /// URL of an emulator of all services, in place of the SDK's own search (which knows
    /// `AWS_ENDPOINT_URL`).
    pub endpoint: Option<String>,
    /// URL of another S3, where that is elsewhere than `endpoint`.
    pub s3_endpoint: Option<String>,
    /// URL under which browsers reach the S3, where they see it under another name than this
    /// process does. It goes into presigned URLs, whose signature covers it.
    pub s3_public_endpoint: Option<String>,
    /// How long to wait.
    pub timeouts: Timeouts,
}

impl Settings {
    /// A table and a bucket on AWS or where the SDK's own settings point; no queues and machines.
    pub fn new(table: impl Into<String>, bucket: impl Into<String>) -> Self {
        Self {
            table: table.into(),
            bucket: bucket.into(),
            queues: BTreeMap::new(),
            machines: BTreeMap::new(),
            endpoint: None,
            s3_endpoint: None,
            s3_public_endpoint: None,
            timeouts: Timeouts::default(),
        }
    }
}

/// How long calls may take. The SDK's own defaults have no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To open a connection: 2 s.
    pub connect: Duration,
    /// One of up to three attempts: 5 s.
    pub attempt: Duration,
    /// All attempts and the pauses between them: 15 s.
    pub operation: Duration,
    /// In place of the last two for uploads, downloads and copies within S3: 60 s.
    pub transfer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            attempt: Duration::from_secs(5),
            operation: Duration::from_secs(15),
            transfer: Duration::from_secs(60),
        }
    }
}
