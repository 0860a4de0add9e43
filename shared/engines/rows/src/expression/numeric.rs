//! Cells of any numeric type, read as numbers of one.

use arrow::array::PrimitiveArray;
use arrow::datatypes::{DataType, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type};

use super::decimal;
use super::value::{Cells, Value};
use crate::error::RowError;

/// Cells that are exact numbers: whole ones or decimals.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Exact<'v> {
    Int32(Cells<&'v PrimitiveArray<Int32Type>>),
    Int64(Cells<&'v PrimitiveArray<Int64Type>>),
    Decimal(Cells<&'v PrimitiveArray<Decimal128Type>>, i8),
}

impl<'v> Exact<'v> {
    pub(crate) fn of(value: &'v Value) -> Result<Self, RowError> {
        Ok(match value.array().data_type() {
            DataType::Int32 => Self::Int32(value.primitives()?),
            DataType::Decimal128(_, scale) => Self::Decimal(value.primitives()?, *scale),
            _ => Self::Int64(value.primitives()?),
        })
    }

    pub(crate) fn scale(&self) -> i8 {
        match self {
            Self::Int32(_) | Self::Int64(_) => 0,
            Self::Decimal(_, scale) => *scale,
        }
    }

    /// The units of a cell.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<i128> {
        match self {
            Self::Int32(cells) => cells.get(row).map(i128::from),
            Self::Int64(cells) => cells.get(row).map(i128::from),
            Self::Decimal(cells, _) => cells.get(row),
        }
    }
}

/// Cells that are whole numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whole<'v> {
    Int32(Cells<&'v PrimitiveArray<Int32Type>>),
    Int64(Cells<&'v PrimitiveArray<Int64Type>>),
}

impl<'v> Whole<'v> {
    pub(crate) fn of(value: &'v Value) -> Result<Self, RowError> {
        Ok(match value.array().data_type() {
            DataType::Int32 => Self::Int32(value.primitives()?),
            _ => Self::Int64(value.primitives()?),
        })
    }

    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        match self {
            Self::Int32(cells) => cells.get(row).map(i64::from),
            Self::Int64(cells) => cells.get(row),
        }
    }
}

/// Cells of any numeric type, as doubles.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Doubles<'v> {
    Float32(Cells<&'v PrimitiveArray<Float32Type>>),
    Float64(Cells<&'v PrimitiveArray<Float64Type>>),
    Exact(Exact<'v>),
}

impl<'v> Doubles<'v> {
    pub(crate) fn of(value: &'v Value) -> Result<Self, RowError> {
        Ok(match value.array().data_type() {
            DataType::Float32 => Self::Float32(value.primitives()?),
            DataType::Float64 => Self::Float64(value.primitives()?),
            _ => Self::Exact(Exact::of(value)?),
        })
    }

    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<f64> {
        match self {
            Self::Float32(cells) => cells.get(row).map(f64::from),
            Self::Float64(cells) => cells.get(row),
            Self::Exact(Exact::Int64(cells)) => cells.get(row).map(|whole| whole as f64),
            Self::Exact(Exact::Int32(cells)) => cells.get(row).map(f64::from),
            Self::Exact(Exact::Decimal(cells, scale)) => cells
                .get(row)
                .map(|units| decimal::to_double(units, *scale)),
        }
    }
}
