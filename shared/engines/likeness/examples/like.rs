//! Learns a table and writes one like it, with times and scores as JSON on the standard output.
//!
//! `cargo run --release -p millrace-likeness --example like -- INPUT.csv ROWS OUTPUT.csv MODEL.json [SEED]`
#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;
use std::time::Instant;

use millrace_formats::write::{CsvOptions, OutputFormat, WriteOptions, Writer};
use millrace_formats::{ReadOptions, Reader};
use millrace_likeness::{Comparison, Generator, LearnOptions, Learner, Model};

/// Rows made at once.
const PART_ROWS: u64 = 65_536;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().ok_or(format!("give {what}"));
    let input = next("an input")?;
    let rows: u64 = next("a number of rows")?.parse()?;
    let output = next("an output")?;
    let model_path = next("a place for the model")?;
    let seed: u64 = arguments.next().map_or(Ok(1), |text| text.parse())?;

    let start = Instant::now();
    let mut reader = Reader::open(Arc::new(File::open(&input)?), &ReadOptions::default())?;
    let mut batches = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        batches.push(batch);
    }
    let read_seconds = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let mut learner = Learner::new(&reader.schema(), &LearnOptions::default())?;
    for batch in &batches {
        learner.observe(batch)?;
    }
    let learned = learner.finish()?;
    let fit_seconds = start.elapsed().as_secs_f64();
    let json = learned.model.to_json()?;
    std::fs::write(&model_path, &json)?;

    let start = Instant::now();
    let generator = Generator::new(&Model::from_json(&json)?, seed)?;
    let ready_seconds = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let mut parts = Vec::new();
    let mut first = 0;
    while first < rows {
        let end = rows.min(first + PART_ROWS);
        parts.push((first, generator.batch(first..end)?));
        first = end;
    }
    let sample_seconds = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let options = WriteOptions::new(OutputFormat::Csv(CsvOptions::default()));
    let file = BufWriter::new(File::create(&output)?);
    let mut writer = Writer::new(file, &generator.schema(), &options)?;
    for (_, part) in &parts {
        writer.write(part)?;
    }
    writer.finish()?;
    let write_seconds = start.elapsed().as_secs_f64();

    let start = Instant::now();
    let mut comparison = Comparison::new(&learned.model, learned.reference)?;
    for (first, part) in &parts {
        comparison.observe(part, *first)?;
    }
    let report = comparison.finish()?;
    let report_seconds = start.elapsed().as_secs_f64();

    let roles: serde_json::Map<String, serde_json::Value> = learned
        .model
        .columns
        .iter()
        .map(|column| Ok((column.name.clone(), serde_json::to_value(column.role)?)))
        .collect::<Result<_, serde_json::Error>>()?;
    let figures = serde_json::json!({
        "rows": rows,
        "read_seconds": read_seconds,
        "fit_seconds": fit_seconds,
        "ready_seconds": ready_seconds,
        "sample_seconds": sample_seconds,
        "write_seconds": write_seconds,
        "report_seconds": report_seconds,
        "model_bytes": json.len(),
        "roles": roles,
        "report": report,
    });
    println!("{figures}");
    Ok(())
}
