//! Bytes into spans of records and fields, without copying and without looking at content.

use std::borrow::Cow;

use super::mask::{Classes, Finder};
use crate::layout::{Dialect, LineEnding};

/// A field: a span of the buffer, and how it is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field {
    start: u32,
    end_and_flags: u32,
}

const QUOTED: u32 = 1 << 30;
const ESCAPED: u32 = 1 << 31;
const END: u32 = QUOTED - 1;

impl Field {
    fn new(start: usize, end: usize, flags: u32) -> Self {
        // Buffers stay below 2^30 bytes: `Limits::sane` sees to it.
        Self {
            start: start as u32,
            end_and_flags: (end as u32 & END) | flags,
        }
    }

    pub(crate) fn start(self) -> usize {
        self.start as usize
    }

    pub(crate) fn end(self) -> usize {
        (self.end_and_flags & END) as usize
    }

    /// Whether it stood in quotes, which makes it a value whatever it says.
    pub(crate) fn is_quoted(self) -> bool {
        self.end_and_flags & QUOTED != 0
    }

    /// Whether escapes are to be resolved.
    pub(crate) fn is_escaped(self) -> bool {
        self.end_and_flags & ESCAPED != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start() == self.end()
    }
}

/// A record: where it lies and which fields are its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) start: u32,
    /// Behind its line end.
    pub(crate) end: u32,
    pub(crate) first_field: u32,
    /// Fields there are; above the limit of columns not all of them are kept.
    pub(crate) fields: u32,
}

/// The records of one buffer.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) fields: Vec<Field>,
    pub(crate) records: Vec<Record>,
    /// Blank lines stepped over.
    pub(crate) blank_lines: u64,
    /// Fields with text behind their closing quote.
    pub(crate) text_after_quote: u64,
}

impl Index {
    pub(crate) fn clear(&mut self) {
        self.fields.clear();
        self.records.clear();
        self.blank_lines = 0;
        self.text_after_quote = 0;
    }
}

/// Where tokenising stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The wanted number of records is there.
    Enough,
    /// The record at the returned place is not complete, or nothing is left.
    NeedsMore,
    /// The file ends within quotes, in the record at the returned place.
    Unterminated,
}

/// Splits buffers of one dialect.
#[derive(Debug, Clone)]
pub(crate) struct Tokenizer {
    dialect: Dialect,
    classes: Classes,
    keep_blank: bool,
    max_fields: usize,
}

/// What stands where a field should go on.
enum FieldEnd {
    Delimiter(usize),
    Record(usize),
    Incomplete,
    Open,
}

impl Tokenizer {
    pub(crate) fn new(dialect: &Dialect, keep_blank: bool, max_fields: usize) -> Self {
        Self {
            dialect: *dialect,
            classes: Classes::new(dialect),
            keep_blank,
            max_fields,
        }
    }

    /// Fields of one record that are kept.
    pub(crate) fn max_fields(&self) -> usize {
        self.max_fields
    }

    /// Appends the records of `bytes` from `from` on until `index` has `wanted`. Answers where it
    /// stopped, always between records. `last`: nothing follows these bytes.
    pub(crate) fn tokenize(
        &self,
        bytes: &[u8],
        from: usize,
        last: bool,
        wanted: usize,
        index: &mut Index,
    ) -> (usize, Stop) {
        let mut finder = Finder::new(bytes, self.classes);
        let mut at = from;
        while index.records.len() < wanted {
            let Some(start) = self.record_start(bytes, &mut at, last, index) else {
                return (at, Stop::NeedsMore);
            };
            let first_field = index.fields.len();
            let text_after_quote = index.text_after_quote;
            let mut fields = 0u32;
            let mut position = start;
            at = loop {
                let kept = index.fields.len();
                match self.field(&mut finder, bytes, position, last, index) {
                    FieldEnd::Delimiter(next) => {
                        position = next;
                        fields += 1;
                    }
                    FieldEnd::Record(next) => {
                        fields += 1;
                        if fields as usize > self.max_fields {
                            index.fields.truncate(first_field + self.max_fields);
                        }
                        break next;
                    }
                    FieldEnd::Incomplete => {
                        // It comes again with more bytes.
                        index.fields.truncate(first_field);
                        index.text_after_quote = text_after_quote;
                        return (start, Stop::NeedsMore);
                    }
                    FieldEnd::Open => {
                        index.fields.truncate(first_field);
                        return (start, Stop::Unterminated);
                    }
                }
                if fields as usize > self.max_fields {
                    index.fields.truncate(kept);
                }
            };
            index.records.push(Record {
                start: start as u32,
                end: at as u32,
                first_field: first_field as u32,
                fields,
            });
        }
        (at, Stop::Enough)
    }

