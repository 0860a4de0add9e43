//! Chunk by chunk, and with several threads: always what one pass gives.

use std::fmt::Write;
use std::sync::Arc;

use millrace_formats::{
    FormatError, HeaderOption, Input, LineEnding, ParallelReader, ReadOptions, ReadRequest, Types,
    fold_scans,
};
use proptest::prelude::*;

use crate::support::{rejects, rows};

type All = (Vec<String>, Vec<(u64, String)>);

fn request(chunk: Option<millrace_formats::Chunk>) -> ReadRequest {
    ReadRequest {
        projection: None,
        row_numbers: Some("row".to_owned()),
        chunk,
    }
}

fn whole(input: &Input) -> Result<All, FormatError> {
    let mut reader = input.reader(&request(None))?;
    let mut found = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        found.extend(rows(&batch));
    }
    Ok((found, rejects(reader.rejects())))
}

fn chunked(input: &Input, chunks: Vec<millrace_formats::Chunk>) -> Result<All, FormatError> {
    let (mut found, mut rejected) = (Vec::new(), Vec::new());
    for chunk in chunks {
        let mut reader = input.reader(&request(Some(chunk)))?;
        while let Some(batch) = reader.next_batch()? {
            found.extend(rows(&batch));
        }
        rejected.extend(rejects(reader.rejects()));
        assert_eq!(reader.progress().rows_read, chunk.rows, "{chunk:?}");
    }
    Ok((found, rejected))
}

fn threaded(input: &Input, threads: usize) -> Result<All, FormatError> {
    let mut reader = ParallelReader::new(input, &request(None), threads)?;
    let mut found = Vec::new();
    while let Some(batch) = reader.next_batch()? {
        found.extend(rows(&batch));
    }
    Ok((found, rejects(reader.rejects())))
}

/// The file that another reader splits into three rows too many.
#[test]
fn quoted_line_ends_in_forty_thousand_rows() {
    let mut file = String::from("id,text\n");
    for row in 1..=40_000 {
        writeln!(file, "{row},\"line one\nline, \"\"two\"\"\r\nthree {row}\"").unwrap();
    }
    let input = Input::open(Arc::new(file.into_bytes()), &ReadOptions::default()).unwrap();
    let expected = whole(&input).unwrap();
    assert_eq!(expected.0.len(), 40_000);
    for count in [1, 2, 3, 7, 64] {
        assert_eq!(
            chunked(&input, input.chunks(count).unwrap()).unwrap(),
            expected,
            "{count}"
        );
    }
}

#[test]
fn several_threads_are_one() {
    let mut file = String::from("id,text,n\n");
    for row in 1..=200_000 {
        match row % 1_000 {
            0 => writeln!(file, "{row},too,many,fields").unwrap(),
            1 => writeln!(file, "{row},\"{}\",1", "quoted\n\"\"".repeat(200)).unwrap(),
            _ => writeln!(file, "{row},\"a, b\n{row}\",{}", row * 7).unwrap(),
        }
    }
    let input = Input::open(Arc::new(file.into_bytes()), &ReadOptions::default()).unwrap();
    let expected = whole(&input).unwrap();
    assert_eq!(expected.0.len(), 199_800);
    for threads in [2, 3, 5] {
        assert_eq!(threaded(&input, threads).unwrap(), expected, "{threads}");
    }
    assert_eq!(input.observe_with(3).unwrap(), input.observe(None).unwrap());
}

#[test]
fn threads_name_the_same_fault() {
    let mut file = "a,b\n".to_owned() + &"1,2\n".repeat(3_000_000);
    file.push_str("3,\"never closed\n");
    file.push_str(&"5,6\n".repeat(100));
    let options = ReadOptions {
        types: Types::Text,
        ..ReadOptions::default()
    };
    let input = Input::open(Arc::new(file.into_bytes()), &options).unwrap();
    let fault = threaded(&input, 2).unwrap_err().to_string();
    assert_eq!(fault, whole(&input).unwrap_err().to_string());
    assert_eq!(fault, input.chunks(5).unwrap_err().to_string());
    assert!(fault.contains("row 3000001"), "{fault}");
}

#[test]
fn lines_of_json_split_too() {
    let file: String = (0..5_000)
        .map(|n| format!("{{\"a\":{n}}}\r\n{}", if n % 7 == 0 { "\n" } else { "" }))
        .collect();
    let input = Input::open(Arc::new(file.into_bytes()), &ReadOptions::default()).unwrap();
    let expected = whole(&input).unwrap();
    assert_eq!(expected.0.len(), 5_000);
    assert_eq!(chunked(&input, input.chunks(9).unwrap()).unwrap(), expected);
}

/// A reader that is dropped half way leaves no thread behind that waits.
#[test]
fn threads_end_with_their_reader() {
    let file = "a,b\n".to_owned() + &"1,2\n".repeat(6_000_000);
    let options = ReadOptions {
        types: Types::Text,
        ..ReadOptions::default()
    };
    let input = Input::open(Arc::new(file.into_bytes()), &options).unwrap();
    let mut reader = ParallelReader::new(&input, &ReadRequest::default(), 3).unwrap();
    reader.next_batch().unwrap();
    drop(reader);
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
        let options = ReadOptions {
            format: Some(millrace_formats::Format::Csv),
            encoding: Some("utf-8".to_owned()),
            delimiter: Some(b','),
            quote: millrace_formats::CharacterOption::Is(b'"'),
            escape: if escape { millrace_formats::CharacterOption::Is(b'\\') } else { millrace_formats::CharacterOption::None },
            line_ending: Some(if any_line_end { LineEnding::Any } else { LineEnding::LineFeed }),
            comment: comment.then_some(b'#'),
            header: HeaderOption::Absent,
            types: Types::Text,
            ..ReadOptions::default()
        };
        let Ok(input) = Input::open(Arc::new(bytes), &options) else { return Ok(()) };
        let expected = whole(&input);
        let (start, end) = input.data_range().unwrap();
        let mut borders: Vec<u64> = cuts.into_iter().map(|cut| (start + cut).min(end)).collect();
        borders.extend([start, end]);
        borders.sort_unstable();
        let scans: Vec<_> = borders.windows(2).map(|pair| input.scan_chunk(pair[0], pair[1]).unwrap()).collect();
        match (expected, fold_scans(&scans)) {
            (Err(error), folded) => {
                prop_assert_eq!(error.code(), "UNTERMINATED_QUOTE");
                prop_assert_eq!(error.to_string(), folded.unwrap_err().to_string());
            }
            (Ok(expected), folded) => {
                prop_assert_eq!(chunked(&input, folded.unwrap()).unwrap(), expected);
            }
        }
    }
}
