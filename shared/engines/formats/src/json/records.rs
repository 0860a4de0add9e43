//! JSON into batches.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use encoding_rs::UTF_8;

use super::locate::{Records, enter, find, parse_path};
use super::record::{Fault, RecordRules};
use super::stream::JsonStream;
use crate::cells::{Cell, CellTable};
use crate::csv::automaton::Automaton;
use crate::csv::{BlockReader, Chunk, Notes, Tokenizer};
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::input::Content;
use crate::layout::{Dialect, Format, Layout};
use crate::limits::Limits;
use crate::options::{Nested, ReadOptions};
use crate::reject::{Reject, RejectCode, Rejects, Warning, raw_text};
use crate::rows::{Assembled, Column, Plan, assemble, into_error};
use crate::sniff::Sample;
use crate::text::{DetectedText, TextRegion, detect_encoding};
use crate::types::{ColumnFacts, FileFacts};

/// What all readers of one JSON file share.
#[derive(Debug, Clone)]
pub(crate) struct JsonInput {
    shape: Shape,
    region: TextRegion,
    rules: RecordRules,
    options: Arc<ReadOptions>,
    names: Vec<String>,
}

#[derive(Debug, Clone)]
enum Shape {
    Lines,
    Records(Records),
}

/// Lines, as the CSV automaton sees them: no quotes, and a delimiter that no text has.
const LINES: Dialect = Dialect {
    delimiter: 0,
    quote: None,
    escape: None,
    line_ending: crate::layout::LineEnding::LineFeed,
    initial_space: false,
    comment: None,
};

