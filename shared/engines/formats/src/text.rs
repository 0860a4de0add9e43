//! Delimited text as an input: opening, observing, splitting.

use std::io::{self, Read};
use std::sync::Arc;

use arrow::array::RecordBatch;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::content::Content;
use crate::csv::automaton::Automaton;
use crate::csv::split::Scanner;
use crate::csv::{Chunk, ChunkScan, CsvReader, CsvSetup, fold_scans, keeps_blank};
use crate::decompress::{Meter, Metered};
use crate::encoding::{self, Detected, Transcoder};
use crate::error::FormatError;
use crate::input::{Input, Kind};
use crate::json::JsonReader;
use crate::layout::{Compression, Layout};
use crate::notes::Notes;
use crate::options::ReadOptions;
use crate::reject::{Rejects, Warning};
use crate::rows::{Column, Plan};
use crate::sniff::{Sample, sniff_csv, tokenised_sample};
use crate::source::SourceReader;
use crate::types::FileFacts;

/// What all readers of one file of delimited text, or of lines, share.
#[derive(Debug, Clone)]
pub(crate) struct TextInput {
    pub(crate) setup: CsvSetup,
    pub(crate) region: TextRegion,
    names: Vec<String>,
}

/// Where the records of a text lie and how they are told apart.
#[derive(Debug, Clone)]
pub(crate) struct TextRegion {
    pub(crate) detected: DetectedText,
    /// Where the first record begins: in the content, or in its UTF-8 form where it is converted.
    pub(crate) data_start: u64,
    pub(crate) automaton: Automaton,
}

/// An encoding and whether its bytes are tokenised as they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DetectedText {
    pub(crate) detected: Detected,
    pub(crate) converted: bool,
}

impl DetectedText {
    pub(crate) fn new(detected: Detected, convert_all: bool) -> Self {
        let converted = if convert_all {
            detected.encoding != UTF_8
        } else {
            !encoding::is_structure_safe(detected.encoding)
        };
        Self {
            detected,
            converted,
        }
    }

    /// Where the text begins among the bytes that are tokenised: a mark is left out of the UTF-8
    /// form, and stands where it is otherwise.
    pub(crate) fn text_start(&self) -> u64 {
        if self.converted {
            0
        } else {
            self.detected.bom_bytes as u64
        }
    }
}

/// The sample as the tokeniser will see it.
pub(crate) fn as_utf8(sample: &Sample, options: &ReadOptions) -> Result<Sample, FormatError> {
    let detected = encoding::detect(&[&sample.bytes], options.encoding.as_deref())?;
    Ok(tokenised_sample(sample, &detected))
}

/// The encoding of a text, with a look at places beside its head.
pub(crate) fn detect_encoding(
    content: &Content,
    sample: &Sample,
    options: &ReadOptions,
    layout: &mut Layout,
    warnings: &mut Vec<Warning>,
) -> Result<Detected, FormatError> {
    let probes = content.probes()?;
    let samples: Vec<&[u8]> = std::iter::once(sample.bytes.as_slice())
        .chain(probes.iter().map(Vec::as_slice))
        .collect();
    let detected = encoding::detect(&samples, options.encoding.as_deref())?;
    layout.encoding = detected.encoding;
    layout.bom_bytes = detected.bom_bytes;
    let declared = options
        .encoding
        .as_deref()
        .and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let is_utf16 = |encoding| encoding == UTF_16LE || encoding == UTF_16BE;
    if let Some(declared) = declared
        && declared != detected.encoding
        && !(is_utf16(declared) && is_utf16(detected.encoding))
    {
        warnings.push(Warning::new(
            "ENCODING_MARKED",
            format!(
                "the file was declared as {} but begins with the mark of {}; it was read as that",
                declared.name(),
                detected.encoding.name()
            ),
        ));
    }
    if detected.guessed {
        warnings.push(Warning::new(
            "ENCODING_GUESSED",
            format!(
                "the text is not UTF-8 and was read as {}; set `encoding` if letters are wrong",
                detected.encoding.name()
            ),
        ));
    }
    Ok(detected)
}

impl TextRegion {
    /// Opens the stream behind the mark, converted where it must be.
    pub(crate) fn open(
        &self,
        content: &Content,
        meter: &Meter,
    ) -> Result<Box<dyn Read + Send>, FormatError> {
        let mut input = content.open(meter)?;
        skip(&mut input, self.detected.detected.bom_bytes as u64)?;
        if self.detected.converted {
            input = Box::new(Transcoder::new(input, self.detected.detected.encoding));
        }
        Ok(input)
    }

