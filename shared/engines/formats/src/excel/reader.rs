//! Sheets into batches.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use arrow::array::RecordBatch;

use super::range::CellRange;
use super::workbook::{RowCells, SheetNotes, Workbook};
use crate::cells::{Cell, CellTable};
use crate::csv::{Notes, unique_names};
use crate::error::FormatError;
use crate::json::observe_cell;
use crate::layout::Format;
use crate::limits::Limits;
use crate::options::{HeaderOption, ReadOptions};
use crate::reject::{Rejects, Warning};
use crate::rows::{Assembled, Column, Plan, assemble};
use crate::source::SharedSource;
use crate::types::FileFacts;

/// Rows that are looked at for titles and header.
const HEAD_ROWS: usize = 100;

/// An opened sheet.
#[derive(Clone)]
pub(crate) struct SheetInput {
    source: SharedSource,
    format: Format,
    sheet: String,
    range: CellRange,
    limits: Limits,
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

/// Where a table begins in a sheet.
struct Head {
    header: Option<RowCells>,
    first_row: u32,
    assumed: bool,
    titles: usize,
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
        let mut workbook = Workbook::open(&source, format, &limits)?;
        let sheet = workbook.sheet(&options.sheet)?;

        let mut head: Vec<(u32, RowCells)> = Vec::new();
        workbook.rows(&sheet, range, &limits, &mut |row, cells| {
            head.push((row, cells));
            Ok(head.len() < HEAD_ROWS)
        })?;
        let table = find_head(&head, options.header);
        let mut facts = FileFacts::default();
        let (mut first_column, mut end_column) = (u32::MAX, 0);
        let mut span = |cells: &RowCells| {
            if let (Some((first, _)), Some((last, _))) = (cells.first(), cells.last()) {
                first_column = first_column.min(*first);
                end_column = end_column.max(*last + 1);
            }
        };
        if let Some(header) = &table.header {
            span(header);
        }
        let columns = limits.columns;
        let notes = workbook.rows(&sheet, range, &limits, &mut |row, cells| {
            if row < table.first_row {
                return Ok(true);
            }
            span(&cells);
            facts.rows += 1;
            for (column, cell) in &cells {
                let place = *column as usize;
                if place >= columns {
                    return Err(FormatError::TooManyColumns {
                        columns: place + 1,
                        limit: columns,
                    });
                }
                if facts.columns.len() <= place {
                    facts
                        .columns
                        .resize(place + 1, crate::types::ColumnFacts::default());
                }
                let number = u64::from(row - table.first_row) + 1;
                observe_cell(&mut facts.columns[place], number, cell);
            }
            Ok(true)
        })?;
        if range.first_column > 0 || range.last_column < u32::MAX {
            first_column = range.first_column;
            end_column = end_column.max(first_column);
        }
        let first_column = if first_column == u32::MAX {
            0
        } else {
            first_column
        };
        let width = end_column.saturating_sub(first_column) as usize;
        if width == 0 {
            return Err(FormatError::EmptyFile);
        }
        facts
            .columns
            .resize(end_column as usize, crate::types::ColumnFacts::default());
        facts.columns.drain(..first_column as usize);
        let names = name_columns(&table, first_column, width, warnings);
        warn(&table, &facts, notes, options, warnings);
        Ok(Self {
            source,
            format,
            sheet,
            range,
            limits,
            first_row: table.first_row,
            first_column,
            names,
            facts: Arc::new(facts),
        })
    }

    pub(crate) fn columns(&self) -> Vec<Column> {
        self.names.iter().cloned().map(Column::text).collect()
    }

    pub(crate) fn observe(&self) -> Result<FileFacts, FormatError> {
        Ok(FileFacts::clone(&self.facts))
    }

    /// Reads in a thread of its own: the cells come from a reader that holds on to the workbook.
    pub(crate) fn reader(&self, _plan: &Plan) -> Result<SheetReader, FormatError> {
        let (sender, receiver) = sync_channel(2);
        let input = self.clone();
        let thread = std::thread::Builder::new()
            .name("sheet".to_owned())
            .spawn(move || {
                let result = input.send_rows(&|table| sender.send(Ok(table)).is_ok());
                if let Err(error) = result {
                    let _ = sender.send(Err(error));
                }
            })
            .map_err(FormatError::Io)?;
        Ok(SheetReader {
            receiver: Some(receiver),
            thread: Some(thread),
            counts: Assembled::default(),
            rows_expected: self.facts.rows,
            rows_read: 0,
        })
    }

