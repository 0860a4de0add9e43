//! Queues on SQS.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use millrace_ports::{PortError, Queue, limits};

use crate::Settings;
use crate::error::port_error;

/// The queues of the settings on SQS.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    urls: BTreeMap<String, String>,
}

impl SqsQueue {
    /// The queues of `settings`.
    #[must_use]
    pub fn new(sdk: &SdkConfig, settings: &Settings) -> Self {
        Self {
            client: Client::new(sdk),
            urls: settings.queues.clone(),
        }
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, queue: &str, body: &str) -> Result<(), PortError> {
        limits::check_message(body)?;
        let url = self.urls.get(queue);
        let url = url.ok_or_else(|| PortError::not_found(format!("no queue '{queue}'")))?;
        let sent = self
            .client
            .send_message()
            .queue_url(url)
            .message_body(body)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(port_error("send a message", &error)),
        }
    }
}