impl JsonInput {
    /// Finds the records and, reading all of them, the names of their members.
    pub(crate) fn open(
        content: &Content,
        sample: &Sample,
        options: &Arc<ReadOptions>,
        layout: &mut Layout,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, FormatError> {
        let detected = detect_encoding(content, sample, options, layout, warnings)?;
        let region = TextRegion {
            detected: DetectedText::new(detected, true),
            data_start: 0,
            automaton: Automaton::new(&LINES, false),
        };
        let depth = options.limits.depth;
        let shape = if layout.format == Format::Ndjson {
            Shape::Lines
        } else if let Some(path) = &options.json_path {
            Shape::Records(Records::Array(parse_path(path)?))
        } else {
            let mut stream = JsonStream::new(region.open(content, &Meter::default())?);
            let records = find(&mut stream, depth)?;
            if let Records::Array(path) = &records
                && let Some(name) = path.first()
            {
                warnings.push(Warning::new(
                    "JSON_PATH_ASSUMED",
                    format!(
                        "the records were taken from the array {name}; set `json_path` for another"
                    ),
                ));
            }
            Shape::Records(records)
        };
        let rules = RecordRules {
            flatten: options.nested == Nested::Flatten,
            depth,
        };
        let mut input = Self {
            shape,
            region,
            rules,
            options: Arc::clone(options),
            names: Vec::new(),
        };
        input.names = input.find_names(content)?;
        Ok(input)
    }

    pub(crate) fn columns(&self) -> Vec<Column> {
        self.names.iter().cloned().map(Column::text).collect()
    }

    /// The text, where its lines can be read apart.
    pub(crate) fn lines(&self) -> Option<&TextRegion> {
        matches!(self.shape, Shape::Lines).then_some(&self.region)
    }

    fn records(
        &self,
        content: &Content,
        chunk: Option<&Chunk>,
        meter: &Meter,
    ) -> Result<RecordStream, FormatError> {
        let limits = self.options.limits;
        match &self.shape {
            Shape::Lines => {
                let (input, offset, first_row) = self.region.open_records(content, chunk, meter)?;
                let tokenizer = Tokenizer::new(&LINES, false, 1);
                Ok(RecordStream::Lines(BlockReader::new(
                    input, tokenizer, limits, offset, first_row,
                )))
            }
            Shape::Records(records) => {
                let mut stream = JsonStream::new(self.region.open(content, meter)?);
                if let Records::Array(path) = records {
                    enter(&mut stream, path, limits.depth)?;
                }
                Ok(RecordStream::Document(DocumentRecords {
                    stream,
                    levels: match records {
                        Records::Array(path) => path.len(),
                        Records::Document => 0,
                    },
                    is_array: matches!(records, Records::Array(_)),
                    limits,
                    row: 0,
                    finished: false,
                }))
            }
        }
    }

    fn find_names(&self, content: &Content) -> Result<Vec<String>, FormatError> {
        let mut names: Vec<String> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut stream = self.records(content, None, &Meter::default())?;
        let limit = self.options.limits.columns;
        while stream.each(&mut |_, _, record| {
            // Records at fault are told of when they are read.
            let _ = self.rules.read(record, |name, _| {
                if !places.contains_key(name.as_ref()) && names.len() <= limit {
                    places.insert(name.to_string(), names.len());
                    names.push(name.into_owned());
                }
            });
            Ok(())
        })? {}
        if names.len() > limit {
            return Err(FormatError::TooManyColumns {
                columns: names.len(),
                limit,
            });
        }
        Ok(names)
    }

    pub(crate) fn observe(
        &self,
        content: &Content,
        chunk: Option<&Chunk>,
    ) -> Result<FileFacts, FormatError> {
        let mut facts = FileFacts::new(self.names.len());
        let places = self.places(None);
        let mut stream = self.records(content, chunk, &Meter::default())?;
        while stream.each(&mut |row, _, record| {
            let mut cells = Vec::new();
            if self
                .rules
                .read(record, |name, cell| cells.push((name, cell)))
                .is_err()
            {
                return Ok(());
            }
            facts.rows += 1;
            for (name, cell) in cells {
                if let Some(&place) = places.get(name.as_ref()) {
                    observe_cell(&mut facts.columns[place], row, &cell);
                }
            }
            Ok(())
        })? {}
        Ok(facts)
    }

    fn places(&self, projection: Option<&[usize]>) -> HashMap<String, usize> {
        let wanted = |place: &usize| projection.is_none_or(|projection| projection.contains(place));
        self.names
            .iter()
            .enumerate()
            .filter(|(place, _)| wanted(place))
            .map(|(place, name)| (name.clone(), place))
            .collect()
    }

    pub(crate) fn reader(
        &self,
        content: &Content,
        chunk: Option<&Chunk>,
        meter: &Meter,
        plan: &Plan,
    ) -> Result<JsonReader, FormatError> {
        Ok(self.reader_of(self.records(content, chunk, meter)?, plan))
    }

    /// Reads the records that a part of a file of lines begins with.
    pub(crate) fn part_reader(
        &self,
        input: Box<dyn std::io::Read + Send>,
        part: &Chunk,
        plan: &Plan,
    ) -> JsonReader {
        let tokenizer = Tokenizer::new(&LINES, false, 1);
        let limits = self.options.limits;
        let blocks = BlockReader::new(input, tokenizer, limits, part.start, part.first_row)
            .limited(part.rows);
        self.reader_of(RecordStream::Lines(blocks), plan)
    }

    fn reader_of(&self, records: RecordStream, plan: &Plan) -> JsonReader {
        let mut wanted = plan.projection.clone();
        wanted.extend((0..plan.columns.len()).filter(|place| plan.columns[*place].declared));
        JsonReader {
            records,
            rules: self.rules,
            fails: self.options.ragged_rows == crate::options::RaggedRows::Fail,
            places: self.places(Some(&wanted)),
            width: self.names.len(),
            counts: Assembled::default(),
            rows_read: 0,
        }
    }
}

/// Takes a cell with a type of its own into account: a text of digits stays text.
pub(crate) fn observe_cell(facts: &mut ColumnFacts, row: u64, cell: &Cell<'_>) {
    match cell {
        Cell::Null => facts.observe(row, None),
        Cell::Value(text) => facts.observe_value(row, text),
        Cell::Text(text) => facts.observe_text(row, text),
        Cell::Nested(text) => facts.observe_other(row, text),
    }
}

/// Records one after the other, whole blocks of them at a time.
#[derive(Debug)]
enum RecordStream {
    Lines(BlockReader),
    Document(DocumentRecords),
}

#[derive(Debug)]
struct DocumentRecords {
    stream: JsonStream,
    levels: usize,
    is_array: bool,
    limits: Limits,
    row: u64,
    finished: bool,
}

type EachRecord<'f> = dyn FnMut(u64, u64, &[u8]) -> Result<(), FormatError> + 'f;

impl RecordStream {
    /// Hands out the next records as (row, offset, bytes). `false` at the end.
    fn each(&mut self, handle: &mut EachRecord<'_>) -> Result<bool, FormatError> {
        match self {
            Self::Lines(blocks) => {
                let Some(block) = blocks.next_block()? else {
                    return Ok(false);
                };
                for (place, record) in block.index.records.iter().enumerate() {
                    let bytes = &block.bytes[record.start as usize..record.end as usize];
                    if bytes.iter().all(u8::is_ascii_whitespace) {
                        continue;
                    }
                    handle(
                        block.first_row + place as u64,
                        block.offset + u64::from(record.start),
                        bytes,
                    )?;
                }
                Ok(true)
            }
            Self::Document(records) => records.each(handle),
        }
    }
}

impl DocumentRecords {
    fn each(&mut self, handle: &mut EachRecord<'_>) -> Result<bool, FormatError> {
        let mut bytes = Vec::new();
        let mut taken = 0;
        for _ in 0..self.limits.batch_rows {
            if self.finished {
                return Ok(false);
            }
            if self.is_array && self.stream.peek_token()? == Some(b']') {
                self.stream.expect(b']')?;
                self.finish()?;
                return Ok(taken > 0);
            }
            bytes.clear();
            self.stream.peek_token()?;
            let offset = self.stream.place();
            self.row += 1;
            let limit = self.limits.record_bytes;
            self.stream
                .value(Some((&mut bytes, limit)), self.limits.depth)
                .map_err(|error| match error {
                    FormatError::RecordTooLong {
                        byte_offset, limit, ..
                    } => FormatError::RecordTooLong {
                        row: self.row,
                        byte_offset,
                        limit,
                    },
                    error => error,
                })?;
            if bytes.is_empty() {
                return Err(self.stream.malformed("a record is expected"));
            }
            handle(self.row, offset, &bytes)?;
            taken += bytes.len();
            if !self.is_array {
                self.finish()?;
                return Ok(true);
            }
            match self.stream.peek_token()? {
                Some(b',') => {
                    self.stream.expect(b',')?;
                    if self.stream.peek_token()? == Some(b']') {
                        return Err(self.stream.malformed("a comma behind the last record"));
                    }
                }
                Some(b']') => {}
                Some(_) => return Err(self.stream.malformed("a comma between records is missing")),
                None => return Err(self.stream.ends_early()),
            }
            if taken > self.limits.batch_bytes {
                break;
            }
        }
        Ok(true)
    }

