//! Where the bytes come from must not matter, and where it fails that must be told.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use millrace_formats::{
    FormatError, Input, ParallelReader, ReadOptions, ReadRequest, Reader, SharedSource, Source,
};

use crate::archives::{bzip2, gzip, zip, zstd};
use crate::columnar::{arrow_file, arrow_stream, parquet_file};
use crate::sheets::workbook;
use crate::support::rows;

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let text: String = (1..=3_000)
        .map(|n| format!("{n},\"line\n{n}\"\r\n"))
        .collect();
    let text = format!("a,b\r\n{text}").into_bytes();
    let lines: String = (1..=500).map(|n| format!("{{\"a\":{n}}}\n")).collect();
    vec![
        ("gzip", gzip(&text)),
        ("zstd", zstd(&text)),
        ("bzip2", bzip2(&text)),
        ("zip", zip(&[("a.csv", &text)])),
        ("CSV", text),
        ("NDJSON", lines.into_bytes()),
        ("JSON", b"[{\"a\":1},{\"a\":2}]".to_vec()),
        ("Parquet", parquet_file(1)),
        ("Arrow file", arrow_file()),
        ("Arrow stream", arrow_stream()),
        (
            "workbook",
            workbook(|sheet| {
                sheet.write(0, 0, "a").expect("a good file");
                sheet.write(1, 0, 1).expect("a good file");
            }),
        ),
    ]
}

fn read(source: SharedSource) -> Result<Vec<String>, FormatError> {
    let mut reader = Reader::open(source, &ReadOptions::default())?;
    let mut found = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        found.extend(rows(&batch));
    }
    let progress = reader.progress();
    assert_eq!(progress.bytes_consumed, progress.bytes_total);
    Ok(found)
}

/// A source that gives few bytes at a time, and now and then is interrupted.
struct Stingy {
    bytes: Vec<u8>,
    calls: AtomicU64,
}

impl Source for Stingy {
    fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if call % 5 == 4 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = buffer.len().min(1 + call as usize % 37);
        self.bytes.read_at(offset, &mut buffer[..most])
    }
}

#[test]
fn few_bytes_at_a_time() {
    for (name, bytes) in files() {
        let expected = read(Arc::new(bytes.clone())).expect("a good file");
        assert!(!expected.is_empty());
        let stingy = Stingy {
            bytes,
            calls: AtomicU64::new(0),
        };
        assert_eq!(
            read(Arc::new(stingy)).expect("a good file"),
            expected,
            "{name}"
        );
    }
}

#[test]
fn files_of_the_system() {
    for (place, (name, bytes)) in files().into_iter().enumerate() {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("source-{place}"));
        std::fs::write(&path, &bytes).expect("a good file");
        let source: SharedSource = Arc::new(File::open(&path).expect("a good file"));
        let expected = read(Arc::new(bytes)).expect("a good file");
        assert_eq!(
            read(Arc::clone(&source)).expect("a good file"),
            expected,
            "{name}"
        );
        let input = Input::open_with(source, &ReadOptions::default(), 2).expect("a good file");
        let mut reader =
            ParallelReader::new(&input, &ReadRequest::default(), 2).expect("a good file");
        let mut found = Vec::new();
        while let Some(batch) = reader.next_batch().expect("a good file") {
            found.extend(rows(&batch));
        }
        assert_eq!(found, expected, "{name}");
    }
}

/// A source that fails from some read on, or ends before its end.
struct Failing {
    bytes: Vec<u8>,
    left: AtomicU64,
    ends: bool,
}

impl Source for Failing {
    fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 && self.ends {
            return Ok(0);
        }
        if left == 0 {
            return Err(io::Error::new(io::ErrorKind::ConnectionReset, "gone"));
        }
        self.left.store(left - 1, Ordering::Relaxed);
        self.bytes.read_at(offset, buffer)
    }
}

/// Whichever read fails, the fault is that of the source: nothing says that the file is damaged,
/// and no row goes missing.
#[test]
fn faults_of_the_source_are_its_own() {
    for (name, bytes) in files() {
        for (ends, code) in [(false, "READ_FAILED"), (true, "INPUT_CHANGED")] {
            let mut reads = 0;
            loop {
                let failing = Failing {
                    bytes: bytes.clone(),
                    left: AtomicU64::new(reads),
                    ends,
                };
                match read(Arc::new(failing)) {
                    Ok(found) => {
                        assert_eq!(found, read(Arc::new(bytes.clone())).expect("a good file"));
                        break;
                    }
                    // Nothing was read yet: it looks like an empty file.
                    Err(error) if ends && reads < 2 && error.code() == "EMPTY_FILE" => {}
                    Err(error) => assert_eq!(error.code(), code, "{name}, {reads} reads: {error}"),
                }
                reads += 1;
            }
            assert!(reads > 1, "{name}");
        }
    }
}
