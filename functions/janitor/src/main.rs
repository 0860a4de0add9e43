//! What keeps the house in order without a caller: lost work of data generation every minute, and every day
//! what is past its retention.

mod event;
mod worker;

use std::sync::Arc;

use chrono::TimeDelta;
use millrace_edge::Config;
use millrace_generation::{Buckets, GenerationDetail, Settings};
use millrace_jobs::Detail;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = Config::from_env()?;
    let queue = (
        GenerationDetail::QUEUE.to_owned(),
        config.generation_jobs_queue_url()?.to_owned(),
    );
    let settings = millrace_aws::Settings {
        queues: [queue].into(),
        ..millrace_aws::Settings::new(config.state_table()?, config.data_bucket()?)
    };
    let ports = millrace_aws::connect(&settings).await;
    let shared = millrace_aws::connect_buckets(&settings, &config.allowed_buckets).await;
    let own = Buckets::new(config.data_bucket()?, ports.objects.clone());
    let buckets = shared
        .into_iter()
        .fold(own, |buckets, (name, objects)| buckets.with(name, objects));
    let settings = Settings {
        max_jobs: config.generation_max_jobs,
        cooldown: TimeDelta::seconds(config.generation_cooldown_seconds.into()),
        ..Settings::default()
    };
    let janitor = Arc::new(worker::Janitor::new(
        ports,
        buckets,
        settings,
        config.session_retention_days,
    ));
    millrace_edge::tasks::serve(&config, event::Event::name, move |event, context| {
        let janitor = Arc::clone(&janitor);
        async move { janitor.run(event, context.deadline).await }
    })
    .await
}

#[cfg(test)]
mod tests;
