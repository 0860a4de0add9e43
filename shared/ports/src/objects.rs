use std::fmt::Debug;
use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::PortError;

/// What a presigned download answers in its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposition {
    /// Saved under this name: `Content-Disposition: attachment; filename="…"`.
    pub file_name: String,
    /// `Content-Type`.
    pub content_type: String,
}

impl Disposition {
    /// An attachment.
    pub fn attachment(file_name: impl Into<String>, content_type: impl Into<String>) -> Self {
        Self {
            file_name: file_name.into(),
            content_type: content_type.into(),
        }
    }

    /// The value of `Content-Disposition` (RFC 6266): a quoted name of plain characters, and
    /// `filename*` in UTF-8 beside it when that loses something. Nothing in the name can end the
    /// quotes or the header.
    #[must_use]
    pub fn header(&self) -> String {
        let plain = |c: char| {
            if matches!(c, ' '..='~') && !"\"\\%".contains(c) {
                c
            } else {
                '_'
            }
        };
        let fallback: String = self.file_name.chars().map(plain).collect();
        if fallback == self.file_name {
            return format!("attachment; filename=\"{fallback}\"");
        }
        let encoded = percent_encoded(&self.file_name);
        format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}")
    }
}

/// `text` with every byte but the unreserved ones of RFC 3986 as `%XX`.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// An object in a [`Listing`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Its whole key.
    pub key: String,
    /// Bytes.
    pub size: u64,
}

/// What is known of an object without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHead {
    /// Bytes.
    pub size: u64,
    /// Names these bytes: another upload under the same key has another one. With its quotes.
    pub etag: String,
}

/// One page of keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// The objects, by key in ascending order of bytes.
    pub objects: Vec<StoredObject>,
    /// Where to go on, `None` after the last page.
    pub next: Option<String>,
}

/// Bytes that [`Objects::concatenate`] takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// All of an object.
    Object(String),
    /// These of an object, which has them; never none.
    Range(String, Range<u64>),
    /// These; a few that come between others.
    Bytes(Bytes),
}

impl Segment {
    /// The object that it is of.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Object(key) | Self::Range(key, _) => Some(key),
            Self::Bytes(_) => None,
        }
    }
}

/// The one bucket. Keys are 1 to 1024 bytes.
#[async_trait]
pub trait Objects: Send + Sync + Debug {
    /// Writes an object, in place of any stored one.
    ///
    /// # Errors
    /// [`PortError`] of the service.
    async fn put(&self, key: &str, body: Bytes, content_type: &str) -> Result<(), PortError>;

    /// Writes an object if there is none; whether it did. After a lost answer a second try
    /// says `false` about the caller's own object.
    ///
    /// # Errors
    /// [`PortError`] of the service.
    async fn put_if_absent(
        &self,
        key: &str,
        body: Bytes,
        content_type: &str,
    ) -> Result<bool, PortError>;

    /// Reads an object of at most `most` bytes into memory.
    ///
    /// # Errors
    /// [`PortError::TooLarge`] for a larger one, of which nothing is read.
    async fn get(&self, key: &str, most: u64) -> Result<Option<Bytes>, PortError>;

    /// Size and version of an object, `None` without one.
    ///
    /// # Errors
    /// [`PortError`] of the service.
    async fn head(&self, key: &str) -> Result<Option<ObjectHead>, PortError>;

    /// Bytes of an object, `None` without one.
    ///
    /// # Errors
    /// As [`Objects::head`].
    async fn size(&self, key: &str) -> Result<Option<u64>, PortError> {
        Ok(self.head(key).await?.map(|head| head.size))
    }

    /// The bytes of `range`, fewer where the object ends before. `None` when the object is not the
    /// one that `etag` names: it is gone, or was replaced.
    ///
    /// # Errors
    /// [`PortError::Invalid`] for an empty range.
    async fn get_range(
        &self,
        key: &str,
        etag: &str,
        range: Range<u64>,
    ) -> Result<Option<Bytes>, PortError>;

    /// One page, of at most 1000, of the objects whose keys begin with `prefix`; `cursor` is
    /// [`Listing::next`] of the page before.
    ///
    /// # Errors
    /// [`PortError`] of the service.
    async fn list(&self, prefix: &str, cursor: Option<&str>) -> Result<Listing, PortError>;

    /// Deletes objects, any number; absent ones are fine. Not atomic: after an error some may be
    /// gone.
    ///
    /// # Errors
    /// [`PortError`] of the service.
    async fn delete(&self, keys: &[String]) -> Result<(), PortError>;

    /// Deletes all objects whose keys begin with `prefix`; not atomic.
    ///
    /// # Errors
    /// [`PortError`] of the service.
    async fn delete_under(&self, prefix: &str) -> Result<(), PortError> {
        loop {
            let page = self.list(prefix, None).await?;
            if page.objects.is_empty() {
                return Ok(());
            }
            let keys: Vec<String> = page.objects.into_iter().map(|object| object.key).collect();
            self.delete(&keys).await?;
        }
    }

    /// A URL that lets anyone download the object for `lifetime` (1 s to 7 days), with the
    /// headers of `disposition`. Signs nothing but the host; the object need not exist yet.
    ///
    /// # Errors
    /// [`PortError::Invalid`] for another lifetime.
    async fn presign_get(
        &self,
        key: &str,
        disposition: &Disposition,
        lifetime: Duration,
    ) -> Result<String, PortError>;

    /// A URL that lets anyone upload the object for `lifetime` (1 s to 7 days). Signs nothing
    /// but the host: size and content are the caller's to check afterwards.
    ///
    /// # Errors
    /// [`PortError::Invalid`] for another lifetime.
    async fn presign_put(&self, key: &str, lifetime: Duration) -> Result<String, PortError>;

    /// Writes `target` as the segments' bytes in order, visible only when whole; what is not small is
    /// copied within the service. At least one segment; the target may replace an object but be in no
    /// segment.
    ///
    /// # Errors
    /// [`PortError::NotFound`] when an object is missing, [`PortError::TooLarge`] beyond what the
    /// service holds in one object.
    async fn concatenate(
        &self,
        segments: &[Segment],
        target: &str,
        content_type: &str,
    ) -> Result<(), PortError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str) -> String {
        Disposition::attachment(name, "text/csv").header()
    }

    #[test]
    fn plain_names_stay_as_they_are() {
        assert_eq!(
            header("orders 1.csv"),
            "attachment; filename=\"orders 1.csv\""
        );
    }

    #[test]
    fn other_names_get_both_forms() {
        assert_eq!(
            header("größe.csv"),
            "attachment; filename=\"gr__e.csv\"; filename*=UTF-8''gr%C3%B6%C3%9Fe.csv"
        );
    }

    #[test]
    fn no_name_escapes_the_header() {
        assert_eq!(
            header("a\"\r\nX: b"),
            "attachment; filename=\"a___X: b\"; filename*=UTF-8''a%22%0D%0AX%3A%20b"
        );
    }
}
