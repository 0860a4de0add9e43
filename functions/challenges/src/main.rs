//! The Data Factory API: sessions of five-phase challenges.

mod app;
mod create;
mod download;
mod generation;
mod legacy;
mod phases;
mod sessions;

use millrace_challenge::service::{Challenges, MACHINE, Settings};
use millrace_edge::Config;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let config = Config::from_env()?;
    let ports = millrace_aws::connect(&millrace_aws::Settings {
        machines: [(
            MACHINE.to_owned(),
            config.challenge_machine_arn()?.to_owned(),
        )]
        .into(),
        s3_public_endpoint: config.s3_public_endpoint.clone(),
        ..millrace_aws::Settings::new(config.state_table()?, config.data_bucket()?)
    })
    .await;
    let settings = Settings {
        wait: config.interactive_wait,
        retention_days: config.session_retention_days.into(),
    };
    let routes = app::routes(app::App {
        authenticator: config.authenticator(ports.clock.clone())?,
        ids: ports.ids.clone(),
        package_name: download::package_name(&config.brand),
        challenges: Challenges::new(ports, &settings),
    });
    millrace_edge::serve(routes, &config).await
}

#[cfg(test)]
mod tests;
