//! An opened JSON file: where its records are and what their members are called.

use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

use super::locate::{Records, enter, find, parse_path};
use super::reader::JsonReader;
use super::record::RecordRules;
use super::records::{DocumentRecords, RecordStream};
use super::stream::JsonStream;
use crate::cells::Cell;
use crate::content::Content;
use crate::csv::automaton::Automaton;
use crate::csv::{BlockReader, Chunk, Tokenizer};
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::layout::{Dialect, Format, Layout};
use crate::options::{Nested, ReadOptions};
use crate::reject::Warning;
use crate::rows::{Column, Plan};
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
    names: Arc<[String]>,
    /// What was found while the names were, which takes a pass over all records anyway.
    facts: Option<Arc<FileFacts>>,
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
    /// Finds the records and, reading all of them, the names of their members. Where the caller
    /// knows the names nothing but the head is read.
    pub(crate) fn open(
        content: &Content,
        sample: &Sample,
        options: &Arc<ReadOptions>,
        layout: &mut Layout,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, FormatError> {
        let detected = detect_encoding(content, sample, options, layout, warnings)?;
        let detected = DetectedText::new(detected, true);
        let region = TextRegion {
            detected,
            data_start: detected.text_start(),
            automaton: Automaton::new(&LINES, false),
        };
        let depth = options.limits.depth;
        let shape = if layout.format == Format::Ndjson {
            Shape::Lines
        } else if let Some(path) = &options.json_path {
            Shape::Records(Records::Array(parse_path(path)?))
        } else {
            let mut stream = document(&region, content, &Meter::default())?;
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
        let mut input = Self {
            shape,
            region,
            rules: RecordRules {
                flatten: options.nested == Nested::Flatten,
                depth,
            },
            options: Arc::clone(options),
            names: Arc::default(),
            facts: None,
        };
        match &options.columns {
            Some(names) => input.names = names.as_slice().into(),
            None => {
                let mut members = Members::new(options);
                let mut stream = input.records(content, None, &Meter::default(), 1)?;
                while stream
                    .each(&mut |row, _, record| members.observe(&input.rules, row, record))?
                {
                }
                let (names, facts) = members.finish();
                input.names = names.into();
                input.facts = Some(Arc::new(facts));
            }
        }
        Ok(input)
    }

    pub(crate) fn knows_facts(&self) -> bool {
        self.facts.is_some()
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
        width: usize,
    ) -> Result<RecordStream, FormatError> {
        match &self.shape {
            Shape::Lines => {
                let (input, offset, first_row) = self.region.open_records(content, chunk, meter)?;
                Ok(RecordStream::lines(
                    self.lines_of(input, offset, first_row, width),
                ))
            }
            Shape::Records(records) => {
                let limits = self.options.limits;
                let mut stream = document(&self.region, content, meter)?;
                if let Records::Array(path) = records {
                    enter(&mut stream, path, limits.depth)?;
                }
                Ok(RecordStream::Document(DocumentRecords::new(
                    stream, records, limits, width,
                )))
            }
        }
    }

    fn lines_of(
        &self,
        input: Box<dyn Read + Send>,
        offset: u64,
        first_row: u64,
        width: usize,
    ) -> BlockReader {
        let mut limits = self.options.limits;
        limits.batch_rows = limits.rows_of_width(width);
        let tokenizer = Tokenizer::new(&LINES, false, 1);
        BlockReader::new(input, tokenizer, limits, offset, first_row)
    }

    /// Takes all records, or those of a chunk, into account.
    pub(crate) fn observe(
        &self,
        content: &Content,
        chunk: Option<&Chunk>,
    ) -> Result<FileFacts, FormatError> {
        if let (None, Some(facts)) = (chunk, &self.facts) {
            return Ok(FileFacts::clone(facts));
        }
        self.observe_stream(self.records(content, chunk, &Meter::default(), 1)?)
    }

    /// Takes the records that begin in a part of a file of lines into account.
    pub(crate) fn observe_part(
        &self,
        input: Box<dyn Read + Send>,
        part: &Chunk,
    ) -> Result<FileFacts, FormatError> {
        let blocks = self
            .lines_of(input, part.start, part.first_row, 1)
            .limited(part.rows);
        self.observe_stream(RecordStream::lines(blocks))
    }

    fn observe_stream(&self, mut stream: RecordStream) -> Result<FileFacts, FormatError> {
        let mut members = Members::known(&self.options, &self.names);
        while stream.each(&mut |row, _, record| members.observe(&self.rules, row, record))? {}
        Ok(members.finish().1)
    }

    pub(crate) fn reader(
        &self,
        content: &Content,
        chunk: Option<&Chunk>,
        meter: &Meter,
        plan: &Plan,
    ) -> Result<JsonReader, FormatError> {
        let records = self.records(content, chunk, meter, self.names.len())?;
        Ok(self.reader_of(records, plan))
    }

    /// Reads the records that a part of a file of lines begins with.
    pub(crate) fn part_reader(
        &self,
        input: Box<dyn Read + Send>,
        part: &Chunk,
        plan: &Plan,
    ) -> JsonReader {
        let blocks = self
            .lines_of(input, part.start, part.first_row, self.names.len())
            .limited(part.rows);
        self.reader_of(RecordStream::lines(blocks), plan)
    }

    fn reader_of(&self, records: RecordStream, plan: &Plan) -> JsonReader {
        let mut wanted = vec![false; self.names.len()];
        for &place in plan.projection.iter().chain(&plan.checked) {
            wanted[place] = true;
        }
        let fails = self.options.ragged_rows == crate::options::RaggedRows::Fail;
        JsonReader::new(records, self.rules, &self.names, wanted, fails)
    }
}

fn document(
    region: &TextRegion,
    content: &Content,
    meter: &Meter,
) -> Result<JsonStream, FormatError> {
    Ok(JsonStream::new(
        region.open(content, meter)?,
        region.start(),
    ))
}

/// The members of records: their names in the order they come in, and the facts of their values.
struct Members {
    names: Vec<String>,
    places: HashMap<String, usize>,
    facts: FileFacts,
    /// Whether names that are not there yet are new columns.
    open: bool,
    columns: usize,
    name_bytes: usize,
    name_bytes_limit: usize,
}

impl Members {
    fn new(options: &ReadOptions) -> Self {
        Self {
            names: Vec::new(),
            places: HashMap::new(),
            facts: FileFacts::default(),
            open: true,
            columns: options.limits.columns,
            name_bytes: 0,
            name_bytes_limit: options.limits.record_bytes,
        }
    }

    fn known(options: &ReadOptions, names: &[String]) -> Self {
        Self {
            names: names.to_vec(),
            places: places(names),
            facts: FileFacts::new(names.len()),
            open: false,
            ..Self::new(options)
        }
    }

    /// Records at fault are told of when they are read.
    fn observe(&mut self, rules: &RecordRules, row: u64, record: &[u8]) -> Result<(), FormatError> {
        let mut cells = Vec::new();
        if rules
            .read(record, |name, cell| cells.push((name, cell)))
            .is_err()
        {
            return Ok(());
        }
        self.facts.rows += 1;
        for (name, cell) in cells {
            let place = match self.places.get(name.as_ref()) {
                Some(&place) => place,
                None if self.open => self.add(name.into_owned())?,
                None => continue,
            };
            observe_cell(&mut self.facts.columns[place], row, &cell);
        }
        Ok(())
    }

    fn add(&mut self, name: String) -> Result<usize, FormatError> {
        let place = self.names.len();
        if place == self.columns {
            return Err(FormatError::TooManyColumns {
                columns: place + 1,
                limit: self.columns,
            });
        }
        self.name_bytes += name.len();
        if self.name_bytes > self.name_bytes_limit {
            return Err(FormatError::NamesTooLong {
                limit: self.name_bytes_limit,
            });
        }
        self.places.insert(name.clone(), place);
        self.names.push(name);
        self.facts.columns.push(ColumnFacts::default());
        Ok(place)
    }

    /// A record without a member has no value there.
    fn finish(mut self) -> (Vec<String>, FileFacts) {
        for column in &mut self.facts.columns {
            column.fill_nulls(self.facts.rows);
        }
        (self.names, self.facts)
    }
}

pub(super) fn places(names: &[String]) -> HashMap<String, usize> {
    names
        .iter()
        .enumerate()
        .map(|(place, name)| (name.clone(), place))
        .collect()
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
