//! Rows out of many batches.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayData, ArrayRef, AsArray, BooleanArray, GenericListArray, OffsetSizeTrait,
    RecordBatch, RecordBatchOptions, StringViewArray, StringViewBuilder, make_array,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::compute::interleave;
use arrow::datatypes::{ArrowNativeType, DataType, SchemaRef};

use crate::error::TabularError;

/// Unused bytes of a column of texts that are not worth a copy.
const SPARE: usize = 4_096;

/// Texts whose first bytes are fetched at once.
const FETCHED: usize = 128;

/// The place of a row: its batch in the upper half, its row there in the lower one. Places of rows that
/// came earlier are less.
pub(super) fn place(batch: usize, row: usize) -> u64 {
    (batch as u64) << 32 | row as u64
}

pub(super) fn batch_of(place: u64) -> usize {
    (place >> 32) as usize
}

pub(super) fn row_of(place: u64) -> usize {
    place as u32 as usize
}

/// The columns of batches, each with its arrays beside each other, so that a row is found without a look
/// at its batch.
#[derive(Debug)]
pub(super) struct Piles {
    schema: SchemaRef,
    piles: Vec<Pile>,
}

#[derive(Debug)]
struct Pile {
    data_type: DataType,
    values: Values,
    /// Nothing where no value is null.
    nulls: Option<Vec<Option<NullBuffer>>>,
}

#[derive(Debug)]
enum Values {
    Four(Vec<ScalarBuffer<u32>>),
    Eight(Vec<ScalarBuffer<u64>>),
    Sixteen(Vec<ScalarBuffer<i128>>),
    Bits(Vec<BooleanBuffer>),
    Texts(Vec<StringViewArray>),
    Other(Vec<ArrayRef>),
}

impl Piles {
    /// The columns of batches of one schema.
    pub(super) fn of(schema: &SchemaRef, batches: &[RecordBatch]) -> Self {
        let fields = schema.fields().iter().enumerate();
        let piles = fields.map(|(place, field)| {
            let arrays = batches.iter().map(|batch| batch.column(place));
            Pile::of(field.data_type(), arrays)
        });
        Self {
            piles: piles.collect(),
            schema: Arc::clone(schema),
        }
    }

    /// The rows at these places, copied: what comes out does not keep the batches alive.
    pub(super) fn gather(&self, places: &[u64]) -> Result<RecordBatch, TabularError> {
        let columns = self.piles.iter().map(|pile| pile.gather(places));
        let columns = columns.collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(places.len()));
        Ok(RecordBatch::try_new_with_options(
            Arc::clone(&self.schema),
            columns,
            &options,
        )?)
    }
}

