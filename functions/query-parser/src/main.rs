//! Questions in English as SQL, SQL checked and run, and the databases that both are about.

mod app;
mod databases;
mod handlers;
mod health;
mod show;

use millrace_edge::Config;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let config = Config::from_env()?;
    let queue = (
        health::QUEUE.to_owned(),
        config.file_jobs_queue_url()?.to_owned(),
    );
    let settings = millrace_aws::Settings {
        queues: [queue].into(),
        s3_public_endpoint: config.s3_public_endpoint.clone(),
        ..millrace_aws::Settings::new(config.state_table()?, config.data_bucket()?)
    };
    let ports = millrace_aws::connect(&settings).await;
    let app = app::App::new(ports, config.data_bucket()?, &config)?;
    // The first question need not wait for the built-in database.
    app.databases.sales().await?;
    millrace_edge::serve(app::routes(app), &config).await
}

#[cfg(test)]
mod tests;
