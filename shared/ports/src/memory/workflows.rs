use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;

use super::faults::{Faults, Operation};
use super::lock;
use crate::{Delivery, PortError, Start, Workflows, limits};

/// A started execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// What it was started with.
    pub input: Value,
    /// The cause with which it was stopped.
    pub stopped: Option<String>,
}

/// What a waiting step was told.
#[derive(Debug, Clone, PartialEq)]
pub enum StepAnswer {
    /// It succeeds with this output.
    Completed(Value),
    /// It fails.
    Failed {
        /// Name of the error.
        error: String,
        /// More about it.
        cause: String,
    },
}

/// State machines of any name that remember starts and answers, and run nothing.
#[derive(Debug)]
pub struct MemoryWorkflows {
    executions: Mutex<BTreeMap<(String, String), Execution>>,
    steps: Mutex<BTreeMap<String, Option<StepAnswer>>>,
    faults: Arc<Faults>,
}

impl MemoryWorkflows {
    pub(super) fn new(faults: Arc<Faults>) -> Self {
        Self {
            executions: Mutex::default(),
            steps: Mutex::default(),
            faults,
        }
    }

    /// Lets a step wait under `token`.
    pub fn wait(&self, token: &str) {
        lock(&self.steps).entry(token.to_owned()).or_default();
    }

    /// What the step that waits under `token` was told, `None` before.
    #[must_use]
    pub fn answer(&self, token: &str) -> Option<StepAnswer> {
        lock(&self.steps).get(token).cloned().flatten()
    }

    /// The executions of `machine` by name.
    #[must_use]
    pub fn executions(&self, machine: &str) -> BTreeMap<String, Execution> {
        lock(&self.executions)
            .iter()
            .filter(|((of, _), _)| of == machine)
            .map(|((_, name), execution)| (name.clone(), execution.clone()))
            .collect()
    }

    fn deliver(&self, token: &str, answer: StepAnswer) -> Delivery {
        match lock(&self.steps).get_mut(token) {
            Some(waiting @ None) => {
                *waiting = Some(answer);
                Delivery::Delivered
            }
            _ => Delivery::Gone,
        }
    }
}

#[async_trait]
impl Workflows for MemoryWorkflows {
    async fn start(&self, machine: &str, name: &str, input: &Value) -> Result<Start, PortError> {
        let verdict = self.faults.next(Operation::Start);
        limits::check_execution_name(name)?;
        limits::payload(input)?;
        verdict.before()?;
        let place = (machine.to_owned(), name.to_owned());
        let start = match lock(&self.executions).entry(place) {
            Entry::Occupied(_) => Start::AlreadyExists,
            Entry::Vacant(vacant) => {
                let input = input.clone();
                vacant.insert(Execution {
                    input,
                    stopped: None,
                });
                Start::Started
            }
        };
        verdict.after()?;
        Ok(start)
    }

    async fn stop(&self, machine: &str, name: &str, cause: &str) -> Result<(), PortError> {
        let verdict = self.faults.next(Operation::Stop);
        limits::check_execution_name(name)?;
        verdict.before()?;
        let place = (machine.to_owned(), name.to_owned());
        if let Some(execution) = lock(&self.executions).get_mut(&place) {
            execution.stopped.get_or_insert_with(|| cause.to_owned());
        }
        verdict.after()
    }

    async fn complete(&self, token: &str, output: &Value) -> Result<Delivery, PortError> {
        let verdict = self.faults.next(Operation::Complete);
        limits::payload(output)?;
        verdict.before()?;
        let delivery = self.deliver(token, StepAnswer::Completed(output.clone()));
        verdict.after()?;
        Ok(delivery)
    }

    async fn fail(&self, token: &str, error: &str, cause: &str) -> Result<Delivery, PortError> {
        let verdict = self.faults.next(Operation::Fail);
        verdict.before()?;
        let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        let answer = StepAnswer::Failed {
            error: cut(error, limits::LONGEST_FAILURE_NAME),
            cause: cut(cause, limits::LONGEST_FAILURE_CAUSE),
        };
        let delivery = self.deliver(token, answer);
        verdict.after()?;
        Ok(delivery)
    }
}
