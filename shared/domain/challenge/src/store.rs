//! Sessions in the record store. Nothing else writes them.

use chrono::{DateTime, Utc};
use millrace_ports::{
    Condition, Index, Item, Key, Objects, PortError, Ports, Query, Tenant, TransactError, Write,
    item,
};
use serde_json::{Value, json};
use thiserror::Error;

use crate::rules::Refusal;
use crate::session::{Pending, Session};

/// Attempts at a change that others overtake, before the caller is asked to try again.
const ATTEMPTS: usize = 12;

/// Why a session could not be read or changed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// No such session of this tenant.
    #[error("Session not found")]
    NotFound,
    /// The step's time has not come.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The writer's execution was superseded or cancelled.
    #[error("execution {0} was superseded")]
    Superseded(u32),
    /// Too many writers at once.
    #[error("the session is changing too fast: try again")]
    Busy,
    /// What is stored is not a session.
    #[error("stored session is unreadable: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The store did not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The gate at which an execution waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Name of the gate.
    pub name: String,
    /// Revision of the execution.
    pub revision: u32,
    /// Task token; never shown to anyone.
    pub token: String,
}

/// A message that must reach the state machine: the row is there until it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Where the row lies.
    pub key: Key,
    /// Tenant of the session.
    pub tenant: Tenant,
    /// Session whose pending step must be started.
    pub session: String,
    /// When the decision was recorded.
    pub requested_at: DateTime<Utc>,
}

/// A page of sessions, newest first.
#[derive(Debug, Clone)]
pub struct SessionPage {
    /// Sessions.
    pub sessions: Vec<Session>,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// Sessions over the ports.
#[derive(Debug, Clone)]
pub struct Store {
    ports: Ports,
    retention_days: i64,
}

/// Partition of the undelivered decisions of all tenants; the sweeper reads it.
const OUTBOX: &str = "OUTBOX";

impl Store {
    /// A store whose rows expire after `retention_days`.
    #[must_use]
    pub fn new(ports: Ports, retention_days: i64) -> Self {
        Self {
            ports,
            retention_days,
        }
    }

    /// The ports it works on.
    #[must_use]
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The objects of the store.
    #[must_use]
    pub fn objects(&self) -> &dyn Objects {
        self.ports.objects.as_ref()
    }

    /// Writes a new session with its first event and the message that starts its execution.
    ///
    /// # Errors
    /// [`StoreError::Port`].
    pub async fn create(&self, tenant: &Tenant, session: &Session) -> Result<(), StoreError> {
        let mut writes = vec![
            Write::create(self.item(tenant, session)?),
            self.event(tenant, session, "created"),
            self.expiry_row(tenant, session),
        ];
        writes.extend(outbox_put(tenant, session));
        self.ports
            .records
            .transact(writes)
            .await
            .map_err(|error| match error {
                TransactError::Port(error) => StoreError::Port(error),
                TransactError::ConditionFailed { .. } | TransactError::Conflict => StoreError::Busy,
            })
    }

    /// Reads a session.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where the tenant has none of this id, or it is past its retention.
    pub async fn load(&self, tenant: &Tenant, id: &str) -> Result<Session, StoreError> {
        let item = self.ports.records.get(&key(tenant, id, "SESSION")).await?;
        let Some(item) = item.filter(|item| self.is_kept(item)) else {
            return Err(StoreError::NotFound);
        };
        read(&item)
    }

