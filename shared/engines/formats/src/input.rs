//! A file that was opened: what it is, what its columns are, and readers over it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};

use crate::columnar::{ArrowInput, ParquetInput};
use crate::content::{Content, warn_of_name};
use crate::csv::Chunk;
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::excel::SheetInput;
use crate::json::JsonInput;
use crate::layout::{Format, Layout};
use crate::options::{ColumnSpec, ReadOptions, Types};
use crate::reader::Reader;
use crate::reject::Warning;
use crate::rows::{Column, Plan};
use crate::sniff::{SAMPLE_BYTES, Sample};
use crate::source::SharedSource;
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

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Text(TextInput),
    Json(JsonInput),
    Parquet(ParquetInput),
    Arrow(ArrowInput),
    Sheet(SheetInput),
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
        let content = Content::of(source, &options)?;
        let sample = Sample::read(content.open(&Meter::default())?, SAMPLE_BYTES)?;
        if sample.bytes.is_empty() {
            return Err(FormatError::EmptyFile);
        }
        let format = content.format(&sample, &options)?;
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
