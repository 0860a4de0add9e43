use axum::body::to_bytes;

use super::*;

const KINDS: [(FailureKind, u16, &str); 13] = [
    (FailureKind::BadRequest, 400, "INVALID_REQUEST"),
    (FailureKind::Unauthorized, 401, "UNAUTHORIZED"),
    (FailureKind::Forbidden, 403, "FORBIDDEN"),
    (FailureKind::NotFound, 404, "RESOURCE_NOT_FOUND"),
    (FailureKind::MethodNotAllowed, 405, "METHOD_NOT_ALLOWED"),
    (FailureKind::Conflict, 409, "CONFLICT"),
    (FailureKind::Gone, 410, "RESOURCE_NOT_FOUND"),
    (FailureKind::PayloadTooLarge, 413, "PAYLOAD_TOO_LARGE"),
    (
        FailureKind::UnsupportedMediaType,
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    ),
    (FailureKind::Unprocessable, 422, "UNPROCESSABLE"),
    (FailureKind::RateLimited, 429, "RATE_LIMITED"),
    (FailureKind::Internal, 500, "INTERNAL_ERROR"),
    (FailureKind::Unavailable, 503, "SERVICE_UNAVAILABLE"),
];

async fn render(failure: Failure, dialect: Dialect) -> (u16, Value) {
    let now = DateTime::from_timestamp(1_770_460_200, 0).expect("a time");
    let response = failure.render(dialect, "r-1", now);
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX)
        .await
        .expect("a body");
    (status, serde_json::from_slice(&body).expect("JSON"))
}

#[tokio::test]
async fn each_kind_has_its_status_and_word() {
    for (kind, expected, code) in KINDS {
        let failure = Failure::new(kind, "A sentence");
        let (status, body) = render(failure.clone(), Dialect::Detail).await;
        assert_eq!(
            (status, body),
            (expected, json!({ "detail": "A sentence" }))
        );
        let (status, body) = render(failure.detail("resource_type", "model"), Dialect::Error).await;
        assert_eq!(status, expected);
        let error = json!({
            "code": code,
            "message": "A sentence",
            "details": { "resource_type": "model" },
            "request_id": "r-1",
            "timestamp": "2026-02-07T10:30:00Z",
        });
        assert_eq!(body, json!({ "error": error }));
    }
}

#[tokio::test]
async fn every_fault_is_listed_in_both_dialects() {
    let faults = vec![
        Fault::new("a", "missing", "a is missing"),
        Fault::new("b", "type", "b must be a string"),
    ];
    let listed = json!([
        { "path": "a", "code": "missing", "message": "a is missing" },
        { "path": "b", "code": "type", "message": "b must be a string" },
    ]);
    let (status, body) = render(faults.clone().into(), Dialect::Detail).await;
    assert_eq!((status, &body["errors"]), (400, &listed));
    assert_eq!(body["detail"], "a is missing; b must be a string");
    let (status, body) = render(faults.into(), Dialect::Error).await;
    assert_eq!(
        (status, &body["error"]["details"]["errors"]),
        (400, &listed)
    );
}

#[test]
fn a_limit_says_when_to_come_back() {
    let limit = RateLimit {
        limit: 100,
        reset: 1_770_460_260,
        retry_after_seconds: 0,
    };
    let response = Failure::rate_limited(limit).render(Dialect::Detail, "r", DateTime::UNIX_EPOCH);
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("retry-after"), "1");
    assert_eq!(header("x-ratelimit-limit"), "100");
    assert_eq!(header("x-ratelimit-remaining"), "0");
    assert_eq!(header("x-ratelimit-reset"), "1770460260");
}

#[test]
fn causes_do_not_reach_the_caller() {
    for error in [
        PortError::denied("arn:aws:secret"),
        PortError::unavailable("arn:aws:secret"),
    ] {
        let retryable = error.retryable();
        let failure = Failure::from(error);
        assert!(!failure.message().contains("arn"));
        let expected = if retryable {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        };
        assert_eq!(failure.status(), expected);
    }
}