    /// Changes a session by `change` in one conditional transaction with its event, and gives the
    /// session as it stands afterwards. `change` runs again when another writer was first.
    ///
    /// # Errors
    /// What `change` refuses, or the store's errors; nothing is written then.
    pub async fn change<F>(
        &self,
        tenant: &Tenant,
        id: &str,
        event: &str,
        change: F,
    ) -> Result<Session, StoreError>
    where
        F: Fn(&mut Session) -> Result<(), StoreError> + Send + Sync,
    {
        for _ in 0..ATTEMPTS {
            let before = self.load(tenant, id).await?;
            let mut after = before.clone();
            after.updated_at = self.ports.clock.now();
            change(&mut after)?;
            if (Session {
                updated_at: before.updated_at,
                ..after.clone()
            }) == before
            {
                return Ok(before);
            }
            after.version += 1;
            match self
                .ports
                .records
                .transact(self.writes(tenant, &before, &after, event)?)
                .await
            {
                Ok(()) => return Ok(after),
                Err(TransactError::ConditionFailed { .. } | TransactError::Conflict) => {}
                Err(TransactError::Port(error)) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy)
    }

    fn writes(
        &self,
        tenant: &Tenant,
        before: &Session,
        after: &Session,
        event: &str,
    ) -> Result<Vec<Write>, StoreError> {
        let mut writes = vec![
            Write::Put {
                item: self.item(tenant, after)?,
                condition: Condition::Equals("version".to_owned(), json!(before.version)),
            },
            self.event(tenant, after, event),
        ];
        // With open gates the machine itself goes from step to step: that needs no message.
        if before.pending.is_none() {
            writes.extend(outbox_put(tenant, after));
        }
        Ok(writes)
    }

    /// Sessions of a tenant, newest first.
    ///
    /// # Errors
    /// [`StoreError::Port`].
    pub async fn list(
        &self,
        tenant: &Tenant,
        limit: u32,
        cursor: Option<String>,
    ) -> Result<SessionPage, StoreError> {
        let query = Query::new(Index::Gsi1, list_partition(tenant))
            .newest_first()
            .limit(limit)
            .after(cursor);
        let page = self.ports.records.query(&query).await?;
        let sessions = page
            .items
            .iter()
            .filter(|item| self.is_kept(item))
            .map(read)
            .collect::<Result<_, _>>()?;
        Ok(SessionPage {
            sessions,
            next: page.next,
        })
    }

    /// Removes a session with everything that belongs to it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the store's errors; a removal that was cut off can be repeated.
    pub async fn remove(&self, tenant: &Tenant, id: &str) -> Result<(), StoreError> {
        let session = self.load(tenant, id).await?;
        // A worker that has not heard of it may write once more: the sweep comes by in any case.
        self.remove_files(tenant, &session.id).await?;
        self.remove_rows(tenant, &session.id).await
    }

    /// The gate at which the session's execution waits, if it does.
    ///
    /// # Errors
    /// [`StoreError::Port`].
    pub async fn gate(&self, tenant: &Tenant, id: &str) -> Result<Option<Gate>, StoreError> {
        let item = self.ports.records.get(&key(tenant, id, "GATE")).await?;
        Ok(item.and_then(|item| {
            Some(Gate {
                name: item.get("gate")?.as_str()?.to_owned(),
                revision: u32::try_from(item.get("revision")?.as_u64()?).ok()?,
                token: item.get("token")?.as_str()?.to_owned(),
            })
        }))
    }

    /// Forgets the message of the session's pending step: it arrived.
    ///
    /// # Errors
    /// [`StoreError::Port`].
    pub async fn delivered(
        &self,
        tenant: &Tenant,
        id: &str,
        pending: &Pending,
    ) -> Result<(), StoreError> {
        let key = outbox_key(tenant, id, pending.requested_at);
        transact(
            &self.ports,
            vec![Write::Delete {
                key,
                condition: Condition::None,
            }],
        )
        .await
    }

    /// Messages recorded before `before`, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Port`].
    pub async fn undelivered(&self, before: DateTime<Utc>) -> Result<Vec<OutboxRow>, StoreError> {
        let mut rows = Vec::new();
        let mut cursor = None;
        loop {
            let query = Query::new(Index::Main, OUTBOX).after(cursor);
            let page = self.ports.records.query(&query).await?;
            for item in &page.items {
                match outbox_row(item) {
                    Some(row) if row.requested_at < before => rows.push(row),
                    Some(_) => return Ok(rows),
                    None => {}
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(rows);
            }
        }
    }

    /// Removes a message whose session is gone.
    ///
    /// # Errors
    /// [`StoreError::Port`].
    pub async fn discard(&self, row: &OutboxRow) -> Result<(), StoreError> {
        transact(
            &self.ports,
            vec![Write::Delete {
                key: row.key.clone(),
                condition: Condition::None,
            }],
        )
        .await
    }

    fn is_kept(&self, item: &Item) -> bool {
        let expires = item.get("ttl").and_then(Value::as_i64).unwrap_or(i64::MAX);
        expires > self.ports.clock.now().timestamp()
    }

    /// When a session's time is over, in seconds since 1970.
    pub(crate) fn expiry(&self, session: &Session) -> i64 {
        session.created_at.timestamp() + self.retention_days * 86_400
    }

    fn item(&self, tenant: &Tenant, session: &Session) -> Result<Item, StoreError> {
        Ok(item(
            &key(tenant, &session.id, "SESSION"),
            [
                ("gsi1pk", list_partition(tenant).into()),
                (
                    "gsi1sk",
                    format!("{}#{}", stamp(session.created_at), session.id).into(),
                ),
                ("ttl", self.expiry(session).into()),
                ("version", session.version.into()),
                ("session", serde_json::to_value(session)?),
            ],
        ))
    }

    fn event(&self, tenant: &Tenant, session: &Session, event: &str) -> Write {
        let key = key(
            tenant,
            &session.id,
            &format!("EVENT#{:08}", session.version),
        );
        Write::create(item(
            &key,
            [
                ("ttl", self.expiry(session).into()),
                ("event", event.into()),
                ("revision", session.revision.into()),
                ("at", stamp(session.updated_at).into()),
            ],
        ))
    }
}

/// Prefix of every object of a session.
#[must_use]
pub fn object_prefix(tenant: &Tenant, id: &str) -> String {
    format!("{}/challenges/{id}/", tenant.as_str())
}

/// Key of a row of a session.
pub(crate) fn key(tenant: &Tenant, id: &str, sk: &str) -> Key {
    Key::of(tenant, "SESSION", id, sk)
}

/// A transaction whose conditions cannot fail.
pub(crate) async fn transact(ports: &Ports, writes: Vec<Write>) -> Result<(), StoreError> {
    for _ in 0..ATTEMPTS {
        match ports.records.transact(writes.clone()).await {
            Ok(()) => return Ok(()),
            Err(TransactError::Port(error)) => return Err(error.into()),
            Err(TransactError::ConditionFailed { .. } | TransactError::Conflict) => {}
        }
    }
    Err(StoreError::Busy)
}

fn read(item: &Item) -> Result<Session, StoreError> {
    Ok(serde_json::from_value(
        item.get("session").cloned().unwrap_or_default(),
    )?)
}

fn list_partition(tenant: &Tenant) -> String {
    format!("T#{}#SESSIONS", tenant.as_str())
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Nanos, true)
}

fn outbox_key(tenant: &Tenant, id: &str, at: DateTime<Utc>) -> Key {
    Key {
        pk: OUTBOX.to_owned(),
        sk: format!("{}#{}#{id}", stamp(at), tenant.as_str()),
    }
}

fn outbox_put(tenant: &Tenant, session: &Session) -> Option<Write> {
    let pending = session.pending.as_ref()?;
    let key = outbox_key(tenant, &session.id, pending.requested_at);
    let item = item(
        &key,
        [
            ("tenant", tenant.as_str().into()),
            ("session", session.id.as_str().into()),
            ("at", json!(pending.requested_at)),
        ],
    );
    Some(Write::put(item))
}

fn outbox_row(item: &Item) -> Option<OutboxRow> {
    let text = |field: &str| item.get(field).and_then(Value::as_str).map(str::to_owned);
    Some(OutboxRow {
        key: Key {
            pk: text("pk")?,
            sk: text("sk")?,
        },
        tenant: Tenant::new(text("tenant")?).ok()?,
        session: text("session")?,
        requested_at: serde_json::from_value(item.get("at")?.clone()).ok()?,
    })
}
