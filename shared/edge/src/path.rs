//! What stands in the path of a call.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use uuid::Uuid;

use crate::failure::Failure;

/// The job id of a path with one variable. Extracting it never fails: the content of a call is looked at
/// before it is said that its job is not there.
#[derive(Debug)]
pub struct JobId(Option<String>);

impl JobId {
    /// An id that may exist: a UUID as jobs write it.
    ///
    /// # Errors
    /// [`JobId::missing`] for any other text.
    pub fn known(self) -> Result<String, Failure> {
        let written = |id: &String| {
            Uuid::try_parse(id).is_ok_and(|uuid| uuid.as_hyphenated().to_string() == *id)
        };
        self.0.filter(written).ok_or_else(Self::missing)
    }

    /// What the caller hears where there is no such job.
    #[must_use]
    pub fn missing() -> Failure {
        Failure::not_found("Job not found")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for JobId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        Ok(Self(path.ok().map(|Path(id)| id)))
    }
}
