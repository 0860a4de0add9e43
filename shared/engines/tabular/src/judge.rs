//! Rules about the whole file: how many rows there are, and the share of rows that keep a rule.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use millrace_rows::{Context, Facts, RuleCheck};
use millrace_steps::step::{RuleTest, Validate};

use crate::error::TabularError;
use crate::frames::{Frame, Frames};

/// Counts what goes by and judges at its end.
#[derive(Debug)]
pub(crate) struct Judging {
    index: usize,
    shares: Arc<Vec<Share>>,
    counts: Vec<(Option<u64>, Option<u64>)>,
}

#[derive(Debug)]
struct Share {
    rule: usize,
    least: f64,
    check: RuleCheck,
}

impl Judging {
    pub(crate) fn bind(
        step: &Validate,
        index: usize,
        schema: &SchemaRef,
        facts: &Facts,
        context: &Context,
    ) -> Result<Self, TabularError> {
        let mut shares = Vec::new();
        let mut counts = Vec::new();
        for (rule, declared) in step.rules.iter().enumerate() {
            if let RuleTest::RowCount { value } = &declared.test {
                counts.push((value.least, value.most));
            }
            if let Some(least) = declared.mostly {
                let check = RuleCheck::bind(declared, schema, facts, context)?;
                shares.push(Share { rule, least, check });
            }
        }
        Ok(Self {
            index,
            shares: Arc::new(shares),
            counts,
        })
    }

    pub(crate) fn attach(&self, input: Frames) -> Frames {
        Box::new(Judged {
            input,
            index: self.index,
            shares: Arc::clone(&self.shares),
            counts: self.counts.clone(),
            rows: 0,
            broken: vec![0; self.shares.len()],
            ended: false,
        })
    }
}

struct Judged {
    input: Frames,
    index: usize,
    shares: Arc<Vec<Share>>,
    counts: Vec<(Option<u64>, Option<u64>)>,
    rows: u64,
    broken: Vec<u64>,
    ended: bool,
}

impl Judged {
    fn count(&mut self, frame: &Frame) -> Result<(), TabularError> {
        self.rows += frame.rows.len() as u64;
        for (share, broken) in self.shares.iter().zip(&mut self.broken) {
            *broken += share.check.broken(&frame.rows.batch)?.true_count() as u64;
        }
        Ok(())
    }

    fn verdict(&self) -> Result<(), TabularError> {
        for (least, most) in &self.counts {
            let few = least.is_some_and(|least| self.rows < least);
            if few || most.is_some_and(|most| self.rows > most) {
                let end = |end: &Option<u64>, open: &str| {
                    end.map_or_else(|| open.to_owned(), |end| end.to_string())
                };
                return Err(self.broken_rule(format!(
                    "there are {} rows, and from {} to {} are demanded",
                    self.rows,
                    end(least, "0"),
                    end(most, "any number")
                )));
            }
        }
        for (share, broken) in self.shares.iter().zip(&self.broken) {
            let kept = self.rows - broken;
            if (kept as f64) < share.least * self.rows as f64 {
                return Err(self.broken_rule(format!(
                    "rule {} holds for {kept} of {} rows, and a share of {} is demanded",
                    share.rule, self.rows, share.least
                )));
            }
        }
        Ok(())
    }

    fn broken_rule(&self, what: String) -> TabularError {
        TabularError::step(
            "RULE_BROKEN",
            format!("step {} (validate): {what}", self.index),
        )
    }
}

impl Iterator for Judged {
    type Item = Result<Frame, TabularError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let frame = match self.input.next() {
            Some(Ok(frame)) => self.count(&frame).map(|()| Some(frame)),
            Some(Err(error)) => Err(error),
            None => self.verdict().map(|()| None),
        };
        self.ended = !matches!(frame, Ok(Some(_)));
        frame.transpose()
    }
}
