//! The steps: what each is called, which parameters it has, how its work can be divided.

mod columns;
mod combine;
mod compute;
mod convert;
mod numbers;
mod privacy;
mod reshape;
mod rows;
mod texts;
mod types;
mod unavailable;
mod validate;

pub use columns::*;
pub use combine::*;
pub use compute::*;
pub use convert::*;
pub use numbers::*;
pub use privacy::*;
pub use reshape::*;
pub use rows::*;
pub use texts::*;
pub use types::*;
pub use validate::*;

pub(crate) use unavailable::unavailable;

use serde_json::{Map, Value};

use crate::lineage::Flow;
use crate::read::{Fields, Group, ParameterDescription, sentence};
use crate::value::Name;

choice! {
    /// How the work of a step can be divided among workers.
    pub enum Class {
        /// Each row for itself.
        RowLocal = "row_local",
        /// The first or some rows: of each part, then of all.
        TopK = "top_k",
        /// Rows of one key together: by hash.
        Grouped = "grouped",
        /// Rows in order: by ranges.
        Sorted = "sorted",
        /// Each row for itself, with a second file at hand.
        Broadcast = "broadcast",
        /// Each row for itself, with something that must be known of all rows before.
        TwoPass = "two_pass",
    }
}

/// What a step does beside having parameters.
pub(crate) trait Work {
    fn class(&self) -> Class {
        Class::RowLocal
    }

    /// Which columns it reads, makes and removes.
    fn flow(&self, _flow: &mut Flow) {}

    /// What the caller should know although nothing is wrong.
    fn warning(&self) -> Option<String> {
        None
    }
}

/// A constant name of a column.
fn name(text: &str) -> Name {
    Name::known(text)
}

macro_rules! steps {
    ($( $step:ident = $word:literal $(| $alias:literal)*, $tier:literal, [$($class:ident),*]; )*) => {
        /// A step with its parameters.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Step {
            $( #[doc = concat!("`", $word, "`")] $step($step), )*
        }

        impl Step {
            /// The types of all steps, in the order of the catalogue.
            pub const TYPES: &'static [&'static str] = &[$($word),*];

            /// Its type.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self { $( Self::$step(_) => $word, )* }
            }

            /// How its work can be divided.
            #[must_use]
            pub fn class(&self) -> Class {
                match self { $( Self::$step(step) => step.class(), )* }
            }

            /// What the caller should know although nothing is wrong.
            #[must_use]
            pub fn warning(&self) -> Option<String> {
                match self { $( Self::$step(step) => step.warning(), )* }
            }

            pub(crate) fn flow(&self, flow: &mut Flow) {
                match self { $( Self::$step(step) => step.flow(flow), )* }
            }

            /// The type in its normal form.
            pub(crate) fn find(name: &str) -> Option<&'static str> {
                match name {
                    $( $word $(| $alias)* => Some($word), )*
                    _ => None,
                }
            }

            /// Reads the parameters of a type that exists.
            pub(crate) fn read(name: &str, fields: &mut Fields<'_, '_>) -> Option<Self> {
                match name {
                    $( $word => <$step as Group>::read_fields(fields).map(Self::$step), )*
                    _ => None,
                }
            }

            /// The parameters in their normal form.
            #[must_use]
            pub fn parameters(&self) -> Map<String, Value> {
                let mut members = Map::new();
                match self { $( Self::$step(step) => step.write_fields(&mut members), )* }
                members
            }
        }

        /// Every step: type, other types that mean it, tier, classes, description, parameters.
        pub(crate) fn descriptions() -> Vec<Description> {
            vec![$(
                Description {
                    name: $word,
                    aliases: &[$($alias),*],
                    tier: $tier,
                    classes: &[$(Class::$class),*],
                    about: sentence(<$step as Group>::DESCRIPTION),
                    parameters: <$step as Group>::parameters(),
                },
            )*]
        }
    };
}

/// A step as the catalogue lists it.
pub(crate) struct Description {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) tier: u8,
    pub(crate) classes: &'static [Class],
    pub(crate) about: String,
    pub(crate) parameters: Vec<ParameterDescription>,
}

steps! {
    Filter = "filter", 1, [RowLocal, Grouped];
    SelectColumns = "select_columns", 1, [RowLocal];
    DropColumns = "drop_columns", 1, [RowLocal];
    RenameColumns = "rename_columns", 1, [RowLocal];
    ReorderColumns = "reorder_columns", 1, [RowLocal];
    Cast = "cast", 1, [RowLocal];
    ParseDate = "parse_date", 1, [RowLocal];
    FormatDate = "format_date", 1, [RowLocal];
    ExtractDatePart = "extract_date_part", 2, [RowLocal];
    Sort = "sort", 1, [Sorted];
    Deduplicate = "deduplicate", 1, [Grouped];
    FillNulls = "fill_nulls", 1, [RowLocal, TwoPass];
    DropNulls = "drop_nulls", 1, [RowLocal];
    ReplaceValue = "replace_value", 1, [RowLocal];
    ReplaceText = "replace_text", 1, [RowLocal];
    RegexExtract = "regex_extract", 1, [RowLocal];
    Trim = "trim", 1, [RowLocal];
    ChangeCase = "change_case", 1, [RowLocal];
    NormalizeText = "normalize_text", 2, [RowLocal];
    Text = "text", 2, [RowLocal];
    SplitColumn = "split_column", 1, [RowLocal];
    MergeColumns = "merge_columns", 1, [RowLocal];
    Derive = "derive", 1, [RowLocal];
    Conditional = "conditional", 1, [RowLocal, Grouped];
    AddColumn = "add_column", 1, [RowLocal, TwoPass];
    Round = "round", 2, [RowLocal];
    Bin = "bin", 2, [RowLocal, TwoPass];
    Outliers = "outliers", 2, [TwoPass];
    Aggregate = "aggregate", 1, [Grouped];
    Pivot = "pivot", 2, [Grouped, TwoPass];
    Unpivot = "unpivot", 1, [RowLocal];
    Join = "join", 2, [Broadcast];
    Union = "union", 2, [RowLocal];
    Limit = "limit", 1, [TopK];
    TopN = "top_n", 2, [TopK, Grouped];
    Sample = "sample", 1, [RowLocal, TopK, TwoPass, Grouped];
    Explode = "explode", 2, [RowLocal];
    FlattenJson = "flatten_json" | "unnest_struct", 2, [TwoPass];
    Mask = "mask", 1, [RowLocal];
    Hash = "hash", 1, [RowLocal];
    RedactPii = "redact_pii", 2, [RowLocal];
    Validate = "validate", 1, [RowLocal, Grouped, Broadcast];
    ConvertFormat = "convert_format", 1, [RowLocal];
}
