//! Clean cells as Arrow: the truth that delivered cells depart from.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch,
    RecordBatchOptions, StringArray, StringBuilder, TimestampSecondArray,
};
use arrow::datatypes::{DataType as ArrowType, Field, Schema, TimeUnit};

use crate::cells::{Cells, Text, Values};
use crate::fault::GenerateError;
use crate::generator::Generator;
use crate::plan::DataType;

const DIGITS: u8 = 18;

impl Generator {
    /// The Arrow schema of a table's clean cells: `Utf8`, `Int64`, `Decimal128(18, digits)`, `Date32`,
    /// `Timestamp(Second)` without a zone (it is UTC), `Boolean`.
    ///
    /// # Errors
    /// If the table is unknown.
    pub fn schema(&self, table: &str) -> Result<Arc<Schema>, GenerateError> {
        let table = &self.tables[self.table(table)?];
        let fields = table
            .columns
            .iter()
            .map(|column| Field::new(&column.name, arrow_type(column.data_type), column.nullable));
        Ok(Arc::new(Schema::new(fields.collect::<Vec<_>>())))
    }

    /// The clean rows of a range, without any untidiness. The whole range is held in memory.
    ///
    /// # Errors
    /// If the table is unknown, the range lies outside, or a decimal has more than 18 digits.
    pub fn clean(&self, table: &str, range: Range<u64>) -> Result<RecordBatch, GenerateError> {
        let columns = self.tables[self.table(table)?].columns.len();
        self.clean_columns(table, range, &(0..columns).collect::<Vec<_>>())
    }

    /// Some columns, by their places in the plan, of the clean rows of a range. Columns that none of them
    /// is made of are not made.
    ///
    /// # Errors
    /// If the table or a column is unknown, the range lies outside, or a decimal has more than 18 digits.
    pub fn clean_columns(
        &self,
        table: &str,
        range: Range<u64>,
        columns: &[usize],
    ) -> Result<RecordBatch, GenerateError> {
        let schema = Arc::new(self.schema(table)?.project(columns)?);
        let table = self.table(table)?;
        self.inside(table, &range)?;
        let mut frame = self.frame(table, range.collect());
        let arrays = columns.iter().map(|&number| {
            let data_type = self.tables[table].columns[number].data_type;
            array(&frame.column(number), data_type)
        });
        let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(frame.len()));
        Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
    }
}

fn arrow_type(data_type: DataType) -> ArrowType {
    match data_type {
        DataType::Text => ArrowType::Utf8,
        DataType::Integer => ArrowType::Int64,
        DataType::Decimal | DataType::Fixed(_) => ArrowType::Decimal128(DIGITS, scale(data_type)),
        DataType::Date => ArrowType::Date32,
        DataType::Timestamp => ArrowType::Timestamp(TimeUnit::Second, None),
        DataType::Boolean => ArrowType::Boolean,
    }
}

fn scale(data_type: DataType) -> i8 {
    i8::try_from(data_type.digits()).unwrap_or(i8::MAX)
}

fn texts(cells: &Cells) -> StringArray {
    let mut builder = StringBuilder::with_capacity(cells.len(), cells.len() * 12);
    let mut key = String::new();
    for row in 0..cells.len() {
        match &cells.values {
            _ if cells.is_null(row) => builder.append_null(),
            Values::Text(Text::Coded { words, codes }) => {
                builder.append_value(&words[codes[row] as usize]);
            }
            Values::Text(Text::Plain(strings)) => builder.append_value(strings.get(row)),
            _ => {
                key.clear();
                cells.push_to(row, DataType::Text, &mut key);
                builder.append_value(&key);
            }
        }
    }
    builder.finish()
}

fn array(cells: &Cells, data_type: DataType) -> Result<ArrayRef, GenerateError> {
    let wholes = || {
        cells
            .wholes()
            .iter()
            .enumerate()
            .map(|(row, &value)| (!cells.is_null(row)).then_some(value))
    };
    Ok(match data_type {
        DataType::Text => Arc::new(texts(cells)),
        DataType::Integer => Arc::new(wholes().collect::<Int64Array>()),
        DataType::Decimal | DataType::Fixed(_) => {
            let array = wholes()
                .map(|value| value.map(i128::from))
                .collect::<Decimal128Array>();
            let array = array.with_precision_and_scale(DIGITS, scale(data_type))?;
            array.validate_decimal_precision(DIGITS)?;
            Arc::new(array)
        }
        DataType::Date => Arc::new(
            wholes()
                .map(|value| value.and_then(|days| i32::try_from(days).ok()))
                .collect::<Date32Array>(),
        ),
        DataType::Timestamp => Arc::new(wholes().collect::<TimestampSecondArray>()),
        DataType::Boolean => Arc::new(
            wholes()
                .map(|value| value.map(|value| value != 0))
                .collect::<BooleanArray>(),
        ),
    })
}