    fn send_rows(&self, send: &dyn Fn(CellTable) -> bool) -> Result<(), FormatError> {
        let mut workbook = Workbook::open(&self.source, self.format, &self.limits)?;
        let width = self.names.len();
        let mut table = CellTable::new(width);
        let mut rows = 0;
        workbook.rows(&self.sheet, self.range, &self.limits, &mut |row, cells| {
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
            if rows == self.limits.batch_rows || table.bytes() > self.limits.batch_bytes {
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

/// Titles, header, first row of data.
fn find_head(rows: &[(u32, RowCells)], option: HeaderOption) -> Head {
    let widest = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    // Lines of one cell over a table of several are titles.
    let titles = if option == HeaderOption::Absent || widest < 2 {
        0
    } else {
        rows.iter().take_while(|(_, cells)| cells.len() < 2).count()
    };
    let titles = if titles == rows.len() { 0 } else { titles };
    let Some((row, cells)) = rows.get(titles) else {
        return Head {
            header: None,
            first_row: 0,
            assumed: false,
            titles: 0,
        };
    };
    let is_text = cells.iter().all(|(_, cell)| matches!(cell, Cell::Text(_)));
    let has_values = rows[titles + 1..]
        .iter()
        .any(|(_, cells)| cells.iter().any(|(_, cell)| matches!(cell, Cell::Value(_))));
    let (header, assumed) = match option {
        HeaderOption::Present => (true, false),
        HeaderOption::Absent => (false, false),
        HeaderOption::Auto => (is_text, is_text && !has_values),
    };
    Head {
        header: header.then(|| cells.clone()),
        first_row: if header { row.saturating_add(1) } else { *row },
        assumed,
        titles,
    }
}

fn name_columns(
    table: &Head,
    first_column: u32,
    width: usize,
    warnings: &mut Vec<Warning>,
) -> Vec<String> {
    let Some(header) = &table.header else {
        return crate::csv::named(width);
    };
    let mut names = vec![String::new(); width];
    for (column, cell) in header {
        let place = column.checked_sub(first_column).map(|place| place as usize);
        if let (Some(name), Some(text)) =
            (place.and_then(|place| names.get_mut(place)), cell.text())
        {
            text.clone_into(name);
        }
    }
    unique_names(names, warnings)
}

fn warn(
    table: &Head,
    facts: &FileFacts,
    notes: SheetNotes,
    options: &ReadOptions,
    warnings: &mut Vec<Warning>,
) {
    if table.titles > 0 {
        warnings.push(Warning::new(
            "PREAMBLE_SKIPPED",
            format!("{} rows before the table were left out", table.titles),
        ));
    }
    if table.assumed && options.header == HeaderOption::Auto && facts.rows > 0 {
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

/// Reads a sheet.
#[derive(Debug)]
pub(crate) struct SheetReader {
    receiver: Option<Receiver<Result<CellTable, FormatError>>>,
    thread: Option<JoinHandle<()>>,
    counts: Assembled,
    rows_expected: u64,
    pub(crate) rows_read: u64,
}

impl SheetReader {
    pub(crate) fn next_batch(
        &mut self,
        plan: &Plan,
        rejects: &mut Rejects,
    ) -> Result<Option<RecordBatch>, FormatError> {
        let Some(receiver) = &self.receiver else {
            return Ok(None);
        };
        while let Ok(table) = receiver.recv() {
            let table = table?;
            self.rows_read += crate::rows::RowBlock::rows(&table) as u64;
            let batch = assemble(&table, plan, rejects, &mut self.counts)?;
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
        // The thread ends without a word only when it is through.
        if self.rows_read != self.rows_expected {
            return Err(FormatError::InputChanged);
        }
        Ok(None)
    }

    pub(crate) fn notes(&self) -> Notes {
        Notes::of_bad_cells(self.counts.bad_cells)
    }
}

impl Drop for SheetReader {
    fn drop(&mut self) {
        self.receiver = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