    /// Steps over blank lines and comments to the next record. `None` where more bytes are needed;
    /// `at` then is where to go on.
    pub(crate) fn record_start(
        &self,
        bytes: &[u8],
        at: &mut usize,
        last: bool,
        index: &mut Index,
    ) -> Option<usize> {
        let any = self.dialect.line_ending == LineEnding::Any;
        loop {
            let byte = *bytes.get(*at)?;
            match byte {
                b'\n' if self.keep_blank => return Some(*at),
                b'\n' => {
                    index.blank_lines += 1;
                    *at += 1;
                }
                b'\r' if any && self.keep_blank => return Some(*at),
                b'\r' if any => {
                    let next = self.behind_return(bytes, *at, last)?;
                    index.blank_lines += 1;
                    *at = next;
                }
                // Half of a line end: it belongs to no record.
                b'\r' => *at += 1,
                _ if self.dialect.comment == Some(byte) => {
                    let rest = &bytes[*at..];
                    let found = if any {
                        memchr::memchr2(b'\n', b'\r', rest)
                    } else {
                        memchr::memchr(b'\n', rest)
                    };
                    match found {
                        Some(found) if rest[found] == b'\r' => {
                            *at = self.behind_return(bytes, *at + found, last)?;
                        }
                        Some(found) => *at += found + 1,
                        None if last => *at = bytes.len(),
                        None => return None,
                    }
                }
                _ => return Some(*at),
            }
        }
    }

    /// Behind a carriage return that ends a line, and its line feed.
    fn behind_return(&self, bytes: &[u8], at: usize, last: bool) -> Option<usize> {
        match bytes.get(at + 1) {
            Some(b'\n') => Some(at + 2),
            Some(_) => Some(at + 1),
            None if last => Some(at + 1),
            None => None,
        }
    }

    #[inline]
    fn field(
        &self,
        finder: &mut Finder<'_>,
        bytes: &[u8],
        start: usize,
        last: bool,
        index: &mut Index,
    ) -> FieldEnd {
        if let Some(quote) = self.dialect.quote {
            let mut at = start;
            if self.dialect.initial_space {
                while bytes.get(at) == Some(&b' ') {
                    at += 1;
                }
                if at == bytes.len() && !last {
                    return FieldEnd::Incomplete;
                }
            }
            if bytes.get(at) == Some(&quote) {
                return self.quoted(finder, bytes, at, last, index);
            }
        }
        let (content_end, end, flags) = self.plain_end(finder, bytes, start, last);
        if !matches!(end, FieldEnd::Incomplete) {
            index.fields.push(Field::new(start, content_end, flags));
        }
        end
    }

    /// The end of a field from `from` on, where no quote matters any more.
    #[inline]
    fn plain_end(
        &self,
        finder: &mut Finder<'_>,
        bytes: &[u8],
        from: usize,
        last: bool,
    ) -> (usize, FieldEnd, u32) {
        let mut flags = 0;
        let mut at = from;
        loop {
            let Some(end) = finder.end(at) else {
                if !last {
                    return (bytes.len(), FieldEnd::Incomplete, 0);
                }
                let end = without_returns(bytes, from, bytes.len());
                return (end, FieldEnd::Record(bytes.len()), flags);
            };
            let byte = bytes[end];
            if byte == self.dialect.delimiter {
                return (end, FieldEnd::Delimiter(end + 1), flags);
            }
            if byte == b'\n' {
                let content = without_returns(bytes, from, end);
                return (content, FieldEnd::Record(end + 1), flags);
            }
            if byte == b'\r' && self.dialect.line_ending == LineEnding::Any {
                let next = self.behind_return(bytes, end, last);
                return (
                    end,
                    next.map_or(FieldEnd::Incomplete, FieldEnd::Record),
                    flags,
                );
            }
            // An escape: the byte behind it is text.
            flags = ESCAPED;
            at = end + 2;
        }
    }

