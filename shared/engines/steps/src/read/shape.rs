//! What a parameter may hold, for documentation and for OpenAPI.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::parameter::Limits;

/// One parameter of a step, as the catalogue lists it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParameterDescription {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub description: String,
    /// What it may hold; written as a JSON schema.
    #[serde(rename = "schema")]
    pub shape: Shape,
    /// Whether it must be given.
    pub required: bool,
    /// What it is where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The variants of the step that it belongs to, where it does not belong to all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_with: Option<OnlyWith>,
}

impl ParameterDescription {
    /// A parameter that may be left out.
    pub(crate) fn optional(name: &'static str, description: &str, shape: Shape) -> Self {
        Self {
            name,
            description: description.to_owned(),
            shape,
            required: false,
            default: None,
            only_with: None,
        }
    }

    /// A parameter that must be given.
    pub(crate) fn required(name: &'static str, description: &str, shape: Shape) -> Self {
        Self {
            required: true,
            ..Self::optional(name, description, shape)
        }
    }
}

/// Another parameter and the values that it must have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnlyWith {
    /// The parameter.
    pub parameter: &'static str,
    /// Its values.
    pub values: Vec<&'static str>,
}

/// What a parameter may hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// Least value.
        least: Option<i64>,
        /// Greatest value.
        most: Option<i64>,
    },
    /// A number.
    Number {
        /// Least value.
        least: Option<f64>,
        /// Greatest value.
        most: Option<f64>,
    },
    /// A text.
    Text {
        /// What is written in it: `a text`, `a column name`, `a regular expression`.
        content: &'static str,
        /// Fewest characters.
        least: Option<u64>,
        /// Most characters.
        most: Option<u64>,
    },
    /// One word of a closed list.
    Choice(Vec<&'static str>),
    /// A list.
    List {
        /// What its items are.
        item: Box<Shape>,
        /// Fewest items.
        least: Option<u64>,
        /// Most items.
        most: Option<u64>,
    },
    /// An object with names that the caller chooses.
    Map {
        /// What its values are.
        value: Box<Shape>,
    },
    /// An object with these members.
    Object(Vec<ParameterDescription>),
    /// One of these.
    OneOf(Vec<Shape>),
    /// `null`.
    Null,
    /// A condition of the filter language.
    Condition,
}

impl Shape {
    /// A text of unlimited length.
    pub(crate) fn text(content: &'static str) -> Self {
        Self::Text {
            content,
            least: None,
            most: None,
        }
    }

    /// A text, a number or a truth value.
    pub(crate) fn scalar() -> Self {
        Self::OneOf(vec![
            Self::text("a text"),
            Self::Number {
                least: None,
                most: None,
            },
            Self::Boolean,
        ])
    }

    /// The same with the limits of a declaration.
    pub(crate) fn limited(mut self, limits: Option<Limits>) -> Self {
        let Some(limits) = limits else { return self };
        match &mut self {
            Self::Integer { least, most } => {
                (*least, *most) = (Some(limits.least as i64), Some(limits.most as i64));
            }
            Self::Number { least, most } => {
                (*least, *most) = (Some(limits.least), Some(limits.most));
            }
            Self::Text { least, most, .. } | Self::List { least, most, .. } => {
                (*least, *most) = (Some(limits.least as u64), Some(limits.most as u64));
            }
            _ => {}
        }
        self
    }

