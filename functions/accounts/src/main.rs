//! Accounts: registration, login, refresh, passwords, and who the caller is.

mod app;
mod handlers;

use millrace_edge::Config;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let config = Config::from_env()?;
    let settings = millrace_aws::Settings::new(config.state_table()?, config.data_bucket()?);
    let ports = millrace_aws::connect(&settings).await;
    millrace_edge::serve(app::routes(app::App::new(ports, &config)?), &config).await
}

#[cfg(test)]
mod tests;
