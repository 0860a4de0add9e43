//! One row of each key.
//!
//! A key is known by 128 bits of its hash, so that a row costs some 40 bytes whatever its width. The
//! first row of each key is found on the way; for any other choice a pass before finds out which rows
//! stay. What is known of keys is bounded: where it grows beyond its share of the memory, rows whose
//! keys are not known yet wait on disk, divided by their keys, and are gone through part by part.

use std::collections::{BinaryHeap, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, FixedSizeBinaryArray, RecordBatch, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type};
use arrow::row::{OwnedRow, RowConverter, SortField};
use millrace_rows::{Rows, choose, hash_rows};
use millrace_steps::step::{Deduplicate, Keep};
use millrace_steps::value::Columns;

use super::spill::SpillFile;
use crate::error::TabularError;
use crate::frames::{Frame, Frames, each};
use crate::resources::Resources;

/// Bytes that a key in a set takes, while the set grows.
const KEY_BYTES: usize = 40;
/// Parts of the rows that wait on disk.
const PARTS: usize = 64;
/// Names of the columns of rows on disk beside their own.
const OWN: [&str; 3] = ["\u{0}key", "\u{0}place", "\u{0}row"];

/// Hashes are spread already.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }
}

pub(crate) type KeySet = HashSet<u128, BuildHasherDefault<Spread>>;
pub(crate) type KeyMap<V> = HashMap<u128, V, BuildHasherDefault<Spread>>;

/// Of each key, which row stays.
#[derive(Debug)]
pub(crate) struct Kept {
    rows: HashSet<u64>,
}

/// Keeps one row of each key, in the order of the input.
#[derive(Debug)]
pub(crate) struct Deduplicating {
    columns: Vec<usize>,
    case_sensitive: bool,
    kept: Option<Arc<Kept>>,
    schema: SchemaRef,
}

impl Deduplicating {
    /// Whether a pass must find out which rows stay.
    pub(crate) fn needs_survey(step: &Deduplicate) -> bool {
        step.keep != Keep::First || step.order_by.is_some()
    }

    pub(crate) fn bind(
        step: &Deduplicate,
        kept: Option<Kept>,
        schema: &SchemaRef,
    ) -> Result<Self, TabularError> {
        Ok(Self {
            columns: choose(&step.columns, schema)?,
            case_sensitive: step.case_sensitive,
            kept: kept.map(Arc::new),
            schema: Arc::clone(schema),
        })
    }

    pub(crate) fn attach(&self, input: Frames, resources: &Resources) -> Frames {
        let Some(kept) = &self.kept else {
            return Box::new(Firsts {
                input,
                keys: self.keys(),
                known: KeySet::default(),
                most: (resources.memory_bytes / KEY_BYTES).max(1_024),
                directory: resources.spill_directory.clone(),
                schema: Arc::clone(&self.schema),
                place: 0,
                parts: Vec::new(),
                merge: None,
                ended: false,
            });
        };
        let kept = Arc::clone(kept);
        let mut place = 0_u64;
        each(input, move |frame| {
            let first = place;
            place += frame.rows.len() as u64;
            let keep: BooleanArray = (first..place)
                .map(|place| Some(kept.rows.contains(&place)))
                .collect();
            Ok(Frame {
                rows: frame.rows.filter(&keep)?,
                rejects: frame.rejects,
            })
        })
    }

    fn keys(&self) -> Keys {
        Keys {
            columns: self.columns.clone(),
            case_sensitive: self.case_sensitive,
        }
    }
}

/// What makes up a key.
#[derive(Debug, Clone)]
struct Keys {
    columns: Vec<usize>,
    case_sensitive: bool,
}

impl Keys {
    fn of(&self, rows: &Rows) -> Vec<u128> {
        let columns: Vec<ArrayRef> = self
            .columns
            .iter()
            .map(|place| Arc::clone(rows.batch.column(*place)))
            .collect();
        hash_rows(&columns, self.case_sensitive)
    }
}

/// A row that may stay: its place, and what orders it within its key.
struct Candidate {
    place: u64,
    by: Option<OwnedRow>,
    count: u64,
}

