//! The step `validate`.

use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, SchemaRef};
use millrace_steps::step::{OnFail, Validate};

use super::rules::{Check, RuleCheck};
use crate::context::Context;
use crate::error::RowError;
use crate::facts::Facts;
use crate::operator::{Fault, Faults, Operator, Output};
use crate::rows::Rows;
use crate::types::Outputs;

const RULE_BROKEN: &str = "RULE_BROKEN";

#[derive(Debug)]
struct Validating {
    rules: Vec<Bound>,
    on_fail: OnFail,
    outputs: Outputs,
}

/// A rule with its number and its word.
#[derive(Debug)]
struct Bound {
    number: usize,
    word: &'static str,
    rule: RuleCheck,
}

/// Binds the step. Whether there are the right number of rows, and whether a rule holds for the share of
/// rows that it must hold for, is seen where all rows pass: see [`RuleCheck::broken`]. With
/// `on_fail: fail`, a rule with such a share lets every row pass here.
pub(crate) fn validate(
    step: &Validate,
    schema: &SchemaRef,
    facts: &Facts,
    context: &Context,
) -> Result<Box<dyn Operator>, RowError> {
    let mut rules = Vec::with_capacity(step.rules.len());
    for (number, declared) in step.rules.iter().enumerate() {
        let word = declared.test.word();
        let rule = RuleCheck::bind(declared, schema, facts, context).map_err(|error| {
            let message = format!("rule {number} ({word}): {}", error.message);
            RowError::new(error.code, message)
        })?;
        if step.on_fail != OnFail::Fail || declared.mostly.is_none() {
            rules.push(Bound { number, word, rule });
        }
    }
    let output = step.output.iter().filter(|_| step.on_fail == OnFail::Flag);
    let written = output.map(|name| (name.to_string(), DataType::Boolean));
    Ok(Box::new(Validating {
        rules,
        on_fail: step.on_fail,
        outputs: Outputs::bind(schema, written.collect())?,
    }))
}

impl Operator for Validating {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, faults: &mut Faults) -> Result<Output, RowError> {
        let rows = Rows {
            batch: batch.clone(),
            numbers: None,
        };
        self.apply_rows(&rows, faults)
    }

    fn apply_rows(&self, rows: &Rows, faults: &mut Faults) -> Result<Output, RowError> {
        let batch = &rows.batch;
        let mut invalid = BooleanBuffer::new_unset(batch.num_rows());
        for bound in &self.rules {
            for check in bound.rule.checks() {
                let broken = check.broken(batch)?;
                if broken.count_set_bits() == 0 {
                    continue;
                }
                match self.on_fail {
                    OnFail::Fail => return Err(bound.fail(check, rows, &broken)?),
                    OnFail::Quarantine => {
                        let first = &broken & &!&invalid;
                        bound.note(check, batch, &first, faults)?;
                    }
                    OnFail::Drop | OnFail::Flag => {}
                }
                invalid = &invalid | &broken;
            }
        }
        let valid = BooleanArray::new(!&invalid, None);
        match self.on_fail {
            OnFail::Drop => Ok(Output::Kept(valid)),
            OnFail::Flag => {
                let batch = self.outputs.write(batch, vec![Arc::new(valid)])?;
                Ok(Output::Same(batch))
            }
            OnFail::Fail | OnFail::Quarantine => Ok(Output::Same(batch.clone())),
        }
    }
}

impl Bound {
    fn fail(
        &self,
        check: &Check,
        rows: &Rows,
        broken: &BooleanBuffer,
    ) -> Result<RowError, RowError> {
        let first = broken.set_indices().next().unwrap_or(0);
        let number = rows
            .number(first)
            .map_or_else(String::new, |number| format!("row {number}, "));
        let message = format!(
            "rule {} ({}) is broken by {} of {} rows; first {number}{}; set on_fail to drop, flag \
             or quarantine to go on",
            self.number,
            self.word,
            broken.count_set_bits(),
            broken.len(),
            check.explain(&rows.batch)?(first)
        );
        Ok(RowError::new(RULE_BROKEN, message))
    }

    /// Faults for rows that break the rule and broke none before.
    fn note(
        &self,
        check: &Check,
        batch: &RecordBatch,
        broken: &BooleanBuffer,
        faults: &mut Faults,
    ) -> Result<(), RowError> {
        let explain = check.explain(batch)?;
        for row in broken.set_indices() {
            faults.push(Fault {
                row,
                column: Some(check.column.clone()),
                code: RULE_BROKEN,
                message: format!("{} (rule {})", explain(row), self.number),
            });
        }
        Ok(())
    }
}
