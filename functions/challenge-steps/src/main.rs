//! The tasks of the challenge state machine, and the sweep that brings lost decisions to it.

mod task;

use std::sync::Arc;
use std::time::Duration;

use millrace_challenge::service::{Challenges, MACHINE, Settings};
use millrace_edge::Config;
use millrace_phases::tasks::Phases;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = Config::from_env()?;
    let ports = millrace_aws::connect(&millrace_aws::Settings {
        machines: [(
            MACHINE.to_owned(),
            config.challenge_machine_arn()?.to_owned(),
        )]
        .into(),
        ..millrace_aws::Settings::new(config.state_table()?, config.data_bucket()?)
    })
    .await;
    let retention_days = config.session_retention_days.into();
    let worker = Arc::new(task::Worker {
        phases: Phases::new(ports.clone(), config.brand.clone(), retention_days),
        challenges: Challenges::new(
            ports,
            &Settings {
                wait: Duration::ZERO,
                retention_days,
            },
        ),
    });
    millrace_edge::tasks::serve(&config, task::Task::name, move |task, _| {
        let worker = Arc::clone(&worker);
        async move { worker.run(task).await }
    })
    .await
}
