//! Megabytes per second of tokenising and of typed reading, on a generated file of plain data.
//!
//! `cargo run --release -p millrace-formats --example throughput [-- MEGABYTES]`
#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use millrace_formats::{FormatError, Input, ParallelReader, ReadOptions, ReadRequest, Types};

fn main() -> Result<(), FormatError> {
    let megabytes = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(200);
    let plain = Bytes::from(generate(megabytes << 20, false));
    let quoted = Bytes::from(generate(megabytes << 20, true));
    for (name, file) in [("plain", plain), ("quoted", quoted)] {
        let megabytes = file.len() as f64 / 1e6;
        let text = ReadOptions {
            types: Types::Text,
            ..ReadOptions::default()
        };
        let untyped = Input::open(Arc::new(file.clone()), &text)?;
        println!(
            "{name}: {megabytes:.0} MB, {} columns",
            untyped.schema().fields().len()
        );
        let report =
            |what: &str, seconds: f64| println!("  {what:<32} {:>6.0} MB/s", megabytes / seconds);

        let start = Instant::now();
        untyped.chunks(64)?;
        report("scan from every state", start.elapsed().as_secs_f64());
        for threads in [1, 2] {
            let none = ReadRequest {
                projection: Some(Vec::new()),
                ..ReadRequest::default()
            };
            report(
                &format!("tokenise, {threads} threads"),
                read(&untyped, &none, threads)?,
            );
        }
        for threads in [1, 2] {
            report(
                &format!("all columns as text, {threads} threads"),
                read(&untyped, &ReadRequest::default(), threads)?,
            );
        }
        for threads in [1, 2] {
            let start = Instant::now();
            untyped.observe_with(threads)?;
            report(
                &format!("infer types, {threads} threads"),
                start.elapsed().as_secs_f64(),
            );
        }
        let typed = untyped.with_types(&untyped.observe_with(2)?)?;
        for threads in [1, 2] {
            report(
                &format!("typed columns, {threads} threads"),
                read(&typed, &ReadRequest::default(), threads)?,
            );
        }
        let two = ReadRequest {
            projection: Some(vec![0, 4]),
            ..ReadRequest::default()
        };
        report("two typed columns, 1 thread", read(&typed, &two, 1)?);
    }
    Ok(())
}

fn read(input: &Input, request: &ReadRequest, threads: usize) -> Result<f64, FormatError> {
    let start = Instant::now();
    let mut reader = ParallelReader::new(input, request, threads)?;
    let mut rows = 0;
    while let Some(batch) = reader.next_batch()? {
        rows += batch.num_rows();
    }
    assert!(rows > 0, "the file has rows");
    Ok(start.elapsed().as_secs_f64())
}

fn generate(bytes: usize, quoted: bool) -> String {
    const WORDS: [&str; 8] = [
        "India",
        "Norway",
        "consectetur",
        "dolor sit amet",
        "new",
        "returned",
        "north-east",
        "x",
    ];
    let mut file = String::with_capacity(bytes + 1024);
    file.push_str(
        "id,customer,email,created,amount,quantity,country,status,rate,active,comment,code\n",
    );
    let mut state = 42u64;
    let mut row = 0u64;
    while file.len() < bytes {
        row += 1;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let (customer, cents, quantity) = (next(900_000), next(10_000_000), next(50));
        let (country, status, rate) = (
            WORDS[next(8) as usize],
            WORDS[next(8) as usize],
            next(1_000_000),
        );
        let quote = if quoted { "\"" } else { "" };
        let inner = if quoted && row.is_multiple_of(10) {
            "a \"\"quoted\"\", long\n"
        } else {
            ""
        };
        let _ = writeln!(
            file,
            "{row},{customer},{quote}user{customer}@example.org{quote},2024-{:02}-{:02} {:02}:{:02}:00,{}.{:02},{quantity},{quote}{country}{quote},{status},0.{rate:06},{},{quote}{inner}some words about order {row} for {customer}{quote},A{:05}",
            next(12) + 1,
            next(28) + 1,
            next(24),
            next(60),
            cents / 100,
            cents % 100,
            next(2) == 0,
            next(100_000),
        );
    }
    file
}
