//! Steps after which a row is something else than before.

use super::texts::check_distinct;
use super::{Class, Work};
use crate::fault::Code;
use crate::lineage::Flow;
use crate::read::Fields;
use crate::value::{Columns, Name};

tagged! {
    /// How the values of a group become one.
    pub enum AggregateFunction by "function" {
        /// How many there are; without a column, how many rows.
        Count = "count",
        /// How many different ones there are.
        CountDistinct = "count_distinct",
        /// About how many different ones there are, with an error of some 2 %.
        ApproxCountDistinct = "approx_count_distinct",
        /// Their sum.
        Sum = "sum",
        /// Their mean, a double.
        Mean = "mean" | "avg",
        /// The least one.
        Min = "min",
        /// The greatest one.
        Max = "max",
        /// The middle one, a double.
        Median = "median",
        /// The one below which a share of them lies.
        Percentile = "percentile" {
            /// The share.
            p: f64 [0.0..=1.0],
        },
        /// Their standard deviation, of a sample.
        Stddev = "stddev",
        /// The first one, in the order of the input.
        First = "first",
        /// The last one, in the order of the input.
        Last = "last",
        /// All of them, as a list.
        List = "list",
        /// Whether at least one is true.
        Any = "any",
        /// Whether all are true.
        All = "all",
    }
}

group! {
    /// One column of the result.
    pub struct Aggregation {
        /// The column; `count` counts rows where it is left out.
        column: Option<Name>,
        /// How its values become one.
        function: AggregateFunction as flat,
        /// Name of the result; the column and the function where it is left out.
        output as "as": Option<Name>,
    }
    check Aggregation::verify;
}

impl Aggregation {
    /// The name of the result.
    #[must_use]
    pub fn name(&self) -> String {
        match (&self.output, &self.column) {
            (Some(output), _) => output.to_string(),
            (None, Some(column)) => format!("{column}_{}", self.function.word()),
            (None, None) => self.function.word().to_owned(),
        }
    }

    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        let counts = self.function == AggregateFunction::Count;
        let column = self
            .column
            .filter(|column| !(counts && column.as_str() == "*"));
        if column.is_none() && !counts {
            fields.missing("column", "the column whose values become one");
        }
        Self { column, ..self }
    }
}

group! {
    /// Makes one row of each group.
    pub struct Aggregate {
        /// The columns that make up a group; all rows are one where it is left out.
        group_by: Vec<Name> [0..=100] = Vec::new(),
        /// The other columns of the result.
        aggregations: Vec<Aggregation> [1..=1_000],
    }
    check Aggregate::verify;
}

impl Aggregate {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        let names: Vec<Name> = self
            .aggregations
            .iter()
            .filter_map(|aggregation| Name::parse(&aggregation.name()).ok())
            .collect();
        check_distinct(self.group_by.iter().chain(&names), "aggregations", fields);
        self
    }
}

impl Work for Aggregate {
    fn class(&self) -> Class {
        Class::Grouped
    }

    fn flow(&self, flow: &mut Flow) {
        flow.read_list("group_by", &self.group_by);
        for (index, aggregation) in self.aggregations.iter().enumerate() {
            if let Some(column) = &aggregation.column {
                flow.read(&format!("aggregations/{index}/column"), column);
            }
        }
        flow.keep(&Columns::Names(self.group_by.clone()));
        for aggregation in &self.aggregations {
            flow.create(&aggregation.name());
        }
    }
}

choice! {
    /// How the values of one cell of a pivot become one.
    pub enum PivotFunction {
        /// How many there are.
        Count = "count",
        /// Their sum.
        Sum = "sum",
        /// Their mean, a double.
        Mean = "mean",
        /// The least one.
        Min = "min",
        /// The greatest one.
        Max = "max",
        /// The first one, in the order of the input.
        First = "first",
        /// The last one, in the order of the input.
        Last = "last",
    }
}

group! {
    /// Turns the values of a column into columns.
    pub struct Pivot {
        /// The columns that make up a row of the result.
        index: Vec<Name> [1..=100],
        /// The column whose values become columns.
        column: Name,
        /// The column that fills them.
        values: Name,
        /// How several values of one cell become one.
        function: PivotFunction,
        /// The values that become columns; all that there are, in ascending order, where it is left out.
        categories: Option<Vec<String>> [1..=16_384],
        /// How many columns there may be; more make the job fail.
        max_columns: u64 [1..=16_384] = 1_000,
    }
    check Pivot::verify;
}

