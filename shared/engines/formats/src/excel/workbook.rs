//! A sheet row by row, merged cells filled.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::sync::Arc;

use calamine::{DataRef, Dimensions, Reader as _, Xlsb, Xlsx, XlsxError};

use super::cell::cell;
use super::range::CellRange;
use crate::cells::Cell;
use crate::contained::{contained, damaged};
use crate::error::FormatError;
use crate::layout::Format;
use crate::limits::Limits;
use crate::options::SheetOption;
use crate::source::{SourceReader, Watched};

type Bytes = BufReader<SourceReader>;

/// A cell of a row: its column, from 0.
pub(crate) type RowCells = Vec<(u32, Cell<'static>)>;

/// A workbook of one of the kinds that can be read cell by cell.
pub(crate) struct Workbook {
    book: Book,
    source: Arc<Watched>,
}

enum Book {
    Xlsx(Box<Xlsx<Bytes>>),
    Xlsb(Box<Xlsb<Bytes>>),
}

/// What is odd in a sheet.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SheetNotes {
    pub(crate) errors: u64,
    pub(crate) merged: u64,
}

impl Workbook {
    /// Opens a workbook that was checked.
    pub(crate) fn open(source: &Arc<Watched>, format: Format) -> Result<Self, FormatError> {
        let bytes = BufReader::new(SourceReader::new(source.clone()));
        let book = contained(format, source, || match format {
            Format::Xlsb => Ok(Book::Xlsb(Box::new(
                Xlsb::new(bytes).map_err(|error| damaged(format, error))?,
            ))),
            _ => match Xlsx::new(bytes) {
                Ok(workbook) => Ok(Book::Xlsx(Box::new(workbook))),
                Err(XlsxError::Password) => Err(FormatError::Encrypted),
                Err(error) => Err(damaged(format, error)),
            },
        })?;
        Ok(Self {
            book,
            source: Arc::clone(source),
        })
    }

    fn format(&self) -> Format {
        match self.book {
            Book::Xlsx(_) => Format::Xlsx,
            Book::Xlsb(_) => Format::Xlsb,
        }
    }

    /// The name of the wanted sheet.
    pub(crate) fn sheet(&self, wanted: &SheetOption) -> Result<String, FormatError> {
        let sheets = match &self.book {
            Book::Xlsx(workbook) => workbook.sheet_names(),
            Book::Xlsb(workbook) => workbook.sheet_names(),
        };
        let (found, name) = match wanted {
            SheetOption::Index(place) => (sheets.get(*place), place.to_string()),
            SheetOption::Name(name) => (sheets.iter().find(|sheet| *sheet == name), name.clone()),
        };
        match found {
            Some(sheet) => Ok(sheet.clone()),
            None => Err(FormatError::SheetNotFound { name, sheets }),
        }
    }

    /// The merged cells of a sheet, of which those matter that are several rows high.
    pub(crate) fn merged_cells(
        &mut self,
        sheet: &str,
        limits: &Limits,
    ) -> Result<Vec<Dimensions>, FormatError> {
        let format = self.format();
        let Book::Xlsx(workbook) = &mut self.book else {
            return Ok(Vec::new());
        };
        let mut merged = contained(format, &self.source, || {
            workbook
                .merge_cells_by_sheet_name(sheet)
                .map_err(|error| damaged(format, error))
        })?;
        merged.retain(|block| {
            block.start.0 < block.end.0
                && block.start.1 <= block.end.1
                && (block.end.1 - block.start.1) as usize <= limits.columns
        });
        merged.sort_by_key(|block| std::cmp::Reverse(block.start));
        Ok(merged)
    }

    /// Hands out the rows of a sheet that have cells, until `each` says it is enough.
    pub(crate) fn rows(
        &mut self,
        sheet: &str,
        wanted: &SheetRows<'_>,
        each: &mut EachRow<'_>,
    ) -> Result<SheetNotes, FormatError> {
        let format = self.format();
        let mut rows = Rows {
            format,
            sheet,
            range: wanted.range,
            merges: Merges {
                waiting: wanted.merged.to_vec(),
                active: BTreeMap::new(),
            },
            current: None,
            cells: Vec::new(),
            seen: 0,
            text_bytes: 0,
            limits: wanted.limits,
            notes: SheetNotes::default(),
        };
        let fault = |error: &dyn std::fmt::Display| damaged(format, error);
        contained(format, &self.source, || {
            match &mut self.book {
                Book::Xlsx(workbook) => {
                    let mut cells = workbook
                        .worksheet_cells_reader(sheet)
                        .map_err(|error| fault(&error))?;
                    while let Some(found) = cells.next_cell().map_err(|error| fault(&error))? {
                        if !rows.take(found.get_position(), found.get_value(), each)? {
                            return Ok(rows.notes);
                        }
                    }
                }
                Book::Xlsb(workbook) => {
                    let mut cells = workbook
                        .worksheet_cells_reader(sheet)
                        .map_err(|error| fault(&error))?;
                    while let Some(found) = cells.next_cell().map_err(|error| fault(&error))? {
                        if !rows.take(found.get_position(), found.get_value(), each)? {
                            return Ok(rows.notes);
                        }
                    }
                }
            }
            rows.finish(each)?;
            Ok(rows.notes)
        })
    }
}

