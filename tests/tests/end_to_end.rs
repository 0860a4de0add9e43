//! Challenges through all phases over HTTP, on the stack that `MILLRACE_URL` names.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// Looks at a run until it must be over.
const PATIENCE: usize = 600;

struct Api {
    client: Client,
    base: String,
}

impl Api {
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller of the test names the stack"
    )]
    fn new() -> Self {
        let base =
            std::env::var("MILLRACE_URL").unwrap_or_else(|_| "http://localhost:8000".to_owned());
        Self {
            client: Client::new(),
            base,
        }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.expect("the stack answers");
        let status = answer.status();
        let text = answer.text().await.expect("an answer is text");
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "GET {path}: {answer}");
        answer
    }

    /// A generate or approve call; after a 202 the same call gives the result.
    async fn step(&self, path: &str, session: &str) -> Value {
        for _ in 0..PATIENCE {
            let (status, answer) = self
                .call(Method::POST, &format!("{path}?session_id={session}"), None)
                .await;
            if status != StatusCode::ACCEPTED {
                assert_eq!(status, StatusCode::OK, "POST {path}: {answer}");
                return answer;
            }
        }
        panic!("POST {path} never ended");
    }

    async fn refused(&self, path: &str, session: &str, why: &str) {
        let (status, answer) = self
            .call(Method::POST, &format!("{path}?session_id={session}"), None)
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "POST {path}: {answer}");
        assert!(
            answer["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains(why)),
            "{answer}"
        );
    }

    async fn package(&self, session: &str) -> BTreeMap<String, Vec<u8>> {
        let path = format!("{}/api/challenge/phase5/download/{session}", self.base);
        let answer = self.client.get(path).send().await.expect("a download");
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "application/zip");
        let disposition = answer.headers()["content-disposition"]
            .to_str()
            .expect("a plain header");
        assert_eq!(
            disposition,
            format!("attachment; filename=\"codebasics_data_challenge_{session}.zip\"")
        );
        let bytes = answer.bytes().await.expect("the package").to_vec();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a ZIP");
        (0..archive.len())
            .map(|index| {
                let mut file = archive.by_index(index).expect("an entry");
                let mut content = Vec::new();
                file.read_to_end(&mut content).expect("a readable entry");
                (file.name().expect("a name in UTF-8").into_owned(), content)
            })
            .collect()
    }
}

fn brief(domain: &str, function: &str, level: &str, size: u64, structure: &str) -> Value {
    json!({
        "domain": domain,
        "function": function,
        "problem_statement": format!(
            "The results of {domain} have been flat for two quarters although more people work on it than before. \
             Management wants to know what drives them, where they differ and what to change first."
        ),
        "skill_level": level,
        "dataset_size": size,
        "data_structure": structure,
        "primary_questions": "Which of the moons of Jupiter has the best weather?",
        "seed": 7,
    })
}

/// Drives a brief through all phases and gives the schema, the results and the package.
async fn challenge(api: &Api, brief: &Value) -> (Value, Value, BTreeMap<String, Vec<u8>>) {
    let (status, answer) = api
        .call(Method::POST, "/api/challenge/phase1/research", Some(brief))
        .await;
    assert!(
        status == StatusCode::OK || status == StatusCode::ACCEPTED,
        "{answer}"
    );
    let session = answer["session_id"]
        .as_str()
        .expect("a session id")
        .to_owned();
    api.refused(
        "/api/challenge/phase2/generate-schema",
        &session,
        "Problem statement must be approved first",
    )
    .await;
    let problem = api
        .step("/api/challenge/phase1/generate-problem", &session)
        .await;
    assert!(
        problem["problem_statement"]["analytical_questions"]
            .as_array()
            .is_some_and(|asked| asked.len() >= 6)
    );
    api.step("/api/challenge/phase1/approve", &session).await;
    let schema = api
        .step("/api/challenge/phase2/generate-schema", &session)
        .await;
    let missing = schema["validation"]["missing_capabilities"].to_string();
    assert!(
        missing.contains("moons of Jupiter"),
        "an unanswerable question is named: {missing}"
    );
    api.refused(
        "/api/challenge/phase3/generate-preview",
        &session,
        "Schema must be approved first",
    )
    .await;
    api.step("/api/challenge/phase2/approve", &session).await;
    let preview = api
        .step("/api/challenge/phase3/generate-preview", &session)
        .await;
    assert_eq!(preview["validation"]["fk_integrity_passed"], true);
    api.refused(
        "/api/challenge/phase4/generate-full",
        &session,
        "Preview must be approved first",
    )
    .await;
    api.step("/api/challenge/phase3/approve", &session).await;
    api.step("/api/challenge/phase4/generate-full", &session)
        .await;
    let results = finished(api, &session).await;
    let prepared = api
        .get(&format!("/api/challenge/phase5/prepare/{session}"))
        .await;
    assert_eq!(prepared["status"], "ready");
    let status = api.get(&format!("/api/challenge/session/{session}")).await;
    assert_eq!(status["current_phase"], "phase5");
    assert_eq!(
        status["next_action"],
        format!("GET /api/challenge/phase5/download/{session}")
    );
    let package = api.package(&session).await;
    for row in preview["preview_data"].as_array().expect("tables") {
        let name = row["table_name"].as_str().expect("a name");
        assert_slice(row, &package[&format!("{name}.csv")]);
    }
    (schema["schema"].clone(), results, package)
}

