//! A sheet row by row, merged cells filled.

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
use crate::source::{SharedSource, SourceReader};

type Bytes = BufReader<SourceReader>;

/// A cell of a row: its column, from 0.
pub(crate) type RowCells = Vec<(u32, Cell<'static>)>;

/// A workbook of one of the kinds that can be read cell by cell.
pub(crate) enum Workbook {
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
    pub(crate) fn open(
        source: &SharedSource,
        format: Format,
        limits: &Limits,
    ) -> Result<Self, FormatError> {
        check_sizes(source, format, limits)?;
        let bytes = BufReader::new(SourceReader::new(Arc::clone(source)));
        contained(format, || match format {
            Format::Xlsb => Ok(Self::Xlsb(Box::new(
                Xlsb::new(bytes).map_err(|error| damaged(format, error))?,
            ))),
            _ => match Xlsx::new(bytes) {
                Ok(workbook) => Ok(Self::Xlsx(Box::new(workbook))),
                Err(XlsxError::Password) => Err(FormatError::Encrypted),
                Err(error) => Err(damaged(format, error)),
            },
        })
    }

    fn format(&self) -> Format {
        match self {
            Self::Xlsx(_) => Format::Xlsx,
            Self::Xlsb(_) => Format::Xlsb,
        }
    }

    /// The name of the wanted sheet.
    pub(crate) fn sheet(&self, wanted: &SheetOption) -> Result<String, FormatError> {
        let sheets = match self {
            Self::Xlsx(workbook) => workbook.sheet_names(),
            Self::Xlsb(workbook) => workbook.sheet_names(),
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

    /// Hands out the rows of a sheet that have cells, until `each` says it is enough.
    pub(crate) fn rows(
        &mut self,
        sheet: &str,
        range: CellRange,
        limits: &Limits,
        each: &mut dyn FnMut(u32, RowCells) -> Result<bool, FormatError>,
    ) -> Result<SheetNotes, FormatError> {
        let format = self.format();
        let too_many = || FormatError::TooManyCells {
            sheet: sheet.to_owned(),
            limit: limits.cells,
        };
        let mut rows = Rows {
            range,
            merges: Merges::default(),
            current: None,
            cells: Vec::new(),
            seen: 0,
            limit: limits.cells,
            notes: SheetNotes::default(),
        };
        contained(format, || {
            match self {
                Self::Xlsx(workbook) => {
                    // Which cells are merged stands behind the cells.
                    let merged = workbook
                        .merge_cells_by_sheet_name(sheet)
                        .map_err(|error| damaged(format, error))?;
                    rows.merges = Merges::new(merged, limits.columns);
                    let mut cells = workbook
                        .worksheet_cells_reader(sheet)
                        .map_err(|error| damaged(format, error))?;
                    while let Some(found) =
                        cells.next_cell().map_err(|error| damaged(format, error))?
                    {
                        let (row, column) = found.get_position();
                        if !rows.take(row, column, found.get_value(), each, format)? {
                            return Ok(rows.notes);
                        }
                        if rows.seen > rows.limit {
                            return Err(too_many());
                        }
                    }
                }
                Self::Xlsb(workbook) => {
                    let mut cells = workbook
                        .worksheet_cells_reader(sheet)
                        .map_err(|error| damaged(format, error))?;
                    while let Some(found) =
                        cells.next_cell().map_err(|error| damaged(format, error))?
                    {
                        let (row, column) = found.get_position();
                        if !rows.take(row, column, found.get_value(), each, format)? {
                            return Ok(rows.notes);
                        }
                        if rows.seen > rows.limit {
                            return Err(too_many());
                        }
                    }
                }
            }
            rows.finish(each)?;
            Ok(rows.notes)
        })
    }
}

struct Rows {
    range: CellRange,
    merges: Merges,
    current: Option<u32>,
    cells: RowCells,
    seen: u64,
    limit: u64,
    notes: SheetNotes,
}

impl Rows {
    fn take(
        &mut self,
        row: u32,
        column: u32,
        value: &DataRef<'_>,
        each: &mut dyn FnMut(u32, RowCells) -> Result<bool, FormatError>,
        format: Format,
    ) -> Result<bool, FormatError> {
        self.seen += 1;
        if row > self.range.last_row {
            return Ok(true);
        }
        let current = self.current.unwrap_or(row);
        if row < current {
            return Err(damaged(format, "its rows are out of order"));
        }
        if row > current && !self.finish(each)? {
            return Ok(false);
        }
        self.current = Some(row);
        let (cell, is_error) = cell(value);
        if self.range.contains(row, column) {
            self.notes.errors += u64::from(is_error);
            self.cells.push((column, cell));
        }
        Ok(true)
    }

    fn finish(
        &mut self,
        each: &mut dyn FnMut(u32, RowCells) -> Result<bool, FormatError>,
    ) -> Result<bool, FormatError> {
        let Some(row) = self.current.take() else {
            return Ok(true);
        };
        let mut cells = std::mem::take(&mut self.cells);
        let filled = self.merges.fill(row, self.range, &mut cells);
        self.seen += filled;
        self.notes.merged += filled;
        cells.retain(|(_, cell)| *cell != Cell::Null);
        if cells.is_empty() {
            return Ok(true);
        }
        cells.sort_by_key(|(column, _)| *column);
        each(row, cells)
    }
}

/// Cells of one value that are shown as one.
#[derive(Default)]
struct Merges {
    /// Those to come, the next one last.
    waiting: Vec<Dimensions>,
    active: Vec<(Dimensions, Cell<'static>)>,
}

impl Merges {
    fn new(mut merged: Vec<Dimensions>, max_columns: usize) -> Self {
        merged.retain(|cells| {
            cells.start.1 <= cells.end.1 && (cells.end.1 - cells.start.1) as usize <= max_columns
        });
        merged.sort_by_key(|cells| std::cmp::Reverse(cells.start));
        Self {
            waiting: merged,
            active: Vec::new(),
        }
    }

    /// Gives the rows below the first of a merged block its value: it is what people see there.
    /// Within its first row the block stays as it is, which may be a title over several columns.
    fn fill(&mut self, row: u32, range: CellRange, cells: &mut RowCells) -> u64 {
        let mut filled = 0;
        self.active.retain(|(block, _)| block.end.0 >= row);
        for (block, value) in &self.active {
            // Only the first column: the width of a block was but room for its text.
            let column = block.start.1;
            if !range.contains(row, column) {
                continue;
            }
            match cells.iter_mut().find(|(place, _)| *place == column) {
                Some((_, cell)) if *cell != Cell::Null => continue,
                Some((_, cell)) => *cell = value.clone(),
                None => cells.push((column, value.clone())),
            }
            filled += 1;
        }
        while self
            .waiting
            .last()
            .is_some_and(|block| block.start.0 <= row)
        {
            let Some(block) = self.waiting.pop() else {
                break;
            };
            let value = cells.iter().find(|(column, _)| *column == block.start.1);
            if let Some((_, value)) = value
                && block.start.0 == row
                && block.end.0 > row
                && *value != Cell::Null
            {
                self.active.push((block, value.clone()));
            }
        }
        filled
    }
}

/// The texts that all cells share are read as a whole: what the archive declares for them must
/// be within bounds.
fn check_sizes(source: &SharedSource, format: Format, limits: &Limits) -> Result<(), FormatError> {
    for (name, size, compressed) in crate::decompress::entry_sizes(source)? {
        let is_whole = ["sharedStrings", "styles", "workbook"]
            .iter()
            .any(|part| name.contains(part));
        if is_whole && size > limits.buffered_bytes {
            return Err(FormatError::TooLargeToBuffer {
                format,
                limit: limits.buffered_bytes,
            });
        }
        if size > limits.decompressed_bytes
            || size > (64 << 20) && size / compressed.max(1) > limits.ratio
        {
            return Err(FormatError::DecompressedTooLarge {
                reason: format!("{name} declares {size} bytes"),
            });
        }
    }
    Ok(())
}
