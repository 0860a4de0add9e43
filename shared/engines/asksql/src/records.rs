//! Records of CSV text. The crate `csv` does not tell an empty cell, which is null, from two quotes, which are
//! an empty text.

use std::io::{BufReader, Bytes, Error, Read};

/// The records of a text, each cell none where nothing stands between its commas.
pub(crate) struct Records<R> {
    bytes: Bytes<BufReader<R>>,
}

/// Where a byte stands in its cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Bare,
    Quoted,
    /// Behind a quote within quotes: the end of the cell, or one half of a doubled quote.
    Closing,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(text: R) -> Self {
        Self {
            bytes: BufReader::new(text).bytes(),
        }
    }
}

impl<R: Read> Iterator for Records<R> {
    type Item = Result<Vec<Option<String>>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut record = Vec::new();
        let mut cell = Vec::new();
        let mut quoted = false;
        let mut place = Place::Bare;
        let mut close = |cell: &mut Vec<u8>, quoted: &mut bool| {
            let text = String::from_utf8_lossy(cell).into_owned();
            record.push((*quoted || !text.is_empty()).then_some(text));
            cell.clear();
            *quoted = false;
        };
        let mut begun = false;
        for byte in self.bytes.by_ref() {
            let byte = match byte {
                Ok(byte) => byte,
                Err(fault) => return Some(Err(fault)),
            };
            match (place, byte) {
                (Place::Quoted, b'"') => place = Place::Closing,
                (Place::Quoted, _) => cell.push(byte),
                (Place::Closing, b'"') => {
                    cell.push(byte);
                    place = Place::Quoted;
                }
                (_, b',') => {
                    close(&mut cell, &mut quoted);
                    place = Place::Bare;
                    begun = true;
                }
                (_, b'\n') => {
                    // A line with nothing in it is no record.
                    if begun || quoted || !cell.is_empty() {
                        close(&mut cell, &mut quoted);
                        return Some(Ok(record));
                    }
                }
                (_, b'\r') => {}
                (Place::Bare, b'"') if cell.is_empty() => {
                    quoted = true;
                    place = Place::Quoted;
                }
                (_, _) => {
                    cell.push(byte);
                    place = Place::Bare;
                }
            }
        }
        if !(begun || quoted || !cell.is_empty()) {
            return None;
        }
        close(&mut cell, &mut quoted);
        Some(Ok(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<Option<String>>> {
        let records: Result<Vec<_>, Error> = Records::new(text.as_bytes()).collect();
        records.expect("text reads")
    }

    fn cells(record: &[Option<&str>]) -> Vec<Option<String>> {
        record.iter().map(|cell| cell.map(str::to_owned)).collect()
    }

    #[test]
    fn nothing_is_null_and_two_quotes_are_an_empty_text() {
        assert_eq!(
            read("a,b,c\n1,,\"\"\n"),
            [
                cells(&[Some("a"), Some("b"), Some("c")]),
                cells(&[Some("1"), None, Some("")])
            ]
        );
    }

    #[test]
    fn quotes_hold_commas_lines_and_quotes() {
        assert_eq!(
            read("\"x, y\",\"two\nlines\"\r\n\"say \"\"no\"\"\",z"),
            [
                cells(&[Some("x, y"), Some("two\nlines")]),
                cells(&[Some("say \"no\""), Some("z")])
            ]
        );
    }

    #[test]
    fn a_line_with_nothing_in_it_is_no_record() {
        assert_eq!(
            read("a\n\n\nb\n"),
            [cells(&[Some("a")]), cells(&[Some("b")])]
        );
        assert!(read("").is_empty());
    }
}
