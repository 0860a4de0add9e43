//! Questions, SQL and databases over HTTP, on the stack that `MILLRACE_URL` names.

use millrace_tests::Caller;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

struct Api(Caller);

impl Api {
    async fn signed_in(name: &str) -> Self {
        Self(Caller::signed_in(name).await)
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        self.0.call(method, path, body.as_ref()).await
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.call(Method::GET, path, None).await
    }
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn a_question_becomes_sql_that_is_valid_and_runs() {
    let api = Api::signed_in("asker").await;
    for base in ["", "/query-parser"] {
        let question = json!({
            "query": "Show me all customers who purchased items last month",
            "context": { "database": "sales_db", "user_id": "user123" }
        });
        let (status, parsed) = api.post(&format!("{base}/parse"), question).await;
        assert_eq!(status, StatusCode::OK, "{parsed}");
        assert_eq!(parsed["parsed_query"]["table"], "customers");
        assert_eq!(
            parsed["parsed_query"]["conditions"][0]["operator"],
            "BETWEEN"
        );
        let sql = parsed["parsed_query"]["sql"].as_str().expect("a statement");
        let body = json!({ "sql": sql, "database": "sales_db" });
        let (_, checked) = api.post(&format!("{base}/validate"), body.clone()).await;
        assert_eq!(checked["valid"], json!(true), "{checked}");
        let (status, rows) = api.post(&format!("{base}/query"), body).await;
        assert_eq!(status, StatusCode::OK, "{rows}");
        assert!(rows["columns"].is_array() && rows["truncated"].is_boolean());
    }
    let (status, health) = api.get("/query-parser/health").await;
    assert_eq!((status, &health["status"]), (StatusCode::OK, &json!("ok")));
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn a_database_is_its_owners_and_replaced_as_a_whole() {
    let (ada, eve) = (Api::signed_in("owner").await, Api::signed_in("other").await);
    let library = |rows: &str| {
        json!({
            "ddl": "CREATE TABLE books (id INT PRIMARY KEY, title TEXT, pages INT)",
            "rows": { "books": format!("id,title,pages\n{rows}") }
        })
    };
    let put = async |rows: &str| {
        ada.call(Method::PUT, "/databases/library", Some(library(rows)))
            .await
    };
    let (status, made) = put("1,Emma,474\n").await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let (status, _) = put("1,Emma,474\n2,Dune,688\n").await;
    assert_eq!(status, StatusCode::OK);
    let count = json!({ "sql": "SELECT COUNT(*) AS n FROM books", "database": "library" });
    let (_, rows) = ada.post("/query", count.clone()).await;
    assert_eq!(rows["rows"], json!([[2]]));
    let question =
        json!({ "query": "Which book has the most pages?", "context": { "database": "library" } });
    let (_, parsed) = ada.post("/parse", question).await;
    assert!(parsed["parsed_query"]["sql"].is_string(), "{parsed}");
    let (_, list) = ada.get("/databases").await;
    assert_eq!(list["pagination"]["total"], json!(2), "{list}");
    let (status, refusal) = eve.post("/query", count).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{refusal}");
    assert_eq!(refusal["error"]["code"], "RESOURCE_NOT_FOUND");
    let (status, _) = eve.get("/databases/library").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
#[ignore = "needs the running stack"]
async fn what_is_no_question_is_refused_and_nothing_is_written() {
    let api = Api::signed_in("hostile").await;
    for query in [
        "Delete all customers",
        "customers'; DROP TABLE customers; --",
        "How many unicorns live in the forest?",
        "有多少客户",
    ] {
        let (status, parsed) = api.post("/parse", json!({ "query": query })).await;
        assert_eq!(status, StatusCode::OK, "{parsed}");
        assert_eq!(parsed["status"], "refused", "{query}");
        assert!(parsed["parsed_query"]["sql"].is_null() && parsed["reason"].is_string());
    }
    for sql in ["DROP TABLE customers", "SELECT 1; DELETE FROM customers"] {
        let (_, checked) = api.post("/validate", json!({ "sql": sql })).await;
        assert_eq!(checked["valid"], json!(false), "{sql}");
        let (status, _) = api.post("/query", json!({ "sql": sql })).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{sql}");
    }
    let (_, rows) = api
        .post(
            "/query",
            json!({ "sql": "SELECT COUNT(*) > 0 AS there FROM customers" }),
        )
        .await;
    assert_eq!(rows["rows"], json!([[true]]));
    let (status, _) = api.post("/parse", json!({ "query": "" })).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
