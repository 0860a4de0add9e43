//! What comes of a part of an expression.

use arrow::array::{
    Array, ArrayAccessor, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, Datum,
    PrimitiveArray, StringViewArray, UInt32Array,
};
use arrow::compute::take;

use crate::error::RowError;

/// A cell for each row, or one cell for all of them.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// As many cells as rows.
    Rows(ArrayRef),
    /// An array of one cell.
    Constant(ArrayRef),
}

impl Value {
    /// The cells, of which there may be one for all rows.
    pub(crate) fn array(&self) -> &ArrayRef {
        match self {
            Self::Rows(array) | Self::Constant(array) => array,
        }
    }

    pub(crate) fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// A cell for each of so many rows.
    pub(crate) fn into_array(self, rows: usize) -> Result<ArrayRef, RowError> {
        match self {
            Self::Rows(array) => Ok(array),
            Self::Constant(array) => Ok(take(&array, &UInt32Array::from_value(0, rows), None)?),
        }
    }

    /// The cells of some of the rows.
    pub(crate) fn select(&self, rows: &[u32]) -> Result<Self, RowError> {
        match self {
            Self::Constant(_) => Ok(self.clone()),
            Self::Rows(array) => {
                let rows = UInt32Array::from_iter_values(rows.iter().copied());
                Ok(Self::Rows(take(array, &rows, None)?))
            }
        }
    }

    /// Whether what is computed from these values is the same for all rows.
    pub(crate) fn all_constant(of: &[&Self]) -> bool {
        of.iter().all(|value| value.is_constant())
    }

    /// What has a cell for each row where one of these has.
    pub(crate) fn like(array: ArrayRef, of: &[&Self]) -> Self {
        if Self::all_constant(of) {
            Self::Constant(array)
        } else {
            Self::Rows(array)
        }
    }

    /// How many cells what is computed from these values has.
    pub(crate) fn cells_of(of: &[&Self], rows: usize) -> usize {
        if Self::all_constant(of) { 1 } else { rows }
    }

    pub(crate) fn texts(&self) -> Result<Cells<&StringViewArray>, RowError> {
        let cells = self.array().as_string_view_opt();
        self.cells(cells)
    }

    pub(crate) fn booleans(&self) -> Result<Cells<&BooleanArray>, RowError> {
        let cells = self.array().as_boolean_opt();
        self.cells(cells)
    }

    pub(crate) fn primitives<T: ArrowPrimitiveType>(
        &self,
    ) -> Result<Cells<&PrimitiveArray<T>>, RowError> {
        let cells = self.array().as_primitive_opt::<T>();
        self.cells(cells)
    }

    fn cells<A>(&self, cells: Option<A>) -> Result<Cells<A>, RowError> {
        cells
            .map(|array| Cells {
                array,
                constant: self.is_constant(),
            })
            .ok_or_else(|| {
                let message = format!(
                    "cells of type {} are none that the step was bound to",
                    self.array().data_type()
                );
                RowError::new("STEP_FAILED", message)
            })
    }
}

/// For the kernels of Arrow.
impl Datum for Value {
    fn get(&self) -> (&dyn Array, bool) {
        (self.array().as_ref(), self.is_constant())
    }
}

/// The cells of a value, by row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cells<A> {
    /// All of them.
    pub(crate) array: A,
    constant: bool,
}

impl<A: ArrayAccessor> Cells<A> {
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<A::Item> {
        let row = if self.constant { 0 } else { row };
        self.array.is_valid(row).then(|| self.array.value(row))
    }
}
