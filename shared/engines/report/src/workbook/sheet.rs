//! The sheet of one question: the question, its SQL, the answer and a chart.

use std::collections::BTreeSet;

use rust_xlsxwriter::{Format, Table, TableColumn, TableStyle, Url, Worksheet};
use serde_json::Value;

use super::cell::{self, Kind};
use super::input::{AnswerBook, AnswerSheet};
use super::style::Styles;
use super::{chart, overview};
use crate::ReportError;

const QUESTION: u32 = 0;
const ABOUT: u32 = 1;
const SQL: u32 = 3;
/// Row with the names of the answer's columns.
pub(super) const HEADER: u32 = 5;
const MOST_ROWS: usize = 1_048_576 - HEADER as usize - 1;
/// One column is left free between the answer and its chart.
const MOST_COLUMNS: usize = 16_384 - 16;
/// Width in characters that the question and the SQL take at least.
const TEXT_WIDTH: f64 = 96.0;
/// Width of a column that nothing is set for.
const DEFAULT_WIDTH: f64 = 8.43;
/// Above this height the part over the answer does not stay in view.
const MOST_FROZEN_POINTS: f64 = 230.0;
const SQL_LINE_POINTS: f64 = 13.5;
const TITLE_LINE_POINTS: f64 = 20.0;
const TALLEST_ROW_POINTS: f64 = 409.0;
/// Rows looked at to find a column's width.
const WIDTH_SAMPLE: usize = 500;

pub(super) fn write(
    sheet: &mut Worksheet,
    name: &str,
    answer: &AnswerSheet,
    book: &AnswerBook,
    styles: &Styles,
) -> Result<(), ReportError> {
    check_size(name, answer)?;
    sheet.set_name(name)?;
    let kinds: Vec<Kind> = answer
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| Kind::of(column, index, &answer.rows))
        .collect();
    let headers = headers(answer);
    let widths = widths(sheet, answer, &headers)?;
    let frozen = top(sheet, answer, &widths, styles)?;
    table(sheet, answer, &headers, &kinds, styles)?;
    chart::insert(sheet, name, answer, &headers, &kinds)?;
    if frozen <= MOST_FROZEN_POINTS {
        sheet.set_freeze_panes(HEADER + 1, 0)?;
    } else {
        sheet.set_freeze_panes(ABOUT + 1, 0)?;
    }
    overview::print_setup(sheet, book, Some(HEADER))
}

fn check_size(name: &str, answer: &AnswerSheet) -> Result<(), ReportError> {
    let sheet = || name.to_owned();
    if answer.rows.len() > MOST_ROWS {
        return Err(ReportError::TooManyRows {
            sheet: sheet(),
            rows: answer.rows.len(),
            limit: MOST_ROWS,
        });
    }
    if answer.columns.len() > MOST_COLUMNS {
        return Err(ReportError::TooManyColumns {
            sheet: sheet(),
            columns: answer.columns.len(),
            limit: MOST_COLUMNS,
        });
    }
    let characters = cell::excel_length(&answer.sql);
    if characters > cell::LONGEST_TEXT {
        return Err(ReportError::SqlTooLong {
            sheet: sheet(),
            characters,
            limit: cell::LONGEST_TEXT,
        });
    }
    Ok(())
}

