//! Data generation: create jobs, see and change where they stand, limits, retention, health.

mod app;
mod catalogue;
mod customer;
mod handlers;
mod health;
mod query;
mod show;

use std::sync::Arc;

use millrace_edge::Config;
use millrace_generation::{Buckets, DEAD_LETTERS, GenerationDetail};
use millrace_jobs::Detail;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let config = Config::from_env()?;
    let queue = |name: &str, url: &str| (name.to_owned(), url.to_owned());
    let settings = millrace_aws::Settings {
        queues: [
            queue(GenerationDetail::QUEUE, config.generation_jobs_queue_url()?),
            queue(DEAD_LETTERS, config.generation_dead_letters_url()?),
        ]
        .into(),
        s3_public_endpoint: config.s3_public_endpoint.clone(),
        ..millrace_aws::Settings::new(config.state_table()?, config.data_bucket()?)
    };
    let ports = millrace_aws::connect(&settings).await;
    let shared = millrace_aws::connect_buckets(&settings, &config.allowed_buckets).await;
    let own = Buckets::new(config.data_bucket()?, ports.objects.clone());
    let buckets = shared
        .into_iter()
        .fold(own, |buckets, (name, objects)| buckets.with(name, objects));
    let app = app::App::new(ports, buckets, &config, Arc::new(catalogue::Records))?;
    millrace_edge::serve(app::routes(app), &config).await
}

#[cfg(test)]
mod tests;
