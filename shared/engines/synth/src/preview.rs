//! Previews: the first delivered rows as JSON.

use serde_json::{Map, Number, Value};

use crate::cells::Values;
use crate::fault::GenerateError;
use crate::generator::Generator;
use crate::plan::DataType;
use crate::untidy::{Defect, Delivered};

impl Generator {
    /// The first `rows` delivered rows of a table (all, if there are fewer), each an object by column.
    /// Numbers and booleans are typed, moments and untidy cells are text, empty cells are null.
    ///
    /// # Errors
    /// If the table is unknown.
    pub fn preview(
        &self,
        table: &str,
        rows: u64,
    ) -> Result<Vec<Map<String, Value>>, GenerateError> {
        let table = self.table(table)?;
        let rows: Vec<u64> = (0..rows.min(self.tables[table].rows)).collect();
        let mut objects = vec![Map::new(); rows.len()];
        let mut frame = self.frame(table, rows);
        for (number, column) in self.tables[table].columns.iter().enumerate() {
            let delivered = self.delivered(table, &mut frame, number);
            for (row, object) in objects.iter_mut().enumerate() {
                object.insert(column.name.clone(), value(&delivered, row));
            }
        }
        Ok(objects)
    }
}

/// One delivered cell.
pub(crate) fn value(column: &Delivered<'_>, row: usize) -> Value {
    if let (Defect::None, Values::Whole(values), false) = (
        column.defect(row),
        &column.cells().values,
        column.cells().is_null(row),
    ) {
        let whole = values[row];
        match column.data_type() {
            DataType::Integer => return whole.into(),
            DataType::Boolean => return (whole != 0).into(),
            // The nearest double of a decimal prints as the decimal.
            DataType::Decimal | DataType::Fixed(_) => {
                let one = 10_u64.pow(column.data_type().digits());
                return Number::from_f64(whole as f64 / one as f64)
                    .map_or(Value::Null, Value::Number);
            }
            DataType::Text | DataType::Date | DataType::Timestamp => {}
        }
    }
    let mut text = String::new();
    if column.push_to(row, &mut text) {
        Value::String(text)
    } else {
        Value::Null
    }
}
