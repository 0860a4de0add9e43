//! An opened sheet: where its table is, what its columns are and hold.

use std::sync::Arc;

use calamine::Dimensions;

use super::check;
use super::head::{self, HEAD_ROWS, Head};
use super::range::CellRange;
use super::reader::SheetReader;
use super::workbook::{RowCells, SheetNotes, SheetRows, Workbook};
use crate::cells::CellTable;
use crate::csv::{named, unique_names};
use crate::decompress::Meter;
use crate::error::FormatError;
use crate::json::observe_cell;
use crate::layout::Format;
use crate::limits::Limits;
use crate::options::{HeaderOption, ReadOptions};
use crate::reject::Warning;
use crate::rows::Column;
use crate::source::{SharedSource, Source, Watched};
use crate::types::{ColumnFacts, FileFacts};

/// An opened sheet.
#[derive(Clone)]
pub(crate) struct SheetInput {
    source: Arc<Watched>,
    format: Format,
    sheet: String,
    range: CellRange,
    limits: Limits,
    merged: Arc<[Dimensions]>,
    /// The first row of data.
    first_row: u32,
    first_column: u32,
    names: Vec<String>,
    facts: Arc<FileFacts>,
}

impl std::fmt::Debug for SheetInput {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SheetInput of {} columns", self.names.len())
    }
}

impl SheetInput {
    /// Reads the sheet once, for names, width and types.
    pub(crate) fn open(
        source: SharedSource,
        format: Format,
        options: &ReadOptions,
        warnings: &mut Vec<Warning>,
    ) -> Result<Self, FormatError> {
        let limits = options.limits;
        let mut range = match &options.range {
            Some(range) => CellRange::parse(range)?,
            None => CellRange::ALL,
        };
        range.first_row = range
            .first_row
            .saturating_add(u32::try_from(options.skip_rows).unwrap_or(u32::MAX));
        let findings = check::check(&source, format, &limits)?;
        let source = Watched::new(source);
        let mut workbook = Workbook::open(&source, format)?;
        let sheet = workbook.sheet(&options.sheet)?;
        let merged = if findings.merged_cells {
            workbook.merged_cells(&sheet, &limits)?
        } else {
            Vec::new()
        };
        let wanted = SheetRows {
            range,
            merged: &merged,
            limits: &limits,
        };
        let mut table = Table::new(options.header, limits);
        let notes = workbook.rows(&sheet, &wanted, &mut |row, cells| table.take(row, cells))?;
        let (head, mut facts) = table.finish()?;

        let (mut first_column, mut end_column) = (facts.first_column, facts.end_column);
        if range.first_column > 0 || range.last_column < u32::MAX {
            first_column = range.first_column;
            end_column = end_column.max(first_column);
        }
        let first_column = first_column.min(end_column);
        let width = (end_column - first_column) as usize;
        if width == 0 {
            return Err(FormatError::EmptyFile);
        }
        let columns = &mut facts.file.columns;
        columns.resize(end_column as usize, ColumnFacts::default());
        columns.drain(..first_column as usize);
        for column in columns {
            column.fill_nulls(facts.file.rows);
        }
        let names = match &head.header {
            Some(header) => unique_names(&head::names(header, first_column, width), warnings),
            None => named(width),
        };
        warn(&head, facts.file.rows, notes, warnings);
        Ok(Self {
            source,
            format,
            sheet,
            range,
            limits,
            merged: merged.into(),
            first_row: head.first_row,
            first_column,
            names,
            facts: Arc::new(facts.file),
        })
    }

    pub(crate) fn columns(&self) -> Vec<Column> {
        self.names.iter().cloned().map(Column::text).collect()
    }

    pub(crate) fn observe(&self) -> FileFacts {
        FileFacts::clone(&self.facts)
    }

    pub(crate) fn reader(&self, meter: &Meter) -> Result<SheetReader, FormatError> {
        let bytes = self.source.length();
        SheetReader::start(self.clone(), self.facts.rows, meter.clone(), bytes)
    }

    /// Hands out the rows of the table in blocks, until `send` says that nobody wants them.
    pub(super) fn send_rows(&self, send: &dyn Fn(CellTable) -> bool) -> Result<(), FormatError> {
        let mut workbook = Workbook::open(&self.source, self.format)?;
        let width = self.names.len();
        let block_rows = self.limits.rows_of_width(width);
        let mut table = CellTable::new(width);
        let mut rows = 0;
        let wanted = SheetRows {
            range: self.range,
            merged: &self.merged,
            limits: &self.limits,
        };
        workbook.rows(&self.sheet, &wanted, &mut |row, cells| {
            if row < self.first_row {
                return Ok(true);
            }
            let raw: Vec<&str> = cells.iter().filter_map(|(_, cell)| cell.text()).collect();
            table.begin(u64::from(row - self.first_row) + 1, 0, &raw.join(","));
            for (column, cell) in &cells {
                if let Some(place) = column.checked_sub(self.first_column) {
                    table.set(place as usize, cell);
                }
            }
            rows += 1;
            if rows == block_rows || table.bytes() > self.limits.batch_bytes {
                rows = 0;
                return Ok(send(std::mem::replace(&mut table, CellTable::new(width))));
            }
            Ok(true)
        })?;
        if !table.is_empty() {
            send(table);
        }
        Ok(())
    }
}

