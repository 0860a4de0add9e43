//! Parts of a job that are made apart, by several workers under one ticket.

use millrace_ports::{Condition, Index, Item, Key, Query, TransactError, Write, item};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::JobError;
use crate::job::Detail;
use crate::progress::Report;
use crate::rows::Place;
use crate::service::Jobs;
use crate::state::State;
use crate::worker::{Directive, Ticket};

/// Attempts at a write that others overtake.
const ATTEMPTS: u32 = 12;
/// Sort keys of parts, before their numbers.
const PREFIX: &str = "PART#";
/// Most parts of a job.
const MOST_PARTS: usize = 10_000;

/// A part. It belongs to the job and to no attempt: what one attempt has finished, the next one need
/// not make again, because whoever makes a part makes the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobPart<M> {
    /// Its place, from 0.
    pub number: u32,
    /// Rows of the input.
    pub rows_read: u64,
    /// Rows of the output.
    pub rows_written: u64,
    /// Rows that could not be read.
    pub rows_rejected: u64,
    /// Bytes of the input.
    pub bytes: u64,
    /// What was made; nothing while it is under way.
    #[serde(skip_serializing_if = "Option::is_none", default = "Option::default")]
    pub made: Option<M>,
}

impl<M> JobPart<M> {
    /// A part that is as far as `report` says.
    #[must_use]
    pub const fn of(number: u32, report: &Report) -> Self {
        Self {
            number,
            rows_read: report.rows_read,
            rows_written: report.rows_written,
            rows_rejected: report.rows_rejected,
            bytes: report.bytes,
            made: None,
        }
    }
}

impl<D: Detail> Jobs<D> {
    /// Records how far a part is, or that it is made, and says whether to go on. A part that is made
    /// stays so, whatever a slower worker says of it.
    ///
    /// # Errors
    /// The store's; to be tried again.
    pub async fn put_part<M>(
        &self,
        ticket: &Ticket,
        part: &JobPart<M>,
    ) -> Result<Directive, JobError>
    where
        M: Serialize + Sync,
    {
        let place = ticket.place();
        let key = place.row(&format!("{PREFIX}{:06}", part.number));
        let fields = match serde_json::to_value(part)? {
            Value::Object(fields) => fields,
            _ => Item::new(),
        };
        let mut item = item(
            &key,
            [("ttl", crate::rows::ttl(ticket.expires_at()).into())],
        );
        item.extend(fields);
        let writes = vec![
            Write::Put {
                item,
                condition: Condition::field_absent("made"),
            },
            Write::Check {
                key: place.key::<D>(),
                condition: Condition::equals("run", ticket.run)
                    .and(Condition::equals("attempt", ticket.attempt))
                    .and(Condition::equals("state", State::Running.as_str())),
            },
        ];
        for _ in 0..ATTEMPTS {
            match self.ports.records.transact(writes.clone()).await {
                Ok(()) => return Ok(Directive::Continue),
                Err(TransactError::ConditionFailed { .. }) => {
                    return Ok(self.look(ticket).await?.0);
                }
                Err(TransactError::Conflict) => {}
                Err(TransactError::Port(error)) => return Err(error.into()),
            }
        }
        Err(JobError::Busy)
    }

    /// The parts that are known so far, by number.
    ///
    /// # Errors
    /// The store's.
    pub async fn parts<M>(&self, ticket: &Ticket) -> Result<Vec<JobPart<M>>, JobError>
    where
        M: DeserializeOwned,
    {
        let query = Query::new(Index::Main, ticket.place().row("").pk).sort_prefix(PREFIX);
        let items = self.ports.records.query_all(query, MOST_PARTS).await?;
        let parts = items
            .into_iter()
            .map(|item| serde_json::from_value(Value::Object(item)));
        Ok(parts.collect::<Result<_, _>>()?)
    }

    /// Forgets all parts of a job, whose objects are about to be deleted.
    ///
    /// # Errors
    /// The store's.
    pub async fn forget_parts(&self, place: &Place) -> Result<(), JobError> {
        let query = Query::new(Index::Main, place.row("").pk).sort_prefix(PREFIX);
        let items = self.ports.records.query_all(query, MOST_PARTS).await?;
        let keys = items
            .iter()
            .map(Key::from_item)
            .collect::<Result<Vec<_>, _>>()?;
        for keys in keys.chunks(100) {
            self.forget(keys.to_vec()).await?;
        }
        Ok(())
    }
}
