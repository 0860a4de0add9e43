//! Accounts over HTTP, on the stack that `MILLRACE_URL` names.

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

struct Api {
    client: Client,
    base: String,
    /// An address that nobody registered before.
    address: String,
}

impl Api {
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller of the test names the stack, and a stack keeps its users between runs"
    )]
    fn new(name: &str) -> Self {
        let base =
            std::env::var("MILLRACE_URL").unwrap_or_else(|_| "http://localhost:8000".to_owned());
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970");
        Self {
            client: Client::new(),
            base,
            address: format!("{name}.{}@example.com", now.as_nanos()),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    async fn register(&self, email: &str) -> (StatusCode, Value) {
        let body = json!({ "email": email, "password": "correct horse" });
        answer(
            self.request(Method::POST, "/api/v1/auth/register")
                .json(&body),
        )
        .await
    }

    async fn login(&self, username: &str, password: &str) -> (StatusCode, Value) {
        let form = format!(
            "username={}&password={}",
            username.replace('@', "%40"),
            password.replace(' ', "+")
        );
        let request = self
            .request(Method::POST, "/api/v1/auth/login")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        answer(request).await
    }

    async fn refresh(&self, token: &Value) -> (StatusCode, Value) {
        let body = json!({ "refresh_token": token });
        answer(self.request(Method::POST, "/api/auth/refresh").json(&body)).await
    }

    async fn me(&self, login: &Value) -> (StatusCode, Value) {
        let token = login["access_token"].as_str().expect("an access token");
        answer(
            self.request(Method::GET, "/api/v1/users/me")
                .bearer_auth(token),
        )
        .await
    }
}

async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.expect("the stack answers");
    let status = answer.status();
    let text = answer.text().await.expect("an answer is text");
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (status, body)
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn a_user_registers_logs_in_and_is_known() {
    let api = Api::new("ada");
    let (status, user) = api.register(&api.address).await;
    assert_eq!(status, StatusCode::CREATED, "{user}");
    assert_eq!(user["email"], api.address);
    let (status, refusal) = api.register(&api.address.to_uppercase()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{refusal}");

    let (status, login) = api
        .login(&api.address.to_uppercase(), "correct horse")
        .await;
    assert_eq!(status, StatusCode::OK, "{login}");
    assert_eq!(login["token_type"], "bearer");
    assert_eq!(api.me(&login).await, (StatusCode::OK, user.clone()));

    let (status, next) = api.refresh(&login["refresh_token"]).await;
    assert_eq!(status, StatusCode::OK, "{next}");
    assert_ne!(next["refresh_token"], login["refresh_token"]);
    assert_eq!(api.me(&next).await, (StatusCode::OK, user));
    let (status, again) = api.refresh(&login["refresh_token"]).await;
    assert_eq!(status, StatusCode::OK, "an answer may be lost: {again}");
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn what_is_wrong_is_refused() {
    let api = Api::new("eve");
    let (status, _) = api.register(&api.address).await;
    assert_eq!(status, StatusCode::CREATED);
    let wrong = api.login(&api.address, "wrong horse").await;
    let unknown = api
        .login(&format!("no.{}", api.address), "wrong horse")
        .await;
    assert_eq!(wrong.0, StatusCode::BAD_REQUEST);
    assert_eq!(wrong, unknown);

    let json = json!({ "username": api.address, "password": "correct horse" });
    let (status, _) = answer(api.request(Method::POST, "/api/v1/auth/login").json(&json)).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let (status, _) = answer(api.request(Method::GET, "/api/v1/users/me")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, _) = api.refresh(&json!("not a token")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (status, faults) = api.register("nobody").await;
    assert_eq!(
        (status, &faults["errors"][0]["path"]),
        (StatusCode::BAD_REQUEST, &json!("email"))
    );
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn of_registrations_and_logins_at_once_each_is_right() {
    let api = Api::new("many");
    let attempts = tokio::join!(
        api.register(&api.address),
        api.register(&api.address),
        api.register(&api.address),
        api.register(&api.address)
    );
    let statuses = [attempts.0.0, attempts.1.0, attempts.2.0, attempts.3.0];
    let made = statuses
        .iter()
        .filter(|status| **status == StatusCode::CREATED)
        .count();
    assert_eq!(made, 1, "{statuses:?}");
    let logins = tokio::join!(
        api.login(&api.address, "correct horse"),
        api.login(&api.address, "correct horse"),
        api.login(&api.address, "correct horse"),
        api.login(&api.address, "correct horse")
    );
    for (status, login) in [logins.0, logins.1, logins.2, logins.3] {
        assert_eq!(status, StatusCode::OK, "{login}");
    }
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn another_password_ends_the_other_logins() {
    let api = Api::new("grace");
    api.register(&api.address).await;
    let (_, login) = api.login(&api.address, "correct horse").await;
    let (_, other) = api.login(&api.address, "correct horse").await;
    let token = login["access_token"].as_str().expect("an access token");
    let change = async |current: &str| {
        let body = json!({ "current_password": current, "new_password": "another horse" });
        let request = api
            .request(Method::POST, "/api/v1/auth/password")
            .json(&body);
        answer(request.bearer_auth(token)).await.0
    };
    assert_eq!(change("wrong horse").await, StatusCode::BAD_REQUEST);
    assert_eq!(change("correct horse").await, StatusCode::NO_CONTENT);
    assert_eq!(
        api.refresh(&other["refresh_token"]).await.0,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(api.refresh(&login["refresh_token"]).await.0, StatusCode::OK);
    assert_eq!(
        api.login(&api.address, "correct horse").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        api.login(&api.address, "another horse").await.0,
        StatusCode::OK
    );
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn ten_failures_close_a_login() {
    let api = Api::new("closed");
    for _ in 0..10 {
        let (status, _) = api.login(&api.address, "wrong horse").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
    let form = format!("username={}&password=x", api.address.replace('@', "%40"));
    let refused = api
        .request(Method::POST, "/api/v1/auth/login")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .expect("the stack answers");
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let header = |name: &str| refused.headers()[name].to_str().expect("text").to_owned();
    let seconds: u32 = header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(
        (header("x-ratelimit-limit"), header("x-ratelimit-remaining")),
        ("10".to_owned(), "0".to_owned())
    );
    header("x-ratelimit-reset")
        .parse::<u64>()
        .expect("Unix seconds");
}
