//! The type of a column as callers see it, from the rule that makes it.

use millrace_packs::pack::PackTable;
use millrace_synth::plan::{ColumnPlan, DataType, Generate, Layout};

use crate::column::ColumnType;

/// Look-ups that are followed.
const LONGEST_CHAIN: usize = 8;

/// The type of `column` of the table at `table`.
pub(crate) fn column_type(tables: &[PackTable], table: usize, column: &ColumnPlan) -> ColumnType {
    of_column(tables, table, column, 0)
}

fn of_column(tables: &[PackTable], table: usize, column: &ColumnPlan, depth: usize) -> ColumnType {
    match column.data_type {
        DataType::Integer => ColumnType::Integer,
        DataType::Decimal | DataType::Fixed(_) => ColumnType::Decimal {
            precision: 18,
            scale: column.data_type.digits() as u8,
        },
        DataType::Date => ColumnType::Date,
        DataType::Timestamp => ColumnType::Timestamp,
        DataType::Boolean => ColumnType::Boolean,
        DataType::Text => {
            let found = of_rule(tables, table, &column.generate, depth);
            let country = column.name == "country" || column.name.ends_with("_country");
            if country && matches!(found, ColumnType::Text | ColumnType::Category) {
                ColumnType::Country
            } else {
                found
            }
        }
    }
}

/// The type of a rule that gives text.
fn of_rule(tables: &[PackTable], table: usize, rule: &Generate, depth: usize) -> ColumnType {
    match rule {
        Generate::Uuid => ColumnType::Uuid,
        Generate::PersonName { .. } | Generate::CompanyName => ColumnType::Name,
        Generate::Email { .. } => ColumnType::Email,
        Generate::City { .. } => ColumnType::City,
        Generate::Phone { .. } => ColumnType::Phone,
        Generate::Quota { .. }
        | Generate::Choice { .. }
        | Generate::Mapped { .. }
        | Generate::Lifecycle { .. } => ColumnType::Category,
        Generate::When {
            cases, otherwise, ..
        } => {
            let rules = cases.iter().map(|case| &case.generate);
            let mut kinds = rules
                .chain([&**otherwise])
                .filter(|rule| !matches!(rule, Generate::Null))
                .map(|rule| of_rule(tables, table, rule, depth));
            let first = kinds.next().unwrap_or(ColumnType::Text);
            if kinds.all(|kind| kind == first) {
                first
            } else {
                ColumnType::Text
            }
        }
        Generate::Lookup { path } if depth < LONGEST_CHAIN => end_of(tables, table, path)
            .map_or(ColumnType::Text, |(table, column)| {
                of_column(tables, table, column, depth + 1)
            }),
        _ => ColumnType::Text,
    }
}

/// The column at the end of a path, and its table.
fn end_of<'t>(
    tables: &'t [PackTable],
    table: usize,
    path: &str,
) -> Option<(usize, &'t ColumnPlan)> {
    let mut at = table;
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let column = tables[at].column(name)?;
        if names.peek().is_none() {
            return Some((at, column));
        }
        let target = target_of(&tables[at], column)?;
        at = tables.iter().position(|known| known.name == target)?;
    }
    None
}

/// The table that a column refers to.
pub(crate) fn target_of<'t>(table: &'t PackTable, column: &'t ColumnPlan) -> Option<&'t str> {
    match &column.generate {
        Generate::Reference { table, .. } | Generate::Turn { table } => Some(table),
        Generate::Owner => owner_of(table),
        _ => None,
    }
}

/// The table that the rows of a table belong to.
pub(crate) fn owner_of(table: &PackTable) -> Option<&str> {
    match table.layout.as_ref()? {
        Layout::Owned { table, .. } | Layout::Subset { table } => Some(table),
    }
}
