//! A list of steps, checked as a whole.

use std::collections::HashMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::fault::{Code, Fault, quoted};
use crate::lineage::{ColumnRead, Flow, Origin};
use crate::read::{Fields, Findings, Parameter, Scope};
use crate::step::{Class, OutputFormat, RuleTest, Source, Step, unavailable};

/// Steps of a pipeline.
pub const MOST_STEPS: usize = 100;
/// Bytes of its JSON, without white space.
pub const MOST_BYTES: usize = 32 * 1024;
/// Arrays and objects inside each other.
const DEEPEST: usize = 128;

choice! {
    /// What happens to a row in which a step finds a cell that it cannot work with.
    pub enum OnError {
        /// The job fails.
        Fail = "fail",
        /// The result is null.
        Null = "null",
        /// The row goes, uncounted.
        SkipRow = "skip_row",
        /// The row goes to the rejects file.
        Quarantine = "quarantine",
    }
}

/// The steps of a job, all of them checked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pipeline {
    steps: Vec<PipelineStep>,
}

/// A step of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct PipelineStep {
    /// What the caller calls it.
    pub id: Option<String>,
    /// What happens to a row in which it finds a cell that it cannot work with.
    pub on_error: OnError,
    /// What it does.
    pub step: Step,
}

impl Pipeline {
    /// Parses `processing_steps`: a list of `{type, params, id?, on_error?}`, which may be empty.
    ///
    /// # Errors
    /// Every fault of every step.
    ///
    /// ```
    /// use millrace_steps::{Code, Pipeline};
    /// use serde_json::json;
    ///
    /// let faults = Pipeline::parse(&json!([
    ///     {"type": "filter", "params": {"column": "country", "operator": "equal to", "value": "India"}},
    ///     {"type": "limit", "params": {"count": "ten"}}
    /// ])).unwrap_err();
    /// assert_eq!(faults.len(), 2);
    /// assert_eq!(faults[0].path, "/processing_steps/0/params/operator");
    /// assert_eq!(faults[1].code, Code::WrongType);
    /// ```
    pub fn parse(value: &Value) -> Result<Self, Vec<Fault>> {
        Self::read(value, Some(MOST_BYTES))
    }

    fn read(value: &Value, most_bytes: Option<usize>) -> Result<Self, Vec<Fault>> {
        let mut findings = Findings::default();
        let mut scope = Scope::new("/processing_steps", "processing_steps", &mut findings);
        let steps = match value.as_array() {
            _ if depth(value) > DEEPEST => {
                let message = format!("nest lists and objects at most {DEEPEST} deep");
                scope.fault(Code::TooLarge, message);
                Vec::new()
            }
            _ if most_bytes.is_some_and(|most| bytes(value) > most) => {
                let message = format!("shorten processing_steps to {MOST_BYTES} bytes of JSON");
                scope.fault(Code::TooLarge, message);
                Vec::new()
            }
            Some(values) => read_steps(values, &mut scope),
            None => {
                scope.fault(Code::WrongType, "processing_steps must be a list of steps");
                Vec::new()
            }
        };
        if findings.faults.is_empty() {
            Ok(Self { steps })
        } else {
            Err(findings.faults)
        }
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[PipelineStep] {
        &self.steps
    }

    /// The other files that steps bring in.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.steps.iter().flat_map(|step| match &step.step {
            Step::Join(join) => vec![&join.right],
            Step::Union(union) => union.inputs.iter().collect(),
            Step::Validate(validate) => {
                let rules = validate.rules.iter();
                rules
                    .filter_map(|rule| match &rule.test {
                        RuleTest::ForeignKey { right, .. } => Some(right),
                        _ => None,
                    })
                    .collect()
            }
            _ => Vec::new(),
        })
    }

    /// The normal form: aliases resolved, defaults written out. It may be longer than what was parsed.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.steps.iter().map(PipelineStep::to_json).collect()
    }

    /// How the work of each step can be divided.
    #[must_use]
    pub fn classes(&self) -> Vec<Class> {
        self.steps.iter().map(|step| step.step.class()).collect()
    }

    /// The format of the output, where a step chooses one.
    #[must_use]
    pub fn output_format(&self) -> Option<&OutputFormat> {
        match self.steps.last().map(|step| &step.step) {
            Some(Step::ConvertFormat(convert)) => Some(&convert.format),
            _ => None,
        }
    }

    /// What the caller should know although nothing is wrong: `(step, sentence)`.
    #[must_use]
    pub fn warnings(&self) -> Vec<(usize, String)> {
        let steps = self.steps.iter().enumerate();
        steps
            .filter_map(|(index, step)| Some((index, step.step.warning()?)))
            .collect()
    }

    /// Every column that a step reads by its name, in the order of the steps, with renames followed.
    #[must_use]
    pub fn columns_read(&self) -> Vec<ColumnRead> {
        self.flow(Flow::of_any_input()).0
    }

    /// The columns that the input must have, by their names there, in the order of first use.
    #[must_use]
    pub fn input_columns(&self) -> Vec<String> {
        let mut names = Vec::new();
        for read in self.columns_read() {
            if let Origin::Input(name) = read.origin
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }

    /// Goes through the steps with the columns of a real input: a fault `COLUMN_NOT_FOUND` for each one
    /// that is read and not there, with the names that are and the nearest one.
    #[must_use]
    pub fn check_columns<N: AsRef<str>>(&self, input: &[N]) -> Vec<Fault> {
        self.flow(Flow::of_input(input)).1
    }

    fn flow(&self, mut flow: Flow) -> (Vec<ColumnRead>, Vec<Fault>) {
        for (index, step) in self.steps.iter().enumerate() {
            flow.begin(index);
            step.step.flow(&mut flow);
        }
        flow.finish()
    }
}

