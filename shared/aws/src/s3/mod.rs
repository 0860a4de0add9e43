//! Objects on S3.

mod concatenate;
mod plan;
mod uploads;

use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;
use millrace_ports::{
    Disposition, Listing, ObjectHead, Objects, PortError, Segment, StoredObject, limits,
};

use crate::Settings;
use crate::error::{of_service, port_error};

/// Most keys of one call that deletes.
const MOST_DELETED: usize = 1000;

/// The bucket on S3.
#[derive(Debug, Clone)]
pub struct S3Objects {
    /// For calls without bodies.
    calls: Client,
    /// For calls that move bytes, with time to do so.
    transfers: Client,
    /// Begins uploads in parts, and brings parts. Others may bring them too, who would send none of
    /// the checksums that the SDK announces by default.
    uploads: Client,
    /// Signs URLs under the name that browsers know; calls nothing.
    presigner: Client,
    bucket: String,
}

impl S3Objects {
    /// The bucket of `settings`.
    #[must_use]
    pub fn new(sdk: &SdkConfig, settings: &Settings) -> Self {
        let own = settings
            .s3_endpoint
            .as_deref()
            .or_else(|| sdk.endpoint_url());
        let at = |endpoint: Option<&str>| {
            // Buckets have no host names of their own outside AWS.
            let builder = Builder::from(sdk).force_path_style(endpoint.is_some());
            match endpoint {
                Some(endpoint) => builder.endpoint_url(endpoint),
                None => builder,
            }
        };
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(settings.timeouts.connect)
            .operation_attempt_timeout(settings.timeouts.transfer)
            .operation_timeout(settings.timeouts.transfer)
            .build();
        // A checksum in a URL would bind it to a body that nobody has seen yet.
        let presigner = at(settings.s3_public_endpoint.as_deref().or(own))
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        let uploads = at(own)
            .timeout_config(timeouts.clone())
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        Self {
            uploads: Client::from_conf(uploads.build()),
            calls: Client::from_conf(at(own).build()),
            transfers: Client::from_conf(at(own).timeout_config(timeouts).build()),
            presigner: Client::from_conf(presigner.build()),
            bucket: settings.bucket.clone(),
        }
    }
}

#[async_trait]
impl Objects for S3Objects {
    async fn put(&self, key: &str, body: Bytes, content_type: &str) -> Result<(), PortError> {
        limits::check_object_key(key)?;
        let call = self.transfers.put_object().bucket(&self.bucket).key(key);
        match call
            .content_type(content_type)
            .body(ByteStream::from(body))
            .send()
            .await
        {
            Ok(_) => Ok(()),
            Err(error) => Err(port_error("write an object", &error)),
        }
    }

    async fn put_if_absent(
        &self,
        key: &str,
        body: Bytes,
        content_type: &str,
    ) -> Result<bool, PortError> {
        limits::check_object_key(key)?;
        let call = self
            .transfers
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .if_none_match("*");
        match call
            .content_type(content_type)
            .body(ByteStream::from(body))
            .send()
            .await
        {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("PreconditionFailed") => Ok(false),
            Err(error) => Err(port_error("write a new object", &error)),
        }
    }

    async fn get(&self, key: &str, most: u64) -> Result<Option<Bytes>, PortError> {
        limits::check_object_key(key)?;
        let output = match self
            .transfers
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
        {
            Ok(output) => output,
            Err(error) => {
                return match error.as_service_error() {
                    Some(refused) if refused.is_no_such_key() => Ok(None),
                    _ => Err(port_error("read an object", &error)),
                };
            }
        };
        let length = output
            .content_length()
            .and_then(|length| u64::try_from(length).ok());
        let length = length.ok_or_else(|| PortError::other("an object without a length"))?;
        limits::check_object_size(key, length, most)?;
        collect(output.body).await.map(Some)
    }

    async fn head(&self, key: &str) -> Result<Option<ObjectHead>, PortError> {
        limits::check_object_key(key)?;
        match self
            .calls
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
        {
            Ok(output) => {
                let length = output
                    .content_length()
                    .and_then(|length| u64::try_from(length).ok());
                let etag = output.e_tag().unwrap_or_default().to_owned();
                match length {
                    Some(size) => Ok(Some(ObjectHead { size, etag })),
                    None => Err(PortError::other("an object without a length")),
                }
            }
            Err(error) => match error.as_service_error() {
                Some(refused) if refused.is_not_found() => Ok(None),
                _ => Err(port_error("look at an object", &error)),
            },
        }
    }

