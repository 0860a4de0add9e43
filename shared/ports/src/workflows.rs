use std::fmt::Debug;

use async_trait::async_trait;
use serde_json::Value;

use crate::PortError;

/// What a start did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// A new execution runs; some services say so again for the same name and input while it
    /// does.
    Started,
    /// One of that name has been started before, whatever became of it.
    AlreadyExists,
}

/// What became of an answer to a waiting step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The step got it.
    Delivered,
    /// No step waits under that token any more: it was answered, timed out or stopped. After a
    /// lost answer the caller's own.
    Gone,
}

/// State machines, by the names of the product's configuration.
#[async_trait]
pub trait Workflows: Send + Sync + Debug {
    /// Starts an execution under a name that is used once: 1 to 80 characters of letters,
    /// digits, `-` and `_`. The input is at most 256 KiB of JSON.
    ///
    /// # Errors
    /// [`PortError::NotFound`] for an unknown machine, [`PortError::Invalid`] for another name,
    /// [`PortError::TooLarge`] for a larger input, else [`PortError`] of the service.
    async fn start(&self, machine: &str, name: &str, input: &Value) -> Result<Start, PortError>;

    /// Stops an execution; one that ended or never was is fine.
    ///
    /// # Errors
    /// [`PortError::NotFound`] for an unknown machine, else [`PortError`] of the service.
    async fn stop(&self, machine: &str, name: &str, cause: &str) -> Result<(), PortError>;

    /// Lets the step that waits under `token` succeed with `output`, at most 256 KiB of JSON.
    ///
    /// # Errors
    /// [`PortError::TooLarge`] for a larger output, else [`PortError`] of the service.
    async fn complete(&self, token: &str, output: &Value) -> Result<Delivery, PortError>;

    /// Lets the step that waits under `token` fail. Texts beyond the service's lengths (256
    /// characters of `error`, 32768 of `cause`) are cut.
    ///
    /// # Errors
    /// [`PortError`] of the service.
    async fn fail(&self, token: &str, error: &str, cause: &str) -> Result<Delivery, PortError>;
}
