//! Chunk by chunk, and with several threads: always what one pass gives.

use std::fmt::Write;
use std::sync::Arc;

use millrace_formats::{
    CharacterOption, ColumnSpec, Format, HeaderOption, Input, LineEnding, ParallelReader,
    RaggedRows, ReadOptions, ReadRequest, Types, fold_scans,
};
use proptest::prelude::*;

use crate::support::{CHUNKS, all, chunked, try_all};

fn input(file: impl Into<Vec<u8>>, options: &ReadOptions) -> Input {
    Input::open(Arc::new(file.into()), options).expect("a good file")
}

/// The file that another reader splits into three rows too many.
#[test]
fn quoted_line_ends_in_forty_thousand_rows() {
    let mut file = String::from("id,text\n");
    for row in 1..=40_000 {
        writeln!(file, "{row},\"line one\nline, \"\"two\"\"\r\nthree {row}\"")
            .expect("a good file");
    }
    let input = input(file, &ReadOptions::default());
    let expected = all(&input, None, 1);
    assert_eq!(expected.0.len(), 40_000);
    for count in CHUNKS {
        let parts = chunked(&input, input.chunks(count).expect("a good file"));
        assert_eq!(parts.0.len(), 40_000);
        assert!(parts == expected, "{count} chunks differ");
    }
    assert!(all(&input, None, 2) == expected);
}

fn messy(rows: u32) -> String {
    let mut file = String::from("id,text,n\n");
    for row in 1..=rows {
        match row % 1_000 {
            0 => writeln!(file, "{row},too,many,fields").expect("a good file"),
            1 => writeln!(file, "{row},\"{}\",1", "quoted\n\"\"".repeat(200)).expect("a good file"),
            2 => writeln!(file, "{row},x,not a number").expect("a good file"),
            3 => writeln!(file, "\r\n\n{row},x,7").expect("a good file"),
            _ => {
                writeln!(file, "{row},\"a, b\n{row}\",{}", u64::from(row) * 7)
                    .expect("a good file");
            }
        }
    }
    file
}

#[test]
fn several_threads_are_one() {
    let options = ReadOptions {
        types: Types::Columns(vec![ColumnSpec::new(
            "n",
            arrow::datatypes::DataType::Int64,
        )]),
        ..ReadOptions::default()
    };
    let input = input(messy(200_000), &options);
    let expected = all(&input, None, 1);
    assert_eq!((expected.0.len(), expected.1.len()), (199_600, 400));
    for threads in [2, 3, 5] {
        assert!(all(&input, None, threads) == expected, "{threads} threads");
    }
    assert_eq!(
        input.observe_with(3).expect("a good file"),
        input.observe(None).expect("a good file")
    );
}

/// A worker that has one chunk of a file reads that with all its threads.
#[test]
fn threads_share_a_chunk() {
    let input = input(messy(300_000), &ReadOptions::default());
    let expected = all(&input, None, 1);
    let chunks = input.chunks(2).expect("a good file");
    assert!(
        chunks[1].end - chunks[1].start > 4 << 20,
        "worth two threads"
    );
    let mut rows = Vec::new();
    let mut rejects = Vec::new();
    for chunk in chunks {
        let (some, bad) = all(&input, Some(chunk), 3);
        rows.extend(some);
        rejects.extend(bad);
    }
    assert!((rows, rejects) == expected);
}

#[test]
fn threads_warn_and_count_as_one_reader() {
    let input = input(messy(100_000), &ReadOptions::default());
    let read = |threads| {
        let mut reader =
            ParallelReader::new(&input, &ReadRequest::default(), threads).expect("a good file");
        while reader.next_batch().expect("a good file").is_some() {}
        (reader.warnings(), reader.progress(), reader.rejects().len())
    };
    let (warnings, progress, rejects) = read(1);
    assert_eq!((warnings.clone(), progress, rejects), read(3));
    assert_eq!(progress.bytes_consumed, progress.bytes_total);
    assert_eq!((progress.rows_read, progress.rows_rejected), (100_000, 100));
    assert!(
        warnings
            .iter()
            .any(|warning| warning.message.starts_with("200 blank lines"))
    );
}

