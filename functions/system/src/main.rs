//! The deployment about itself: overview, health, `OpenAPI` document and page, and the answer to
//! every path and method that no function serves.

mod docs;
mod health;
mod overview;
mod router;
mod unrouted;

use std::error::Error;
use std::time::Duration;

use millrace_aws::{Settings, Timeouts};
use millrace_edge::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let config = Config::from_env()?;
    let machine = (
        health::MACHINE.to_owned(),
        config.challenge_machine_arn()?.to_owned(),
    );
    // A health check is over before its caller gives up.
    let patience = Duration::from_secs(4);
    let settings = Settings {
        machines: [machine].into(),
        timeouts: Timeouts {
            operation: patience,
            ..Timeouts::default()
        },
        ..Settings::new(config.state_table()?, config.data_bucket()?)
    };
    let ports = millrace_aws::connect(&settings).await;
    millrace_edge::serve(router::router(ports, &config.brand), &config).await
}

#[cfg(test)]
mod tests;
