//! Steps that choose and order rows.

use serde_json::{Map, Value};

use super::{Class, Work};
use crate::fault::Code;
use crate::filter::{Condition, condition_parameters};
use crate::lineage::Flow;
use crate::read::{Fields, Group, Parameter, ParameterDescription, Scope, Shape};
use crate::value::{Columns, Name};

/// Keeps the rows for which a condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The condition.
    pub condition: Condition,
}

impl Group for Filter {
    const DESCRIPTION: &'static str = "Keeps the rows for which a condition holds.";

    fn parameters() -> Vec<ParameterDescription> {
        condition_parameters()
    }

    fn read_fields(fields: &mut Fields<'_, '_>) -> Option<Self> {
        Condition::read_members(fields).map(|condition| Self { condition })
    }

    fn write_fields(&self, into: &mut Map<String, Value>) {
        into.extend(self.condition.members());
    }
}

impl Work for Filter {
    fn class(&self) -> Class {
        if self.condition.needs_all_rows() {
            Class::Grouped
        } else {
            Class::RowLocal
        }
    }

    fn flow(&self, flow: &mut Flow) {
        flow.read_condition("", &self.condition);
    }
}

choice! {
    /// A direction of order.
    pub enum Order {
        /// Least first.
        Ascending = "asc",
        /// Greatest first.
        Descending = "desc",
    }
}

choice! {
    /// Where nulls stand in an order.
    pub enum Nulls {
        /// Before all values.
        First = "first",
        /// After all values.
        Last = "last",
    }
}

group! {
    /// A column to order by, as an object.
    pub struct OrderBy {
        /// The column.
        column: Name,
        /// The direction.
        order: Option<Order>,
        /// Where nulls stand, in either direction.
        nulls: Nulls = Nulls::Last,
    }
}

/// A column to order by: `{"column": "amount", "order": "desc"}` or `"amount"`.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// The column.
    pub column: Name,
    /// The direction; `None` for that of the step.
    pub order: Option<Order>,
    /// Where nulls stand, in either direction.
    pub nulls: Nulls,
}

impl Parameter for SortKey {
    fn shape() -> Shape {
        Shape::OneOf(vec![Name::shape(), Shape::Object(OrderBy::parameters())])
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        if value.is_string() {
            return Name::read(value, scope).map(|column| Self {
                column,
                order: None,
                nulls: Nulls::Last,
            });
        }
        OrderBy::read(value, scope).map(|by| Self {
            column: by.column,
            order: by.order,
            nulls: by.nulls,
        })
    }

    fn write(&self) -> Value {
        let by = OrderBy {
            column: self.column.clone(),
            order: self.order,
            nulls: self.nulls,
        };
        by.write()
    }

    fn identity(&self) -> Option<&str> {
        Some(&self.column)
    }
}

fn settle(keys: Vec<SortKey>, order: Order) -> Vec<SortKey> {
    keys.into_iter()
        .map(|key| SortKey {
            order: key.order.or(Some(order)),
            ..key
        })
        .collect()
}

fn read_keys(keys: &[SortKey], flow: &mut Flow) {
    for (index, key) in keys.iter().enumerate() {
        flow.read(&format!("by/{index}/column"), &key.column);
    }
}

choice! {
    /// How texts are ordered.
    pub enum Collation {
        /// By their code points.
        Binary = "binary",
        /// Without regard to case.
        CaseInsensitive = "case_insensitive",
        /// With runs of digits as numbers: `a2` before `a10`.
        Natural = "natural",
    }
}

group! {
    /// Orders the rows; equal ones keep their order.
    pub struct Sort {
        /// Columns to order by, the first one first; ascending unless they say otherwise.
        by: Vec<SortKey> [1..=50],
        /// How texts are ordered.
        collation: Collation = Collation::Binary,
    }
    check |step: Sort, _: &mut Fields<'_, '_>| Sort { by: settle(step.by, Order::Ascending), ..step };
}

impl Work for Sort {
    fn class(&self) -> Class {
        Class::Sorted
    }

    fn flow(&self, flow: &mut Flow) {
        read_keys(&self.by, flow);
    }
}

choice! {
    /// Which of several rows with one key stays.
    pub enum Keep {
        /// The first.
        First = "first",
        /// The last.
        Last = "last",
        /// None of them.
        None = "none",
        /// The one with the least value in `order_by`.
        Min = "min",
        /// The one with the greatest value in `order_by`.
        Max = "max",
    }
}

