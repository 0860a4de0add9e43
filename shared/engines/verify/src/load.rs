//! CSV files into typed batches, with what did not read as its type counted.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, RecordBatch,
    StringViewBuilder, TimestampNanosecondBuilder,
};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;

use crate::scanner::{Cell, Malformed, Scanner};
use crate::schema::{ColumnType, Table};
use crate::typed;

/// Rows of a batch.
const BATCH_ROWS: usize = 8_192;

/// Why files were not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A table of the schema without a file.
    #[error("there is no file for table {0}")]
    MissingFile(String),
    /// A file that belongs to no table, or a second one for the same table.
    #[error("the file {0} belongs to no table of the schema, or its table has one already")]
    UnexpectedFile(String),
    /// More bytes than [`LoadLimits::bytes`].
    #[error("the files have {bytes} bytes; at most {limit} are loaded")]
    TooLarge {
        /// Bytes of all files.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// More rows in one table than [`LoadLimits::rows`].
    #[error("{table} has more than {limit} rows")]
    TooManyRows {
        /// The table.
        table: String,
        /// Rows allowed.
        limit: usize,
    },
    /// The file is not UTF-8.
    #[error("{table} is not UTF-8 after {valid_bytes} bytes")]
    Encoding {
        /// The table.
        table: String,
        /// Bytes that are well-formed.
        valid_bytes: usize,
    },
    /// The first line does not name the columns of the table in their order.
    #[error("{table} begins with the columns [{}], not [{}]", found.join(", "), expected.join(", "))]
    Header {
        /// The table.
        table: String,
        /// Columns of the file.
        found: Vec<String>,
        /// Columns of the schema.
        expected: Vec<String>,
    },
    /// A record with more or fewer cells than the table has columns.
    #[error("line {line} of {table} has {found} cells instead of {expected}")]
    Width {
        /// The table.
        table: String,
        /// Line, from 1.
        line: u64,
        /// Cells found.
        found: usize,
        /// Columns of the table.
        expected: usize,
    },
    /// A break of RFC 4180.
    #[error("line {line} of {table} is malformed: {reason}")]
    Malformed {
        /// The table.
        table: String,
        /// Line, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The schema itself cannot be made into tables.
    #[error("the schema cannot be loaded: {0}")]
    Schema(String),
    /// Arrow refused a batch.
    #[error("a batch cannot be built: {0}")]
    Arrow(#[from] ArrowError),
}

/// Bounds of what is loaded and of the memory that statements may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadLimits {
    /// Bytes of all files together.
    pub bytes: usize,
    /// Rows of one table.
    pub rows: usize,
    /// Memory of all running statements together, in bytes; the loaded tables are not counted.
    pub memory_bytes: usize,
}

impl Default for LoadLimits {
    /// 512 MiB of files, 10 million rows a table, 512 MiB for statements.
    fn default() -> Self {
        Self {
            bytes: 512 << 20,
            rows: 10_000_000,
            memory_bytes: 512 << 20,
        }
    }
}

/// What was seen in one column while it was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColumnCounts {
    /// Cells with nothing in them.
    pub empty: u64,
    /// Cells that have a text which does not read as the column's type; they load as NULL.
    pub unreadable: u64,
    /// Text cells that begin or end with white space.
    pub padded: u64,
}

/// One table in memory.
#[derive(Debug, Clone)]
pub(crate) struct LoadedTable {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) rows: u64,
    /// Counts, in column order.
    pub(crate) counts: Vec<ColumnCounts>,
}

/// Reads the file of `table`.
pub(crate) fn load_table(
    table: &Table,
    bytes: &[u8],
    max_rows: usize,
) -> Result<LoadedTable, LoadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| LoadError::Encoding {
        table: table.name.clone(),
        valid_bytes: error.valid_up_to(),
    })?;
    let malformed = |fault: Malformed| LoadError::Malformed {
        table: table.name.clone(),
        line: fault.line,
        reason: fault.reason.to_owned(),
    };
    let mut scanner = Scanner::new(text);
    check_header(table, &mut scanner)?;

    let width = table.columns.len();
    let schema = table.arrow_schema();
    let mut builders: Vec<ColumnBuilder> = table
        .columns
        .iter()
        .map(|column| ColumnBuilder::new(column.data_type))
        .collect();
    let mut batches = Vec::new();
    let mut rows = 0;
    let mut rows_in_batch = 0;
    while !scanner.is_at_end() {
        if rows == max_rows {
            return Err(LoadError::TooManyRows {
                table: table.name.clone(),
                limit: max_rows,
            });
        }
        let line = scanner.line();
        let mut found = 0;
        loop {
            let cell = scanner.next_cell().map_err(malformed)?;
            if let Some(builder) = builders.get_mut(found) {
                builder.push(&cell);
            }
            found += 1;
            if cell.last {
                break;
            }
        }
        if found != width {
            return Err(LoadError::Width {
                table: table.name.clone(),
                line,
                found,
                expected: width,
            });
        }
        rows += 1;
        rows_in_batch += 1;
        if rows_in_batch == BATCH_ROWS {
            batches.push(finish(&schema, &mut builders)?);
            rows_in_batch = 0;
        }
    }
    if rows_in_batch > 0 {
        batches.push(finish(&schema, &mut builders)?);
    }
    let counts = builders.iter().map(|builder| builder.counts).collect();
    Ok(LoadedTable {
        schema,
        batches,
        rows: rows as u64,
        counts,
    })
}