impl Pivot {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        for (name, column) in [("column", &self.column), ("values", &self.values)] {
            if self.index.contains(column) {
                let message = format!("give {name} a column that is not in index");
                fields.fault(name, Code::Conflict, message);
            }
        }
        let categories = self.categories.as_deref().unwrap_or_default();
        let mut seen = std::collections::HashSet::new();
        for category in categories {
            if !seen.insert(category) {
                let message = format!("name {} once only", crate::fault::quoted(category));
                fields.fault("categories", Code::Duplicate, message);
            }
        }
        if categories.len() as u64 > self.max_columns {
            let message = format!("give at most max_columns categories, {}", self.max_columns);
            fields.fault("categories", Code::OutOfRange, message);
        }
        self
    }
}

impl Work for Pivot {
    fn class(&self) -> Class {
        if self.categories.is_some() {
            Class::Grouped
        } else {
            Class::TwoPass
        }
    }

    fn flow(&self, flow: &mut Flow) {
        flow.read_list("index", &self.index);
        flow.read("column", &self.column);
        flow.read("values", &self.values);
        flow.keep(&Columns::Names(self.index.clone()));
        match &self.categories {
            Some(categories) => categories.iter().for_each(|name| flow.create(name)),
            None => flow.open(),
        }
    }
}

group! {
    /// Turns columns into rows with a name and a value.
    pub struct Unpivot {
        /// The columns that every row of the result keeps.
        id_columns: Option<Columns>,
        /// The columns that become rows; all others where it is left out.
        value_columns: Option<Columns>,
        /// Name of the column that holds their names.
        name_to: Name = super::name("name"),
        /// Name of the column that holds their values.
        value_to: Name = super::name("value"),
        /// Whether null values make no row.
        drop_nulls: bool = false,
    }
    check Unpivot::verify;
}

impl Unpivot {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        if self.id_columns.is_none() && self.value_columns.is_none() {
            fields.missing(
                "value_columns",
                "the columns that become rows; or give id_columns",
            );
        }
        if self.name_to == self.value_to {
            let message = "give the names and the values two columns";
            fields.fault("value_to", Code::Conflict, message);
        }
        self
    }
}

impl Work for Unpivot {
    fn flow(&self, flow: &mut Flow) {
        if let Some(columns) = &self.id_columns {
            flow.read_columns("id_columns", columns);
        }
        if let Some(columns) = &self.value_columns {
            flow.read_columns("value_columns", columns);
        }
        match (&self.id_columns, &self.value_columns) {
            (Some(columns), _) => flow.keep(columns),
            (None, Some(columns)) => flow.drop(columns),
            (None, None) => {}
        }
        flow.create(&self.name_to);
        flow.create(&self.value_to);
    }
}

group! {
    /// Makes one row of each part of a list or of a text with delimiters.
    pub struct Explode {
        /// The column.
        column: Name,
        /// What stands between the parts; left out for a column of lists.
        delimiter: Option<String> [1..=100],
        /// Whether a row without parts stays, with null.
        keep_empty: bool = true,
    }
}

impl Work for Explode {
    fn flow(&self, flow: &mut Flow) {
        flow.read("column", &self.column);
    }
}

group! {
    /// Turns the members of JSON objects into columns.
    pub struct FlattenJson {
        /// The column.
        column: Name,
        /// What stands between the names of members inside each other.
        separator: String [0..=10] = ".".to_owned(),
        /// How deep; members below stay JSON.
        max_depth: u64 [1..=32] = 3,
        /// Whether the column stays.
        keep_source: bool = false,
    }
}

impl Work for FlattenJson {
    fn class(&self) -> Class {
        // Which columns there are is known when all objects have been seen.
        Class::TwoPass
    }

    fn flow(&self, flow: &mut Flow) {
        flow.read("column", &self.column);
        if !self.keep_source {
            flow.remove(&self.column);
        }
        flow.open();
    }
}
