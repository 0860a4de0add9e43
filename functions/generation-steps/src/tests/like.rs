//! Rows like those of an input.

use std::fmt::Write;

use super::*;

fn input() -> String {
    let mut input = "city,price,day\n".to_owned();
    for row in 0_u32..600 {
        let city = ["Oslo", "Rome", "Lima"][row as usize % 3];
        let price = row * 37 % 101 + 100 * (row % 3);
        writeln!(
            input,
            "{city},{price}.50,2024-0{}-1{}",
            row % 9 + 1,
            row % 7
        )
        .expect("text");
    }
    input
}

fn wish(bucket: &str, path: &str) -> Value {
    json!({
        "dataType": "like-input", "dataSize": 2_000, "inputBucket": bucket, "inputPath": path,
        "outputFormat": "CSV", "parameters": { "seed": 3 }
    })
}

/// A job on an input of these bytes, that lies in the bucket.
async fn house(bucket: &str, body: impl Into<Bytes>) -> House {
    let mut house = House::empty(Faults::none());
    let (objects, path) = match bucket {
        "shared" => (&house.shared.objects, "in/a.csv"),
        _ => (&house.memory.objects, "ada/uploads/a.csv"),
    };
    let put = objects.put(path, body.into(), "text/csv").await;
    put.expect("a put");
    house.wish(wish(bucket, path)).await;
    house
}

#[tokio::test]
async fn an_input_is_learned_and_its_likeness_made_and_judged() {
    let mut outputs = Vec::new();
    for bucket in ["data", "shared"] {
        let house = house(bucket, input()).await;
        let spans = house.hand_over().await.run().await.expect("a good end");
        assert!(spans > 1);
        let (bytes, job) = house.result().await;
        assert!(bytes.starts_with(b"city,price,day\n"));
        assert_eq!(count(&bytes), 2_000);
        assert_eq!(job.detail.input_bytes, input().len() as u64);
        let quality: Value =
            serde_json::from_str(&job.detail.quality.expect("a quality")).expect("JSON");
        let score = quality["score"].as_f64().expect("a score");
        assert!(score > 0.85 && score <= 1.0, "{quality}");
        assert_eq!(quality["input_rows"], 600);
        assert_eq!(quality["compared_generated_rows"], 2_000);
        let stages = job.detail.stages.entries().iter();
        let stages: Vec<&str> = stages.map(|entry| entry.stage.as_str()).collect();
        assert_eq!(
            stages,
            ["validate", "learn", "generate", "verify", "publish"]
        );
        house.assert_no_parts();
        let model = format!("ada/jobs/{}/model.json", house.job);
        assert!(house.memory.objects.keys().contains(&model));
        outputs.push(bytes);
    }
    assert!(outputs[0] == outputs[1], "wherever the input lies");
}

/// A job that has made its first parts, was paused, and is resumed once its input is `other`.
async fn resumed(other: &str) -> House {
    let house = house("data", input()).await;
    let first = house.hand_over().await;
    for task in ["validate", "learn"] {
        first.task(task, &Value::Null).await.expect("done");
    }
    let span = json!({"first": 0, "end": 2});
    first.task("generate", &span).await.expect("parts");
    let paused = house.generation.pause(&house.ada, &house.job).await;
    paused.expect("a job");
    let objects = &house.memory.objects;
    let put = objects.put(
        "ada/uploads/a.csv",
        Bytes::from(other.to_owned()),
        "text/csv",
    );
    put.await.expect("a put");
    let resumed = house.generation.resume(&house.ada, &house.job).await;
    resumed.expect("a job");
    assert!(house.hand_over().await.run().await.is_some());
    house
}

#[tokio::test]
async fn a_resumed_job_reads_its_input_again() {
    for other in [input(), input().replace("Oslo", "Bergen")] {
        let undisturbed = house("data", other.clone()).await;
        undisturbed.hand_over().await.run().await.expect("an end");
        let (bytes, job) = resumed(&other).await.result().await;
        assert!(bytes == undisturbed.result().await.0, "other bytes");
        assert_eq!(job.detail.input_bytes, other.len() as u64);
    }
}

#[tokio::test]
async fn of_a_wide_input_the_worst_pairs_are_told() {
    let names: Vec<String> = (0..40).map(|column| format!("c{column}")).collect();
    let mut wide = names.join(",") + "\n";
    for row in 0_u32..300 {
        let cells: Vec<String> = (0..40)
            .map(|column| (row * 7 + row * column % 11).to_string())
            .collect();
        wide += &(cells.join(",") + "\n");
    }
    let house = house("data", wide).await;
    house.hand_over().await.run().await.expect("a good end");
    let quality = house.result().await.1.detail.quality.expect("a quality");
    assert!(quality.len() < 30_000, "{} bytes", quality.len());
    let quality: Value = serde_json::from_str(&quality).expect("JSON");
    let pairs = quality["column_pair_trends"].as_array().expect("pairs");
    let scores: Vec<f64> = pairs
        .iter()
        .filter_map(|pair| pair["score"].as_f64())
        .collect();
    assert_eq!((pairs.len(), scores.len()), (100, 100));
    assert!(scores.is_sorted());
}

#[tokio::test]
async fn a_bad_input_is_named() {
    for (body, code) in [
        ("", "EMPTY_FILE"),
        ("city,price\n", "LIKE_NO_ROWS"),
        ("city,price\nOslo,1\nRome,2\n", "LIKE_TOO_FEW_ROWS"),
        ("city,price\nOslo,\"1\n", "UNTERMINATED_QUOTE"),
    ] {
        let house = house("data", body).await;
        assert_eq!(house.hand_over().await.run().await, None, "{code}");
        assert_eq!(house.failure().await, code);
    }
    let house = House::new(wish("data", "ada/uploads/none.csv")).await;
    assert_eq!(house.hand_over().await.run().await, None);
    assert_eq!(house.failure().await, "INPUT_NOT_FOUND");
}
