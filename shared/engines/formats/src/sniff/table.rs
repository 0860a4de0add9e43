//! Where the table begins, whether its first record names the columns, and how wide it is.

use std::collections::HashSet;

use arrow::datatypes::DataType;
use encoding_rs::Encoding;

use super::dialect::Parsed;
use crate::csv::NullValues;
use crate::layout::Dialect;
use crate::options::{HeaderOption, ReadOptions};
use crate::types::{FileFacts, looks_numeric, looks_temporal};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) header: bool,
    /// Nothing but custom speaks for what was found.
    pub(super) header_is_assumed: bool,
    pub(super) names: Option<Vec<String>>,
    pub(super) width: usize,
    pub(super) trailing_delimiter: bool,
    pub(super) preamble_bytes: usize,
    pub(super) preamble_lines: usize,
    pub(super) data_start: usize,
    pub(super) decimal_comma: bool,
}

/// Lines of titles and remarks that may stand before a table.
const MAX_PREAMBLE: usize = 50;

pub(super) fn find(
    bytes: &[u8],
    complete: bool,
    encoding: &'static Encoding,
    dialect: &Dialect,
    options: &ReadOptions,
) -> Table {
    let parsed = Parsed::new(bytes, complete, encoding, dialect, false);
    // The only record of a sample may be cut: a very long header still is one.
    let parsed = if parsed.rows() == 0 && !complete {
        Parsed::new(bytes, true, encoding, dialect, false)
    } else {
        parsed
    };
    if parsed.rows() == 0 {
        return Table {
            width: 1,
            data_start: if complete { bytes.len() } else { 0 },
            ..Table::default()
        };
    }
    let first = table_start(&parsed, options);
    let (modal, _) = modal_width_from(&parsed, first);
    let first_width = parsed.width(first);
    let trailing_delimiter = has_trailing_delimiter(&parsed, first);
    let usable = |width: usize| width - usize::from(trailing_delimiter && width == modal);

    let facts = observe(&parsed, first + 1, modal, options);
    let (header, header_is_assumed) = match options.header {
        HeaderOption::Present => (true, false),
        HeaderOption::Absent => (false, false),
        HeaderOption::Auto => is_header(&parsed, first, &facts),
    };
    let record = parsed.index.records[first];
    let mut table = Table {
        header,
        header_is_assumed,
        trailing_delimiter,
        decimal_comma: dialect.delimiter != b',' && has_decimal_comma(&facts),
        preamble_bytes: if first > 0 { record.start as usize } else { 0 },
        preamble_lines: count_lines(&bytes[..record.start as usize]),
        ..Table::default()
    };
    if first == 0 {
        table.preamble_lines = 0;
    }
    if header {
        let mut names: Vec<String> = (0..first_width)
            .map(|column| parsed.cell(first, column).0.into_owned())
            .collect();
        // A last name of nothing, above nothing, is the delimiter at the end of each record.
        if trailing_delimiter && names.len() == modal && names.last().is_some_and(String::is_empty)
        {
            names.pop();
        }
        // Records that all are wider than the header have columns without a name.
        while names.len() < usable(modal) && is_always_wider(&parsed, first, names.len()) {
            names.push(String::new());
        }
        table.width = names.len();
        table.names = Some(names);
        table.data_start = record.end as usize;
    } else {
        table.width = usable(modal.max(1)).max(1);
        table.data_start = record.start as usize;
    }
    // Blank lines before the first record are records of a file of one column.
    if table.width == 1 && !header && first == 0 {
        table.data_start = 0;
    }
    table
}

fn count_lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

fn modal_width_from(parsed: &Parsed<'_>, first: usize) -> (usize, usize) {
    let rows = parsed.rows();
    let data = if first + 1 < rows {
        first + 1..rows
    } else {
        first..rows
    };
    let mut widths: Vec<usize> = data.map(|row| parsed.width(row)).collect();
    widths.sort_unstable();
    widths
        .chunk_by(|left, right| left == right)
        .map(|group| (group[0], group.len()))
        .max_by_key(|(width, count)| (*count, *width))
        .unwrap_or((1, 0))
}

/// The first record that is as wide as the table, where only remarks stand before it.
fn table_start(parsed: &Parsed<'_>, options: &ReadOptions) -> usize {
    let (width, count) = parsed.modal_width();
    if width < 2 || count < 2 || options.skip_rows > 0 || options.header == HeaderOption::Absent {
        return 0;
    }
    let rows = parsed.rows().min(MAX_PREAMBLE);
    let is_title = |row: usize| width > 2 && filled(parsed, row) <= 1;
    let Some(start) = (0..rows).find(|row| parsed.width(*row) == width && !is_title(*row)) else {
        return 0;
    };
    // A title that was filled up with delimiters looks like a poor row: only above names it is none.
    let above_names = (0..width).all(|column| {
        let (text, _) = parsed.cell(start, column);
        !text.trim().is_empty() && !looks_numeric(&text) && !looks_temporal(&text)
    });
    let is_before = |row: usize| match parsed.width(row) == width {
        true => above_names,
        false => is_remark(parsed, row, width),
    };
    if (0..start).all(is_before) { start } else { 0 }
}

