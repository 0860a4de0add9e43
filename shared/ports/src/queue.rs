use std::fmt::Debug;

use async_trait::async_trait;

use crate::PortError;

/// Queues, by the names of the product's configuration.
#[async_trait]
pub trait Queue: Send + Sync + Debug {
    /// Sends one message of 1 byte to 1 MiB. It may arrive more than once and in any order.
    ///
    /// # Errors
    /// [`PortError::NotFound`] for an unknown queue, [`PortError::TooLarge`] for a larger body,
    /// else [`PortError`] of the service.
    async fn send(&self, queue: &str, body: &str) -> Result<(), PortError>;

    /// About how many messages are in a queue, those included that somebody works on.
    ///
    /// # Errors
    /// [`PortError::NotFound`] for an unknown queue, else [`PortError`] of the service.
    async fn depth(&self, queue: &str) -> Result<u64, PortError>;
}
