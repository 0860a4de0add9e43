//! Queues on SQS.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
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

impl SqsQueue {
    fn url(&self, queue: &str) -> Result<&str, PortError> {
        let url = self.urls.get(queue).map(String::as_str);
        url.ok_or_else(|| PortError::not_found(format!("no queue '{queue}'")))
    }
}

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, queue: &str, body: &str) -> Result<(), PortError> {
        limits::check_message(body)?;
        let url = self.url(queue)?;
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

    async fn depth(&self, queue: &str) -> Result<u64, PortError> {
        const COUNTS: [QueueAttributeName; 3] = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(self.url(queue)?)
            .set_attribute_names(Some(COUNTS.to_vec()))
            .send()
            .await;
        let answer = answer.map_err(|error| port_error("count messages", &error))?;
        let attributes = answer.attributes().cloned().unwrap_or_default();
        let counts = COUNTS.iter().filter_map(|name| attributes.get(name));
        Ok(counts.filter_map(|count| count.parse::<u64>().ok()).sum())
    }
}
