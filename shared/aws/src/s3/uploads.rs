//! Uploads in parts on S3.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use millrace_ports::{Part, PortError, Uploads, limits};

use super::{S3Objects, presigning};
use crate::error::port_error;

#[async_trait]
impl Uploads for S3Objects {
    async fn create(&self, key: &str, content_type: &str) -> Result<String, PortError> {
        limits::check_object_key(key)?;
        let created = self
            .uploads
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type)
            .send()
            .await
            .map_err(|error| port_error("begin an upload", &error))?;
        let id = created.upload_id().map(str::to_owned);
        id.ok_or_else(|| PortError::other("an upload without id"))
    }

    async fn presign_part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        lifetime: Duration,
    ) -> Result<String, PortError> {
        let call = self
            .presigner
            .upload_part()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload)
            .part_number(part_number(number)?);
        let url = call.presigned(presigning(lifetime)?).await;
        let url = url.map_err(|error| port_error("sign a part", &error))?;
        Ok(url.uri().to_owned())
    }

    async fn put_part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        body: Bytes,
    ) -> Result<Part, PortError> {
        let size = body.len() as u64;
        let call = self
            .uploads
            .upload_part()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload)
            .part_number(part_number(number)?)
            .body(ByteStream::from(body));
        let output = call.send().await;
        let output = output.map_err(|error| port_error("upload a part", &error))?;
        let etag = output.e_tag().map(str::to_owned);
        Ok(Part {
            number,
            etag: etag.ok_or_else(|| PortError::other("a part without etag"))?,
            size,
        })
    }

    async fn parts(&self, key: &str, upload: &str) -> Result<Vec<Part>, PortError> {
        let (mut parts, mut marker) = (Vec::new(), None);
        loop {
            let page = self
                .calls
                .list_parts()
                .bucket(&self.bucket)
                .key(key)
                .upload_id(upload)
                .set_part_number_marker(marker)
                .send()
                .await
                .map_err(|error| port_error("list parts", &error))?;
            parts.extend(page.parts().iter().filter_map(|part| {
                Some(Part {
                    number: u32::try_from(part.part_number()?).ok()?,
                    etag: part.e_tag()?.to_owned(),
                    size: u64::try_from(part.size()?).ok()?,
                })
            }));
            marker = page.next_part_number_marker().map(str::to_owned);
            if marker.is_none() || page.is_truncated() != Some(true) {
                return Ok(parts);
            }
        }
    }

    async fn complete(&self, key: &str, upload: &str, parts: &[Part]) -> Result<(), PortError> {
        limits::check_parts(parts)?;
        let completed = parts.iter().map(|part| {
            Ok(CompletedPart::builder()
                .part_number(part_number(part.number)?)
                .e_tag(&part.etag)
                .build())
        });
        let completed = completed.collect::<Result<_, PortError>>()?;
        let completed = CompletedMultipartUpload::builder()
            .set_parts(Some(completed))
            .build();
        let call = self
            .transfers
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload)
            .multipart_upload(completed);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(port_error("complete an upload", &error)),
        }
    }

    async fn abort(&self, key: &str, upload: &str) -> Result<(), PortError> {
        let call = self
            .calls
            .abort_multipart_upload()
            .bucket(&self.bucket)
            .key(key)
            .upload_id(upload);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("NoSuchUpload") => Ok(()),
            Err(error) => Err(port_error("abort an upload", &error)),
        }
    }
}

fn part_number(number: u32) -> Result<i32, PortError> {
    limits::check_part_number(number)?;
    i32::try_from(number).map_err(|error| PortError::invalid(error.to_string()))
}
