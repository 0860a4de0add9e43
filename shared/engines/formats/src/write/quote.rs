//! Fields of delimited text: what stands in quotes, and what is guarded.

use memchr::{memchr, memchr_iter, memchr3};

use super::error::WriteError;
use super::options::{DelimitedOptions, LineEnding, QuoteStyle};
use super::values::Column;

/// What readers take for null where it stands without quotes; ours among them.
const NULL_WORDS: [&[u8]; 4] = [b"", b"\\N", b"NULL", b"null"];

/// How a record is written.
#[derive(Debug)]
pub(crate) struct FieldRules {
    delimiter: Vec<u8>,
    null_value: Vec<u8>,
    line_end: &'static [u8],
    all_quoted: bool,
    formula_guard: bool,
    /// Whether numbers, dates and the like never need quotes.
    plain_values: bool,
}

impl FieldRules {
    pub(crate) fn new(delimiter: char, options: &DelimitedOptions) -> Result<Self, WriteError> {
        if matches!(delimiter, '"' | '\n' | '\r') {
            return Err(WriteError::invalid(
                "delimiter",
                "it is a quote or a line break",
            ));
        }
        let null_value = options.null_value.as_str();
        if null_value.contains(['"', '\n', '\r', delimiter]) {
            return Err(WriteError::invalid(
                "null_value",
                "it has a quote, a line break or the delimiter in it",
            ));
        }
        Ok(Self {
            delimiter: delimiter.to_string().into_bytes(),
            null_value: null_value.as_bytes().to_vec(),
            line_end: match options.line_ending {
                LineEnding::Lf => b"\n",
                LineEnding::Crlf => b"\r\n",
            },
            all_quoted: options.quote_style == QuoteStyle::All,
            formula_guard: options.formula_guard,
            plain_values: !delimiter.is_ascii_alphanumeric()
                && !"+-.: ".contains(delimiter)
                && NULL_WORDS.contains(&null_value.as_bytes()),
        })
    }

    /// Appends the header.
    pub(crate) fn push_header<'a>(&self, names: impl Iterator<Item = &'a str>, out: &mut Vec<u8>) {
        for (place, name) in names.enumerate() {
            if place > 0 {
                out.extend_from_slice(&self.delimiter);
            }
            self.push_text(name, out);
        }
        out.extend_from_slice(self.line_end);
    }

    /// Appends a row.
    #[inline]
    pub(crate) fn push_row(&self, columns: &[Column], row: usize, out: &mut Vec<u8>) {
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                out.extend_from_slice(&self.delimiter);
            }
            if column.is_null(row) {
                out.extend_from_slice(&self.null_value);
            } else if let Some(text) = column.text(row) {
                self.push_text(text, out);
            } else {
                self.push_value(column, row, out);
            }
        }
        out.extend_from_slice(self.line_end);
    }

    #[inline]
    fn push_text(&self, text: &str, out: &mut Vec<u8>) {
        let bytes = text.as_bytes();
        let guarded = self.formula_guard && begins_formula(bytes);
        if !guarded && !self.needs_quotes(bytes) {
            out.extend_from_slice(bytes);
        } else if guarded && !self.all_quoted && !self.needs_quotes(bytes) {
            out.push(b'\'');
            out.extend_from_slice(bytes);
        } else {
            out.push(b'"');
            if guarded {
                out.push(b'\'');
            }
            push_doubled(bytes, out);
            out.push(b'"');
        }
    }

    /// Appends what is no text: as it is, but for nested values and odd dialects.
    #[inline]
    fn push_value(&self, column: &Column, row: usize, out: &mut Vec<u8>) {
        let start = out.len();
        column.push_plain(row, out);
        let simple = !column.is_nested();
        if simple && self.plain_values && !self.all_quoted || !self.needs_quotes(&out[start..]) {
            return;
        }
        let value = out.split_off(start);
        out.push(b'"');
        push_doubled(&value, out);
        out.push(b'"');
    }

    #[inline]
    fn needs_quotes(&self, bytes: &[u8]) -> bool {
        let delimiter = self.delimiter[0];
        let is_special = |byte: &u8| *byte == delimiter || matches!(*byte, b'"' | b'\n' | b'\r');
        let has_special = if bytes.len() < 32 {
            bytes.iter().any(is_special)
        } else {
            memchr3(delimiter, b'"', b'\n', bytes).is_some() || memchr(b'\r', bytes).is_some()
        };
        self.all_quoted || has_special || self.reads_as_other(bytes)
    }

    /// Texts that a reader would take for null, or for the byte order mark of the file.
    #[inline]
    fn reads_as_other(&self, bytes: &[u8]) -> bool {
        bytes.len() <= 4 && NULL_WORDS.contains(&bytes)
            || bytes == self.null_value
            || bytes.starts_with(b"\xEF\xBB\xBF")
    }
}

