//! Which columns a step works on.

use serde_json::{Map, Value, json};

use crate::fault::Code;
use crate::read::{Fields, Group, Parameter, ParameterDescription, Scope, Shape, read_limited};
use crate::value::{Name, Pattern};

choice! {
    /// Columns of one kind of type.
    pub enum DtypeGroup {
        /// Whole, exact and floating-point numbers.
        Numeric = "numeric",
        /// Text.
        Text = "string",
        /// Days and moments.
        Temporal = "temporal",
        /// `true` and `false`.
        Boolean = "boolean",
    }
}

/// A choice of columns.
#[derive(Debug, Clone, PartialEq)]
pub enum Columns {
    /// Every column: `"*"`.
    All,
    /// These columns, in this order: `["a", "b"]` or `"a"`.
    Names(Vec<Name>),
    /// Columns in whose name the pattern is found: `{"regex": "^amt_"}`.
    Regex(Pattern),
    /// Columns of a kind of type: `{"dtype": "numeric"}`.
    Dtype(DtypeGroup),
    /// Every column but these: `{"except": ["a"]}`.
    Except(Vec<Name>),
}

const FORMS: &[&str] = &["regex", "dtype", "except"];

impl Columns {
    /// The columns that are named, with the rest of the JSON pointer to each.
    #[must_use]
    pub fn names(&self) -> Vec<(String, &Name)> {
        let (prefix, names) = match self {
            Self::Names(names) => ("", names),
            Self::Except(names) => ("/except", names),
            Self::All | Self::Regex(_) | Self::Dtype(_) => return Vec::new(),
        };
        let names = names.iter().enumerate();
        names
            .map(|(index, name)| (format!("{prefix}/{index}"), name))
            .collect()
    }
}

impl Parameter for Columns {
    fn shape() -> Shape {
        let list = Shape::List {
            item: Box::new(Name::shape()),
            least: Some(1),
            most: Some(10_000),
        };
        let form = |name, description, shape| {
            Shape::Object(vec![ParameterDescription::required(
                name,
                description,
                shape,
            )])
        };
        Shape::OneOf(vec![
            Name::shape(),
            list.clone(),
            form(
                "regex",
                "Found in the name of the column.",
                Pattern::shape(),
            ),
            form("dtype", "Kind of its type.", DtypeGroup::shape()),
            form("except", "All columns but these.", list),
            Shape::Choice(vec!["*"]),
        ])
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        match value {
            Value::String(text) if text == "*" => Some(Self::All),
            Value::String(_) => Name::read(value, scope).map(|name| Self::Names(vec![name])),
            Value::Array(_) => read_limited(value, scope, None).map(Self::Names),
            Value::Object(_) => {
                let mut fields = Fields::open(value, scope.again())?;
                let given: Vec<&str> = FORMS
                    .iter()
                    .copied()
                    .filter(|form| fields.has(form))
                    .collect();
                let read = match given.as_slice() {
                    ["regex"] => fields.read("regex", None, None).map(Self::Regex),
                    ["dtype"] => fields.read("dtype", None, None).map(Self::Dtype),
                    ["except"] => fields.read("except", None, None).map(Self::Except),
                    _ => {
                        let message = format!(
                            "{} must have one of regex, dtype and except",
                            fields.scope().label()
                        );
                        fields
                            .scope()
                            .fault_allowing(Code::Conflict, message, FORMS);
                        None
                    }
                };
                for form in FORMS {
                    fields.know(form);
                }
                fields.close();
                read
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                let message = format!(
                    "{} must be a column name, a list of them, \"*\", or an object with regex, \
                     dtype or except",
                    scope.label()
                );
                scope.fault(Code::WrongType, message);
                None
            }
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::All => json!("*"),
            Self::Names(names) => names.write(),
            Self::Regex(pattern) => json!({"regex": pattern.as_str()}),
            Self::Dtype(group) => json!({"dtype": group.as_str()}),
            Self::Except(names) => json!({"except": names.write()}),
        }
    }
}

/// One `column` or several `columns`, where both are natural; written back as `columns`.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The columns.
    pub columns: Columns,
}

impl Group for Target {
    fn parameters() -> Vec<ParameterDescription> {
        let optional = ParameterDescription::optional;
        vec![
            optional("column", "One column; give this or columns.", Name::shape()),
            optional(
                "columns",
                "The columns; give these or column.",
                Columns::shape(),
            ),
        ]
    }

    fn read_fields(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let columns = match fields.either("column", "columns", "the name of one column")? {
            "column" => Columns::Names(vec![fields.read("column", None, None)?]),
            _ => fields.read("columns", None, None)?,
        };
        Some(Self { columns })
    }

    fn write_fields(&self, into: &mut Map<String, Value>) {
        into.insert("columns".to_owned(), self.columns.write());
    }
}
