//! Processes uploaded files: a message of the queue is an attempt at one job.

mod event;
mod large;
mod process;
mod worker;

use std::sync::Arc;

use millrace_edge::Config;
use millrace_files::{FileDetail, Files, Settings};
use millrace_jobs::Detail;
use millrace_processing::MACHINE;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = Config::from_env()?;
    let queue = (
        FileDetail::QUEUE.to_owned(),
        config.file_jobs_queue_url()?.to_owned(),
    );
    let machine = (MACHINE.to_owned(), config.file_machine_arn()?.to_owned());
    let ports = millrace_aws::connect(&millrace_aws::Settings {
        queues: [queue].into(),
        machines: [machine].into(),
        ..millrace_aws::Settings::new(config.state_table()?, config.data_bucket()?)
    })
    .await;
    let settings = Settings::new(config.max_upload_bytes, config.file_retention_days);
    let files = Files::new(ports, settings);
    let machine = process::Machine::new(config.memory_megabytes, config.file_part_bytes);
    let settings = millrace_processing::Settings {
        large_bytes: config.large_file_bytes,
        ..millrace_processing::Settings::default()
    };
    let worker = Arc::new(worker::Worker::new(files, machine, settings));
    millrace_edge::tasks::serve(&config, event::Event::name, move |event, context| {
        let worker = Arc::clone(&worker);
        async move { worker.run(event, context.deadline).await }
    })
    .await
}

#[cfg(test)]
mod tests;
