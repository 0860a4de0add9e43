//! Phase 3: the first rows of the full set, and what they show.

use std::collections::BTreeMap;

use millrace_api::challenge as api;
use millrace_synth::plan::{DataType, Generate, TablePlan};
use serde_json::{Map, Value};

use crate::delivery::{DeliveredColumn, DeliveredTable, Delivery};
use crate::error::PhaseError;

/// Rows of a table that a preview shows, at most.
pub const ROWS: u64 = 30;

/// The preview: a true slice of the full set.
///
/// # Errors
/// Those of the generator.
pub fn preview(
    delivery: &Delivery,
) -> Result<(Vec<api::PreviewTable>, api::PreviewValidation), PhaseError> {
    let tables = delivery.tables();
    let mut shown = Vec::new();
    let mut issues = Vec::new();
    let mut cells = 0;
    for table in &tables {
        let sample_rows = delivery.preview(&table.name, ROWS.min(table.rows))?;
        cells += sample_rows.len() * table.columns.len();
        issues.extend(data_type_issues(table, &sample_rows));
        shown.push(api::PreviewTable {
            table_name: table.name.clone(),
            row_count: sample_rows.len() as u64,
            column_count: table.columns.len() as u64,
            sample_rows,
        });
    }
    let orphan_records = orphans(delivery, &shown);
    let untidy: u64 = issues.iter().map(|issue| issue.cells).sum();
    let orphaned: u64 = orphan_records.values().sum();
    let share = (untidy + orphaned) as f64 / cells.max(1) as f64;
    let validation = api::PreviewValidation {
        fk_integrity_passed: orphaned == 0,
        orphan_records,
        data_type_issues: issues,
        quality_score: ((1.0 - share) * 100.0).round() / 10.0,
    };
    Ok((shown, validation))
}

/// References of the shown rows that name no row of the full parent table.
fn orphans(delivery: &Delivery, shown: &[api::PreviewTable]) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for relationship in delivery.relationships() {
        let Some(child) = shown
            .iter()
            .find(|table| table.table_name == relationship.from_table)
        else {
            continue;
        };
        let Some(parent) = delivery
            .plan()
            .tables
            .iter()
            .find(|table| table.name == relationship.to_table)
        else {
            continue;
        };
        let cells = child
            .sample_rows
            .iter()
            .filter_map(|row| row.get(&relationship.from_column));
        let orphans = cells
            .filter(|cell| !cell.is_null() && !names_row(parent, cell))
            .count() as u64;
        if orphans > 0 {
            found.insert(
                format!("{}.{}", relationship.from_table, relationship.from_column),
                orphans,
            );
        }
    }
    found
}

/// Whether `cell` is the key of a row: keys number the rows from 1.
fn names_row(table: &TablePlan, cell: &Value) -> bool {
    let number = table
        .columns
        .iter()
        .find_map(|column| match &column.generate {
            Generate::Key { prefix, .. } => match cell {
                Value::String(text) => text.strip_prefix(prefix.as_str())?.parse::<u64>().ok(),
                other => other.as_u64(),
            },
            _ => None,
        });
    number.is_some_and(|number| (1..=table.rows).contains(&number))
}

/// Cells of typed columns that hold a text in place of their type.
fn data_type_issues(
    table: &DeliveredTable,
    rows: &[Map<String, Value>],
) -> Vec<api::DataTypeIssue> {
    table
        .columns
        .iter()
        .filter_map(|column| {
            let odd: Vec<&str> = rows
                .iter()
                .filter_map(|row| row.get(&column.name)?.as_str())
                .filter(|text| !reads(column, text))
                .collect();
            let example = odd.first()?;
            Some(api::DataTypeIssue {
                table: table.name.clone(),
                column: column.name.clone(),
                expected: crate::delivery::column_type(column.data_type)
                    .sql_type()
                    .to_owned(),
                cells: odd.len() as u64,
                example: (*example).to_owned(),
            })
        })
        .collect()
}

/// Whether a cell shown as text reads as its type: numbers and truth values are never shown as text.
fn reads(column: &DeliveredColumn, text: &str) -> bool {
    let shaped = |pattern: &str| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| {
                if wanted == b'0' {
                    byte.is_ascii_digit()
                } else {
                    byte == wanted
                }
            })
    };
    match column.data_type {
        DataType::Text => true,
        DataType::Date => shaped("0000-00-00"),
        DataType::Timestamp => shaped("0000-00-00 00:00:00"),
        DataType::Integer | DataType::Decimal | DataType::Fixed(_) | DataType::Boolean => false,
    }
}
