//! What a step must know of all rows: a pass over the rows so far, before the step is bound.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::concat;
use arrow::datatypes::{DataType, Float64Type, Int64Type, SchemaRef};
use millrace_rows::{Facts, JsonMembers, cell_texts, choose, hash_rows};
use millrace_steps::filter::{Comparison, FilterOperator};
use millrace_steps::step::{
    AggregateFunction, Bins, Fill, OutlierMethod, Outliers, Rule, RuleTest, Step,
};
use millrace_steps::value::{Columns, Name};
use millrace_steps::{Condition, PipelineStep};

use crate::error::TabularError;
use crate::frames::Frames;
use crate::gather::{Aggregating, Measure};
use crate::resources::Resources;
use crate::side::{SideFiles, known_values};
use crate::stream::KeySet;

/// Goes through the rows so far, as often as a step needs it.
pub(crate) struct Surveyor<'r> {
    /// The rows so far, from the first one.
    pub(crate) rows: &'r mut dyn FnMut() -> Result<Frames, TabularError>,
    pub(crate) schema: &'r SchemaRef,
    pub(crate) files: &'r SideFiles,
    pub(crate) resources: &'r Resources,
}

/// Whether a step must know something of all rows. Other passes, of steps that are no row-local ones,
/// are the stages' own.
pub(crate) fn is_needed(step: &Step) -> bool {
    match step {
        Step::FillNulls(fill) => matches!(
            fill.fill,
            Fill::Mean | Fill::Median | Fill::Mode | Fill::Min | Fill::Max
        ),
        Step::Bin(bin) => matches!(bin.bins, Bins::Quantiles(_)),
        Step::Outliers(_) | Step::FlattenJson(_) => true,
        Step::Filter(filter) => filter.condition.needs_all_rows(),
        Step::Conditional(step) => step.cases.iter().any(|case| case.when.needs_all_rows()),
        Step::Validate(step) => step
            .rules
            .iter()
            .any(|rule| matches!(rule.test, RuleTest::Unique { .. })),
        _ => false,
    }
}

