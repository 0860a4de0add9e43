//! The members of one object: which were asked for, and which nobody knows.

use serde_json::{Map, Value};

use super::parameter::{Limits, Parameter, read_limited};
use super::scope::Scope;
use super::shape::ParameterDescription;
use crate::fault::{Code, alternatives, quoted};

/// A reader of the members of one object.
#[derive(Debug)]
pub(crate) struct Fields<'v, 'f> {
    object: &'v Map<String, Value>,
    scope: Scope<'f>,
    known: Vec<&'static str>,
}

impl<'v, 'f> Fields<'v, 'f> {
    /// Begins to read; a fault where the value is no object.
    pub(crate) fn open(value: &'v Value, mut scope: Scope<'f>) -> Option<Self> {
        match value {
            Value::Object(object) => Some(Self {
                object,
                scope,
                known: Vec::new(),
            }),
            other => {
                let message = format!("{} must be an object, not {}", scope.label(), kind(other));
                scope.fault(Code::WrongType, message);
                None
            }
        }
    }

    pub(crate) fn scope(&mut self) -> &mut Scope<'f> {
        &mut self.scope
    }

    /// The value of a member, which is known from now on.
    pub(crate) fn value(&mut self, name: &'static str) -> Option<&'v Value> {
        self.know(name);
        self.object.get(name)
    }

    /// Whether a member is there and not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.object.get(name).is_some_and(|value| !value.is_null())
    }

    pub(crate) fn know(&mut self, name: &'static str) {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
    }

    /// Reads a parameter; `None` after a fault.
    pub(crate) fn read<T: Parameter>(
        &mut self,
        name: &'static str,
        limits: Option<Limits>,
        default: Option<T>,
    ) -> Option<T> {
        let default = default.or_else(T::absent);
        match self.value(name) {
            Some(value) if !value.is_null() || T::NULLABLE || default.is_none() => {
                let mut scope = self.scope.member(name);
                read_limited(value, &mut scope, limits)
            }
            _ if default.is_some() => default,
            _ => {
                self.missing(name, &T::shape().label());
                None
            }
        }
    }

    /// A fault for a member that must be there.
    pub(crate) fn missing(&mut self, name: &str, expected: &str) {
        self.scope
            .member(name)
            .fault(Code::MissingParameter, format!("give {name}: {expected}"));
    }

    /// Which one of two members is there; a fault where both are, or none.
    pub(crate) fn either(
        &mut self,
        first: &'static str,
        second: &'static str,
        expected: &str,
    ) -> Option<&'static str> {
        self.know(first);
        self.know(second);
        match (self.has(first), self.has(second)) {
            (true, false) => Some(first),
            (false, true) => Some(second),
            (true, true) => {
                let message = format!("give {first} or {second}, not both");
                self.fault(second, Code::Conflict, message);
                None
            }
            (false, false) => {
                self.missing(first, &format!("{expected}; or give {second}"));
                None
            }
        }
    }

    /// A fault at a member.
    pub(crate) fn fault(&mut self, name: &str, code: Code, message: impl Into<String>) {
        self.scope.member(name).fault(code, message);
    }

    /// Reads the word that chooses a variant; each word comes with its aliases.
    pub(crate) fn tag(
        &mut self,
        name: &'static str,
        words: &[(&'static str, &[&str])],
        default: Option<&'static str>,
    ) -> Option<&'static str> {
        let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        match self.value(name) {
            None | Some(Value::Null) if default.is_some() => default,
            None | Some(Value::Null) => {
                self.scope.member(name).fault_allowing(
                    Code::MissingParameter,
                    format!("give {name}: {}", alternatives(&names)),
                    &names,
                );
                None
            }
            Some(Value::String(typed)) => {
                let found = words
                    .iter()
                    .find(|(word, aliases)| word == typed || aliases.contains(&typed.as_str()));
                if found.is_none() {
                    self.scope.member(name).not_allowed(typed, &names);
                }
                found.map(|(word, _)| *word)
            }
            Some(other) => {
                self.scope.member(name).fault_allowing(
                    Code::WrongType,
                    format!("{name} must be a text, not {}", kind(other)),
                    &names,
                );
                None
            }
        }
    }

    /// Faults for those of `all` that are there although the chosen variant does not use them.
    pub(crate) fn unused(&mut self, all: &[ParameterDescription], chosen: &str) {
        for parameter in all {
            if self.known.contains(&parameter.name) {
                continue;
            }
            self.know(parameter.name);
            if let (true, Some(only)) = (self.has(parameter.name), &parameter.only_with) {
                let message = format!(
                    "leave {} out: it is used with {} {}, not with {chosen}",
                    parameter.name,
                    only.parameter,
                    alternatives(&only.values)
                );
                self.fault(parameter.name, Code::ParameterNotUsed, message);
            }
        }
    }

    /// Ends the reading: whatever nobody asked for is a fault.
    pub(crate) fn close(mut self) {
        for key in self.object.keys() {
            if self.known.iter().any(|known| known == key) {
                continue;
            }
            let near = crate::nearest(key, &self.known);
            let message = match near {
                Some(near) => format!("there is no {}; did you mean {near}?", quoted(key)),
                None if self.known.is_empty() => format!("remove {}", quoted(key)),
                None => format!(
                    "remove {}: known are {}",
                    quoted(key),
                    self.known.join(", ")
                ),
            };
            self.scope
                .member(key)
                .fault_allowing(Code::UnknownParameter, message, &self.known);
        }
    }
}

/// What a JSON value is, for people.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