/// Goes through all rows for those that stay.
pub(crate) fn survey(
    input: Frames,
    step: &Deduplicate,
    schema: &SchemaRef,
    resources: &Resources,
) -> Result<Kept, TabularError> {
    let keys = Keys {
        columns: choose(&step.columns, schema)?,
        case_sensitive: step.case_sensitive,
    };
    let order = match &step.order_by {
        Some(name) => Some(choose(&Columns::Names(vec![name.clone()]), schema)?[0]),
        None => None,
    };
    let converter = match order {
        Some(place) => Some(RowConverter::new(vec![SortField::new(
            schema.field(place).data_type().clone(),
        )])?),
        None => None,
    };
    let mut known: KeyMap<Candidate> = KeyMap::default();
    let mut place = 0_u64;
    // An ordering value lies in memory of its own beside the key.
    let each = KEY_BYTES * 2 + if order.is_some() { 64 } else { 0 };
    for frame in input {
        let rows = frame?.rows;
        let by = match (&converter, order) {
            (Some(converter), Some(order)) => {
                Some(converter.convert_columns(&[Arc::clone(rows.batch.column(order))])?)
            }
            _ => None,
        };
        let has_value =
            |row: usize| order.is_some_and(|order| rows.batch.column(order).is_valid(row));
        for (row, key) in keys.of(&rows).into_iter().enumerate() {
            let value = by
                .as_ref()
                .filter(|_| has_value(row))
                .map(|by| by.row(row).owned());
            let candidate = Candidate {
                place,
                by: value,
                count: 1,
            };
            place += 1;
            match known.entry(key) {
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert(candidate);
                }
                std::collections::hash_map::Entry::Occupied(mut entry) => {
                    let held = entry.get_mut();
                    held.count += 1;
                    if takes(step.keep, &candidate, held) {
                        (held.place, held.by) = (candidate.place, candidate.by);
                    }
                }
            }
        }
        if known.len() * each > resources.memory_bytes {
            return Err(TabularError::MemoryLimit {
                limit_mib: resources.memory_bytes >> 20,
                reason: format!(
                    "deduplicate with keep {} knows {} keys already; keep the first row instead, or give more memory",
                    step.keep,
                    known.len()
                ),
            });
        }
    }
    let rows = known
        .into_values()
        .filter(|candidate| step.keep != Keep::None || candidate.count == 1)
        .map(|candidate| candidate.place);
    Ok(Kept {
        rows: rows.collect(),
    })
}

/// Whether a later row of a key takes the place of the one held; a null in the order never does.
fn takes(keep: Keep, new: &Candidate, held: &Candidate) -> bool {
    match (&new.by, &held.by) {
        (Some(new), Some(held)) => match keep {
            Keep::None => false,
            Keep::Max => new > held,
            Keep::Last => new >= held,
            _ => new < held,
        },
        (Some(_), None) => keep != Keep::None,
        (None, None) => keep == Keep::Last,
        (None, Some(_)) => false,
    }
}

/// The first row of each key, on the way.
struct Firsts {
    input: Frames,
    keys: Keys,
    known: KeySet,
    most: usize,
    directory: PathBuf,
    schema: SchemaRef,
    place: u64,
    parts: Vec<SpillFile>,
    merge: Option<Merge>,
    ended: bool,
}

impl Firsts {
    fn advance(&mut self) -> Result<Option<Frame>, TabularError> {
        if let Some(merge) = &mut self.merge {
            return Ok(merge.next_rows()?.map(Frame::of));
        }
        if let Some(frame) = self.input.next().transpose()? {
            return self.firsts_of(frame).map(Some);
        }
        if self.parts.is_empty() {
            return Ok(None);
        }
        self.known = KeySet::default();
        let parts = std::mem::take(&mut self.parts);
        let merge = Merge::of(parts, self.most, &self.directory, &self.schema)?;
        Ok(self.merge.insert(merge).next_rows()?.map(Frame::of))
    }

    fn firsts_of(&mut self, frame: Frame) -> Result<Frame, TabularError> {
        let hashes = self.keys.of(&frame.rows);
        let first = self.place;
        self.place += hashes.len() as u64;
        let keep: BooleanArray = if self.parts.is_empty() && self.known.len() < self.most {
            hashes
                .iter()
                .map(|key| Some(self.known.insert(*key)))
                .collect()
        } else {
            self.spill(&frame.rows, &hashes, first)?;
            BooleanArray::from(vec![false; hashes.len()])
        };
        Ok(Frame {
            rows: frame.rows.filter(&keep)?,
            rejects: frame.rejects,
        })
    }

    /// Puts rows with unknown keys aside. Each of them comes after every row that was let through.
    fn spill(&mut self, rows: &Rows, hashes: &[u128], first: u64) -> Result<(), TabularError> {
        let schema = spilled(&self.schema);
        if self.parts.is_empty() {
            self.parts = (0..PARTS)
                .map(|_| SpillFile::create(&self.directory, &schema))
                .collect::<Result<_, _>>()?;
        }
        let keys = FixedSizeBinaryArray::try_from_iter(hashes.iter().map(|key| key.to_be_bytes()))?;
        let places = UInt64Array::from_iter_values(first..first + hashes.len() as u64);
        let numbers = match &rows.numbers {
            Some(numbers) => numbers.clone(),
            None => UInt64Array::new_null(hashes.len()),
        };
        let mut columns = rows.batch.columns().to_vec();
        columns.extend([
            Arc::new(keys) as ArrayRef,
            Arc::new(places),
            Arc::new(numbers),
        ]);
        let batch = RecordBatch::try_new(schema, columns)?;
        for (part, file) in self.parts.iter_mut().enumerate() {
            let mine: BooleanArray = hashes
                .iter()
                .map(|key| Some((key >> 64) as usize % PARTS == part && !self.known.contains(key)))
                .collect();
            if mine.true_count() > 0 {
                file.write(&arrow::compute::filter_record_batch(&batch, &mine)?)?;
            }
        }
        Ok(())
    }
}

