//! A file that was opened: what it is, what its columns are, and readers over it.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use bytes::Bytes;

use crate::columnar::{ArrowInput, ParquetInput};
use crate::csv::Chunk;
use crate::decompress::{self, Entry, Meter};
use crate::error::FormatError;
use crate::excel::SheetInput;
use crate::json::JsonInput;
use crate::layout::{Compression, Format, Layout};
use crate::limits::Limits;
use crate::options::{ColumnSpec, ReadOptions, Types};
use crate::reader::Reader;
use crate::reject::Warning;
use crate::rows::{Column, Plan};
use crate::sniff::{ContentKind, SAMPLE_BYTES, Sample, detect_content, text_format};
use crate::source::{SharedSource, SourceReader, read_full_at};
use crate::text::TextInput;
use crate::types::{Ambiguity, FileFacts, InferredColumn, ValueFormat};

/// What is read of a file.
#[derive(Debug, Clone, Default)]
pub struct ReadRequest {
    /// Places of the wanted columns; all where `None`. Only these are built.
    pub projection: Option<Vec<usize>>,
    /// Name of a further column with the number of each row.
    pub row_numbers: Option<String>,
    /// The part to read; the whole where `None`.
    pub chunk: Option<Chunk>,
}

/// An opened file. Cheap to clone; any number of readers may stand on it at once.
#[derive(Debug, Clone)]
pub struct Input {
    pub(crate) content: Content,
    pub(crate) options: Arc<ReadOptions>,
    pub(crate) layout: Arc<Layout>,
    pub(crate) columns: Arc<[Column]>,
    schema: SchemaRef,
    pub(crate) kind: Kind,
    warnings: Vec<Warning>,
    facts: Option<Arc<FileFacts>>,
}

/// How the bytes are come by.
#[derive(Clone)]
pub(crate) struct Content {
    pub(crate) source: SharedSource,
    pub(crate) compression: Compression,
    pub(crate) entry: Option<Entry>,
    pub(crate) limits: Limits,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} bytes, {}",
            self.source.length(),
            self.compression
        )
    }
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Text(TextInput),
    Json(JsonInput),
    Parquet(ParquetInput),
    Arrow(ArrowInput),
    Sheet(SheetInput),
}

impl Content {
    pub(crate) fn open(&self, meter: &Meter) -> Result<Box<dyn Read + Send>, FormatError> {
        decompress::open(
            &self.source,
            self.compression,
            self.entry.as_ref(),
            &self.limits,
            meter,
        )
    }

    /// Bytes that are read of the source.
    pub(crate) fn packed_bytes(&self) -> u64 {
        let packed = self.entry.as_ref().map(|entry| entry.compressed);
        packed.unwrap_or_else(|| self.source.length())
    }

    /// The content at any offset: as it is, or unpacked into memory.
    fn random_access(&self, format: Format) -> Result<SharedSource, FormatError> {
        if self.compression == Compression::None {
            return Ok(Arc::clone(&self.source));
        }
        let input = self.open(&Meter::default())?;
        let bytes = decompress::read_all(input, format, self.limits.buffered_bytes)?;
        Ok(Arc::new(Bytes::from(bytes)))
    }

    /// Samples of an uncompressed file beside its head: what is rare may not stand there.
    pub(crate) fn probes(&self) -> Result<Vec<Vec<u8>>, FormatError> {
        const PROBES: u64 = 8;
        const PROBE_BYTES: u64 = 64 << 10;
        let length = self.source.length();
        if self.compression != Compression::None
            || length < SAMPLE_BYTES as u64 + PROBE_BYTES * PROBES
        {
            return Ok(Vec::new());
        }
        (1..=PROBES)
            .map(|place| {
                let start = (length - PROBE_BYTES) / PROBES * place;
                let range =
                    SourceReader::range(Arc::clone(&self.source), start, start + PROBE_BYTES);
                Ok(Sample::read(range, PROBE_BYTES as usize)?.bytes)
            })
            .collect()
    }
}

impl Input {
    /// Finds out what a file is and what its columns are. Where types are to be inferred this reads
    /// the whole file once.
    pub fn open(source: SharedSource, options: &ReadOptions) -> Result<Self, FormatError> {
        Self::open_with(source, options, 1)
    }

    /// As [`Input::open`], inferring types with up to `threads` threads.
    pub fn open_with(
        source: SharedSource,
        options: &ReadOptions,
        threads: usize,
    ) -> Result<Self, FormatError> {
        let input = Self::open_untyped(source, options)?;
        if !input.is_text() {
            return Ok(input);
        }
        match &input.options.types {
            Types::Text => Ok(input),
            // Where the caller tells all types there is nothing to find out.
            Types::Columns(specs) if input.are_all_declared(specs) => input.typed(None),
            Types::Infer | Types::Columns(_) => {
                let facts = input.observe_with(threads)?;
                input.typed(Some(facts))
            }
        }
    }