/// Polls until the full run is over; progress never goes backwards.
async fn finished(api: &Api, session: &str) -> Value {
    let mut percent = 0;
    for _ in 0..PATIENCE {
        let answer = api
            .get(&format!("/api/challenge/phase4/status/{session}"))
            .await;
        let now = answer["progress"]["percent"].as_u64().expect("a percent");
        assert!(now >= percent, "progress went back from {percent} to {now}");
        percent = now;
        match answer["status"].as_str() {
            Some("completed") => return answer["qa_results"].clone(),
            Some("generating") => tokio::time::sleep(Duration::from_millis(250)).await,
            other => panic!("the run ended as {other:?}: {answer}"),
        }
    }
    panic!("the run never ended");
}

/// The preview's rows are the first rows of the full file.
fn assert_slice(preview: &Value, csv: &[u8]) {
    let mut reader = csv::Reader::from_reader(csv);
    let header = reader.headers().expect("a header").clone();
    for (shown, record) in preview["sample_rows"]
        .as_array()
        .expect("rows")
        .iter()
        .zip(reader.records())
    {
        let record = record.expect("a record");
        for (name, cell) in header.iter().zip(&record) {
            let shown = match &shown[name] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let same = shown == cell
                || shown
                    .parse::<f64>()
                    .ok()
                    .zip(cell.parse::<f64>().ok())
                    .is_some_and(|(a, b)| a == b);
            assert!(same, "{name}: preview {shown:?}, file {cell:?}");
        }
    }
}

/// All cells of a column.
fn column(csv: &[u8], name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv);
    let index = reader
        .headers()
        .expect("a header")
        .iter()
        .position(|known| known == name)
        .expect("the column");
    reader
        .records()
        .map(|record| record.expect("a record")[index].to_owned())
        .collect()
}

