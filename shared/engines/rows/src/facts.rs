//! What a step must know of all rows before it works on one.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::ArrayRef;

/// What was found out about all rows for one step, by a pass before it.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// One value for each column, as an array of one cell of the column's type (or a double for means
    /// and medians): what `fill_nulls` fills with.
    pub fills: BTreeMap<String, ArrayRef>,
    /// Borders between groups of equal size, ascending, the outermost ones included: for `bin`.
    pub edges: Vec<f64>,
    /// From where to where values are ordinary, by column: for `outliers`.
    pub fences: BTreeMap<String, (f64, f64)>,
    /// Paths of the members of JSON objects, in the order of first sight: for `flatten_json`.
    pub members: Vec<Vec<String>>,
    /// Hashes (see [`crate::hash_rows`]) of what occurs more than once, by condition or rule: the column
    /// names joined with NUL, with a leading `~` where case makes no difference.
    pub repeated: BTreeMap<String, Arc<HashSet<u128>>>,
    /// Hashes of what occurs in the other file, by the name of the rule's column: for `foreign_key`.
    pub known: BTreeMap<String, Arc<HashSet<u128>>>,
}
