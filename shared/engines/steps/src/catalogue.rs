//! Everything that the language has, for documentation and for OpenAPI.

use serde::Serialize;
use serde_json::{Value, json};

use crate::expression::{FunctionDescription, functions};
use crate::filter::{OperatorDescription, operators};
use crate::input::InputOptions;
use crate::pipeline::{MOST_STEPS, OnError, has_inner_on_error};
use crate::read::{Group, Parameter, ParameterDescription, object_schema};
use crate::step::{Class, descriptions};
use crate::value::{DataType, DateFormat};

/// Everything that the language has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Catalogue {
    /// The steps.
    pub steps: Vec<StepDescription>,
    /// The operators of conditions.
    pub operators: Vec<OperatorDescription>,
    /// The functions of expressions.
    pub functions: Vec<FunctionDescription>,
    /// The data types.
    pub dtypes: Vec<&'static str>,
    /// The directives of date formats.
    pub date_directives: Vec<&'static str>,
    /// The options of the `input` block.
    pub input: Vec<ParameterDescription>,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepDescription {
    /// Its type.
    #[serde(rename = "type")]
    pub name: &'static str,
    /// Other types that are understood and written back as this one.
    pub aliases: &'static [&'static str],
    /// What it does.
    pub description: String,
    /// 1 for what was there from the start, 2 for what came after.
    pub tier: u8,
    /// How its work can be divided, depending on its parameters.
    pub classes: Vec<&'static str>,
    /// Its parameters.
    pub parameters: Vec<ParameterDescription>,
}

/// Lists everything that the language has; made from the declarations that also parse.
#[must_use]
pub fn catalogue() -> Catalogue {
    let steps = descriptions().into_iter().map(|step| {
        let mut parameters = step.parameters;
        if has_inner_on_error(step.name) {
            parameters.push(on_error());
        }
        StepDescription {
            name: step.name,
            aliases: step.aliases,
            description: step.about,
            tier: step.tier,
            classes: step
                .classes
                .iter()
                .map(|class: &Class| class.as_str())
                .collect(),
            parameters,
        }
    });
    Catalogue {
        steps: steps.collect(),
        operators: operators(),
        functions: functions(),
        dtypes: DataType::WORDS.to_vec(),
        date_directives: DateFormat::directives(),
        input: InputOptions::parameters(),
    }
}

fn on_error() -> ParameterDescription {
    let description =
        "What happens to a row in which the step finds a cell that it cannot work with.";
    ParameterDescription {
        default: Some(json!("fail")),
        ..ParameterDescription::optional("on_error", description, OnError::shape())
    }
}

impl Catalogue {
    /// The JSON schema of `processing_steps`. It refers to `#/components/schemas/Condition`, which
    /// [`condition_schema`](crate::filter::condition_schema) gives.
    #[must_use]
    pub fn steps_schema(&self) -> Value {
        let steps: Vec<Value> = self.steps.iter().map(StepDescription::schema).collect();
        json!({"type": "array", "maxItems": MOST_STEPS, "items": {"oneOf": steps}})
    }

    /// The JSON schema of the `input` block.
    #[must_use]
    pub fn input_schema(&self) -> Value {
        object_schema(&self.input)
    }
}

impl StepDescription {
    /// The JSON schema of the step.
    #[must_use]
    pub fn schema(&self) -> Value {
        json!({
            "type": "object",
            "title": self.name,
            "description": self.description,
            "properties": {
                "type": {"const": self.name},
                "params": object_schema(&self.parameters),
                "id": {"type": "string", "minLength": 1, "maxLength": 64},
                "on_error": on_error().shape.schema()
            },
            "required": ["type", "params"],
            "additionalProperties": false
        })
    }
}
