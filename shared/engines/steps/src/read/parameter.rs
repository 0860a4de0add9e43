//! What can stand at a parameter: plain values, lists, maps, objects.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::fields::{Fields, kind};
use super::scope::Scope;
use super::shape::{ParameterDescription, Shape};
use crate::fault::{Code, quoted};

/// A type of parameter.
pub(crate) trait Parameter: Sized {
    /// Whether `null` is a value of its own, and not the same as leaving the parameter out.
    const NULLABLE: bool = false;

    /// Limits where the declaration gives none.
    const LIMITS: Option<Limits> = None;

    fn shape() -> Shape;

    /// Reads a value; `None` after a fault.
    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self>;

    /// The normal form.
    fn write(&self) -> Value;

    /// What an absent parameter means; `None` where it must be given.
    fn absent() -> Option<Self> {
        None
    }

    /// What limits are held against: a number's value, a text's characters, a list's items.
    fn measure(&self) -> Option<(f64, &'static str)> {
        None
    }

    /// What may stand in a list only once.
    fn identity(&self) -> Option<&str> {
        None
    }
}

/// Parameters that stand together in one object, or among others.
pub(crate) trait Group: Sized {
    /// What it is, for the catalogue.
    const DESCRIPTION: &'static str = "";

    fn parameters() -> Vec<ParameterDescription>;

    /// Reads the members that belong to it; `None` after a fault.
    fn read_fields(fields: &mut Fields<'_, '_>) -> Option<Self>;

    fn write_fields(&self, into: &mut Map<String, Value>);
}

/// Least and greatest measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Limits {
    pub(crate) const fn new(least: f64, most: f64) -> Self {
        Self { least, most }
    }
}

impl From<std::ops::RangeInclusive<i64>> for Limits {
    fn from(range: std::ops::RangeInclusive<i64>) -> Self {
        Self::new(*range.start() as f64, *range.end() as f64)
    }
}

impl From<std::ops::RangeInclusive<f64>> for Limits {
    fn from(range: std::ops::RangeInclusive<f64>) -> Self {
        Self::new(*range.start(), *range.end())
    }
}

/// Reads a value and holds it against its limits.
pub(crate) fn read_limited<T: Parameter>(
    value: &Value,
    scope: &mut Scope<'_>,
    limits: Option<Limits>,
) -> Option<T> {
    let read = T::read(value, scope)?;
    let limits = limits.or(T::LIMITS);
    if let (Some(limits), Some((measure, unit))) = (limits, read.measure())
        && !(limits.least..=limits.most).contains(&measure)
    {
        let (least, most) = (limits.least, limits.most);
        let message = if unit.is_empty() {
            format!("{} must be from {least} to {most}", scope.label())
        } else {
            format!("{} must have {least} to {most} {unit}", scope.label())
        };
        scope.fault(Code::OutOfRange, message);
        return None;
    }
    Some(read)
}

fn wrong_type<T: Parameter>(value: &Value, scope: &mut Scope<'_>) -> Option<T> {
    let message = format!(
        "{} must be {}, not {}",
        scope.label(),
        T::shape().label(),
        kind(value)
    );
    scope.fault(Code::WrongType, message);
    None
}

impl Parameter for bool {
    fn shape() -> Shape {
        Shape::Boolean
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        value.as_bool().or_else(|| wrong_type(value, scope))
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

/// A whole number; JSON makes no difference between `5` and `5.0`.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_i64().or_else(|| {
        let float = value.as_f64()?;
        (float.fract() == 0.0 && float.abs() < EXACT).then_some(float as i64)
    })
}

impl Parameter for i64 {
    fn shape() -> Shape {
        Shape::Integer {
            least: None,
            most: None,
        }
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        whole(value).or_else(|| wrong_type(value, scope))
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn measure(&self) -> Option<(f64, &'static str)> {
        Some((*self as f64, ""))
    }
}

impl Parameter for u64 {
    fn shape() -> Shape {
        Shape::Integer {
            least: Some(0),
            most: None,
        }
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        let whole: i64 = i64::read(value, scope)?;
        Self::try_from(whole).ok().or_else(|| {
            let message = format!("{} must not be negative", scope.label());
            scope.fault(Code::OutOfRange, message);
            None
        })
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn measure(&self) -> Option<(f64, &'static str)> {
        Some((*self as f64, ""))
    }
}

impl Parameter for f64 {
    fn shape() -> Shape {
        Shape::Number {
            least: None,
            most: None,
        }
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        value
            .as_f64()
            .filter(|number| number.is_finite())
            .or_else(|| wrong_type(value, scope))
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn measure(&self) -> Option<(f64, &'static str)> {
        Some((*self, ""))
    }
}

impl Parameter for String {
    const LIMITS: Option<Limits> = Some(Limits::new(0.0, 10_000.0));