group! {
    /// Keeps one row of each key.
    pub struct Deduplicate {
        /// The columns that make up the key; the whole row where it is left out.
        columns: Columns = Columns::All,
        /// Which row stays.
        keep: Keep = Keep::First,
        /// The column that orders the rows of a key; their order in the input where it is left out.
        order_by: Option<Name>,
        /// Whether case makes a difference between keys.
        case_sensitive: bool = true,
    }
    check Deduplicate::verify;
}

impl Deduplicate {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        match (self.keep, &self.order_by) {
            (Keep::Min | Keep::Max, None) => {
                fields.missing("order_by", "the column whose least or greatest value stays");
            }
            (Keep::None, Some(_)) => {
                let message = "remove order_by: with keep none no row stays";
                fields.fault("order_by", Code::ParameterNotUsed, message);
            }
            _ => {}
        }
        self
    }
}

impl Work for Deduplicate {
    fn class(&self) -> Class {
        Class::Grouped
    }

    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
        flow.read_optional("order_by", self.order_by.as_ref());
    }
}

choice! {
    /// How many of the columns must be null.
    pub enum HowMany {
        /// At least one.
        Any = "any",
        /// All of them.
        All = "all",
    }
}

group! {
    /// Removes rows with nulls.
    pub struct DropNulls {
        /// The columns that are looked at.
        columns: Columns = Columns::All,
        /// How many of them must be null.
        how: HowMany = HowMany::Any,
        /// Whether the empty text counts as null.
        treat_empty_as_null: bool = false,
    }
}

impl Work for DropNulls {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }
}

group! {
    /// Keeps the first rows.
    pub struct Limit {
        /// How many.
        count: u64,
        /// How many are left out before them.
        offset: u64 = 0,
    }
}

impl Work for Limit {
    fn class(&self) -> Class {
        Class::TopK
    }
}

group! {
    /// Keeps the rows with the greatest values, of all rows or of each group.
    pub struct TopN {
        /// Columns to order by; descending unless they say otherwise.
        by: Vec<SortKey> [1..=50],
        /// How many rows stay.
        count: u64 [1..=1_000_000],
        /// The columns that make up a group; all rows are one where it is left out.
        group_by: Vec<Name> [0..=100] = Vec::new(),
    }
    check |step: TopN, _: &mut Fields<'_, '_>| TopN { by: settle(step.by, Order::Descending), ..step };
}

impl Work for TopN {
    fn class(&self) -> Class {
        if self.group_by.is_empty() {
            Class::TopK
        } else {
            Class::Grouped
        }
    }

    fn flow(&self, flow: &mut Flow) {
        read_keys(&self.by, flow);
        flow.read_list("group_by", &self.group_by);
    }
}

tagged! {
    /// How rows are drawn.
    pub enum SampleMethod by "method" {
        /// Each row with the same chance.
        Fraction = "fraction" {
            /// The chance, greater than 0.
            fraction: f64 [0.000_000_001..=1.0],
        },
        /// So many rows, each with the same chance.
        Reservoir = "reservoir" {
            /// How many.
            count: u64 [1..=10_000_000],
        },
        /// One row of each n, the first one first.
        EveryNth = "every_nth" {
            /// The n.
            count: u64 [1..=1_000_000_000],
        },
        /// The same of each group.
        Stratified = "stratified" {
            /// The columns that make up a group.
            by: Vec<Name>,
            /// The chance of each row; give this or count.
            fraction: Option<f64> [0.000_000_001..=1.0],
            /// How many rows of each group; give this or fraction.
            count: Option<u64> [1..=10_000_000],
        },
    }
    check |method: SampleMethod, fields: &mut Fields<'_, '_>| {
        if let SampleMethod::Stratified { fraction, count, .. } = &method
            && fraction.is_some() == count.is_some()
        {
            fields.fault("fraction", Code::Conflict, "give either fraction or count");
        }
        method
    };
}

group! {
    /// Draws rows; the same rows whenever it is done again with the same seed.
    pub struct Sample {
        /// How.
        method: SampleMethod as flat,
        /// What the draw depends on.
        seed: u64 = 0,
    }
}

impl Work for Sample {
    fn class(&self) -> Class {
        match &self.method {
            SampleMethod::Reservoir { .. } => Class::TopK,
            SampleMethod::EveryNth { .. } => Class::TwoPass,
            SampleMethod::Stratified { count: Some(_), .. } => Class::Grouped,
            SampleMethod::Fraction { .. } | SampleMethod::Stratified { .. } => Class::RowLocal,
        }
    }

    fn flow(&self, flow: &mut Flow) {
        if let SampleMethod::Stratified { by, .. } = &self.method {
            flow.read_list("by", by);
        }
    }
}