    /// The document must be whole behind its records too.
    fn finish(&mut self) -> Result<(), FormatError> {
        self.finished = true;
        for _ in 0..self.levels {
            while self.stream.peek_token()? == Some(b',') {
                self.stream.expect(b',')?;
                self.stream.string(64 << 10)?;
                self.stream.expect(b':')?;
                self.stream.value(None, self.limits.depth)?;
            }
            self.stream.expect(b'}')?;
        }
        match self.stream.peek_token()? {
            None => Ok(()),
            Some(_) => Err(self
                .stream
                .malformed("there is more behind the end of the document")),
        }
    }
}

/// Reads one JSON file, or a chunk of its lines.
#[derive(Debug)]
pub(crate) struct JsonReader {
    records: RecordStream,
    rules: RecordRules,
    fails: bool,
    places: HashMap<String, usize>,
    width: usize,
    counts: Assembled,
    pub(crate) rows_read: u64,
}

impl JsonReader {
    pub(crate) fn next_batch(
        &mut self,
        plan: &Plan,
        rejects: &mut Rejects,
    ) -> Result<Option<RecordBatch>, FormatError> {
        loop {
            let mut table = CellTable::new(self.width);
            let (rules, places, fails) = (self.rules, &self.places, self.fails);
            let rows_read = &mut self.rows_read;
            let mut handle = |row: u64, offset: u64, record: &[u8]| {
                *rows_read += 1;
                let text =
                    String::from_utf8_lossy(&record[..record.len().min(crate::MAX_RAW_BYTES + 4)]);
                let mut cells = Vec::new();
                match rules.read(record, |name, cell| cells.push((name, cell))) {
                    Ok(()) => {
                        table.begin(row, offset, text.trim_end());
                        for (name, cell) in cells {
                            if let Some(&place) = places.get(name.as_ref()) {
                                table.set(place, &cell);
                            }
                        }
                        Ok(())
                    }
                    Err(fault) => reject(fault, row, offset, record, fails, rejects),
                }
            };
            // One block may be of many small records or of few large ones; both make a batch.
            let more = self.records.each(&mut handle)?;
            if !table.is_empty() {
                let batch = assemble(&table, plan, rejects, &mut self.counts)?;
                if batch.num_rows() > 0 {
                    return Ok(Some(batch));
                }
            }
            if !more {
                return Ok(None);
            }
        }
    }

    pub(crate) fn notes(&self) -> Notes {
        Notes::of_bad_cells(self.counts.bad_cells)
    }
}

fn reject(
    (code, message): Fault,
    row: u64,
    byte_offset: u64,
    record: &[u8],
    fails: bool,
    rejects: &mut Rejects,
) -> Result<(), FormatError> {
    let is_text = UTF_8
        .decode_without_bom_handling_and_without_replacement(record)
        .is_some();
    let (code, message) = if is_text {
        (code, message)
    } else {
        (
            RejectCode::InvalidUtf8,
            "the record has bytes that are not UTF-8".to_owned(),
        )
    };
    let reject = Reject {
        row,
        byte_offset,
        column: None,
        code,
        message,
        raw: raw_text(record),
    };
    if fails {
        return Err(into_error(reject));
    }
    rejects.push(reject)
}
