//! What callers may do with their sessions: the calls behind the HTTP function and the sweeper.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use millrace_ports::{Delivery, Disposition, Ports, Tenant};
use serde_json::json;

use crate::brief::Brief;
use crate::progress::{self, Progress};
use crate::rules::{self, Refusal};
use crate::session::{Action, Failure, Phase, Session};
use crate::store::{SessionPage, Store, StoreError};

/// Logical name of the state machine.
pub const MACHINE: &str = "challenge";

/// How long a decision waits for the machine to reach the gate that takes it.
const GATE_WAIT: Duration = Duration::from_secs(3);
/// Pause between two looks at a record that is about to change.
const LOOK: Duration = Duration::from_millis(20);
/// Largest document read back.
const DOCUMENT_BYTES: u64 = 4 << 20;

/// Settings of the service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long an interactive call waits for its result.
    pub wait: Duration,
    /// Days after which a session is gone.
    pub retention_days: i64,
}

/// Answer of an interactive call.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The result is there: the session and the document's bytes.
    Ready(Session, Bytes),
    /// The machine still works on it; the same call gives the result later.
    InProgress(Session),
    /// The step failed.
    Failed(Session, String),
}

/// The calls.
#[derive(Debug, Clone)]
pub struct Challenges {
    store: Store,
    wait: Duration,
}

impl Challenges {
    /// The service over `ports`.
    #[must_use]
    pub fn new(ports: Ports, settings: &Settings) -> Self {
        Self {
            store: Store::new(ports, settings.retention_days),
            wait: settings.wait,
        }
    }

