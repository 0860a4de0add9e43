//! The algebra between English and SQL. Joins and the grouping of plain outputs are derived when it is
//! written as SQL and do not stand in it.

use crate::schema::{ColumnId, Schema, TableId};
use crate::time::Unit;
use crate::values::TRUTHS;

/// A function over the rows of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Aggregate {
    Count,
    Sum,
    Average,
    Minimum,
    Maximum,
}

impl Aggregate {
    pub(crate) const fn sql(self) -> &'static str {
        match self {
            Self::Count => "COUNT",
            Self::Sum => "SUM",
            Self::Average => "AVG",
            Self::Minimum => "MIN",
            Self::Maximum => "MAX",
        }
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    Greater,
    AtLeast,
    AtMost,
}

impl Comparison {
    pub(crate) const fn sql(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unequal => "<>",
            Self::Less => "<",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
        }
    }

    /// What holds where this does not.
    pub(crate) const fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::Unequal,
            Self::Unequal => Self::Equal,
            Self::Less => Self::AtLeast,
            Self::Greater => Self::AtMost,
            Self::AtLeast => Self::Less,
            Self::AtMost => Self::Greater,
        }
    }
}

/// Something that has a value: a column, or a function over the rows of a group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Column(ColumnId),
    /// Rows of the query; the table says whose rows are meant.
    Rows(TableId),
    Aggregate(Aggregate, ColumnId),
    /// Different values of a column.
    Different(ColumnId),
    /// The span of the calendar that a column of time lies in.
    Period(Unit, ColumnId),
    /// How many rows have one value of another on average; a value that no row has does not count.
    RowsPer(Box<Value>),
    /// The percentage of the rows that meet the conditions, none of which looks into another query.
    Share(Vec<Filter>),
}

impl Value {
    pub(crate) fn column(&self) -> Option<ColumnId> {
        match self {
            Self::Column(column)
            | Self::Aggregate(_, column)
            | Self::Different(column)
            | Self::Period(_, column) => Some(*column),
            Self::Rows(_) | Self::Share(_) => None,
            Self::RowsPer(key) => key.column(),
        }
    }

    /// Conditions that stand within the value.
    fn conditions(&self) -> &[Filter] {
        match self {
            Self::Share(filters) => filters,
            _ => &[],
        }
    }

    pub(crate) const fn is_aggregate(&self) -> bool {
        !matches!(self, Self::Column(_) | Self::Period(..))
    }
}

/// A constant as SQL writes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Number(f64),
    Truth(bool),
    /// A day, `YYYY-MM-DD`.
    Date(String),
}

impl Literal {
    /// What a cell of a column of yes and no says.
    pub(crate) fn truth(cell: &str) -> Option<Self> {
        let said = |word: &str| cell.eq_ignore_ascii_case(word);
        let mut pairs = TRUTHS.iter();
        pairs.find_map(|(yes, no)| (said(yes) || said(no)).then(|| Self::Truth(said(yes))))
    }
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Compare(Comparison, Literal),
    /// Both ends included.
    Between(Literal, Literal),
    /// From the first day up to and without the second.
    Interval(String, String),
    /// Part of a text, whatever its case; true marks an open end.
    Like {
        open_start: bool,
        text: String,
        open_end: bool,
    },
    Missing,
    Present,
    /// Against another column of the same row.
    Column(Comparison, ColumnId),
    /// Against one value of another query.
    Query(Comparison, Box<Query>),
    /// Among the values of another query.
    In(Box<Query>),
    NotIn(Box<Query>),
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    Test(Value, Test),
    Any(Vec<Filter>),
}

/// What joins the answers of two queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetOperation {
    Intersect,
}

/// A question in the algebra.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Query {
    pub(crate) outputs: Vec<Value>,
    pub(crate) distinct: bool,
    pub(crate) filters: Vec<Filter>,
    pub(crate) groups: Vec<ColumnId>,
    pub(crate) having: Vec<Filter>,
    pub(crate) order: Vec<(Value, bool)>,
    pub(crate) limit: Option<u64>,
    /// Rows that are left out before the first one that is shown.
    pub(crate) offset: u64,
    /// Order and limit hold among the rows that share these values, and not among all.
    pub(crate) within: Vec<Value>,
    /// Tables that must be joined beside those of the columns.
    pub(crate) tables: Vec<TableId>,
    pub(crate) set: Option<(SetOperation, Box<Query>)>,
}

impl Test {
    /// Among no value of `query`, whose nulls are left out: one of them would make the test fail for every
    /// row.
    pub(crate) fn not_in(schema: &Schema, mut query: Query) -> Self {
        if let [Value::Column(column)] = query.outputs[..]
            && schema.columns[column].may_be_null()
        {
            let present = Filter::Test(Value::Column(column), Self::Present);
            query.filters.push(present);
        }
        Self::NotIn(Box::new(query))
    }
}

impl Query {
    /// The columns of the query and of those within it.
    pub(crate) fn columns(&self) -> Vec<ColumnId> {
        let values = self
            .outputs
            .iter()
            .chain(&self.within)
            .chain(self.order.iter().map(|(value, _)| value));
        let mut found: Vec<ColumnId> = values.filter_map(Value::column).collect();
        found.extend(&self.groups);
        let mut open: Vec<&Filter> = self.filters.iter().chain(&self.having).collect();
        open.extend(self.outputs.iter().flat_map(Value::conditions));
        while let Some(filter) = open.pop() {
            match filter {
                Filter::Any(filters) => open.extend(filters),
                Filter::Test(value, test) => {
                    found.extend(value.column());
                    if let Test::Column(_, other) = test {
                        found.push(*other);
                    }
                    if let Test::Query(_, inner) | Test::In(inner) | Test::NotIn(inner) = test {
                        found.extend(inner.columns());
                    }
                }
            }
        }
        if let Some((_, other)) = &self.set {
            found.extend(other.columns());
        }
        found
    }

    /// Tables that the query stands on, those of subqueries left out.
    pub(crate) fn own_tables(&self, table_of: impl Fn(ColumnId) -> TableId) -> Vec<TableId> {
        fn of_filter(filter: &Filter, found: &mut Vec<ColumnId>, tables: &mut Vec<TableId>) {
            match filter {
                Filter::Test(Value::Rows(table), _) => tables.push(*table),
                Filter::Test(value, test) => {
                    found.extend(value.column());
                    if let Test::Column(_, other) = test {
                        found.push(*other);
                    }
                }
                Filter::Any(filters) => {
                    for filter in filters {
                        of_filter(filter, found, tables);
                    }
                }
            }
        }
        let mut columns = Vec::new();
        let mut tables = Vec::new();
        for value in self
            .outputs
            .iter()
            .chain(&self.within)
            .chain(self.order.iter().map(|(value, _)| value))
        {
            columns.extend(value.column());
            if let Value::Rows(table) = value {
                tables.push(*table);
            }
        }
        columns.extend(&self.groups);
        let shared = self.outputs.iter().flat_map(Value::conditions);
        for filter in self.filters.iter().chain(&self.having).chain(shared) {
            of_filter(filter, &mut columns, &mut tables);
        }
        let mut all: Vec<TableId> = Vec::new();
        for table in columns
            .into_iter()
            .map(table_of)
            .chain(tables)
            .chain(self.tables.iter().copied())
        {
            if !all.contains(&table) {
                all.push(table);
            }
        }
        all
    }
}