    /// Where that stream begins.
    pub(crate) fn start(&self) -> u64 {
        self.detected.text_start()
    }

    /// Opens the records, or those of a chunk: the stream, where it begins, and its first row.
    pub(crate) fn open_records(
        &self,
        content: &Content,
        chunk: Option<&Chunk>,
        meter: &Meter,
    ) -> Result<(Box<dyn Read + Send>, u64, u64), FormatError> {
        match chunk {
            Some(chunk) if self.is_splittable(content) => {
                if chunk.start < self.data_start || chunk.end > self.data_end(content) {
                    return Err(FormatError::InputChanged);
                }
                let range =
                    SourceReader::range(Arc::clone(&content.source), chunk.start, chunk.end);
                Ok((
                    Box::new(Metered::new(range, meter.clone())),
                    chunk.start,
                    chunk.first_row,
                ))
            }
            _ => {
                let mut input = self.open(content, meter)?;
                skip(&mut input, self.data_start - self.start())?;
                Ok((input, self.data_start, 1))
            }
        }
    }

    pub(crate) fn is_splittable(&self, content: &Content) -> bool {
        content.compression == Compression::None && !self.detected.converted
    }

    /// Where the content of a splittable text ends.
    pub(crate) fn data_end(&self, content: &Content) -> u64 {
        content.source.length()
    }

    /// Scans the bytes from `start` to `end` from every state.
    pub(crate) fn scan(
        &self,
        content: &Content,
        start: u64,
        end: u64,
    ) -> Result<ChunkScan, FormatError> {
        let mut range = SourceReader::range(Arc::clone(&content.source), start, end);
        let mut scanner = Scanner::new(self.automaton.clone(), start);
        let mut buffer = vec![0; 256 << 10];
        loop {
            match range.read(&mut buffer) {
                Ok(0) => return Ok(scanner.finish()),
                Ok(count) => scanner.feed(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(FormatError::from_io(error)),
            }
        }
    }
}

fn skip(input: &mut dyn Read, bytes: u64) -> Result<(), FormatError> {
    let skipped =
        io::copy(&mut input.take(bytes), &mut io::sink()).map_err(FormatError::from_io)?;
    if skipped < bytes {
        return Err(FormatError::InputChanged);
    }
    Ok(())
}

impl TextInput {
    pub(crate) fn open(
        content: &Content,
        sample: &Sample,
        options: &Arc<ReadOptions>,
        layout: &mut Layout,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, FormatError> {
        let detected = detect_encoding(content, sample, options, layout, warnings)?;
        let text = tokenised_sample(sample, &detected);
        let mut csv = sniff_csv(&text, &detected, options, warnings)?;
        let detected_text = DetectedText::new(detected, false);
        csv.data_start += detected_text.text_start();
        let region = TextRegion {
            detected: detected_text,
            data_start: csv.data_start,
            automaton: Automaton::new(&csv.dialect, keeps_blank(&csv)),
        };
        let encoding = if region.detected.converted {
            UTF_8
        } else {
            detected.encoding
        };
        let setup = CsvSetup::new(&csv, encoding, options);
        let names = csv.columns.clone();
        layout.csv = Some(csv);
        Ok(Self {
            setup,
            region,
            names,
        })
    }

    pub(crate) fn columns(&self) -> Vec<Column> {
        self.names.iter().cloned().map(Column::text).collect()
    }

    pub(crate) fn reader(
        &self,
        content: &Content,
        chunk: Option<&Chunk>,
        meter: &Meter,
    ) -> Result<CsvReader, FormatError> {
        let (input, offset, first_row) = self.region.open_records(content, chunk, meter)?;
        Ok(CsvReader::new(&self.setup, input, offset, first_row))
    }

    pub(crate) fn observe(
        &self,
        content: &Content,
        chunk: Option<&Chunk>,
    ) -> Result<FileFacts, FormatError> {
        let mut facts = FileFacts::new(self.names.len());
        self.reader(content, chunk, &Meter::default())?
            .observe(&mut facts)?;
        Ok(facts)
    }
}

/// A reader over the records of one part.
pub(crate) enum PartReader {
    Csv(CsvReader),
    Json(JsonReader),
}

impl PartReader {
    pub(crate) fn next_batch(
        &mut self,
        plan: &Plan,
        rejects: &mut Rejects,
    ) -> Result<Option<RecordBatch>, FormatError> {
        match self {
            Self::Csv(reader) => reader.next_batch(plan, rejects),
            Self::Json(reader) => reader.next_batch(plan, rejects),
        }
    }

