//! The result does not depend on how the work was divided.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

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
