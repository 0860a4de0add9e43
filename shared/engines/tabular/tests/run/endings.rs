//! Runs that are ended, and what they tell on the way.

use std::fmt::Write;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use millrace_tabular::{Observer, Phase, Progress};
use serde_json::json;

use crate::support::{job, run_job};

fn file() -> String {
    let mut file = "id,city\n".to_owned();
    for row in 0..600_000 {
        writeln!(file, "{row},city {}", row % 1_000).expect("text");
    }
    file
}

#[test]
fn progress_goes_forward_through_all_passes() {
    let seen: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let watcher = Arc::clone(&seen);
    let observer: Arc<Observer> = Arc::new(move |progress| {
        watcher.lock().expect("one at a time").push(*progress);
        ControlFlow::Continue(())
    });
    let steps = json!([
        {"type": "filter", "params": {"column": "city", "operator": "is_duplicate"}},
        {"type": "sort", "params": {"by": ["city"]}}
    ]);
    run_job(&job(&steps, &json!({})), file().as_bytes(), observer).expect("a run");
    let seen = seen.lock().expect("all are through");
    let shares: Vec<f64> = seen.iter().map(|progress| progress.share).collect();
    assert!(shares.is_sorted(), "{shares:?}");
    assert!(shares.len() > 100);
    let mut phases: Vec<Phase> = seen.iter().map(|progress| progress.phase).collect();
    phases.dedup();
    assert_eq!(
        phases,
        [
            Phase::Scanning,
            Phase::Surveying,
            Phase::Processing,
            Phase::Finalizing
        ]
    );
    let last = seen.last().expect("a last one");
    assert_eq!((last.rows_read, last.rows_written), (600_000, 600_000));
}

#[test]
fn whoever_watches_can_end_a_run_in_any_phase() {
    let file = file();
    for phase in [
        Phase::Scanning,
        Phase::Surveying,
        Phase::Processing,
        Phase::Finalizing,
    ] {
        let observer: Arc<Observer> = Arc::new(move |progress| {
            if progress.phase == phase {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        let steps = json!([
            {"type": "filter", "params": {"column": "city", "operator": "is_duplicate"}},
            {"type": "sort", "params": {"by": ["city"]}}
        ]);
        let error =
            run_job(&job(&steps, &json!({})), file.as_bytes(), observer).expect_err("ended");
        assert_eq!(error.code(), "CANCELLED", "{phase:?}");
    }
}
