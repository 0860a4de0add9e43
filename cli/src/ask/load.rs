//! Files as a database that can be asked and queried.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow::datatypes::DataType;
use chrono::NaiveDate;
use millrace_asksql::{Answer, Database, Kind, TableOutline};
use millrace_formats::{Input, ReadOptions};
use millrace_query::{ColumnKind, LoadLimits, Loader, QueryLimits, TableDefinition, Tables};

use super::AskError;
use crate::challenge::say;

/// A database in two forms: compiled for questions, and as tables for SQL.
#[derive(Debug)]
pub struct Opened {
    compiled: Database,
    /// The tables without rows, every column of its declared type.
    declared: Tables,
    /// The tables with rows, whose cells are shown as they are written. Those of an unreadable file are
    /// missing.
    pub tables: Tables,
    /// There are rows to answer with.
    pub has_rows: bool,
}

impl Opened {
    /// Answers with SQL that can be planned over the declared types.
    pub fn ask(&self, question: &str, today: NaiveDate) -> Answer {
        let planned = |sql: &str| self.declared.plan_now(sql).is_ok();
        millrace_asksql::ask(&self.compiled, question, today, &planned)
    }
}

/// Bounds of one answer: all rows that there are.
pub fn limits() -> QueryLimits {
    QueryLimits {
        rows: usize::MAX,
        bytes: usize::MAX,
        timeout: Duration::from_secs(60),
    }
}

/// Rows of a table whose values questions may name.
const KNOWN_ROWS: usize = 200_000;

/// What may be loaded: as much as this machine holds.
fn load_limits() -> LoadLimits {
    LoadLimits {
        bytes: usize::MAX,
        rows: usize::MAX,
        cell_bytes: usize::MAX,
        memory_bytes: 2 << 30,
    }
}

/// A file with the rows of one table.
struct Source {
    table: String,
    path: PathBuf,
}

impl Source {
    fn of(path: PathBuf) -> Option<Self> {
        let table = path.file_stem()?.to_string_lossy().into_owned();
        Some(Self { table, path })
    }

    fn is(&self, extension: &str) -> bool {
        let own = self.path.extension();
        own.is_some_and(|own| own.eq_ignore_ascii_case(extension))
    }
}

/// Opens a file with rows, a folder of them, or a file of CREATE TABLE statements.
pub fn open(path: &Path) -> Result<Opened, AskError> {
    if path.is_dir() {
        let schema = path.join("schema.sql");
        let sources = sources(path)?;
        return match schema.is_file() {
            true => with_schema(path, &read(&schema)?, &sources),
            false => without_schema(path, &sources),
        };
    }
    match Source::of(path.to_owned()) {
        Some(source) if !source.is("sql") => without_schema(path, &[source]),
        _ => with_schema(path, &read(path)?, &[]),
    }
}