impl Iterator for Firsts {
    type Item = Result<Frame, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let frame = self.advance().transpose();
        self.ended = !matches!(frame, Some(Ok(_)));
        frame
    }
}

fn spilled(schema: &SchemaRef) -> SchemaRef {
    let own = [
        Field::new(OWN[0], DataType::FixedSizeBinary(16), false),
        Field::new(OWN[1], DataType::UInt64, false),
        Field::new(OWN[2], DataType::UInt64, true),
    ];
    let fields = schema.fields().iter().map(|field| field.as_ref().clone());
    Arc::new(Schema::new(fields.chain(own).collect::<Vec<_>>()))
}

/// The first rows of all parts in the order of the input.
struct Merge {
    runs: Vec<Run>,
    schema: SchemaRef,
    /// The next place of each run, least first.
    next: BinaryHeap<std::cmp::Reverse<(u64, usize)>>,
}

struct Run {
    batches: Box<dyn Iterator<Item = Result<RecordBatch, TabularError>> + Send>,
    batch: Option<RecordBatch>,
    row: usize,
}

impl Run {
    fn place(&mut self, width: usize) -> Result<Option<u64>, TabularError> {
        loop {
            if let Some(batch) = &self.batch
                && self.row < batch.num_rows()
            {
                let places = batch.column(width + 1).as_primitive::<UInt64Type>();
                return Ok(Some(places.value(self.row)));
            }
            self.row = 0;
            self.batch = self.batches.next().transpose()?;
            if self.batch.is_none() {
                return Ok(None);
            }
        }
    }
}

impl Merge {
    fn of(
        parts: Vec<SpillFile>,
        most: usize,
        directory: &std::path::Path,
        schema: &SchemaRef,
    ) -> Result<Self, TabularError> {
        let mut merge = Self {
            runs: Vec::with_capacity(parts.len()),
            schema: Arc::clone(schema),
            next: BinaryHeap::new(),
        };
        let width = schema.fields().len();
        for part in parts {
            let mut run = Run {
                batches: Box::new(firsts_of_part(part, most, directory, schema)?),
                batch: None,
                row: 0,
            };
            if let Some(place) = run.place(width)? {
                merge
                    .next
                    .push(std::cmp::Reverse((place, merge.runs.len())));
            }
            merge.runs.push(run);
        }
        Ok(merge)
    }

    fn next_rows(&mut self) -> Result<Option<Rows>, TabularError> {
        const ROWS: usize = 8_192;
        let width = self.schema.fields().len();
        let mut batches: Vec<RecordBatch> = Vec::new();
        let mut picked: Vec<(usize, usize)> = Vec::with_capacity(ROWS);
        // Where the batch of a run stands among `batches`.
        let mut standing: HashMap<usize, usize> = HashMap::new();
        while picked.len() < ROWS
            && let Some(std::cmp::Reverse((_, number))) = self.next.pop()
        {
            let run = &mut self.runs[number];
            let Some(batch) = &run.batch else { continue };
            let index = *standing.entry(number).or_insert_with(|| {
                batches.push(batch.clone());
                batches.len() - 1
            });
            picked.push((index, run.row));
            run.row += 1;
            if run.row == batch.num_rows() {
                standing.remove(&number);
            }
            if let Some(place) = run.place(width)? {
                self.next.push(std::cmp::Reverse((place, number)));
            }
        }
        if picked.is_empty() {
            return Ok(None);
        }
        let all: Vec<&RecordBatch> = batches.iter().collect();
        let mut batch = arrow::compute::interleave_record_batch(&all, &picked)?;
        let numbers = batch
            .remove_column(width + 2)
            .as_primitive::<UInt64Type>()
            .clone();
        let columns = batch.columns()[..width].to_vec();
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(picked.len()));
        Ok(Some(Rows {
            batch: RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?,
            numbers: (numbers.null_count() < numbers.len()).then_some(numbers),
        }))
    }
}

/// The first row of each key of one part, again as a file: only one set of keys is held at a time.
fn firsts_of_part(
    part: SpillFile,
    most: usize,
    directory: &std::path::Path,
    schema: &SchemaRef,
) -> Result<impl Iterator<Item = Result<RecordBatch, TabularError>> + Send + use<>, TabularError> {
    let width = schema.fields().len();
    let mut firsts = SpillFile::create(directory, &spilled(schema))?;
    let mut known = KeySet::default();
    for batch in part.read()? {
        let batch = batch?;
        let keys = batch.column(width).as_fixed_size_binary();
        let keep: BooleanArray = keys
            .iter()
            .map(|key| {
                let key = key.and_then(|key| <[u8; 16]>::try_from(key).ok())?;
                Some(known.insert(u128::from_be_bytes(key)))
            })
            .collect();
        firsts.write(&arrow::compute::filter_record_batch(&batch, &keep)?)?;
        if known.len() > most {
            return Err(TabularError::MemoryLimit {
                limit_mib: (most * KEY_BYTES) >> 20,
                reason: format!(
                    "deduplicate found more than {} different keys",
                    most * PARTS
                ),
            });
        }
    }
    Ok(firsts.read()?.map(|batch| Ok(batch?)))
}
