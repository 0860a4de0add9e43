//! What the engine knows of a database: tables, columns, keys, the words of their names, their roles,
//! and how tables are joined.

mod ddl;
mod joins;
mod naming;
mod roles;

pub(crate) use ddl::read_tables;
pub(crate) use joins::{Edge, JoinGraph, joined_tables, repeats};
pub(crate) use naming::{name_words, written_out};
pub(crate) use roles::finish;

/// Place of a table in [`Schema::tables`].
pub(crate) type TableId = usize;
/// Place of a column in [`Schema::columns`].
pub(crate) type ColumnId = usize;

/// A fault of the DDL or of the rows that a database is built from.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaError {
    /// The DDL does not parse.
    #[error("the schema does not parse: {0}; send CREATE TABLE statements of standard SQL")]
    Syntax(String),
    /// The DDL holds something else than tables.
    #[error("only CREATE TABLE is taken, found: {0}")]
    NotATable(String),
    /// A name stands twice.
    #[error("{0} is defined twice; give every table and every column of a table its own name")]
    Twice(String),
    /// There is no table.
    #[error("the schema has no table; send at least one CREATE TABLE statement")]
    Empty,
    /// More than the engine takes.
    #[error("the schema has more than {most} {what}; leave out what is not asked about")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        most: usize,
    },
    /// Rows were given for a table or a column that is not there.
    #[error("{0} is not in the schema")]
    Unknown(String),
    /// The CSV text does not parse.
    #[error("the rows of {table} do not parse as CSV: {fault}")]
    Rows {
        /// The table.
        table: String,
        /// What is wrong.
        fault: String,
    },
}

/// What a column holds, as far as questions care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whole numbers.
    Integer,
    /// Other numbers.
    Real,
    /// Text, and everything without a better name.
    Text,
    /// Days.
    Date,
    /// Days with a time.
    Timestamp,
    /// True and false.
    Boolean,
}

impl Kind {
    pub(crate) const fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Real)
    }

    pub(crate) const fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Id,
    Name,
    Code,
    Date,
    Year,
    Measure,
    Flag,
    Text,
}

/// What the rows say of a column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    pub(crate) rows: usize,
    pub(crate) nulls: usize,
    pub(crate) distinct: usize,
    /// Every value that is there reads as a number.
    pub(crate) numeric: bool,
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
    /// What stands for yes and for no, where the column holds nothing else.
    pub(crate) truth: Option<(String, String)>,
}

impl Facts {
    pub(crate) fn unique(&self) -> bool {
        self.rows > 1 && self.distinct + self.nulls >= self.rows && self.nulls == 0
    }

    /// Rows of one value are many.
    pub(crate) fn is_shared(&self) -> bool {
        self.truth.is_some() || self.is_category()
    }

    /// Most rows share their value with another one; a handful of rows tells nothing.
    pub(crate) fn is_category(&self) -> bool {
        self.rows >= 10 && self.distinct * 2 <= self.rows
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) table: TableId,
    pub(crate) name: String,
    /// Base forms of the words of the name.
    pub(crate) words: Vec<String>,
    /// `words` without those of the table.
    pub(crate) core: Vec<String>,
    pub(crate) kind: Kind,
    pub(crate) declared: Kind,
    pub(crate) role: Role,
    pub(crate) key: bool,
    /// The column that this one refers to.
    pub(crate) refers: Option<ColumnId>,
    pub(crate) facts: Facts,
    /// Its owner wants it neither shown nor used.
    pub(crate) hidden: bool,
}

impl Column {
    /// Whether rows may have no value, as far as is known; text in a column of numbers is none.
    pub(crate) fn may_be_null(&self) -> bool {
        let odd = self.declared.is_number() && !self.facts.numeric;
        !self.key && (self.facts.rows == 0 || self.facts.nulls > 0 || odd)
    }

    pub(crate) fn is_number(&self) -> bool {
        self.kind.is_number()
    }

    /// Times, or days and years in whatever form.
    pub(crate) fn holds_time(&self) -> bool {
        self.kind.is_time() || matches!(self.role, Role::Date | Role::Year)
    }

    /// Of two different values one is the greater.
    pub(crate) fn has_order(&self) -> bool {
        self.is_number() || self.holds_time()
    }

