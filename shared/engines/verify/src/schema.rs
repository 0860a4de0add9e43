//! What the tables are: names, columns, types, references.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef, TimeUnit};
use serde::{Deserialize, Serialize};

/// Tables and how they refer to each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Tables.
    pub tables: Vec<Table>,
    /// References between them.
    #[serde(default)]
    pub relationships: Vec<Relationship>,
}

impl Schema {
    /// The table called `name`, compared exactly.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name, as SQL has it: lower case unless it is to be quoted.
    pub name: String,
    /// Columns in file order.
    pub columns: Vec<Column>,
}

impl Table {
    /// The column called `name`, compared exactly.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub(crate) fn arrow_schema(&self) -> SchemaRef {
        let fields: Vec<Field> = self
            .columns
            .iter()
            // Untidy cells read as NULL, so that a column is nullable whatever the plan says.
            .map(|column| Field::new(&column.name, column.data_type.arrow_type(), true))
            .collect();
        Arc::new(ArrowSchema::new(fields))
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Name, as SQL has it.
    pub name: String,
    /// Declared type.
    pub data_type: ColumnType,
    /// Whether cells may be empty.
    #[serde(default)]
    pub nullable: bool,
    /// Whether it is (part of) the primary key.
    #[serde(default)]
    pub primary_key: bool,
}

/// Types of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// 64-bit integer.
    Integer,
    /// Exact decimal with two digits after the point.
    Decimal,
    /// Day, `2024-03-01`.
    Date,
    /// Second in UTC, `2024-03-01 12:30:00`, from 1678 to 2261.
    Timestamp,
    /// `true` or `false`.
    Boolean,
}

impl ColumnType {
    /// The type's spelling in SQL.
    ///
    /// ```
    /// assert_eq!(millrace_verify::ColumnType::Decimal.sql_type(), "DECIMAL(18,2)");
    /// ```
    #[must_use]
    pub fn sql_type(self) -> &'static str {
        match self {
            Self::Text => "VARCHAR",
            Self::Integer => "BIGINT",
            Self::Decimal => "DECIMAL(18,2)",
            Self::Date => "DATE",
            Self::Timestamp => "TIMESTAMP",
            Self::Boolean => "BOOLEAN",
        }
    }

    /// Whether cells are numbers.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal)
    }

    pub(crate) fn arrow_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8View,
            Self::Integer => DataType::Int64,
            Self::Decimal => DataType::Decimal128(18, 2),
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Nanosecond, None),
            Self::Boolean => DataType::Boolean,
        }
    }
}

/// A column whose values are keys of another table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relationship {
    /// Referring table.
    pub from_table: String,
    /// Referring column.
    pub from_column: String,
    /// Table referred to.
    pub to_table: String,
    /// Its key column.
    pub to_column: String,
}

/// An identifier as SQL reads it back unchanged, whatever characters it has.
///
/// ```
/// assert_eq!(millrace_verify::quote_identifier("odd \"name\""), "\"odd \"\"name\"\"\"");
/// ```
#[must_use]
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text literal of SQL.
#[must_use]
pub(crate) fn quote_text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
