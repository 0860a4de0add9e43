//! The chart of an answer: its shape by what the columns hold.

use rust_xlsxwriter::{
    Chart, ChartAxis, ChartAxisLabelPosition, ChartFont, ChartFormat, ChartLegendPosition,
    ChartLine, ChartMarker, ChartSolidFill, ChartType, Color, Worksheet,
};
use serde_json::Value;

use super::cell::Kind;
use super::input::{AnswerSheet, ChartHint, ChartShape};
use super::sheet::HEADER;
use super::style::{ACCENT, MUTED, RULE};
use crate::ReportError;

/// More categories than this make no readable bars: only the first are drawn.
const MOST_BARS: usize = 30;
/// More points than this make no readable line.
const MOST_POINTS: usize = 2_000;
/// More categories than this, or longer labels, are drawn as lying bars.
const MOST_UPRIGHT: usize = 12;
const LONGEST_UPRIGHT_LABEL: usize = 12;
const MOST_SERIES: usize = 4;
const COLOURS: [Color; MOST_SERIES] = [
    ACCENT,
    Color::RGB(0x00B7_791F),
    Color::RGB(0x002C_7A57),
    Color::RGB(0x0098_A2B0),
];

/// What to draw: indexes of columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Drawing {
    pub(super) shape: ChartShape,
    /// First and last column of the labels; more than one column gives grouped labels.
    pub(super) labels: (usize, usize),
    pub(super) values: Vec<usize>,
}

/// Places the chart right of the answer, level with its header.
pub(super) fn insert(
    sheet: &mut Worksheet,
    name: &str,
    answer: &AnswerSheet,
    headers: &[String],
    kinds: &[Kind],
) -> Result<(), ReportError> {
    let Some(drawing) = choose(answer, kinds) else {
        return Ok(());
    };
    let most = if drawing.shape == ChartShape::Line {
        MOST_POINTS
    } else {
        MOST_BARS
    };
    let rows = answer.rows.len().min(most);
    let (first, last) = (HEADER + 1, HEADER + rows as u32);
    let mut chart = Chart::new(match drawing.shape {
        ChartShape::Line => ChartType::Line,
        ChartShape::Column => ChartType::Column,
        ChartShape::Bar => ChartType::Bar,
    });
    for (column, colour) in drawing.values.iter().zip(COLOURS) {
        let series = chart.add_series();
        series
            .set_categories((
                name,
                first,
                drawing.labels.0 as u16,
                last,
                drawing.labels.1 as u16,
            ))
            .set_values((name, first, *column as u16, last, *column as u16))
            .set_name((name, HEADER, *column as u16));
        if drawing.shape == ChartShape::Line {
            series.set_format(
                ChartFormat::new().set_line(ChartLine::new().set_color(colour).set_width(2.25)),
            );
            series.set_marker(ChartMarker::new().set_none());
        } else {
            series.set_format(
                ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(colour)),
            );
            series.set_gap(55);
        }
    }
    let values = drawing
        .values
        .iter()
        .map(|column| headers[*column].as_str());
    let mut title = caption(&values.collect::<Vec<_>>().join(", "));
    if rows < answer.rows.len() {
        title = format!("{title} (first {rows} of {} rows)", answer.rows.len());
    }
    let labels = caption(&headers[drawing.labels.0]);
    let names = (title.as_str(), labels.as_str(), figures(answer, &drawing));
    dress(&mut chart, &drawing, names, kinds);
    // Lying bars need room for each label.
    let height = if drawing.shape == ChartShape::Bar {
        (90 + 24 * rows).clamp(300, 720)
    } else {
        340
    };
    chart
        .set_width(640)
        .set_height(height as u32)
        .set_alt_text(title);
    sheet.insert_chart(HEADER, headers.len() as u16 + 1, &chart)?;
    Ok(())
}

/// A text as a title: the library takes `=x` and `x!A1` for references to cells.
fn caption(text: &str) -> String {
    let text = text.replace('!', "\u{ff01}");
    if text.starts_with('=') {
        format!("\u{200b}{text}")
    } else {
        text
    }
}

/// How the axis shows its figures: with decimals where the values are small.
fn figures(answer: &AnswerSheet, drawing: &Drawing) -> &'static str {
    let values = answer
        .rows
        .iter()
        .flat_map(|row| drawing.values.iter().filter_map(|at| row.get(*at)));
    let numbers = values.filter_map(|value| match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    });
    let (mut largest, mut whole) = (0.0_f64, true);
    for number in numbers {
        largest = largest.max(number.abs());
        whole &= number.fract() == 0.0;
    }
    if whole || largest >= 50.0 {
        "#,##0"
    } else {
        "0.00"
    }
}

/// One of a chart's axes.
type Axis = fn(&mut Chart) -> &mut ChartAxis;

