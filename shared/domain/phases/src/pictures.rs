//! Which columns of a table are worth a picture, and the picture.

use millrace_report::pdf::{Chart, ChartKind};
use millrace_verify::{ChartData, TableProfile};

use crate::delivery::DeliveredTable;

/// Charts of one table in a report, at most.
const CHARTS: usize = 4;

/// Up to four charts: courses over time first, then shapes of numbers and shares of categories in turn.
#[must_use]
pub fn charts(table: &DeliveredTable, profile: &TableProfile) -> Vec<Chart> {
    let mut courses = Vec::new();
    let mut shapes = Vec::new();
    let mut shares = Vec::new();
    for (column, seen) in table.columns.iter().zip(&profile.columns) {
        let title = column.name.replace('_', " ");
        match &seen.chart {
            ChartData::Nothing => {}
            ChartData::Monthly { months } => {
                courses.push(chart(title, ChartKind::Line, months, None));
            }
            ChartData::Categories { bars, other } => {
                // A picture of a free text or a reference shows nothing but a long rest.
                if bars.len() > 1 && *other < seen.count / 2 {
                    let mut bars = bars.clone();
                    if *other > 0 {
                        bars.push(("other".to_owned(), *other));
                    }
                    shares.push(chart(title, ChartKind::Bars, &bars, None));
                }
            }
            ChartData::Histogram {
                from,
                width,
                counts,
            } => {
                let bins: Vec<(String, u64)> = counts
                    .iter()
                    .enumerate()
                    .map(|(index, count)| (edge(from + width * index as f64), *count))
                    .collect();
                shapes.push(chart(
                    title,
                    ChartKind::Histogram,
                    &bins,
                    column.unit.clone(),
                ));
            }
        }
    }
    let mut picked: Vec<Chart> = courses.into_iter().take(1).collect();
    let (mut shapes, mut shares) = (shapes.into_iter(), shares.into_iter());
    while picked.len() < CHARTS {
        let before = picked.len();
        picked.extend(shares.next());
        if picked.len() < CHARTS {
            picked.extend(shapes.next());
        }
        if picked.len() == before {
            break;
        }
    }
    picked
}

fn chart(title: String, kind: ChartKind, bars: &[(String, u64)], unit: Option<String>) -> Chart {
    let (labels, values) = bars
        .iter()
        .map(|(label, count)| (label.clone(), *count as f64))
        .unzip();
    Chart {
        title,
        kind,
        labels,
        values,
        unit,
    }
}

/// A bin's lower edge, short.
fn edge(value: f64) -> String {
    if value.abs() >= 100.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}