    async fn get_range(
        &self,
        key: &str,
        etag: &str,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, PortError> {
        limits::check_object_key(key)?;
        limits::check_range(&range)?;
        let call = self
            .transfers
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .if_match(etag)
            .range(format!("bytes={}-{}", range.start, range.end - 1));
        match call.send().await {
            Ok(output) => return collect(output.body).await.map(Some),
            Err(error) => match error.code() {
                Some("NoSuchKey" | "PreconditionFailed") => return Ok(None),
                Some("InvalidRange") => {}
                _ => return Err(port_error("read a range", &error)),
            },
        }
        // The object ends before the range. Whether it is the one that is meant, a look tells on every
        // store, whichever of the two it checks first.
        let head = self.head(key).await?;
        let same = head.filter(|head| head.etag == etag);
        Ok(same.map(|_| Bytes::new()))
    }

    async fn list(&self, prefix: &str, cursor: Option<&str>) -> Result<Listing, PortError> {
        let output = self
            .calls
            .list_objects_v2()
            .bucket(&self.bucket)
            .prefix(prefix)
            .set_continuation_token(cursor.map(str::to_owned))
            .send()
            .await
            .map_err(|error| port_error("list objects", &error))?;
        let objects = output.contents().iter().filter_map(|object| {
            let size = object.size().and_then(|size| u64::try_from(size).ok())?;
            Some(StoredObject {
                key: object.key()?.to_owned(),
                size,
            })
        });
        let next = output.next_continuation_token().map(str::to_owned);
        Ok(Listing {
            objects: objects.collect(),
            next,
        })
    }

    async fn delete(&self, keys: &[String]) -> Result<(), PortError> {
        keys.iter()
            .try_for_each(|key| limits::check_object_key(key))?;
        for chunk in keys.chunks(MOST_DELETED) {
            let objects = chunk
                .iter()
                .map(|key| ObjectIdentifier::builder().key(key).build());
            let objects = objects.collect::<Result<_, _>>();
            let objects = objects.map_err(|error| PortError::invalid(error.to_string()))?;
            let delete = Delete::builder()
                .set_objects(Some(objects))
                .quiet(true)
                .build();
            let delete = delete.map_err(|error| PortError::invalid(error.to_string()))?;
            let call = self
                .calls
                .delete_objects()
                .bucket(&self.bucket)
                .delete(delete);
            let output = call
                .send()
                .await
                .map_err(|error| port_error("delete objects", &error))?;
            if let Some(error) = output.errors().first() {
                let code = error.code().unwrap_or("no code");
                let message = error.message().unwrap_or("no message");
                let text = format!("delete an object: {code}: {message}");
                return Err(of_service(code, 400, message, text));
            }
        }
        Ok(())
    }

    async fn presign_get(
        &self,
        key: &str,
        disposition: &Disposition,
        lifetime: Duration,
    ) -> Result<String, PortError> {
        limits::check_object_key(key)?;
        let url = self
            .presigner
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .response_content_disposition(disposition.header())
            .response_content_type(&disposition.content_type)
            .presigned(presigning(lifetime)?)
            .await
            .map_err(|error| port_error("sign a download", &error))?;
        Ok(url.uri().to_owned())
    }

    async fn presign_put(&self, key: &str, lifetime: Duration) -> Result<String, PortError> {
        limits::check_object_key(key)?;
        let call = self.presigner.put_object().bucket(&self.bucket).key(key);
        let url = call.presigned(presigning(lifetime)?).await;
        let url = url.map_err(|error| port_error("sign an upload", &error))?;
        Ok(url.uri().to_owned())
    }

    async fn concatenate(
        &self,
        segments: &[Segment],
        target: &str,
        content_type: &str,
    ) -> Result<(), PortError> {
        limits::check_concatenation(segments, target)?;
        self.join(segments, target, content_type).await
    }
}

fn presigning(lifetime: Duration) -> Result<PresigningConfig, PortError> {
    limits::check_lifetime(lifetime)?;
    PresigningConfig::expires_in(lifetime).map_err(|error| PortError::invalid(error.to_string()))
}

async fn collect(body: ByteStream) -> Result<Bytes, PortError> {
    match body.collect().await {
        Ok(body) => Ok(body.into_bytes()),
        Err(error) => Err(PortError::unavailable(format!(
            "read the bytes of an object: {error}"
        ))),
    }
}

#[cfg(test)]
mod tests;