    pub(crate) fn notes(&self) -> Notes {
        match self {
            Self::Csv(reader) => reader.notes(),
            Self::Json(reader) => reader.notes(),
        }
    }
}

impl Input {
    /// Reads the records that begin in a part, from a stream that begins with the first of them.
    pub(crate) fn part_reader(
        &self,
        stream: Box<dyn Read + Send>,
        part: &Chunk,
        plan: &Plan,
    ) -> Result<PartReader, FormatError> {
        match &self.kind {
            Kind::Text(input) => {
                let reader = CsvReader::new(&input.setup, stream, part.start, part.first_row);
                Ok(PartReader::Csv(reader.limited(part.rows)))
            }
            Kind::Json(input) => Ok(PartReader::Json(input.part_reader(stream, part, plan))),
            Kind::Parquet(_) | Kind::Arrow(_) | Kind::Sheet(_) => Err(FormatError::InputChanged),
        }
    }

    /// Takes the records that begin in a part into account.
    pub(crate) fn observe_part(
        &self,
        stream: Box<dyn Read + Send>,
        part: &Chunk,
    ) -> Result<FileFacts, FormatError> {
        match &self.kind {
            Kind::Text(input) => {
                let mut facts = FileFacts::new(self.columns.len());
                CsvReader::new(&input.setup, stream, part.start, part.first_row)
                    .limited(part.rows)
                    .observe(&mut facts)?;
                Ok(facts)
            }
            Kind::Json(input) => input.observe_part(stream, part),
            Kind::Parquet(_) | Kind::Arrow(_) | Kind::Sheet(_) => Err(FormatError::InputChanged),
        }
    }

    /// Text whose records are told apart by their line ends.
    pub(crate) fn records_region(&self) -> Option<&TextRegion> {
        match &self.kind {
            Kind::Text(input) => Some(&input.region),
            Kind::Json(input) => input.lines(),
            Kind::Parquet(_) | Kind::Arrow(_) | Kind::Sheet(_) => None,
        }
    }

    /// The same, where it can be entered at any of its bytes.
    pub(crate) fn text_region(&self) -> Option<&TextRegion> {
        self.records_region()
            .filter(|region| region.is_splittable(&self.content))
    }

    /// Whether [`Input::chunks`] gives more than one.
    pub fn is_splittable(&self) -> bool {
        match &self.kind {
            Kind::Parquet(input) => input.row_groups() > 1,
            _ => self.text_region().is_some(),
        }
    }

    /// Whether chunks are told apart by their places.
    pub(crate) fn has_chunks(&self) -> bool {
        matches!(self.kind, Kind::Parquet(_)) || self.text_region().is_some()
    }

    /// Where records of splittable text begin and end; cuts for [`Input::scan_chunk`] lie anywhere
    /// between.
    pub fn data_range(&self) -> Option<(u64, u64)> {
        self.text_region()
            .map(|region| (region.data_start, region.data_end(&self.content)))
    }

    /// Scans one stretch of splittable text, for [`fold_scans`].
    pub fn scan_chunk(&self, start: u64, end: u64) -> Result<ChunkScan, FormatError> {
        let region = self.text_region().ok_or(FormatError::InvalidOption {
            option: "chunk",
            reason: "this file cannot be split".to_owned(),
        })?;
        let limit = region.data_end(&self.content);
        if start < region.data_start || end < start || end > limit {
            return Err(FormatError::InputChanged);
        }
        region.scan(&self.content, start, end)
    }

    /// Splits the file into at most `count` chunks that, read one by one in order, give the same rows,
    /// row numbers and faults as one reading. A file that cannot be split is one chunk.
    pub fn chunks(&self, count: usize) -> Result<Vec<Chunk>, FormatError> {
        if let Kind::Parquet(input) = &self.kind {
            return Ok(input.chunks(count));
        }
        let Some((start, end)) = self.data_range() else {
            return Ok(vec![Chunk {
                start: 0,
                end: self.content.source.length(),
                first_row: 1,
                rows: u64::MAX,
            }]);
        };
        let count = count.max(1) as u64;
        let cut = |place: u64| {
            let length = u128::from(end - start) * u128::from(place) / u128::from(count);
            start + length as u64
        };
        let scans = (0..count)
            .map(|place| self.scan_chunk(cut(place), cut(place + 1)))
            .collect::<Result<Vec<_>, _>>()?;
        let mut chunks = fold_scans(&scans)?;
        chunks.retain(|chunk| !chunk.is_empty());
        Ok(chunks)
    }
}
