//! Databases: one function a route.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use millrace_api::asking as api;
use millrace_api::error::Fault;
use millrace_databases::{Lexicon, RowSource, Wish};
use millrace_edge::{Caller, Failure, JsonOrTextBody, QueryFields};

use crate::app::{App, Name, failure};
use crate::handlers::worked;
use crate::show;

/// `GET /databases`
pub async fn list(
    caller: Caller,
    query: QueryFields,
    State(app): State<App>,
) -> Result<Json<api::DatabaseList>, Failure> {
    let limit = query.integer("limit", 1..=100, 20);
    let offset = query.integer("offset", 0..=10_000, 0);
    let (Ok(limit), Ok(offset)) = (&limit, &offset) else {
        let faults = [limit.err(), offset.err()];
        return Err(Failure::invalid(faults.into_iter().flatten().collect()));
    };
    let sales = app.databases.sales().await.map_err(failure)?;
    let own = app.databases.list(&caller.tenant).await.map_err(failure)?;
    let mut entries = vec![show::built_in(&sales)];
    entries.extend(own.into_iter().map(show::entry));
    Ok(Json(show::page(entries, *limit, *offset)))
}

/// `GET /databases/{name}`
pub async fn show(
    caller: Caller,
    name: Name,
    State(app): State<App>,
) -> Result<Json<api::DatabaseDetail>, Failure> {
    let found = app.databases.find(&caller.tenant, &name.text()).await;
    let found = found.map_err(failure)?;
    worked(move || show::detail(&found)).await.map(Json)
}

/// `PUT /databases/{name}`: 201 for a new one.
pub async fn register(
    caller: Caller,
    name: Name,
    State(app): State<App>,
    body: JsonOrTextBody,
) -> Result<(StatusCode, Json<api::DatabaseDetail>), Failure> {
    let wish = wish(body)?;
    let done = app
        .databases
        .register(&caller.tenant, &name.text(), wish)
        .await;
    let (found, new) = done.map_err(failure)?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let detail = worked(move || show::detail(&found)).await?;
    Ok((status, Json(detail)))
}

/// `DELETE /databases/{name}`
pub async fn remove(
    caller: Caller,
    name: Name,
    State(app): State<App>,
) -> Result<StatusCode, Failure> {
    let removed = app.databases.remove(&caller.tenant, &name.text()).await;
    removed.map_err(failure)?;
    Ok(StatusCode::NO_CONTENT)
}

fn wish(body: JsonOrTextBody) -> Result<Wish, Failure> {
    let input = match body {
        JsonOrTextBody::Json(body) => api::DatabaseInput::from_value(&body)?,
        JsonOrTextBody::Text(ddl) => api::DatabaseInput {
            ddl,
            ..api::DatabaseInput::default()
        },
    };
    let mut faults = Vec::new();
    let mut rows = BTreeMap::new();
    for (table, text) in &input.rows {
        match RowSource::read(text.as_str().unwrap_or_default()) {
            Ok(source) => {
                rows.insert(table.clone(), source);
            }
            Err(rest) => {
                let path = format!("rows.{table}");
                faults.push(Fault::new(&path, "value", format!("{path} {rest}")));
            }
        }
    }
    let lexicon: Lexicon = match input.lexicon.map(serde_json::from_value::<Lexicon>) {
        None => Lexicon::default(),
        Some(Ok(lexicon)) => lexicon,
        Some(Err(error)) => {
            let message = format!("lexicon cannot be read: {error}");
            faults.push(Fault::new("lexicon", "value", message));
            Lexicon::default()
        }
    };
    if faults.is_empty() {
        Ok(Wish {
            ddl: input.ddl,
            rows,
            lexicon,
        })
    } else {
        Err(Failure::invalid(faults))
    }
}
