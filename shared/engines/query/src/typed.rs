//! Columns as their declared types, or as text where a cell does not read as it.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, StringViewArray,
};
use datafusion::arrow::compute::{CastOptions, cast, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Float64Type, TimeUnit};
use datafusion::arrow::error::ArrowError;

use crate::answer;
use crate::definition::ColumnKind;

impl ColumnKind {
    pub(crate) fn arrow_type(self) -> DataType {
        match self {
            Self::Integer => DataType::Int64,
            Self::Real => DataType::Float64,
            Self::Text => DataType::Utf8View,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::Boolean => DataType::Boolean,
        }
    }
}

/// The parts of one column, all of one type.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    data_type: DataType,
    parts: Vec<ArrayRef>,
}

impl Typed {
    pub(crate) fn data_type(&self) -> DataType {
        self.data_type.clone()
    }

    pub(crate) fn is(&self, kind: ColumnKind) -> bool {
        self.data_type == kind.arrow_type()
    }

    pub(crate) fn parts(&self) -> usize {
        self.parts.len()
    }

    pub(crate) fn part(&self, place: usize) -> ArrayRef {
        Arc::clone(&self.parts[place])
    }

    /// Bytes of its longest text.
    pub(crate) fn longest(&self) -> usize {
        self.parts.iter().map(answer::longest).max().unwrap_or(0)
    }

    pub(crate) fn bytes(&self) -> usize {
        let parts = self.parts.iter();
        parts.map(Array::get_array_memory_size).sum()
    }
}

/// The parts of one column as its kind, if every cell of all of them reads as it; else as text.
pub(crate) fn typed(parts: &[ArrayRef], kind: ColumnKind) -> Result<Typed, ArrowError> {
    let typed: Result<Option<Vec<ArrayRef>>, ArrowError> =
        parts.iter().map(|part| read(part, kind)).collect();
    let (data_type, parts) = match typed? {
        Some(parts) => (kind.arrow_type(), parts),
        None => {
            let texts: Result<Vec<ArrayRef>, ArrowError> = parts
                .iter()
                .map(|part| cast(part, &DataType::Utf8View))
                .collect();
            (DataType::Utf8View, texts?)
        }
    };
    Ok(Typed { data_type, parts })
}

/// The parts of one column as its kind, with NULL for every cell that does not read as it.
pub(crate) fn declared(parts: &[ArrayRef], kind: ColumnKind) -> Result<Typed, ArrowError> {
    let parts: Result<Vec<ArrayRef>, ArrowError> = parts
        .iter()
        .map(|part| match read(part, kind)? {
            Some(read) => Ok(read),
            None => readable(&cast(part, &DataType::Utf8View)?, kind),
        })
        .collect();
    Ok(Typed {
        data_type: kind.arrow_type(),
        parts: parts?,
    })
}

/// Texts as their kind, with NULL for every one that does not read as it.
fn readable(texts: &ArrayRef, kind: ColumnKind) -> Result<ArrayRef, ArrowError> {
    if kind == ColumnKind::Boolean {
        let texts = texts.as_string_view().iter();
        let truths: BooleanArray = texts.map(|text| truth(text?)).collect();
        return Ok(Arc::new(truths));
    }
    let options = CastOptions {
        safe: true,
        ..CastOptions::default()
    };
    let read = cast_with_options(texts, &kind.arrow_type(), &options)?;
    if kind != ColumnKind::Real {
        return Ok(read);
    }
    let numbers = read.as_primitive::<Float64Type>().iter();
    let finite: Float64Array = numbers
        .map(|number| number.filter(|number| number.is_finite()))
        .collect();
    Ok(Arc::new(finite))
}

/// A part as its kind; nothing where a cell does not read as it.
fn read(part: &ArrayRef, kind: ColumnKind) -> Result<Option<ArrayRef>, ArrowError> {
    let wanted = kind.arrow_type();
    if *part.data_type() == wanted && kind != ColumnKind::Real {
        return Ok(Some(Arc::clone(part)));
    }
    if kind == ColumnKind::Boolean && is_text(part.data_type()) {
        let texts = cast(part, &DataType::Utf8View)?;
        return Ok(truths(texts.as_string_view()).map(|truths| Arc::new(truths) as ArrayRef));
    }
    // A number would be read as days or microseconds since 1970, which nobody who writes 2024 means.
    let time = matches!(kind, ColumnKind::Date | ColumnKind::Timestamp);
    if time && !is_text(part.data_type()) && !part.data_type().is_temporal() {
        return Ok((part.null_count() == part.len())
            .then(|| datafusion::arrow::array::new_null_array(&wanted, part.len())));
    }
    let options = CastOptions {
        safe: true,
        ..CastOptions::default()
    };
    let Ok(read) = cast_with_options(part, &wanted, &options) else {
        return Ok(None);
    };
    let lost = read.null_count() > part.logical_null_count();
    let odd = kind == ColumnKind::Real
        && read
            .as_primitive::<Float64Type>()
            .iter()
            .flatten()
            .any(|value| !value.is_finite());
    // Casting numbers and times drops fractions in silence.
    let shortened = matches!(kind, ColumnKind::Integer | ColumnKind::Date)
        && !is_text(part.data_type())
        && part.data_type() != &DataType::Null
        && cast(&read, part.data_type()).map_or(true, |back| back.to_data() != part.to_data());
    Ok((!lost && !odd && !shortened).then_some(read))
}

fn is_text(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    )
}

fn truths(texts: &StringViewArray) -> Option<BooleanArray> {
    let truths = texts.iter().map(|text| match text {
        None => Some(None),
        Some(text) => truth(text).map(Some),
    });
    truths.collect()
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "yes" | "y" => Some(true),
        "false" | "f" | "0" | "no" | "n" => Some(false),
        _ => None,
    }
}
