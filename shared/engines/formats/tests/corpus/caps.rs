//! Every bound holds, and says which it was.

use millrace_formats::{Format, Nested, RaggedRows};

use crate::archives::{bzip2, gzip, zip, zstd};
use crate::columnar::parquet_file;
use crate::sheets::workbook;
use crate::support::{case, check};

#[test]
fn records() {
    let long = "x".repeat(300_000);
    check(vec![
        case("of CSV", format!("id,text\n1,x\n2,{long}\n"))
            .with(|o| o.limits.record_bytes = 100_000)
            .fails("RECORD_TOO_LONG"),
        case("of CSV, in quotes", format!("id,text\n1,x\n2,\"{long}\"\n"))
            .with(|o| o.limits.record_bytes = 100_000)
            .fails("RECORD_TOO_LONG"),
        case(
            "a quote never closed",
            format!("id,text\n1,x\n2,\"{}", "3,y\n".repeat(100_000)),
        )
        .with(|o| o.limits.record_bytes = 100_000)
        .fails("RECORD_TOO_LONG"),
        case("a comment", format!("id,text\n1,x\n#{long}\n2,y\n"))
            .with(|o| {
                o.limits.record_bytes = 100_000;
                o.comment = Some(b'#');
            })
            .fails("RECORD_TOO_LONG"),
        case("of lines", format!("{{\"a\":1}}\n{{\"a\":\"{long}\"}}\n"))
            .with(|o| o.limits.record_bytes = 100_000)
            .fails("RECORD_TOO_LONG"),
        case("of an array", format!("[{{\"a\":1}},{{\"a\":\"{long}\"}}]"))
            .with(|o| o.limits.record_bytes = 100_000)
            .fails("RECORD_TOO_LONG"),
        case(
            "within the bound",
            format!("id,text\n1,{long}\n2,\"{long}\"\n").replace(&long, "abc"),
        )
        .with(|o| o.limits.record_bytes = 10)
        .gives(&["id:int", "text:text"], &["1|abc", "2|abc"]),
        case(
            "a row of a sheet",
            workbook(|sheet| {
                sheet.write(0, 0, "a").expect("a good file");
                sheet.write(1, 0, "b".repeat(30_000)).expect("a good file");
            }),
        )
        .with(|o| o.limits.record_bytes = 10_000)
        .fails("RECORD_TOO_LONG"),
    ]);
}

#[test]
fn decompressed_bytes() {
    let file = "a,b\n1,2\n".repeat(10_000).into_bytes();
    let bounded = |name, bytes| {
        case(name, bytes)
            .with(|o| o.limits.decompressed_bytes = 50_000)
            .fails("DECOMPRESSED_TOO_LARGE")
    };
    check(vec![
        bounded("gzip", gzip(&file)),
        bounded("zstd", zstd(&file)),
        bounded("bzip2", bzip2(&file)),
        bounded("zip", zip(&[("a.csv", &file)])),
    ]);
}

#[test]
fn ratios() {
    // Many parts that are packed once are one bomb.
    let line = format!("{}\n", "x".repeat(1_023));
    let bomb = line.repeat(4 << 10).into_bytes();
    let bounded = |name, bytes: Vec<u8>| {
        case(name, bytes)
            .with(|o| o.limits.ratio = 100)
            .fails("DECOMPRESSED_TOO_LARGE")
    };
    check(vec![
        bounded("gzip", gzip(&bomb).repeat(18)),
        bounded("zstd", zstd(&bomb).repeat(18)),
    ]);
}

