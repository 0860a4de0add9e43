//! The workbook with the answers: an overview, then one sheet per question.
//!
//! Every text is written as text, so nothing in the data can become a formula; there is not one
//! formula in the workbook.

mod cell;
mod chart;
mod input;
mod overview;
mod sheet;
mod style;
#[cfg(test)]
mod tests;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::ReportError;
use chrono::Datelike;
pub use input::{AnswerBook, AnswerSheet, ChartHint, ChartShape, Column};
use style::Styles;

/// Writes the workbook. The same book gives the same bytes.
///
/// Text above 32,767 characters is cut and says so; a text that Excel cannot hold otherwise
/// (control characters) is cleaned.
///
/// # Errors
/// [`ReportError::TooManyRows`], [`ReportError::TooManyColumns`] and [`ReportError::SqlTooLong`]
/// where an answer does not fit a sheet.
pub fn answers(book: &AnswerBook) -> Result<Vec<u8>, ReportError> {
    let styles = Styles::new();
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(book)?);
    overview::write(workbook.add_worksheet(), book, &styles)?;
    for (index, answer) in book.answers.iter().enumerate() {
        sheet::write(
            workbook.add_worksheet(),
            &sheet_name(index),
            answer,
            book,
            &styles,
        )?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// Name of a question's sheet: `Q01`, `Q02` and so on.
fn sheet_name(index: usize) -> String {
    format!("Q{:02}", index + 1)
}

fn properties(book: &AnswerBook) -> Result<DocProperties, ReportError> {
    let created = book.created;
    // Excel counts from 1900 to 9999; the clamp only touches years no package is made in.
    let year = created.year().clamp(1900, 9999).unsigned_abs() as u16;
    let created = ExcelDateTime::from_ymd(year, created.month() as u8, created.day() as u8)?;
    let short = |text: &str| cell::cut(&cell::clean(text), 255);
    Ok(DocProperties::new()
        .set_title(short(&book.title))
        .set_company(short(&book.company))
        .set_author(short(&book.brand))
        .set_creation_datetime(&created))
}
