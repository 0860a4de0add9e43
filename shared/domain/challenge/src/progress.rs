//! Progress of a full run, in a row of its own: parts report it side by side, and it never goes back.

use chrono::{DateTime, Utc};
use millrace_ports::{Condition, Key, Ports, Tenant, TransactError, Update, Write, item};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::session::{Action, Session};
use crate::store::{StoreError, key};

/// How far a full run is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Name of the stage.
    pub stage: String,
    /// 0 to 100.
    pub percent: u8,
    /// What happens, for people.
    pub message: String,
    /// Seconds since the run began.
    pub elapsed: f64,
}

/// Stages of a full run, in order, with the percent at which each begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Cutting the set into parts.
    Planning,
    /// Making the parts.
    Generation,
    /// Checking the files.
    Validation,
    /// Making the reports.
    Reports,
    /// Packing and publishing.
    Packaging,
    /// Done.
    Completed,
}

impl Stage {
    /// Name in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Generation => "data_generation",
            Self::Validation => "quality_validation",
            Self::Reports => "report_generation",
            Self::Packaging => "packaging",
            Self::Completed => "completed",
        }
    }

    /// Percent at its begin.
    #[must_use]
    pub fn percent(self) -> u8 {
        match self {
            Self::Planning => 0,
            Self::Generation => 5,
            Self::Validation => 50,
            Self::Reports => 75,
            Self::Packaging => 92,
            Self::Completed => 100,
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Planning => "Cutting the dataset into parts...",
            Self::Generation => "Generating tables...",
            Self::Validation => "Running quality validation checks...",
            Self::Reports => "Writing the PDF report and the Excel workbook...",
            Self::Packaging => "Packing the download...",
            Self::Completed => "Generation complete!",
        }
    }

    fn of(name: &str) -> Self {
        [
            Self::Generation,
            Self::Validation,
            Self::Reports,
            Self::Packaging,
            Self::Completed,
        ]
        .into_iter()
        .find(|stage| stage.name() == name)
        .unwrap_or(Self::Planning)
    }
}

fn run_key(tenant: &Tenant, session: &str, revision: u32) -> Key {
    key(tenant, session, &format!("RUN#{revision:08}"))
}

/// Opens the row of a run; a repeated begin changes nothing.
///
/// # Errors
/// The store's.
pub async fn begin(
    ports: &Ports,
    tenant: &Tenant,
    session: &str,
    revision: u32,
    parts: usize,
) -> Result<(), StoreError> {
    let run = item(
        &run_key(tenant, session, revision),
        [
            ("rank", Stage::Generation.percent().into()),
            ("stage", Stage::Generation.name().into()),
            ("parts", parts.into()),
            ("parts_done", 0.into()),
            ("started_at", json!(ports.clock.now())),
        ],
    );
    overtaken_is_fine(ports.records.transact(vec![Write::create(run)]).await)
}

/// Enters a stage, unless the run is already further.
///
/// # Errors
/// The store's.
pub async fn enter(
    ports: &Ports,
    tenant: &Tenant,
    session: &str,
    revision: u32,
    stage: Stage,
) -> Result<(), StoreError> {
    let further = Update::new(run_key(tenant, session, revision))
        .set("stage", stage.name())
        .set("rank", stage.percent())
        .when(Condition::Less("rank".to_owned(), stage.percent().into()));
    overtaken_is_fine(ports.records.transact(vec![further.into()]).await)
}

/// Counts a finished part once, however often it reports.
///
/// # Errors
/// The store's.
pub async fn part_done(
    ports: &Ports,
    tenant: &Tenant,
    session: &str,
    revision: u32,
    part: usize,
) -> Result<(), StoreError> {
    let run = run_key(tenant, session, revision);
    let marker = Key {
        pk: run.pk.clone(),
        sk: format!("{}#PART#{part:08}", run.sk),
    };
    let writes = vec![
        Write::create(item(&marker, [])),
        Update::new(run).add("parts_done", 1).into(),
    ];
    loop {
        match ports.records.transact(writes.clone()).await {
            // Several parts end at once; the counter is theirs in turn.
            Err(TransactError::Conflict) => tokio::task::yield_now().await,
            other => return overtaken_is_fine(other),
        }
    }
}

/// When the run of `revision` began.
///
/// # Errors
/// The store's.
pub async fn started_at(
    ports: &Ports,
    tenant: &Tenant,
    session: &str,
    revision: u32,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let item = ports
        .records
        .get(&run_key(tenant, session, revision))
        .await?;
    Ok(item.and_then(|item| serde_json::from_value(item.get("started_at")?.clone()).ok()))
}

/// Progress of the run under way, or of the finished one.
///
/// # Errors
/// The store's.
pub async fn read(
    ports: &Ports,
    tenant: &Tenant,
    session: &Session,
) -> Result<Option<Progress>, StoreError> {
    let Some(pending) = session
        .pending
        .as_ref()
        .filter(|pending| pending.action == Action::Full)
    else {
        return Ok(session.full.as_ref().map(|run| {
            progress(
                Stage::Completed,
                Stage::Completed.percent(),
                seconds(run.started_at, run.finished_at),
            )
        }));
    };
    let elapsed = seconds(pending.requested_at, ports.clock.now());
    let Some(item) = ports
        .records
        .get(&run_key(tenant, &session.id, session.revision))
        .await?
    else {
        return Ok(Some(progress(Stage::Planning, 0, elapsed)));
    };
    let number = |field: &str| item.get(field).and_then(Value::as_u64).unwrap_or(0);
    let stage = Stage::of(
        item.get("stage")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    );
    let percent = if stage == Stage::Generation {
        let span = u64::from(Stage::Validation.percent() - Stage::Generation.percent());
        let share = span * number("parts_done").min(number("parts")) / number("parts").max(1);
        Stage::Generation.percent() + u8::try_from(share).unwrap_or(0)
    } else {
        stage.percent()
    };
    Ok(Some(progress(stage, percent, elapsed)))
}

fn progress(stage: Stage, percent: u8, elapsed: f64) -> Progress {
    Progress {
        stage: stage.name().to_owned(),
        percent,
        message: stage.message().to_owned(),
        elapsed,
    }
}

/// Seconds between two moments, with one digit.
fn seconds(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    let tenths = (to - from).num_milliseconds().max(0) / 100;
    f64::from(i32::try_from(tenths).unwrap_or(i32::MAX)) / 10.0
}

/// A failed condition means that another report was first, which is as good.
fn overtaken_is_fine(result: Result<(), TransactError>) -> Result<(), StoreError> {
    match result {
        Ok(()) | Err(TransactError::ConditionFailed { .. }) => Ok(()),
        Err(TransactError::Conflict) => Err(StoreError::Busy),
        Err(TransactError::Port(error)) => Err(error.into()),
    }
}
