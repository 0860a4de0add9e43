//! The columns of another file beside those of the input.
//!
//! The other file is held in memory, within a bound; the rows of the input go by it in their order.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, UInt32Array, UInt64Array,
    new_null_array,
};
use arrow::compute::{concat_batches, take, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use millrace_rows::{Rows, cell_texts, choose, hash_rows};
use millrace_steps::step::{Join, JoinDuplicates, JoinKeys, JoinKind};
use millrace_steps::value::Columns;

use super::SideFiles;
use super::union::common;
use crate::error::TabularError;
use crate::frames::{Frame, Frames};
use crate::resources::Resources;
use crate::stream::KeyMap;

/// Rows of a result that are made of one batch at once.
const ROWS: usize = 65_536;

/// Joins the input with another file.
#[derive(Debug)]
pub(crate) struct Joining {
    right: Arc<Right>,
    kind: JoinKind,
    left_keys: Vec<usize>,
    schema: SchemaRef,
}

/// The other file, by its keys.
#[derive(Debug)]
struct Right {
    rows: RecordBatch,
    by_key: KeyMap<Vec<u32>>,
    key_types: Vec<DataType>,
    /// The columns of the result that it gives.
    shown: Vec<usize>,
    /// The columns of the left side that its keys stand in for, where a row has no left side.
    keys: Vec<usize>,
}

impl Joining {
    pub(crate) fn bind(
        step: &Join,
        files: &SideFiles,
        schema: &SchemaRef,
        resources: &Resources,
    ) -> Result<Self, TabularError> {
        let file = files.open(&step.right)?;
        let (left, right, same_names) = match &step.keys {
            JoinKeys::On(names) => (names, names, true),
            JoinKeys::Sides { left, right } => (left, right, false),
        };
        let left_keys = choose(&Columns::Names(left.clone()), schema)?;
        let right_keys = choose(&Columns::Names(right.clone()), file.schema())?;
        let key_types: Vec<DataType> = left_keys
            .iter()
            .zip(&right_keys)
            .map(|(left, right)| {
                common(
                    schema.field(*left).data_type(),
                    file.schema().field(*right).data_type(),
                )
            })
            .collect();
        let mut batches = Vec::new();
        let mut bytes = 0;
        for batch in file.batches()? {
            let batch = batch?;
            bytes += batch.get_array_memory_size();
            if bytes > resources.memory_bytes {
                return Err(TabularError::MemoryLimit {
                    limit_mib: resources.memory_bytes >> 20,
                    reason: format!(
                        "the file {} is held whole for a join; make it smaller, or give more memory",
                        file.name()
                    ),
                });
            }
            batches.push(batch);
        }
        let rows = concat_batches(file.schema(), &batches)?;
        let by_key = index(&rows, &right_keys, &key_types, step.duplicates, file.name())?;
        let pairs = matches!(step.how, JoinKind::Semi | JoinKind::Anti);
        let shown: Vec<usize> = (0..file.schema().fields().len())
            .filter(|place| !(pairs || same_names && right_keys.contains(place)))
            .collect();
        let mut fields: Vec<Field> = schema
            .fields()
            .iter()
            .map(|field| field.as_ref().clone())
            .collect();
        if matches!(step.how, JoinKind::Right | JoinKind::Full) {
            for (place, data_type) in left_keys.iter().zip(&key_types) {
                fields[*place] = fields[*place].clone().with_data_type(data_type.clone());
            }
        }
        for place in &shown {
            let field = file.schema().field(*place);
            let mut name = field.name().clone();
            while fields.iter().any(|known| *known.name() == name) {
                name.push_str(&step.suffix);
            }
            fields.push(field.clone().with_name(name).with_nullable(true));
        }
        Ok(Self {
            right: Arc::new(Right {
                rows,
                by_key,
                key_types,
                shown,
                keys: if same_names { right_keys } else { Vec::new() },
            }),
            kind: step.how,
            left_keys,
            schema: Arc::new(Schema::new(fields)),
        })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn attach(&self, input: Frames) -> Frames {
        let joiner = Arc::new(Joiner {
            right: Arc::clone(&self.right),
            kind: self.kind,
            left_keys: self.left_keys.clone(),
            schema: Arc::clone(&self.schema),
            matched: Mutex::new(vec![false; self.right.rows.num_rows()]),
        });
        let last = Arc::clone(&joiner);
        let joined = input.flat_map(move |frame| {
            let parts = frame.and_then(|frame| joiner.join(&frame));
            match parts {
                Ok(frames) => frames.into_iter().map(Ok).collect::<Vec<_>>(),
                Err(error) => vec![Err(error)],
            }
        });
        if matches!(self.kind, JoinKind::Right | JoinKind::Full) {
            return Box::new(joined.chain(std::iter::once_with(move || last.unmatched())));
        }
        Box::new(joined)
    }
}

/// The rows of each key. A key with a null has no partner, as in SQL.
fn index(
    rows: &RecordBatch,
    keys: &[usize],
    types: &[DataType],
    duplicates: JoinDuplicates,
    name: &str,
) -> Result<KeyMap<Vec<u32>>, TabularError> {
    let columns = key_columns(rows, keys, types)?;
    let mut by_key: KeyMap<Vec<u32>> = KeyMap::default();
    for (row, hash) in hash_rows(&columns, true).into_iter().enumerate() {
        if columns.iter().any(|column| column.is_null(row)) {
            continue;
        }
        let partners = by_key.entry(hash).or_default();
        match duplicates {
            JoinDuplicates::Fail if !partners.is_empty() => {
                return Err(TabularError::step(
                    "DUPLICATE_KEY",
                    format!(
                        "row {} of {name} has a key that an earlier one has; set duplicates to all or first",
                        row + 1
                    ),
                ));
            }
            JoinDuplicates::First if !partners.is_empty() => {}
            _ => partners.push(row as u32),
        }
    }
    Ok(by_key)
}

fn key_columns(
    rows: &RecordBatch,
    keys: &[usize],
    types: &[DataType],
) -> Result<Vec<ArrayRef>, TabularError> {
    let columns = keys
        .iter()
        .zip(types)
        .map(|(place, data_type)| as_type(rows.column(*place), data_type));
    columns.collect()
}

fn as_type(column: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, TabularError> {
    if column.data_type() == data_type {
        Ok(Arc::clone(column))
    } else if *data_type == DataType::Utf8View {
        Ok(Arc::new(cell_texts(column)?))
    } else {
        Ok(arrow::compute::cast(column, data_type)?)
    }
}

struct Joiner {
    right: Arc<Right>,
    kind: JoinKind,
    left_keys: Vec<usize>,
    schema: SchemaRef,
    matched: Mutex<Vec<bool>>,
}

impl Joiner {
    fn join(&self, frame: &Frame) -> Result<Vec<Frame>, TabularError> {
        let rows = &frame.rows;
        let columns = key_columns(&rows.batch, &self.left_keys, &self.right.key_types)?;
        let hashes = hash_rows(&columns, true);
        let partners = |row: usize| -> &[u32] {
            if columns.iter().any(|column| column.is_null(row)) {
                return &[];
            }
            self.right
                .by_key
                .get(&hashes[row])
                .map_or(&[], Vec::as_slice)
        };
        if let JoinKind::Semi | JoinKind::Anti = self.kind {
            let wanted = self.kind == JoinKind::Semi;
            let keep: BooleanArray = (0..rows.len())
                .map(|row| Some(partners(row).is_empty() != wanted))
                .collect();
            return Ok(vec![Frame {
                rows: rows.filter(&keep)?,
                rejects: frame.rejects.clone(),
            }]);
        }
        let keeps_left = matches!(self.kind, JoinKind::Left | JoinKind::Full);
        let (mut lefts, mut rights): (Vec<u32>, Vec<Option<u32>>) = (Vec::new(), Vec::new());
        let mut frames = Vec::new();
        let mut matched = self.matched.lock().unwrap_or_else(PoisonError::into_inner);
        for row in 0..rows.len() {
            let partners = partners(row);
            if partners.is_empty() && keeps_left {
                lefts.push(row as u32);
                rights.push(None);
            }
            for partner in partners {
                lefts.push(row as u32);
                rights.push(Some(*partner));
                matched[*partner as usize] = true;
                if lefts.len() >= ROWS {
                    frames.push(self.pair(
                        rows,
                        std::mem::take(&mut lefts),
                        std::mem::take(&mut rights),
                    )?);
                }
            }
        }
        frames.push(self.pair(rows, lefts, rights)?);
        frames[0].rejects.clone_from(&frame.rejects);
        Ok(frames)
    }

    fn pair(
        &self,
        rows: &Rows,
        lefts: Vec<u32>,
        rights: Vec<Option<u32>>,
    ) -> Result<Frame, TabularError> {
        let count = lefts.len();
        let left = rows.take(&UInt32Array::from(lefts))?;
        let rights = UInt32Array::from(rights);
        let mut columns: Vec<ArrayRef> = left
            .batch
            .columns()
            .iter()
            .zip(self.schema.fields())
            .map(|(column, field)| as_type(column, field.data_type()))
            .collect::<Result<_, _>>()?;
        for place in &self.right.shown {
            columns.push(take(self.right.rows.column(*place), &rights, None)?);
        }
        self.frame(columns, count, left.numbers)
    }

    fn frame(
        &self,
        columns: Vec<ArrayRef>,
        count: usize,
        numbers: Option<UInt64Array>,
    ) -> Result<Frame, TabularError> {
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        Ok(Frame::of(Rows { batch, numbers }))
    }

    /// The rows of the right side that no row of the left side met.
    fn unmatched(&self) -> Result<Frame, TabularError> {
        let matched = self.matched.lock().unwrap_or_else(PoisonError::into_inner);
        let places: UInt32Array = matched
            .iter()
            .enumerate()
            .filter(|(_, matched)| !**matched)
            .map(|(place, _)| Some(place as u32))
            .collect();
        let right = take_record_batch(&self.right.rows, &places)?;
        let count = right.num_rows();
        let width = self.schema.fields().len() - self.right.shown.len();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        for (place, field) in self.schema.fields()[..width].iter().enumerate() {
            let key = self.left_keys.iter().position(|key| *key == place);
            let stands_in = key.and_then(|key| self.right.keys.get(key));
            columns.push(match stands_in {
                Some(column) => as_type(right.column(*column), field.data_type())?,
                None => new_null_array(field.data_type(), count),
            });
        }
        for place in &self.right.shown {
            columns.push(Arc::clone(right.column(*place)));
        }
        self.frame(columns, count, None)
    }
}
