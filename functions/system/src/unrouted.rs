use axum::http::{Method, Uri};
use millrace_api::routes::{Lookup, lookup};
use millrace_edge::Failure;

/// The answer to what the API has no route for: 405 with the methods there are, else 404.
pub(crate) async fn answer(method: Method, uri: Uri) -> Failure {
    match lookup(method.as_str(), uri.path()) {
        Lookup::OtherMethods { allow, .. } => {
            let allow: Vec<&str> = allow
                .into_iter()
                .map(millrace_api::routes::Method::as_str)
                .collect();
            Failure::method_not_allowed(&allow.join(", "))
        }
        // A route that exists and still comes here is not deployed.
        Lookup::Found(_) | Lookup::Unknown { .. } => Failure::not_found("Not Found"),
    }
}
