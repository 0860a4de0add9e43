//! Questions and SQL: one function a route.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use millrace_api::asking::{self as api, DEFAULT_DATABASE, QUERY_LIMIT};
use millrace_databases::{Compiled, DatabaseError};
use millrace_edge::{Caller, Failure, JsonBody};

use crate::app::{App, failure};
use crate::show;

impl App {
    /// The database that a caller means; the built-in one where none is named.
    async fn database(
        &self,
        caller: &Caller,
        name: Option<&str>,
    ) -> Result<Arc<Compiled>, Failure> {
        let name = name.unwrap_or(DEFAULT_DATABASE);
        let found = self.databases.find(&caller.tenant, name).await;
        Ok(found.map_err(failure)?.database)
    }
}

/// Work that keeps a processor busy, off the threads that wait.
pub async fn worked<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(Failure::internal)
}

/// `POST /parse`
pub async fn parse(
    caller: Caller,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Json<api::ParseAnswer>, Failure> {
    let input = api::ParseInput::from_value(&body)?;
    let context = input.context.unwrap_or_default();
    let database = app.database(&caller, context.database.as_deref()).await?;
    let today = app.databases.today();
    let answer = worked(move || database.ask(&input.query, today)).await?;
    show::same(&answer).map(Json)
}

/// `POST /validate`
pub async fn validate(
    caller: Caller,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Json<api::ValidateAnswer>, Failure> {
    let input = api::ValidateInput::from_value(&body)?;
    let database = app.database(&caller, input.database.as_deref()).await?;
    let found = worked(move || database.validate(&input.sql)).await?;
    show::same(&found).map(Json)
}

/// `POST /query`
pub async fn query(
    caller: Caller,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Json<api::QueryRows>, Failure> {
    let input = api::QueryInput::from_value(&body)?;
    let name = input
        .database
        .unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
    let database = app.database(&caller, Some(&name)).await?;
    if !database.has_rows() {
        return Err(failure(DatabaseError::NoRows(name)));
    }
    let limit = usize::try_from(input.limit.unwrap_or(QUERY_LIMIT)).map_err(Failure::internal)?;
    let answer = database.query(&input.sql, limit).await;
    answer
        .map(|answer| Json(show::rows(answer)))
        .map_err(failure)
}
