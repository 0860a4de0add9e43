//! What the function is called with.

use serde::Deserialize;

/// Messages of the queue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Event {
    /// The messages.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Record {
    /// By what it is named when it has to come again.
    #[serde(rename = "messageId")]
    pub message_id: String,
    /// A [`millrace_jobs::Message`], as JSON.
    pub body: String,
}

impl Event {
    /// Its name in logs.
    pub fn name(&self) -> &'static str {
        "process"
    }
}
