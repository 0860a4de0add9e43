//! Makes generated data: a message of the queue starts a run, small ones are made at once, others by the
//! tasks of a state machine.

mod carry;
mod event;
mod halt;
mod learn;
mod maker;
mod part;
mod plan;
mod publish;
mod shift;
mod stages;
mod verify;
mod worker;

use std::sync::Arc;

use millrace_api::error::Fault;
use millrace_api::generation::{GenerationCreate, RecordType};
use millrace_edge::Config;
use millrace_generation::{Buckets, Catalogue, Checked, Generation, GenerationDetail, MACHINE};
use millrace_jobs::Detail;

/// Nothing is accepted here: what can be made is the business of the function that accepts jobs.
#[derive(Debug)]
struct Nothing;

impl Catalogue for Nothing {
    fn types(&self) -> Vec<RecordType> {
        Vec::new()
    }

    fn check(&self, _: &GenerationCreate, _: u64) -> Result<Checked, Vec<Fault>> {
        Err(Vec::new())
    }
}

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = Config::from_env()?;
    let queue = (
        GenerationDetail::QUEUE.to_owned(),
        config.generation_jobs_queue_url()?.to_owned(),
    );
    let machine = (
        MACHINE.to_owned(),
        config.generation_machine_arn()?.to_owned(),
    );
    let settings = millrace_aws::Settings {
        queues: [queue].into(),
        machines: [machine].into(),
        ..millrace_aws::Settings::new(config.state_table()?, config.data_bucket()?)
    };
    let ports = millrace_aws::connect(&settings).await;
    let shared = millrace_aws::connect_buckets(&settings, &config.allowed_buckets).await;
    let own = Buckets::new(config.data_bucket()?, ports.objects.clone());
    let buckets = shared
        .into_iter()
        .fold(own, |buckets, (name, objects)| buckets.with(name, objects));
    let settings = millrace_generation::Settings {
        max_jobs: config.generation_max_jobs,
        cooldown: chrono::TimeDelta::seconds(config.generation_cooldown_seconds.into()),
        ..millrace_generation::Settings::default()
    };
    let generation = Generation::new(ports, buckets, settings, Arc::new(Nothing));
    let settings = worker::Settings::new(config.memory_megabytes);
    let worker = Arc::new(worker::Worker::new(generation, settings));
    millrace_edge::tasks::serve(&config, event::Event::name, move |event, context| {
        let worker = Arc::clone(&worker);
        async move { worker.run(event, context.deadline).await }
    })
    .await
}

#[cfg(test)]
mod tests;
