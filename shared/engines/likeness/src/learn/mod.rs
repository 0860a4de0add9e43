//! From the rows of a table to a model.

mod calibrate;
mod curve;
mod draft;
mod drawing;
mod facts;
mod margin;
mod shape;
mod tree;
mod week;

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use self::draft::{ChoiceDraft, Draft, MISSING};
use self::drawing::Drawing;
use self::facts::Facts;
use self::tree::Parents;
use crate::error::LikenessError;
use crate::kind::{Plain, simplify};
use crate::model::{Content, MODEL_VERSION, Model, PRIVACY, Values};
use crate::options::{LearnOptions, MAX_COLUMNS, bounded_rows};
use crate::quality::Reference;
use crate::sample::Sample;

/// Takes the rows of a table, or of a part of it, in bounded memory.
///
/// Learners of parts merge: the sample, counts and bounds come out as of one pass, in any order. Only
/// whether keys grow from row to row is told of neighbours alone, so merge parts in their order.
#[derive(Debug, Clone)]
pub struct Learner {
    options: LearnOptions,
    schema: SchemaRef,
    plains: Vec<Plain>,
    plain_schema: SchemaRef,
    facts: Vec<Facts>,
    sample: Sample,
    rows: u64,
    next_row: u64,
}

/// What comes of learning.
#[derive(Debug)]
pub struct Learned {
    /// What may be kept.
    pub model: Model,
    /// A sample of the table as it is, to compare generated rows with. It holds the table's values, so
    /// it is to be kept as safe as the table, or dropped.
    pub reference: Reference,
}

impl Learner {
    /// Begins with the columns of a table. The first row is row 0.
    ///
    /// # Errors
    /// No columns, too many, two of one name, types that cannot be learned, options out of bounds.
    pub fn new(schema: &Schema, options: &LearnOptions) -> Result<Self, LikenessError> {
        options.check()?;
        let (plains, plain_schema) = plain_schema(schema)?;
        Ok(Self {
            options: options.clone(),
            schema: Arc::new(schema.clone()),
            facts: vec![Facts::default(); plains.len()],
            sample: Sample::new(
                Arc::clone(&plain_schema),
                bounded_rows(options.sample_rows, plains.len()),
                options.sample_bytes,
            ),
            plains,
            plain_schema,
            rows: 0,
            next_row: 0,
        })
    }

    /// Numbers rows from here, for a part of a table.
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
    /// Other columns than the learner began with, or cells that Arrow cannot read.
    pub fn observe(&mut self, batch: &RecordBatch) -> Result<(), LikenessError> {
        check_columns(&self.schema, batch)?;
        let mut arrays = Vec::with_capacity(self.plains.len());
        for ((array, plain), facts) in batch
            .columns()
            .iter()
            .zip(&self.plains)
            .zip(&mut self.facts)
        {
            let (simple, non_finite) = simplify(array, *plain)?;
            facts.observe(&simple, *plain, non_finite, self.next_row);
            arrays.push(simple);
        }
        let simple = RecordBatch::try_new(Arc::clone(&self.plain_schema), arrays)?;
        self.sample.observe(&simple, self.next_row)?;
        let rows = batch.num_rows() as u64;
        self.rows += rows;
        self.next_row = self.next_row.saturating_add(rows);
        Ok(())
    }

    /// Joins what was learned of another part of the table.
    ///
    /// # Errors
    /// Other columns or other options.
    pub fn merge(&mut self, other: &Self) -> Result<(), LikenessError> {
        if self.options != other.options {
            return Err(LikenessError::OptionsMismatch);
        }
        if self.schema.fields() != other.schema.fields() {
            return Err(LikenessError::SchemaMismatch {
                detail: "two parts have different columns".to_owned(),
            });
        }
        for (own, others) in self.facts.iter_mut().zip(&other.facts) {
            own.merge(others);
        }
        self.sample.merge(&other.sample)?;
        self.rows += other.rows;
        self.next_row = self.next_row.max(other.next_row);
        Ok(())
    }

