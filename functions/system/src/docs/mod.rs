//! The `OpenAPI` document, and Swagger UI to read and try it, with nothing from another host.

use std::sync::{Arc, LazyLock};

use axum::extract::Path;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use millrace_edge::Failure;
use utoipa_swagger_ui::Config;

/// Scripts from here alone. Swagger UI sets styles of elements itself, and has icons as data URLs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = include_str!("index.html");
const START: &str = include_str!("start.js");

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    millrace_api::openapi()
        .to_json()
        .expect("a document of plain data")
});

/// `GET /openapi.json`
pub(crate) async fn openapi() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        DOCUMENT.as_str(),
    )
}

/// `GET /docs`
pub(crate) async fn page() -> impl IntoResponse {
    (headers("text/html; charset=utf-8"), PAGE)
}

/// `GET /docs/{file}`
pub(crate) async fn file(Path(name): Path<String>) -> Result<Response, Failure> {
    if name == "start.js" {
        return Ok((headers("text/javascript; charset=utf-8"), START).into_response());
    }
    // The settings are those of a page that is not used; `start.js` has ours.
    let unused = Arc::new(Config::new(["/openapi.json"]));
    let file = utoipa_swagger_ui::serve(&name, unused).map_err(Failure::internal)?;
    let file = file.ok_or_else(|| Failure::not_found("Not Found"))?;
    Ok((headers(&file.content_type), file.bytes.into_owned()).into_response())
}

fn headers(content_type: &str) -> [(HeaderName, String); 3] {
    [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::CACHE_CONTROL, "public, max-age=3600".to_owned()),
    ]
}