/// Titles, axes and colours.
fn dress(
    chart: &mut Chart,
    drawing: &Drawing,
    (title, labels, figures): (&str, &str, &str),
    kinds: &[Kind],
) {
    let mut small = ChartFont::new();
    small.set_size(9).set_color(MUTED);
    let mut bold = ChartFont::new();
    bold.set_size(12).set_bold();
    chart.title().set_name(title).set_font(&bold);
    if drawing.values.len() > 1 {
        chart.legend().set_position(ChartLegendPosition::Bottom);
    } else {
        chart.legend().set_hidden();
    }
    let mut plain = ChartFont::new();
    plain.set_size(9).set_color(MUTED).unset_bold();
    let (labels_axis, values_axis): (Axis, Axis) = if drawing.shape == ChartShape::Bar {
        // Bars are drawn upwards: reversed, the first row is on top, and the figures, which would
        // follow it there, stay below.
        chart.y_axis().set_reverse();
        chart
            .x_axis()
            .set_label_position(ChartAxisLabelPosition::High);
        (Chart::y_axis, Chart::x_axis)
    } else {
        (Chart::x_axis, Chart::y_axis)
    };
    labels_axis(chart)
        .set_name(labels)
        .set_name_font(&plain)
        .set_font(&small)
        .set_major_gridlines(false)
        .set_label_position(ChartAxisLabelPosition::Low);
    values_axis(chart)
        .set_font(&small)
        .set_num_format(figures)
        .set_major_gridlines(true)
        .set_major_gridlines_line(ChartLine::new().set_color(RULE).set_width(0.75));
    if drawing.shape == ChartShape::Line && kinds[drawing.labels.0].is_time() {
        chart
            .x_axis()
            .set_date_axis(true)
            .set_num_format("yyyy-mm-dd");
    }
}

/// Chooses the columns and the shape, or nothing where a chart would say nothing.
pub(super) fn choose(answer: &AnswerSheet, kinds: &[Kind]) -> Option<Drawing> {
    if answer.rows.len() < 2 {
        return None;
    }
    if let Some(drawing) = answer
        .chart
        .as_ref()
        .and_then(|hint| hinted(answer, kinds, hint))
    {
        return Some(drawing);
    }
    let measures = || (0..kinds.len()).filter(|column| kinds[*column].is_measure());
    // The rows are ordered by what the question asks for.
    let value = measures()
        .find(|column| is_descending(answer, *column))
        .or_else(|| measures().next())?;
    let dimensions: Vec<usize> = (0..kinds.len())
        .filter(|column| !kinds[*column].is_measure())
        .collect();
    let label = dimensions
        .iter()
        .copied()
        .find(|column| {
            is_time_like(answer, *column, kinds[*column]) && is_distinct(answer, *column)
        })
        .or_else(|| {
            dimensions
                .iter()
                .copied()
                .find(|column| kinds[*column] == Kind::Text && is_distinct(answer, *column))
        })
        .or_else(|| {
            dimensions
                .iter()
                .copied()
                .find(|column| is_distinct(answer, *column) && !is_rank(answer, *column))
        });
    if let Some(label) = label {
        let shape = shape(answer, label, kinds[label]);
        return Some(Drawing {
            shape,
            labels: (label, label),
            values: vec![value],
        });
    }
    // No single column tells the rows apart: the leading dimensions together do.
    let leading = (0..kinds.len())
        .take_while(|column| !kinds[*column].is_measure())
        .count();
    (leading > 0).then(|| Drawing {
        shape: ChartShape::Bar,
        labels: (0, leading - 1),
        values: vec![value],
    })
}

fn hinted(answer: &AnswerSheet, kinds: &[Kind], hint: &ChartHint) -> Option<Drawing> {
    let find = |name: &str| answer.columns.iter().position(|column| column.name == name);
    let label = find(&hint.labels)?;
    let numeric = |column: &usize| kinds[*column].is_measure() || kinds[*column] == Kind::Label;
    let values: Vec<usize> = hint
        .values
        .iter()
        .filter_map(|name| find(name))
        .filter(numeric)
        .take(MOST_SERIES)
        .collect();
    (!values.is_empty()).then_some(Drawing {
        shape: hint.shape,
        labels: (label, label),
        values,
    })
}

fn shape(answer: &AnswerSheet, label: usize, kind: Kind) -> ChartShape {
    if is_time_like(answer, label, kind) {
        return ChartShape::Line;
    }
    let longest = labels(answer, label)
        .map(|text| text.chars().count())
        .max()
        .unwrap_or(0);
    if answer.rows.len() > MOST_UPRIGHT || longest > LONGEST_UPRIGHT_LABEL {
        ChartShape::Bar
    } else {
        ChartShape::Column
    }
}

/// Whether the rows go through time along this column: dates, whole numbers called year or month,
/// texts such as `2024-05` or `2024-Q2`.
fn is_time_like(answer: &AnswerSheet, column: usize, kind: Kind) -> bool {
    let name = answer.columns[column].name.to_ascii_lowercase();
    match kind {
        Kind::Date | Kind::Timestamp => true,
        Kind::Label => ["year", "quarter", "month", "week", "day", "hour"]
            .iter()
            .any(|word| name.ends_with(word)),
        Kind::Text => labels(answer, column).all(|text| is_period(&text)),
        Kind::Integer | Kind::Number(_) | Kind::Boolean => false,
    }
}

fn is_period(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 6
        && bytes.len() <= 19
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5..]
            .iter()
            .all(|byte| byte.is_ascii_digit() || b"-QW: T".contains(byte))
}

/// Whether the rows are ordered by the column, its largest value first.
fn is_descending(answer: &AnswerSheet, column: usize) -> bool {
    let value = |row: &Vec<Value>| match row.get(column)? {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    let values: Option<Vec<f64>> = answer.rows.iter().map(value).collect();
    values.is_some_and(|values| values.is_sorted_by(|first, next| first >= next))
}

/// Whether a column only counts the rows.
fn is_rank(answer: &AnswerSheet, column: usize) -> bool {
    let name = answer.columns[column].name.to_ascii_lowercase();
    name == "rank" || name.ends_with("_rank") || name == "row_number"
}

fn is_distinct(answer: &AnswerSheet, column: usize) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    labels(answer, column).all(|text| seen.insert(text))
}

fn labels(answer: &AnswerSheet, column: usize) -> impl Iterator<Item = String> {
    answer.rows.iter().map(move |row| match row.get(column) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    })
}
