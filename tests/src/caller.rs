//! Somebody who uses the stack over HTTP.

use reqwest::{Body, Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A signed-in user of the stack that `MILLRACE_URL` names.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What calls are made with.
    pub client: Client,
    base: String,
    token: String,
}

/// Sends a request. A body that is no JSON comes as a text.
///
/// # Panics
/// When the stack does not answer.
pub async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.expect("the stack answers");
    let status = answer.status();
    let text = answer.text().await.expect("an answer is text");
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (status, body)
}

impl Caller {
    /// Somebody who was not there before, signed in.
    ///
    /// # Panics
    /// When the stack does not answer as documented.
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller of the test names the stack, and a stack keeps its users between runs"
    )]
    pub async fn signed_in(name: &str) -> Self {
        let base =
            std::env::var("MILLRACE_URL").unwrap_or_else(|_| "http://localhost:8000".to_owned());
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970");
        let address = format!("{name}.{}@example.com", now.as_nanos());
        let client = Client::new();
        let body = json!({ "email": address, "password": "correct horse" });
        let register = client.post(format!("{base}/api/v1/auth/register"));
        let (status, _) = answer(register.json(&body)).await;
        assert_eq!(status, StatusCode::CREATED);
        let form = format!(
            "username={}&password=correct+horse",
            address.replace('@', "%40")
        );
        let login = client
            .post(format!("{base}/api/v1/auth/login"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        let (status, login) = answer(login).await;
        assert_eq!(status, StatusCode::OK, "{login}");
        let token = login["access_token"].as_str().expect("an access token");
        Self {
            token: token.to_owned(),
            client,
            base,
        }
    }

    /// A request in this user's name.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.base);
        self.client.request(method, url).bearer_auth(&self.token)
    }

    /// Whether the stack runs on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.base.starts_with("http://localhost")
    }

    /// Calls the stack, with a body of JSON or without one.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (StatusCode, Value) {
        let request = self.request(method, path);
        answer(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Uploads to a presigned URL.
    ///
    /// # Panics
    /// When the store refuses.
    pub async fn put(&self, url: &Value, body: impl Into<Body>) {
        let put = self.client.put(url.as_str().expect("a URL")).body(body);
        let put = put.header("content-type", "text/csv").send().await;
        assert_eq!(put.expect("the store answers").status(), StatusCode::OK);
    }
}
