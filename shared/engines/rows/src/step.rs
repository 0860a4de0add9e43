//! A step bound to its columns, with what happens to rows it cannot work with.

use arrow::array::BooleanArray;
use arrow::datatypes::SchemaRef;
use millrace_formats::MAX_RAW_BYTES;
use millrace_steps::step::OnFail;
use millrace_steps::{OnError, PipelineStep, Step};

use crate::context::Context;
use crate::error::{Rejected, RowError};
use crate::facts::Facts;
use crate::operator::{Fault, Operator, Output};
use crate::rows::Rows;
use crate::{columns, compute, condition, numbers, privacy, reshape, texts, types};

/// A step bound to the columns it gets.
#[derive(Debug)]
pub struct RowStep {
    index: usize,
    name: &'static str,
    on_error: OnError,
    operator: Box<dyn Operator>,
}

impl RowStep {
    /// Binds the step with this number to its columns.
    ///
    /// # Errors
    /// Columns that are not there, constants that do not fit, types that the step cannot work on, and
    /// steps that need more than one row.
    pub fn bind(
        step: &PipelineStep,
        index: usize,
        schema: &SchemaRef,
        facts: &Facts,
        context: &Context,
    ) -> Result<Self, RowError> {
        let operator = match &step.step {
            Step::Filter(step) => condition::filter(step, schema, facts, context),
            Step::SelectColumns(step) => columns::select(step, schema),
            Step::DropColumns(step) => columns::drop(step, schema),
            Step::RenameColumns(step) => columns::rename(step, schema),
            Step::ReorderColumns(step) => columns::reorder(step, schema),
            Step::AddColumn(step) => columns::add(step, schema, context),
            Step::Cast(step) => types::cast(step, schema),
            Step::ParseDate(step) => types::parse_date(step, schema),
            Step::FormatDate(step) => types::format_date(step, schema),
            Step::ExtractDatePart(step) => types::extract_date_part(step, schema),
            Step::FillNulls(step) => compute::fill_nulls(step, schema, facts),
            Step::DropNulls(step) => compute::drop_nulls(step, schema),
            Step::ReplaceValue(step) => compute::replace_value(step, schema),
            Step::Derive(step) => compute::derive(step, schema),
            Step::Conditional(step) => compute::conditional(step, schema, facts, context),
            Step::Validate(step) => compute::validate(step, schema, facts, context),
            Step::ReplaceText(step) => texts::replace(step, schema),
            Step::RegexExtract(step) => texts::extract(step, schema),
            Step::Trim(step) => texts::trim(step, schema),
            Step::ChangeCase(step) => texts::change_case(step, schema),
            Step::NormalizeText(step) => texts::normalize(step, schema),
            Step::Text(step) => texts::text(step, schema),
            Step::SplitColumn(step) => texts::split(step, schema),
            Step::MergeColumns(step) => texts::merge(step, schema),
            Step::Round(step) => numbers::round(step, schema),
            Step::Bin(step) => numbers::bin(step, schema, facts),
            Step::Outliers(step) => numbers::outliers(step, schema, facts),
            Step::Unpivot(step) => reshape::unpivot(step, schema),
            Step::Explode(step) => reshape::explode(step, schema),
            Step::FlattenJson(step) => reshape::flatten_json(step, schema, facts),
            Step::Mask(step) => privacy::mask(step, schema),
            Step::Hash(step) => privacy::hash(step, schema, context),
            Step::RedactPii(step) => privacy::redact(step, schema),
            Step::ConvertFormat(_)
            | Step::Sort(_)
            | Step::Deduplicate(_)
            | Step::Aggregate(_)
            | Step::Pivot(_)
            | Step::Join(_)
            | Step::Union(_)
            | Step::Limit(_)
            | Step::TopN(_)
            | Step::Sample(_) => Err(RowError::new(
                "STEP_FAILED",
                format!("{} needs more than one row", step.step.name()),
            )),
        }
        .map_err(|error| located(index, step.step.name(), error))?;
        // The rejects are what the rows that break a rule are for, whatever becomes of others.
        let on_error = match &step.step {
            Step::Validate(rules) if rules.on_fail == OnFail::Quarantine => OnError::Quarantine,
            _ => step.on_error,
        };
        Ok(Self {
            index,
            name: step.step.name(),
            on_error,
            operator,
        })
    }

    /// The columns that come out.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        self.operator.schema()
    }

    /// Works on rows; those that it lets go as `on_error` says are appended to `rejects`.
    ///
    /// # Errors
    /// A cell it cannot work with where `on_error` is `fail`, naming the row; whatever ends the job.
    pub fn apply(&self, rows: &Rows, rejects: &mut Vec<Rejected>) -> Result<Rows, RowError> {
        let mut faults = Vec::new();
        let output = self
            .operator
            .apply_rows(rows, &mut faults)
            .map_err(|error| located(self.index, self.name, error))?;
        if faults.is_empty() || self.on_error == OnError::Null {
            return finish(rows, output);
        }
        faults.sort_by_key(|fault| fault.row);
        faults.dedup_by_key(|fault| fault.row);
        match self.on_error {
            OnError::Fail => return Err(self.fail(rows, &faults[0])),
            OnError::Quarantine => rejects.extend(faults.iter().map(|fault| reject(rows, fault))),
            OnError::SkipRow | OnError::Null => {}
        }
        // Each row stands for itself, so the others come out as they would have.
        let mut keep = vec![true; rows.len()];
        for fault in &faults {
            keep[fault.row] = false;
        }
        let rows = rows.filter(&BooleanArray::from(keep))?;
        let mut none = Vec::new();
        let output = self.operator.apply_rows(&rows, &mut none)?;
        finish(&rows, output)
    }

    fn fail(&self, rows: &Rows, fault: &Fault) -> RowError {
        let row = rows
            .number(fault.row)
            .map_or_else(String::new, |number| format!("row {number}: "));
        let message = format!(
            "{row}{}; set on_error to null, skip_row or quarantine to go on",
            fault.message
        );
        located(self.index, self.name, RowError::new(fault.code, message))
    }
}

fn located(index: usize, name: &str, error: RowError) -> RowError {
    RowError::new(
        error.code,
        format!("step {index} ({name}): {}", error.message),
    )
}

fn finish(rows: &Rows, output: Output) -> Result<Rows, RowError> {
    match output {
        Output::Same(batch) => Ok(Rows {
            batch,
            numbers: rows.numbers.clone(),
        }),
        Output::Kept(keep) => rows.filter(&keep),
        Output::Made { batch, from } => Ok(Rows {
            batch,
            numbers: rows.numbers_at(&from)?,
        }),
    }
}

fn reject(rows: &Rows, fault: &Fault) -> Rejected {
    Rejected {
        row: rows.number(fault.row),
        byte_offset: None,
        column: fault.column.clone(),
        code: fault.code.to_owned(),
        message: fault.message.clone(),
        raw: types::row_text(&rows.batch, fault.row, MAX_RAW_BYTES),
    }
}
