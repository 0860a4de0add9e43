//! The machine's side of a session: every task reads and reports here, fenced by its revision.

use bytes::Bytes;
use millrace_ports::{Ports, Tenant};
use serde::{Deserialize, Serialize};

use crate::rules;
use crate::session::{Action, FullRun, Session};
use crate::store::{Store, StoreError, object_prefix};

/// Which execution of which session a task works for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Tenant of the session.
    pub tenant: Tenant,
    /// Session id.
    pub session_id: String,
    /// Number of the execution.
    pub revision: u32,
}

impl Ticket {
    /// Key of an object that this execution writes.
    #[must_use]
    pub fn object_key(&self, name: &str) -> String {
        format!(
            "{}r{}/{name}",
            object_prefix(&self.tenant, &self.session_id),
            self.revision
        )
    }
}

/// Sessions as the tasks of the machine see them.
#[derive(Debug, Clone)]
pub struct Tasks {
    store: Store,
}

impl Tasks {
    /// The tasks' side over `ports`.
    #[must_use]
    pub fn new(ports: Ports, retention_days: i64) -> Self {
        Self {
            store: Store::new(ports, retention_days),
        }
    }

    /// The ports it works on.
    #[must_use]
    pub fn ports(&self) -> &Ports {
        self.store.ports()
    }

    /// The session, if this execution may still write it.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] for a late execution, which must stop.
    pub async fn session(&self, ticket: &Ticket) -> Result<Session, StoreError> {
        let session = self.store.load(&ticket.tenant, &ticket.session_id).await?;
        fence(&session, ticket)?;
        Ok(session)
    }

    /// Stores the result of `action` and puts it in place. The same report twice is one.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] for a late execution; nothing of it becomes visible.
    pub async fn finish<F>(
        &self,
        ticket: &Ticket,
        action: Action,
        document: Bytes,
        note: F,
    ) -> Result<Session, StoreError>
    where
        F: Fn(&mut Session) + Send + Sync,
    {
        let session = self.session(ticket).await?;
        let key = ticket.object_key(&format!("{}-{}.json", action.name(), session.version));
        self.store
            .objects()
            .put(&key, document, "application/json")
            .await?;
        let event = format!("{} finished", action.name());
        self.change(ticket, &event, |session| {
            if session.is_pending(action) {
                rules::finish(session, action, key.clone());
                note(session);
            }
        })
        .await
    }

    /// Publishes a full run by one conditional write.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] for a late or cancelled execution.
    pub async fn publish(&self, ticket: &Ticket, run: FullRun) -> Result<Session, StoreError> {
        self.change(ticket, "published", |session| {
            if session.is_pending(Action::Full) {
                rules::publish(session, run.clone());
            }
        })
        .await
    }

    /// Ends the pending step with a reason.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] for a late execution.
    pub async fn fail(&self, ticket: &Ticket, reason: &str) -> Result<Session, StoreError> {
        self.change(ticket, "failed", |session| {
            if let Some(pending) = session.pending.clone() {
                rules::fail(session, pending.action, reason.to_owned());
            }
        })
        .await
    }

    async fn change<F>(
        &self,
        ticket: &Ticket,
        event: &str,
        change: F,
    ) -> Result<Session, StoreError>
    where
        F: Fn(&mut Session) + Send + Sync,
    {
        self.store
            .change(&ticket.tenant, &ticket.session_id, event, |session| {
                fence(session, ticket)?;
                change(session);
                Ok(())
            })
            .await
    }
}

fn fence(session: &Session, ticket: &Ticket) -> Result<(), StoreError> {
    if session.revision == ticket.revision {
        Ok(())
    } else {
        Err(StoreError::Superseded(ticket.revision))
    }
}
