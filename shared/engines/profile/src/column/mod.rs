//! One column of the data as it is seen batch by batch.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field};
use serde::{Deserialize, Serialize};

pub(crate) mod instants;
pub(crate) mod numbers;
pub(crate) mod pass;
pub(crate) mod readings;
pub(crate) mod shared;
pub(crate) mod text;
pub(crate) mod typed;

use self::instants::Instants;
use self::numbers::Numbers;
use self::pass::Pass;
use self::readings::Gather;
use self::shared::Shared;
use self::text::TextColumn;
use self::typed::{BooleanColumn, Family, MomentColumn};
use crate::error::ProfileError;
use crate::options::Sizes;

/// All that is known of a column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ColumnState {
    pub(crate) name: String,
    pub(crate) physical: String,
    pub(crate) shared: Shared,
    pub(crate) content: Content,
}

/// What depends on the type of the column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Content {
    Text(Box<TextColumn>),
    Number(Family, Box<Numbers>),
    Moment(Box<MomentColumn>),
    Boolean(BooleanColumn),
    /// Bytes, lists, structures, times of day: their values are counted and no more.
    Other,
}

/// The type of the values of a column that is encoded.
fn decoded(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, values) => decoded(values),
        DataType::RunEndEncoded(_, values) => decoded(values.data_type()),
        other => other,
    }
}

impl ColumnState {
    pub(crate) fn new(field: &Field, sizes: Sizes, markers: usize) -> Self {
        let data_type = decoded(field.data_type());
        let number = |family| Content::Number(family, Box::default());
        let moment = |date_only, zoned| {
            Content::Moment(Box::new(MomentColumn {
                date_only,
                zoned,
                instants: Instants::default(),
            }))
        };
        let content = match data_type {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                Content::Text(Box::new(TextColumn::new(sizes.masks)))
            }
            DataType::Boolean => Content::Boolean(BooleanColumn::default()),
            DataType::Date32 | DataType::Date64 => moment(true, false),
            DataType::Timestamp(_, zone) => moment(false, zone.is_some()),
            DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..) => number(Family::Decimal),
            other if other.is_integer() => number(Family::Integer),
            other if other.is_floating() => number(Family::Double),
            _ => Content::Other,
        };
        Self {
            name: field.name().clone(),
            physical: type_name(field.data_type()),
            shared: Shared::new(sizes, markers),
            content,
        }
    }

    /// Takes the cells of a batch.
    pub(crate) fn observe(
        &mut self,
        array: &ArrayRef,
        pass: &mut Pass<'_>,
    ) -> Result<(), ProfileError> {
        let unreadable = |reason: String| ProfileError::Unreadable {
            column: self.name.clone(),
            data_type: array.data_type().to_string(),
            reason,
        };
        let plain = decoded(array.data_type());
        let cast = if plain == array.data_type() {
            None
        } else {
            let cast = arrow::compute::cast(array, plain);
            Some(cast.map_err(|error| unreadable(error.to_string()))?)
        };
        let array = cast.as_ref().unwrap_or(array);
        let shared = &mut self.shared;
        match &mut self.content {
            Content::Text(column) => match array.data_type() {
                DataType::Utf8 => column.observe(shared, array.as_string::<i32>(), pass),
                DataType::LargeUtf8 => column.observe(shared, array.as_string::<i64>(), pass),
                DataType::Utf8View => column.observe(shared, array.as_string_view(), pass),
                other => return Err(unreadable(format!("it is {other} and no text"))),
            },
            Content::Number(_, numbers) => typed::numbers(numbers, shared, array, pass),
            Content::Moment(column) => typed::moments(column, shared, array, pass),
            Content::Boolean(column) => match array.as_boolean_opt() {
                Some(array) => typed::booleans(column, shared, array, pass),
                None => return Err(unreadable("it is no boolean".to_owned())),
            },
            Content::Other => typed::others(shared, array, pass).map_err(unreadable)?,
        }
        Ok(())
    }

    /// Joins the same column of another part of the data.
    pub(crate) fn merge(&mut self, other: &Self, seed: u64) {
        if let (Content::Text(own), Content::Text(others)) = (&mut self.content, &other.content)
            && (own.masks.is_some() || others.masks.is_some())
        {
            own.start_masks(&self.shared, seed);
            if let Some(masks) = &mut own.masks {
                match &others.masks {
                    Some(others) => masks.merge(others),
                    None => masks.merge(&others.masks_of_values(&other.shared, seed)),
                }
            }
        }
        self.shared.merge(&other.shared);
        match (&mut self.content, &other.content) {
            (Content::Text(own), Content::Text(others)) => own.merge(others),
            (Content::Number(_, own), Content::Number(_, others)) => own.merge(others),
            (Content::Moment(own), Content::Moment(others)) => own.instants.merge(&others.instants),
            (Content::Boolean(own), Content::Boolean(others)) => {
                own.falses += others.falses;
                own.trues += others.trues;
                own.order.merge(&others.order);
            }
            _ => {}
        }
        if self.shared.values.is_overfull() {
            if let Content::Text(own) = &mut self.content {
                own.start_masks(&self.shared, seed);
            }
            self.shared.values.spread_out();
        }
    }
}

/// The name of a type as the steps of a job write it.
pub(crate) fn type_name(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Null => "null",
        DataType::Boolean => "boolean",
        DataType::Int8 => "int8",
        DataType::Int16 => "int16",
        DataType::Int32 => "int32",
        DataType::Int64 => "int64",
        DataType::UInt8 => "uint8",
        DataType::UInt16 => "uint16",
        DataType::UInt32 => "uint32",
        DataType::UInt64 => "uint64",
        DataType::Float16 => "float16",
        DataType::Float32 => "float32",
        DataType::Float64 => "double",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Timestamp(..) => "timestamp",
        DataType::Time32(_) | DataType::Time64(_) => "time",
        DataType::Duration(_) => "duration",
        DataType::Interval(_) => "interval",
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "string",
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => "binary",
        DataType::Struct(_) => "struct",
        DataType::Map(..) => "map",
        DataType::Union(..) => "union",
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => return format!("decimal({precision},{scale})"),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => {
            return format!("list<{}>", type_name(item.data_type()));
        }
        DataType::Dictionary(_, values) => return type_name(values),
        DataType::RunEndEncoded(_, values) => return type_name(values.data_type()),
    };
    name.to_owned()
}
