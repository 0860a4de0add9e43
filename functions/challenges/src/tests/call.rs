//! Calls as API Gateway hands them over, and what the route table says of them.

use millrace_api::routes::{Content, Route, routes};
use serde_json::{Value, json};

/// The session of the sample events.
pub const SESSION: &str = "6f1c2d9e-4b7a-4c3d-9e21-5a8b7c6d4e3f";

/// What the function answered through API Gateway.
#[derive(Debug, PartialEq)]
pub struct Answer(pub Value);

impl Answer {
    pub fn status(&self) -> u64 {
        self.0["statusCode"].as_u64().expect("a status")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.0["headers"][name].as_str()
    }

    pub fn body(&self) -> &Value {
        &self.0["body"]
    }

    /// Status and body, to compare both at once.
    pub fn parts(&self) -> (u64, &Value) {
        (self.status(), self.body())
    }
}

pub fn request(call: &str, body: Option<Value>, headers: &Value) -> Value {
    let (method, target) = call.split_once(' ').expect("a method and a path");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = headers.clone();
    headers["content-type"] = json!("application/json");
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": { "http": { "method": method, "path": path }, "stage": "$default" },
        "body": body.map(|body| body.to_string()),
        "isBase64Encoded": false,
    })
}

/// A step of [`SESSION`]: `step("phase2/approve")`.
pub fn step(path: &str) -> String {
    format!("POST /api/challenge/{path}?session_id={SESSION}")
}

/// A look at [`SESSION`]: `look("phase4/status")`.
pub fn look(path: &str) -> String {
    format!("GET /api/challenge/{path}/{SESSION}")
}

/// The routes that the table gives to this function.
pub fn ours() -> impl Iterator<Item = &'static Route> {
    routes().filter(|route| route.function == "challenges")
}

/// The call of a route about the session `id`; none where it is about no session.
pub fn about(route: &Route, id: &str) -> Option<String> {
    let method = route.method.as_str();
    if route.path.contains("{session_id}") {
        let path = route.path.replace("{session_id}", id);
        return Some(format!("{method} {path}"));
    }
    let named = route.query.iter().any(|field| field.name == "session_id");
    named.then(|| format!("{method} {}?session_id={id}", route.path))
}

/// The documented answer of an endpoint.
pub fn example(id: &str, status: u16) -> Value {
    let route = ours().find(|route| route.id == id).expect("an endpoint");
    let answer = route.answers.iter().find(|answer| answer.status == status);
    match answer.expect("a documented status").content {
        Content::Json(_, text) => serde_json::from_str(text).expect("an example is JSON"),
        other => panic!("{id} answers {other:?}"),
    }
}