/// A table as its rows come in: the first of them are kept until it is clear where it begins.
struct Table {
    header: HeaderOption,
    limits: Limits,
    waiting: Vec<(u32, RowCells)>,
    waiting_bytes: usize,
    head: Option<Head>,
    facts: TableFacts,
}

/// What is known of all columns of a sheet, from its first one on.
struct TableFacts {
    file: FileFacts,
    first_column: u32,
    end_column: u32,
}

impl Table {
    fn new(header: HeaderOption, limits: Limits) -> Self {
        Self {
            header,
            limits,
            waiting: Vec::new(),
            waiting_bytes: 0,
            head: None,
            facts: TableFacts {
                file: FileFacts::default(),
                first_column: u32::MAX,
                end_column: 0,
            },
        }
    }

    fn take(&mut self, row: u32, cells: RowCells) -> Result<bool, FormatError> {
        if let Some(head) = &self.head {
            self.facts.observe(head, row, &cells, self.limits.columns)?;
        } else {
            self.waiting_bytes += cells
                .iter()
                .filter_map(|(_, cell)| cell.text())
                .map(str::len)
                .sum::<usize>();
            self.waiting.push((row, cells));
            if self.waiting.len() == HEAD_ROWS || self.waiting_bytes > self.limits.batch_bytes {
                self.decide()?;
            }
        }
        Ok(true)
    }

    fn decide(&mut self) -> Result<(), FormatError> {
        let waiting = std::mem::take(&mut self.waiting);
        let head = head::find(&waiting, self.header);
        if let Some(header) = &head.header {
            self.facts.span(header, self.limits.columns)?;
        }
        for (row, cells) in &waiting {
            self.facts
                .observe(&head, *row, cells, self.limits.columns)?;
        }
        self.head = Some(head);
        Ok(())
    }

    fn finish(mut self) -> Result<(Head, TableFacts), FormatError> {
        if self.head.is_none() {
            self.decide()?;
        }
        let head = self.head.ok_or(FormatError::EmptyFile)?;
        Ok((head, self.facts))
    }
}

impl TableFacts {
    fn span(&mut self, cells: &RowCells, limit: usize) -> Result<(), FormatError> {
        let (Some((first, _)), Some((last, _))) = (cells.first(), cells.last()) else {
            return Ok(());
        };
        if *last as usize >= limit {
            return Err(FormatError::TooManyColumns {
                columns: *last as usize + 1,
                limit,
            });
        }
        self.first_column = self.first_column.min(*first);
        self.end_column = self.end_column.max(*last + 1);
        Ok(())
    }

    fn observe(
        &mut self,
        head: &Head,
        row: u32,
        cells: &RowCells,
        limit: usize,
    ) -> Result<(), FormatError> {
        if row < head.first_row {
            return Ok(());
        }
        self.span(cells, limit)?;
        self.file.rows += 1;
        let columns = &mut self.file.columns;
        if columns.len() < self.end_column as usize {
            columns.resize(self.end_column as usize, ColumnFacts::default());
        }
        for (column, cell) in cells {
            let number = u64::from(row - head.first_row) + 1;
            observe_cell(&mut columns[*column as usize], number, cell);
        }
        Ok(())
    }
}

fn warn(head: &Head, rows: u64, notes: SheetNotes, warnings: &mut Vec<Warning>) {
    if head.titles > 0 {
        warnings.push(Warning::new(
            "PREAMBLE_SKIPPED",
            format!("{} rows before the table were left out", head.titles),
        ));
    }
    if head.assumed && rows > 0 {
        warnings.push(Warning::new(
            "HEADER_ASSUMED",
            "nothing tells the first row from the others; it was taken as the names of the columns; set `header` to false if it is not",
        ));
    }
    if notes.errors > 0 {
        warnings.push(Warning::new(
            "CELL_ERRORS",
            format!(
                "{} cells hold an error such as #DIV/0! and are null",
                notes.errors
            ),
        ));
    }
    if notes.merged > 0 {
        warnings.push(Warning::new(
            "MERGED_CELLS",
            format!(
                "{} cells got the value of the merged cell they belong to",
                notes.merged
            ),
        ));
    }
}