fn check_header(table: &Table, scanner: &mut Scanner<'_>) -> Result<(), LoadError> {
    let expected: Vec<String> = table
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let mut found = Vec::new();
    while !scanner.is_at_end() {
        let cell = scanner.next_cell().map_err(|fault| LoadError::Malformed {
            table: table.name.clone(),
            line: fault.line,
            reason: fault.reason.to_owned(),
        })?;
        // One name more than expected is enough to tell: the rest of a hostile header is not kept.
        if found.len() <= expected.len() {
            found.push(cell.text.chars().take(128).collect());
        }
        if cell.last {
            break;
        }
    }
    if found == expected && !expected.is_empty() {
        Ok(())
    } else {
        Err(LoadError::Header {
            table: table.name.clone(),
            found,
            expected,
        })
    }
}

fn finish(schema: &SchemaRef, builders: &mut [ColumnBuilder]) -> Result<RecordBatch, ArrowError> {
    let arrays = builders
        .iter_mut()
        .map(ColumnBuilder::finish)
        .collect::<Result<_, _>>()?;
    RecordBatch::try_new(Arc::clone(schema), arrays)
}

#[derive(Debug)]
struct ColumnBuilder {
    values: Values,
    counts: ColumnCounts,
}

#[derive(Debug)]
enum Values {
    Text(StringViewBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder),
    Date(Date32Builder),
    Timestamp(TimestampNanosecondBuilder),
    Boolean(BooleanBuilder),
}

impl ColumnBuilder {
    fn new(data_type: ColumnType) -> Self {
        let values = match data_type {
            ColumnType::Text => Values::Text(StringViewBuilder::with_capacity(BATCH_ROWS)),
            ColumnType::Integer => Values::Integer(Int64Builder::with_capacity(BATCH_ROWS)),
            ColumnType::Decimal => Values::Decimal(Decimal128Builder::with_capacity(BATCH_ROWS)),
            ColumnType::Date => Values::Date(Date32Builder::with_capacity(BATCH_ROWS)),
            ColumnType::Timestamp => {
                Values::Timestamp(TimestampNanosecondBuilder::with_capacity(BATCH_ROWS))
            }
            ColumnType::Boolean => Values::Boolean(BooleanBuilder::with_capacity(BATCH_ROWS)),
        };
        Self {
            values,
            counts: ColumnCounts::default(),
        }
    }

    fn push(&mut self, cell: &Cell<'_>) {
        let is_empty = cell.text.is_empty() && !cell.quoted;
        let text = cell.text;
        let readable = match &mut self.values {
            Values::Text(builder) => {
                builder.append_option((!is_empty).then_some(text));
                self.counts.padded += u64::from(text.trim().len() < text.len());
                true
            }
            Values::Integer(builder) => {
                append(typed::integer(text), |value| builder.append_option(value))
            }
            Values::Decimal(builder) => {
                append(typed::decimal(text), |value| builder.append_option(value))
            }
            Values::Date(builder) => {
                append(typed::date(text), |value| builder.append_option(value))
            }
            Values::Timestamp(builder) => {
                append(typed::timestamp(text), |value| builder.append_option(value))
            }
            Values::Boolean(builder) => {
                append(typed::boolean(text), |value| builder.append_option(value))
            }
        };
        self.counts.empty += u64::from(is_empty);
        self.counts.unreadable += u64::from(!is_empty && !readable);
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match &mut self.values {
            Values::Text(builder) => Arc::new(builder.finish()),
            Values::Integer(builder) => Arc::new(builder.finish()),
            Values::Decimal(builder) => Arc::new(builder.finish().with_precision_and_scale(18, 2)?),
            Values::Date(builder) => Arc::new(builder.finish()),
            Values::Timestamp(builder) => Arc::new(builder.finish()),
            Values::Boolean(builder) => Arc::new(builder.finish()),
        })
    }
}

/// Appends and says whether there was a value.
fn append<T>(value: Option<T>, push: impl FnOnce(Option<T>)) -> bool {
    let readable = value.is_some();
    push(value);
    readable
}