#[test]
fn threads_name_the_same_fault() {
    let mut file = "a,b\n".to_owned() + &"1,some words\n".repeat(900_000);
    file.push_str("3,\"never closed\n");
    file.push_str(&"5,6\n".repeat(100));
    let options = ReadOptions {
        types: Types::Text,
        ..ReadOptions::default()
    };
    let input = input(file, &options);
    let fault = try_all(&input, None, 2).unwrap_err().to_string();
    assert_eq!(fault, try_all(&input, None, 1).unwrap_err().to_string());
    assert_eq!(fault, input.chunks(5).unwrap_err().to_string());
    assert!(fault.contains("row 900001,"), "{fault}");
}

/// The reject that is one too many is the same, however the file is read.
#[test]
fn threads_stop_at_the_same_reject() {
    for ragged_rows in [RaggedRows::Quarantine, RaggedRows::Fail] {
        let options = ReadOptions {
            types: Types::Text,
            max_rejected_rows: 60,
            ragged_rows,
            ..ReadOptions::default()
        };
        let input = input(messy(100_000), &options);
        let fault = try_all(&input, None, 1).unwrap_err().to_string();
        assert_eq!(fault, try_all(&input, None, 3).unwrap_err().to_string());
        let row = match ragged_rows {
            RaggedRows::Fail => "row 1000 ",
            _ => "row 61000:",
        };
        assert!(fault.contains(row), "{fault}");
    }
}

#[test]
fn lines_of_json_split_too() {
    let file: String = (0..5_000)
        .map(|n| match n % 500 {
            3 => format!("{{\"a\":{n}\n"),
            _ => format!("{{\"a\":{n}}}\r\n{}", if n % 7 == 0 { "\n" } else { "" }),
        })
        .collect();
    let input = input(file, &ReadOptions::default());
    let expected = all(&input, None, 1);
    assert_eq!((expected.0.len(), expected.1.len()), (4_990, 10));
    for count in CHUNKS {
        let parts = chunked(&input, input.chunks(count).expect("a good file"));
        assert!(parts == expected, "{count} chunks");
    }
}

/// A worker knows the names of the members from whoever planned its work.
#[test]
fn lines_of_json_need_no_pass_for_known_names() {
    let file = b"{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"c\":true}\n".to_vec();
    let planned = input(file.clone(), &ReadOptions::default());
    let names = |input: &Input| {
        let fields = input.schema().fields().clone();
        fields.iter().map(|field| field.name().clone()).collect()
    };
    let options = ReadOptions {
        columns: Some(names(&planned)),
        ..ReadOptions::default()
    };
    let source = Arc::new(file.clone());
    let worker = Input::open_untyped(source, &options).expect("a good file");
    let worker = worker
        .with_types(planned.facts().expect("a good file"))
        .expect("good");
    assert_eq!(all(&worker, None, 1), all(&planned, None, 1));
    let fewer = ReadOptions {
        columns: Some(vec!["c".to_owned(), "a".to_owned()]),
        ..ReadOptions::default()
    };
    let fewer = input(file, &fewer);
    let mut reader = fewer.reader(&ReadRequest::default()).expect("a good file");
    let batch = reader.next_batch().expect("a good file").expect("good");
    assert_eq!(crate::support::rows(&batch), ["∅|1", "true|2"]);
    assert_eq!(reader.warnings()[0].code, "UNKNOWN_MEMBERS");
}

/// A reader that is dropped half way leaves no thread behind that waits.
#[test]
fn threads_end_with_their_reader() {
    let file = "a,b\n".to_owned() + &"1,some words\n".repeat(2_000_000);
    let options = ReadOptions {
        types: Types::Text,
        ..ReadOptions::default()
    };
    let input = input(file, &options);
    let mut reader = ParallelReader::new(&input, &ReadRequest::default(), 3).expect("a good file");
    reader.next_batch().expect("a good file");
    drop(reader);
}

/// A chunk of another file, or of a file that has none, is refused.
#[test]
fn chunks_must_fit() {
    let text = input("a,b\n1,2\n3,4\n", &ReadOptions::default());
    let chunk = text.chunks(1).expect("a good file")[0];
    let beyond = millrace_formats::Chunk {
        end: 1_000,
        ..chunk
    };
    let error = try_all(&text, Some(beyond), 1).unwrap_err();
    assert_eq!(error.code(), "INPUT_CHANGED");
    let json = input("[{\"a\":1},\n{\"a\":2}]", &ReadOptions::default());
    let only = json.chunks(8).expect("a good file");
    assert_eq!(only.len(), 1);
    assert_eq!(chunked(&json, only), all(&json, None, 1));
    let second = millrace_formats::Chunk {
        start: 5,
        first_row: 2,
        ..chunk
    };
    let error = try_all(&json, Some(second), 1).unwrap_err();
    assert_eq!(error.code(), "INPUT_CHANGED");
}

