//! Steps that bring in another file.

use serde_json::{Map, Value, json};

use super::{Class, Work};
use crate::fault::Code;
use crate::lineage::Flow;
use crate::read::{Fields, Group, Parameter, ParameterDescription, Scope, Shape};
use crate::value::Name;

/// Another file: `{"dataset_id": "…"}`, `{"job_input": "…"}`, or the name of an input alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A data set of the caller.
    Dataset(String),
    /// Another input: the id of another job, or a name.
    JobInput(String),
}

impl Parameter for Source {
    fn shape() -> Shape {
        let member = |name, description| {
            let id = Shape::Text {
                content: "an id",
                least: Some(1),
                most: Some(255),
            };
            Shape::Object(vec![ParameterDescription::required(name, description, id)])
        };
        Shape::OneOf(vec![
            Shape::text("the name of an input of the job"),
            member("dataset_id", "A data set of the caller."),
            member(
                "job_input",
                "Another input: for a file job the id of another job of yours, for the command line its name.",
            ),
        ])
    }

    fn read(value: &Value, scope: &mut Scope<'_>) -> Option<Self> {
        let limits = Some((1..=255).into());
        if value.is_string() {
            return crate::read::read_limited(value, scope, limits).map(Self::JobInput);
        }
        let mut fields = Fields::open(value, scope.again())?;
        let read = match fields.either("dataset_id", "job_input", "the id of a data set") {
            Some("dataset_id") => fields.read("dataset_id", limits, None).map(Self::Dataset),
            Some(_) => fields.read("job_input", limits, None).map(Self::JobInput),
            None => None,
        };
        fields.close();
        read
    }

    fn write(&self) -> Value {
        match self {
            Self::Dataset(id) => json!({"dataset_id": id}),
            Self::JobInput(name) => json!({"job_input": name}),
        }
    }
}

choice! {
    /// Which rows a join gives.
    pub enum JoinKind {
        /// All rows of the left side.
        Left = "left",
        /// Rows that have a partner.
        Inner = "inner",
        /// All rows of the right side.
        Right = "right",
        /// All rows of both sides.
        Full = "full",
        /// Rows of the left side that have a partner, without its columns.
        Semi = "semi",
        /// Rows of the left side that have none.
        Anti = "anti",
    }
}

choice! {
    /// What several partners of one row make.
    pub enum JoinDuplicates {
        /// A row each.
        All = "all",
        /// One row, with the first partner.
        First = "first",
        /// The job fails.
        Fail = "fail",
    }
}

/// The columns whose values must be equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JoinKeys {
    /// Of the same names on both sides.
    On(Vec<Name>),
    /// Of different names; as many on both sides.
    Sides {
        /// On the left side.
        left: Vec<Name>,
        /// On the right side.
        right: Vec<Name>,
    },
}

impl Group for JoinKeys {
    fn parameters() -> Vec<ParameterDescription> {
        let describe = |name, description| {
            ParameterDescription::optional(name, description, Vec::<Name>::shape())
        };
        vec![
            describe("on", "Columns that have the same names on both sides."),
            describe("left_on", "Columns of the left side, where names differ."),
            describe("right_on", "Columns of the right side, in the same order."),
        ]
    }

    fn read_fields(fields: &mut Fields<'_, '_>) -> Option<Self> {
        fields.know("on");
        fields.know("left_on");
        fields.know("right_on");
        let sides = (fields.has("left_on"), fields.has("right_on"));
        if fields.has("on") {
            if sides != (false, false) {
                fields.fault(
                    "on",
                    Code::Conflict,
                    "give either on or left_on and right_on",
                );
                return None;
            }
            return fields.read("on", None, None).map(Self::On);
        }
        if sides == (false, false) {
            fields.missing(
                "on",
                "the columns that must be equal; or left_on and right_on",
            );
            return None;
        }
        let left: Option<Vec<Name>> = fields.read("left_on", None, None);
        let right: Option<Vec<Name>> = fields.read("right_on", None, None);
        let (left, right) = (left?, right?);
        if left.len() != right.len() {
            let message = format!("give {} columns, as many as left_on", left.len());
            fields.fault("right_on", Code::OutOfRange, message);
            return None;
        }
        Some(Self::Sides { left, right })
    }

    fn write_fields(&self, into: &mut Map<String, Value>) {
        match self {
            Self::On(names) => {
                into.insert("on".to_owned(), names.write());
            }
            Self::Sides { left, right } => {
                into.insert("left_on".to_owned(), left.write());
                into.insert("right_on".to_owned(), right.write());
            }
        }
    }
}

group! {
    /// Adds the columns of another file to rows with equal keys.
    pub struct Join {
        /// The other file.
        right: Source,
        /// Which rows there are.
        how: JoinKind = JoinKind::Left,
        /// The columns that must be equal.
        keys: JoinKeys as flat,
        /// What is added to names of the right side that the left side has too.
        suffix: String [1..=100] = "_r".to_owned(),
        /// What several partners of one row make.
        duplicates: JoinDuplicates = JoinDuplicates::All,
    }
}

impl Work for Join {
    fn class(&self) -> Class {
        Class::Broadcast
    }

    fn flow(&self, flow: &mut Flow) {
        match &self.keys {
            JoinKeys::On(names) => flow.read_list("on", names),
            JoinKeys::Sides { left, .. } => flow.read_list("left_on", left),
        }
        if !matches!(self.how, JoinKind::Semi | JoinKind::Anti) {
            flow.open();
        }
    }
}

choice! {
    /// Which columns of two files belong together.
    pub enum UnionMode {
        /// Those of the same name.
        ByName = "by_name",
        /// Those at the same place.
        ByPosition = "by_position",
    }
}

choice! {
    /// What happens where a file lacks a column.
    pub enum UnionMissing {
        /// Its rows get null.
        Null = "null",
        /// The job fails.
        Fail = "fail",
    }
}

group! {
    /// Adds the rows of other files.
    pub struct Union {
        /// The other files, in this order.
        inputs: Vec<Source> [1..=100],
        /// Which columns belong together.
        mode: UnionMode = UnionMode::ByName,
        /// What happens where a file lacks a column.
        missing: UnionMissing = UnionMissing::Null,
        /// Name of a column that says from which file a row comes; none where it is left out.
        source_column: Option<Name>,
    }
}

impl Work for Union {
    fn flow(&self, flow: &mut Flow) {
        if self.mode == UnionMode::ByName && self.missing == UnionMissing::Null {
            flow.open();
        }
        flow.create_optional(self.source_column.as_ref());
    }
}
