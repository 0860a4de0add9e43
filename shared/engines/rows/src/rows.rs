//! Rows on their way through the steps.

use arrow::array::{Array, BooleanArray, RecordBatch, UInt32Array, UInt64Array};
use arrow::compute::{filter, filter_record_batch, take, take_record_batch};

use crate::error::RowError;

/// Rows on their way, with their numbers in the input as long as each comes from one.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The cells.
    pub batch: RecordBatch,
    /// The number of each row in the input, from 1.
    pub numbers: Option<UInt64Array>,
}

impl Rows {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a row in the input.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<u64> {
        let numbers = self.numbers.as_ref()?;
        numbers.is_valid(row).then(|| numbers.value(row))
    }

    /// The rows for which `keep` is true; null keeps nothing.
    ///
    /// # Errors
    /// A mask of another length.
    pub fn filter(&self, keep: &BooleanArray) -> Result<Self, RowError> {
        if keep.true_count() == self.len() {
            return Ok(self.clone());
        }
        Ok(Self {
            batch: filter_record_batch(&self.batch, keep)?,
            numbers: self
                .numbers
                .as_ref()
                .map(|numbers| filter(numbers, keep).map(|kept| kept.to_data().into()))
                .transpose()?,
        })
    }

    /// The rows at these places.
    ///
    /// # Errors
    /// A place that does not exist.
    pub fn take(&self, places: &UInt32Array) -> Result<Self, RowError> {
        Ok(Self {
            batch: take_record_batch(&self.batch, places)?,
            numbers: self.numbers_at(places)?,
        })
    }

    /// The numbers of the rows at these places.
    pub(crate) fn numbers_at(&self, places: &UInt32Array) -> Result<Option<UInt64Array>, RowError> {
        let Some(numbers) = &self.numbers else {
            return Ok(None);
        };
        Ok(Some(take(numbers, places, None)?.to_data().into()))
    }
}