    /// Draws the model.
    ///
    /// # Errors
    /// No rows, or fewer than could hide one.
    pub fn finish(self) -> Result<Learned, LikenessError> {
        if self.rows == 0 {
            return Err(LikenessError::NoRows);
        }
        let needed = self.options.rare_below as u64;
        if self.rows < needed {
            return Err(LikenessError::TooFewRows {
                rows: self.rows,
                needed,
            });
        }
        let sample = self.sample.finish()?;
        let mut drafts = Vec::with_capacity(self.plains.len());
        let mut missing = Vec::with_capacity(self.plains.len());
        for (place, field) in self.schema.fields().iter().enumerate() {
            let (array, facts) = (sample.column(place), &self.facts[place]);
            drafts.push(draft::draft(
                field.name(),
                field.data_type(),
                array,
                facts,
                &self.options,
            ));
            let gaps = 0 < facts.nulls && facts.nulls < self.rows;
            let is_empty = matches!(drafts[place], Draft::Alone(Content::Empty, _));
            missing.push((gaps && !is_empty).then(|| {
                (0..array.len())
                    .map(|row| array.is_null(row))
                    .collect::<Vec<bool>>()
            }));
        }
        let parents = tree::grow(&drafts, &missing);
        arrange(&mut drafts, &parents);
        let model = Model {
            version: MODEL_VERSION,
            rows: self.rows,
            sampled_rows: sample.num_rows() as u64,
            rare_below: self.options.rare_below,
            privacy: PRIVACY.to_owned(),
            columns: Vec::with_capacity(drafts.len()),
            latents: Vec::new(),
            correlations: Vec::new(),
        };
        let model = Drawing {
            model,
            evidence: Vec::new(),
            options: &self.options,
            drafts: &drafts,
            parents: &parents,
        };
        let model = model.draw(&self.schema, &self.facts, &missing)?;
        Ok(Learned {
            reference: Reference::new(sample, self.rows),
            model,
        })
    }
}

/// The plain forms of a schema's columns, and the schema of them.
pub(crate) fn plain_schema(schema: &Schema) -> Result<(Vec<Plain>, SchemaRef), LikenessError> {
    let fields = schema.fields();
    if fields.is_empty() {
        return Err(LikenessError::NoColumns);
    }
    if fields.len() > MAX_COLUMNS {
        return Err(LikenessError::TooManyColumns {
            columns: fields.len(),
            most: MAX_COLUMNS,
        });
    }
    let mut names = HashSet::new();
    let mut plains = Vec::with_capacity(fields.len());
    for field in fields {
        if !names.insert(field.name()) {
            return Err(LikenessError::DuplicateColumn {
                name: field.name().clone(),
            });
        }
        // A type whose notation does not read back could not be generated again.
        let notation = field.data_type().to_string().parse::<DataType>();
        let plain = Plain::of(field.data_type())
            .filter(|_| notation.is_ok_and(|read| read == *field.data_type()));
        plains.push(plain.ok_or_else(|| LikenessError::UnsupportedType {
            column: field.name().clone(),
            data_type: field.data_type().to_string(),
        })?);
    }
    let plain_fields = fields.iter().zip(&plains);
    let plain_fields: Vec<Field> = plain_fields
        .map(|(field, plain)| Field::new(field.name(), plain.data_type(), true))
        .collect();
    Ok((plains, Arc::new(Schema::new(plain_fields))))
}

/// Whether a batch has the columns of a schema.
pub(crate) fn check_columns(schema: &Schema, batch: &RecordBatch) -> Result<(), LikenessError> {
    let mismatch = |detail: String| Err(LikenessError::SchemaMismatch { detail });
    let found = batch.schema_ref().fields();
    if found.len() != schema.fields().len() {
        return mismatch(format!(
            "a batch has {} columns instead of {}",
            found.len(),
            schema.fields().len()
        ));
    }
    for (field, found) in schema.fields().iter().zip(found) {
        if field.name() != found.name() || field.data_type() != found.data_type() {
            return mismatch(format!(
                "a batch has {} of type {} instead of {} of type {}",
                found.name(),
                found.data_type(),
                field.name(),
                field.data_type()
            ));
        }
    }
    Ok(())
}

/// Brings the texts of each choice into the order of the number that goes with it, so that they can
/// be correlated; without one they stand by how frequent they are.
fn arrange(drafts: &mut [Draft], parents: &Parents) {
    for place in 0..drafts.len() {
        let Some(partner) = parents.partner[place] else {
            continue;
        };
        let Draft::Number(number) = &drafts[partner] else {
            continue;
        };
        let places = number.places.clone();
        if let Draft::Choice(choice) = &mut drafts[place] {
            reorder(choice, &places);
        }
    }
}

fn reorder(choice: &mut ChoiceDraft, places: &[f64]) {
    let Values::Texts(texts) = &mut choice.values else {
        return;
    };
    let mut sums = vec![(0.0, 0.0); texts.len() + 1];
    for (code, place) in choice.codes.iter().zip(places) {
        if *code != MISSING && !place.is_nan() {
            let (sum, count) = &mut sums[*code as usize];
            *sum += place;
            *count += 1.0;
        }
    }
    let mean = |code: &usize| match sums[*code] {
        (sum, count) if count > 0.0 => sum / count,
        _ => f64::INFINITY,
    };
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by(|a, b| mean(a).total_cmp(&mean(b)).then(a.cmp(b)));
    let mut new_codes: Vec<u32> = (0..=texts.len() as u32).collect();
    for (new, old) in order.iter().enumerate() {
        new_codes[*old] = new as u32;
    }
    let mut old = std::mem::take(texts);
    *texts = order
        .iter()
        .map(|place| std::mem::take(&mut old[*place]))
        .collect();
    for code in choice.codes.iter_mut().filter(|code| **code != MISSING) {
        *code = new_codes[*code as usize];
    }
}
