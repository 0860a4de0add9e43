//! No bytes, whatever they are, make a reader panic or run on for ever.

use millrace_formats::{Format, ReadOptions};
use proptest::prelude::*;

use crate::columnar::{arrow_file, arrow_stream, parquet_file};
use crate::support::read;

fn options(format: Option<Format>) -> ReadOptions {
    let mut options = ReadOptions {
        format,
        ..ReadOptions::default()
    };
    options.limits.buffered_bytes = 1 << 20;
    options.limits.decompressed_bytes = 1 << 20;
    options
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(
        prop::sample::select(b"a1,;\t|\"'\\\n\r{}[]:. -/\xC3\xA9\xFF\0#".to_vec()),
        0..200,
    )
}

/// A file of which some bytes were changed.
fn damaged(whole: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let length = whole.len();
    prop::collection::vec((0..length, any::<u8>()), 1..6).prop_map(move |changes| {
        let mut bytes = whole.clone();
        for (place, byte) in changes {
            bytes[place] = byte;
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(bytes, &options(None));
    }

    #[test]
    fn any_text(bytes in text(), format in prop::sample::select(vec![None, Some(Format::Csv), Some(Format::Json), Some(Format::Ndjson)])) {
        let _ = read(bytes, &options(format));
    }

    #[test]
    fn any_json(bytes in "[\\[{]?(\\{\"a\":[0-9tfn\"{}\\[\\]]{0,4}\\}[,\n]?){0,6}[\\]}]?") {
        let _ = read(bytes, &options(None));
    }

    #[test]
    fn damaged_parquet(bytes in damaged(parquet_file(2))) {
        let _ = read(bytes, &options(None));
    }

    #[test]
    fn damaged_arrow(bytes in damaged(arrow_file())) {
        let _ = read(bytes, &options(None));
    }

    #[test]
    fn damaged_stream(bytes in damaged(arrow_stream())) {
        let _ = read(bytes, &options(None));
    }
}

/// Numbers, dates, words and marks, whole and broken.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{1,20}",
        "[+-]?[0-9]{0,4}[.,][0-9]{0,4}",
        "[0-9]{1,3}([.,][0-9]{3}){1,2}([.,][0-9]{1,2})?",
        "[0-9]{1,2}([.][0-9]{1,2})?[eE][+-]?[0-9]{1,3}",
        "[0-3]?[0-9][/.-][01]?[0-9][/.-](19|20)[0-9]{2}",
        "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-5][0-9](:[0-6][0-9]([.][0-9]{1,9})?)?(Z|[+-][01][0-9]:?[03]0)?)?",
        "[0-3]?[0-9][ -](Jan|FEB|mar|April)[ -](19|20)[0-9]{2}",
        prop::sample::select(vec![
            "true", "False", "NULL", "", " ", "x", "\\N", "007", "1e999"
        ])
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever type is found for a column, every cell of it reads as that type: no row is lost, and
    /// no value becomes none.
    #[test]
    fn every_cell_reads_as_the_type_that_was_found(
        kind in cell(),
        cells in prop::collection::vec(cell(), 0..4),
        day_first in prop::option::of(any::<bool>()),
        repeated in 1usize..4,
    ) {
        let mut all = vec![kind; repeated];
        all.extend(cells);
        let lines: String = all.iter().map(|cell| format!("{cell};1\n")).collect();
        let options = ReadOptions {
            delimiter: Some(b';'),
            header: millrace_formats::HeaderOption::Present,
            day_first,
            ..ReadOptions::default()
        };
        let outcome = read(format!("v;n\n{lines}"), &options).unwrap();
        prop_assert!(outcome.rejects.is_empty(), "{:?}", outcome.rejects);
        prop_assert_eq!(outcome.rows.len(), all.len());
        for (row, cell) in outcome.rows.iter().zip(&all) {
            let is_null = matches!(cell.as_str(), "" | "NULL" | "\\N");
            prop_assert_eq!(row.starts_with('∅'), is_null, "{} as {:?}", cell, outcome.columns);
            if outcome.columns[0] == "v:text" && !is_null {
                prop_assert_eq!(row, &format!("{cell}|1"));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn damaged_workbook(bytes in damaged(crate::sheets::workbook(|sheet| {
        sheet.write(0, 0, "a").expect("a good file");
        sheet.write(1, 0, 1).expect("a good file");
    }))) {
        let _ = read(bytes, &options(None));
    }

    #[test]
    fn damaged_gzip(bytes in damaged(crate::archives::gzip(b"a,b\n1,2\n3,4\n"))) {
        let _ = read(bytes, &options(None));
    }
}
