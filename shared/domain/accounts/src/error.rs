use chrono::{DateTime, Utc};
use millrace_ports::PortError;

use crate::password::HasherError;

/// Why an account could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Somebody has this address already.
    #[error("the address is registered already")]
    AddressTaken,
    /// No user has this address and password. Which of the two is wrong is not told.
    #[error("the address or the password is wrong")]
    Credentials,
    /// The password to be replaced is another one.
    #[error("the current password is wrong")]
    CurrentPassword,
    /// Too many failed logins.
    #[error("the login is closed until {}", .0.until)]
    TooManyFailures(Closed),
    /// A refresh token that is unknown, expired, used before or revoked.
    #[error("the refresh token is not good")]
    TokenRefused,
    /// The user of an access token is not there.
    #[error("there is no such user")]
    UnknownUser,
    /// Others changed the same account all the time.
    #[error("the account is changing too fast")]
    Busy,
    /// What is stored is not what this crate stores.
    #[error("a stored record is unreadable: {0}")]
    Unreadable(String),
    /// Argon2 failed.
    #[error(transparent)]
    Hasher(#[from] HasherError),
    /// The store did not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// A login that is closed for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// Failures that close it.
    pub failures: u32,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Seconds until then, at least 1.
    pub seconds: u32,
}
