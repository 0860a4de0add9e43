//! From the tables of a record type and a number of rows to a plan.
//!
//! Only tables that the record type refers to are kept. They grow with it; what it belongs to fits it,
//! so that its own rows are met exactly.

use std::collections::BTreeSet;

use millrace_packs::pack::PackTable;
use millrace_synth::plan::{ColumnPlan, DataType, Generate, Layout, Plan, TablePlan, Untidiness};

use crate::catalogue::Source;
use crate::kinds::{owner_of, target_of};

/// Column of a repeated table that tells which row of the fixed one it repeats.
const REPEATED: &str = "repeated";

/// The plan of `rows` rows; its last table is the record type, with its columns in their places.
pub(crate) fn plan(source: &Source, rows: u64, seed: u64, cut_off: i64) -> Plan {
    let kept = reached(&source.tables, source.target);
    let target = &source.tables[source.target];
    // Sizes are shares of the largest table of the pack.
    let largest = rows as f64 / target.size.unwrap_or(1.0).max(f64::MIN_POSITIVE);
    let mut tables: Vec<TablePlan> = kept
        .iter()
        .map(|&place| {
            let table = &source.tables[place];
            let wanted = if place == source.target {
                rows
            } else {
                rows_of(table, largest)
            };
            table_plan(table, wanted)
        })
        .collect();
    fit(&mut tables);
    repeat_fixed(&mut tables);
    Plan {
        version: Plan::VERSION,
        seed,
        cut_off,
        untidiness: Untidiness::default(),
        tables,
    }
}

fn rows_of(table: &PackTable, largest: f64) -> u64 {
    const MOST: u64 = 1 << 36;
    table.rows.unwrap_or_else(|| {
        let rows = (table.size.unwrap_or(0.0) * largest).round() as u64;
        rows.max(table.at_least).clamp(1, MOST)
    })
}

fn table_plan(table: &PackTable, rows: u64) -> TablePlan {
    TablePlan {
        name: table.name.clone(),
        singular: table.singular.clone(),
        description: table.description.clone(),
        rows,
        layout: table.layout.clone(),
        columns: table.columns.clone(),
    }
}

/// The tables that `target` refers to, through others too, and itself last; in their order.
fn reached(tables: &[PackTable], target: usize) -> Vec<usize> {
    let mut found = BTreeSet::from([target]);
    // References lead to earlier tables only.
    for place in (0..=target).rev().filter(|&place| place < tables.len()) {
        if !found.contains(&place) {
            continue;
        }
        let table = &tables[place];
        let names = table
            .columns
            .iter()
            .filter_map(|column| target_of(table, column));
        for name in names.chain(owner_of(table)) {
            found.extend(tables[..place].iter().position(|known| known.name == name));
        }
    }
    found.into_iter().collect()
}

/// Fits tables to those that belong to them, from the last one on.
fn fit(tables: &mut [TablePlan]) {
    for index in (0..tables.len()).rev() {
        let rows = tables[index].rows;
        let Some(layout) = tables[index].layout.clone() else {
            continue;
        };
        let (Layout::Owned { table, .. } | Layout::Subset { table }) = &layout;
        let Some(other) = tables[..index]
            .iter_mut()
            .find(|known| known.name == *table)
        else {
            continue;
        };
        match &layout {
            Layout::Owned { counts, .. } => {
                let children = || counts.iter().map(|(count, _)| u64::from(*count));
                let fewest = children().min().unwrap_or(1).max(1);
                let most = children().max().unwrap_or(1).max(1);
                let highest = (rows / fewest).max(1);
                let lowest = rows.div_ceil(most).min(highest);
                other.rows = other.rows.clamp(lowest, highest);
            }
            Layout::Subset { .. } => other.rows = other.rows.max(rows),
        }
    }
}

/// Gives the last table more rows than the lists of its columns have: these are repeated, row by row,
/// from a copy of the table that has as many rows as the lists.
fn repeat_fixed(tables: &mut Vec<TablePlan>) {
    let Some(target) = tables.last() else {
        return;
    };
    let lengths = target
        .columns
        .iter()
        .filter_map(|column| match &column.generate {
            Generate::Listed { values } => Some(values.len() as u64),
            _ => None,
        });
    let listed = lengths.min().unwrap_or(u64::MAX);
    if target.rows <= listed {
        return;
    }
    let mut fixed = target.clone();
    fixed.rows = listed.max(1);
    let Some(target) = tables.last_mut() else {
        return;
    };
    target.name = format!("{}_repeated", target.name);
    for column in &mut target.columns {
        if matches!(column.generate, Generate::Listed { .. }) {
            column.generate = Generate::Lookup {
                path: format!("{REPEATED}.{}", column.name),
            };
        }
    }
    let key = fixed
        .columns
        .iter()
        .find(|column| matches!(column.generate, Generate::Key { .. }));
    target.columns.push(ColumnPlan {
        name: REPEATED.to_owned(),
        data_type: key.map_or(DataType::Text, |key| key.data_type),
        description: "Row that is repeated.".to_owned(),
        unit: None,
        nullable: false,
        null_share: 0.0,
        untidy: false,
        generate: Generate::Turn {
            table: fixed.name.clone(),
        },
    });
    let place = tables.len() - 1;
    tables.insert(place, fixed);
}
