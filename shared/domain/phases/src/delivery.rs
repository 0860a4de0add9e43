//! How a plan becomes files: several tables as they are, or one wide table of the largest.

use std::ops::Range;

use millrace_challenge::brief::DataStructure;
use millrace_synth::plan::{DataType, Generate, Layout, Plan, TablePlan};
use millrace_synth::{Generator, Wide};
use millrace_verify as verify;
use serde_json::{Map, Value};

use crate::error::PhaseError;

/// A compiled plan with the form in which it is delivered.
#[derive(Debug)]
pub struct Delivery {
    generator: Generator,
    structure: DataStructure,
}

/// A delivered table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveredTable {
    /// Name; its file is `{name}.csv`.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Rows, exactly.
    pub rows: u64,
    /// Columns in file order.
    pub columns: Vec<DeliveredColumn>,
}

/// A delivered column and where its cells come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveredColumn {
    /// Name in the file.
    pub name: String,
    /// The plan's table.
    pub table: String,
    /// The plan's column.
    pub column: String,
    /// Type of the clean cells.
    pub data_type: DataType,
    /// One sentence.
    pub description: String,
    /// Unit of a measure.
    pub unit: Option<String>,
    /// Whether cells may be empty.
    pub nullable: bool,
    /// Whether it is the primary key of the delivered table.
    pub primary_key: bool,
}

impl Delivery {
    /// Compiles a plan.
    ///
    /// # Errors
    /// [`PhaseError::Plan`] with every fault of the plan.
    pub fn new(plan: &Plan, structure: DataStructure) -> Result<Self, PhaseError> {
        Ok(Self {
            generator: Generator::compile(plan)?,
            structure,
        })
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        self.generator.plan()
    }

    /// The compiled generator.
    #[must_use]
    pub fn generator(&self) -> &Generator {
        &self.generator
    }

    /// Whether one wide table is delivered.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.structure == DataStructure::Denormalized
    }

    fn wide(&self) -> Option<Wide<'_>> {
        let name = &grain(self.plan()).name;
        self.is_wide()
            .then(|| Wide::of(&self.generator, name).expect("the grain is a table of the plan"))
    }

    /// The delivered tables in file order.
    #[must_use]
    pub fn tables(&self) -> Vec<DeliveredTable> {
        match self.wide() {
            None => self.plan().tables.iter().map(normalized).collect(),
            Some(wide) => vec![widened(self.plan(), &wide)],
        }
    }

    /// References between delivered tables: child table, child column, parent table, parent key.
    #[must_use]
    pub fn relationships(&self) -> Vec<verify::Relationship> {
        if self.is_wide() {
            Vec::new()
        } else {
            relationships(self.plan())
        }
    }

    /// The delivered tables as the verifier knows them.
    #[must_use]
    pub fn schema(&self) -> verify::Schema {
        let tables = self
            .tables()
            .into_iter()
            .map(|table| verify::Table {
                name: table.name,
                columns: table
                    .columns
                    .into_iter()
                    .map(|column| verify::Column {
                        name: column.name,
                        data_type: column_type(column.data_type),
                        nullable: column.nullable,
                        primary_key: column.primary_key,
                    })
                    .collect(),
            })
            .collect();
        verify::Schema {
            tables,
            relationships: self.relationships(),
        }
    }

    /// Rows `rows` of a delivered table as CSV, with its header where asked for.
    ///
    /// # Errors
    /// [`PhaseError::Generate`] for a table that is not delivered; errors of `out`.
    pub fn write_csv(
        &self,
        table: &str,
        rows: Range<u64>,
        header: bool,
        out: &mut Vec<u8>,
    ) -> Result<(), PhaseError> {
        match self.wide() {
            None => self.generator.write_csv(table, rows, header, out)?,
            Some(wide) => wide.write_csv(rows, header, out)?,
        }
        Ok(())
    }

    /// The first `rows` delivered rows of a table.
    ///
    /// # Errors
    /// [`PhaseError::Generate`] for a table that is not delivered.
    pub fn preview(&self, table: &str, rows: u64) -> Result<Vec<Map<String, Value>>, PhaseError> {
        Ok(match self.wide() {
            None => self.generator.preview(table, rows)?,
            Some(wide) => wide.preview(rows),
        })
    }

    /// A statement over the plan's tables as one over the delivered tables: the wide table is taken
    /// apart again before the statement runs.
    #[must_use]
    pub fn rewrite(&self, sql: &str) -> String {
        let Some(wide) = self.wide() else {
            return sql.to_owned();
        };
        let words: Vec<&str> = sql
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .collect();
        let name = wide_name(grain(self.plan()));
        let parts: Vec<String> = self
            .plan()
            .tables
            .iter()
            .filter(|table| words.contains(&table.name.as_str()))
            .filter_map(|table| taken_apart(&wide, &name, &table.name))
            .collect();
        if parts.is_empty() {
            return sql.to_owned();
        }
        let parts = parts.join(",\n");
        let statement = sql.trim_start();
        match statement.get(..5) {
            Some(with)
                if with.eq_ignore_ascii_case("with ") || with.eq_ignore_ascii_case("with\n") =>
            {
                format!("WITH {parts},\n{}", statement[5..].trim_start())
            }
            _ => format!("WITH {parts}\n{statement}"),
        }
    }
}

