//! Rows as a table for people.

use std::io::{Result, Write};

use millrace_query::Answer;
use serde_json::Value;

/// Rows that are shown.
const MOST: usize = 50;
const WIDEST: usize = 60;

/// Writes the rows in columns, and how many there are.
pub fn write(answer: &Answer, out: &mut impl Write) -> Result<()> {
    let cells: Vec<Vec<String>> = std::iter::once(
        answer
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect(),
    )
    .chain(
        answer
            .rows
            .iter()
            .take(MOST)
            .map(|row| row.iter().map(text).collect()),
    )
    .collect();
    let widths: Vec<usize> = (0..answer.columns.len())
        .map(|column| {
            let width = |row: &Vec<String>| row.get(column).map_or(0, |cell| cell.chars().count());
            cells.iter().map(width).max().unwrap_or(0)
        })
        .collect();
    for (at, row) in cells.iter().enumerate() {
        let line: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        writeln!(out, "{}", line.join("  ").trim_end())?;
        if at == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            writeln!(out, "{}", rule.join("  "))?;
        }
    }
    let more = if answer.truncated { "or more " } else { "" };
    match answer.rows.len() {
        1 => writeln!(out, "1 row"),
        rows if rows > MOST => writeln!(out, "{rows} {more}rows, the first {MOST} shown"),
        rows => writeln!(out, "{rows} rows"),
    }
}

fn text(value: &Value) -> String {
    let text = match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.replace(['\n', '\r', '\t'], " "),
        other => other.to_string(),
    };
    if text.chars().count() <= WIDEST {
        return text;
    }
    text.chars().take(WIDEST - 1).chain(['…']).collect()
}
