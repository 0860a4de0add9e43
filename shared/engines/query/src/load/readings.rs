//! Rows in their declared types, and as text where a cell does not read as its column's type.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;

use super::fault::too_large;
use super::{LoadFault, LoadLimits, Loaded};
use crate::definition::{ColumnKind, TableDefinition};
use crate::tables::NewTable;
use crate::typed::{self, Typed};

/// The rows of one table as they stand, and as they were declared.
pub(super) struct Readings {
    pub(super) exact: Rows,
    /// `None` where it is the same.
    pub(super) declared: Option<Rows>,
    /// The places of the columns that hold text, though they were declared as something else.
    pub(super) odd: Vec<usize>,
}

/// Typed rows of one table.
pub(super) struct Rows {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    key: Vec<usize>,
}

impl Readings {
    pub(super) fn of(
        definition: &TableDefinition,
        loaded: Loaded,
        limits: &LoadLimits,
    ) -> Result<Self, LoadFault> {
        let fault = |fault| LoadFault::Type {
            table: definition.name.clone(),
            fault,
        };
        let (mut exact, mut declared, mut odd) = (Vec::new(), Vec::new(), Vec::new());
        let mut bytes = 0_usize;
        for (place, (name, kind)) in definition.columns.iter().enumerate() {
            let parts = &loaded.columns[place];
            let written = definition.as_written.iter();
            let shown = match written.into_iter().any(|other| other == name) {
                true => ColumnKind::Text,
                false => *kind,
            };
            let typed = typed::typed(parts, shown).map_err(fault)?;
            if typed.is(*kind) {
                declared.push(typed.clone());
            } else {
                odd.push(place);
                declared.push(typed::declared(parts, *kind).map_err(fault)?);
            }
            if typed.longest() > limits.cell_bytes {
                let table = &definition.name;
                return Err(too_large(table, "bytes in a cell", limits.cell_bytes));
            }
            bytes = bytes.saturating_add(typed.bytes());
            exact.push(typed);
        }
        if bytes > limits.bytes {
            return Err(too_large(&definition.name, "bytes", limits.bytes));
        }
        let rows = |columns: Vec<Typed>| -> Result<Rows, LoadFault> {
            let fields = definition.columns.iter().zip(&columns);
            let fields = fields.map(|((name, _), typed)| Field::new(name, typed.data_type(), true));
            let schema = Arc::new(Schema::new(fields.collect::<Vec<Field>>()));
            let batches = (0..columns.first().map_or(0, Typed::parts)).map(|part| {
                let arrays = columns.iter().map(|column| column.part(part)).collect();
                RecordBatch::try_new(Arc::clone(&schema), arrays)
            });
            let batches: Vec<RecordBatch> =
                batches.collect::<Result<_, ArrowError>>().map_err(fault)?;
            let key = key(definition, &batches, loaded.rows);
            Ok(Rows {
                schema,
                batches,
                key,
            })
        };
        Ok(Self {
            exact: rows(exact)?,
            declared: (!odd.is_empty()).then(|| rows(declared)).transpose()?,
            odd,
        })
    }
}

impl Rows {
    pub(super) fn table<'a>(
        &'a self,
        definition: &'a TableDefinition,
        odd: &'a [usize],
    ) -> NewTable<'a> {
        NewTable {
            name: &definition.name,
            schema: Arc::clone(&self.schema),
            batches: self.batches.clone(),
            key: &self.key,
            odd,
        }
    }
}

/// Most rows whose key is looked at; the key of a longer table is not relied on.
const KEY_ROWS: usize = 500_000;

/// The places of the key columns, if they are there and do tell the rows apart.
fn key(definition: &TableDefinition, batches: &[RecordBatch], rows: usize) -> Vec<usize> {
    let places: Option<Vec<usize>> = definition
        .key
        .iter()
        .map(|name| {
            definition
                .columns
                .iter()
                .position(|(known, _)| known.eq_ignore_ascii_case(name))
        })
        .collect();
    let Some(places) = places.filter(|places| !places.is_empty() && rows <= KEY_ROWS) else {
        return Vec::new();
    };
    let mut seen = std::collections::HashSet::with_capacity(rows);
    for batch in batches {
        let columns: Vec<&ArrayRef> = places.iter().map(|place| batch.column(*place)).collect();
        if columns.iter().any(|column| column.null_count() > 0) {
            return Vec::new();
        }
        let Ok(texts) = columns
            .iter()
            .map(|column| cast(column, &DataType::Utf8View))
            .collect::<Result<Vec<ArrayRef>, ArrowError>>()
        else {
            return Vec::new();
        };
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = texts
                .iter()
                .map(|column| column.as_string_view().value(row).to_owned())
                .collect();
            if !seen.insert(cells) {
                return Vec::new();
            }
        }
    }
    places
}