    /// As [`Input::open`], with every column of text formats as text: for callers that infer types
    /// chunk by chunk (see [`Input::observe`] and [`Input::with_types`]).
    pub fn open_untyped(source: SharedSource, options: &ReadOptions) -> Result<Self, FormatError> {
        let mut options = options.clone();
        options.limits = options.limits.sane();
        let options = Arc::new(options);
        if source.length() == 0 {
            return Err(FormatError::EmptyFile);
        }
        let content = open_content(source, &options)?;
        let sample = Sample::read(content.open(&Meter::default())?, SAMPLE_BYTES)?;
        if sample.bytes.is_empty() {
            return Err(FormatError::EmptyFile);
        }
        let format = match content.spreadsheet()? {
            Some(format) => declared_workbook(format, &options)?,
            None => find_format(&sample, &content, &options)?,
        };
        let mut warnings = Vec::new();
        warn_of_name(&options, format, &mut warnings);
        let mut layout = Layout {
            format,
            compression: content.compression,
            entry: content.entry.as_ref().map(|entry| entry.name.clone()),
            encoding: encoding_rs::UTF_8,
            bom_bytes: 0,
            csv: None,
        };
        let (kind, columns, schema) = match format {
            Format::Csv => {
                let input =
                    TextInput::open(&content, &sample, &options, &mut layout, &mut warnings)?;
                let columns = input.columns();
                (Kind::Text(input), columns, None)
            }
            Format::Json | Format::Ndjson => {
                let input =
                    JsonInput::open(&content, &sample, &options, &mut layout, &mut warnings)?;
                let columns = input.columns();
                (Kind::Json(input), columns, None)
            }
            Format::Parquet => {
                let input = ParquetInput::open(content.random_access(format)?, &options.limits)?;
                let schema = input.schema();
                (Kind::Parquet(input), Vec::new(), Some(schema))
            }
            Format::Arrow => {
                let input = ArrowInput::open(content.random_access(format)?, &options.limits)?;
                let schema = input.schema();
                (Kind::Arrow(input), Vec::new(), Some(schema))
            }
            Format::Xlsx | Format::Xlsb => {
                let source = content.random_access(format)?;
                let input = SheetInput::open(source, format, &options, &mut warnings)?;
                let columns = input.columns();
                (Kind::Sheet(input), columns, None)
            }
        };
        let columns: Arc<[Column]> = columns.into();
        let schema = schema.unwrap_or_else(|| schema_of(&columns));
        Ok(Self {
            content,
            options,
            layout: Arc::new(layout),
            columns,
            schema,
            kind,
            warnings,
            facts: None,
        })
    }

    /// What the file is.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// All columns of the file.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// What was seen while the file was opened.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What was found in each column when types were inferred.
    pub fn facts(&self) -> Option<&FileFacts> {
        self.facts.as_deref()
    }

    /// Opens a reader.
    pub fn reader(&self, request: &ReadRequest) -> Result<Reader, FormatError> {
        Reader::new(self, request)
    }

