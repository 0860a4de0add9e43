//! Delivered CSV: RFC 4180 with `\n` line ends.
//!
//! Nulls are empty fields, an empty text is `""`. A text that begins with `=`, `+`, `-`, `@`, a tab or a
//! carriage return gets a leading `'`, so that no spreadsheet runs it as a formula; columns of other
//! types are never guarded.

use std::io::Write;
use std::ops::Range;

use crate::fault::GenerateError;
use crate::generator::{Generator, batches};
use crate::plan::DataType;
use crate::untidy::{Defect, Delivered};

impl Generator {
    /// Writes rows of a table as they are delivered. Any range gives the same bytes as the slice of a
    /// full run; `header` puts the column names first.
    ///
    /// # Errors
    /// If the table is unknown, the range lies outside, or `out` fails.
    pub fn write_csv(
        &self,
        table: &str,
        range: Range<u64>,
        header: bool,
        out: &mut dyn Write,
    ) -> Result<(), GenerateError> {
        let table = self.table(table)?;
        self.inside(table, &range)?;
        let columns = &self.tables[table].columns;
        let mut buffer = String::new();
        if header {
            push_header(
                &mut buffer,
                columns.iter().map(|column| column.name.as_str()),
            );
        }
        for rows in batches(range) {
            let length = rows.len();
            let mut frame = self.frame(table, rows);
            let delivered: Vec<_> = (0..columns.len())
                .map(|column| self.delivered(table, &mut frame, column))
                .collect();
            for row in 0..length {
                for (number, column) in delivered.iter().enumerate() {
                    if number > 0 {
                        buffer.push(',');
                    }
                    push_field(&mut buffer, column, row);
                }
                buffer.push('\n');
            }
            out.write_all(buffer.as_bytes())?;
            buffer.clear();
        }
        out.write_all(buffer.as_bytes())?;
        Ok(())
    }
}

/// Writes the line of names, which need no quotes.
pub(crate) fn push_header<'n>(out: &mut String, names: impl Iterator<Item = &'n str>) {
    for (number, name) in names.enumerate() {
        if number > 0 {
            out.push(',');
        }
        out.push_str(name);
    }
    out.push('\n');
}

/// Writes one field.
pub(crate) fn push_field(out: &mut String, column: &Delivered<'_>, row: usize) {
    let start = out.len();
    if !column.push_to(row, out) {
        return;
    }
    let text = column.data_type() == DataType::Text;
    // Clean values of the other types hold nothing that needs quotes.
    if text || column.defect(row) != Defect::None {
        escape(out, start, text);
    }
}

/// Guards and quotes the field that begins at `start`.
fn escape(out: &mut String, start: usize, guard: bool) {
    let field = &out[start..];
    let formula = guard && field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = field.is_empty()
        || field
            .bytes()
            .any(|byte| matches!(byte, b'"' | b',' | b'\n' | b'\r'));
    if !formula && !quoted {
        return;
    }
    let field = out.split_off(start);
    if quoted {
        out.push('"');
    }
    if formula {
        out.push('\'');
    }
    out.push_str(&field.replace('"', "\"\""));
    if quoted {
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn fields_are_quoted_and_guarded() {
        for (field, guard, expected) in [
            ("plain text", true, "plain text"),
            ("a,b", true, "\"a,b\""),
            ("say \"hi\"", true, "\"say \"\"hi\"\"\""),
            ("two\nlines", true, "\"two\nlines\""),
            ("", true, "\"\""),
            ("=1+1", true, "'=1+1"),
            ("@x,y", true, "\"'@x,y\""),
            ("-5.00 USD", false, "-5.00 USD"),
            (" =1", true, " =1"),
        ] {
            let mut out = format!("before,{field}");
            escape(&mut out, 7, guard);
            assert_eq!(out, format!("before,{expected}"));
        }
    }
}
