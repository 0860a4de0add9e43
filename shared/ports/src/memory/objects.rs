use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{Bound, Range};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

use super::faults::{Faults, Operation};
use super::uploads::Upload;
use super::{FixedClock, lock};
use crate::contract::{Answer, Method, Request};
use crate::objects::percent_encoded;
use crate::{
    Clock, Disposition, Listing, ObjectHead, Objects, PortError, Segment, StoredObject, limits,
};

/// Most keys of a listing's page.
const PAGE: usize = 1000;

#[derive(Debug, Clone)]
struct Stored {
    body: Bytes,
    content_type: String,
}

/// What one presigned URL allows.
#[derive(Debug, Clone)]
struct Grant {
    right: Right,
    key: String,
    until: DateTime<Utc>,
}

/// What may be done with the key of a [`Grant`].
#[derive(Debug, Clone)]
pub(super) enum Right {
    Get(Disposition),
    Put,
    PutPart { upload: String, number: u32 },
}

impl Right {
    fn method(&self) -> Method {
        match self {
            Self::Get(_) => Method::Get,
            Self::Put | Self::PutPart { .. } => Method::Put,
        }
    }
}

/// Names bytes, in the quotes of an HTTP header.
pub(super) fn etag(body: &Bytes) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

/// The answer to an upload.
fn uploaded(body: &Bytes) -> Answer {
    Answer {
        headers: [("etag".to_owned(), etag(body))].into(),
        ..Answer::of(200)
    }
}

/// The bucket in memory, with URLs of the scheme `memory` that [`MemoryObjects::fetch`] serves.
#[derive(Debug)]
pub struct MemoryObjects {
    objects: Mutex<BTreeMap<String, Stored>>,
    grants: Mutex<Vec<Grant>>,
    pub(super) uploads: Mutex<BTreeMap<String, Upload>>,
    pub(super) faults: Arc<Faults>,
    clock: Arc<FixedClock>,
}

impl MemoryObjects {
    pub(super) fn new(faults: Arc<Faults>, clock: Arc<FixedClock>) -> Self {
        Self {
            objects: Mutex::default(),
            grants: Mutex::default(),
            uploads: Mutex::default(),
            faults,
            clock,
        }
    }

    /// All keys.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        lock(&self.objects).keys().cloned().collect()
    }

    /// The `Content-Type` of an object.
    #[must_use]
    pub fn content_type(&self, key: &str) -> Option<String> {
        lock(&self.objects)
            .get(key)
            .map(|stored| stored.content_type.clone())
    }

    /// Does what a browser does with a presigned URL. 403 for an expired or foreign one, or
    /// another method than the URL was made for; 404 without the object.
    #[must_use]
    pub fn fetch(&self, request: Request) -> Answer {
        let place = request
            .url
            .rsplit_once("?grant=")
            .and_then(|(_, place)| place.parse().ok());
        let grant = place.and_then(|place: usize| lock(&self.grants).get(place).cloned());
        let allowed = grant.filter(|grant| {
            grant.right.method() == request.method
                && self.clock.now() < grant.until
                && request.url.contains(&percent_encoded(&grant.key))
        });
        let Some(grant) = allowed else {
            return Answer::of(403);
        };
        match grant.right {
            Right::Get(disposition) => {
                let stored = lock(&self.objects).get(&grant.key).cloned();
                let Some(stored) = stored else {
                    return Answer::of(404);
                };
                let mut answer = Answer {
                    body: stored.body,
                    ..Answer::of(200)
                };
                answer
                    .headers
                    .insert("content-disposition".to_owned(), disposition.header());
                answer
                    .headers
                    .insert("content-type".to_owned(), disposition.content_type);
                answer
            }
            Right::Put => {
                let answer = uploaded(&request.body);
                self.store(&grant.key, request.body, "application/octet-stream");
                answer
            }
            Right::PutPart { upload, number } => {
                let answer = uploaded(&request.body);
                if self.store_part(&upload, number, request.body) {
                    answer
                } else {
                    Answer::of(404)
                }
            }
        }
    }

    pub(super) fn store(&self, key: &str, body: Bytes, content_type: &str) {
        let stored = Stored {
            body,
            content_type: content_type.to_owned(),
        };
        lock(&self.objects).insert(key.to_owned(), stored);
    }

    pub(super) fn grant(
        &self,
        right: Right,
        key: &str,
        lifetime: Duration,
    ) -> Result<String, PortError> {
        limits::check_object_key(key)?;
        limits::check_lifetime(lifetime)?;
        let lifetime = TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::MAX);
        let until = self
            .clock
            .now()
            .checked_add_signed(lifetime)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let mut grants = lock(&self.grants);
        grants.push(Grant {
            right,
            key: key.to_owned(),
            until,
        });
        let place = grants.len() - 1;
        Ok(format!(
            "memory://objects/{}?grant={place}",
            percent_encoded(key)
        ))
    }
}