    /// Numbers and times that say how much or when, not which row is meant.
    pub(crate) fn is_measured(&self) -> bool {
        self.has_order() && self.role != Role::Id && self.refers.is_none()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) words: Vec<String>,
    pub(crate) columns: Vec<ColumnId>,
    pub(crate) key: Vec<ColumnId>,
    /// What stands for a row when the table is shown: one column, or first and last name.
    pub(crate) display: Vec<ColumnId>,
    /// Only joins two others.
    pub(crate) link: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ForeignKey {
    pub(crate) from: ColumnId,
    pub(crate) to: ColumnId,
    /// Stands in the DDL, and was not guessed from names.
    pub(crate) declared: bool,
}

/// A table that refers twice to one key relates the rows of that key's table to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Relation {
    pub(crate) table: TableId,
    pub(crate) key: ColumnId,
    /// The end that a row stands at.
    pub(crate) near: ColumnId,
    /// The end that is named like the relation.
    pub(crate) far: ColumnId,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Schema {
    pub(crate) tables: Vec<Table>,
    pub(crate) columns: Vec<Column>,
    pub(crate) keys: Vec<ForeignKey>,
}

impl Schema {
    pub(crate) fn table_of(&self, column: ColumnId) -> TableId {
        self.columns[column].table
    }

    pub(crate) fn table_named(&self, name: &str) -> Option<TableId> {
        let exact = self.tables.iter().position(|table| table.name == name);
        exact.or_else(|| {
            self.tables
                .iter()
                .position(|table| table.name.eq_ignore_ascii_case(name))
        })
    }

    pub(crate) fn column_named(&self, table: TableId, name: &str) -> Option<ColumnId> {
        let columns = &self.tables[table].columns;
        let find = |same: &dyn Fn(&str) -> bool| {
            columns
                .iter()
                .copied()
                .find(|column| same(&self.columns[*column].name))
        };
        find(&|other| other == name).or_else(|| find(&|other| other.eq_ignore_ascii_case(name)))
    }

    /// The column that is named as `table.column`.
    pub(crate) fn column_at(&self, name: &str) -> Option<ColumnId> {
        let (table, column) = name.split_once('.')?;
        self.column_named(self.table_named(table)?, column)
    }

    /// The column that tells the rows of a table apart, if it is one column.
    pub(crate) fn single_key(&self, table: TableId) -> Option<ColumnId> {
        match self.tables[table].key.as_slice() {
            [key] => Some(*key),
            _ => None,
        }
    }

    /// A row of the table has one row of the other one: itself, or what it refers to over any number of tables.
    pub(crate) fn belongs(&self, table: TableId, other: TableId) -> bool {
        let mut reached = vec![table];
        let mut at = 0;
        while at < reached.len() && !reached.contains(&other) {
            let next: Vec<TableId> = (0..self.tables.len())
                .filter(|next| !reached.contains(next) && self.refers(reached[at], *next))
                .collect();
            reached.extend(next);
            at += 1;
        }
        reached.contains(&other)
    }

    /// The column of numbers that is called as its table is: rows of "degrees" with a column "degrees" hold how many.
    pub(crate) fn own_count(&self, table: TableId) -> Option<ColumnId> {
        let columns = &self.tables[table].columns;
        columns.iter().copied().find(|id| {
            let column = &self.columns[*id];
            column.words == self.tables[table].words
                && column.role == Role::Measure
                && column.declared.is_number()
                && !column.key
                && column.refers.is_none()
        })
    }

    /// Rows of the table refer to those of another one, which many of them may share.
    pub(crate) fn refers(&self, table: TableId, other: TableId) -> bool {
        let targets = self
            .columns
            .iter()
            .filter(|column| column.table == table)
            .filter_map(|column| column.refers);
        table != other
            && targets
                .into_iter()
                .any(|target| self.table_of(target) == other)
    }

    /// No two rows of the table share a value of the column.
    pub(crate) fn is_unique(&self, column: ColumnId) -> bool {
        let facts = &self.columns[column];
        // In a handful of rows anything may happen to differ.
        let told = facts.facts.rows >= 30 || matches!(facts.role, Role::Id | Role::Name);
        self.single_key(facts.table) == Some(column) || (told && facts.facts.unique())
    }

    /// The relation among the rows whose single key is `key`.
    pub(crate) fn relation(&self, key: ColumnId) -> Option<Relation> {
        let entity = self.table_of(key);
        if self.single_key(entity) != Some(key) {
            return None;
        }
        (0..self.tables.len())
            .filter(|table| *table != entity)
            .find_map(|table| {
                let mut ends = self.tables[table]
                    .columns
                    .iter()
                    .copied()
                    .filter(|end| self.columns[*end].refers == Some(key));
                let (one, other) = (ends.next()?, ends.next()?);
                if ends.next().is_some() {
                    return None;
                }
                let words = &self.tables[table].words;
                let named = |end: ColumnId| {
                    self.columns[end]
                        .words
                        .iter()
                        .any(|word| words.contains(word))
                };
                let (near, far) = if named(one) {
                    (other, one)
                } else {
                    (one, other)
                };
                Some(Relation {
                    table,
                    key,
                    near,
                    far,
                })
            })
    }
}
