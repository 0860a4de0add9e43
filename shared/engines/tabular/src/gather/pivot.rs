//! The values of a column as columns.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::{concat, take};
use arrow::datatypes::{Field, Schema, SchemaRef};
use millrace_rows::{Rows, cell_texts, choose, hash_rows};
use millrace_steps::step::Pivot;
use millrace_steps::value::{Columns, Name};

use super::aggregate::{Aggregating, Measure};
use crate::error::TabularError;
use crate::frames::{Frame, Frames};
use crate::resources::Resources;

/// Rows of the result that are made at once.
const ROWS: usize = 8_192;

/// A row for each value of the index, a column for each value of the pivot's column.
#[derive(Debug)]
pub(crate) struct Pivoting {
    cells: Aggregating,
    keys: usize,
    categories: Vec<String>,
    schema: SchemaRef,
}

impl Pivoting {
    /// Binds a pivot whose categories are known.
    pub(crate) fn bind(
        step: &Pivot,
        categories: Vec<String>,
        schema: &SchemaRef,
    ) -> Result<Self, TabularError> {
        let find = |name: &Name| {
            Ok::<_, TabularError>(choose(&Columns::Names(vec![name.clone()]), schema)?[0])
        };
        let mut groups = step.index.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        let measure = Measure::of_cell(step.function, find(&step.values)?, schema)?;
        if categories.len() as u64 > step.max_columns {
            return Err(TabularError::step(
                "TOO_MANY_COLUMNS",
                format!(
                    "column {} has {} different values, more than max_columns, {}",
                    step.column,
                    categories.len(),
                    step.max_columns
                ),
            ));
        }
        let mut fields: Vec<Field> = groups
            .iter()
            .map(|place| schema.field(*place).clone())
            .collect();
        for category in &categories {
            if fields.iter().any(|field| field.name() == category) {
                return Err(TabularError::step(
                    "DUPLICATE_COLUMN",
                    format!(
                        "the value {category:?} would be a second column of this name; rename the other one first"
                    ),
                ));
            }
            fields.push(measure.field().with_name(category));
        }
        let keys = groups.len();
        groups.push(find(&step.column)?);
        Ok(Self {
            cells: Aggregating::new(schema, groups, vec![measure]),
            keys,
            categories,
            schema: Arc::new(Schema::new(fields)),
        })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn attach(
        &self,
        input: Frames,
        resources: &Resources,
    ) -> Result<Frames, TabularError> {
        // The cells come ordered by the index, so the rows of one follow each other.
        let cells = self.cells.attach(input, resources)?;
        let places = self
            .categories
            .iter()
            .enumerate()
            .map(|(place, category)| (category.clone(), place));
        Ok(Box::new(Assembling {
            cells,
            keys: self.keys,
            places: places.collect(),
            schema: Arc::clone(&self.schema),
            held: None,
            ended: false,
        }))
    }
}

struct Assembling {
    cells: Frames,
    keys: usize,
    places: HashMap<String, usize>,
    schema: SchemaRef,
    /// Cells of whole or begun rows that were not given yet.
    held: Option<RecordBatch>,
    ended: bool,
}

impl Assembling {
    fn advance(&mut self) -> Result<Option<Frame>, TabularError> {
        let mut rejects = Vec::new();
        loop {
            let frame = self.cells.next().transpose()?;
            let last = frame.is_none();
            if let Some(frame) = frame {
                rejects.extend(frame.rejects);
                self.held = Some(match self.held.take() {
                    Some(held) => {
                        arrow::compute::concat_batches(&held.schema(), [&held, &frame.rows.batch])?
                    }
                    None => frame.rows.batch,
                });
            }
            let Some(held) = self.held.take() else {
                return Ok(None);
            };
            let hashes = hash_rows(&held.columns()[..self.keys], true);
            // The last index may go on in the next batch.
            let end = match hashes.last() {
                Some(open) if !last => hashes
                    .iter()
                    .rposition(|hash| hash != open)
                    .map_or(0, |row| row + 1),
                _ => hashes.len(),
            };
            if !last {
                self.held = Some(held.slice(end, held.num_rows() - end));
            }
            if end == 0 && !last {
                continue;
            }
            self.ended = last;
            let rows = self.assemble(&held.slice(0, end), &hashes[..end])?;
            return Ok(Some(Frame { rows, rejects }));
        }
    }

    fn assemble(&self, cells: &RecordBatch, hashes: &[u128]) -> Result<Rows, TabularError> {
        let mut starts: Vec<u32> = Vec::with_capacity(ROWS);
        let mut wide: Vec<Vec<Option<u32>>> = vec![Vec::new(); self.places.len()];
        let texts: StringViewArray = cell_texts(cells.column(self.keys))?;
        for row in 0..cells.num_rows() {
            if row == 0 || hashes[row] != hashes[row - 1] {
                starts.push(row as u32);
                wide.iter_mut().for_each(|column| column.push(None));
            }
            if texts.is_valid(row)
                && let Some(place) = self.places.get(texts.value(row))
                && let Some(cell) = wide[*place].last_mut()
            {
                *cell = Some(row as u32);
            }
        }
        let starts = UInt32Array::from(starts);
        let mut columns: Vec<ArrayRef> = cells.columns()[..self.keys]
            .iter()
            .map(|key| take(key, &starts, None))
            .collect::<Result<_, _>>()?;
        let values = cells.column(self.keys + 1);
        for column in wide {
            columns.push(take(values, &UInt32Array::from(column), None)?);
        }
        Ok(Rows {
            batch: RecordBatch::try_new(Arc::clone(&self.schema), columns)?,
            numbers: None,
        })
    }
}

impl Iterator for Assembling {
    type Item = Result<Frame, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let frame = self.advance().transpose();
        self.ended |= !matches!(frame, Some(Ok(_)));
        frame
    }
}

/// The different values of a column as texts, in ascending order of the values.
pub(crate) fn categories(
    input: Frames,
    place: usize,
    schema: &SchemaRef,
    resources: &Resources,
) -> Result<Vec<String>, TabularError> {
    let values = Aggregating::new(schema, vec![place], Vec::new()).attach(input, resources)?;
    let mut found: Vec<ArrayRef> = Vec::new();
    for frame in values {
        found.push(Arc::clone(frame?.rows.batch.column(0)));
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let arrays: Vec<&dyn Array> = found.iter().map(AsRef::as_ref).collect();
    let texts = cell_texts(&concat(&arrays)?)?;
    Ok(texts.iter().flatten().map(str::to_owned).collect())
}
