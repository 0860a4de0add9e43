//! Files of rows into tables of declared types.

mod fault;
mod readings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, new_null_array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::arrow::error::ArrowError;
use millrace_formats::{
    CharacterOption, Compression, Format, FormatError, HeaderOption, InvalidUtf8, RaggedRows,
    ReadOptions, Reader, Types,
};

use crate::answer;
use crate::definition::TableDefinition;
use crate::tables::Tables;
pub use fault::LoadFault;
use fault::too_large;
use readings::Readings;

/// Bounds of what is loaded and of the memory that statements may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadLimits {
    /// Bytes that all tables together may take in memory; a cell counts as 16 at least.
    pub bytes: usize,
    /// Rows of one table.
    pub rows: usize,
    /// Bytes of one cell.
    pub cell_bytes: usize,
    /// Memory of all running statements together, in bytes; the tables are not counted.
    pub memory_bytes: usize,
}

/// What a cell takes as text.
const CELL_BYTES: usize = 16;

impl Default for LoadLimits {
    /// 256 MiB of tables, 2 million rows a table, cells of 64 KiB, 256 MiB for statements.
    fn default() -> Self {
        Self {
            bytes: 256 << 20,
            rows: 2_000_000,
            cell_bytes: 64 << 10,
            memory_bytes: 256 << 20,
        }
    }
}

/// Takes rows table by table, within [`LoadLimits`]. Names are compared without case.
#[derive(Debug)]
pub struct Loader {
    definitions: Vec<TableDefinition>,
    limits: LoadLimits,
    lenient: bool,
    loaded: BTreeMap<usize, Loaded>,
    /// Places of the tables whose rows cannot be read.
    failed: BTreeSet<usize>,
    bytes: usize,
}

#[derive(Debug)]
struct Loaded {
    /// The parts of each column, in the order of the definition.
    columns: Vec<Vec<ArrayRef>>,
    rows: usize,
}

impl Loader {
    /// Tables without rows.
    pub fn new(definitions: impl IntoIterator<Item = TableDefinition>) -> Self {
        Self {
            definitions: definitions.into_iter().collect(),
            limits: LoadLimits::default(),
            lenient: false,
            loaded: BTreeMap::new(),
            failed: BTreeSet::new(),
            bytes: 0,
        }
    }

