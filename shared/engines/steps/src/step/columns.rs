//! Steps that choose, order and name columns.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{Class, Work};
use crate::fault::{Code, quoted};
use crate::lineage::Flow;
use crate::read::{Fields, Group, Parameter, ParameterDescription};
use crate::value::{Cell, Columns, Name};

choice! {
    /// What happens where a column is not there.
    pub enum MissingColumn {
        /// The job fails.
        Fail = "fail",
        /// It is left out.
        Ignore = "ignore",
        /// A column of nulls stands in for it.
        Null = "null",
    }
}

choice! {
    /// What happens where a column to drop is not there.
    pub enum MissingDrop {
        /// The job fails.
        Fail = "fail",
        /// Nothing.
        Ignore = "ignore",
    }
}

group! {
    /// Keeps the named columns, in the order in which they are named, and no others.
    pub struct SelectColumns {
        /// Columns to keep.
        columns: Columns,
        /// What happens where a column is not there.
        missing: MissingColumn = MissingColumn::Fail,
    }
}

impl Work for SelectColumns {
    fn flow(&self, flow: &mut Flow) {
        match (&self.columns, self.missing) {
            (Columns::Names(names), MissingColumn::Ignore) => flow.keep_present(names),
            (Columns::Names(names), MissingColumn::Null) => {
                flow.keep_present(names);
                names.iter().for_each(|name| flow.create(name));
            }
            (columns, _) => {
                flow.read_columns("columns", columns);
                flow.keep(columns);
            }
        }
    }
}

group! {
    /// Removes columns.
    pub struct DropColumns {
        /// Columns to remove.
        columns: Columns,
        /// What happens where a column is not there.
        missing: MissingDrop = MissingDrop::Fail,
    }
}

impl Work for DropColumns {
    fn flow(&self, flow: &mut Flow) {
        if self.missing == MissingDrop::Fail {
            flow.read_columns("columns", &self.columns);
        }
        flow.drop(&self.columns);
    }
}

choice! {
    /// A way of writing names.
    pub enum NameStyle {
        /// Lower case, with `_` between words.
        SnakeCase = "snake_case",
        /// Lower case.
        Lower = "lower",
        /// Upper case.
        Upper = "upper",
        /// Without white space at both ends.
        Trim = "trim",
        /// ASCII letters, digits and `_` alone, not beginning with a digit.
        Safe = "safe",
    }
}

impl NameStyle {
    /// Writes a name in this style.
    ///
    /// ```
    /// use millrace_steps::step::NameStyle;
    /// assert_eq!(NameStyle::SnakeCase.apply("Unit Price (EUR)"), "unit_price_eur");
    /// assert_eq!(NameStyle::SnakeCase.apply("orderID"), "order_id");
    /// assert_eq!(NameStyle::Safe.apply("2nd größe"), "_2nd_gr_e");
    /// ```
    #[must_use]
    pub fn apply(self, name: &str) -> String {
        match self {
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
            Self::Trim => name.trim().to_owned(),
            Self::Safe => joined(name, |c| c.is_ascii_alphanumeric() || c == '_', false),
            Self::SnakeCase => joined(name, char::is_alphanumeric, true).to_lowercase(),
        }
    }
}

impl NameStyle {
    /// Writes all names in this style; of those that become equal, all but the first get a number.
    ///
    /// ```
    /// use millrace_steps::step::NameStyle;
    /// assert_eq!(NameStyle::Lower.apply_all(&["a", "A", "b"]), ["a", "a_2", "b"]);
    /// ```
    #[must_use]
    pub fn apply_all<N: AsRef<str>>(self, names: &[N]) -> Vec<String> {
        let mut taken = HashSet::new();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut styled = Vec::with_capacity(names.len());
        for name in names {
            let name = self.apply(name.as_ref());
            let mut free = name.clone();
            let number = numbers.entry(name.clone()).or_insert(2);
            while !taken.insert(free.clone()) {
                free = format!("{name}_{number}");
                *number += 1;
            }
            styled.push(free);
        }
        styled
    }
}

/// The name with one `_` for each run of other characters, and where wanted before a new word.
fn joined(name: &str, kept: fn(char) -> bool, words: bool) -> String {
    let mut result = String::with_capacity(name.len());
    let mut last: Option<char> = None;
    let mut gap = false;
    for character in name.chars() {
        if !kept(character) {
            gap = true;
            continue;
        }
        let new_word = words
            && character.is_uppercase()
            && last.is_some_and(|last| last.is_lowercase() || last.is_numeric());
        if !result.is_empty() && (gap || new_word) {
            result.push('_');
        }
        result.push(character);
        (last, gap) = (Some(character), false);
    }
    if !words && result.starts_with(|c: char| c.is_ascii_digit()) {
        result.insert(0, '_');
    }
    if result.is_empty() {
        "column".to_owned()
    } else {
        result
    }
}

/// Gives columns other names.
#[derive(Debug, Clone, PartialEq)]
pub enum RenameColumns {
    /// Old names and new ones.
    Mapping(Vec<(Name, Name)>),
    /// All names in one style; names that become equal get a number.
    Style(NameStyle),
}

