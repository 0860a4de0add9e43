//! Phase 5: what a caller gets to save, and under which name.

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use millrace_ports::contract;
use serde_json::json;
use tower::ServiceExt;

use super::call::{SESSION, look, step};
use super::house::{House, PACKAGE, Stage};
use super::machine::Machine;
use crate::download::package_name;

const LIMIT: usize = 4 << 20;

/// Path, content type and file name of each download.
fn downloads() -> [(String, &'static str, String); 3] {
    [
        (
            format!("/api/challenge/phase5/download/{SESSION}"),
            "application/zip",
            format!("codebasics_data_challenge_{SESSION}.zip"),
        ),
        (
            format!("/api/report/download/{SESSION}"),
            "application/pdf",
            format!("quality_report_{SESSION}.pdf"),
        ),
        (
            format!("/api/download/{SESSION}"),
            "application/zip",
            format!("datasets_{SESSION}.zip"),
        ),
    ]
}

/// The router's own answer: through API Gateway bytes come in Base64.
async fn fetch(house: &House, path: &str) -> (StatusCode, HeaderMap, Bytes) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let answer = house
        .app
        .clone()
        .oneshot(request)
        .await
        .expect("infallible");
    let (parts, body) = answer.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a body");
    (parts.status, parts.headers, bytes)
}

async fn house_of(package: Bytes) -> House {
    let house = House::at(Machine::Rests, Stage::Generating).await;
    house.publish(package).await;
    let prepared = house.call(&look("phase5/prepare"), None).await;
    assert_eq!(prepared.status(), 200);
    house
}

#[tokio::test]
async fn up_to_four_mebibytes_the_file_itself_is_the_answer() {
    for size in [0, 1000, LIMIT] {
        let package = Bytes::from(vec![7; size]);
        let house = house_of(package.clone()).await;
        for (path, content_type, name) in downloads() {
            let (status, headers, bytes) = fetch(&house, &path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert_eq!(headers["content-type"], content_type, "{path}");
            let disposition = format!("attachment; filename=\"{name}\"");
            assert_eq!(headers["content-disposition"], disposition, "{path}");
            assert!(bytes == package, "{path}: {} bytes", bytes.len());
        }
    }
}

#[tokio::test]
async fn above_that_it_is_a_link_that_carries_the_same_headers() {
    let package = Bytes::from(vec![7; LIMIT + 1]);
    let house = house_of(package.clone()).await;
    for (path, content_type, name) in downloads() {
        let (status, headers, bytes) = fetch(&house, &path).await;
        assert_eq!((status, bytes.len()), (StatusCode::FOUND, 0), "{path}");
        let url = headers["location"].to_str().expect("a URL").to_owned();
        let saved = house.memory.objects.fetch(contract::Request {
            method: contract::Method::Get,
            url,
            body: Bytes::new(),
        });
        assert_eq!(saved.status, 200, "{path}");
        assert_eq!(saved.headers["content-type"], content_type, "{path}");
        let disposition = format!("attachment; filename=\"{name}\"");
        assert_eq!(saved.headers["content-disposition"], disposition, "{path}");
        assert!(saved.body == package, "{path}: {} bytes", saved.body.len());
    }
}

/// The package of the last run can be had until the next one ends, wherever the session goes.
#[tokio::test]
async fn the_last_package_stays_until_the_next_run_ends() {
    for again in [
        "phase1/generate-problem",
        "phase2/regenerate",
        "phase4/generate-full",
    ] {
        let house = House::at(Machine::Works, Stage::Prepared).await;
        assert_eq!(
            house.call(&step(again), None).await.status(),
            200,
            "{again}"
        );
        let session = house.call(&look("session"), None).await;
        let phase5 = &session.body()["phase_status"]["phase5"];
        let expected = json!({ "completed": false, "has_package": true });
        assert_eq!(phase5, &expected, "{again}");
        for (path, ..) in downloads() {
            let (status, _, bytes) = fetch(&house, &path).await;
            assert_eq!(
                (status, &bytes[..]),
                (StatusCode::OK, PACKAGE),
                "{again} {path}"
            );
        }
    }
    let house = House::at(Machine::Works, Stage::Prepared).await;
    house.call(&step("phase4/generate-full"), None).await;
    house.publish("PK the next".into()).await;
    let unprepared = house.call(&look("phase5/download"), None).await;
    assert_eq!(
        unprepared.status(),
        400,
        "the new package is not prepared yet"
    );
    house.call(&look("phase5/prepare"), None).await;
    for (path, ..) in downloads() {
        let (_, _, bytes) = fetch(&house, &path).await;
        assert_eq!(bytes, "PK the next", "{path}");
    }
}

#[test]
fn a_brand_names_the_package() {
    for (brand, name) in [
        ("Codebasics Data Factory", "codebasics_data_challenge"),
        ("AtliQ", "atliq_challenge"),
        ("Größe & Söhne", "gr_e_s_hne_challenge"),
        ("../\"x\"\r\n", "x_challenge"),
        ("Factory", "challenge"),
    ] {
        assert_eq!(package_name(brand), name);
    }
}
