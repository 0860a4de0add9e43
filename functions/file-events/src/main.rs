//! What moves file jobs on without a caller: the store's events about uploaded files, and a sweep every
//! minute.

mod event;
mod worker;

use std::sync::Arc;

use millrace_edge::Config;
use millrace_files::{FileDetail, Files, Settings};
use millrace_jobs::Detail;

#[tokio::main]
async fn main() -> Result<(), lambda_runtime::Error> {
    let config = Config::from_env()?;
    let queue = (
        FileDetail::QUEUE.to_owned(),
        config.file_jobs_queue_url()?.to_owned(),
    );
    let ports = millrace_aws::connect(&millrace_aws::Settings {
        queues: [queue].into(),
        ..millrace_aws::Settings::new(config.state_table()?, config.data_bucket()?)
    })
    .await;
    let settings = Settings::new(config.max_upload_bytes, config.file_retention_days);
    let files = Arc::new(Files::new(ports, settings));
    millrace_edge::tasks::serve(&config, event::Event::name, move |event, _| {
        let files = Arc::clone(&files);
        async move { worker::run(&files, event).await }
    })
    .await
}

#[cfg(test)]
mod tests;
