//! `millrace challenge`: the tasks of the state machine in their order, on the in-memory ports.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use millrace_api::challenge::ChallengeInput;
use millrace_api::error::Fault;
use millrace_challenge::brief::Brief;
use millrace_challenge::service::{Challenges, Settings};
use millrace_challenge::store::StoreError;
use millrace_challenge::tasks::Ticket;
use millrace_phases::error::PhaseError;
use millrace_phases::tasks::Phases;
use millrace_ports::Tenant;
use millrace_ports::memory::Memory;
use thiserror::Error;

/// Largest package read back.
const PACKAGE_BYTES: u64 = 1 << 30;

/// Why there is no package.
#[derive(Debug, Error)]
pub enum ChallengeError {
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, std::io::Error),
    /// The brief is no JSON.
    #[error("the brief is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The brief has faults.
    #[error("{}", Fault::sentence(.0))]
    Brief(Vec<Fault>),
    /// A phase failed.
    #[error(transparent)]
    Phase(#[from] PhaseError),
    /// The session could not be kept.
    #[error(transparent)]
    Session(#[from] StoreError),
}

/// One line for the person in front.
pub fn say(line: &str) {
    // A closed pipe is no reason to stop.
    writeln!(std::io::stderr(), "{line}").ok();
}

/// Makes the challenge of the brief in `file` and leaves its package in `out`.
#[tokio::main]
pub async fn run(file: &Path, out: &Path, parts: Option<u64>) -> Result<(), ChallengeError> {
    let text = std::fs::read(file).map_err(|error| ChallengeError::File(file.to_owned(), error))?;
    let input = ChallengeInput::from_value(&serde_json::from_slice(&text)?)
        .map_err(ChallengeError::Brief)?;
    let started = Instant::now();
    let step = |what: &str| {
        say(&format!(
            "{:7.2} s  {what}",
            started.elapsed().as_secs_f64()
        ));
    };

    let ports = Memory::new().ports();
    let settings = Settings {
        wait: Duration::ZERO,
        retention_days: 1,
    };
    let challenges = Challenges::new(ports.clone(), &settings);
    let phases = Phases::new(ports.clone(), "Codebasics Data Factory".to_owned(), 1);
    let tenant = Tenant::public();
    let session = challenges
        .create(&tenant, Brief::new(input, 0), true)
        .await?;
    let ticket = Ticket {
        tenant: tenant.clone(),
        session_id: session.id,
        revision: session.revision,
    };
    phases.research(&ticket).await?;
    phases.problem(&ticket).await?;
    phases.schema(&ticket).await?;
    step("schema proven");
    phases.preview(&ticket).await?;
    step("preview made");
    for part in phases.plan_parts(&ticket, parts).await?.parts {
        phases.part(&ticket, &part).await?;
    }
    step("data generated");
    phases.check(&ticket).await?;
    step("files checked");
    phases.reports(&ticket).await?;
    phases.publish(&ticket).await?;
    let session = challenges.store().load(&tenant, &ticket.session_id).await?;
    let run = session.full.ok_or(PhaseError::NotYet("full"))?;
    let package = ports
        .objects
        .get(&run.zip, PACKAGE_BYTES)
        .await
        .map_err(PhaseError::from)?;
    let package = package.ok_or_else(|| PhaseError::Missing(run.zip.clone()))?;
    let path = out.join("challenge.zip");
    std::fs::create_dir_all(out)
        .and_then(|()| std::fs::write(&path, &package))
        .map_err(|error| ChallengeError::File(path.clone(), error))?;
    step(&format!(
        "{}: {} bytes, score {} of 10",
        path.display(),
        package.len(),
        run.overall_score
    ));
    Ok(())
}