    /// With other limits.
    #[must_use]
    pub fn within(mut self, limits: LoadLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Takes bytes that are no UTF-8 as U+FFFD, and short rows for ones that end with nulls.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// Takes the rows of a table from CSV with a header and commas. An empty cell is null, an empty
    /// quoted one the empty text; columns that the file does not have are null.
    ///
    /// # Errors
    /// A [`LoadFault`] that names the table, and the row where there is one.
    pub fn csv(&mut self, table: &str, bytes: Vec<u8>) -> Result<(), LoadFault> {
        let options = ReadOptions {
            format: Some(Format::Csv),
            compression: Some(Compression::None),
            encoding: Some("utf-8".to_owned()),
            delimiter: Some(b','),
            quote: CharacterOption::Is(b'"'),
            escape: CharacterOption::None,
            header: HeaderOption::Present,
            null_values: vec![String::new()],
            invalid_utf8: if self.lenient {
                InvalidUtf8::Replace
            } else {
                InvalidUtf8::Fail
            },
            types: Types::Text,
            ..self.options()
        };
        self.read(table, bytes, &options)
    }

    /// Takes the rows of a table from Parquet.
    ///
    /// # Errors
    /// A [`LoadFault`] that names the table.
    pub fn parquet(&mut self, table: &str, bytes: Vec<u8>) -> Result<(), LoadFault> {
        let options = ReadOptions {
            format: Some(Format::Parquet),
            ..self.options()
        };
        self.read(table, bytes, &options)
    }

    fn options(&self) -> ReadOptions {
        let mut options = ReadOptions {
            ragged_rows: if self.lenient {
                RaggedRows::Pad
            } else {
                RaggedRows::Quarantine
            },
            // The first is told; a file of nothing but such rows is not read to its end.
            max_rejected_rows: 100,
            ..ReadOptions::default()
        };
        options.limits.buffered_bytes = self.limits.bytes as u64;
        options.limits.decompressed_bytes = self.limits.bytes as u64;
        options.limits.record_bytes = self.limits.cell_bytes.clamp(4 << 20, 1 << 30);
        options.limits.batch_bytes = 1 << 20;
        options.limits.columns = 10_000;
        options
    }

    fn read(
        &mut self,
        table: &str,
        bytes: Vec<u8>,
        options: &ReadOptions,
    ) -> Result<(), LoadFault> {
        let same = |name: &str| name.eq_ignore_ascii_case(table);
        let exact = self
            .definitions
            .iter()
            .position(|known| known.name == table);
        let place = exact.or_else(|| self.definitions.iter().position(|known| same(&known.name)));
        let place = place.ok_or_else(|| LoadFault::UnknownTable(table.to_owned()))?;
        if self.loaded.contains_key(&place) {
            return Err(LoadFault::Twice(table.to_owned()));
        }
        let loaded = self.rows(place, table, bytes, options);
        match loaded {
            Ok(loaded) => {
                self.loaded.extend(loaded.map(|loaded| (place, loaded)));
                Ok(())
            }
            Err(fault) => {
                self.failed.insert(place);
                Err(fault)
            }
        }
    }

    /// The rows of the table at `place`; nothing for a file without bytes.
    fn rows(
        &mut self,
        place: usize,
        table: &str,
        bytes: Vec<u8>,
        options: &ReadOptions,
    ) -> Result<Option<Loaded>, LoadFault> {
        let definition = &self.definitions[place];
        let file = |fault: FormatError| LoadFault::File {
            table: table.to_owned(),
            fault,
        };
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut reader = Reader::open(Arc::new(bytes), options).map_err(file)?;
        let places = places(definition, &reader.schema())?;
        let mut columns = vec![Vec::new(); definition.columns.len()];
        let mut rows = 0;
        while let Some(batch) = reader.next_batch().map_err(file)? {
            rows += batch.num_rows();
            if rows > self.limits.rows {
                return Err(too_large(table, "rows", self.limits.rows));
            }
            for (column, parts) in columns.iter_mut().enumerate() {
                let part = match places[column] {
                    Some(place) => plain(batch.column(place)).map_err(|fault| LoadFault::Type {
                        table: table.to_owned(),
                        fault,
                    })?,
                    None => new_null_array(&DataType::Utf8View, batch.num_rows()),
                };
                if answer::longest(&part) > self.limits.cell_bytes {
                    return Err(too_large(table, "bytes in a cell", self.limits.cell_bytes));
                }
                // What is small now may become text.
                let charged = part.get_array_memory_size().max(part.len() * CELL_BYTES);
                self.bytes = self.bytes.saturating_add(charged);
                parts.push(part);
            }
            if self.bytes > self.limits.bytes {
                return Err(too_large(
                    table,
                    "bytes, with the tables before it",
                    self.limits.bytes,
                ));
            }
        }
        if let Some(reject) = reader.rejects().first() {
            return Err(LoadFault::Row {
                table: table.to_owned(),
                row: reject.row,
                reason: reject.message.clone(),
            });
        }
        Ok(Some(Loaded { columns, rows }))
    }

    /// The tables, those without rows empty, those whose rows could not be read left out.
    ///
    /// # Errors
    /// [`LoadFault::Schema`] where two tables or two columns of a table share a name;
    /// [`LoadFault::TooLarge`] for what has become more than a limit as text.
    pub fn finish(mut self) -> Result<Tables, LoadFault> {
        // In one part, so that a statement gives the same rows in the same order each time, to the last
        // digit of a sum.
        let mut tables = Tables::new(1, self.limits.memory_bytes)?;
        let mut readings = Vec::with_capacity(self.definitions.len());
        for (place, definition) in self.definitions.iter().enumerate() {
            if self.failed.contains(&place) {
                continue;
            }
            let loaded = self.loaded.remove(&place).unwrap_or_else(|| Loaded {
                columns: vec![Vec::new(); definition.columns.len()],
                rows: 0,
            });
            readings.push((definition, Readings::of(definition, loaded, &self.limits)?));
        }
        for (definition, Readings { exact, odd, .. }) in &readings {
            tables.add_table(exact.table(definition, odd))?;
        }
        if readings
            .iter()
            .any(|(_, readings)| !readings.odd.is_empty())
        {
            let declared = readings.iter().map(|(definition, readings)| {
                let rows = readings.declared.as_ref().unwrap_or(&readings.exact);
                rows.table(definition, &readings.odd)
            });
            tables.declare(declared.collect())?;
        }
        Ok(tables)
    }
}

/// Where the file has each column of the table.
fn places(definition: &TableDefinition, file: &Schema) -> Result<Vec<Option<usize>>, LoadFault> {
    let mut places = vec![None; definition.columns.len()];
    for (at, field) in file.fields().iter().enumerate() {
        let name = field.name().trim();
        let columns = &definition.columns;
        let exact = columns.iter().position(|(known, _)| known == name);
        let place = exact.or_else(|| {
            columns
                .iter()
                .position(|(known, _)| known.eq_ignore_ascii_case(name))
        });
        match place {
            Some(place) if places[place].is_none() => places[place] = Some(at),
            _ => {
                return Err(LoadFault::UnknownColumn {
                    table: definition.name.clone(),
                    column: name.chars().take(128).collect(),
                    columns: columns.iter().map(|(name, _)| name.clone()).collect(),
                });
            }
        }
    }
    Ok(places)
}

/// A column without dictionaries, and with text in one form.
fn plain(part: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match part.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Dictionary(..) => {
            cast(part, &DataType::Utf8View)
        }
        _ => Ok(Arc::clone(part)),
    }
}

#[cfg(test)]
mod tests;