impl Surveyor<'_> {
    /// What the step must know.
    pub(crate) fn facts(&mut self, step: &PipelineStep) -> Result<Facts, TabularError> {
        let mut facts = Facts::default();
        match &step.step {
            Step::FillNulls(step) => {
                let places = choose(&step.columns, self.schema)?;
                let function = match step.fill {
                    Fill::Mean => AggregateFunction::Mean,
                    Fill::Median => AggregateFunction::Median,
                    Fill::Min => AggregateFunction::Min,
                    Fill::Max => AggregateFunction::Max,
                    Fill::Mode => {
                        for place in places {
                            let mode = self.mode(place)?;
                            facts.fills.insert(self.name(place), mode);
                        }
                        return Ok(facts);
                    }
                    _ => return Ok(facts),
                };
                let measures = places.iter().map(|place| (function.clone(), *place));
                for (place, value) in places.iter().zip(self.measure(measures.collect())?) {
                    facts.fills.insert(self.name(*place), value);
                }
            }
            Step::Bin(step) => {
                if let Bins::Quantiles(count) = step.bins {
                    let place = self.place(&step.column)?;
                    let shares = (0..=count).map(|part| part as f64 / count as f64);
                    facts.edges = self.percentiles(place, shares)?;
                }
            }
            Step::Outliers(step) => self.fences(step, &mut facts)?,
            Step::FlattenJson(step) => {
                let place = self.place(&step.column)?;
                facts.members = self.members(place, step.max_depth)?;
            }
            Step::Filter(step) => self.repeated_in(&step.condition, &mut facts)?,
            Step::Conditional(step) => {
                for case in &step.cases {
                    self.repeated_in(&case.when, &mut facts)?;
                }
            }
            Step::Validate(step) => {
                for rule in &step.rules {
                    self.rule(rule, &mut facts)?;
                }
            }
            _ => {}
        }
        Ok(facts)
    }

    fn name(&self, place: usize) -> String {
        self.schema.field(place).name().clone()
    }

    fn place(&self, name: &Name) -> Result<usize, TabularError> {
        Ok(choose(&Columns::Names(vec![name.clone()]), self.schema)?[0])
    }

    /// One value for each measure, as arrays of one cell.
    fn measure(
        &mut self,
        wanted: Vec<(AggregateFunction, usize)>,
    ) -> Result<Vec<ArrayRef>, TabularError> {
        let measures = wanted
            .into_iter()
            .map(|(function, place)| Measure::of(function, place, self.schema))
            .collect::<Result<Vec<_>, _>>()?;
        let results = Aggregating::new(self.schema, Vec::new(), measures)
            .attach((self.rows)()?, self.resources)?;
        for frame in results {
            let batch = frame?.rows.batch;
            if batch.num_rows() == 1 {
                return Ok(batch.columns().to_vec());
            }
        }
        Err(TabularError::Internal(
            "an aggregate without a row".to_owned(),
        ))
    }

    fn doubles(
        &mut self,
        wanted: Vec<(AggregateFunction, usize)>,
    ) -> Result<Vec<Option<f64>>, TabularError> {
        let values = self.measure(wanted)?;
        let double = |value: &ArrayRef| {
            let value = value.as_primitive::<Float64Type>();
            value.is_valid(0).then(|| value.value(0))
        };
        Ok(values.iter().map(double).collect())
    }

    fn percentiles(
        &mut self,
        place: usize,
        shares: impl Iterator<Item = f64>,
    ) -> Result<Vec<f64>, TabularError> {
        let wanted = shares.map(|p| (AggregateFunction::Percentile { p }, place));
        Ok(self
            .doubles(wanted.collect())?
            .into_iter()
            .flatten()
            .collect())
    }

    /// The most frequent value, of equally frequent ones the least.
    fn mode(&mut self, place: usize) -> Result<ArrayRef, TabularError> {
        let count = Measure::of(AggregateFunction::Count, place, self.schema)?;
        let groups = Aggregating::new(self.schema, vec![place], vec![count])
            .attach((self.rows)()?, self.resources)?;
        let mut best: (i64, ArrayRef) = (
            0,
            arrow::array::new_null_array(self.schema.field(place).data_type(), 1),
        );
        for frame in groups {
            let batch = frame?.rows.batch;
            let counts = batch.column(1).as_primitive::<Int64Type>();
            for row in 0..batch.num_rows() {
                // Groups come in the order of their values; the null group counts nothing.
                if counts.value(row) > best.0 {
                    let cell = batch.column(0).slice(row, 1);
                    best = (counts.value(row), concat(&[cell.as_ref()])?);
                }
            }
        }
        Ok(best.1)
    }

    fn fences(&mut self, step: &Outliers, facts: &mut Facts) -> Result<(), TabularError> {
        let places: Vec<usize> = choose(&step.columns, self.schema)?
            .into_iter()
            .filter(|place| {
                matches!(step.columns, Columns::Names(_))
                    || self.schema.field(*place).data_type().is_numeric()
            })
            .collect();
        let functions = match step.method {
            OutlierMethod::Iqr => [0.25, 0.75].map(|p| AggregateFunction::Percentile { p }),
            OutlierMethod::ZScore => [AggregateFunction::Mean, AggregateFunction::Stddev],
        };
        let threshold = step.threshold.unwrap_or(match step.method {
            OutlierMethod::Iqr => 1.5,
            OutlierMethod::ZScore => 3.0,
        });
        let wanted = places
            .iter()
            .flat_map(|place| functions.clone().map(|function| (function, *place)));
        let found = self.doubles(wanted.collect())?;
        for (place, pair) in places.iter().zip(found.chunks(2)) {
            // Without two values nothing lies far from the others.
            let fence = match (step.method, pair) {
                (OutlierMethod::Iqr, [Some(low), Some(high)]) => {
                    let far = threshold * (high - low);
                    (low - far, high + far)
                }
                (OutlierMethod::ZScore, [Some(mean), Some(deviation)]) => {
                    (mean - threshold * deviation, mean + threshold * deviation)
                }
                _ => (f64::NEG_INFINITY, f64::INFINITY),
            };
            facts.fences.insert(self.name(*place), fence);
        }
        Ok(())
    }

    /// Paths of the members of JSON objects, in the order of first sight.
    fn members(&mut self, place: usize, depth: u64) -> Result<Vec<Vec<String>>, TabularError> {
        let mut members = JsonMembers::new(depth);
        for frame in (self.rows)()? {
            members.add(&cell_texts(frame?.rows.batch.column(place))?)?;
        }
        Ok(members.paths())
    }

    fn repeated_in(
        &mut self,
        condition: &Condition,
        facts: &mut Facts,
    ) -> Result<(), TabularError> {
        let mut wanted: Vec<Comparison> = Vec::new();
        condition.visit("", &mut |_, leaf| {
            if let Condition::Compare(comparison) = leaf
                && matches!(
                    comparison.operator,
                    FilterOperator::IsUnique | FilterOperator::IsDuplicate
                )
            {
                wanted.push(comparison.clone());
            }
        });
        for comparison in wanted {
            let place = self.place(&comparison.column)?;
            self.repeated(vec![place], comparison.case_sensitive, facts)?;
        }
        Ok(())
    }

    /// Hashes of what occurs more than once.
    fn repeated(
        &mut self,
        places: Vec<usize>,
        case_sensitive: bool,
        facts: &mut Facts,
    ) -> Result<(), TabularError> {
        let names: Vec<String> = places.iter().map(|place| self.name(*place)).collect();
        let mark = if case_sensitive { "" } else { "~" };
        let key = format!("{mark}{}", names.join("\0"));
        if facts.repeated.contains_key(&key) {
            return Ok(());
        }
        let (mut seen, mut twice) = (KeySet::default(), HashSet::new());
        for frame in (self.rows)()? {
            let batch = frame?.rows.batch;
            let columns: Vec<ArrayRef> = places
                .iter()
                .map(|place| Arc::clone(batch.column(*place)))
                .collect();
            for hash in hash_rows(&columns, case_sensitive) {
                if !seen.insert(hash) {
                    twice.insert(hash);
                }
            }
            if (seen.len() + twice.len()) * 40 > self.resources.memory_bytes {
                return Err(TabularError::MemoryLimit {
                    limit_mib: self.resources.memory_bytes >> 20,
                    reason: format!(
                        "{} has too many different values to tell which occur once",
                        names.join(", ")
                    ),
                });
            }
        }
        facts.repeated.insert(key, Arc::new(twice));
        Ok(())
    }

    fn rule(&mut self, rule: &Rule, facts: &mut Facts) -> Result<(), TabularError> {
        match &rule.test {
            RuleTest::Unique { target } => {
                let places = choose(&target.columns, self.schema)?;
                self.repeated(places, true, facts)
            }
            RuleTest::ForeignKey {
                column,
                right,
                right_column,
            } => {
                let data_type: DataType =
                    self.schema.field(self.place(column)?).data_type().clone();
                let other = right_column.as_ref().unwrap_or(column);
                let known = known_values(
                    self.files,
                    right,
                    other,
                    &data_type,
                    self.resources.memory_bytes,
                )?;
                facts.known.insert(column.to_string(), Arc::new(known));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
