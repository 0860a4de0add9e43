//! Takes batches and gives a profile.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Schema, SchemaRef, UInt64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde::{Deserialize, Serialize};

use crate::column::ColumnState;
use crate::column::pass::{Markers, Pass, RowNumbers};
use crate::column::readings::Scratch;
use crate::column::type_name;
use crate::context::FileContext;
use crate::error::ProfileError;
use crate::finish;
use crate::hash::{self, RowHash};
use crate::options::{ProfileOptions, Sizes};
use crate::profile::DatasetProfile;
use crate::rows::{DuplicateRows, KeptRow};
use crate::sketch::frequent::clip_to;
use crate::sketch::sample::Sample;

/// Sets the sample of rows apart from the samples of values.
const ROW_SAMPLE: u64 = 0x5A3D_11C7;
/// Bytes that the sample of rows takes in all, at most and roughly.
const SAMPLE_BYTES: usize = 1 << 20;

/// Profiles the rows of a file or of a part of it.
///
/// Profilers of parts merge, in any order and grouping: what is exact comes out the same as in one pass
/// over the whole, and sketches stay within their errors. The state can be written down between two
/// parts; it holds values of the data as they are, so it is to be kept as safe as the data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Profiler {
    pub(crate) options: ProfileOptions,
    pub(crate) as_written: bool,
    row_numbers: Option<usize>,
    next_row: u64,
    pub(crate) rows: u64,
    pub(crate) columns: Vec<ColumnState>,
    pub(crate) duplicates: DuplicateRows,
    pub(crate) sample: Sample<KeptRow>,
    cell_bytes: usize,
    #[serde(skip)]
    schema: Option<SchemaRef>,
}

impl Profiler {
    /// Begins the profile of batches with these columns. The first row is row 1.
    pub fn new(schema: &Schema, options: &ProfileOptions) -> Self {
        let row_numbers = options
            .row_numbers
            .as_deref()
            .and_then(|name| schema.index_of(name).ok())
            .filter(|place| schema.field(*place).data_type() == &DataType::UInt64);
        let fields = profiled(schema, row_numbers);
        let is_text = |data_type: &DataType| {
            matches!(
                data_type,
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
            )
        };
        let as_written = options
            .as_written
            .unwrap_or_else(|| fields.clone().all(|field| is_text(field.data_type())));
        let count = fields.clone().count();
        let sizes = Sizes::new(options.memory_bytes, count);
        Self {
            as_written,
            row_numbers,
            next_row: 1,
            rows: 0,
            columns: fields
                .map(|field| ColumnState::new(field, sizes, options.null_values.len()))
                .collect(),
            duplicates: DuplicateRows::new(options.exact_rows),
            sample: Sample::new(options.sample_rows),
            cell_bytes: (SAMPLE_BYTES / (options.sample_rows * count).max(1)).clamp(16, 256),
            options: options.clone(),
            schema: None,
        }
    }

    /// Counts rows from here, for a part of a file (`Chunk::first_row`). The rows of a profiler should
    /// lie together: of parts whose rows interlock the order of values is not told.
    #[must_use]
    pub fn starting_at(mut self, row: u64) -> Self {
        self.next_row = row;
        self
    }

    /// Rows taken so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes the rows of a batch.
    ///
    /// # Errors
    /// A batch with other columns, or with cells that cannot be read; nothing of the batch may be
    /// relied on then, and the profile should be given up.
    pub fn observe(&mut self, batch: &RecordBatch) -> Result<(), ProfileError> {
        self.check(batch.schema_ref())?;
        let rows = batch.num_rows();
        if rows == 0 {
            return Ok(());
        }
        let given = self
            .row_numbers
            .map(|place| batch.column(place).as_primitive::<UInt64Type>().clone());
        let numbers: Option<&UInt64Array> = given.as_ref();
        let row_numbers = numbers.map_or(RowNumbers::From(self.next_row), RowNumbers::Given);
        let arrays: Vec<&ArrayRef> = batch
            .columns()
            .iter()
            .enumerate()
            .filter_map(|(place, array)| (Some(place) != self.row_numbers).then_some(array))
            .collect();
        let markers = Markers::new(&self.options.null_values);
        let mut hashes = vec![RowHash::default(); rows];
        let mut pass = Pass {
            rows: row_numbers,
            seed: self.options.seed,
            markers: self.as_written.then_some(&markers),
            hashes: &mut hashes,
            numbers: &mut Scratch::default(),
            instants: &mut Scratch::default(),
        };
        for (column, array) in self.columns.iter_mut().zip(&arrays) {
            column.observe(array, &mut pass)?;
        }
        self.duplicates.observe(&hashes);
        for place in 0..rows {
            let row = row_numbers.row(place);
            let key = hash::number(self.options.seed ^ ROW_SAMPLE, row);
            if self.sample.wants(key) {
                let markers = self.as_written.then_some(&markers);
                let kept = kept_row(row, place, &arrays, markers, self.cell_bytes);
                self.sample.observe(key, 1, || kept);
            }
        }
        self.next_row = row_numbers.behind(rows);
        self.rows += rows as u64;
        Ok(())
    }

