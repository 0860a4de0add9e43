use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::PortError;

/// One part of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its place, 1 to 10,000.
    pub number: u32,
    /// What the store answered when it was uploaded, with its quotes.
    pub etag: String,
    /// Bytes.
    pub size: u64,
}

/// Uploads of one object in parts, brought by callers or, through presigned URLs, by others. Nothing
/// is visible under the key before [`Uploads::complete`].
#[async_trait]
pub trait Uploads: Send + Sync + Debug {
    /// Begins an upload and gives its id. Several of one key may be open.
    ///
    /// # Errors
    /// [`PortError`] of the service.
    async fn create(&self, key: &str, content_type: &str) -> Result<String, PortError>;

    /// A URL that lets anyone upload the part `number` (1 to 10,000) for `lifetime` (1 s to 7 days),
    /// in place of one of the same number. Signs nothing but the host.
    ///
    /// # Errors
    /// [`PortError::Invalid`] for another number or lifetime.
    async fn presign_part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        lifetime: Duration,
    ) -> Result<String, PortError>;

    /// Uploads the part `number` (1 to 10,000), in place of one of the same number.
    ///
    /// # Errors
    /// [`PortError::Invalid`] for another number, [`PortError::NotFound`] as in [`Uploads::parts`].
    async fn put_part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        body: Bytes,
    ) -> Result<Part, PortError>;

    /// All parts that were uploaded so far, by number.
    ///
    /// # Errors
    /// [`PortError::NotFound`] for an upload that is complete, aborted or unknown.
    async fn parts(&self, key: &str, upload: &str) -> Result<Vec<Part>, PortError>;

    /// Makes the object of `parts`, in the order of their numbers; gaps are fine, and the sizes are
    /// not looked at. What was uploaded beside them is dropped.
    ///
    /// # Errors
    /// [`PortError::Invalid`] for a part that is missing, has another etag, or is below 5 MiB and
    /// not the last; [`PortError::NotFound`] as in [`Uploads::parts`].
    async fn complete(&self, key: &str, upload: &str, parts: &[Part]) -> Result<(), PortError>;

    /// Drops an upload and its parts; one that is not there is fine.
    ///
    /// # Errors
    /// [`PortError`] of the service.
    async fn abort(&self, key: &str, upload: &str) -> Result<(), PortError>;
}
