//! The result does not depend on how the work was divided.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use millrace_formats::write::Part;
use millrace_formats::write::merge::{MergeKind, MergePlan};
use millrace_formats::{Input, ReadOptions, ReadRequest, SharedSource};
use millrace_rows::Rejected;
use millrace_tabular::{Findings, Job, Observer, Run};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{Ran, job, run_job};

/// A file of several reading chunks, with quoted line ends, nulls and texts that are no numbers.
fn file(rows: usize) -> String {
    let mut file = "id,city,amount,note\n".to_owned();
    for row in 0..rows {
        let city = ["Paris", "Oslo", "", "Łódź", "New York"][row * 7 % 5];
        let amount = if row % 997 == 3 {
            "oops".to_owned()
        } else {
            format!("{}.5", row % 251)
        };
        let note = ["plain", "\"two\nlines\"", "\"a, b\"", ""][row % 4];
        writeln!(file, "{row},{city},{amount},{note}").expect("text");
    }
    file
}

fn ran(steps: &Value, threads: usize, memory: usize, file: &str) -> Ran {
    let mut job = job(steps, &json!({"all_strings": true}));
    job.resources.threads = threads;
    job.resources.memory_bytes = memory;
    run_job(
        &job,
        file.as_bytes(),
        Arc::new(|_| ControlFlow::Continue(())),
    )
    .expect("a run")
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let file = file(400_000);
    assert!(file.len() > 8 << 20, "several chunks");
    for steps in [
        json!([
            {"type": "cast", "params": {"columns": {"amount": "double", "id": "int64"}}, "on_error": "quarantine"},
            {"type": "filter", "params": {"column": "amount", "operator": "gt", "value": 100}},
            {"type": "add_column", "params": {"output": "n", "kind": "row_number"}}
        ]),
        json!([
            {"type": "sample", "params": {"method": "fraction", "fraction": 0.01, "seed": 5}},
            {"type": "sort", "params": {"by": ["note", {"column": "city", "order": "desc"}]}}
        ]),
        json!([{"type": "deduplicate", "params": {"columns": ["city", "amount"]}}]),
        json!([{"type": "aggregate", "params": {"group_by": ["city", "note"], "aggregations": [
            {"function": "count"}, {"column": "id", "function": "first", "as": "first"}]}}]),
    ] {
        let one = ran(&steps, 1, 256 << 20, &file);
        for threads in [2, 5] {
            let many = ran(&steps, threads, 256 << 20, &file);
            assert_eq!(many.output, one.output, "{steps} with {threads}");
            assert_eq!(many.rejects, one.rejects, "{steps} with {threads}");
        }
    }
}

/// The output and the rejects of a job whose parts were made apart, each by somebody who knows no more
/// than what the first one wrote down.
fn in_parts(job: &Job, file: &str, count: usize) -> (Vec<u8>, Vec<Rejected>) {
    let source: SharedSource = Arc::new(file.as_bytes().to_vec());
    let observer: Arc<Observer> = Arc::new(|_| ControlFlow::Continue(()));
    let first = Run::open(Arc::clone(&source), job, Arc::clone(&observer)).expect("a run");
    let chunks = first.chunks(count).expect("chunks");
    assert!(chunks.len() == count || count == 1, "{}", chunks.len());
    let findings = serde_json::to_string(first.findings()).expect("json");
    let (mut parts, mut written, mut rejects) = (Vec::new(), Vec::new(), Vec::new());
    for (place, chunk) in chunks.iter().enumerate() {
        let findings: Findings = serde_json::from_str(&findings).expect("findings");
        let run = Run::reopen(Arc::clone(&source), job, &findings, Arc::clone(&observer));
        let position = Part {
            first: place == 0,
            last: place + 1 == chunks.len(),
        };
        let mut part = Vec::new();
        let outcome =
            run.expect("a run")
                .write_part(Some(chunk), position, &mut part, &mut |row| {
                    rejects.push(row.clone());
                    Ok(())
                });
        written.push(outcome.expect("a part").written);
        parts.push(Arc::new(part) as SharedSource);
    }
    let plan = match first.format().merge_kind() {
        MergeKind::Concatenate => MergePlan::text(first.format(), &written),
        _ => MergePlan::parquet(&parts),
    };
    let mut merged = Vec::new();
    let plan = plan.expect("a plan");
    plan.write_to(&parts, &mut merged).expect("a file");
    (merged, rejects)
}

fn parquet_rows(file: Vec<u8>) -> RecordBatch {
    let source: SharedSource = Arc::new(file);
    let input = Input::open(source, &ReadOptions::default()).expect("a file");
    let mut reader = input.reader(&ReadRequest::default()).expect("a reader");
    let mut batches = Vec::new();
    while let Some(batch) = reader.next_batch().expect("rows") {
        batches.push(batch);
    }
    concat_batches(&input.schema(), &batches).expect("one batch")
}

#[test]
fn any_number_of_chunks_gives_the_same_file() {
    let file = file(20_000);
    let records: Vec<Value> = (0..3_000)
        .map(|row| {
            let city = ["Paris", "Łódź\n"][row % 2];
            json!({"id": row, "city": city, "amount": row % 100})
        })
        .collect();
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let quarantined = json!({"type": "cast", "params": {"columns": {"amount": "double"}}, "on_error": "quarantine"});
    let filtered =
        json!({"type": "filter", "params": {"column": "id", "operator": "gt", "value": 40}});
    for (file, input) in [
        (&file, json!({"format": "csv"})),
        (&lines, json!({"format": "ndjson"})),
    ] {
        for to in ["csv", "json", "ndjson", "tsv", "parquet"] {
            let convert = json!({"type": "convert_format", "params": {"to_format": to}});
            let steps = json!([quarantined, filtered, convert]);
            let job = job(&steps, &input);
            let mut whole = Vec::new();
            let mut rejects = Vec::new();
            let source: SharedSource = Arc::new(file.as_bytes().to_vec());
            let run = Run::open(source, &job, Arc::new(|_| ControlFlow::Continue(())));
            let outcome = run.expect("a run").write(&mut whole, &mut |row| {
                rejects.push(row.clone());
                Ok(())
            });
            outcome.expect("an output");
            for count in [1, 2, 7, 64] {
                let (merged, rejected) = in_parts(&job, file, count);
                assert_eq!(rejected, rejects, "{to} in {count}");
                if to == "parquet" {
                    // Row groups end where parts do.
                    assert_eq!(
                        parquet_rows(merged),
                        parquet_rows(whole.clone()),
                        "{to} in {count}"
                    );
                } else {
                    assert!(merged == whole, "{to} in {count}: other bytes");
                }
            }
        }
    }
}

/// The rows of a file whose keys were not seen before, by a plain set.
fn firsts(file: &str) -> String {
    let mut seen = std::collections::HashSet::new();
    let mut lines = file.lines();
    let mut kept = format!("{}\n", lines.next().expect("a header"));
    for line in lines {
        if seen.insert(line.split(',').next().expect("a key")) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn keys_that_wait_on_disk_are_deduplicated_as_in_memory(seed in any::<u64>(), spread in 1_u64..40_000) {
        let mut file = "key,value\n".to_owned();
        let mut state = seed | 1;
        for row in 0..30_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            writeln!(file, "k{},v{row}", state % spread).expect("text");
        }
        let steps = json!([{"type": "deduplicate", "params": {"columns": ["key"]}}]);
        // Room for 1,024 keys, so that nearly all rows go to disk.
        let found = ran(&steps, 2, 1, &file);
        prop_assert_eq!(found.output, firsts(&file));
    }
}
