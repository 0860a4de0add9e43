use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::{HeaderValue, Request, StatusCode};
use chrono::{DateTime, Utc};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const OLD_SECRET: &str = "fedcba9876543210fedcba9876543210";
const USER: &str = "3f2b8c1e-5d4a-4c7b-9e21-8a6f0d1c2b34";
const NOW: i64 = 1_770_000_000;

#[derive(Debug)]
struct At(i64);

impl Clock for At {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).expect("a time")
    }
}

fn keys(active: &str) -> SigningKeys {
    let secrets = [("new", SECRET), ("old", OLD_SECRET)]
        .map(|(id, secret)| (id.to_owned(), secret.to_owned()));
    SigningKeys::new(&secrets.into(), active).expect("keys")
}

fn authenticator(now: i64, required: bool) -> Authenticator {
    Authenticator::new(
        keys("new"),
        "millrace".to_owned(),
        "millrace-api".to_owned(),
        required,
        Arc::new(At(now)),
    )
}

fn issued(active: &str) -> String {
    let (issuer, audience) = ("millrace".to_owned(), "millrace-api".to_owned());
    let lifetime = Duration::from_secs(900);
    let issuer = TokenIssuer::new(keys(active), issuer, audience, lifetime, Arc::new(At(NOW)));
    let token = issuer.issue(USER, "family").expect("signs");
    token.reveal().to_owned()
}

fn claims() -> Value {
    json!({
        "iss": "millrace", "aud": "millrace-api", "sub": USER, "typ": "access",
        "iat": NOW, "nbf": NOW, "exp": NOW + 900,
    })
}

fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn sign(algorithm: Algorithm, kid: Option<&str>, secret: &str, claims: &Value) -> String {
    let header = Header {
        kid: kid.map(str::to_owned),
        ..Header::new(algorithm)
    };
    encode(
        &header,
        claims,
        &EncodingKey::from_secret(secret.as_bytes()),
    )
    .expect("signs")
}

fn good(claims: &Value) -> String {
    sign(Algorithm::HS256, Some("new"), SECRET, claims)
}

fn authenticate(authorization: &str) -> Result<Caller, Failure> {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::AUTHORIZATION,
        HeaderValue::from_str(authorization).expect("a header"),
    );
    // Where no token is required, too: a bad one is refused everywhere.
    authenticator(NOW, false).authenticate(&headers)
}

fn is_refused(token: &str) -> bool {
    authenticate(&format!("Bearer {token}"))
        .is_err_and(|failure| failure.status() == StatusCode::UNAUTHORIZED)
}

#[test]
fn a_good_token_names_user_and_tenant() {
    let expected = Caller {
        tenant: Tenant::new(USER).expect("a tenant"),
        user_id: Some(USER.to_owned()),
        family_id: None,
    };
    for token in [
        good(&claims()),
        sign(Algorithm::HS256, Some("old"), OLD_SECRET, &claims()),
    ] {
        assert_eq!(
            authenticate(&format!("Bearer {token}")).expect("good"),
            expected
        );
        assert_eq!(
            authenticate(&format!("bearer {token}")).expect("good"),
            expected
        );
    }
}

#[test]
fn an_issued_token_is_good_until_it_ends() {
    let token = issued("new");
    let at = |now: i64| {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::AUTHORIZATION,
            format!("Bearer {token}").parse().expect("a header"),
        );
        authenticator(now, true).authenticate(&headers).is_ok()
    };
    assert!(at(NOW) && at(NOW - 5) && at(NOW + 904));
    assert!(!at(NOW - 6) && !at(NOW + 905));
}

#[test]
fn an_issued_token_names_its_key_and_its_family() {
    for kid in ["new", "old"] {
        let token = issued(kid);
        let header = decode_header(&token).expect("a header");
        assert_eq!(
            (header.alg, header.kid.as_deref()),
            (Algorithm::HS256, Some(kid))
        );
        let caller = authenticate(&format!("Bearer {token}")).expect("good");
        assert_eq!(caller.family_id.as_deref(), Some("family"));
    }
}

