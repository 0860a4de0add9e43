use proptest::prelude::*;
use serde_json::json;

use super::*;

fn codes<T>(result: Result<T, Vec<Fault>>) -> Vec<String> {
    let faults = result.err().unwrap_or_default().into_iter();
    faults
        .map(|fault| format!("{} {}", fault.path, fault.code))
        .collect()
}

fn job(more: Value) -> Value {
    let mut body = json!({ "dataType": "transactions", "dataSize": 1000 });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

fn read(more: Value) -> Result<GenerationCreate, Vec<Fault>> {
    GenerationCreate::from_value(&job(more))
}

#[test]
fn little_is_needed_and_the_rest_is_left_out() {
    let read = read(json!({ "parameters": null, "surprise": 1 })).expect("valid");
    assert_eq!(
        (read.data_size, read.is_async, read.seed()),
        (1000, None, None)
    );
    assert_eq!((read.output_format, read.parameters), (None, None));
}

#[test]
fn formats_are_of_any_case() {
    for word in ["parquet", "PARQUET", "Parquet"] {
        let read = read(json!({ "outputFormat": word })).expect("valid");
        assert_eq!(read.output_format, Some(FileFormat::Parquet));
    }
}

#[test]
fn every_fault_is_told_at_once() {
    let empty = codes(GenerationCreate::from_value(&json!({})));
    assert_eq!(empty, ["dataType missing", "dataSize missing"]);
    assert_eq!(codes(GenerationCreate::from_value(&json!([]))), [" type"]);
    let all = json!({
        "dataType": 7, "dataSize": "1", "inputFormat": "DOC", "outputFormat": 1,
        "inputBucket": "", "outputBucket": false, "inputPath": "/a", "outputPath": "a//b",
        "isAsync": "yes", "timeout": 0, "resumeWindow": -1, "parameters": [], "projectId": "a\n"
    });
    let expected = [
        "dataType type",
        "dataSize type",
        "inputFormat value",
        "outputFormat type",
        "inputBucket too_short",
        "outputBucket type",
        "inputPath characters",
        "outputPath characters",
        "isAsync type",
        "timeout range",
        "resumeWindow range",
        "parameters type",
        "projectId characters",
    ];
    assert_eq!(codes(GenerationCreate::from_value(&all)), expected);
}

#[test]
fn bounds_are_those_of_the_decisions() {
    for (field, good, bad) in [
        ("dataSize", [1, 1_000_000_000], [0, 1_000_000_001]),
        ("timeout", [1, 604_800], [0, 604_801]),
        ("resumeWindow", [0, 604_800], [-1, 604_801]),
    ] {
        for value in good {
            assert!(read(json!({ field: value })).is_ok(), "{field} {value}");
        }
        for value in bad {
            assert_eq!(
                codes(read(json!({ field: value }))),
                [format!("{field} range")]
            );
        }
    }
}

#[test]
fn parameters_are_known_and_small() {
    let faults = codes(read(
        json!({ "parameters": { "seed": -1, "schema": 1, "sede": 2 } }),
    ));
    let expected = [
        "parameters.seed range",
        "parameters.schema type",
        "parameters.sede unknown",
    ];
    assert_eq!(faults, expected);
    let schema = |length: usize| json!({ "parameters": { "schema": { "x": "y".repeat(length) } } });
    assert!(read(schema(PARAMETERS_BYTES - 20)).is_ok());
    let long = codes(read(schema(PARAMETERS_BYTES)));
    assert_eq!(long, ["parameters too_long"]);
    let seed = read(json!({ "parameters": { "seed": LARGEST_SEED } }));
    assert_eq!(seed.expect("valid").seed(), Some(LARGEST_SEED));
}

#[test]
fn learning_needs_an_input_and_time() {
    let faults = codes(read(json!({ "dataType": "like-input", "isAsync": false })));
    assert_eq!(
        faults,
        ["inputBucket missing", "inputPath missing", "isAsync value"]
    );
    let whole = json!({ "dataType": "like-input", "inputBucket": "b", "inputPath": "t/a.csv" });
    assert!(read(whole).is_ok());
}

#[test]
fn a_sheet_holds_so_many_rows() {
    let rows = |rows: u64| json!({ "outputFormat": "xlsx", "dataSize": rows });
    assert!(read(rows(SHEET_ROWS)).is_ok());
    assert_eq!(codes(read(rows(SHEET_ROWS + 1))), ["dataSize range"]);
}

#[test]
fn paths_are_whole_keys() {
    for path in ["a", "t/größe 1+2.csv", "t/...", "a.b/c..d"] {
        assert!(read(json!({ "outputPath": path })).is_ok(), "{path}");
    }
    for path in ["/a", "a/", "a//b", "a/../b", "./a", "..", "a\u{0}b", "a\tb"] {
        let faults = codes(read(json!({ "outputPath": path })));
        assert_eq!(faults, ["outputPath characters"], "{path}");
    }
    let long = codes(read(json!({ "inputPath": "ü".repeat(513) })));
    assert_eq!(long, ["inputPath too_long"]);
}

#[test]
fn retention_is_1_to_3650_days() {
    for (body, code) in [
        (json!({}), "retentionDays missing"),
        (json!({ "retentionDays": null }), "retentionDays type"),
        (json!({ "retentionDays": 0 }), "retentionDays range"),
        (json!({ "retentionDays": 3651 }), "retentionDays range"),
        (json!({ "retentionDays": 1.5 }), "retentionDays type"),
    ] {
        assert_eq!(codes(RetentionPolicy::from_value(&body)), [code]);
    }
    for days in [1, 3650] {
        let read = RetentionPolicy::from_value(&json!({ "retentionDays": days }));
        assert_eq!(read.expect("valid").retention_days, days);
    }
}

#[test]
fn uploads_have_a_name_and_a_type() {
    let faults = |name: &str, kind: &str| {
        let body = json!({ "filename": name, "contentType": kind });
        codes(InputUploadCreate::from_value(&body))
    };
    assert_eq!(faults("größe.csv", "text/csv; charset=utf-8"), [""; 0]);
    assert_eq!(
        faults("a/b", "csv"),
        ["filename characters", "contentType value"]
    );
    assert_eq!(
        faults("", "text/ü"),
        ["filename too_short", "contentType value"]
    );
}

proptest! {
    #[test]
    fn no_body_panics(
        name in prop::sample::select(vec!["dataType", "dataSize", "outputPath", "parameters", "timeout"]),
        text in any::<String>(), number in any::<f64>(), which in 0..4
    ) {
        let value = match which {
            0 => json!(text),
            1 => json!(number),
            2 => json!({ text: number }),
            _ => json!([text]),
        };
        let body = job(json!({ name: value }));
        if let Err(faults) = GenerationCreate::from_value(&body) {
            prop_assert!(!faults.is_empty());
        }
    }
}