fn assert_package(schema: &Value, results: &Value, package: &BTreeMap<String, Vec<u8>>) {
    for name in [
        "quality_report.pdf",
        "analytical_answers.xlsx",
        "data_dictionary.txt",
        "README.txt",
    ] {
        assert!(
            package.get(name).is_some_and(|content| content.len() > 500),
            "{name} is missing or empty"
        );
    }
    assert!(package["quality_report.pdf"].starts_with(b"%PDF"));
    for table in schema["tables"].as_array().expect("tables") {
        let name = table["name"].as_str().expect("a name");
        let csv = &package[&format!("{name}.csv")];
        let key = table["primary_key"][0].as_str().expect("a key");
        let keys = column(csv, key);
        assert_eq!(
            keys.len() as u64,
            table["estimated_rows"].as_u64().expect("rows"),
            "rows of {name}"
        );
        assert_eq!(
            keys.iter().collect::<BTreeSet<_>>().len(),
            keys.len(),
            "keys of {name} are unique"
        );
    }
    for relationship in schema["relationships"].as_array().expect("relationships") {
        let part = |field: &str| relationship[field].as_str().expect("a name").to_owned();
        let keys: BTreeSet<String> = column(
            &package[&format!("{}.csv", part("to_table"))],
            &part("to_column"),
        )
        .into_iter()
        .collect();
        let orphans = column(
            &package[&format!("{}.csv", part("from_table"))],
            &part("from_column"),
        )
        .into_iter()
        .filter(|cell| !keys.contains(cell))
        .count();
        assert_eq!(orphans, 0, "orphans of {relationship}");
    }
    let failed: Vec<&Value> = results["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| check["passed"] == false)
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(results["status"], "Approved");
    let statements = package
        .keys()
        .filter(|name| name.starts_with("sql/"))
        .count();
    let answers = results["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| check["name"] == "answers")
        .count();
    assert!(
        statements >= 6 && statements == answers,
        "{statements} statements, {answers} answers"
    );
}

#[tokio::test]
#[ignore = "needs the running local stack"]
async fn an_e_commerce_challenge_runs_through_all_phases() {
    let (schema, results, package) = challenge(
        &Api::new(),
        &brief(
            "E-commerce",
            "Sales Analytics",
            "Advanced",
            5000,
            "Normalized",
        ),
    )
    .await;
    assert!(
        schema["tables"]
            .as_array()
            .is_some_and(|tables| (5..=7).contains(&tables.len()))
    );
    assert_package(&schema, &results, &package);
}

#[tokio::test]
#[ignore = "needs the running local stack"]
async fn a_domain_without_a_pack_gets_a_schema_of_its_own() {
    let brief = brief(
        "Beekeeping cooperative",
        "Yield analytics",
        "Beginner",
        1000,
        "Normalized",
    );
    let (schema, results, package) = challenge(&Api::new(), &brief).await;
    assert_package(&schema, &results, &package);
}

#[tokio::test]
#[ignore = "needs the running local stack"]
async fn a_wide_table_stands_alone() {
    let brief = brief(
        "Healthcare",
        "Operations",
        "Intermediate",
        1000,
        "Denormalized",
    );
    let (schema, results, package) = challenge(&Api::new(), &brief).await;
    assert_eq!(schema["tables"].as_array().map(Vec::len), Some(1));
    assert_package(&schema, &results, &package);
}

#[tokio::test]
#[ignore = "needs the running local stack"]
async fn the_old_one_call_api_runs_to_its_result() {
    let api = Api::new();
    let (status, answer) = api
        .call(
            Method::POST,
            "/api/challenge/create",
            Some(&brief("B2B SaaS", "Churn", "Beginner", 1000, "Normalized")),
        )
        .await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    let session = answer["session_id"]
        .as_str()
        .expect("a session id")
        .to_owned();
    let (early, _) = api
        .call(
            Method::GET,
            &format!("/api/challenge/result/{session}"),
            None,
        )
        .await;
    assert_eq!(early, StatusCode::BAD_REQUEST);
    for _ in 0..PATIENCE {
        let answer = api.get(&format!("/api/challenge/status/{session}")).await;
        match answer["status"].as_str() {
            Some("completed") => break,
            Some("generating") => tokio::time::sleep(Duration::from_millis(250)).await,
            other => panic!("the run ended as {other:?}: {answer}"),
        }
    }
    let result = api.get(&format!("/api/challenge/result/{session}")).await;
    assert_eq!(result["qa_results"]["status"], "Approved");
    assert!(result["problem_statement"]["title"].is_string());
}

#[tokio::test]
#[ignore = "needs the running local stack"]
async fn bad_input_is_named_and_nothing_is_found_where_nothing_is() {
    let api = Api::new();
    let faulty =
        json!({"domain": "x", "function": 7, "dataset_size": 12, "data_structure": "Star"});
    let (status, answer) = api
        .call(
            Method::POST,
            "/api/challenge/phase1/research",
            Some(&faulty),
        )
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let paths: BTreeSet<&str> = answer["errors"]
        .as_array()
        .expect("faults")
        .iter()
        .filter_map(|fault| fault["path"].as_str())
        .collect();
    let all = [
        "data_structure",
        "dataset_size",
        "domain",
        "function",
        "problem_statement",
        "skill_level",
    ];
    assert_eq!(paths, BTreeSet::from(all), "{answer}");
    for id in ["00000000-0000-4000-8000-000000000000", "not-an-id", "%00"] {
        let (status, answer) = api
            .call(Method::GET, &format!("/api/challenge/session/{id}"), None)
            .await;
        assert_eq!(
            (status, answer),
            (
                StatusCode::NOT_FOUND,
                json!({"detail": "Session not found"})
            ),
            "{id}"
        );
    }
    let (status, _) = api
        .call(Method::DELETE, "/api/challenge/phase1/research", None)
        .await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}
