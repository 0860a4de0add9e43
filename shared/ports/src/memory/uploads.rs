use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use super::faults::Operation;
use super::lock;
use super::objects::{MemoryObjects, Right, etag};
use crate::{Part, PortError, Uploads, limits};

/// An upload that is neither complete nor aborted.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    key: String,
    content_type: String,
    parts: BTreeMap<u32, Bytes>,
}

impl MemoryObjects {
    /// Stores a part; whether its upload is open.
    pub(super) fn store_part(&self, upload: &str, number: u32, body: Bytes) -> bool {
        let mut uploads = lock(&self.uploads);
        let Some(upload) = uploads.get_mut(upload) else {
            return false;
        };
        upload.parts.insert(number, body);
        true
    }

    /// The ids of the open uploads.
    #[must_use]
    pub fn open_uploads(&self) -> Vec<String> {
        lock(&self.uploads).keys().cloned().collect()
    }

    fn upload(&self, key: &str, id: &str) -> Result<Upload, PortError> {
        let upload = lock(&self.uploads).get(id).cloned();
        upload
            .filter(|upload| upload.key == key)
            .ok_or_else(|| PortError::not_found(format!("no upload '{id}' of '{key}'")))
    }
}

#[async_trait]
impl Uploads for MemoryObjects {
    async fn create(&self, key: &str, content_type: &str) -> Result<String, PortError> {
        let verdict = self.faults.next(Operation::CreateUpload);
        limits::check_object_key(key)?;
        verdict.before()?;
        let id = format!("upload-{}", self.faults.calls(Operation::CreateUpload));
        let upload = Upload {
            key: key.to_owned(),
            content_type: content_type.to_owned(),
            parts: BTreeMap::new(),
        };
        lock(&self.uploads).insert(id.clone(), upload);
        verdict.after()?;
        Ok(id)
    }

    async fn presign_part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        lifetime: Duration,
    ) -> Result<String, PortError> {
        limits::check_part_number(number)?;
        let right = Right::PutPart {
            upload: upload.to_owned(),
            number,
        };
        self.grant(right, key, lifetime)
    }

    async fn put_part(
        &self,
        key: &str,
        upload: &str,
        number: u32,
        body: Bytes,
    ) -> Result<Part, PortError> {
        let verdict = self.faults.next(Operation::PutPart);
        limits::check_part_number(number)?;
        verdict.before()?;
        self.upload(key, upload)?;
        let part = Part {
            number,
            etag: etag(&body),
            size: body.len() as u64,
        };
        self.store_part(upload, number, body);
        verdict.after()?;
        Ok(part)
    }

    async fn parts(&self, key: &str, upload: &str) -> Result<Vec<Part>, PortError> {
        let verdict = self.faults.next(Operation::ListParts);
        verdict.before()?;
        let upload = self.upload(key, upload)?;
        verdict.after()?;
        let parts = upload.parts.iter().map(|(number, body)| Part {
            number: *number,
            etag: etag(body),
            size: body.len() as u64,
        });
        Ok(parts.collect())
    }

    async fn complete(&self, key: &str, upload: &str, parts: &[Part]) -> Result<(), PortError> {
        let verdict = self.faults.next(Operation::CompleteUpload);
        limits::check_parts(parts)?;
        verdict.before()?;
        let stored = self.upload(key, upload)?;
        let mut whole = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            let body = stored.parts.get(&part.number);
            let body = body.filter(|body| etag(body) == part.etag).ok_or_else(|| {
                PortError::invalid(format!("part {} is not there with this etag", part.number))
            })?;
            if place + 1 < parts.len() && (body.len() as u64) < limits::SMALLEST_PART {
                return Err(PortError::invalid(format!(
                    "part {} is too small",
                    part.number
                )));
            }
            whole.extend_from_slice(body);
        }
        self.store(key, whole.into(), &stored.content_type);
        lock(&self.uploads).remove(upload);
        verdict.after()
    }

    async fn abort(&self, key: &str, upload: &str) -> Result<(), PortError> {
        let verdict = self.faults.next(Operation::AbortUpload);
        verdict.before()?;
        if self.upload(key, upload).is_ok() {
            lock(&self.uploads).remove(upload);
        }
        verdict.after()
    }
}
