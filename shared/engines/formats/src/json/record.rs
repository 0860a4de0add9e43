//! One JSON record as named cells.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::cells::Cell;
use crate::reject::RejectCode;

/// Members of a record, each value as it stands.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(key) = map.next_key::<Name<'de>>()? {
                    members.push((key.0, map.next_value()?));
                }
                Ok(Members(members))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(value) = items.next_element()? {
                    let name = format!("column_{}", members.len() + 1);
                    members.push((Cow::Owned(name), value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_any(Collect)
    }
}

/// A name, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// What is wrong with a record.
pub(crate) type Fault = (RejectCode, String);

/// How records are taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordRules {
    pub(crate) flatten: bool,
    pub(crate) depth: usize,
}

impl RecordRules {
    /// Hands out the cells of a record.
    pub(crate) fn read<'a>(
        &self,
        record: &'a [u8],
        mut cell: impl FnMut(Cow<'a, str>, Cell<'a>),
    ) -> Result<(), Fault> {
        let first = record.iter().find(|byte| !byte.is_ascii_whitespace());
        match first {
            Some(b'{' | b'[') => {}
            Some(_) if serde_json::from_slice::<serde::de::IgnoredAny>(record).is_ok() => {
                let message = "the record is neither an object nor an array".to_owned();
                return Err((RejectCode::NotAnObject, message));
            }
            _ => {}
        }
        if nesting(record) > self.depth {
            let message = format!("the record is nested more than {} levels deep", self.depth);
            return Err((RejectCode::TooDeep, message));
        }
        let members: Members<'a> = serde_json::from_slice(record).map_err(|error| {
            (
                RejectCode::BadJson,
                format!("the record is no valid JSON: {error}"),
            )
        })?;
        self.walk(None, members, &mut cell).map_err(|error| {
            (
                RejectCode::BadJson,
                format!("the record is no valid JSON: {error}"),
            )
        })
    }

    fn walk<'a>(
        &self,
        prefix: Option<&str>,
        members: Members<'a>,
        cell: &mut impl FnMut(Cow<'a, str>, Cell<'a>),
    ) -> Result<(), serde_json::Error> {
        for (name, value) in members.0 {
            let name = match prefix {
                Some(prefix) => Cow::Owned(format!("{prefix}.{name}")),
                None => name,
            };
            let raw = value.get();
            match raw.as_bytes().first() {
                Some(b'n') => cell(name, Cell::Null),
                Some(b'"') => {
                    let text: Name<'a> = serde_json::from_str(raw)?;
                    cell(name, Cell::Text(text.0));
                }
                Some(b'{') if self.flatten => {
                    let members: Members<'a> = serde_json::from_str(raw)?;
                    if members.0.is_empty() {
                        cell(name, Cell::Null);
                    } else {
                        self.walk(Some(&name), members, cell)?;
                    }
                }
                Some(b'{' | b'[') => cell(name, Cell::Nested(Cow::Borrowed(raw))),
                _ => cell(name, Cell::Value(Cow::Borrowed(raw))),
            }
        }
        Ok(())
    }
}

/// Levels of a record, counted before anything recursive sees it.
fn nesting(record: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for &byte in record {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => in_string = true,
                b'{' | b'[' => {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    deepest
}
