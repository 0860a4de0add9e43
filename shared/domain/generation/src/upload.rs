use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use millrace_ports::Tenant;

use crate::error::GenerationError;
use crate::places::ObjectPlace;
use crate::service::Generation;

/// How long a URL is good.
const URL_LIFE: Duration = Duration::from_secs(3600);

/// Where an input may be uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPlace {
    /// Takes one `PUT`.
    pub url: String,
    /// Where it lies then.
    pub place: ObjectPlace,
    /// How long the URL is good.
    pub expires_at: DateTime<Utc>,
}

impl Generation {
    /// A URL to upload an input by, of a file with this name (without a path).
    ///
    /// # Errors
    /// The store's.
    pub async fn upload_url(
        &self,
        owner: &Tenant,
        file_name: &str,
    ) -> Result<UploadPlace, GenerationError> {
        self.note_customer(owner).await?;
        let (now, id) = (self.now(), self.ports().ids.uuid());
        let key = format!(
            "{}{}/{id}/{file_name}",
            uploads_prefix(owner),
            now.date_naive()
        );
        Ok(UploadPlace {
            url: self.ports().objects.presign_put(&key, URL_LIFE).await?,
            place: ObjectPlace {
                bucket: self.buckets.own().to_owned(),
                key,
            },
            expires_at: now + TimeDelta::hours(1),
        })
    }

    /// A URL to download an object of a job by; `None` where its bucket may not be used any more.
    ///
    /// # Errors
    /// The store's.
    pub async fn download_url(
        &self,
        place: &ObjectPlace,
        content_type: &str,
    ) -> Result<Option<String>, GenerationError> {
        let Some(objects) = self.buckets.objects(&place.bucket) else {
            return Ok(None);
        };
        let name = place.key.rsplit('/').next().unwrap_or(&place.key);
        let disposition = millrace_ports::Disposition::attachment(name, content_type);
        let url = objects.presign_get(&place.key, &disposition, URL_LIFE);
        Ok(Some(url.await?))
    }
}

/// Where the inputs of a customer lie, by day.
pub(crate) fn uploads_prefix(owner: &Tenant) -> String {
    format!("{owner}/uploads/")
}

/// The day in an input's key; `None` where it has none.
pub(crate) fn uploaded_on(key: &str, prefix: &str) -> Option<NaiveDate> {
    let day = key.strip_prefix(prefix)?.split('/').next()?;
    day.parse().ok()
}
