//! Constants: they are coerced to the type of their column when the job starts.

use serde_json::Value;

use crate::fault::Code;
use crate::read::Shape;
use crate::read::{Parameter, Scope};

/// A constant that is not null.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number; its shortest decimal form is what the caller wrote.
    Number(f64),
    /// A text, which may also be the text of a date or of an exact decimal.
    Text(String),
}

impl Scalar {
    /// What it is, for people.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Boolean(_) => "true or false",
            Self::Integer(_) | Self::Number(_) => "a number",
            Self::Text(_) => "a text",
        }
    }

    /// Its value, if it is a number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(whole) => Some(*whole as f64),
            Self::Number(number) => Some(*number),
            Self::Boolean(_) | Self::Text(_) => None,
        }
    }
}

impl Parameter for Scalar {
    fn shape() -> Shape {
        Shape::scalar()
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(Self::Boolean(*value)),
            Value::String(text) => Some(Self::Text(text.clone())),
            Value::Number(number) => {
                let read = match (number.as_i64(), number.as_f64()) {
                    (Some(whole), _) => Some(Self::Integer(whole)),
                    // A double cannot hold so large a whole number exactly.
                    (None, Some(_)) if number.is_u64() => None,
                    (None, float) => float.filter(|float| float.is_finite()).map(Self::Number),
                };
                if read.is_none() {
                    let message = format!("write {number} as a text, so that it keeps its digits");
                    scope.fault(Code::OutOfRange, message);
                }
                read
            }
            Value::Null | Value::Array(_) | Value::Object(_) => {
                let message = format!("{} must be a text, a number, true or false", scope.label());
                scope.fault(Code::WrongType, message);
                None
            }
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Boolean(value) => Value::from(*value),
            Self::Integer(value) => Value::from(*value),
            Self::Number(value) => Value::from(*value),
            Self::Text(value) => Value::from(value.as_str()),
        }
    }
}

/// A constant that may be null.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Null.
    Null,
    /// A value.
    Value(Scalar),
}

impl Parameter for Cell {
    const NULLABLE: bool = true;

    fn shape() -> Shape {
        Shape::OneOf(vec![Shape::scalar(), Shape::Null])
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        if value.is_null() {
            Some(Self::Null)
        } else {
            Scalar::read(value, scope).map(Self::Value)
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Value(value) => value.write(),
        }
    }
}

/// From one value to another, both included; an open end is null.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// Least value.
    pub low: Option<Scalar>,
    /// Greatest value.
    pub high: Option<Scalar>,
}

impl Range {
    /// The same, where both ends must be whole numbers that are not negative.
    pub(crate) fn counts(&self) -> bool {
        [&self.low, &self.high]
            .into_iter()
            .flatten()
            .all(|end| matches!(end, Scalar::Integer(0..)))
    }
}

impl Parameter for Range {
    fn shape() -> Shape {
        Shape::List {
            item: Box::new(Cell::shape()),
            least: Some(2),
            most: Some(2),
        }
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        let Some([low, high]) = value.as_array().map(Vec::as_slice) else {
            let message = format!(
                "{} must be a list of two values, the least and the greatest",
                scope.label()
            );
            scope.fault(Code::WrongType, message);
            return None;
        };
        let low = Option::<Scalar>::read(low, &mut scope.item(0));
        let high = Option::<Scalar>::read(high, &mut scope.item(1));
        let range = Self {
            low: low?,
            high: high?,
        };
        let message = match (&range.low, &range.high) {
            (None, None) => "give at least one end of the range",
            (Some(low), Some(high)) if low.kind() != high.kind() => {
                "give two ends of one kind, numbers or texts"
            }
            (Some(Scalar::Boolean(_)), _) | (_, Some(Scalar::Boolean(_))) => {
                "give numbers or texts: true and false have no order"
            }
            (Some(low), Some(high)) if low.number() > high.number() => {
                "give the least value first, as it is the range holds nothing"
            }
            _ => return Some(range),
        };
        scope.fault(Code::InvalidValue, message);
        None
    }

    fn write(&self) -> Value {
        Value::Array(vec![self.low.write(), self.high.write()])
    }
}
