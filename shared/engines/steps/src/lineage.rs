//! Which columns there are before each step, as far as steps alone or an input's names tell.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::expression::{ColumnName, Expression};
use crate::fault::{Code, Fault, quoted};
use crate::filter::{Condition, Operand};
use crate::read::escaped;
use crate::value::{Columns, Name};

/// Names that a fault lists at most.
const MOST_NAMES: usize = 200;
/// More faults help nobody, and each one compares a name with all others.
const MOST_FAULTS: usize = 100;

/// A column that a step reads by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnRead {
    /// The number of the step, from 0.
    pub step: usize,
    /// Where the name stands, as a JSON pointer into the normal form.
    pub path: String,
    /// The name, as the step has it.
    pub name: String,
    /// Where the column comes from.
    pub origin: Origin,
}

/// Where a column comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The input, where it had this name.
    Input(String),
    /// The step of this number.
    Step(usize),
    /// The input or a step: which, the steps alone do not tell.
    Unknown,
    /// Nowhere: it was never made, or is gone.
    Missing,
}

/// What is true of names that were not mentioned so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// They are columns of the input, if it has them.
    Input,
    /// They may exist.
    Unknown,
    /// They do not exist.
    None,
}

#[derive(Debug, Clone)]
struct Known {
    /// Where it stands among the columns.
    place: usize,
    origin: Origin,
}

/// The columns before a step, while the steps are gone through.
#[derive(Debug)]
pub(crate) struct Flow {
    columns: HashMap<String, Known>,
    gone: HashSet<String>,
    rest: Rest,
    places: usize,
    step: usize,
    reads: Vec<ColumnRead>,
    faults: Vec<Fault>,
}

