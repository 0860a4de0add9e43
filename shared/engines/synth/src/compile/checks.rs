//! What holds for tables and columns whatever their rules.

use std::collections::BTreeSet;

use super::{LONGEST_NAME, MOST_COLUMNS, MOST_ROWS, Scope, Site};
use crate::plan::{ColumnPlan, DataType, Generate};

impl Scope<'_, '_> {
    pub(super) fn check_table(&mut self) {
        let table = self.table;
        for (what, name) in [("name", &table.name), ("singular", &table.singular)] {
            if !is_name(name) {
                self.fault(&table.name, format!("the {what} {name:?} is not in snake_case of at most {LONGEST_NAME} characters"));
            }
        }
        if table.rows == 0 || table.rows > MOST_ROWS {
            self.fault(
                &table.name,
                format!("a table has 1 to {MOST_ROWS} rows, not {}", table.rows),
            );
        }
        if table.columns.is_empty() || table.columns.len() > MOST_COLUMNS {
            self.fault(
                &table.name,
                format!(
                    "a table has 1 to {MOST_COLUMNS} columns, not {}",
                    table.columns.len()
                ),
            );
        }
        let mut names = BTreeSet::new();
        let mut keys = 0;
        for column in &table.columns {
            let path = format!("{}.{}", table.name, column.name);
            if !is_name(&column.name) {
                self.fault(
                    &path,
                    format!("the name is not in snake_case of at most {LONGEST_NAME} characters"),
                );
            }
            if !names.insert(column.name.as_str()) {
                self.fault(&path, "another column has this name");
            }
            keys += usize::from(matches!(column.generate, Generate::Key { .. }));
        }
        if keys > 1 {
            self.fault(&table.name, "a table has at most one key");
        }
    }

    pub(super) fn check_column(&mut self, path: &str, column: &ColumnPlan, fixed: bool) {
        if !(0.0..=1.0).contains(&column.null_share) {
            self.fault(path, "null_share must lie between 0 and 1");
        } else if column.null_share > 0.0 && !column.nullable {
            self.fault(path, "a column with a null_share must be nullable");
        }
        if fixed && (column.nullable || column.untidy) {
            self.fault(path, "keys and references are never null or untidy");
        }
        if column.untidy && column.data_type != DataType::Text {
            self.fault(path, "only text columns can be untidy");
        }
        if matches!(column.generate, Generate::Arrival { .. }) && column.null_share > 0.0 {
            self.fault(path, "an arrival is never null");
        }
        if matches!(column.data_type, DataType::Fixed(digits) if digits > DataType::MOST_DIGITS) {
            let most = DataType::MOST_DIGITS;
            self.fault(
                path,
                format!("a number has at most {most} digits after the point"),
            );
        }
    }

    /// Notes a fault unless the column holds numbers.
    pub(super) fn expect_number(&mut self, site: &Site<'_>) -> Option<()> {
        if site.column.data_type.is_number() {
            return Some(());
        }
        self.fault(&site.path, "the type must be integer or decimal");
        None
    }

    /// Notes a fault unless the column has one of the types.
    pub(super) fn expect_type(&mut self, site: &Site<'_>, types: &[DataType]) -> Option<()> {
        if types.contains(&site.column.data_type) {
            return Some(());
        }
        let names: Vec<String> = types
            .iter()
            .map(|data_type| format!("{data_type:?}").to_lowercase())
            .collect();
        self.fault(
            &site.path,
            format!("the type must be {}", names.join(" or ")),
        );
        None
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
