//! Rows of text cells, whatever format they come from, into Arrow batches.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, UInt64Array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::error::FormatError;
use crate::options::BadValues;
use crate::reject::{Reject, RejectCode, Rejects};
use crate::types::{ColumnBuilder, ValueFormat};

/// Rows that all have the same width.
pub(crate) trait RowBlock {
    /// Rows there are.
    fn rows(&self) -> usize;
    /// A cell; `None` where there is no value.
    fn cell(&self, row: usize, column: usize) -> Option<Cow<'_, str>>;
    /// The cells of a column.
    fn cells(&self, column: usize) -> impl Iterator<Item = Option<Cow<'_, str>>> {
        (0..self.rows()).map(move |row| self.cell(row, column))
    }
    /// The row's number, from 1, and where it begins.
    fn origin(&self, row: usize) -> (u64, u64);
    /// The row as it stands in the file.
    fn raw(&self, row: usize) -> String;
}

/// How one column of the file is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) data_type: DataType,
    pub(crate) format: ValueFormat,
    /// Whether a cell may fail to read: the caller gave the type. Such columns are also checked
    /// where they are not asked for, so that the rows do not depend on the projection.
    pub(crate) declared: bool,
}

impl Column {
    pub(crate) fn text(name: String) -> Self {
        Self {
            name,
            data_type: DataType::Utf8View,
            format: ValueFormat::default(),
            declared: false,
        }
    }
}

/// What is built from rows.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) columns: Arc<[Column]>,
    pub(crate) projection: Vec<usize>,
    /// Columns that are not asked for, and yet decide which rows there are.
    pub(crate) checked: Vec<usize>,
    pub(crate) schema: SchemaRef,
    pub(crate) bad_values: BadValues,
    pub(crate) row_numbers: bool,
}

impl Plan {
    pub(crate) fn new(
        columns: Arc<[Column]>,
        projection: Option<&[usize]>,
        row_numbers: Option<&str>,
        bad_values: BadValues,
    ) -> Result<Self, FormatError> {
        let projection: Vec<usize> =
            projection.map_or_else(|| (0..columns.len()).collect(), <[usize]>::to_vec);
        let mut fields = Vec::with_capacity(projection.len() + 1);
        for &place in &projection {
            let column = columns
                .get(place)
                .ok_or_else(|| FormatError::InvalidOption {
                    option: "projection",
                    reason: format!("there is no column {place}, only {}", columns.len()),
                })?;
            fields.push(Field::new(&column.name, column.data_type.clone(), true));
        }
        if let Some(name) = row_numbers {
            fields.push(Field::new(name, DataType::UInt64, false));
        }
        let mut checked = Vec::new();
        if bad_values != BadValues::Null {
            let asked: HashSet<usize> = projection.iter().copied().collect();
            let declared = |place: &usize| columns[*place].declared && !asked.contains(place);
            checked.extend((0..columns.len()).filter(declared));
        }
        Ok(Self {
            columns,
            projection,
            checked,
            schema: Arc::new(Schema::new(fields)),
            bad_values,
            row_numbers: row_numbers.is_some(),
        })
    }
}

/// What came of a block beside its batch.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Assembled {
    /// Cells that became null because they did not read as their type.
    pub(crate) bad_cells: u64,
}

/// Builds the wanted columns. A row with a bad cell is left out, or its cell is null, as the plan
/// says; what becomes of rows that are left out is settled by [`Rejects::commit`].
pub(crate) fn assemble<B: RowBlock>(
    block: &B,
    plan: &Plan,
    rejects: &mut Rejects,
    counts: &mut Assembled,
) -> Result<RecordBatch, FormatError> {
    let rows = block.rows();
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(plan.schema.fields().len());
    // First bad column of each bad row; there are few.
    let mut bad: Vec<(usize, usize)> = Vec::new();
    let mut build = |column: usize| -> Result<ArrayRef, FormatError> {
        let spec = &plan.columns[column];
        let mut builder = ColumnBuilder::new(&spec.name, &spec.data_type, rows)?;
        builder.extend(block.cells(column), &spec.format, |row| {
            bad.push((row, column));
        });
        builder.finish()
    };
    for &column in &plan.projection {
        arrays.push(build(column)?);
    }
    for &column in &plan.checked {
        build(column)?;
    }
    if plan.row_numbers {
        let numbers: UInt64Array = (0..rows).map(|row| Some(block.origin(row).0)).collect();
        arrays.push(Arc::new(numbers));
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(Arc::clone(&plan.schema), arrays, &options)?;
    if bad.is_empty() {
        return Ok(batch);
    }
    if plan.bad_values == BadValues::Null {
        counts.bad_cells += bad.len() as u64;
        return Ok(batch);
    }
    bad.sort_unstable();
    bad.dedup_by_key(|(row, _)| *row);
    let mut keep = vec![true; rows];
    let fails = plan.bad_values == BadValues::Fail;
    for (row, column) in bad {
        keep[row] = false;
        rejects.stage(bad_value(block, plan, row, column), fails);
    }
    Ok(filter_record_batch(&batch, &BooleanArray::from(keep))?)
}

fn bad_value<B: RowBlock>(block: &B, plan: &Plan, row: usize, column: usize) -> Reject {
    let spec = &plan.columns[column];
    let (number, byte_offset) = block.origin(row);
    let value: String = block
        .cell(row, column)
        .unwrap_or_default()
        .chars()
        .take(80)
        .collect();
    Reject {
        row: number,
        byte_offset,
        column: Some(spec.name.clone()),
        code: RejectCode::BadValue,
        message: format!(
            "{value:?} in column {} does not read as {}",
            spec.name,
            type_name(&spec.data_type)
        ),
        raw: block.raw(row),
    }
}

/// A type in the words of users.
pub(crate) fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int32 | DataType::Int64 => "integer".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(_, None) => "timestamp".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamp with time zone".to_owned(),
        DataType::Utf8 | DataType::Utf8View => "text".to_owned(),
        other => other.to_string(),
    }
}
