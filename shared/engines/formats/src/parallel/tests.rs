use std::io::Write;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use proptest::prelude::*;

use super::*;
use crate::options::{CharacterOption, ColumnSpec, HeaderOption, ReadOptions, Types};

type All = (Vec<String>, Vec<Reject>, Vec<Warning>, Option<String>);

/// Rows, rejects, warnings and the fault, as far as the reading came.
fn read(mut reader: ParallelReader) -> All {
    let mut rows = Vec::new();
    let fault = loop {
        match reader.next_batch() {
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
            Ok(Some(batch)) => {
                let options = FormatOptions::default().with_null("∅");
                let columns: Vec<_> = batch
                    .columns()
                    .iter()
                    .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
                    .collect();
                rows.extend((0..batch.num_rows()).map(|row| {
                    let cells: Vec<_> = columns
                        .iter()
                        .map(|column| column.value(row).to_string())
                        .collect();
                    cells.join("|")
                }));
            }
        }
    };
    (rows, reader.take_rejects(), reader.warnings(), fault)
}

fn options(escape: bool, max_rejected_rows: u64) -> ReadOptions {
    ReadOptions {
        encoding: Some("utf-8".to_owned()),
        delimiter: Some(b','),
        quote: CharacterOption::Is(b'"'),
        escape: if escape {
            CharacterOption::Is(b'\\')
        } else {
            CharacterOption::None
        },
        header: HeaderOption::Absent,
        types: Types::Columns(vec![ColumnSpec::new(
            "column_1",
            arrow::datatypes::DataType::Int64,
        )]),
        max_rejected_rows,
        ..ReadOptions::default()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn request() -> ReadRequest {
    ReadRequest {
        row_numbers: Some("row".to_owned()),
        ..ReadRequest::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Threads over parts of a few bytes say what one reader says: the same rows before the same
    /// fault, the same rejects and the same warnings.
    #[test]
    fn any_parts_are_the_whole(
        bytes in prop::collection::vec(prop::sample::select(b"a11,,\"\"\n\n\n\r\\\xE9 ".to_vec()), 1..200),
        part_bytes in 1u64..60,
        threads in 2usize..5,
        escape in any::<bool>(),
        max_rejected_rows in prop::sample::select(vec![0, 3, 1_000]),
        record_bytes in prop::sample::select(vec![20, 1_000]),
        packed in any::<bool>(),
    ) {
        let mut options = options(escape, max_rejected_rows);
        options.limits.record_bytes = record_bytes;
        let bytes = if packed { gzip(&bytes) } else { bytes };
        let Ok(input) = Input::open_untyped(Arc::new(bytes), &options) else { return Ok(()) };
        let facts = match (input.observe(None), input.observe_in_parts(threads, part_bytes)) {
            (Ok(facts), Ok(in_parts)) => {
                prop_assert_eq!(&facts, &in_parts);
                facts
            }
            (Err(error), in_parts) => {
                prop_assert_eq!(error.code(), in_parts.unwrap_err().code());
                return Ok(());
            }
            (Ok(_), Err(error)) => return Err(TestCaseError::fail(error.to_string())),
        };
        let input = input.with_types(&facts).unwrap();
        let one = ParallelReader::new(&input, &request(), 1).unwrap();
        let many = ParallelReader::in_parts(&input, &request(), threads, part_bytes).unwrap();
        let (one, many) = (read(one), read(many));
        if one.3.is_none() {
            prop_assert_eq!(one, many);
        } else {
            // What came before a fault that ends the reading depends on how far it was.
            prop_assert_eq!(one.3, many.3);
        }
    }
}

/// A source that fails from some place on, as a network may.
struct Failing {
    bytes: Vec<u8>,
    from: u64,
}

impl crate::Source for Failing {
    fn length(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
        if offset + buffer.len() as u64 > self.from {
            return Err(std::io::Error::new(
                std::io::ErrorKind::ConnectionReset,
                "gone",
            ));
        }
        crate::Source::read_at(&self.bytes, offset, buffer)
    }
}

#[test]
fn a_failing_source_is_told_as_such() {
    let bytes = "1,x\n".repeat(1_000_000).into_bytes();
    let source = Failing {
        from: 3 << 20,
        bytes,
    };
    let options = ReadOptions {
        types: Types::Text,
        header: HeaderOption::Absent,
        ..ReadOptions::default()
    };
    // Probes at places beside the head would fail on opening.
    let whole = Input::open(Arc::new(source.bytes.clone()), &options).unwrap();
    let mut input = whole.clone();
    input.content.source = Arc::new(source);
    for threads in [1, 3] {
        let reader = ParallelReader::in_parts(&input, &request(), threads, 1 << 20).unwrap();
        let (rows, _, _, fault) = read(reader);
        assert_eq!(fault.as_deref(), Some("the file cannot be read: gone"));
        assert!(rows.len() < 1_000_000);
    }
}
