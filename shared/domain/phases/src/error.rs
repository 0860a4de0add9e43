//! Why a phase could not make its result.

use thiserror::Error;

/// Failures of a phase.
#[derive(Debug, Error)]
pub enum PhaseError {
    /// The knowledge pack does not give a challenge.
    #[error("the knowledge pack cannot serve this brief: {0}")]
    Pack(#[from] millrace_packs::PackError),
    /// The plan has faults.
    #[error("the plan cannot be generated: {0}")]
    Plan(#[from] millrace_synth::PlanFaults),
    /// The generator was asked for what it does not have.
    #[error("the data cannot be generated: {0}")]
    Generate(#[from] millrace_synth::GenerateError),
    /// A statement of the pack does not hold on its own tables.
    #[error("a statement cannot be run: {0}")]
    Sql(#[from] millrace_verify::SqlFault),
    /// The written files do not load.
    #[error("the written files cannot be read back: {0}")]
    Load(#[from] millrace_verify::LoadError),
    /// A report could not be made.
    #[error("a report cannot be made: {0}")]
    Report(#[from] millrace_report::ReportError),
    /// The session could not be read or written.
    #[error(transparent)]
    Session(#[from] millrace_challenge::store::StoreError),
    /// A stored object of this session is gone or unreadable.
    #[error("the stored object '{0}' is missing")]
    Missing(String),
    /// The object store did not answer.
    #[error(transparent)]
    Port(#[from] millrace_ports::PortError),
    /// A stored document does not read.
    #[error("a stored document is unreadable: {0}")]
    Document(#[from] serde_json::Error),
    /// Writing to memory failed.
    #[error("a file cannot be written: {0}")]
    Write(#[from] std::io::Error),
    /// The session has not come to this step.
    #[error("the step '{0}' has no result yet")]
    NotYet(&'static str),
}

impl PhaseError {
    /// Whether the same task may succeed a little later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        use millrace_challenge::store::StoreError;
        match self {
            Self::Port(error) | Self::Session(StoreError::Port(error)) => error.retryable(),
            Self::Session(StoreError::Busy) => true,
            _ => false,
        }
    }
}
