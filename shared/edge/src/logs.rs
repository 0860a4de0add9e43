use std::io::{self, Write as _};

use serde_json::Value;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, ConfigError};

/// Sends `tracing` events to the standard output, a JSON object a line, from `config.log_level` on.
///
/// A second call changes nothing.
///
/// # Errors
/// [`ConfigError`] on `LOG_LEVEL` for a filter that cannot be read.
pub fn start_logs(config: &Config) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&config.log_level).map_err(|_| ConfigError::Invalid {
        name: "LOG_LEVEL",
        expected: "must be a tracing filter: info, or warn,millrace_edge=debug".to_owned(),
    })?;
    // Fails when there is a subscriber already, which then stays.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .with_writer(io::stdout)
        .try_init();
    Ok(())
}

/// Writes one line of its own shape, which metrics need at the top level.
pub(crate) fn write_line(record: &Value) {
    let mut out = io::stdout().lock();
    // There is nowhere to report that the log cannot be written.
    let _ = writeln!(out, "{record}");
}