/// The files with rows of a folder, by their names.
fn sources(folder: &Path) -> Result<Vec<Source>, AskError> {
    let file = |error| AskError::File(folder.to_owned(), error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(file)? {
        paths.push(entry.map_err(file)?.path());
    }
    paths.sort();
    let sources = paths.into_iter().filter_map(Source::of);
    let rows = |source: &Source| source.is("csv") || source.is("parquet");
    Ok(sources.filter(rows).collect())
}

fn read(path: &Path) -> Result<String, AskError> {
    let bytes = std::fs::read(path).map_err(|error| AskError::File(path.to_owned(), error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn fault(path: &Path, fault: &impl std::fmt::Display) -> AskError {
    AskError::Database(path.to_owned(), fault.to_string())
}

/// Files that bring their columns with them: Parquet, or anything whose types can be found out.
fn without_schema(path: &Path, sources: &[Source]) -> Result<Opened, AskError> {
    let ddl: Result<String, AskError> = sources.iter().map(table_of).collect();
    with_schema(path, &ddl?, sources)
}

/// The tables of `ddl`. One whose file cannot be read can be asked, but nothing runs on it.
fn with_schema(path: &Path, ddl: &str, sources: &[Source]) -> Result<Opened, AskError> {
    let builder = || Database::builder(ddl).map_err(|error| fault(path, &error));
    let outline = builder()?.compile().outline();
    let mut files = Vec::new();
    for source in sources {
        let bytes = std::fs::read(&source.path)
            .map_err(|error| AskError::File(source.path.clone(), error))?;
        files.push((source, bytes));
    }
    let defined = outline.iter().map(|table| {
        let own = |(source, _): &&(&Source, _)| source.table.eq_ignore_ascii_case(&table.name);
        let csv = files
            .iter()
            .filter(own)
            .filter(|(source, _)| source.is("csv"));
        let written: Vec<TextColumn> = csv.flat_map(|(_, bytes)| texts(bytes)).collect();
        definition(table, &written)
    });
    let mut loader = Loader::new(defined.collect::<Vec<_>>())
        .within(load_limits())
        .lenient();
    let mut loaded = Vec::new();
    for (source, bytes) in files {
        let rows = if source.is("csv") {
            loader.csv(&source.table, bytes)
        } else {
            loader.parquet(&source.table, bytes)
        };
        match rows {
            Ok(()) => loaded.push(&source.table),
            Err(error) => say(&format!("{}: {error}", source.path.display())),
        }
    }
    let tables = loader.finish().map_err(|error| fault(path, &error))?;
    let mut builder = builder()?;
    let named = |table: &&TableOutline| {
        let mut names = loaded.iter();
        names.any(|name| name.eq_ignore_ascii_case(&table.name))
    };
    for table in outline.iter().filter(named) {
        let mut unknown = None;
        tables.each_row(&table.name, KNOWN_ROWS, |row| {
            unknown = builder.row(&table.name, row.iter().copied()).err();
        })?;
        unknown.map_or(Ok(()), |error| Err(fault(path, &error)))?;
    }
    let declared = outline.iter().map(|table| definition(table, &[]));
    let declared = Loader::new(declared).finish();
    Ok(Opened {
        compiled: builder.compile(),
        declared: declared.map_err(|error| fault(path, &error))?,
        tables,
        has_rows: !loaded.is_empty(),
    })
}

/// A table with the columns whose cells are shown as they are written.
fn definition(table: &TableOutline, written: &[TextColumn]) -> TableDefinition {
    let key = table.columns.iter().filter(|column| column.key);
    let empty = TableDefinition::new(&table.name).key(key.map(|column| &column.name));
    let kinds = table.columns.iter().map(|column| {
        let kind = match column.kind {
            Kind::Integer => ColumnKind::Integer,
            Kind::Real => ColumnKind::Real,
            Kind::Date => ColumnKind::Date,
            Kind::Timestamp => ColumnKind::Timestamp,
            Kind::Boolean => ColumnKind::Boolean,
            Kind::Text => ColumnKind::Text,
        };
        (&column.name, kind)
    });
    let texts = kinds.clone().filter(|(name, kind)| {
        let same = |text: &&TextColumn| text.name.eq_ignore_ascii_case(name);
        written
            .iter()
            .filter(same)
            .any(|text| text.is_text_for(*kind))
    });
    let texts: Vec<&String> = texts.map(|(name, _)| name).collect();
    let whole = kinds.fold(empty, |table, (name, kind)| table.column(name, kind));
    whole.as_written(texts)
}

/// Whether the cells of a column come back as they stand when they are read as days, moments or truths.
struct TextColumn {
    name: String,
    days: bool,
    moments: bool,
    truths: bool,
    numbers: bool,
}

impl TextColumn {
    const fn is_text_for(&self, kind: ColumnKind) -> bool {
        match kind {
            ColumnKind::Date => !self.days,
            ColumnKind::Timestamp => !self.moments,
            ColumnKind::Boolean => !self.truths,
            ColumnKind::Integer | ColumnKind::Real => !self.numbers,
            ColumnKind::Text => false,
        }
    }
}

fn texts(bytes: &[u8]) -> Vec<TextColumn> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let Ok(header) = reader.byte_headers() else {
        return Vec::new();
    };
    let mut columns: Vec<TextColumn> = header
        .iter()
        .map(|name| TextColumn {
            name: String::from_utf8_lossy(name)
                .trim_start_matches('\u{feff}')
                .trim()
                .to_owned(),
            days: true,
            moments: true,
            truths: true,
            numbers: true,
        })
        .collect();
    for record in reader.byte_records().map_while(Result::ok) {
        for (column, cell) in columns.iter_mut().zip(&record) {
            if cell.is_empty() {
                continue;
            }
            column.days &= shaped(cell, b"0000-00-00");
            column.moments &= shaped(cell, b"0000-00-00 00:00:00");
            column.truths &= matches!(cell, b"true" | b"false");
            // 007, +7 and -0 are written so for a reason.
            let digits = cell.strip_prefix(b"-").unwrap_or(cell);
            let odd = matches!(digits, [b'0', b'0'..=b'9', ..] | [b'+', ..]) || cell == b"-0";
            column.numbers &= !odd;
        }
    }
    columns
}

/// The cell has a digit for every 0 of `shape`, and the other letters as they are.
fn shaped(cell: &[u8], shape: &[u8]) -> bool {
    cell.len() == shape.len()
        && cell.iter().zip(shape).all(|(letter, wanted)| {
            if *wanted == b'0' {
                letter.is_ascii_digit()
            } else {
                letter == wanted
            }
        })
}

/// The CREATE TABLE statement of a file.
fn table_of(source: &Source) -> Result<String, AskError> {
    let file = std::fs::File::open(&source.path)
        .map_err(|error| AskError::File(source.path.clone(), error))?;
    let options = ReadOptions {
        file_name: Some(source.path.to_string_lossy().into_owned()),
        ..ReadOptions::default()
    };
    let input =
        Input::open(Arc::new(file), &options).map_err(|error| fault(&source.path, &error))?;
    let columns: Vec<String> = input
        .schema()
        .fields()
        .iter()
        .map(|field| {
            let kind = match field.data_type() {
                DataType::Boolean => "BOOLEAN",
                DataType::Date32 | DataType::Date64 => "DATE",
                DataType::Timestamp(..) => "TIMESTAMP",
                DataType::Decimal128(..) | DataType::Decimal256(..) => "DOUBLE",
                other if other.is_integer() => "BIGINT",
                other if other.is_floating() => "DOUBLE",
                _ => "TEXT",
            };
            format!("{} {kind}", quoted(field.name()))
        })
        .collect();
    Ok(format!(
        "CREATE TABLE {} ({});\n",
        quoted(&source.table),
        columns.join(", ")
    ))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
