//! The list of record types.

use std::sync::LazyLock;

use millrace_packs::library;
use millrace_packs::pack::PackTable;
use serde::Serialize;

use crate::column::ColumnType;
use crate::kinds;
use crate::record::{FILES, RecordFile};

/// The name to use for rows of a schema that resemble no record type.
pub const CUSTOM: &str = "custom";
/// The name of rows that are made like those of an input, by a learned model and not by this crate.
pub const LIKE_INPUT: &str = "like-input";

/// A kind of records that can be asked for by name.
#[derive(Debug, Clone, Serialize)]
pub struct RecordType {
    /// Its name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Its columns, in order.
    pub columns: Vec<RecordColumn>,
    #[serde(skip)]
    pub(crate) source: Source,
}

/// A column of a record type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// One sentence.
    #[serde(skip)]
    pub description: String,
}

/// The tables that a record type is made from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) tables: Vec<PackTable>,
    /// The table that is the record type.
    pub(crate) target: usize,
    /// Columns of it that are given, by place.
    pub(crate) shown: Vec<usize>,
    /// Day on which the data ends.
    pub(crate) cut_off: String,
}

static TYPES: LazyLock<Vec<RecordType>> = LazyLock::new(|| {
    let own = FILES.iter().map(|text| {
        of_file(toml::from_str(text).expect("the record types of the crate are read by its tests"))
    });
    own.chain(library::packs().iter().flat_map(|pack| {
        (0..pack.tables.len()).map(|target| {
            let table = &pack.tables[target];
            let source = Source {
                tables: pack.tables.clone(),
                target,
                shown: (0..table.columns.len()).collect(),
                cut_off: pack.cut_off.clone(),
            };
            RecordType {
                name: format!("{}/{}", pack.id, table.name),
                description: format!("{}: {}", pack.title, table.description),
                columns: columns(&source, |_| None),
                source,
            }
        })
    }))
    .collect()
});

fn of_file(file: RecordFile) -> RecordType {
    let target = file.tables.len().saturating_sub(1);
    let columns_of = file
        .tables
        .get(target)
        .map_or(&[][..], |table| &table.columns);
    let shown = (0..columns_of.len())
        .filter(|&place| !file.hidden.contains(&columns_of[place].name))
        .collect();
    let source = Source {
        target,
        shown,
        cut_off: file.cut_off,
        tables: file.tables,
    };
    let told = |name: &str| {
        let told = file.types.get(name)?;
        Some(
            told.parse()
                .expect("the types of the crate's columns are read by its tests"),
        )
    };
    RecordType {
        name: file.name,
        description: file.description,
        columns: columns(&source, told),
        source,
    }
}

fn columns(source: &Source, told: impl Fn(&str) -> Option<ColumnType>) -> Vec<RecordColumn> {
    let plans = &source.tables[source.target].columns;
    let shown = source.shown.iter().map(|&place| &plans[place]);
    shown
        .map(|plan| RecordColumn {
            name: plan.name.clone(),
            column_type: told(&plan.name)
                .unwrap_or_else(|| kinds::column_type(&source.tables, source.target, plan)),
            description: plan.description.clone(),
        })
        .collect()
}

/// All record types: those of the crate, then the tables of the domain packs.
#[must_use]
pub fn record_types() -> &'static [RecordType] {
    &TYPES
}

/// The record type of that name.
#[must_use]
pub fn record_type(name: &str) -> Option<&'static RecordType> {
    TYPES.iter().find(|known| known.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn files_name_only_what_they_have() {
        for text in FILES {
            let file: RecordFile = toml::from_str(text).expect("a record type");
            let table = file.tables.last().expect("a table");
            assert_eq!(table.size, Some(1.0), "{}", file.name);
            for name in file.hidden.iter().chain(file.types.keys()) {
                assert!(table.column(name).is_some(), "{}: {name}", file.name);
            }
            for told in file.types.values() {
                assert!(told.parse::<ColumnType>().is_ok(), "{}: {told}", file.name);
            }
            for table in &file.tables {
                assert!(
                    table.size.is_some() != table.rows.is_some(),
                    "{}",
                    table.name
                );
            }
        }
    }

    #[test]
    fn the_list_is_whole() {
        let names: Vec<&str> = record_types()
            .iter()
            .map(|each| each.name.as_str())
            .collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert_eq!(
            names[..10],
            [
                "customers",
                "users",
                "products",
                "orders",
                "transactions",
                "time-series",
                "web-events",
                "log-lines",
                "geo-points",
                "text-reviews"
            ]
        );
        for pack in library::packs() {
            for table in &pack.tables {
                assert!(record_type(&format!("{}/{}", pack.id, table.name)).is_some());
            }
        }
        for each in record_types() {
            assert!(
                each.description.ends_with('.') && each.columns.len() >= 4,
                "{}",
                each.name
            );
        }
        let json = serde_json::to_value(&record_types()[0]).expect("a record type");
        assert_eq!(
            json["columns"][2],
            serde_json::json!({"name": "email", "type": "email"})
        );
    }
}