/// Chunks are ranges of the file itself, its byte order mark included.
#[test]
fn chunks_are_bytes_of_the_file() {
    let file = "\u{feff}a,b\n1,2\n3,\n4,5,6\n";
    let input = input(file, &ReadOptions::default());
    let (start, end) = input.data_range().expect("a good file");
    assert_eq!((start, end), (7, file.len() as u64));
    let (_, rejects) = all(&input, None, 1);
    let reject = &rejects[0];
    assert!(file[reject.byte_offset as usize..].starts_with(&reject.raw));
}

fn dialect(escape: bool, any_line_end: bool, comment: bool) -> ReadOptions {
    ReadOptions {
        format: Some(Format::Csv),
        encoding: Some("utf-8".to_owned()),
        delimiter: Some(b','),
        quote: CharacterOption::Is(b'"'),
        escape: if escape {
            CharacterOption::Is(b'\\')
        } else {
            CharacterOption::None
        },
        line_ending: Some(if any_line_end {
            LineEnding::Any
        } else {
            LineEnding::LineFeed
        }),
        comment: comment.then_some(b'#'),
        header: HeaderOption::Absent,
        types: Types::Text,
        ..ReadOptions::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any bytes, any cuts.
    #[test]
    fn any_cut_gives_the_same(
        bytes in prop::collection::vec(prop::sample::select(b"ab1,,\"\"\n\n\r\\#\xE9".to_vec()), 1..300),
        cuts in prop::collection::vec(0u64..300, 0..6),
        escape in any::<bool>(),
        any_line_end in any::<bool>(),
        comment in any::<bool>(),
    ) {
        let options = dialect(escape, any_line_end, comment);
        let Ok(input) = Input::open(Arc::new(bytes), &options) else { return Ok(()) };
        let expected = try_all(&input, None, 1);
        let (start, end) = input.data_range().expect("a good file");
        let mut borders: Vec<u64> = cuts.into_iter().map(|cut| (start + cut).min(end)).collect();
        borders.extend([start, end]);
        borders.sort_unstable();
        let scans: Vec<_> = borders.windows(2).map(|pair| input.scan_chunk(pair[0], pair[1]).expect("a good file")).collect();
        match (expected, fold_scans(&scans)) {
            (Err(error), folded) => {
                prop_assert_eq!(error.code(), "UNTERMINATED_QUOTE");
                prop_assert_eq!(error.to_string(), folded.unwrap_err().to_string());
            }
            (Ok(expected), folded) => {
                prop_assert_eq!(chunked(&input, folded.expect("a good file")), expected);
            }
        }
    }

    /// Rows of which some are bad in one way or another, in any number of chunks.
    #[test]
    fn any_rows_give_the_same(
        rows in prop::collection::vec(
            prop::sample::select(vec![
                "1,x", "2,\"a\nb\"", "3,\"say \"\"hi\"\"\r\n\"", "4", "5,x,y", "six,x", "7,\"\"", "", "\r", "8,\u{e9}",
                "9,\"a \"b\" c\"",
            ]),
            0..60,
        ),
        count in prop::sample::select(CHUNKS.to_vec()),
    ) {
        let file = format!("n,text\n{}\n", rows.join("\n"));
        let options = ReadOptions {
            delimiter: Some(b','),
            header: HeaderOption::Present,
            types: Types::Columns(vec![ColumnSpec::new("n", arrow::datatypes::DataType::Int64)]),
            max_rejected_rows: 20,
            ..ReadOptions::default()
        };
        let input = input(file, &options);
        let chunks = input.chunks(count).expect("a good file");
        prop_assert!(chunks.len() <= count);
        match try_all(&input, None, 1) {
            // Each chunk has fewer rejects than all have, and is not held to their sum.
            Err(error) => prop_assert_eq!(error.code(), "TOO_MANY_REJECTS"),
            Ok(expected) => prop_assert_eq!(chunked(&input, chunks), expected),
        }
    }
}
