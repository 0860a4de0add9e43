//! The first sheet: all questions, with links to their answers.

use rust_xlsxwriter::{Table, TableColumn, TableStyle, Url, Worksheet};

use super::cell;
use super::input::AnswerBook;
use super::sheet_name;
use super::style::Styles;
use crate::ReportError;

/// Name of the sheet.
pub(super) const NAME: &str = "Overview";
/// Row with the names of the table's columns.
const HEADER: u32 = 4;
const COLUMNS: [(&str, f64); 6] = [
    ("Sheet", 9.0),
    ("Question", 78.0),
    ("Category", 22.0),
    ("Difficulty", 14.0),
    ("Asked by", 24.0),
    ("Rows", 10.0),
];
const A4: u8 = 9;
/// Header and footer of a printed page hold this many characters.
const LONGEST_FOOTER_PART: usize = 80;

pub(super) fn write(
    sheet: &mut Worksheet,
    book: &AnswerBook,
    styles: &Styles,
) -> Result<(), ReportError> {
    sheet.set_name(NAME)?;
    for (column, (_, width)) in (0_u16..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
    }
    let last = COLUMNS.len() as u16 - 1;
    sheet.merge_range(0, 0, 0, last, &cell::shown(&book.title), &styles.title)?;
    sheet.set_row_height(
        0,
        26 * (1 + book.title.chars().count().min(1_000) as u32 / 100),
    )?;
    sheet.merge_range(1, 0, 1, last, &cell::shown(&book.company), &styles.subtitle)?;
    let made = format!("{}, {}", book.brand, book.created);
    sheet.merge_range(2, 0, 2, last, &cell::shown(&made), &styles.subtitle)?;
    let next = questions(sheet, book, styles)?;
    unanswerable(sheet, next + 2, book, styles)?;
    sheet.set_freeze_panes(HEADER + 1, 0)?;
    print_setup(sheet, book, Some(HEADER))
}

/// Writes the table of questions and gives the row after it.
fn questions(
    sheet: &mut Worksheet,
    book: &AnswerBook,
    styles: &Styles,
) -> Result<u32, ReportError> {
    let names = COLUMNS.map(|(name, _)| name);
    add_table(
        sheet,
        HEADER,
        "Questions",
        &names,
        book.answers.len(),
        styles,
    )?;
    let mut row = HEADER;
    for (index, answer) in book.answers.iter().enumerate() {
        row += 1;
        let name = sheet_name(index);
        let link = Url::new(format!("internal:'{name}'!A1"));
        sheet.write_url_with_options(row, 0, link, name, "", Some(&styles.link))?;
        let texts = [
            &answer.question,
            &answer.category,
            &answer.difficulty,
            &answer.asked_by,
        ];
        for (column, text) in (1_u16..).zip(texts) {
            sheet.write_string_with_format(row, column, cell::shown(text), &styles.wrapped)?;
        }
        sheet.write_number_with_format(row, 5, answer.rows.len() as f64, &styles.count)?;
        sheet.set_row_height(row, height(answer.question.chars().count()))?;
    }
    Ok(row)
}

/// Height in points of a row with a wrapped text of so many characters: not every reader grows
/// rows by itself, and none grows merged ones.
fn height(characters: usize) -> f64 {
    15.5 * (1 + characters.min(1_750) / 70) as f64
}

fn unanswerable(
    sheet: &mut Worksheet,
    row: u32,
    book: &AnswerBook,
    styles: &Styles,
) -> Result<(), ReportError> {
    if book.unanswerable.is_empty() {
        return Ok(());
    }
    let last = COLUMNS.len() as u16 - 1;
    sheet.write_string_with_format(row, 0, "What the data cannot answer", &styles.section)?;
    sheet.write_string_with_format(row + 1, 0, "No.", &styles.header)?;
    sheet.write_string_with_format(row + 1, 1, "Question", &styles.header)?;
    sheet.merge_range(row + 1, 2, row + 1, last, "Reason", &styles.header)?;
    for ((at, number), missing) in (row + 2..).zip(1_u32..).zip(&book.unanswerable) {
        sheet.write_number_with_format(at, 0, number, &styles.ordinal)?;
        sheet.write_string_with_format(at, 1, cell::shown(&missing.question), &styles.wrapped)?;
        sheet.merge_range(
            at,
            2,
            at,
            last,
            &cell::shown(&missing.reason),
            &styles.wrapped,
        )?;
        sheet.set_row_height(
            at,
            height(
                missing
                    .question
                    .chars()
                    .count()
                    .max(missing.reason.chars().count()),
            ),
        )?;
    }
    Ok(())
}

/// Adds an Excel table; one without rows is only its header, as Excel has no empty tables.
fn add_table(
    sheet: &mut Worksheet,
    row: u32,
    name: &str,
    headers: &[&str],
    rows: usize,
    styles: &Styles,
) -> Result<(), ReportError> {
    if rows == 0 {
        for (column, header) in (0_u16..).zip(headers) {
            sheet.write_string_with_format(row, column, *header, &styles.header)?;
        }
        return Ok(());
    }
    let columns: Vec<TableColumn> = headers
        .iter()
        .map(|header| {
            TableColumn::new()
                .set_header(*header)
                .set_header_format(&styles.header)
        })
        .collect();
    let table = Table::new()
        .set_name(name)
        .set_style(TableStyle::Light1)
        .set_columns(&columns);
    sheet.add_table(row, 0, row + rows as u32, headers.len() as u16 - 1, &table)?;
    Ok(())
}

/// A4 across, one page wide, the header on every page.
pub(super) fn print_setup(
    sheet: &mut Worksheet,
    book: &AnswerBook,
    header: Option<u32>,
) -> Result<(), ReportError> {
    sheet
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0)
        .set_screen_gridlines(false);
    sheet.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3);
    if let Some(row) = header {
        sheet.set_repeat_rows(row, row)?;
    }
    // An ampersand begins a code in a footer.
    let part = |text: &str| {
        cell::cut(&cell::clean(text).replace('\n', " "), LONGEST_FOOTER_PART).replace('&', "&&")
    };
    sheet.set_footer(format!(
        "&L&8{}&R&8&A, page &P of &N",
        part(&format!(" {}", book.brand))
    ));
    Ok(())
}
