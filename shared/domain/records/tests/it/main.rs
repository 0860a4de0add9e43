//! What callers of record types see.

mod faults;
mod parts;
mod properties;
mod samples;
mod schemas;
mod verdicts;

use std::collections::BTreeMap;

use millrace_formats::write::{CsvOptions, OutputFormat, Part, WriteOptions, Writer, Written};
use millrace_records::Generator;
use serde_json::{Value, json};

/// A generator without parameters.
fn generator(data_type: &str, rows: u64, seed: u64) -> Generator {
    with(data_type, &Value::Null, rows, seed)
}

/// A generator of a schema of these columns.
fn of_schema(columns: &Value, rows: u64) -> Generator {
    with("custom", &json!({"schema": {"columns": columns}}), rows, 7)
}

fn with(data_type: &str, parameters: &Value, rows: u64, seed: u64) -> Generator {
    Generator::new(data_type, parameters, rows, seed)
        .unwrap_or_else(|faults| panic!("{data_type} of {rows} rows: {faults:?}"))
}

/// Rows of a range in a format, as a part of a greater file.
fn written(
    generator: &Generator,
    range: std::ops::Range<u64>,
    format: OutputFormat,
    part: Part,
) -> (Written, Vec<u8>) {
    let options = WriteOptions::new(format).part(part);
    let mut writer =
        Writer::new(Vec::new(), &generator.schema(), &options).expect("the format holds the rows");
    for batch in generator.batches(range) {
        let batch = batch.expect("the rows are made");
        writer.write(&batch).expect("a vector takes all");
    }
    writer.finish().expect("a vector takes all")
}

fn csv(generator: &Generator, range: std::ops::Range<u64>) -> String {
    let format = OutputFormat::Csv(CsvOptions::default());
    let (_, bytes) = written(generator, range, format, Part::WHOLE);
    String::from_utf8(bytes).expect("CSV is UTF-8")
}

/// All columns by name, as text; empty is null.
fn columns(generator: &Generator) -> BTreeMap<String, Vec<String>> {
    let text = csv(generator, 0..generator.rows());
    let mut reader = csv_reader(&text);
    let mut columns: Vec<(String, Vec<String>)> = reader
        .remove(0)
        .into_iter()
        .map(|name| (name, Vec::new()))
        .collect();
    for row in reader {
        assert_eq!(row.len(), columns.len(), "{row:?}");
        for (column, cell) in columns.iter_mut().zip(row) {
            column.1.push(cell);
        }
    }
    columns.into_iter().collect()
}

/// Fields of RFC 4180.
fn csv_reader(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (quoted, character) {
            (true, '"') if characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            (_, '"') => quoted = !quoted,
            (false, ',') => row.push(std::mem::take(&mut field)),
            (false, '\r') => {}
            (false, '\n') => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            (_, character) => field.push(character),
        }
    }
    rows
}

/// Cells as numbers.
fn numbers(cells: &[String]) -> Vec<f64> {
    let number = |cell: &String| {
        cell.parse()
            .unwrap_or_else(|_| panic!("{cell} is no number"))
    };
    cells
        .iter()
        .filter(|cell| !cell.is_empty())
        .map(number)
        .collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Share of the cells that hold the value.
fn share(cells: &[String], value: &str) -> f64 {
    cells.iter().filter(|cell| *cell == value).count() as f64 / cells.len() as f64
}