fn filled(parsed: &Parsed<'_>, row: usize) -> usize {
    (0..parsed.width(row))
        .filter(|column| !parsed.cell(row, *column).0.trim().is_empty())
        .count()
}

/// A line that belongs to no table: one text, perhaps with empty cells behind it, or a pair such as
/// `Created by,me` above a table of four columns or more.
fn is_remark(parsed: &Parsed<'_>, row: usize, width: usize) -> bool {
    let (cells, filled) = (parsed.width(row), filled(parsed, row));
    let is_comment = parsed.cell(row, 0).0.starts_with('#');
    cells < width && (is_comment || filled <= 1 || filled == 2 && width > 3)
}

fn has_trailing_delimiter(parsed: &Parsed<'_>, first: usize) -> bool {
    let rows = parsed.rows();
    if first + 1 >= rows {
        return false;
    }
    let (modal, _) = modal_width_from(parsed, first);
    let is_bare = |row: usize| {
        let width = parsed.width(row);
        let (text, quoted) = parsed.cell(row, width - 1);
        width == modal && text.is_empty() && !quoted
    };
    let header_fits = parsed.width(first) + 1 == modal || is_bare(first);
    modal > 1
        && header_fits
        && (first + 1..rows).all(|row| parsed.width(row) != modal || is_bare(row))
}

fn is_always_wider(parsed: &Parsed<'_>, first: usize, width: usize) -> bool {
    first + 1 < parsed.rows() && (first + 1..parsed.rows()).all(|row| parsed.width(row) > width)
}

fn observe(parsed: &Parsed<'_>, from: usize, width: usize, options: &ReadOptions) -> FileFacts {
    let nulls = NullValues::new(&options.null_values);
    let mut facts = FileFacts::new(width);
    // Files that were written one behind the other repeat their header, which is no value.
    let is_header = |row: usize| {
        from > 0
            && parsed.width(from - 1) == width
            && (0..width).all(|column| {
                let (text, _) = parsed.cell(row, column);
                let text = text.trim_start_matches('\u{feff}');
                text == parsed.cell(from - 1, column).0
            })
    };
    for row in (from..parsed.rows()).filter(|row| parsed.width(*row) == width) {
        if is_header(row) {
            continue;
        }
        facts.rows += 1;
        for (column, facts) in facts.columns.iter_mut().enumerate() {
            let (text, quoted) = parsed.cell(row, column);
            let is_null = text.is_empty() || !quoted && nulls.contains(&text);
            facts.observe(row as u64, (!is_null).then_some(text.as_ref()));
        }
    }
    facts
}

fn has_decimal_comma(facts: &FileFacts) -> bool {
    facts.shows_decimal_comma()
}

/// Whether the first record names the columns, and whether that is but custom.
fn is_header(parsed: &Parsed<'_>, first: usize, facts: &FileFacts) -> (bool, bool) {
    let width = parsed.width(first);
    let cells: Vec<String> = (0..width)
        .map(|column| parsed.cell(first, column).0.trim().to_owned())
        .collect();
    let is_value = |text: &str| {
        looks_numeric(text)
            || looks_temporal(text)
            || matches!(
                text.to_ascii_lowercase().as_str(),
                "true" | "false" | "null"
            )
    };
    let is_year = |text: &str| {
        text.len() == 4
            && text
                .parse::<u16>()
                .is_ok_and(|year| (1900..=2100).contains(&year))
    };
    let values = cells
        .iter()
        .filter(|text| is_value(text) && !is_year(text))
        .count();
    let words = cells
        .iter()
        .filter(|text| !text.is_empty() && !is_value(text))
        .count();
    if values > 0 || words == 0 {
        return (false, false);
    }
    let distinct: HashSet<&str> = cells
        .iter()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    let repeated = cells.iter().filter(|text| !text.is_empty()).count() - distinct.len();
    let typed = facts.decide(Some(true), false);
    // A word above a column of numbers, dates or booleans is its name.
    let named = cells
        .iter()
        .zip(&typed)
        .zip(&facts.columns)
        .any(|((text, column), facts)| {
            let has_values = facts.counts.null < facts_rows(facts);
            !text.is_empty()
                && !is_value(text)
                && column.data_type != DataType::Utf8View
                && has_values
        });
    if named {
        return (true, false);
    }
    let counts_years = cells.iter().filter(|text| is_year(text)).count() > 1;
    if counts_years {
        return (true, true);
    }
    let is_name = |text: &str| {
        text.chars().count() <= 64
            && !text.contains(['@', '\n'])
            && !text.contains("://")
            && !text.starts_with(|first: char| first.is_ascii_digit())
    };
    // Text above text: names are short, all different, and do not come again below.
    let returns = (0..width).any(|column| {
        (first + 1..parsed.rows())
            .filter(|row| parsed.width(*row) > column)
            .any(|row| {
                !cells[column].is_empty() && parsed.cell(row, column).0.trim() == cells[column]
            })
    });
    let is_plausible = cells.iter().all(|text| is_name(text)) && repeated == 0 && !returns;
    let has_all = cells.iter().all(|text| !text.is_empty());
    (is_plausible && (has_all || words * 2 > width), true)
}

fn facts_rows(facts: &crate::types::ColumnFacts) -> u64 {
    let counts = facts.counts;
    counts.null + counts.boolean + counts.integer + counts.number + counts.temporal + counts.text
}
