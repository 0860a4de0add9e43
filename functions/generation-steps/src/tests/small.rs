//! Jobs that one call makes.

use super::*;

#[tokio::test]
async fn every_format_comes_out_whole() {
    for format in ["CSV", "JSON", "NDJSON", "PARQUET", "XLSX"] {
        let house = House::new(transactions(format)).await;
        assert_eq!(house.call("job", 2_500).await, done(), "{format}");
        let (bytes, job) = house.result().await;
        assert_eq!(count(&bytes), ROWS, "{format}");
        let stages = job.detail.stages.entries().iter();
        let stages: Vec<&str> = stages.map(|entry| entry.stage.as_str()).collect();
        assert_eq!(
            stages,
            ["validate", "plan", "generate", "verify", "publish"]
        );
        let key = job.detail.output.expect("an output").place.key;
        assert!(key.starts_with(&format!("ada/jobs/{}/output/", house.job)));
        house.assert_no_parts();
    }
}

#[tokio::test]
async fn parts_make_the_text_that_one_part_is() {
    for format in ["CSV", "JSON", "NDJSON"] {
        let house = House::new(transactions(format)).await;
        house.call("job", u64::MAX).await;
        let (whole, _) = house.result().await;
        for cells in [500, 2_500, 7_777] {
            let house = House::new(transactions(format)).await;
            house.call("job", cells).await;
            assert!(house.result().await.0 == whole, "{format} by {cells}");
        }
    }
}

#[tokio::test]
async fn an_output_goes_where_it_was_asked_for() {
    for (bucket, path) in [("data", "ada/mine/a.csv"), ("shared", "anywhere/a.csv")] {
        let mut wish = transactions("CSV");
        wish["outputBucket"] = json!(bucket);
        wish["outputPath"] = json!(path);
        let house = House::new(wish).await;
        house.call("job", 2_500).await;
        let (bytes, job) = house.result().await;
        assert_eq!(count(&bytes), ROWS);
        let place = job.detail.output.expect("an output").place;
        assert_eq!((place.bucket.as_str(), place.key.as_str()), (bucket, path));
        let shared: &[&str] = if bucket == "shared" { &[path] } else { &[] };
        assert_eq!(house.shared.objects.keys(), shared, "and nothing else");
        house.assert_no_parts();
    }
}

#[tokio::test]
async fn what_cannot_be_made_fails_by_name() {
    let mut unknown = transactions("CSV");
    unknown["dataType"] = json!("transaction");
    let mut without = transactions("CSV");
    without["dataType"] = json!("custom");
    for (wish, code) in [(unknown, "INVALID_JOB"), (without, "INVALID_JOB")] {
        let house = House::new(wish).await;
        assert_eq!(house.call("job", 2_500).await, done());
        assert_eq!(house.failure().await, code);
        assert_eq!(house.memory.objects.keys(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn only_messages_that_cannot_be_read_come_again() {
    let house = House::new(transactions("CSV")).await;
    let again = json!({ "batchItemFailures": [{ "itemIdentifier": "message-unreadable" }] });
    assert_eq!(house.call("unreadable", 2_500).await, again);
    assert_eq!(house.call("job", 2_500).await, done());
    let puts = house.puts();
    assert_eq!(house.call("job", 2_500).await, done(), "the same again");
    assert_eq!(house.puts(), puts);
}

#[tokio::test]
async fn a_call_without_time_gives_the_job_back() {
    let house = House::new(transactions("CSV")).await;
    let worker = house.worker(u64::MAX, 2_500);
    let now = house.memory.clock.now();
    let answer = worker.run(house.event("job"), now).await;
    assert_eq!(answer, Ok(done()));
    assert_eq!(house.load().await.state, State::Queued);
    house.call("job", 2_500).await;
    house.result().await;
}

#[test]
fn what_is_no_event_is_no_event() {
    for other in [
        json!({}),
        json!({ "Records": [{}] }),
        json!({ "task": "sweep" }),
    ] {
        assert!(
            serde_json::from_value::<Event>(other.clone()).is_err(),
            "{other}"
        );
    }
}