    /// Whether values come as text and their types are found out here.
    fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text(_) | Kind::Json(_) | Kind::Sheet(_))
    }

    /// Takes every cell of the file, or of a chunk, into account. Facts of chunks merge.
    pub fn observe(&self, chunk: Option<&Chunk>) -> Result<FileFacts, FormatError> {
        match &self.kind {
            Kind::Text(input) => input.observe(&self.content, chunk),
            Kind::Json(input) => input.observe(&self.content, chunk),
            Kind::Sheet(input) => Ok(input.observe()),
            Kind::Parquet(_) | Kind::Arrow(_) => Ok(FileFacts::default()),
        }
    }

    /// The same file with the types that its facts allow, and those that the caller declared.
    pub fn with_types(&self, facts: &FileFacts) -> Result<Self, FormatError> {
        if !self.is_text() {
            return Ok(self.clone());
        }
        self.typed(Some(facts.clone()))
    }

    fn are_all_declared(&self, specs: &[ColumnSpec]) -> bool {
        let declared: HashSet<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        self.columns
            .iter()
            .all(|column| declared.contains(column.name.as_str()))
    }

    fn typed(&self, facts: Option<FileFacts>) -> Result<Self, FormatError> {
        let declared = match &self.options.types {
            Types::Columns(columns) => columns.as_slice(),
            Types::Infer | Types::Text => &[],
        };
        let decimal_comma = self
            .layout
            .csv
            .as_ref()
            .is_some_and(|csv| csv.decimal_comma);
        let mut inferred = facts.as_ref().map_or_else(Vec::new, |facts| {
            facts.decide(self.options.day_first, decimal_comma)
        });
        inferred.resize_with(self.columns.len(), || {
            FileFacts::new(1).decide(None, false).remove(0)
        });
        let mut input = self.clone();
        let mut columns = Vec::with_capacity(self.columns.len());
        let given: HashSet<&str> = declared.iter().map(|spec| spec.name.as_str()).collect();
        for (column, inferred) in self.columns.iter().zip(inferred) {
            if !given.contains(column.name.as_str()) {
                warn_of_ambiguity(&column.name, &inferred, &mut input.warnings);
            }
            columns.push(Column {
                name: column.name.clone(),
                data_type: inferred.data_type,
                format: inferred.format,
                declared: false,
            });
        }
        let names = || self.columns.iter().map(|column| column.name.clone());
        let places: HashMap<String, usize> = names()
            .enumerate()
            .map(|(place, name)| (name, place))
            .collect();
        for spec in declared {
            let column = places
                .get(&spec.name)
                .and_then(|place| columns.get_mut(*place))
                .ok_or_else(|| FormatError::ColumnNotFound {
                    name: spec.name.clone(),
                    columns: names().collect(),
                })?;
            // A type that cannot be built is refused now, not at the first batch.
            crate::types::ColumnBuilder::new(&spec.name, &spec.data_type, 0)?;
            column.data_type = spec.data_type.clone();
            column.format = ValueFormat::of(spec)?;
            column.declared = true;
        }
        input.columns = columns.into();
        input.schema = schema_of(&input.columns);
        input.facts = facts.map(Arc::new);
        Ok(input)
    }

    /// What a request asks of rows of cells; nothing of formats that have columns already.
    pub(crate) fn plan(&self, request: &ReadRequest) -> Result<Plan, FormatError> {
        let projection = match &self.kind {
            Kind::Parquet(_) | Kind::Arrow(_) => Some([].as_slice()),
            Kind::Text(_) | Kind::Json(_) | Kind::Sheet(_) => request.projection.as_deref(),
        };
        Plan::new(
            Arc::clone(&self.columns),
            projection,
            request.row_numbers.as_deref(),
            self.options.bad_values,
        )
    }

    /// Whether [`Input::observe`] only answers what was found on opening.
    pub(crate) fn knows_facts(&self) -> bool {
        match &self.kind {
            Kind::Text(_) => false,
            Kind::Json(input) => input.knows_facts(),
            Kind::Sheet(_) | Kind::Parquet(_) | Kind::Arrow(_) => true,
        }
    }
}

fn schema_of(columns: &[Column]) -> SchemaRef {
    let fields: Vec<_> = columns
        .iter()
        .map(|column| arrow::datatypes::Field::new(&column.name, column.data_type.clone(), true))
        .collect();
    Arc::new(Schema::new(fields))
}

fn open_content(source: SharedSource, options: &ReadOptions) -> Result<Content, FormatError> {
    let mut head = [0; 16];
    let count = read_full_at(source.as_ref(), 0, &mut head).map_err(FormatError::from_io)?;
    let found = decompress::detect(&head[..count])?;
    let compression = match options.compression {
        Some(declared) if declared != found && declared != Compression::None => {
            return Err(FormatError::InvalidOption {
                option: "compression",
                reason: format!(
                    "the file was declared as {declared} but is {found}; leave the option out"
                ),
            });
        }
        Some(declared) => declared,
        None => found,
    };
    let mut content = Content {
        source,
        compression,
        entry: None,
        limits: options.limits,
    };
    if compression == Compression::Zip {
        if content.spreadsheet()?.is_some() {
            content.compression = Compression::None;
        } else {
            content.entry = Some(decompress::only_entry(&content.source)?);
        }
    }
    Ok(content)
}

impl Content {
    /// The kind of workbook, where the archive is one.
    fn spreadsheet(&self) -> Result<Option<Format>, FormatError> {
        let mut head = [0; 4];
        let count =
            read_full_at(self.source.as_ref(), 0, &mut head).map_err(FormatError::from_io)?;
        if self.entry.is_some() || decompress::detect(&head[..count]).ok() != Some(Compression::Zip)
        {
            return Ok(None);
        }
        let names = decompress::entry_names(&self.source)?;
        let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        if has("xl/workbook.xml") {
            Ok(Some(Format::Xlsx))
        } else if has("xl/workbook.bin") {
            Ok(Some(Format::Xlsb))
        } else if has("content.xml") && has("mimetype") {
            Err(FormatError::UnsupportedSpreadsheet {
                name: "OpenDocument (.ods)".to_owned(),
            })
        } else {
            Ok(None)
        }
    }
}