/// Writes what stands over the answer, and gives its height in points.
fn top(
    sheet: &mut Worksheet,
    answer: &AnswerSheet,
    widths: &[f64],
    styles: &Styles,
) -> Result<f64, ReportError> {
    let (last, width) = text_span(widths);
    let title_height = height(&answer.question, width * 0.68, TITLE_LINE_POINTS);
    sheet.merge_range(
        QUESTION,
        0,
        QUESTION,
        last,
        &cell::shown(&answer.question),
        &styles.title,
    )?;
    sheet.set_row_height(QUESTION, title_height)?;

    let rows = answer.rows.len();
    let rows = format!("{rows} {}", if rows == 1 { "row" } else { "rows" });
    let about = [
        answer.category.as_str(),
        &answer.difficulty,
        &asked_by(&answer.asked_by),
        &rows,
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join("  ·  ");
    sheet.merge_range(
        ABOUT,
        0,
        ABOUT,
        last,
        &cell::shown(&about),
        &styles.subtitle,
    )?;
    sheet.write_url_with_options(
        ABOUT,
        last + 1,
        Url::new(format!("internal:'{}'!A1", overview::NAME)),
        "All questions",
        "",
        Some(&styles.link),
    )?;

    let sql = cell::clean(&answer.sql);
    let sql_height = height(&sql, width * 1.02, SQL_LINE_POINTS);
    sheet.merge_range(SQL, 0, SQL, last, &sql, &styles.sql)?;
    sheet.set_row_height(SQL, sql_height)?;
    Ok(title_height + sql_height + 4.0 * 15.0)
}

fn asked_by(name: &str) -> String {
    if name.is_empty() {
        String::new()
    } else {
        format!("asked by {name}")
    }
}

/// The last column that the wide texts reach, and their width in characters.
fn text_span(widths: &[f64]) -> (u16, f64) {
    let (mut width, mut last) = (0.0, 0);
    let mut columns = widths
        .iter()
        .copied()
        .chain(std::iter::repeat(DEFAULT_WIDTH));
    while width < TEXT_WIDTH || last < 2 {
        width += columns.next().unwrap_or(DEFAULT_WIDTH);
        last += 1;
    }
    (last - 1, width)
}

/// Height in points of a wrapped text in a cell that is `width` characters wide.
fn height(text: &str, width: f64, line: f64) -> f64 {
    let lines: f64 = text
        .lines()
        .map(|line| (line.chars().count() as f64 / width).ceil().max(1.0))
        .sum();
    (lines.max(1.0) * line + 4.0).min(TALLEST_ROW_POINTS)
}

/// The names of the columns: the query's own, made unique as Excel's tables want them.
fn headers(answer: &AnswerSheet) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut unique = Vec::with_capacity(answer.columns.len());
    for column in &answer.columns {
        let name = cell::clean(&column.name).replace(['\n', '\t'], " ");
        let name = cell::cut(if name.is_empty() { "column" } else { &name }, 250);
        let mut candidate = name.clone();
        let mut number = 2;
        while !taken.insert(candidate.to_lowercase()) {
            candidate = format!("{name} {number}");
            number += 1;
        }
        unique.push(candidate);
    }
    unique
}

/// Sets the widths of the answer's columns by their content.
fn widths(
    sheet: &mut Worksheet,
    answer: &AnswerSheet,
    headers: &[String],
) -> Result<Vec<f64>, ReportError> {
    let mut widths = Vec::with_capacity(headers.len());
    for (index, header) in headers.iter().enumerate() {
        let longest = answer
            .rows
            .iter()
            .take(WIDTH_SAMPLE)
            .filter_map(|row| row.get(index))
            .map(|value| match value {
                Value::String(text) => text
                    .lines()
                    .map(|line| line.chars().count())
                    .max()
                    .unwrap_or(0),
                // Commas and decimals that the format adds.
                Value::Number(number) => number.to_string().len().min(14) + 4,
                Value::Null | Value::Bool(_) => 5,
                Value::Array(_) | Value::Object(_) => 30,
            })
            .max()
            .unwrap_or(0);
        // The header carries a filter button.
        let width = (longest + 2).max(header.chars().count() + 5).clamp(10, 46) as f64;
        sheet.set_column_width(index as u16, width)?;
        widths.push(width);
    }
    sheet.set_column_width(headers.len() as u16, 3)?;
    widths.push(3.0);
    Ok(widths)
}

fn table(
    sheet: &mut Worksheet,
    answer: &AnswerSheet,
    headers: &[String],
    kinds: &[Kind],
    styles: &Styles,
) -> Result<(), ReportError> {
    if headers.is_empty() || answer.rows.is_empty() {
        for (column, header) in headers.iter().enumerate() {
            sheet.write_string_with_format(HEADER, column as u16, header, &styles.header)?;
        }
        sheet.write_string_with_format(
            HEADER + 1,
            0,
            "The query gives no rows.",
            &styles.subtitle,
        )?;
        return Ok(());
    }
    let columns: Vec<TableColumn> = headers
        .iter()
        .map(|header| {
            TableColumn::new()
                .set_header(header)
                .set_header_format(&styles.header)
        })
        .collect();
    let last = (HEADER + answer.rows.len() as u32, headers.len() as u16 - 1);
    let table = Table::new()
        .set_name(format!("Answer_{}", sheet.name()))
        .set_style(TableStyle::Light1)
        .set_columns(&columns);
    sheet.add_table(HEADER, 0, last.0, last.1, &table)?;
    let formats: Vec<Format> = kinds.iter().map(|kind| kind.format()).collect();
    for (row, values) in (HEADER + 1..).zip(&answer.rows) {
        for (column, ((value, kind), format)) in values.iter().zip(kinds).zip(&formats).enumerate()
        {
            cell::write(sheet, (row, column as u16), value, *kind, format)?;
        }
    }
    Ok(())
}