impl MemoryObjects {
    fn segment(&self, segment: &Segment) -> Result<Bytes, PortError> {
        let object = |key: &str| {
            let objects = lock(&self.objects);
            let stored = objects.get(key).map(|stored| stored.body.clone());
            stored.ok_or_else(|| PortError::not_found(format!("the object '{key}'")))
        };
        match segment {
            Segment::Object(key) => object(key),
            Segment::Bytes(bytes) => Ok(bytes.clone()),
            Segment::Range(key, range) => {
                let body = object(key)?;
                let bytes = usize::try_from(range.start).unwrap_or(usize::MAX)
                    ..usize::try_from(range.end).unwrap_or(usize::MAX);
                if bytes.end > body.len() {
                    return Err(PortError::other(format!(
                        "'{key}' ends before {}",
                        range.end
                    )));
                }
                Ok(body.slice(bytes))
            }
        }
    }
}

#[async_trait]
impl Objects for MemoryObjects {
    async fn put(&self, key: &str, body: Bytes, content_type: &str) -> Result<(), PortError> {
        let verdict = self.faults.next(Operation::PutObject);
        limits::check_object_key(key)?;
        verdict.before()?;
        self.store(key, body, content_type);
        verdict.after()
    }

    async fn put_if_absent(
        &self,
        key: &str,
        body: Bytes,
        content_type: &str,
    ) -> Result<bool, PortError> {
        let verdict = self.faults.next(Operation::PutObjectIfAbsent);
        limits::check_object_key(key)?;
        verdict.before()?;
        let mut objects = lock(&self.objects);
        let absent = !objects.contains_key(key);
        if absent {
            let stored = Stored {
                body,
                content_type: content_type.to_owned(),
            };
            objects.insert(key.to_owned(), stored);
        }
        verdict.after()?;
        Ok(absent)
    }

    async fn get(&self, key: &str, most: u64) -> Result<Option<Bytes>, PortError> {
        let verdict = self.faults.next(Operation::GetObject);
        limits::check_object_key(key)?;
        verdict.before()?;
        let body = lock(&self.objects)
            .get(key)
            .map(|stored| stored.body.clone());
        if let Some(body) = &body {
            limits::check_object_size(key, body.len() as u64, most)?;
        }
        verdict.after()?;
        Ok(body)
    }

    async fn head(&self, key: &str) -> Result<Option<ObjectHead>, PortError> {
        let verdict = self.faults.next(Operation::HeadObject);
        limits::check_object_key(key)?;
        verdict.before()?;
        let head = lock(&self.objects).get(key).map(|stored| ObjectHead {
            size: stored.body.len() as u64,
            etag: etag(&stored.body),
        });
        verdict.after()?;
        Ok(head)
    }

    async fn get_range(
        &self,
        key: &str,
        wanted: &str,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, PortError> {
        let verdict = self.faults.next(Operation::GetRange);
        limits::check_object_key(key)?;
        limits::check_range(&range)?;
        verdict.before()?;
        let body = lock(&self.objects)
            .get(key)
            .map(|stored| stored.body.clone())
            .filter(|body| etag(body) == wanted);
        verdict.after()?;
        Ok(body.map(|body| {
            let place = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).min(body.len());
            body.slice(place(range.start)..place(range.end))
        }))
    }

    async fn list(&self, prefix: &str, cursor: Option<&str>) -> Result<Listing, PortError> {
        let verdict = self.faults.next(Operation::ListObjects);
        verdict.before()?;
        let from = match cursor {
            Some(last) => Bound::Excluded(last),
            None => Bound::Included(prefix),
        };
        let mut listing = Listing::default();
        let objects = lock(&self.objects);
        let mut rest = objects
            .range::<str, _>((from, Bound::Unbounded))
            .skip_while(|(key, _)| key.as_str() < prefix)
            .take_while(|(key, _)| key.starts_with(prefix));
        for (key, stored) in rest.by_ref().take(PAGE) {
            let size = stored.body.len() as u64;
            listing.objects.push(StoredObject {
                key: key.clone(),
                size,
            });
        }
        if rest.next().is_some() {
            listing.next = listing.objects.last().map(|object| object.key.clone());
        }
        verdict.after()?;
        Ok(listing)
    }

    async fn delete(&self, keys: &[String]) -> Result<(), PortError> {
        let verdict = self.faults.next(Operation::DeleteObjects);
        keys.iter()
            .try_for_each(|key| limits::check_object_key(key))?;
        verdict.before()?;
        let mut objects = lock(&self.objects);
        for key in keys {
            objects.remove(key);
        }
        verdict.after()
    }

    async fn presign_get(
        &self,
        key: &str,
        disposition: &Disposition,
        lifetime: Duration,
    ) -> Result<String, PortError> {
        self.grant(Right::Get(disposition.clone()), key, lifetime)
    }

    async fn presign_put(&self, key: &str, lifetime: Duration) -> Result<String, PortError> {
        self.grant(Right::Put, key, lifetime)
    }

    async fn concatenate(
        &self,
        segments: &[Segment],
        target: &str,
        content_type: &str,
    ) -> Result<(), PortError> {
        let verdict = self.faults.next(Operation::Concatenate);
        limits::check_concatenation(segments, target)?;
        verdict.before()?;
        let mut joined = Vec::new();
        for segment in segments {
            joined.extend_from_slice(&self.segment(segment)?);
        }
        self.store(target, joined.into(), content_type);
        verdict.after()
    }
}
