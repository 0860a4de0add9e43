//! Rows a second, to Parquet and CSV on two threads: `cargo run --release --example records_rate [rows] [type]`.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use millrace_formats::SharedSource;
use millrace_formats::write::merge::MergePlan;
use millrace_formats::write::{
    CsvOptions, OutputFormat, ParquetOptions, Part, WriteOptions, Writer, Written,
};
use millrace_records::{Generator, PartFacts};
use serde_json::Value;

const PARTS: u64 = 2;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let rows: u64 = arguments
        .next()
        .map_or(Ok(2_000_000), |argument| argument.parse())?;
    let name = arguments
        .next()
        .unwrap_or_else(|| "transactions".to_owned());
    let mut out = std::io::stdout().lock();
    let begin = Instant::now();
    let generator = Generator::new(&name, &Value::Null, rows, 7)
        .map_err(|faults| format!("{name}: {faults:?}"))?;
    let ready = begin.elapsed().as_secs_f64() * 1e3;
    writeln!(out, "{name}, {rows} rows, ready in {ready:.1} ms")?;
    let begin = Instant::now();
    let made: usize = generator
        .batches(0..rows / PARTS)
        .map(|batch| batch.map_or(0, |batch| batch.num_rows()))
        .sum();
    report(&mut out, "cells alone, 1 thread", made as u64, begin, 0)?;
    for format in [
        OutputFormat::Parquet(ParquetOptions::default()),
        OutputFormat::Csv(CsvOptions::default()),
    ] {
        let begin = Instant::now();
        let bytes = file(&generator, &format)?;
        let what = format!("{} with facts, {PARTS} threads", format.name());
        report(&mut out, &what, rows, begin, bytes)?;
    }
    Ok(())
}

fn report(
    out: &mut dyn Write,
    what: &str,
    rows: u64,
    begin: Instant,
    bytes: u64,
) -> std::io::Result<()> {
    let seconds = begin.elapsed().as_secs_f64();
    let (rate, size) = (rows as f64 / seconds / 1e6, bytes as f64 / 1e6);
    writeln!(
        out,
        "{what:<32} {seconds:>7.2} s {rate:>6.2} M rows/s {size:>7.0} MB"
    )
}

/// Bytes of the file that the parts make.
fn file(generator: &Generator, format: &OutputFormat) -> Result<u64, Failure> {
    let rows = generator.rows();
    let ranges = (0..PARTS).map(|part| rows * part / PARTS..rows * (part + 1) / PARTS);
    let parts = std::thread::scope(|scope| {
        let threads: Vec<_> = ranges
            .map(|range| scope.spawn(|| part(generator, format, range)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a part panicked")?)
            .collect::<Result<Vec<_>, Failure>>()
    })?;
    let mut facts = generator.facts(0);
    let (mut told, mut sources) = (Vec::new(), Vec::<SharedSource>::new());
    for (written, bytes, seen) in parts {
        facts = facts.merge(&seen)?;
        told.push(written);
        sources.push(Arc::new(bytes));
    }
    assert_eq!(generator.verify(&facts), []);
    let plan = match format {
        OutputFormat::Parquet(_) => MergePlan::parquet(&sources)?,
        _ => MergePlan::text(format, &told)?,
    };
    plan.write_to(&sources, &mut std::io::sink())?;
    Ok(plan.bytes())
}

fn part(
    generator: &Generator,
    format: &OutputFormat,
    range: Range<u64>,
) -> Result<(Written, Vec<u8>, PartFacts), Failure> {
    let place = Part {
        first: range.start == 0,
        last: range.end == generator.rows(),
    };
    let options = WriteOptions::new(format.clone()).part(place);
    let mut writer = Writer::new(Vec::new(), &generator.schema(), &options)?;
    let mut facts = generator.facts(range.start);
    for batch in generator.batches(range) {
        let batch = batch?;
        generator.observe(&mut facts, &batch)?;
        writer.write(&batch)?;
    }
    let (written, bytes) = writer.finish()?;
    Ok((written, bytes, facts))
}