/// Takes a row: its place, from 0, and its cells; answers whether to go on.
pub(crate) type EachRow<'f> = dyn FnMut(u32, RowCells) -> Result<bool, FormatError> + 'f;

/// What is read of a sheet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SheetRows<'a> {
    pub(crate) range: CellRange,
    /// As [`Workbook::merged_cells`] answers them.
    pub(crate) merged: &'a [Dimensions],
    pub(crate) limits: &'a Limits,
}

struct Rows<'a> {
    format: Format,
    sheet: &'a str,
    range: CellRange,
    merges: Merges,
    current: Option<u32>,
    cells: RowCells,
    seen: u64,
    /// Bytes of text in the row at hand.
    text_bytes: usize,
    limits: &'a Limits,
    notes: SheetNotes,
}

impl Rows<'_> {
    fn take(
        &mut self,
        (row, column): (u32, u32),
        value: &DataRef<'_>,
        each: &mut EachRow<'_>,
    ) -> Result<bool, FormatError> {
        self.seen += 1;
        if self.seen > self.limits.cells {
            return Err(FormatError::TooManyCells {
                sheet: self.sheet.to_owned(),
                limit: self.limits.cells,
            });
        }
        if row > self.range.last_row {
            return Ok(true);
        }
        let current = self.current.unwrap_or(row);
        if row < current {
            return Err(damaged(self.format, "its rows are out of order"));
        }
        if row > current && !self.finish(each)? {
            return Ok(false);
        }
        self.current = Some(row);
        let (cell, is_error) = cell(value);
        if self.range.contains(row, column) {
            if self.cells.len() == self.limits.columns {
                return Err(FormatError::TooManyColumns {
                    columns: self.cells.len() + 1,
                    limit: self.limits.columns,
                });
            }
            // Cells share their texts: few bytes of a sheet may stand for many.
            self.text_bytes += cell.text().map_or(0, str::len);
            if self.text_bytes > self.limits.record_bytes {
                return Err(FormatError::RecordTooLong {
                    row: u64::from(row) + 1,
                    byte_offset: 0,
                    limit: self.limits.record_bytes,
                });
            }
            self.notes.errors += u64::from(is_error);
            self.cells.push((column, cell));
        }
        Ok(true)
    }

    fn finish(&mut self, each: &mut EachRow<'_>) -> Result<bool, FormatError> {
        let Some(row) = self.current.take() else {
            return Ok(true);
        };
        self.text_bytes = 0;
        let mut cells = std::mem::take(&mut self.cells);
        cells.sort_by_key(|(column, _)| *column);
        let filled = self.merges.fill(row, self.range, &mut cells);
        self.seen += filled;
        self.notes.merged += filled;
        cells.retain(|(_, cell)| *cell != Cell::Null);
        if cells.is_empty() {
            return Ok(true);
        }
        each(row, cells)
    }
}

/// Cells of one value that are shown as one.
struct Merges {
    /// Those to come, the next one last.
    waiting: Vec<Dimensions>,
    /// By their first column: the last row, and the value.
    active: BTreeMap<u32, (u32, Cell<'static>)>,
}

impl Merges {
    /// Gives the rows below the first of a merged block its value: it is what people see there.
    /// Within its first row the block stays as it is, which may be a title over several columns.
    /// Only its first column is filled: the width of a block was but room for its text.
    fn fill(&mut self, row: u32, range: CellRange, cells: &mut RowCells) -> u64 {
        let place = |cells: &RowCells, column: u32| {
            cells.binary_search_by_key(&column, |(column, _)| *column)
        };
        self.active.retain(|_, (last_row, _)| *last_row >= row);
        let mut added = RowCells::new();
        let mut filled = 0;
        for (&column, (_, value)) in &self.active {
            match place(cells, column) {
                Ok(place) if cells[place].1 != Cell::Null => continue,
                Ok(place) => cells[place].1 = value.clone(),
                Err(_) => added.push((column, value.clone())),
            }
            filled += 1;
        }
        if !added.is_empty() {
            cells.append(&mut added);
            cells.sort_by_key(|(column, _)| *column);
        }
        while let Some(block) = self.waiting.pop_if(|block| block.start.0 <= row) {
            let (first_row, column) = block.start;
            if first_row == row
                && range.contains(row, column)
                && let Ok(place) = place(cells, column)
                && cells[place].1 != Cell::Null
            {
                let value = cells[place].1.clone();
                // Blocks do not overlap; where a file says so, the first holds.
                self.active.entry(column).or_insert((block.end.0, value));
            }
        }
        filled
    }
}
