use millrace_api::error::Fault;
use millrace_challenge::store::StoreError;
use millrace_ports::{PortError, TransactError};

/// Why a database was not registered, found or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// No database of that name that the tenant may reach.
    #[error("Database {0} not found")]
    NotFound(String),
    /// The name is taken by a built-in database.
    #[error("{0} is built in and cannot be replaced or removed")]
    BuiltIn(String),
    /// Fields that cannot be taken.
    #[error("{}", Fault::sentence(.0))]
    Invalid(Vec<Fault>),
    /// Rows that lie where the tenant may not read.
    #[error("{0}")]
    Forbidden(String),
    /// As many databases as a tenant may have.
    #[error("there are {0} databases already; replace one of them")]
    Full(usize),
    /// The database has a schema only.
    #[error("Database {0} has no rows: register it with rows, or use /parse and /validate")]
    NoRows(String),
    /// SQL that is not valid on the database.
    #[error("the SQL is not valid: {}", .0.errors.join("; "))]
    NotValid(Box<millrace_asksql::Validation>),
    /// Valid SQL that does not come to an end within its limits.
    #[error("{0}")]
    NotRun(millrace_query::SqlFault),
    /// Others were faster, again and again.
    #[error("the database was changed at the same time, send it again")]
    Busy,
    /// What is stored cannot be read.
    #[error("stored database is unreadable: {0}")]
    Unreadable(String),
    /// The store did not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl DatabaseError {
    pub(crate) fn invalid(path: &str, code: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault::new(path, code, message)])
    }

    pub(crate) fn of_session(error: StoreError, id: &str) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound(id.to_owned()),
            StoreError::Port(error) => Self::Port(error),
            other => Self::Unreadable(other.to_string()),
        }
    }
}

impl From<TransactError> for DatabaseError {
    fn from(error: TransactError) -> Self {
        match error {
            TransactError::Port(error) => Self::Port(error),
            TransactError::ConditionFailed { .. } | TransactError::Conflict => Self::Busy,
        }
    }
}
