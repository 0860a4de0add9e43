//! Walks of more than one call.

use bytes::Bytes;
use millrace_ports::contract::Method;
use serde_json::{Value, json};

use super::house::{House, NAME, Read};

/// A job of Ada's that was just created.
async fn created(house: &House) -> String {
    let body =
        json!({ "file_name": NAME, "original_file_size_bytes": 10_240, "processing_steps": [] });
    let created = house.call("POST", "/api/v1/jobs", &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let id = created.body["id"].as_str().expect("an id").to_owned();
    assert_eq!(created.headers["location"], format!("/api/v1/jobs/{id}"));
    id
}

async fn post(house: &House, id: &str, action: &str, body: &Value) -> Read {
    house
        .call("POST", &format!("/api/v1/jobs/{id}/{action}"), body)
        .await
}

async fn status(house: &House, id: &str) -> String {
    let job = house
        .call("GET", &format!("/api/v1/jobs/{id}"), &json!({}))
        .await;
    job.body["status"].as_str().expect("a status").to_owned()
}

fn key(id: &str) -> Value {
    json!({ "object_key": format!("input/{id}/{NAME}") })
}

#[tokio::test]
async fn the_documents_walk() {
    let house = House::new().await;
    let id = created(&house).await;
    let list = house.call("GET", "/api/v1/jobs", &json!({})).await;
    assert_eq!(list.body[0]["id"], id, "the newest is first, at once");

    let url = post(&house, &id, "upload-url", &json!({})).await;
    assert_eq!(
        (url.status, url.headers["cache-control"].as_str()),
        (200, "no-store")
    );
    let early = post(&house, &id, "mark-uploaded", &key(&id)).await;
    assert_eq!(early.status, 400, "{early:?}");
    let body = Bytes::from_static(b"name\nAlice\n");
    let put = house.fetch(Method::Put, &url.body["upload_url"], body);
    assert_eq!(put.status, 200);
    let marked = post(&house, &id, "mark-uploaded", &key(&id)).await;
    assert_eq!(
        (marked.status, &marked.body["status"]),
        (200, &json!("QUEUED"))
    );
    assert_eq!(marked.body["input_object_key"], key(&id)["object_key"]);
    assert_eq!(
        post(&house, &id, "mark-uploaded", &key(&id)).await.status,
        400
    );

    let ticket = house.claim(&id).await;
    assert_eq!(status(&house, &id).await, "RUNNING");
    assert_eq!(
        post(&house, &id, "download-url", &json!({})).await.status,
        400
    );
    house.finish(&ticket).await;
    assert_eq!(status(&house, &id).await, "COMPLETED");
    let url = post(&house, &id, "download-url", &json!({})).await;
    let file = house.fetch(Method::Get, &url.body["download_url"], Bytes::new());
    assert_eq!(file.body, Bytes::from_static(b"processed\n"));
    assert_eq!(
        file.headers["content-disposition"],
        "attachment; filename=\"my_large_data_processed.csv\""
    );
    let rejects = post(&house, &id, "download-url", &json!({ "file": "rejects" })).await;
    assert_eq!(rejects.status, 400, "nothing was rejected");
    let gone = house
        .call("DELETE", &format!("/api/v1/jobs/{id}"), &json!({}))
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(
        post(&house, &id, "download-url", &json!({})).await.status,
        404
    );
}

#[tokio::test]
async fn there_is_one_upload_url_at_a_time() {
    let house = House::new().await;
    let id = created(&house).await;
    let first = post(&house, &id, "upload-url", &json!({})).await;
    let second = post(&house, &id, "upload-url", &json!({})).await;
    assert_eq!(second.status, 400);
    assert_eq!(
        second.body,
        json!({ "detail": "The job already has an upload URL" })
    );
    assert_eq!(post(&house, &id, "multipart", &json!({})).await.status, 400);
    // An hour later it is no good, and counts as none.
    house.wait(3600);
    let put = house.fetch(Method::Put, &first.body["upload_url"], Bytes::new());
    assert_eq!(put.status, 403);
    let again = post(&house, &id, "upload-url", &json!({})).await;
    assert_eq!(again.status, 200);
    let put = house.fetch(
        Method::Put,
        &again.body["upload_url"],
        Bytes::from_static(b"a\n"),
    );
    assert_eq!(put.status, 200);
    // Used and expired, it does count.
    house.wait(3600);
    assert_eq!(
        post(&house, &id, "upload-url", &json!({})).await.status,
        400
    );
    assert_eq!(
        post(&house, &id, "mark-uploaded", &key(&id)).await.status,
        200
    );
}

#[tokio::test]
async fn the_event_may_be_faster_than_its_owner() {
    let house = House::new().await;
    let id = house.jobs["QUEUED_JOB"].clone();
    let wrong = post(&house, &id, "mark-uploaded", &json!({ "object_key": "x" })).await;
    assert_eq!(wrong.status, 400);
    let ticket = house.claim(&id).await;
    let first = post(&house, &id, "mark-uploaded", &key(&id)).await;
    assert_eq!(
        (first.status, &first.body["status"]),
        (200, &json!("RUNNING"))
    );
    assert_eq!(
        post(&house, &id, "mark-uploaded", &key(&id)).await.status,
        400
    );
    house.finish(&ticket).await;
    assert_eq!(status(&house, &id).await, "COMPLETED");
}

#[tokio::test]
async fn a_large_file_comes_in_parts() {
    let house = House::new().await;
    let id = created(&house).await;
    let begun = post(&house, &id, "multipart", &json!({})).await;
    assert_eq!(
        (begun.status, &begun.body["part_size"]),
        (200, &json!(64 << 20))
    );
    let again = post(&house, &id, "multipart", &json!({})).await;
    assert_eq!(
        again.body, begun.body,
        "a lost answer can be asked for again"
    );
    assert_eq!(
        post(&house, &id, "upload-url", &json!({})).await.status,
        400
    );

    let path = format!("/api/v1/jobs/{id}/multipart/parts");
    let many = house
        .call("GET", &format!("{path}?count=500"), &json!({}))
        .await;
    assert_eq!(many.body["parts"].as_array().map(Vec::len), Some(500));
    let last = house
        .call("GET", &format!("{path}?from=9999&count=10"), &json!({}))
        .await;
    assert_eq!(last.body["parts"].as_array().map(Vec::len), Some(2));
    let mut sent = Vec::new();
    for (place, size) in [(0, 5 << 20), (1, 3)] {
        let part = &many.body["parts"][place];
        let put = house.fetch(Method::Put, &part["url"], vec![b'x'; size].into());
        sent.push(json!({ "part_number": part["part_number"], "etag": put.headers["etag"] }));
    }
    let wrong = json!([sent[0], { "part_number": 2, "etag": "another" }]);
    for (parts, expected) in [
        (
            json!([sent[0]]),
            "Part 2 was uploaded and is missing in the list",
        ),
        (json!([sent[1]]), "Part 1 is missing"),
        (wrong, "Part 2 has another etag"),
    ] {
        let refused = post(&house, &id, "multipart/complete", &parts).await;
        assert_eq!(
            (refused.status, &refused.body["detail"]),
            (400, &json!(expected))
        );
    }
    for _ in 0..2 {
        let complete = post(&house, &id, "multipart/complete", &json!(sent)).await;
        assert_eq!(
            (complete.status, &complete.body["status"]),
            (200, &json!("PENDING"))
        );
    }
    let marked = post(&house, &id, "mark-uploaded", &key(&id)).await;
    assert_eq!(
        (marked.status, &marked.body["status"]),
        (200, &json!("QUEUED"))
    );
    let late = post(&house, &id, "multipart/complete", &json!(sent)).await;
    assert_eq!((late.status, &late.body["status"]), (200, &json!("QUEUED")));
}

#[tokio::test]
async fn an_aborted_upload_makes_way() {
    let house = House::new().await;
    let id = created(&house).await;
    assert_eq!(post(&house, &id, "multipart", &json!({})).await.status, 200);
    let path = format!("/api/v1/jobs/{id}/multipart");
    for _ in 0..2 {
        assert_eq!(house.call("DELETE", &path, &json!({})).await.status, 204);
    }
    assert_eq!(house.memory.objects.open_uploads(), Vec::<String>::new());
    assert_eq!(
        post(&house, &id, "upload-url", &json!({})).await.status,
        200
    );
}

#[tokio::test]
async fn pages_hold_every_job_once() {
    let house = House::new().await;
    let list = async |query: &str| {
        house
            .call("GET", &format!("/api/v1/jobs?{query}"), &json!({}))
            .await
    };
    let ids = |read: &Read| -> Vec<String> {
        let jobs = read.body.as_array().expect("a list");
        jobs.iter()
            .map(|job| job["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    let all = list("").await;
    assert_eq!(ids(&all).len(), 7);
    assert!(!all.headers.contains_key("x-next-cursor"));
    let (mut paged, mut query) = (Vec::new(), "limit=3".to_owned());
    loop {
        let page = list(&query).await;
        paged.extend(ids(&page));
        match page.headers.get("x-next-cursor") {
            Some(cursor) => query = format!("limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(paged, ids(&all));
    assert_eq!(ids(&list("skip=2&limit=3").await), ids(&all)[2..5]);
    assert_eq!(ids(&list("skip=7").await), Vec::<String>::new());
}

#[tokio::test]
async fn a_job_past_its_time_is_not_there() {
    let house = House::new().await;
    house.wait(10 * 60);
    let id = created(&house).await;
    // No token lives as long, so the jobs are looked at without one.
    house.wait(30 * 24 * 3600 - 1);
    assert!(house.files.load(&house.ada, &id).await.is_ok());
    for (name, old) in &house.jobs {
        let loaded = house.files.load(&house.ada, old).await;
        let error = loaded.expect_err(name).to_string();
        assert_eq!(error, "no such job", "{name}");
    }
    let list = house
        .files
        .list(&house.ada, 0, 100, None)
        .await
        .expect("a list");
    assert_eq!(list.jobs.len(), 1);
}
