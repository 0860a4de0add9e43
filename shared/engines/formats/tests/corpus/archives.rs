//! Compressed files, whole and broken.

use std::io::Write;

use bzip2::write::BzEncoder;
use flate2::write::GzEncoder;
use millrace_formats::Compression;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{case, check};

const FILE: &str = "a,b\n1,2\n3,4\n";
const AB: &[&str] = &["a:int", "b:int"];
const ROWS: &[&str] = &["1|2", "3|4"];

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("a good file");
    encoder.finish().expect("a good file")
}

pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(bytes).expect("a good file");
    encoder.finish().expect("a good file")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("a good file")
}

pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("a good file");
        writer.write_all(bytes).expect("a good file");
    }
    writer.finish().expect("a good file").into_inner()
}

fn cut(mut bytes: Vec<u8>, from_end: usize) -> Vec<u8> {
    bytes.truncate(bytes.len() - from_end);
    bytes
}

#[test]
fn whole() {
    let (head, tail) = FILE.as_bytes().split_at(5);
    check(vec![
        case("gzip", gzip(FILE.as_bytes())).gives(AB, ROWS),
        case("gzip of two members", [gzip(head), gzip(tail)].concat()).gives(AB, ROWS),
        case("zstd", zstd(FILE.as_bytes())).gives(AB, ROWS),
        case("zstd of two frames", [zstd(head), zstd(tail)].concat()).gives(AB, ROWS),
        case("bzip2", bzip2(FILE.as_bytes())).gives(AB, ROWS),
        case("bzip2 of two streams", [bzip2(head), bzip2(tail)].concat()).gives(AB, ROWS),
        case("zip", zip(&[("data.csv", FILE.as_bytes())])).gives(AB, ROWS),
        case(
            "zip from a Mac",
            zip(&[("data.csv", FILE.as_bytes()), ("__MACOSX/._data.csv", b"x")]),
        )
        .gives(AB, ROWS),
        case("named as text", gzip(FILE.as_bytes()))
            .with(|o| o.file_name = Some("data.csv".into()))
            .gives(AB, ROWS),
        case("JSON in gzip", gzip(b"[{\"a\":1},{\"a\":2}]")).gives(&["a:int"], &["1", "2"]),
        case("gzip of nothing", gzip(b"")).fails("EMPTY_FILE"),
    ]);
}

#[test]
fn broken() {
    let mut flipped = zip(&[("data.csv", FILE.as_bytes())]);
    let place = flipped
        .windows(4)
        .position(|w| w == b"PK\x01\x02")
        .expect("a good file")
        + 16;
    flipped[place] ^= 0xFF;
    check(vec![
        case("gzip cut", cut(gzip(FILE.as_bytes()), 10)).fails("TRUNCATED_ARCHIVE"),
        case("gzip without its checksum", cut(gzip(FILE.as_bytes()), 4)).fails("TRUNCATED_ARCHIVE"),
        case("zstd cut", cut(zstd(FILE.as_bytes()), 3)).fails("TRUNCATED_ARCHIVE"),
        case("bzip2 cut", cut(bzip2(FILE.as_bytes()), 8)).fails("TRUNCATED_ARCHIVE"),
        case("zip cut", cut(zip(&[("data.csv", FILE.as_bytes())]), 30)).fails("TRUNCATED_ARCHIVE"),
        case("zip with a wrong checksum", flipped).fails("CORRUPT_ARCHIVE"),
        case("zip of two files", zip(&[("a.csv", b"x"), ("b.csv", b"y")])).fails("ARCHIVE_ENTRIES"),
        case("zip of none", zip(&[])).fails("ARCHIVE_ENTRIES"),
        case("declared otherwise", FILE)
            .with(|o| o.compression = Some(Compression::Gzip))
            .fails("INVALID_OPTION"),
        case("xz", b"\xFD7zXZ\0\0\0".to_vec()).fails("UNSUPPORTED_COMPRESSION"),
        case("7z", b"7z\xBC\xAF\x27\x1C\0\0".to_vec()).fails("UNSUPPORTED_COMPRESSION"),
        case("too large", gzip("a,b\n1,2\n".repeat(10_000).as_bytes()))
            .with(|o| o.limits.decompressed_bytes = 50_000)
            .fails("DECOMPRESSED_TOO_LARGE"),
    ]);
}

/// A stream that breaks far behind its beginning gives an error, not its first rows alone.
#[test]
fn broken_late() {
    let text: String = (0..200_000)
        .map(|n| format!("{n},{}\n", n * 7919 % 100_003))
        .collect();
    let bytes = cut(gzip(format!("a,b\n{text}").as_bytes()), 1_000);
    check(vec![case("late", bytes).fails("TRUNCATED_ARCHIVE")]);
}