    /// The closed list of words, where there is one.
    #[must_use]
    pub fn allowed(&self) -> Vec<&'static str> {
        match self {
            Self::Choice(words) => words.clone(),
            Self::OneOf(shapes) => shapes.iter().flat_map(Self::allowed).collect(),
            Self::List { item, .. } => item.allowed(),
            _ => Vec::new(),
        }
    }

    /// What it is, in words: `a whole number`, `a list of column names`.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Boolean => "true or false".to_owned(),
            Self::Integer { .. } => "a whole number".to_owned(),
            Self::Number { .. } => "a number".to_owned(),
            Self::Text { content, .. } => (*content).to_owned(),
            Self::Choice(words) => crate::fault::alternatives(words),
            Self::List { item, .. } => format!("a list, each item {}", item.label()),
            Self::Map { value } => format!("an object, each value {}", value.label()),
            Self::Object(members) => {
                let needed: Vec<&str> = members
                    .iter()
                    .filter(|member| member.required)
                    .map(|member| member.name)
                    .collect();
                if needed.is_empty() {
                    "an object".to_owned()
                } else {
                    format!("an object with {}", needed.join(", "))
                }
            }
            Self::OneOf(_) => crate::fault::alternatives(&self.labels()),
            Self::Null => "null".to_owned(),
            Self::Condition => "a condition".to_owned(),
        }
    }

    /// The labels of all alternatives.
    fn labels(&self) -> Vec<String> {
        match self {
            Self::OneOf(shapes) => shapes.iter().flat_map(Self::labels).collect(),
            Self::Boolean => vec!["a truth value".to_owned()],
            other => vec![other.label()],
        }
    }

    /// The same as a JSON schema; a condition refers to `#/components/schemas/Condition`.
    #[must_use]
    pub fn schema(&self) -> Value {
        let mut schema = match self {
            Self::Boolean => json!({"type": "boolean"}),
            Self::Integer { least, most } => {
                json!({"type": "integer", "minimum": least, "maximum": most})
            }
            Self::Number { least, most } => {
                json!({"type": "number", "minimum": least, "maximum": most})
            }
            Self::Text {
                content,
                least,
                most,
            } => {
                let about = (*content != "a text").then_some(*content);
                json!({"type": "string", "description": about, "minLength": least, "maxLength": most})
            }
            Self::Choice(words) => json!({"type": "string", "enum": words}),
            Self::List { item, least, most } => {
                json!({"type": "array", "items": item.schema(), "minItems": least, "maxItems": most})
            }
            Self::Map { value } => {
                json!({"type": "object", "additionalProperties": value.schema()})
            }
            Self::Object(members) => object_schema(members),
            Self::OneOf(shapes) => {
                let schemas: Vec<Value> = shapes.iter().map(Self::schema).collect();
                json!({"anyOf": schemas})
            }
            Self::Null => json!({"type": "null"}),
            Self::Condition => json!({"$ref": "#/components/schemas/Condition"}),
        };
        if let Value::Object(members) = &mut schema {
            members.retain(|_, value| !value.is_null());
        }
        schema
    }
}

/// The JSON schema of an object with these members and no others.
pub(crate) fn object_schema(members: &[ParameterDescription]) -> Value {
    let properties: serde_json::Map<String, Value> = members
        .iter()
        .map(|member| {
            let mut schema = member.shape.schema();
            if let Value::Object(parts) = &mut schema {
                parts.insert("description".to_owned(), member.description.clone().into());
                if let Some(default) = &member.default {
                    parts.insert("default".to_owned(), default.clone());
                }
            }
            (member.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> = members
        .iter()
        .filter(|member| member.required && member.only_with.is_none())
        .map(|member| member.name)
        .collect();
    json!({
        "type": "object", "properties": properties, "required": required,
        "additionalProperties": false
    })
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.schema().serialize(serializer)
    }
}

/// Adds the parameters of one variant to those of the variants before it.
pub(crate) fn merge(
    all: &mut Vec<ParameterDescription>,
    variant: Vec<ParameterDescription>,
    tag: &'static str,
    word: &'static str,
) {
    for mut parameter in variant {
        match all.iter_mut().find(|known| known.name == parameter.name) {
            Some(known) => {
                if let Some(only) = &mut known.only_with {
                    only.values.push(word);
                }
                if known.default != parameter.default {
                    known.default = None;
                }
                if known.shape != parameter.shape {
                    let mut shapes = match &known.shape {
                        Shape::OneOf(shapes) => shapes.clone(),
                        other => vec![other.clone()],
                    };
                    if !shapes.contains(&parameter.shape) {
                        shapes.push(parameter.shape);
                    }
                    known.shape = Shape::OneOf(shapes);
                }
            }
            None => {
                parameter.only_with = Some(OnlyWith {
                    parameter: tag,
                    values: vec![word],
                });
                all.push(parameter);
            }
        }
    }
}
