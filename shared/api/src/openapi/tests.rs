use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::*;
use crate::accounts::*;
use crate::asking::*;
use crate::challenge::*;
use crate::files::*;
use crate::generation::*;
use crate::system::{CacheReport, HealthReport, Overview};

/// Reads an example as its type and writes it again: every field is known, none is missing.
fn round_trip<T: Serialize + DeserializeOwned>(example: &str) -> (Value, Value) {
    let raw: Value = serde_json::from_str(example).expect("JSON");
    let typed: T = serde_json::from_str(example).expect("an instance of its type");
    (serde_json::to_value(typed).expect("serialises"), raw)
}

/// One of [`round_trip`]'s instances.
type RoundTrip = fn(&str) -> (Value, Value);

fn reader_of(schema: &str) -> RoundTrip {
    match schema {
        "ApprovalResponse" => round_trip::<ApprovalResponse>,
        "CacheReport" => round_trip::<CacheReport>,
        "CancelResponse" => round_trip::<CancelResponse>,
        "ChallengeChanges" => round_trip::<ChallengeChanges>,
        "ChallengeInput" => round_trip::<ChallengeInput>,
        "CompletedParts" => round_trip::<CompletedParts>,
        "CreateResponse" => round_trip::<CreateResponse>,
        "DownloadUrlInput" => round_trip::<DownloadUrlInput>,
        "DownloadUrlResponse" => round_trip::<DownloadUrlResponse>,
        "GenerationResponse" => round_trip::<GenerationResponse>,
        "GenerationSizeInput" => round_trip::<GenerationSizeInput>,
        "GenerationStatus" => round_trip::<GenerationStatus>,
        "JobCreate" => round_trip::<JobCreate>,
        "JobList" => round_trip::<JobList>,
        "JobResponse" => round_trip::<JobResponse>,
        "MarkUploaded" => round_trip::<MarkUploaded>,
        "MultipartResponse" => round_trip::<MultipartResponse>,
        "PartUrlsResponse" => round_trip::<PartUrlsResponse>,
        "UploadUrlResponse" => round_trip::<UploadUrlResponse>,
        "LoginForm" => round_trip::<LoginForm>,
        "PasswordChange" => round_trip::<PasswordChange>,
        "RefreshInput" => round_trip::<RefreshInput>,
        "Token" => round_trip::<Token>,
        "UserCreate" => round_trip::<UserCreate>,
        "UserResponse" => round_trip::<UserResponse>,
        "GenerationCreate" => round_trip::<GenerationCreate>,
        "GenerationCreated" => round_trip::<GenerationCreated>,
        "GenerationEvents" => round_trip::<GenerationEvents>,
        "GenerationJob" => round_trip::<GenerationJob>,
        "GenerationJobs" => round_trip::<GenerationJobs>,
        "GenerationRateLimits" => round_trip::<GenerationRateLimits>,
        "GenerationSuccess" => round_trip::<GenerationSuccess>,
        "InputUpload" => round_trip::<InputUpload>,
        "InputUploadCreate" => round_trip::<InputUploadCreate>,
        "PipelineHealth" => round_trip::<PipelineHealth>,
        "RecordTypes" => round_trip::<RecordTypes>,
        "RetentionPolicy" => round_trip::<RetentionPolicy>,
        "RetentionUpdated" => round_trip::<RetentionUpdated>,
        "DatabaseDetail" => round_trip::<DatabaseDetail>,
        "DatabaseInput" => round_trip::<DatabaseInput>,
        "DatabaseList" => round_trip::<DatabaseList>,
        "ParseAnswer" => round_trip::<ParseAnswer>,
        "ParseInput" => round_trip::<ParseInput>,
        "QueryInput" => round_trip::<QueryInput>,
        "QueryRows" => round_trip::<QueryRows>,
        "ServiceHealth" => round_trip::<ServiceHealth>,
        "ValidateAnswer" => round_trip::<ValidateAnswer>,
        "ValidateInput" => round_trip::<ValidateInput>,
        "HealthReport" => round_trip::<HealthReport>,
        "InProgress" => round_trip::<InProgress>,
        "Overview" => round_trip::<Overview>,
        "Phase1Status" => round_trip::<Phase1Status>,
        "PrepareResponse" => round_trip::<PrepareResponse>,
        "PreviewResponse" => round_trip::<PreviewResponse>,
        "ProblemResponse" => round_trip::<ProblemResponse>,
        "ResearchResponse" => round_trip::<ResearchResponse>,
        "ResultResponse" => round_trip::<ResultResponse>,
        "SchemaResponse" => round_trip::<SchemaResponse>,
        "SessionList" => round_trip::<SessionList>,
        "SessionStatus" => round_trip::<SessionStatus>,
        other => panic!("no reader for {other}"),
    }
}

#[test]
fn every_example_is_an_instance_of_its_type() {
    for route in routes() {
        let answers = route
            .answers
            .iter()
            .filter_map(|answer| match answer.content {
                Content::Json(schema, example) => Some((schema, example)),
                _ => None,
            });
        for (schema, example) in answers.chain(route.body.map(|body| (body.schema, body.example))) {
            let (typed, raw) = reader_of(&schema.name())(example);
            assert_eq!(typed, raw, "{} of {}", schema.name(), route.id);
        }
    }
}

#[test]
fn the_examples_of_input_are_valid() {
    let brief = serde_json::from_str(include_str!("../routes/examples/challenge_input.json"))
        .expect("JSON");
    assert_eq!(
        ChallengeInput::from_value(&brief).expect("valid").seed,
        Some(42)
    );
    let changes = serde_json::from_str(include_str!("../routes/examples/challenge_changes.json"))
        .expect("JSON");
    assert_eq!(
        ChallengeChanges::from_value(&changes)
            .expect("valid")
            .dataset_size,
        Some(25_000)
    );
    let job = include_str!("../routes/examples/generation_create.json");
    let job = serde_json::from_str(job).expect("JSON");
    let job = crate::generation::GenerationCreate::from_value(&job).expect("valid");
    assert_eq!(job.seed(), Some(42));
}

#[test]
fn every_reference_has_its_schema() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get("$ref") {
                    found.insert(reference.clone());
                }
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = serde_json::to_value(openapi()).expect("serialises");
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 30, "{found:?}");
    for reference in found {
        assert!(
            document
                .pointer(reference.trim_start_matches('#'))
                .is_some(),
            "{reference}"
        );
    }
}

#[test]
fn every_route_is_an_operation() {
    let document = serde_json::to_value(openapi()).expect("serialises");
    assert_eq!(document["openapi"], "3.1.0");
    for route in routes() {
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        assert_eq!(operation["operationId"], route.id, "{}", route.path);
        assert_eq!(
            operation["responses"]["500"]["description"],
            "Internal server error"
        );
    }
}

#[test]
fn the_document() {
    insta::assert_json_snapshot!(openapi());
}
