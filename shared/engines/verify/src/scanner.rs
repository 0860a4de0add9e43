//! CSV as RFC 4180 has it, cell by cell, keeping apart an empty cell (no value) and `""` (the
//! empty text), which readers that only hand out text cannot.

/// Walks over the cells of a file.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    unescaped: String,
}

/// One cell.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cell<'s> {
    /// The content, quotes removed.
    pub(crate) text: &'s str,
    /// Whether it stood in quotes.
    pub(crate) quoted: bool,
    /// Whether it ends its record.
    pub(crate) last: bool,
}

/// What is wrong with the text, at which line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) line: u64,
    pub(crate) reason: &'static str,
}

impl<'a> Scanner<'a> {
    /// Starts at the first cell; a byte order mark is skipped.
    pub(crate) fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self {
            text,
            at: 0,
            line: 1,
            unescaped: String::new(),
        }
    }

    /// Whether no record follows. Asked between records.
    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Line of the next cell, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The next cell.
    pub(crate) fn next_cell(&mut self) -> Result<Cell<'_>, Malformed> {
        if self.text.as_bytes().get(self.at) == Some(&b'"') {
            self.quoted_cell()
        } else {
            self.plain_cell()
        }
    }

    fn plain_cell(&mut self) -> Result<Cell<'_>, Malformed> {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b',' | b'\n' | b'\r' | b'"'))
            .unwrap_or(rest.len());
        if rest.get(length) == Some(&b'"') {
            return Err(self.malformed("a quote inside an unquoted cell"));
        }
        self.at += length;
        let last = self.delimiter()?;
        Ok(Cell {
            text: &self.text[start..start + length],
            quoted: false,
            last,
        })
    }

    fn quoted_cell(&mut self) -> Result<Cell<'_>, Malformed> {
        let bytes = self.text.as_bytes();
        self.unescaped.clear();
        let mut start = self.at + 1;
        let mut escaped = false;
        loop {
            let Some(length) = bytes[start..].iter().position(|byte| *byte == b'"') else {
                return Err(self.malformed("a quoted cell without its closing quote"));
            };
            let end = start + length;
            let piece = &self.text[start..end];
            self.line += piece.bytes().filter(|byte| *byte == b'\n').count() as u64;
            if bytes.get(end + 1) == Some(&b'"') {
                self.unescaped.push_str(piece);
                self.unescaped.push('"');
                escaped = true;
                start = end + 2;
                continue;
            }
            self.at = end + 1;
            let last = self.delimiter()?;
            let text = if escaped {
                self.unescaped.push_str(piece);
                self.unescaped.as_str()
            } else {
                piece
            };
            return Ok(Cell {
                text,
                quoted: true,
                last,
            });
        }
    }

    /// Steps over what follows a cell; says whether the record ends.
    fn delimiter(&mut self) -> Result<bool, Malformed> {
        let rest = &self.text.as_bytes()[self.at..];
        let (width, last) = match rest {
            [] => (0, true),
            [b',', ..] => (1, false),
            [b'\n', ..] => (1, true),
            [b'\r', b'\n', ..] => (2, true),
            [b'\r', ..] => return Err(self.malformed("a carriage return without a line feed")),
            _ => return Err(self.malformed("text after a closing quote")),
        };
        self.at += width;
        if last {
            self.line += 1;
        }
        Ok(last)
    }

    fn malformed(&self, reason: &'static str) -> Malformed {
        Malformed {
            line: self.line,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn records(text: &str) -> Result<Vec<Vec<Option<String>>>, Malformed> {
        let mut scanner = Scanner::new(text);
        let mut records = Vec::new();
        while !scanner.is_at_end() {
            let mut record = Vec::new();
            loop {
                let cell = scanner.next_cell()?;
                let value = (cell.quoted || !cell.text.is_empty()).then(|| cell.text.to_owned());
                let last = cell.last;
                record.push(value);
                if last {
                    break;
                }
            }
            records.push(record);
        }
        Ok(records)
    }

    #[test]
    fn tells_no_value_from_the_empty_text() {
        let read = records("a,,\"\"\r\n\"x, \"\"y\"\"\nz\",1,\n").unwrap();
        let expected = vec![
            vec![Some("a".to_owned()), None, Some(String::new())],
            vec![Some("x, \"y\"\nz".to_owned()), Some("1".to_owned()), None],
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn names_the_line_of_a_fault() {
        assert_eq!(records("a\nb\n\"c").unwrap_err().line, 3);
        assert_eq!(records("a\nb\"c\n").unwrap_err().line, 2);
        assert_eq!(records("\"a\nb\"c\n").unwrap_err().line, 2);
        assert!(records("a\rb").is_err());
    }

    proptest! {
        /// What another writer writes is read back cell by cell.
        #[test]
        fn reads_what_a_writer_wrote(
            rows in prop::collection::vec(prop::collection::vec("[a-z\",\n\r éß]{0,6}", 3), 1..8),
        ) {
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let read: Vec<Vec<String>> = records(&text)
                .unwrap()
                .into_iter()
                .map(|row| row.into_iter().map(Option::unwrap_or_default).collect())
                .collect();
            prop_assert_eq!(read, rows);
        }

        /// Empty cells and empty texts stay apart, whatever stands beside them.
        #[test]
        fn keeps_empty_cells_apart(
            rows in prop::collection::vec(prop::collection::vec(prop::option::of("[a\",\n]{0,4}"), 2), 1..8),
        ) {
            let mut text = String::new();
            for row in &rows {
                let cells: Vec<String> = row
                    .iter()
                    .map(|cell| cell.as_ref().map_or(String::new(), |cell| format!("\"{}\"", cell.replace('"', "\"\""))))
                    .collect();
                text.push_str(&cells.join(","));
                text.push_str("\r\n");
            }
            prop_assert_eq!(records(&text).unwrap(), rows);
        }

        /// No text makes it panic or run on for ever.
        #[test]
        fn survives_any_text(text in "[a,\"\r\né]{0,40}") {
            let _ = records(&text);
        }
    }
}