impl Group for RenameColumns {
    const DESCRIPTION: &'static str = "Gives columns other names.";

    fn parameters() -> Vec<ParameterDescription> {
        let optional = ParameterDescription::optional;
        let mapping = Vec::<(Name, Name)>::shape();
        vec![
            optional(
                "mapping",
                "Old names and new ones; give this or style.",
                mapping,
            ),
            optional(
                "style",
                "A style for all names; give this or mapping.",
                NameStyle::shape(),
            ),
        ]
    }

    fn read_fields(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let expected = "an object with the old names and the new ones";
        if fields.either("mapping", "style", expected)? == "style" {
            return fields.read("style", None, None).map(Self::Style);
        }
        let mapping: Vec<(Name, Name)> = fields.read("mapping", None, None)?;
        for (index, (old, new)) in mapping.iter().enumerate() {
            if mapping[..index].iter().any(|(_, earlier)| earlier == new) {
                let message = format!("give {} to one column only", quoted(new));
                let mut map = fields.scope().member("mapping");
                map.member(old).fault(Code::Duplicate, message);
            }
        }
        Some(Self::Mapping(mapping))
    }

    fn write_fields(&self, into: &mut Map<String, Value>) {
        match self {
            Self::Mapping(mapping) => into.insert("mapping".to_owned(), mapping.write()),
            Self::Style(style) => into.insert("style".to_owned(), style.write()),
        };
    }
}

impl Work for RenameColumns {
    fn flow(&self, flow: &mut Flow) {
        match self {
            Self::Mapping(mapping) => flow.rename("mapping", mapping),
            Self::Style(style) => flow.rename_all(|names| style.apply_all(names)),
        }
    }
}

choice! {
    /// Where the columns go that are not named.
    pub enum OtherColumns {
        /// After those that are.
        Append = "append",
        /// Away.
        Drop = "drop",
    }
}

group! {
    /// Puts columns into another order.
    pub struct ReorderColumns {
        /// The columns that come first, in this order.
        columns: Columns,
        /// Where the others go.
        rest: OtherColumns = OtherColumns::Append,
    }
}

impl Work for ReorderColumns {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
        if self.rest == OtherColumns::Drop {
            flow.keep(&self.columns);
        }
    }
}

/// How the values of a new column are numbered or made up.
#[derive(Debug, Clone, PartialEq)]
pub enum NewColumn {
    /// The same constant in every row.
    Value(Cell),
    /// Something for each row.
    Kind(NewColumnKind),
}

tagged! {
    /// What each row gets.
    pub enum NewColumnKind by "kind" {
        /// The number of the row.
        RowNumber = "row_number" {
            /// The number of the first row.
            start: i64 = 1,
        },
        /// A UUID that depends on the job and the row alone.
        Uuid = "uuid",
        /// A hash of the row's columns.
        Hash = "hash" {
            /// The columns that are hashed.
            columns: Columns = Columns::All,
        },
    }
}

impl Group for NewColumn {
    fn parameters() -> Vec<ParameterDescription> {
        let mut list = vec![ParameterDescription::optional(
            "value",
            "The constant for every row, which may be null; give this or kind.",
            Cell::shape(),
        )];
        list.extend(NewColumnKind::parameters());
        for parameter in &mut list {
            parameter.required = false;
        }
        list
    }

    fn read_fields(fields: &mut Fields<'_, '_>) -> Option<Self> {
        let value = fields.value("value");
        if fields.has("kind") {
            if value.is_some_and(|value| !value.is_null()) {
                fields.fault("value", Code::Conflict, "give value or kind, not both");
            }
            return NewColumnKind::read_fields(fields).map(Self::Kind);
        }
        for parameter in NewColumnKind::parameters() {
            if fields.has(parameter.name) {
                let message = format!("remove {}: it is used with kind only", parameter.name);
                fields.fault(parameter.name, Code::ParameterNotUsed, message);
            }
            fields.know(parameter.name);
        }
        fields.read("value", None, None).map(Self::Value)
    }

    fn write_fields(&self, into: &mut Map<String, Value>) {
        match self {
            Self::Value(value) => {
                into.insert("value".to_owned(), value.write());
            }
            Self::Kind(kind) => kind.write_fields(into),
        }
    }
}

group! {
    /// Adds a column with a constant, a row number, a UUID or a hash.
    pub struct AddColumn {
        /// Name of the column.
        output: Name,
        /// What it holds.
        content: NewColumn as flat,
    }
}

impl Work for AddColumn {
    fn class(&self) -> Class {
        // The numbers of a chunk begin where those of the chunks before it end.
        match self.content {
            NewColumn::Kind(NewColumnKind::RowNumber { .. }) => Class::TwoPass,
            _ => Class::RowLocal,
        }
    }

    fn flow(&self, flow: &mut Flow) {
        if let NewColumn::Kind(NewColumnKind::Hash { columns }) = &self.content {
            flow.read_columns("columns", columns);
        }
        flow.create(&self.output);
    }
}
