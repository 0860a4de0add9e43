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
