//! What does not fit is spilled or refused.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::json;

use crate::support::{job, run_job};

fn file(rows: u64) -> String {
    let mut file = "key,text\n".to_owned();
    for row in 0..rows {
        let key = row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        writeln!(file, "{key},{key:060}").expect("text");
    }
    file
}

#[test]
fn a_sort_beyond_its_memory_spills() {
    let file = file(600_000);
    let mut job = job(
        &json!([{"type": "sort", "params": {"by": ["key"]}}]),
        &json!({}),
    );
    job.resources.memory_bytes = 24 << 20;
    job.resources.threads = 1;
    let ran = run_job(
        &job,
        file.as_bytes(),
        Arc::new(|_| ControlFlow::Continue(())),
    )
    .expect("a run");
    assert_eq!(ran.outcome.written.rows, 600_000);
    let keys: Vec<u64> = ran
        .output
        .lines()
        .skip(1)
        .map(|line| {
            line.split(',')
                .next()
                .expect("a key")
                .parse()
                .expect("a number")
        })
        .collect();
    assert!(keys.is_sorted());
}

#[test]
fn what_can_neither_fit_nor_spill_is_refused_by_name() {
    let file = file(200_000);
    let steps = json!([{"type": "deduplicate", "params": {"columns": ["key"], "keep": "last"}}]);
    let mut job = job(&steps, &json!({}));
    job.resources.memory_bytes = 1 << 20;
    let error = run_job(
        &job,
        file.as_bytes(),
        Arc::new(|_| ControlFlow::Continue(())),
    )
    .expect_err("too little memory");
    assert_eq!(error.code(), "MEMORY_LIMIT");
    assert!(error.is_final());
}
