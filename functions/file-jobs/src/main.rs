//! File jobs: create one, upload its file, see how far it is, download what came out.

mod app;
mod handlers;
mod multipart;
mod show;
mod steps;

use millrace_edge::Config;
use millrace_jobs::Detail;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let config = Config::from_env()?;
    let queue = (
        millrace_files::FileDetail::QUEUE.to_owned(),
        config.file_jobs_queue_url()?.to_owned(),
    );
    let settings = millrace_aws::Settings {
        queues: [queue].into(),
        s3_public_endpoint: config.s3_public_endpoint.clone(),
        ..millrace_aws::Settings::new(config.state_table()?, config.data_bucket()?)
    };
    let ports = millrace_aws::connect(&settings).await;
    millrace_edge::serve(app::routes(app::App::new(ports, &config)?), &config).await
}

#[cfg(test)]
mod tests;
