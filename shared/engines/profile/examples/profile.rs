//! Profiles a file with several threads and says how long that took.
//!
//! `cargo run --release -p millrace-profile --example profile -- FILE [THREADS] [json]`
#![expect(clippy::print_stdout, reason = "figures are what it is for")]

use std::fs::File;
use std::sync::Arc;
use std::time::Instant;

use millrace_formats::{Chunk, FormatError, Input, ReadOptions, ReadRequest, Types};
use millrace_profile::{FileContext, ProfileOptions, Profiler};

type Fault = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Fault> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("give a file")?;
    let threads: usize = arguments.next().map_or(Ok(2), |text| text.parse())?;
    let as_json = arguments.next().is_some_and(|word| word == "json");

    let start = Instant::now();
    let file = File::open(&path)?;
    let bytes = file.metadata()?.len();
    let options = ReadOptions {
        types: Types::Text,
        null_values: vec![String::new()],
        ..ReadOptions::default()
    };
    let input = Input::open_untyped(Arc::new(file), &options)?;
    let chunks = input.chunks(threads)?;
    let split = start.elapsed();
    let parts: Vec<Result<(Profiler, u64), Fault>> = std::thread::scope(|scope| {
        let handles: Vec<_> = chunks
            .iter()
            .map(|chunk| scope.spawn(|| part(&input, chunk)))
            .collect();
        handles
            .into_iter()
            .map(|handle| {
                let failed =
                    || Err(FormatError::Io(std::io::Error::other("a thread failed")).into());
                handle.join().unwrap_or_else(|_| failed())
            })
            .collect()
    });
    let mut whole = Profiler::new(&input.schema(), &ProfileOptions::default());
    let mut context = FileContext {
        bytes: Some(bytes),
        ..FileContext::of(input.layout())
    };
    for part in parts {
        let (profiler, rejected) = part?;
        whole.merge(&profiler)?;
        context.rejected_rows += rejected;
    }
    let profile = whole.finish(&context);
    let seconds = start.elapsed().as_secs_f64();
    if as_json {
        println!("{}", serde_json::to_string_pretty(&profile)?);
    } else {
        println!("{profile}");
        println!(
            "{seconds:.2} s with {threads} threads, of which {:.2} s to split; {:.0} MB/s",
            split.as_secs_f64(),
            bytes as f64 / 1e6 / seconds
        );
    }
    Ok(())
}

fn part(input: &Input, chunk: &Chunk) -> Result<(Profiler, u64), Fault> {
    let request = ReadRequest {
        chunk: Some(*chunk),
        ..ReadRequest::default()
    };
    let mut reader = input.reader(&request)?;
    let mut profiler =
        Profiler::new(&reader.schema(), &ProfileOptions::default()).starting_at(chunk.first_row);
    while let Some(batch) = reader.next_batch()? {
        profiler.observe(&batch)?;
    }
    Ok((profiler, reader.progress().rows_rejected))
}
