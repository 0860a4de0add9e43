//! Whose output lies at a key that other jobs may name too.
//!
//! One job at a time holds such a key, from when it is queued until it has ended or was paused. The
//! next one may replace what an ended one has left there; where it is cancelled before it wrote, the key
//! is given back.

use millrace_jobs::{JobError, Place};
use millrace_ports::{Condition, Key, Ports, TransactError, Update, Write, item};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::detail::GenerationJob;
use crate::places::{ObjectPlace, chunks_prefix, parts_prefix};
use crate::service::Generation;

/// Where nothing lies, in place of an ETag.
const NOTHING: &str = "";

/// Who holds a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    job_id: String,
    /// Whether that job is queued or running.
    live: bool,
    /// Who held it before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    earlier: Option<String>,
    /// The ETag of what lay there when the job came to write; [`NOTHING`] where nothing did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    found: Option<String>,
}

impl Holder {
    async fn read(ports: &Ports, place: &ObjectPlace) -> Result<Option<Self>, JobError> {
        let row = ports.records.get(&key(place)).await?;
        let holder = row.map(|row| serde_json::from_value(Value::Object(row)));
        Ok(holder.transpose()?)
    }

    fn put(&self, place: &ObjectPlace, condition: Condition) -> Result<Write, JobError> {
        let mut row = item(&key(place), []);
        if let Value::Object(fields) = serde_json::to_value(self)? {
            row.extend(fields);
        }
        Ok(Write::Put {
            item: row,
            condition,
        })
    }
}

/// Lets a job hold a key from now on.
pub(crate) async fn hold(
    ports: &Ports,
    job: &GenerationJob,
    place: &ObjectPlace,
) -> Result<Write, JobError> {
    let stored = Holder::read(ports, place).await?;
    let condition = match &stored {
        None => Condition::Absent,
        Some(holder) => unchanged(holder),
    };
    let holder = match stored {
        Some(own) if own.job_id == job.id => Holder { live: true, ..own },
        Some(other) if other.live => {
            return Err(JobError::Blocked(format!(
                "The output of another job that has not ended yet goes to {} in {}: choose another \
                 outputPath, or wait for its end",
                place.key, place.bucket
            )));
        }
        other => Holder {
            job_id: job.id.clone(),
            live: true,
            earlier: other.map(|other| other.job_id),
            found: None,
        },
    };
    holder.put(place, condition)
}

/// Lets the next job have a key whose job stands still from now on.
pub(crate) async fn let_go(
    ports: &Ports,
    job: &GenerationJob,
    place: &ObjectPlace,
) -> Result<Option<Write>, JobError> {
    let stored = Holder::read(ports, place).await?;
    let Some(own) = stored.filter(|holder| holder.job_id == job.id) else {
        return Ok(None);
    };
    let condition = unchanged(&own);
    Holder { live: false, ..own }
        .put(place, condition)
        .map(Some)
}

impl Generation {
    /// Notes what lies where the job is about to write. Again, it changes nothing.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin_output(&self, job: &GenerationJob) -> Result<(), JobError> {
        let place = self.buckets.output(job);
        let Some(objects) = self.buckets.objects(&place.bucket) else {
            return Ok(());
        };
        if self.buckets.is_alone(job, &place) {
            return Ok(());
        }
        let head = objects.head(&place.key).await?;
        let found = head.map_or_else(|| NOTHING.to_owned(), |head| head.etag);
        let condition =
            Condition::equals("job_id", job.id.as_str()).and(Condition::field_absent("found"));
        let note = Update::new(key(&place)).set("found", found).when(condition);
        self.write(note.into()).await
    }

    /// Takes away what a cancelled job has made. What a worker makes that has not heard of it yet goes
    /// with the job.
    pub async fn tidy(&self, job: &GenerationJob) {
        self.clear_parts(job).await;
        if let Err(error) = self.withdraw(job).await {
            tracing::warn!(job = job.id, %error, "an output is left behind");
        }
    }

    /// Takes away what was made on the way to the output. What is left goes with the job.
    pub async fn clear_parts(&self, job: &GenerationJob) {
        let place = Place::of(job);
        let cleared = async {
            self.jobs.forget_parts(&place).await?;
            let own = &self.ports().objects;
            own.delete_under(&parts_prefix(&place)).await?;
            let output = self.buckets.output(job);
            match self.buckets.objects(&output.bucket) {
                Some(objects) => Ok(objects.delete_under(&chunks_prefix(&place)).await?),
                None => Ok::<_, JobError>(()),
            }
        };
        if let Err(error) = cleared.await {
            tracing::warn!(job = job.id, %error, "parts are left behind");
        }
    }

    /// Deletes what a job that stands still has written without publishing it, and gives the key back
    /// where nothing was written.
    pub(crate) async fn withdraw(&self, job: &GenerationJob) -> Result<(), JobError> {
        let place = self.buckets.output(job);
        let Some(objects) = self.buckets.objects(&place.bucket) else {
            return Ok(());
        };
        if self.buckets.is_alone(job, &place) {
            return Ok(objects.delete(std::slice::from_ref(&place.key)).await?);
        }
        let stored = Holder::read(self.ports(), &place).await?;
        let Some(own) = stored.filter(|holder| holder.job_id == job.id && !holder.live) else {
            return Ok(());
        };
        let head = objects.head(&place.key).await?;
        let lies = head.map_or_else(|| NOTHING.to_owned(), |head| head.etag);
        if own.found.as_ref().is_some_and(|found| *found != lies) {
            // The row stays: a worker that was not heard of any more may write once more.
            return Ok(objects.delete(std::slice::from_ref(&place.key)).await?);
        }
        let condition = unchanged(&own);
        let given_back = match own.earlier {
            None => Write::Delete {
                key: key(&place),
                condition,
            },
            Some(job_id) => Holder {
                job_id,
                live: false,
                earlier: None,
                found: None,
            }
            .put(&place, condition)?,
        };
        self.write(given_back).await
    }

    /// Deletes the output of a completed job, unless a newer job holds the key.
    pub(crate) async fn remove_output(
        &self,
        job: &GenerationJob,
        place: &ObjectPlace,
    ) -> Result<(), JobError> {
        if self.buckets.is_alone(job, place) {
            // It goes with the job's other objects.
            return Ok(());
        }
        let stored = Holder::read(self.ports(), place).await?;
        let Some(own) = stored.filter(|holder| holder.job_id == job.id) else {
            return Ok(());
        };
        match self.buckets.objects(&place.bucket) {
            Some(objects) => objects.delete(std::slice::from_ref(&place.key)).await?,
            None => tracing::warn!(
                bucket = place.bucket,
                "an output lies in a bucket that may not be used any more"
            ),
        }
        self.write(Write::Delete {
            key: key(place),
            condition: unchanged(&own),
        })
        .await
    }

    /// One write, which is nothing where somebody was faster.
    async fn write(&self, write: Write) -> Result<(), JobError> {
        match self.ports().records.transact(vec![write]).await {
            Ok(()) | Err(TransactError::ConditionFailed { .. }) => Ok(()),
            Err(TransactError::Conflict) => Err(JobError::Busy),
            Err(TransactError::Port(error)) => Err(error.into()),
        }
    }
}

fn unchanged(holder: &Holder) -> Condition {
    Condition::equals("job_id", holder.job_id.as_str()).and(Condition::equals("live", holder.live))
}

fn key(place: &ObjectPlace) -> Key {
    Key {
        pk: format!("GENERATION#OUTPUT#{}/{}", place.bucket, place.key),
        sk: "OWNER".to_owned(),
    }
}