fn normalized(table: &TablePlan) -> DeliveredTable {
    let columns = table
        .columns
        .iter()
        .map(|column| DeliveredColumn {
            name: column.name.clone(),
            table: table.name.clone(),
            column: column.name.clone(),
            data_type: column.data_type,
            description: column.description.clone(),
            unit: column.unit.clone(),
            nullable: column.nullable,
            primary_key: matches!(column.generate, Generate::Key { .. }),
        })
        .collect();
    DeliveredTable {
        name: table.name.clone(),
        description: table.description.clone(),
        rows: table.rows,
        columns,
    }
}

fn widened(plan: &Plan, wide: &Wide<'_>) -> DeliveredTable {
    let grain = grain(plan);
    let key = wide.joins().first().and_then(|join| join.key.clone());
    let columns = wide
        .columns()
        .iter()
        .filter_map(|column| {
            let table = plan
                .tables
                .iter()
                .find(|table| table.name == column.table)?;
            let source = table
                .columns
                .iter()
                .find(|candidate| candidate.name == column.column)?;
            Some(DeliveredColumn {
                name: column.name.clone(),
                table: column.table.clone(),
                column: column.column.clone(),
                data_type: column.data_type,
                description: source.description.clone(),
                unit: source.unit.clone(),
                nullable: column.nullable,
                primary_key: key.as_ref() == Some(&column.name),
            })
        })
        .collect();
    DeliveredTable {
        name: wide_name(grain),
        description: format!(
            "{} Everything that belongs to a row stands beside it.",
            grain.description
        ),
        rows: wide.rows(),
        columns,
    }
}

/// The common table expression that gives one table of the plan back; none if the wide table does
/// not hold it. A table that is reached in two ways is the union of both.
fn taken_apart(wide: &Wide<'_>, name: &str, table: &str) -> Option<String> {
    let selects: Vec<String> = wide
        .joins()
        .iter()
        .enumerate()
        .filter(|(_, join)| join.table == table)
        .map(|(index, join)| {
            let columns: Vec<String> = join
                .columns
                .iter()
                .map(|(column, held)| {
                    if column == held {
                        held.clone()
                    } else {
                        format!("{held} AS {column}")
                    }
                })
                .collect();
            let distinct = if index == 0 { "" } else { "DISTINCT " };
            let present = match &join.key {
                Some(key) if join.optional => format!(" WHERE {key} IS NOT NULL"),
                _ => String::new(),
            };
            format!(
                "SELECT {distinct}{} FROM {name}{present}",
                columns.join(", ")
            )
        })
        .collect();
    (!selects.is_empty()).then(|| format!("{table} AS ({})", selects.join(" UNION ")))
}

/// The table with the most rows; the first of several.
#[must_use]
pub fn grain(plan: &Plan) -> &TablePlan {
    let most = plan
        .tables
        .iter()
        .map(|table| table.rows)
        .max()
        .unwrap_or(0);
    plan.tables
        .iter()
        .find(|table| table.rows == most)
        .expect("a compiled plan has tables")
}

fn wide_name(grain: &TablePlan) -> String {
    format!("{}_wide", grain.name)
}

/// References of a plan.
#[must_use]
pub fn relationships(plan: &Plan) -> Vec<verify::Relationship> {
    let key_of = |name: &str| {
        let table = plan.tables.iter().find(|table| table.name == name)?;
        table
            .columns
            .iter()
            .find(|column| matches!(column.generate, Generate::Key { .. }))
            .map(|column| column.name.clone())
    };
    let mut found = Vec::new();
    for table in &plan.tables {
        for column in &table.columns {
            let to_table = match (&column.generate, &table.layout) {
                (Generate::Reference { table, .. }, _) => table,
                (Generate::Owner, Some(Layout::Owned { table, .. } | Layout::Subset { table })) => {
                    table
                }
                _ => continue,
            };
            if let Some(to_column) = key_of(to_table) {
                found.push(verify::Relationship {
                    from_table: table.name.clone(),
                    from_column: column.name.clone(),
                    to_table: to_table.clone(),
                    to_column,
                });
            }
        }
    }
    found
}

/// The verifier's name of a type.
#[must_use]
pub fn column_type(data_type: DataType) -> verify::ColumnType {
    match data_type {
        DataType::Text => verify::ColumnType::Text,
        DataType::Integer => verify::ColumnType::Integer,
        DataType::Decimal | DataType::Fixed(_) => verify::ColumnType::Decimal,
        DataType::Date => verify::ColumnType::Date,
        DataType::Timestamp => verify::ColumnType::Timestamp,
        DataType::Boolean => verify::ColumnType::Boolean,
    }
}