/// Whether a spreadsheet would run a text.
#[inline]
fn begins_formula(bytes: &[u8]) -> bool {
    matches!(
        bytes.first(),
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r')
    )
}

fn push_doubled(bytes: &[u8], out: &mut Vec<u8>) {
    let mut copied = 0;
    for place in memchr_iter(b'"', bytes) {
        out.extend_from_slice(&bytes[copied..=place]);
        out.push(b'"');
        copied = place + 1;
    }
    out.extend_from_slice(&bytes[copied..]);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, StringArray};

    use super::super::values::columns;
    use super::*;

    fn row(rules: &FieldRules, arrays: &[ArrayRef]) -> String {
        let mut out = Vec::new();
        rules.push_row(&columns(arrays).unwrap(), 0, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn texts(values: &[Option<&str>]) -> Vec<ArrayRef> {
        values
            .iter()
            .map(|value| Arc::new(StringArray::from(vec![*value])) as ArrayRef)
            .collect()
    }

    #[test]
    fn quotes_what_needs_them() {
        let options = DelimitedOptions::default();
        let rules = FieldRules::new(',', &options).unwrap();
        let cells = [
            Some("plain"),
            Some("a,b"),
            Some("say \"hi\""),
            Some("two\nlines"),
            Some("one\rreturn"),
            Some(""),
            None,
            Some("NULL"),
            Some("\\N"),
            Some(" spaced "),
            Some("\u{FEFF}mark"),
        ];
        assert_eq!(
            row(&rules, &texts(&cells)),
            "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"one\rreturn\",\"\",,\"NULL\",\"\\N\", spaced ,\"\u{FEFF}mark\"\n"
        );
        let long = "x".repeat(40);
        let cells = [format!("{long},"), format!("{long}\r"), long.clone()];
        let cells: Vec<_> = cells.iter().map(|cell| Some(cell.as_str())).collect();
        assert_eq!(
            row(&rules, &texts(&cells)),
            format!("\"{long},\",\"{long}\r\",{long}\n")
        );
    }

    #[test]
    fn quotes_all_but_null() {
        let options = DelimitedOptions {
            quote_style: QuoteStyle::All,
            null_value: "NA".to_owned(),
            line_ending: LineEnding::Crlf,
            ..DelimitedOptions::default()
        };
        let rules = FieldRules::new('\t', &options).unwrap();
        let mut arrays = texts(&[Some("a"), None, Some("NA")]);
        arrays.push(Arc::new(Int64Array::from(vec![7])));
        assert_eq!(row(&rules, &arrays), "\"a\"\tNA\t\"NA\"\t\"7\"\r\n");
    }

    #[test]
    fn guards_texts_but_no_numbers() {
        let options = DelimitedOptions {
            formula_guard: true,
            ..DelimitedOptions::default()
        };
        let rules = FieldRules::new(',', &options).unwrap();
        let mut arrays = texts(&[
            Some("=1+1"),
            Some("+a"),
            Some("-a"),
            Some("@a"),
            Some("\ta"),
            Some("\ra"),
            Some("=a,b"),
            Some("a=b"),
        ]);
        arrays.push(Arc::new(Int64Array::from(vec![-7])));
        assert_eq!(
            row(&rules, &arrays),
            "'=1+1,'+a,'-a,'@a,'\ta,\"'\ra\",\"'=a,b\",a=b,-7\n"
        );
        let mut header = Vec::new();
        rules.push_header(["=x", "y"].into_iter(), &mut header);
        assert_eq!(header, b"'=x,y\n");
    }

    #[test]
    fn values_stand_in_quotes_where_the_dialect_cuts_them() {
        let arrays: Vec<ArrayRef> = vec![
            Arc::new(Float64Array::from(vec![1.5])),
            Arc::new(Date32Array::from(vec![0])),
            Arc::new(Int64Array::from(vec![0])),
        ];
        let options = DelimitedOptions {
            null_value: "0".to_owned(),
            ..DelimitedOptions::default()
        };
        let rules = FieldRules::new('.', &options).unwrap();
        assert_eq!(row(&rules, &arrays), "\"1.5\".1970-01-01.\"0\"\n");
        let rules = FieldRules::new('§', &options).unwrap();
        assert_eq!(row(&rules, &arrays), "1.5§1970-01-01§\"0\"\n");
    }

    #[test]
    fn refuses_dialects_that_cannot_be_read() {
        let options = DelimitedOptions {
            null_value: "a;b".to_owned(),
            ..DelimitedOptions::default()
        };
        assert!(FieldRules::new(',', &options).is_ok());
        for delimiter in [';', '"', '\n', '\r'] {
            let error = FieldRules::new(delimiter, &options).unwrap_err();
            assert_eq!(error.code(), "INVALID_OPTION");
        }
    }
}