/// The format of content that is no workbook; what the caller declared must be what is there.
fn find_format(
    sample: &Sample,
    content: &Content,
    options: &ReadOptions,
) -> Result<Format, FormatError> {
    let refuse =
        |declared, reason: String| Err(FormatError::NotDeclaredFormat { declared, reason });
    let kind = detect_content(&sample.bytes);
    let Some(declared) = options.format else {
        if let Some(format) = zipped_workbook(sample, content) {
            return Ok(format);
        }
        return match kind? {
            ContentKind::Parquet => Ok(Format::Parquet),
            ContentKind::Arrow => Ok(Format::Arrow),
            ContentKind::Text => find_text_format(sample, options),
        };
    };
    match (declared, kind) {
        (Format::Parquet, Ok(ContentKind::Parquet)) | (Format::Arrow, Ok(ContentKind::Arrow)) => {
            Ok(declared)
        }
        (Format::Csv | Format::Json | Format::Ndjson, Ok(ContentKind::Text)) => {
            let text = crate::text::as_utf8(sample, options)?;
            match text_format(&text) {
                Err(_) => refuse(declared, "it is no text".to_owned()),
                Ok(Format::Csv) if declared != Format::Csv => {
                    refuse(declared, "it begins with no object and no array".to_owned())
                }
                Ok(_) => Ok(declared),
            }
        }
        (_, Ok(kind)) => refuse(
            declared,
            format!(
                "the content is {}",
                match kind {
                    ContentKind::Parquet => "Parquet",
                    ContentKind::Arrow => "Arrow",
                    ContentKind::Text => "text or unknown",
                }
            ),
        ),
        (_, Err(FormatError::UnknownFormat { reason })) => refuse(declared, reason),
        (_, Err(error)) => Err(error),
    }
}

/// The format of text; a path and a name settle what content leaves open.
fn find_text_format(sample: &Sample, options: &ReadOptions) -> Result<Format, FormatError> {
    let format = text_format(&crate::text::as_utf8(sample, options)?)?;
    let is_lines = options.file_name.as_deref().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        name.contains(".ndjson") || name.contains(".jsonl")
    });
    let is_object = sample.bytes.trim_ascii_start().starts_with(b"{");
    Ok(match format {
        Format::Ndjson if options.json_path.is_some() => Format::Json,
        Format::Json if is_lines && is_object => Format::Ndjson,
        format => format,
    })
}

/// A workbook that was declared as one, or as nothing.
fn declared_workbook(format: Format, options: &ReadOptions) -> Result<Format, FormatError> {
    match options.format {
        None | Some(Format::Xlsx | Format::Xlsb) => Ok(format),
        Some(declared) => Err(FormatError::NotDeclaredFormat {
            declared,
            reason: "the content is a workbook".to_owned(),
        }),
    }
}

/// A workbook inside a compressed file.
fn zipped_workbook(sample: &Sample, content: &Content) -> Option<Format> {
    (content.compression != Compression::None && sample.bytes.starts_with(b"PK\x03\x04"))
        .then_some(Format::Xlsx)
}

fn warn_of_name(options: &ReadOptions, format: Format, warnings: &mut Vec<Warning>) {
    let Some(name) = &options.file_name else {
        return;
    };
    let lower = name.to_ascii_lowercase();
    let claims = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    let claimed = if claims(&[".csv", ".tsv", ".txt"]) {
        Format::Csv
    } else if claims(&[".json"]) {
        Format::Json
    } else if claims(&[".ndjson", ".jsonl"]) {
        Format::Ndjson
    } else if claims(&[".parquet"]) {
        Format::Parquet
    } else if claims(&[".arrow", ".feather", ".ipc"]) {
        Format::Arrow
    } else if claims(&[".xlsx", ".xlsm"]) {
        Format::Xlsx
    } else {
        return;
    };
    if claimed != format && !(claimed == Format::Json && format == Format::Ndjson) {
        warnings.push(Warning::new(
            "MISNAMED_FILE",
            format!("{name} is named as {claimed} but holds {format}; it was read as {format}"),
        ));
    }
}

fn warn_of_ambiguity(name: &str, column: &InferredColumn, warnings: &mut Vec<Warning>) {
    match column.ambiguity {
        Some(Ambiguity::DayMonth) => warnings.push(Warning::new(
            "AMBIGUOUS_DATES",
            format!("column {name} holds dates whose day and month cannot be told apart; it stays text until `day_first` is set"),
        )),
        Some(Ambiguity::Separator) => warnings.push(Warning::new(
            "AMBIGUOUS_NUMBERS",
            format!("column {name} holds numbers whose separators may be decimal or of thousands; it stays text until its type is given"),
        )),
        None => {}
    }
}