impl PipelineStep {
    /// The normal form.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        if let Some(id) = &self.id {
            members.insert("id".to_owned(), json!(id));
        }
        members.insert("type".to_owned(), json!(self.step.name()));
        members.insert("params".to_owned(), Value::Object(self.step.parameters()));
        members.insert("on_error".to_owned(), self.on_error.write());
        Value::Object(members)
    }
}

impl Serialize for Pipeline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// Reads what [`Pipeline::to_json`] wrote, which is not held to [`MOST_BYTES`].
impl<'de> Deserialize<'de> for Pipeline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::read(&value, None).map_err(|faults| {
            let sentences: Vec<String> = faults.iter().map(ToString::to_string).collect();
            D::Error::custom(sentences.join("; "))
        })
    }
}

fn read_steps(values: &[Value], scope: &mut Scope<'_>) -> Vec<PipelineStep> {
    if values.len() > MOST_STEPS {
        let message = format!("give at most {MOST_STEPS} steps, not {}", values.len());
        scope.fault(Code::TooLarge, message);
    }
    let mut ids: HashMap<&str, usize> = HashMap::new();
    let mut converted = false;
    let mut steps = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        steps.extend(read_step(value, scope.item(index)));
        if let Some(id) = value.get("id").and_then(Value::as_str)
            && let Some(earlier) = ids.insert(id, index)
        {
            let message = format!("give an id that step {earlier} does not have already");
            scope
                .item(index)
                .member("id")
                .fault(Code::Duplicate, message);
        }
        if value.get("type").and_then(Value::as_str) == Some("convert_format") {
            let message = if converted {
                "convert once only: remove this step or the one before"
            } else if index + 1 < values.len() {
                "move convert_format to the end: it must be the last step"
            } else {
                ""
            };
            if !message.is_empty() {
                scope
                    .item(index)
                    .member("type")
                    .fault(Code::WrongPlace, message);
            }
            converted = true;
        }
    }
    steps
}

fn read_step(value: &Value, scope: Scope<'_>) -> Option<PipelineStep> {
    let mut fields = Fields::open(value, scope)?;
    let name = read_type(&mut fields);
    let id = read_id(&mut fields);
    let mut on_error: Option<Option<OnError>> = fields.read("on_error", None, None);
    let empty = Value::Object(Map::new());
    let params = fields.value("params").filter(|params| !params.is_null());
    let params = params.unwrap_or(&empty);
    let step = name.and_then(|name| {
        let mut inner = Fields::open(params, fields.scope().member("params"))?;
        let step = Step::read(name, &mut inner);
        if has_inner_on_error(name) {
            let given: Option<Option<OnError>> = inner.read("on_error", None, None);
            if let (Some(Some(inside)), Some(Some(outside))) = (given, on_error)
                && inside != outside
            {
                let message = format!("give on_error once: beside params it is {outside}");
                inner.fault("on_error", Code::Conflict, message);
            }
            on_error = on_error.map(|outside| outside.or(given.flatten()));
        }
        inner.close();
        step
    });
    fields.close();
    Some(PipelineStep {
        id: id?,
        on_error: on_error?.unwrap_or(OnError::Fail),
        step: step?,
    })
}

/// Whether `on_error` may also stand among the parameters of a type.
pub(crate) fn has_inner_on_error(name: &str) -> bool {
    matches!(name, "cast" | "parse_date")
}

fn read_type(fields: &mut Fields<'_, '_>) -> Option<&'static str> {
    match fields.value("type") {
        Some(Value::String(typed)) => {
            let found = Step::find(typed);
            let mut scope = fields.scope().member("type");
            if let (None, Some(instead)) = (found, unavailable(typed)) {
                let message = format!("{typed} is not available yet; use {instead}");
                scope.fault_allowing(Code::StepNotAvailable, message, Step::TYPES);
            } else if found.is_none() {
                let wrong = format!("{} is no step", quoted(typed));
                scope.unknown(Code::UnknownStep, &wrong, typed, Step::TYPES);
            }
            found
        }
        None | Some(Value::Null) => {
            let message = "give type: the name of a step";
            let mut scope = fields.scope().member("type");
            scope.fault_allowing(Code::MissingParameter, message, Step::TYPES);
            None
        }
        Some(_) => {
            let mut scope = fields.scope().member("type");
            scope.fault_allowing(Code::WrongType, "type must be a text", Step::TYPES);
            None
        }
    }
}

fn read_id(fields: &mut Fields<'_, '_>) -> Option<Option<String>> {
    let id: Option<String> = fields.read("id", Some((1..=64).into()), None)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    match id {
        Some(id) if !id.chars().all(plain) => {
            let message = format!(
                "write the id {} with letters, digits, _, - and .",
                quoted(&id)
            );
            fields.fault("id", Code::InvalidValue, message);
            None
        }
        id => Some(id),
    }
}

/// Arrays and objects inside each other, without recursion.
pub(crate) fn depth(value: &Value) -> usize {
    let mut deepest = 0;
    let mut open = vec![(value, 1)];
    while let Some((value, depth)) = open.pop() {
        deepest = deepest.max(depth);
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(members) => {
                open.extend(members.values().map(|member| (member, depth + 1)));
            }
            _ => {}
        }
    }
    deepest
}

/// Bytes of the JSON without white space.
pub(crate) fn bytes(value: &Value) -> usize {
    struct Counter(usize);

    impl std::io::Write for Counter {
        fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
            self.0 += buffer.len();
            Ok(buffer.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    let mut counter = Counter(0);
    match serde_json::to_writer(&mut counter, value) {
        Ok(()) => counter.0,
        Err(_) => usize::MAX,
    }
}