impl Flow {
    /// Begins with an input of unknown columns.
    pub(crate) fn of_any_input() -> Self {
        Self {
            columns: HashMap::new(),
            gone: HashSet::new(),
            rest: Rest::Input,
            places: 0,
            step: 0,
            reads: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// Begins with an input of these columns.
    pub(crate) fn of_input(names: &[impl AsRef<str>]) -> Self {
        let mut flow = Self::of_any_input();
        flow.rest = Rest::None;
        for name in names {
            let name = name.as_ref();
            flow.insert(name, Origin::Input(name.to_owned()));
        }
        flow
    }

    /// Turns to the step of this number.
    pub(crate) fn begin(&mut self, step: usize) {
        self.step = step;
    }

    pub(crate) fn finish(self) -> (Vec<ColumnRead>, Vec<Fault>) {
        (self.reads, self.faults)
    }

    fn insert(&mut self, name: &str, origin: Origin) {
        self.gone.remove(name);
        let place = self
            .columns
            .get(name)
            .map_or(self.places, |known| known.place);
        self.places += 1;
        let known = Known { place, origin };
        self.columns.insert(name.to_owned(), known);
    }

    /// The names that are known, in their order.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<(&String, usize)> = self
            .columns
            .iter()
            .filter(|(_, known)| known.origin != Origin::Missing)
            .map(|(name, known)| (name, known.place))
            .collect();
        names.sort_by_key(|(_, place)| *place);
        names.into_iter().map(|(name, _)| name.clone()).collect()
    }

    /// Where a column comes from.
    fn origin(&mut self, name: &str) -> Origin {
        if let Some(known) = self.columns.get(name) {
            return known.origin.clone();
        }
        let origin = match self.rest {
            _ if self.gone.contains(name) => Origin::Missing,
            Rest::None => Origin::Missing,
            Rest::Unknown => Origin::Unknown,
            Rest::Input => Origin::Input(name.to_owned()),
        };
        if origin != Origin::Missing {
            self.insert(name, origin.clone());
        }
        origin
    }

    /// A column that must be there.
    pub(crate) fn read(&mut self, pointer: &str, name: &str) {
        self.read_origin(pointer, name);
    }

    fn read_origin(&mut self, pointer: &str, name: &str) -> Origin {
        let known = self.columns.contains_key(name);
        let origin = self.origin(name);
        let path = format!("/processing_steps/{}/params/{pointer}", self.step);
        // One missing column is one fault, however many steps read it and under whatever name.
        if origin == Origin::Missing && !known {
            if self.faults.len() < MOST_FAULTS {
                self.miss(&path, name);
            }
            self.insert(name, Origin::Missing);
        }
        self.reads.push(ColumnRead {
            step: self.step,
            path,
            name: name.to_owned(),
            origin: origin.clone(),
        });
        origin
    }

    fn miss(&mut self, path: &str, name: &str) {
        let mut names = self.names();
        let message = match crate::nearest(name, &names) {
            Some(near) => format!(
                "there is no column {} at this step; did you mean {}?",
                quoted(name),
                quoted(near)
            ),
            None => format!("there is no column {} at this step", quoted(name)),
        };
        names.truncate(MOST_NAMES);
        self.faults.push(Fault {
            path: path.to_owned(),
            code: Code::ColumnNotFound,
            message,
            allowed: names,
        });
    }

    pub(crate) fn read_optional(&mut self, pointer: &str, name: Option<&Name>) {
        if let Some(name) = name {
            self.read(pointer, name);
        }
    }

    /// A column that is the key of a map.
    pub(crate) fn read_key(&mut self, pointer: &str, name: &Name) {
        self.read(&format!("{pointer}/{}", escaped(name)), name);
    }

    pub(crate) fn read_list(&mut self, pointer: &str, names: &[Name]) {
        for (index, name) in names.iter().enumerate() {
            self.read(&format!("{pointer}/{index}"), name);
        }
    }

    /// The columns that a selector names.
    pub(crate) fn read_columns(&mut self, pointer: &str, columns: &Columns) {
        for (rest, name) in columns.names() {
            self.read(&format!("{pointer}{rest}"), name);
        }
    }

    pub(crate) fn read_expression(&mut self, pointer: &str, expression: &Expression) {
        for column in expression.columns() {
            let name = self.meant(column);
            self.read(pointer, &name);
        }
    }

    /// A bare name may differ in case from the one column that it means.
    fn meant(&self, column: &ColumnName) -> String {
        if column.quoted || self.columns.contains_key(&column.name) {
            return column.name.clone();
        }
        let found = column.resolve(&self.names()).map(str::to_owned);
        found.unwrap_or_else(|| column.name.clone())
    }

    pub(crate) fn read_condition(&mut self, pointer: &str, condition: &Condition) {
        condition.visit(pointer, &mut |pointer, condition| {
            // The condition of a filter is the parameters themselves, without a name before it.
            let at = |name: &str| {
                format!("{pointer}/{name}")
                    .trim_start_matches('/')
                    .to_owned()
            };
            match condition {
                Condition::Compare(comparison) => {
                    self.read(&at("column"), &comparison.column);
                    if let Operand::Column(other) = &comparison.operand {
                        self.read(&at("value_column"), other);
                    }
                }
                Condition::Expression(expression) => {
                    self.read_expression(&at("expression"), expression);
                }
                Condition::All(_) | Condition::Any(_) | Condition::Not(_) => {}
            }
        });
    }

    /// A column that this step makes, or replaces.
    pub(crate) fn create(&mut self, name: &str) {
        self.insert(name, Origin::Step(self.step));
    }

    pub(crate) fn create_optional(&mut self, name: Option<&Name>) {
        if let Some(name) = name {
            self.create(name);
        }
    }

    /// A further column for each one that is chosen.
    pub(crate) fn create_each(&mut self, columns: &Columns, name: fn(&str) -> String) {
        if let Columns::Names(names) = columns {
            for source in names {
                self.create(&name(source));
            }
        } else {
            self.open();
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.columns.remove(name);
        self.gone.insert(name.to_owned());
    }

    /// From now on there may be any other columns.
    pub(crate) fn open(&mut self) {
        self.rest = Rest::Unknown;
        self.gone.clear();
    }

    /// Keeps these columns alone.
    pub(crate) fn keep(&mut self, columns: &Columns) {
        match columns {
            // Of which type a column is the steps do not tell.
            Columns::All | Columns::Dtype(_) => {}
            Columns::Names(names) => {
                let origins: Vec<Origin> = names.iter().map(|name| self.origin(name)).collect();
                self.columns.clear();
                self.gone.clear();
                self.rest = Rest::None;
                for (name, origin) in names.iter().zip(origins) {
                    self.insert(name, origin);
                }
            }
            Columns::Regex(pattern) => {
                if let Ok(regex) = pattern.compile(true) {
                    self.retain(|name| regex.is_match(name));
                }
            }
            Columns::Except(names) => names.iter().for_each(|name| self.remove(name)),
        }
    }

    /// Keeps those of these columns that there are.
    pub(crate) fn keep_present(&mut self, names: &[Name]) {
        let present: Vec<Name> = names
            .iter()
            .filter(|name| self.origin(name) != Origin::Missing)
            .cloned()
            .collect();
        self.keep(&Columns::Names(present));
    }

    /// Removes these columns.
    pub(crate) fn drop(&mut self, columns: &Columns) {
        match columns {
            Columns::All => self.keep(&Columns::Names(Vec::new())),
            Columns::Dtype(_) => {}
            Columns::Names(names) => names.iter().for_each(|name| self.remove(name)),
            Columns::Regex(pattern) => {
                if let Ok(regex) = pattern.compile(true) {
                    self.retain(|name| !regex.is_match(name));
                }
            }
            Columns::Except(names) => self.keep(&Columns::Names(names.clone())),
        }
    }

    fn retain(&mut self, kept: impl Fn(&str) -> bool) {
        for name in self.names() {
            if !kept(&name) {
                self.remove(&name);
            }
        }
    }

    /// Gives columns other names, all at once, so that two can change places.
    pub(crate) fn rename(&mut self, pointer: &str, mapping: &[(Name, Name)]) {
        let mut renamed = Vec::with_capacity(mapping.len());
        for (old, new) in mapping {
            let origin = self.read_origin(&format!("{pointer}/{}", escaped(old)), old);
            let place = self.columns.get(old.as_str()).map(|known| known.place);
            renamed.push((new, origin, place));
        }
        for (old, _) in mapping {
            self.remove(old);
        }
        for (new, origin, place) in renamed {
            self.insert(new, origin);
            if let (Some(known), Some(place)) = (self.columns.get_mut(new.as_str()), place) {
                known.place = place;
            }
        }
    }

    /// Gives every column another name.
    pub(crate) fn rename_all(&mut self, renamed: impl Fn(&[String]) -> Vec<String>) {
        let names = self.names();
        let mut before = std::mem::take(&mut self.columns);
        for (old, new) in names.iter().zip(renamed(&names)) {
            if let Some(known) = before.remove(old) {
                self.columns.insert(new, known);
            }
        }
        self.gone.clear();
        if self.rest == Rest::Input {
            self.rest = Rest::Unknown;
        }
    }
}