    /// The sessions themselves.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    fn ports(&self) -> &Ports {
        self.store.ports()
    }

    /// Accepts a brief and starts its execution.
    ///
    /// # Errors
    /// [`StoreError::Port`] where it could not be accepted; then nothing is there.
    pub async fn create(
        &self,
        tenant: &Tenant,
        brief: Brief,
        open: bool,
    ) -> Result<Session, StoreError> {
        let id = self.ports().ids.uuid().to_string();
        let session = Session::new(id, brief, open, self.ports().clock.now());
        self.store.create(tenant, &session).await?;
        // Accepted: from here on the message in the outbox brings it to the machine, now or later.
        self.start(tenant, &session, Action::Research).await.ok();
        Ok(session)
    }

    /// Asks for a step and waits for its result. A step whose result no call has carried yet is
    /// not started again.
    ///
    /// # Errors
    /// [`StoreError::Refused`] before the step's time; `edit` may change the brief with it.
    pub async fn request<F>(
        &self,
        tenant: &Tenant,
        id: &str,
        action: Action,
        edit: F,
    ) -> Result<Outcome, StoreError>
    where
        F: Fn(&mut Session) + Send + Sync,
    {
        let now = self.ports().clock.now();
        let accepted = AtomicBool::new(false);
        let session = self
            .store
            .change(tenant, id, action.name(), |session| {
                accepted.store(false, Ordering::Relaxed);
                if session.is_pending(action) || session.is_undelivered(action) {
                    return Ok(());
                }
                rules::request(session, action, now)?;
                edit(session);
                accepted.store(true, Ordering::Relaxed);
                Ok(())
            })
            .await?;
        if accepted.into_inner() {
            self.drive(tenant, &session, action).await.ok();
        }
        self.result(tenant, &session, action).await
    }

    /// Waits for the result of a step under way, up to the time an interactive call may take.
    ///
    /// # Errors
    /// The store's.
    pub async fn result(
        &self,
        tenant: &Tenant,
        session: &Session,
        action: Action,
    ) -> Result<Outcome, StoreError> {
        let deadline = tokio::time::Instant::now() + self.wait;
        let mut pause = LOOK;
        let mut session = session.clone();
        while session.is_pending(action) {
            if tokio::time::Instant::now() + pause > deadline {
                return Ok(Outcome::InProgress(session));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_millis(250));
            session = self.store.load(tenant, &session.id).await?;
        }
        if let Some(failure) = session
            .failure
            .clone()
            .filter(|failure| failure.action == action)
        {
            let session = self
                .store
                .change(tenant, &session.id, "failure delivered", |session| {
                    if session.failure.as_ref() == Some(&failure) {
                        session.failure = Some(Failure {
                            delivered: true,
                            ..failure.clone()
                        });
                    }
                    Ok(())
                })
                .await?;
            return Ok(Outcome::Failed(session, failure.reason));
        }
        let Some(key) = session
            .document(action)
            .map(|document| document.key.clone())
        else {
            return Ok(Outcome::InProgress(session));
        };
        let session = self
            .store
            .change(tenant, &session.id, "delivered", |session| {
                if let Some(document) = session
                    .document_mut(action)
                    .filter(|document| document.key == key)
                {
                    document.delivered = true;
                }
                Ok(())
            })
            .await?;
        let bytes = self.object(&key).await?;
        Ok(Outcome::Ready(session, bytes))
    }

    /// Starts the full generation and answers at once; a running one is left alone.
    ///
    /// # Errors
    /// [`StoreError::Refused`] before its time.
    pub async fn generate_full(
        &self,
        tenant: &Tenant,
        id: &str,
        size: Option<u64>,
    ) -> Result<Session, StoreError> {
        let now = self.ports().clock.now();
        let accepted = AtomicBool::new(false);
        let session = self
            .store
            .change(tenant, id, "full", |session| {
                accepted.store(false, Ordering::Relaxed);
                if session.is_pending(Action::Full) {
                    return Ok(());
                }
                rules::request(session, Action::Full, now)?;
                session.full_size = size;
                accepted.store(true, Ordering::Relaxed);
                Ok(())
            })
            .await?;
        if accepted.into_inner() {
            self.drive(tenant, &session, Action::Full).await.ok();
        }
        Ok(session)
    }

    /// Records an approval once, then lets the machine go on.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is nothing to approve.
    pub async fn approve(
        &self,
        tenant: &Tenant,
        id: &str,
        phase: Phase,
    ) -> Result<Session, StoreError> {
        let event = format!("{} approved", phase.name());
        let session = self
            .store
            .change(tenant, id, &event, |session| {
                Ok(rules::approve(session, phase)?)
            })
            .await?;
        let gate = match phase {
            Phase::One => "problem-approval",
            Phase::Two => "schema-approval",
            _ => "preview-approval",
        };
        // The approval stands in the session; a machine that does not take it now is started
        // beyond it by the next step.
        self.pass_gate(tenant, &session, &[(gate, "approve")])
            .await
            .ok();
        Ok(session)
    }

    /// Stops a running full generation.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where none runs.
    pub async fn cancel(&self, tenant: &Tenant, id: &str) -> Result<Session, StoreError> {
        let session = self
            .store
            .change(tenant, id, "cancelled", |session| {
                Ok(rules::cancel(session)?)
            })
            .await?;
        self.stop(&session, session.revision - 1, "cancelled by the caller")
            .await;
        Ok(session)
    }

    /// Marks the package as prepared.
    ///
    /// # Errors
    /// [`StoreError::Refused`] before the full run has ended.
    pub async fn prepare(&self, tenant: &Tenant, id: &str) -> Result<Session, StoreError> {
        self.store
            .change(tenant, id, "prepared", |session| {
                if session.full.is_none() || session.is_pending(Action::Full) {
                    return Err(Refusal(
                        "Full generation must be completed first: POST /api/challenge/phase4/generate-full".to_owned(),
                    )
                    .into());
                }
                session.prepared = true;
                Ok(())
            })
            .await
    }

    /// Progress of the full run under way or finished.
    ///
    /// # Errors
    /// The store's.
    pub async fn progress(
        &self,
        tenant: &Tenant,
        session: &Session,
    ) -> Result<Option<Progress>, StoreError> {
        progress::read(self.ports(), tenant, session).await
    }

    /// Sessions of a tenant, newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(
        &self,
        tenant: &Tenant,
        limit: u32,
        cursor: Option<String>,
    ) -> Result<SessionPage, StoreError> {
        self.store.list(tenant, limit, cursor).await
    }

    /// Removes a session, its files and its execution.
    ///
    /// # Errors
    /// [`StoreError::Refused`] while the machine works on it.
    pub async fn remove(&self, tenant: &Tenant, id: &str) -> Result<(), StoreError> {
        let session = self.store.load(tenant, id).await?;
        if session.pending.is_some() {
            return Err(Refusal(
                "The session is working: wait for its step or cancel it first".to_owned(),
            )
            .into());
        }
        self.stop(&session, session.revision, "session deleted")
            .await;
        self.store.remove(tenant, id).await
    }

    /// The bytes of a stored object of a session.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where it is gone.
    pub async fn object(&self, key: &str) -> Result<Bytes, StoreError> {
        self.store
            .objects()
            .get(key, DOCUMENT_BYTES)
            .await?
            .ok_or(StoreError::NotFound)
    }

    /// A link to a stored object that a browser saves under `file_name`.
    ///
    /// # Errors
    /// The store's.
    pub async fn link(
        &self,
        key: &str,
        file_name: &str,
        content_type: &str,
    ) -> Result<String, StoreError> {
        let disposition = Disposition::attachment(file_name, content_type);
        Ok(self
            .store
            .objects()
            .presign_get(key, &disposition, Duration::from_secs(900))
            .await?)
    }

    /// Brings every decision older than `age` that did not reach the machine to a new execution,
    /// and gives their number.
    ///
    /// # Errors
    /// The store's.
    pub async fn sweep(&self, age: TimeDelta) -> Result<usize, StoreError> {
        let before: DateTime<Utc> = self.ports().clock.now() - age;
        let rows = self.store.undelivered(before).await?;
        for row in &rows {
            match self.store.load(&row.tenant, &row.session).await {
                Ok(session) => match &session.pending {
                    Some(pending) if pending.requested_at == row.requested_at => {
                        self.restart(&row.tenant, &session, pending.action).await?;
                    }
                    _ => self.store.discard(row).await?,
                },
                Err(StoreError::NotFound) => self.store.discard(row).await?,
                Err(error) => return Err(error),
            }
        }
        Ok(rows.len())
    }

    /// Brings a recorded decision to the machine: through its gate, or by a new execution.
    async fn drive(
        &self,
        tenant: &Tenant,
        session: &Session,
        action: Action,
    ) -> Result<(), StoreError> {
        let gates: &[(&str, &str)] = match action {
            Action::Research => &[],
            Action::Problem => &[("problem", "go"), ("problem-approval", "again")],
            Action::Schema => &[("schema", "go"), ("schema-approval", "again")],
            Action::Preview => &[("preview", "go"), ("preview-approval", "again")],
            Action::Full => &[("full", "go")],
        };
        if session.failure.is_none() && self.pass_gate(tenant, session, gates).await? {
            return self.arrived(tenant, session).await;
        }
        self.restart(tenant, session, action).await
    }

    /// Completes the token of the first of `gates` that the execution reaches in time.
    async fn pass_gate(
        &self,
        tenant: &Tenant,
        session: &Session,
        gates: &[(&str, &str)],
    ) -> Result<bool, StoreError> {
        let deadline = tokio::time::Instant::now() + GATE_WAIT;
        loop {
            let gate = self.store.gate(tenant, &session.id).await?;
            // A gate of an older execution means that this one has not come to its first.
            let Some(gate) = gate.filter(|gate| gate.revision == session.revision) else {
                return Ok(false);
            };
            if let Some((_, decision)) = gates.iter().find(|(name, _)| *name == gate.name) {
                let output = json!({ "action": decision });
                return Ok(self
                    .ports()
                    .workflows
                    .complete(&gate.token, &output)
                    .await?
                    == Delivery::Delivered);
            }
            if tokio::time::Instant::now() > deadline {
                return Ok(false);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Starts a new execution at `action`; the former one can no longer write.
    async fn restart(
        &self,
        tenant: &Tenant,
        session: &Session,
        action: Action,
    ) -> Result<(), StoreError> {
        let former = session.revision;
        let session = self
            .store
            .change(tenant, &session.id, "restarted", |session| {
                if session.revision != former || !session.is_pending(action) {
                    return Err(StoreError::Superseded(former));
                }
                session.revision += 1;
                Ok(())
            })
            .await?;
        self.stop(&session, former, "superseded").await;
        self.start(tenant, &session, action).await
    }

    async fn start(
        &self,
        tenant: &Tenant,
        session: &Session,
        action: Action,
    ) -> Result<(), StoreError> {
        let input = json!({
            "tenant": tenant.as_str(),
            "session_id": session.id,
            "revision": session.revision,
            "start_at": action.name(),
            "open": session.open,
        });
        self.ports()
            .workflows
            .start(MACHINE, &execution(session, session.revision), &input)
            .await?;
        self.arrived(tenant, session).await
    }

    async fn arrived(&self, tenant: &Tenant, session: &Session) -> Result<(), StoreError> {
        match &session.pending {
            Some(pending) => self.store.delivered(tenant, &session.id, pending).await,
            None => Ok(()),
        }
    }

    /// Best effort: a late execution is fenced off by its revision anyway.
    async fn stop(&self, session: &Session, revision: u32, cause: &str) {
        self.ports()
            .workflows
            .stop(MACHINE, &execution(session, revision), cause)
            .await
            .ok();
    }
}

fn execution(session: &Session, revision: u32) -> String {
    format!("{}-{revision}", session.id)
}
