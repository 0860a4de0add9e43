//! What the owner of a database adds to the words of its schema.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Further words for the elements of a schema. Names are compared without case; a name that is not in
/// the schema is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lexicon {
    /// Phrases by table.
    pub tables: BTreeMap<String, Vec<String>>,
    /// Phrases by `table.column`.
    pub columns: BTreeMap<String, Vec<String>>,
    /// Phrases by the value that they stand for.
    pub values: Vec<ValueSynonym>,
    /// `table.column` names that answers never show or use.
    pub hidden: Vec<String>,
}

/// Phrases for one value of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueSynonym {
    /// `table.column`.
    pub column: String,
    /// The value as it stands in the rows.
    pub value: String,
    /// What people call it.
    pub phrases: Vec<String>,
}
