use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::{TimeZone, Utc};
use millrace_formats::SharedSource;
use millrace_rows::{Context, Keys, Rejected};
use millrace_steps::{InputOptions, Pipeline};
use millrace_tabular::{
    Job, Observer, Outcome, Resources, Run, SideFiles, TabularError, read_options,
};
use serde_json::Value;

#[derive(Debug)]
struct OneKey;

impl Keys for OneKey {
    fn key(&self, _: Option<&str>) -> Result<[u8; 32], String> {
        Ok([7; 32])
    }
}

/// A job with small means, so that little data shows what much would.
pub fn job(steps: &Value, input: &Value) -> Job {
    let pipeline = Pipeline::parse(steps).expect("steps");
    let input = InputOptions::parse(input).expect("input options");
    Job {
        pipeline,
        read: read_options(&input, Some("test.csv"), 1_000).expect("options"),
        context: Context {
            now: Utc
                .with_ymd_and_hms(2024, 3, 1, 0, 0, 0)
                .single()
                .expect("a moment"),
            seed: [1; 16],
            keys: Arc::new(OneKey),
        },
        files: SideFiles::default(),
        resources: Resources {
            threads: 2,
            memory_bytes: 64 << 20,
            spill_directory: std::env::temp_dir(),
            spill_bytes: 1 << 30,
        },
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Ran {
    pub output: String,
    pub rejects: Vec<Rejected>,
    pub outcome: Outcome,
}

pub fn run_job(job: &Job, file: &[u8], observer: Arc<Observer>) -> Result<Ran, TabularError> {
    let source: SharedSource = Arc::new(file.to_vec());
    let mut output = Vec::new();
    let mut rejects = Vec::new();
    let outcome = Run::open(source, job, observer)?.write(&mut output, &mut |row| {
        rejects.push(row.clone());
        Ok(())
    })?;
    assert_eq!(outcome.rejected_rows, rejects.len() as u64);
    assert_eq!(outcome.written.bytes, output.len() as u64);
    Ok(Ran {
        output: String::from_utf8(output).expect("text"),
        rejects,
        outcome,
    })
}

pub fn run(steps: &Value, file: &str) -> Result<Ran, TabularError> {
    run_with(steps, &Value::Null, file)
}

pub fn run_with(steps: &Value, input: &Value, file: &str) -> Result<Ran, TabularError> {
    let observer: Arc<Observer> = Arc::new(|_| ControlFlow::Continue(()));
    run_job(&job(steps, input), file.as_bytes(), observer)
}