    fn check(&mut self, schema: &SchemaRef) -> Result<(), ProfileError> {
        if self
            .schema
            .as_ref()
            .is_some_and(|known| Arc::ptr_eq(known, schema))
        {
            return Ok(());
        }
        let fields = profiled(schema, self.row_numbers);
        if let Some(place) = self.row_numbers
            && (schema.fields().get(place)).is_none_or(|field| {
                Some(field.name()) != self.options.row_numbers.as_ref()
                    || field.data_type() != &DataType::UInt64
            })
        {
            return Err(ProfileError::SchemaMismatch {
                detail: "a batch has no column of row numbers where the profile has one".to_owned(),
            });
        }
        let found: Vec<(String, String)> = fields
            .map(|field| (field.name().clone(), type_name(field.data_type())))
            .collect();
        self.compare(&found)?;
        self.schema = Some(Arc::clone(schema));
        Ok(())
    }

    fn compare(&self, found: &[(String, String)]) -> Result<(), ProfileError> {
        let mismatch = |detail: String| Err(ProfileError::SchemaMismatch { detail });
        if found.len() != self.columns.len() {
            return mismatch(format!(
                "there are {} columns where the profile has {}",
                found.len(),
                self.columns.len()
            ));
        }
        for (column, (name, physical)) in self.columns.iter().zip(found) {
            if column.name != *name || column.physical != *physical {
                return mismatch(format!(
                    "column {name} of type {physical} stands where the profile has {} of type {}",
                    column.name, column.physical
                ));
            }
        }
        Ok(())
    }

    /// Joins the profile of another part of the same data.
    ///
    /// # Errors
    /// Other columns or other options.
    pub fn merge(&mut self, other: &Self) -> Result<(), ProfileError> {
        if let Some(option) = self.options.difference(&other.options) {
            return Err(ProfileError::OptionsMismatch { option });
        }
        let found: Vec<(String, String)> = other
            .columns
            .iter()
            .map(|column| (column.name.clone(), column.physical.clone()))
            .collect();
        self.compare(&found)?;
        for (own, others) in self.columns.iter_mut().zip(&other.columns) {
            own.merge(others, self.options.seed);
        }
        self.rows += other.rows;
        self.next_row = self.next_row.max(other.next_row);
        self.duplicates.merge(&other.duplicates);
        self.sample.merge(&other.sample);
        Ok(())
    }

    /// The profile of all rows taken.
    pub fn finish(self, context: &FileContext) -> DatasetProfile {
        finish::dataset(self, context)
    }
}

/// The columns that are profiled.
fn profiled(
    schema: &Schema,
    row_numbers: Option<usize>,
) -> impl Iterator<Item = &arrow::datatypes::Field> + Clone {
    schema
        .fields()
        .iter()
        .enumerate()
        .filter_map(move |(place, field)| (Some(place) != row_numbers).then_some(&**field))
}

fn kept_row(
    row: u64,
    place: usize,
    arrays: &[&ArrayRef],
    markers: Option<&Markers<'_>>,
    bytes: usize,
) -> KeptRow {
    let options = FormatOptions::default();
    let cell = |array: &ArrayRef| {
        if array.is_null(place) || array.data_type() == &DataType::Null {
            return None;
        }
        let formatter = ArrayFormatter::try_new(array.as_ref(), &options).ok()?;
        let text = formatter.value(place).try_to_string().ok()?;
        if markers.is_some_and(|markers| markers.find(&text).is_some()) {
            return None;
        }
        Some(clip_to(&text, bytes))
    };
    KeptRow {
        row,
        cells: arrays.iter().map(|array| cell(array)).collect(),
    }
}
