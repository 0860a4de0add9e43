//! Rows out of a model.

mod array;
pub(crate) mod column;
mod curve;
mod scale;
mod shape;

use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use millrace_draw::Key;

use self::column::{ColumnMaker, Decoded};
use crate::error::LikenessError;
use crate::matrix::{cholesky, packed};
use crate::model::{MODEL_VERSION, Model};
use crate::normal::from_bits;
use crate::options::MAX_COLUMNS;

/// Rows of one batch, at most.
pub const MAX_BATCH_ROWS: u64 = 1 << 18;
/// Rows that are reckoned together, so that they stay in the cache.
const BLOCK_ROWS: usize = 1_024;

/// Makes rows of a model: row `i` is the same in whatever parts rows are made.
#[derive(Debug, Clone)]
pub struct Generator {
    schema: SchemaRef,
    columns: Vec<ColumnMaker>,
    /// Columns, those that others depend on first.
    order: Vec<usize>,
    latents: Vec<Key>,
    /// The root of the correlations, row by row.
    root: Vec<f64>,
}

impl Generator {
    /// Makes a model ready. The seed decides about every value; the same model and seed give the same
    /// rows.
    ///
    /// # Errors
    /// A model of another version, or one that contradicts itself.
    pub fn new(model: &Model, seed: u64) -> Result<Self, LikenessError> {
        if model.version != MODEL_VERSION {
            return Err(LikenessError::ModelVersion {
                found: model.version,
                known: MODEL_VERSION,
            });
        }
        let damaged = |reason: &str| LikenessError::InvalidModel {
            reason: reason.to_owned(),
        };
        if model.columns.is_empty() || model.columns.len() > MAX_COLUMNS {
            return Err(damaged("it has no columns, or too many"));
        }
        if model.latents.len() > MAX_COLUMNS * 2
            || model.correlations.len() != packed(model.latents.len())
        {
            return Err(damaged("its correlations do not fit its variables"));
        }
        let root = cholesky(model.latents.len(), &model.correlations)
            .ok_or_else(|| damaged("its correlations contradict each other"))?;
        let columns = model
            .columns
            .iter()
            .map(|column| {
                ColumnMaker::new(column, seed, model.latents.len()).map_err(|reason| {
                    LikenessError::InvalidModel {
                        reason: format!("column {}: {reason}", column.name),
                    }
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        let order = order(&columns).map_err(damaged)?;
        let fields: Vec<Field> = columns.iter().map(ColumnMaker::field).collect();
        let key = |name: &String| Key::new(seed, "likeness", name, "normal");
        Ok(Self {
            schema: Arc::new(Schema::new(fields)),
            order,
            latents: model.latents.iter().map(key).collect(),
            root,
            columns,
        })
    }

    /// The columns of the batches, which are those of the learned table.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Makes some rows.
    ///
    /// # Errors
    /// More rows than [`MAX_BATCH_ROWS`].
    pub fn batch(&self, rows: Range<u64>) -> Result<RecordBatch, LikenessError> {
        let decoded = self.decode(&rows)?;
        let arrays = self.columns.iter().zip(decoded);
        let arrays = arrays
            .map(|(column, decoded)| column.array(decoded, &rows))
            .collect::<Result<Vec<_>, _>>()?;
        let options = arrow::array::RecordBatchOptions::new()
            .with_row_count(Some(rows.end.saturating_sub(rows.start) as usize));
        Ok(RecordBatch::try_new_with_options(
            self.schema(),
            arrays,
            &options,
        )?)
    }

    /// The values of columns that depend on variables, not yet as arrays.
    pub(crate) fn decode(&self, rows: &Range<u64>) -> Result<Vec<Decoded>, LikenessError> {
        let count = rows.end.saturating_sub(rows.start);
        if count > MAX_BATCH_ROWS {
            return Err(LikenessError::BatchTooLarge {
                rows: count,
                most: MAX_BATCH_ROWS,
            });
        }
        let mut decoded: Vec<Decoded> = self
            .columns
            .iter()
            .map(|column| column.decoded(count as usize))
            .collect();
        let mut normals = vec![0.0; self.latents.len() * BLOCK_ROWS.min(count as usize)];
        let mut first = rows.start;
        while first < rows.end {
            let block = (rows.end - first).min(BLOCK_ROWS as u64) as usize;
            let normals = &mut normals[..self.latents.len() * block];
            self.normals(first, block, normals);
            for place in &self.order {
                let column = &self.columns[*place];
                let begin = (first - rows.start) as usize;
                // The column is taken out while it is filled, so that others can be looked at.
                let mut own = std::mem::take(&mut decoded[*place]);
                column.fill(first, begin, block, normals, &decoded, &mut own);
                decoded[*place] = own;
            }
            first += block as u64;
        }
        Ok(decoded)
    }

    /// Correlated normal numbers of a block of rows, variable by variable.
    fn normals(&self, first: u64, block: usize, normals: &mut [f64]) {
        for (key, numbers) in self.latents.iter().zip(normals.chunks_exact_mut(block)) {
            for (row, number) in (first..).zip(numbers) {
                *number = from_bits(key.at(row));
            }
        }
        // From the last one on, each is made of itself and those before it.
        for variable in (0..self.latents.len()).rev() {
            let weights = &self.root[variable * (variable + 1) / 2..][..=variable];
            let (before, rest) = normals.split_at_mut(variable * block);
            let own = &mut rest[..block];
            for number in own.iter_mut() {
                *number *= weights[variable];
            }
            for (weight, other) in weights.iter().zip(before.chunks_exact(block)) {
                if *weight != 0.0 {
                    for (number, other) in own.iter_mut().zip(other) {
                        *number += weight * other;
                    }
                }
            }
        }
    }
}

/// An order in which every column comes behind those it depends on.
fn order(columns: &[ColumnMaker]) -> Result<Vec<usize>, &'static str> {
    let mut order: Vec<usize> = Vec::with_capacity(columns.len());
    let mut done = vec![false; columns.len()];
    while order.len() < columns.len() {
        let before = order.len();
        for (place, column) in columns.iter().enumerate() {
            let ready = |other: &usize| {
                columns
                    .get(*other)
                    .is_some_and(|column| column.is_choice() && done[*other])
            };
            if !done[place] && column.given().all(|other| ready(&other)) {
                done[place] = true;
                order.push(place);
            }
        }
        if order.len() == before {
            return Err("a column depends on itself, or on one that is no choice");
        }
    }
    Ok(order)
}
