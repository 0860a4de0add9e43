//! Where a table begins in a sheet, and what its columns are called.

use super::workbook::RowCells;
use crate::cells::Cell;
use crate::options::HeaderOption;

/// Rows that are looked at for titles and header.
pub(super) const HEAD_ROWS: usize = 100;

/// What was found in the first rows.
#[derive(Debug)]
pub(super) struct Head {
    /// The cells that name the columns.
    pub(super) header: Option<RowCells>,
    /// The first row of data.
    pub(super) first_row: u32,
    /// Nothing but custom speaks for the header.
    pub(super) assumed: bool,
    /// Rows before the table.
    pub(super) titles: usize,
}

/// Titles, header, first row of data.
pub(super) fn find(rows: &[(u32, RowCells)], option: HeaderOption) -> Head {
    let widest = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    // Lines of one cell over a table of several are titles.
    let titles = if option == HeaderOption::Absent || widest < 2 {
        0
    } else {
        rows.iter().take_while(|(_, cells)| cells.len() < 2).count()
    };
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

/// The names that a header gives to `width` columns from `first_column` on; empty where it gives
/// none.
pub(super) fn names(header: &RowCells, first_column: u32, width: usize) -> Vec<String> {
    let mut names = vec![String::new(); width];
    for (column, cell) in header {
        let place = column.checked_sub(first_column).map(|place| place as usize);
        if let (Some(name), Some(text)) =
            (place.and_then(|place| names.get_mut(place)), cell.text())
        {
            text.clone_into(name);
        }
    }
    names
}