impl Pile {
    fn of<'a>(data_type: &DataType, arrays: impl Iterator<Item = &'a ArrayRef> + Clone) -> Self {
        let nulls = arrays.clone().any(|array| array.null_count() > 0);
        let values = match (data_type, data_type.primitive_width()) {
            (DataType::Boolean, _) => Values::Bits(
                arrays
                    .clone()
                    .map(|array| array.as_boolean().values().clone())
                    .collect(),
            ),
            (DataType::Utf8View, _) => Values::Texts(
                arrays
                    .clone()
                    .map(|array| array.as_string_view().clone())
                    .collect(),
            ),
            (_, Some(4)) => Values::Four(arrays.clone().map(fixed).collect()),
            (_, Some(8)) => Values::Eight(arrays.clone().map(fixed).collect()),
            (DataType::Decimal128(_, _), _) => Values::Sixteen(arrays.clone().map(fixed).collect()),
            _ => Values::Other(arrays.clone().cloned().collect()),
        };
        Self {
            data_type: data_type.clone(),
            values,
            nulls: nulls.then(|| arrays.map(|array| array.nulls().cloned()).collect()),
        }
    }

    fn gather(&self, places: &[u64]) -> Result<ArrayRef, TabularError> {
        Ok(match &self.values {
            Values::Four(values) => self.finish(values, places)?,
            Values::Eight(values) => self.finish(values, places)?,
            Values::Sixteen(values) => self.finish(values, places)?,
            Values::Bits(values) => Arc::new(BooleanArray::new(
                bits(values, places),
                self.nulls_at(places),
            )),
            Values::Texts(values) => self.texts(values, places),
            Values::Other(values) => {
                let arrays: Vec<&dyn Array> = values.iter().map(AsRef::as_ref).collect();
                let places: Vec<(usize, usize)> = places
                    .iter()
                    .map(|place| (batch_of(*place), row_of(*place)))
                    .collect();
                compact_more(&interleave(&arrays, &places)?, None)?
            }
        })
    }

    fn finish<T: ArrowNativeType>(
        &self,
        values: &[ScalarBuffer<T>],
        places: &[u64],
    ) -> Result<ArrayRef, TabularError> {
        let values: Vec<T> = places
            .iter()
            .map(|place| values[batch_of(*place)][row_of(*place)])
            .collect();
        let data = ArrayData::builder(self.data_type.clone())
            .len(places.len())
            .add_buffer(Buffer::from_vec(values))
            .nulls(self.nulls_at(places))
            .build()?;
        Ok(make_array(data))
    }

    /// Rows lie all over the memory, and a copy that waits for one of them before it looks for the next
    /// takes longer: so all are found first, and of some the first bytes are fetched before any is copied.
    fn texts(&self, values: &[StringViewArray], places: &[u64]) -> ArrayRef {
        let found: Vec<&str> = places
            .iter()
            .map(|place| values[batch_of(*place)].value(row_of(*place)))
            .collect();
        let bytes: usize = found.iter().map(|text| text.len()).sum();
        let block = u32::try_from(bytes).unwrap_or(u32::MAX).max(1);
        let mut texts = StringViewBuilder::with_capacity(places.len()).with_fixed_block_size(block);
        let nulls = self.nulls_at(places);
        for (first, found) in (0..).step_by(FETCHED).zip(found.chunks(FETCHED)) {
            let first_bytes = found.iter().filter_map(|text| text.as_bytes().first());
            std::hint::black_box(first_bytes.fold(0, |sum, byte| sum ^ byte));
            for (row, text) in (first..).zip(found) {
                if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                    texts.append_null();
                } else {
                    texts.append_value(text);
                }
            }
        }
        Arc::new(texts.finish())
    }

    fn nulls_at(&self, places: &[u64]) -> Option<NullBuffer> {
        let nulls = self.nulls.as_ref()?;
        let valid = BooleanBuffer::collect_bool(places.len(), |index| {
            let place = places[index];
            nulls[batch_of(place)]
                .as_ref()
                .is_none_or(|nulls| nulls.is_valid(row_of(place)))
        });
        Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0)
    }
}

fn bits(values: &[BooleanBuffer], places: &[u64]) -> BooleanBuffer {
    BooleanBuffer::collect_bool(places.len(), |index| {
        values[batch_of(places[index])].value(row_of(places[index]))
    })
}

fn fixed<T: ArrowNativeType>(array: &ArrayRef) -> ScalarBuffer<T> {
    let data = array.to_data();
    ScalarBuffer::new(data.buffers()[0].clone(), data.offset(), data.len())
}

/// The same rows without the bytes of texts that no row uses, so that what a batch takes is its own.
pub(super) fn compact(batch: &RecordBatch) -> Result<RecordBatch, TabularError> {
    let columns = batch
        .columns()
        .iter()
        .map(|array| compact_more(array, Some(SPARE)));
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(
        batch.schema(),
        columns.collect::<Result<_, _>>()?,
        &options,
    )?)
}

/// Where as much again and `spare` bytes are unused, or always.
fn compact_more(array: &ArrayRef, spare: Option<usize>) -> Result<ArrayRef, TabularError> {
    Ok(match array.data_type() {
        DataType::Utf8View => {
            let texts = array.as_string_view();
            let held: usize = texts.data_buffers().iter().map(Buffer::capacity).sum();
            let most = spare.map(|spare| 2 * texts.total_buffer_bytes_used() + spare);
            if most.is_none_or(|most| held > most) {
                Arc::new(texts.gc())
            } else {
                Arc::clone(array)
            }
        }
        DataType::List(_) => Arc::new(compact_list(array.as_list::<i32>(), spare)?),
        _ => Arc::clone(array),
    })
}

fn compact_list<O: OffsetSizeTrait>(
    lists: &GenericListArray<O>,
    spare: Option<usize>,
) -> Result<GenericListArray<O>, TabularError> {
    let DataType::List(field) = lists.data_type() else {
        return Ok(lists.clone());
    };
    let (offsets, nulls) = (lists.offsets(), lists.nulls().cloned());
    let (first, last) = match (offsets.first(), offsets.last()) {
        (Some(first), Some(last)) => (first.as_usize(), last.as_usize()),
        _ => (0, 0),
    };
    let values = compact_more(&lists.values().slice(first, last - first), spare)?;
    let offsets = OffsetBuffer::from_lengths(offsets.lengths());
    Ok(GenericListArray::try_new(
        Arc::clone(field),
        offsets,
        values,
        nulls,
    )?)
}
