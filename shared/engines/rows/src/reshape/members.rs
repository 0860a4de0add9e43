//! The members of JSON objects.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use arrow::array::StringViewArray;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::RowError;

/// Columns that may be made of the members of objects: each takes room in every row, even where only few
/// rows have it.
const MOST_MEMBERS: usize = 4_096;
/// Characters of a member's name, as of a column's.
const LONGEST_NAME: usize = 1_000;

/// The members of an object in their order, each value as it stands.
pub(super) struct Object<'a>(pub(super) Vec<(Cow<'a, str>, &'a str)>);

/// A name, borrowed where it has no escapes.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = map.next_key::<Text<'de>>()? {
                    let value: &'de RawValue = map.next_value()?;
                    members.push((name.0, value.get()));
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// What a value is, as far as columns go.
pub(super) enum Value<'a> {
    /// Null, or an object without members.
    Nothing,
    /// An object that is taken apart.
    Object(Object<'a>),
    /// A value for a cell.
    Cell(Cow<'a, str>),
}

impl<'a> Value<'a> {
    /// Looks at a value, taking objects apart while there is depth left.
    pub(super) fn read(raw: &'a str, depth: usize) -> Result<Self, serde_json::Error> {
        Ok(match raw.as_bytes().first() {
            Some(b'n') => Self::Nothing,
            Some(b'"') => Self::Cell(serde_json::from_str::<Text<'a>>(raw)?.0),
            Some(b'{') if depth > 0 => {
                let object: Object<'a> = serde_json::from_str(raw)?;
                if object.0.is_empty() {
                    Self::Nothing
                } else {
                    Self::Object(object)
                }
            }
            _ => Self::Cell(Cow::Borrowed(raw)),
        })
    }
}

/// The members of the JSON objects of a column, in the order of first sight: what [`crate::Facts`] must
/// hold before the objects can be flattened. Those of later rows are merged behind those of earlier ones.
#[derive(Debug, Clone)]
pub struct JsonMembers {
    paths: Vec<(Vec<String>, bool)>,
    places: HashMap<Vec<String>, usize>,
    depth: usize,
}

impl JsonMembers {
    /// Begins with no rows, for objects of this depth.
    #[must_use]
    pub fn new(max_depth: u64) -> Self {
        Self {
            paths: Vec::new(),
            places: HashMap::new(),
            depth: usize::try_from(max_depth).unwrap_or(usize::MAX),
        }
    }

    /// Takes in the objects of rows. What is no object is passed over, since flattening tells of it.
    ///
    /// # Errors
    /// More members than a table may have columns.
    pub fn add(&mut self, texts: &StringViewArray) -> Result<(), RowError> {
        let mut path = Vec::new();
        for text in texts.iter().flatten() {
            if let Ok(object) = serde_json::from_str::<Object<'_>>(text) {
                // A nested object that is damaged after all is told of by flattening, too.
                self.walk(&mut path, &object, self.depth.saturating_sub(1))?;
            }
        }
        Ok(())
    }

    fn walk(
        &mut self,
        path: &mut Vec<String>,
        object: &Object<'_>,
        depth: usize,
    ) -> Result<(), RowError> {
        for (name, raw) in &object.0 {
            path.push(name.clone().into_owned());
            match Value::read(raw, depth) {
                Ok(Value::Object(inner)) => self.walk(path, &inner, depth - 1)?,
                Ok(Value::Cell(_)) => self.see(path, true)?,
                Ok(Value::Nothing) | Err(_) => self.see(path, false)?,
            }
            path.pop();
        }
        Ok(())
    }

    fn see(&mut self, path: &[String], value: bool) -> Result<(), RowError> {
        if let Some(place) = self.places.get(path) {
            self.paths[*place].1 |= value;
            return Ok(());
        }
        if self.paths.len() == MOST_MEMBERS {
            let message = format!(
                "the objects have more than {MOST_MEMBERS} different members; set max_depth to a lower \
                 number, or take the members out with regex_extract"
            );
            return Err(RowError::new("TOO_MANY_COLUMNS", message));
        }
        self.places.insert(path.to_vec(), self.paths.len());
        self.paths.push((path.to_vec(), value));
        Ok(())
    }

    /// Takes in what was found in later rows.
    ///
    /// # Errors
    /// More members than a table may have columns.
    pub fn merge(&mut self, later: &Self) -> Result<(), RowError> {
        for (path, value) in &later.paths {
            self.see(path, *value)?;
        }
        Ok(())
    }

    /// The paths of the members that become columns. A member that is an object in some rows and null in
    /// all others becomes none, its own members do.
    #[must_use]
    pub fn paths(&self) -> Vec<Vec<String>> {
        let mut inner = HashSet::new();
        for (path, _) in &self.paths {
            inner.extend((1..path.len()).map(|length| &path[..length]));
        }
        let paths = self.paths.iter();
        paths
            .filter(|(path, value)| *value || !inner.contains(path.as_slice()))
            .map(|(path, _)| path.clone())
            .collect()
    }
}

/// Names for the columns, none of them taken: the names along the path, with the separator between them;
/// behind the name of the source, or a number, where that name is taken.
pub(super) fn column_names(
    paths: &[Vec<String>],
    separator: &str,
    source: &str,
    taken: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut given = HashSet::new();
    let mut names = Vec::with_capacity(paths.len());
    for path in paths {
        let joined: String = path
            .join(separator)
            .chars()
            .map(|character| {
                if character.is_control() {
                    '_'
                } else {
                    character
                }
            })
            .take(LONGEST_NAME)
            .collect();
        let mut name = joined.clone();
        if name.is_empty() || taken(&name) {
            name = format!("{source}{separator}{joined}");
        }
        let mut number = 2u32;
        let base = name.clone();
        while taken(&name) || !given.insert(name.clone()) {
            name = format!("{base}_{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}