    fn shape() -> Shape {
        Shape::text("a text")
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        match value {
            Value::String(text) => Some(text.clone()),
            other => wrong_type(other, scope),
        }
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }

    fn measure(&self) -> Option<(f64, &'static str)> {
        Some((self.chars().count() as f64, "characters"))
    }
}

impl<T: Parameter> Parameter for Option<T> {
    const LIMITS: Option<Limits> = T::LIMITS;

    fn shape() -> Shape {
        T::shape()
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        if value.is_null() {
            Some(None)
        } else {
            T::read(value, scope).map(Some)
        }
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn measure(&self) -> Option<(f64, &'static str)> {
        self.as_ref()?.measure()
    }
}

impl<T: Parameter> Parameter for Vec<T> {
    /// A list of nothing is hardly meant; where it may be, the declaration says so.
    const LIMITS: Option<Limits> = Some(Limits::new(1.0, 10_000.0));

    fn shape() -> Shape {
        Shape::List {
            item: Box::new(T::shape()),
            least: Some(1),
            most: Some(10_000),
        }
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        let Value::Array(values) = value else {
            return wrong_type(value, scope);
        };
        let before = scope.count();
        let mut items = Self::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            items.extend(read_limited::<T>(value, &mut scope.item(index), None));
        }
        let mut seen = HashSet::new();
        for (index, name) in items.iter().enumerate() {
            if let Some(name) = name.identity()
                && scope.count() == before
                && !seen.insert(name)
            {
                let message = format!("name {} once only", quoted(name));
                scope.item(index).fault(Code::Duplicate, message);
            }
        }
        (scope.count() == before && items.len() == values.len()).then_some(items)
    }

    fn write(&self) -> Value {
        self.iter().map(T::write).collect()
    }

    fn measure(&self) -> Option<(f64, &'static str)> {
        Some((self.len() as f64, "items"))
    }
}

/// What can be the key of a map.
pub(crate) trait Key: Sized {
    fn read_key(key: &str, scope: &mut Scope<'_>) -> Option<Self>;
    fn as_key(&self) -> &str;
}

impl Key for String {
    fn read_key(key: &str, _scope: &mut Scope<'_>) -> Option<Self> {
        Some(key.to_owned())
    }

    fn as_key(&self) -> &str {
        self
    }
}

/// A map, in the order in which it is written.
impl<K: Key, V: Parameter> Parameter for Vec<(K, V)> {
    const LIMITS: Option<Limits> = Some(Limits::new(1.0, 10_000.0));

    fn shape() -> Shape {
        Shape::Map {
            value: Box::new(V::shape()),
        }
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        let Value::Object(members) = value else {
            return wrong_type(value, scope);
        };
        let before = scope.count();
        let mut pairs = Self::with_capacity(members.len());
        for (key, value) in members {
            let mut scope = scope.member(key);
            let key = K::read_key(key, &mut scope);
            let value = read_limited::<V>(value, &mut scope, None);
            pairs.extend(key.zip(value));
        }
        (scope.count() == before && pairs.len() == members.len()).then_some(pairs)
    }

    fn write(&self) -> Value {
        let pairs = self
            .iter()
            .map(|(key, value)| (key.as_key().to_owned(), value.write()));
        Value::Object(pairs.collect())
    }

    fn measure(&self) -> Option<(f64, &'static str)> {
        Some((self.len() as f64, "entries"))
    }
}

/// A group is an object where it stands alone.
impl<G: Group> Parameter for G {
    fn shape() -> Shape {
        Shape::Object(G::parameters())
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        let mut inner = Fields::open(value, scope.again())?;
        let read = G::read_fields(&mut inner);
        inner.close();
        read
    }

    fn write(&self) -> Value {
        let mut members = Map::new();
        self.write_fields(&mut members);
        Value::Object(members)
    }
}
