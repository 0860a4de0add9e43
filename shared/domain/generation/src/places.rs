//! Where inputs and outputs lie, and who may reach them.

use std::collections::BTreeMap;
use std::sync::Arc;

use millrace_api::generation::{FileFormat, GenerationCreate};
use millrace_jobs::Place;
use millrace_ports::{Objects, Tenant};
use serde::{Deserialize, Serialize};

use crate::detail::GenerationJob;
use crate::error::GenerationError;

/// The state machine of a run, by the name of the product's configuration.
pub const MACHINE: &str = "generation-run";
/// Folders of a tenant that the product itself fills.
const RESERVED: [&str; 3] = ["jobs", "challenges", "uploads"];

/// An object in some bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectPlace {
    /// The bucket.
    pub bucket: String,
    /// The whole key.
    pub key: String,
}

/// The deployment's own bucket, and those that it may use beside.
#[derive(Debug, Clone)]
pub struct Buckets {
    own: String,
    objects: BTreeMap<String, Arc<dyn Objects>>,
}

impl Buckets {
    /// The own bucket alone.
    pub fn new(own: impl Into<String>, objects: Arc<dyn Objects>) -> Self {
        let own = own.into();
        Self {
            objects: [(own.clone(), objects)].into(),
            own,
        }
    }

    /// The same with a bucket more, which all tenants share.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, objects: Arc<dyn Objects>) -> Self {
        let name = name.into();
        if name != self.own {
            self.objects.insert(name, objects);
        }
        self
    }

    /// Name of the own bucket.
    #[must_use]
    pub fn own(&self) -> &str {
        &self.own
    }

    /// The objects of a bucket; `None` for one that may not be used.
    #[must_use]
    pub fn objects(&self, bucket: &str) -> Option<&Arc<dyn Objects>> {
        self.objects.get(bucket)
    }

    /// Where the input of a job lies; `None` without one.
    #[must_use]
    pub fn input(&self, job: &GenerationJob) -> Option<ObjectPlace> {
        Some(ObjectPlace {
            bucket: job.detail.input_bucket.clone()?,
            key: job.detail.input_path.clone()?,
        })
    }

    /// Where the output of a job goes.
    #[must_use]
    pub fn output(&self, job: &GenerationJob) -> ObjectPlace {
        let detail = &job.detail;
        let bucket = detail.output_bucket.as_ref().unwrap_or(&self.own);
        let key = detail.output_path.clone().unwrap_or_else(|| {
            let name = file_name(&detail.data_type, detail.format());
            format!("{}output/{name}", Place::of(job).prefix())
        });
        ObjectPlace {
            bucket: bucket.clone(),
            key,
        }
    }

    /// Whether no other job can name this place of a job's output.
    pub(crate) fn is_alone(&self, job: &GenerationJob, place: &ObjectPlace) -> bool {
        place.bucket == self.own && place.key.starts_with(&Place::of(job).prefix())
    }

    /// Whether a caller may reach what a job names: the own bucket by its own keys alone, others as a
    /// whole.
    ///
    /// # Errors
    /// [`GenerationError::Forbidden`].
    pub(crate) fn check(
        &self,
        owner: &Tenant,
        wish: &GenerationCreate,
    ) -> Result<(), GenerationError> {
        self.check_reach(owner, "input", &wish.input_bucket, &wish.input_path)?;
        self.check_reach(owner, "output", &wish.output_bucket, &wish.output_path)?;
        let output = wish.output_bucket.as_ref().unwrap_or(&self.own);
        let path = wish.output_path.as_deref().filter(|_| *output == self.own);
        let folder = path.and_then(|path| path.split('/').nth(1));
        match folder.filter(|folder| RESERVED.contains(folder)) {
            None => Ok(()),
            Some(folder) => Err(GenerationError::Forbidden(format!(
                "outputPath must not be in {owner}/{folder}/, which is filled by other means"
            ))),
        }
    }

    fn check_reach(
        &self,
        owner: &Tenant,
        side: &str,
        bucket: &Option<String>,
        path: &Option<String>,
    ) -> Result<(), GenerationError> {
        let name = bucket.as_ref().unwrap_or(&self.own);
        if !self.objects.contains_key(name) {
            let sentence = format!("{side}Bucket is none that this deployment may use");
            return Err(GenerationError::Forbidden(sentence));
        }
        let begins = |path: &String| {
            path.split_once('/')
                .is_some_and(|(tenant, _)| tenant == owner.as_str())
        };
        if *name == self.own && path.as_ref().is_some_and(|path| !begins(path)) {
            let sentence = format!("{side}Path must begin with {owner}/ in this bucket");
            return Err(GenerationError::Forbidden(sentence));
        }
        Ok(())
    }
}

/// Where the parts of a job lie, whichever run and attempt makes them.
#[must_use]
pub fn parts_prefix(place: &Place) -> String {
    format!("{}parts/", place.prefix())
}

/// Where pieces of an output wait in a bucket that the parts do not lie in.
#[must_use]
pub fn chunks_prefix(place: &Place) -> String {
    format!("{}chunks/", place.prefix())
}

fn file_name(data_type: &str, format: FileFormat) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = data_type.chars().map(plain).collect();
    format!("{name}.{}", format.as_str().to_ascii_lowercase())
}