#[tokio::test]
async fn only_a_user_is_signed_in() {
    let with = async |token: Option<&str>| {
        let mut request = Request::get("/");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        SignedIn::from_request_parts(&mut parts, &authenticator(NOW, false)).await
    };
    let user = with(Some(&issued("new"))).await.expect("a user");
    assert_eq!(
        (user.user_id.as_str(), user.family_id.as_deref()),
        (USER, Some("family"))
    );
    for token in [None, Some("x")] {
        let refusal = with(token).await.expect_err("nobody");
        assert_eq!(refusal.status(), StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn without_a_token_the_caller_is_public_or_nobody() {
    let none = HeaderMap::new();
    assert_eq!(
        authenticator(NOW, false)
            .authenticate(&none)
            .expect("public"),
        Caller::public()
    );
    let refusal = authenticator(NOW, true)
        .authenticate(&none)
        .expect_err("required");
    assert_eq!(refusal.status(), StatusCode::UNAUTHORIZED);
    let open = Authenticator::without_keys(Arc::new(At(NOW)));
    assert_eq!(open.authenticate(&none).expect("public"), Caller::public());
}

#[test]
fn without_keys_no_token_is_good() {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::AUTHORIZATION,
        format!("Bearer {}", good(&claims()))
            .parse()
            .expect("a header"),
    );
    assert!(
        Authenticator::without_keys(Arc::new(At(NOW)))
            .authenticate(&headers)
            .is_err()
    );
}

#[test]
fn other_schemes_and_garbage_are_refused() {
    let token = good(&claims());
    for authorization in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer a.b.c",
        "Basic dTpw",
        &token,
    ] {
        assert!(authenticate(authorization).is_err(), "{authorization}");
    }
    for end in 1..token.len() {
        assert!(is_refused(&token[..end]));
    }
    let mut twice = HeaderMap::new();
    for _ in 0..2 {
        twice.append(
            header::AUTHORIZATION,
            format!("Bearer {token}").parse().expect("a header"),
        );
    }
    assert!(authenticator(NOW, false).authenticate(&twice).is_err());
}

#[test]
fn only_our_algorithm_and_our_keys_sign() {
    // {"alg":"none","typ":"JWT","kid":"new"}
    let unsigned_header = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoibmV3In0";
    let signed = good(&claims());
    let (_, rest) = signed.split_once('.').expect("three parts");
    let (payload, signature) = rest.split_once('.').expect("three parts");
    assert!(is_refused(&format!("{unsigned_header}.{payload}.")));
    assert!(is_refused(&format!(
        "{unsigned_header}.{payload}.{signature}"
    )));
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        assert!(is_refused(&sign(algorithm, Some("new"), SECRET, &claims())));
    }
    assert!(is_refused(&sign(
        Algorithm::HS256,
        Some("new"),
        OLD_SECRET,
        &claims()
    )));
    assert!(is_refused(&sign(
        Algorithm::HS256,
        Some("new"),
        "",
        &claims()
    )));
    assert!(is_refused(&sign(
        Algorithm::HS256,
        Some("unknown"),
        SECRET,
        &claims()
    )));
    assert!(is_refused(&sign(
        Algorithm::HS256,
        Some(""),
        SECRET,
        &claims()
    )));
    assert!(is_refused(&sign(Algorithm::HS256, None, SECRET, &claims())));
}

#[test]
fn times_hold_with_five_seconds_of_leeway() {
    assert!(!is_refused(&good(&claims_with("exp", json!(NOW - 4)))));
    assert!(is_refused(&good(&claims_with("exp", json!(NOW - 5)))));
    assert!(!is_refused(&good(&claims_with("nbf", json!(NOW + 5)))));
    assert!(is_refused(&good(&claims_with("nbf", json!(NOW + 6)))));
    for wrong in [
        json!("1770000900"),
        json!(null),
        json!(true),
        json!(1e300),
        json!(-1),
    ] {
        assert!(is_refused(&good(&claims_with("exp", wrong))));
    }
}

#[test]
fn every_claim_is_there_and_right() {
    for (name, wrong) in [
        ("iss", json!("other")),
        ("iss", json!(["millrace", "other"])),
        ("aud", json!("other")),
        ("typ", json!("refresh")),
        ("typ", json!("Access")),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("sub", json!("public")),
        ("sub", json!("a/../b")),
        ("sub", json!("UPPER")),
    ] {
        assert!(
            is_refused(&good(&claims_with(name, wrong.clone()))),
            "{name} {wrong}"
        );
    }
    for name in ["iss", "aud", "sub", "typ", "iat", "nbf", "exp"] {
        let mut claims = claims();
        claims.as_object_mut().expect("an object").remove(name);
        assert!(is_refused(&good(&claims)), "without {name}");
    }
}