#[test]
fn columns() {
    let names: Vec<String> = (0..5_000).map(|n| format!("c{n}")).collect();
    let wide = names.join(",");
    let members = names
        .iter()
        .map(|name| format!("\"{name}\":1"))
        .collect::<Vec<_>>()
        .join(",");
    let members = format!("[{{{members}}}]");
    let far = workbook(|sheet| {
        sheet.write(0, 0, "a").expect("a good file");
        sheet.write(0, 5_000, "b").expect("a good file");
    });
    check(vec![
        case("of CSV", wide)
            .with(|o| o.limits.columns = 4_999)
            .fails("TOO_MANY_COLUMNS"),
        case("of JSON", members)
            .with(|o| o.limits.columns = 4_999)
            .fails("TOO_MANY_COLUMNS"),
        case("of a sheet", far)
            .with(|o| o.limits.columns = 4_999)
            .fails("TOO_MANY_COLUMNS"),
        case("of Parquet", parquet_file(10))
            .with(|o| o.limits.columns = 1)
            .fails("TOO_MANY_COLUMNS"),
        case("of Arrow", crate::columnar::arrow_file())
            .with(|o| o.limits.columns = 1)
            .fails("TOO_MANY_COLUMNS"),
        case("of one row", format!("a,b\n1,2\n3{}\n", ",".repeat(5_000)))
            .with(|o| o.limits.columns = 100)
            .gives(&["a:int", "b:int"], &["1|2"])
            .rejects(&[(2, "TOO_MANY_FIELDS")]),
        case(
            "names that are long",
            format!("[{{\"{}\":1,\"b\":2}}]", "x".repeat(40)),
        )
        .with(|o| o.limits.record_bytes = 60)
        .gives(
            &["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:int", "b:int"],
            &["1|2"],
        ),
        case("names that together are long", {
            let name = |letter: &str| letter.repeat(40);
            format!("[{{\"{}\":1}},{{\"{}\":2}}]", name("x"), name("y"))
        })
        .with(|o| o.limits.record_bytes = 60)
        .fails("NAMES_TOO_LONG"),
    ]);
}

/// Short rows of a wide table, padded: what is built of them stays small.
#[test]
fn wide_rows_of_nothing() {
    let mut file = (0..2_000)
        .map(|n| format!("c{n}"))
        .collect::<Vec<_>>()
        .join(",");
    file.push_str(&"\n1".repeat(5_000));
    let options = millrace_formats::ReadOptions {
        ragged_rows: RaggedRows::Pad,
        delimiter: Some(b','),
        ..Default::default()
    };
    let mut reader = crate::support::open(file, &options).expect("a good file");
    let mut rows = 0;
    while let Some(batch) = reader.next_batch().expect("a good file") {
        assert!(batch.num_rows() < 2_000, "{}", batch.num_rows());
        rows += batch.num_rows();
    }
    assert_eq!(rows, 5_000);
}

#[test]
fn nesting() {
    let deep = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    check(vec![
        case(
            "of a record",
            format!("[{{\"a\":1}},{{\"a\":{}}}]", deep(70)),
        )
        .gives(&["a:int"], &["1"])
        .rejects(&[(2, "TOO_DEEP")]),
        case("of a document", deep(100_000)).fails("MALFORMED_JSON"),
        case(
            "of a line",
            format!("{{\"a\":1}}\n{{\"a\":{}}}\n", deep(100_000)),
        )
        .gives(&["a:int"], &["1"])
        .rejects(&[(2, "TOO_DEEP")]),
        case("of what is flattened", {
            let levels = 40;
            format!("[{}1{}]", "{\"a\":".repeat(levels), "}".repeat(levels))
        })
        .with(|o| {
            o.nested = Nested::Flatten;
            o.limits.depth = 30;
        })
        .gives(&[], &[])
        .rejects(&[(1, "TOO_DEEP")]),
    ]);
}

#[test]
fn memory() {
    check(vec![
        case("Parquet in gzip", gzip(&parquet_file(10)))
            .with(|o| o.limits.buffered_bytes = 200)
            .fails("TOO_LARGE_TO_BUFFER"),
        case(
            "a workbook in gzip",
            gzip(&workbook(|sheet| {
                sheet.write(0, 0, "a").expect("a good file");
            })),
        )
        .with(|o| o.limits.buffered_bytes = 200)
        .fails("TOO_LARGE_TO_BUFFER"),
        case(
            "the texts of a workbook",
            workbook(|sheet| {
                for row in 0..500 {
                    sheet
                        .write(row, 0, format!("text {row}"))
                        .expect("a good file");
                }
            }),
        )
        .with(|o| o.limits.buffered_bytes = 5_000)
        .fails("TOO_LARGE_TO_BUFFER"),
        case("declared, too", "a,b\n1,2\n")
            .with(|o| {
                o.format = Some(Format::Csv);
                o.limits.batch_rows = 1;
            })
            .gives(&["a:int", "b:int"], &["1|2"]),
    ]);
}