    fn quoted(
        &self,
        finder: &mut Finder<'_>,
        bytes: &[u8],
        open: usize,
        last: bool,
        index: &mut Index,
    ) -> FieldEnd {
        let incomplete = if last {
            FieldEnd::Open
        } else {
            FieldEnd::Incomplete
        };
        let mut flags = QUOTED;
        let mut at = open + 1;
        let close = loop {
            let Some(found) = finder.quote(at) else {
                return incomplete;
            };
            let is_quote = self.dialect.quote == Some(bytes[found]);
            match bytes.get(found + 1) {
                None if !last => return FieldEnd::Incomplete,
                None if is_quote => break found,
                None => return FieldEnd::Open,
                Some(next) if is_quote && *next != bytes[found] => break found,
                Some(_) => {
                    flags |= ESCAPED;
                    at = found + 2;
                }
            }
        };
        let (content_end, end, more_flags) = self.plain_end(finder, bytes, close + 1, last);
        if matches!(end, FieldEnd::Incomplete) {
            return FieldEnd::Incomplete;
        }
        let tail = &bytes[close + 1..content_end];
        if tail.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            index.fields.push(Field::new(open + 1, close, flags));
            return end;
        }
        // Text behind the closing quote: the field is what stands there, as in `"a "b" c"`, whose
        // outer quotes are its own and whose inner ones are text.
        index.text_after_quote += 1;
        let literal = if self.dialect.quote == Some(bytes[content_end - 1]) {
            Field::new(open + 1, content_end - 1, QUOTED | more_flags)
        } else {
            Field::new(open, content_end, QUOTED | more_flags)
        };
        index.fields.push(literal);
        end
    }

    /// The content of a field.
    pub(crate) fn content<'a>(&self, bytes: &'a [u8], field: Field) -> Cow<'a, [u8]> {
        let content = bytes.get(field.start()..field.end()).unwrap_or_default();
        if field.is_escaped() {
            Cow::Owned(self.unescape(content, field.is_quoted()))
        } else {
            Cow::Borrowed(content)
        }
    }

    /// Resolves doubled quotes, and escapes before what they can protect. A backslash before
    /// anything else is text, as in `C:\data` or `\N`.
    pub(crate) fn unescape(&self, content: &[u8], quoted: bool) -> Vec<u8> {
        let mut text = Vec::with_capacity(content.len());
        let mut at = 0;
        while let Some(&byte) = content.get(at) {
            let next = content.get(at + 1).copied();
            let doubled = quoted && self.dialect.quote == Some(byte) && next == Some(byte);
            let escaped = self.dialect.escape == Some(byte)
                && next.is_some_and(|next| self.is_protected(next));
            if let (true, Some(next)) = (doubled || escaped, next) {
                text.push(next);
                at += 2;
            } else {
                text.push(byte);
                at += 1;
            }
        }
        text
    }

    fn is_protected(&self, byte: u8) -> bool {
        byte == self.dialect.delimiter
            || matches!(byte, b'\n' | b'\r')
            || Some(byte) == self.dialect.quote
            || Some(byte) == self.dialect.escape
    }
}

/// Without the carriage returns before a line feed; there may be several where a file was
/// converted twice.
#[inline]
fn without_returns(bytes: &[u8], start: usize, end: usize) -> usize {
    let mut end = end;
    while end > start && bytes[end - 1] == b'\r' {
        end -= 1;
    }
    end
}

#[cfg(test)]
#[path = "tokenizer_tests.rs"]
mod tests;
