//! Steps about numbers.

use serde_json::{Map, Value};

use super::{Class, Work};
use crate::fault::Code;
use crate::lineage::Flow;
use crate::read::{Fields, Group, Parameter, ParameterDescription};
use crate::value::{Columns, Name};

choice! {
    /// How numbers are rounded.
    pub enum RoundMode {
        /// To the nearest, halves to the even digit.
        HalfEven = "half_even",
        /// To the nearest, halves away from zero.
        HalfUp = "half_up",
        /// Down.
        Floor = "floor",
        /// Up.
        Ceil = "ceil",
        /// Towards zero.
        Trunc = "trunc",
    }
}

group! {
    /// Rounds numbers.
    pub struct Round {
        /// The columns.
        columns: Columns,
        /// Digits after the point; before it where negative.
        decimals: i64 [-18..=18] = 0,
        /// How.
        mode: RoundMode = RoundMode::HalfEven,
    }
}

impl Work for Round {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }
}

/// Borders between groups of numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Bins {
    /// Borders, ascending: each group holds its lower border.
    Edges(Vec<f64>),
    /// So many groups of equal size.
    Quantiles(u64),
}

impl Group for Bins {
    fn parameters() -> Vec<ParameterDescription> {
        let optional = ParameterDescription::optional;
        let edges = Vec::<f64>::shape().limited(Some((1..=1_000).into()));
        let quantiles = u64::shape().limited(Some((2..=1_000).into()));
        vec![
            optional(
                "edges",
                "Borders, ascending; each group holds its lower border. Give these or quantiles.",
                edges,
            ),
            optional(
                "quantiles",
                "So many groups of equal size; give this or edges.",
                quantiles,
            ),
        ]
    }

    fn read_fields(fields: &mut Fields<'_, '_>) -> Option<Self> {
        if fields.either("edges", "quantiles", "a list of numbers that ascend")? == "quantiles" {
            let limits = Some((2..=1_000).into());
            return fields.read("quantiles", limits, None).map(Self::Quantiles);
        }
        let edges: Vec<f64> = fields.read("edges", Some((1..=1_000).into()), None)?;
        if edges.windows(2).any(|pair| pair[0] >= pair[1]) {
            let message = "give edges that ascend, each once";
            fields.fault("edges", Code::InvalidValue, message);
            return None;
        }
        Some(Self::Edges(edges))
    }

    fn write_fields(&self, into: &mut Map<String, Value>) {
        match self {
            Self::Edges(edges) => into.insert("edges".to_owned(), edges.clone().into()),
            Self::Quantiles(count) => into.insert("quantiles".to_owned(), (*count).into()),
        };
    }
}

group! {
    /// Puts numbers into groups.
    pub struct Bin {
        /// The column.
        column: Name,
        /// The groups.
        bins: Bins as flat,
        /// Names of the groups: as many as there are edges, and the last group has no end; or one less,
        /// and numbers outside the edges become null. Without it groups are named by their borders.
        labels: Option<Vec<String>> [1..=1_000],
        /// Name of the result; the column itself where it is left out.
        output: Option<Name>,
    }
    check Bin::verify;
}

impl Bin {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        let Some(labels) = &self.labels else {
            return self;
        };
        let given = labels.len() as u64;
        let (fits, wanted) = match &self.bins {
            Bins::Edges(edges) => {
                let edges = edges.len() as u64;
                let fits = given == edges || given + 1 == edges;
                (fits, format!("{edges} or {}", edges.saturating_sub(1)))
            }
            Bins::Quantiles(count) => (given == *count, count.to_string()),
        };
        if !fits {
            let message = format!("give {wanted} labels, not {given}");
            fields.fault("labels", Code::OutOfRange, message);
        }
        self
    }
}

impl Work for Bin {
    fn class(&self) -> Class {
        match self.bins {
            Bins::Edges(_) => Class::RowLocal,
            Bins::Quantiles(_) => Class::TwoPass,
        }
    }

    fn flow(&self, flow: &mut Flow) {
        flow.read("column", &self.column);
        flow.create_optional(self.output.as_ref());
    }
}

choice! {
    /// How outliers are found.
    pub enum OutlierMethod {
        /// So many interquartile ranges below the first quartile or above the third.
        Iqr = "iqr",
        /// So many standard deviations from the mean.
        ZScore = "z_score",
    }
}

choice! {
    /// What happens to outliers.
    pub enum OutlierAction {
        /// A column `{column}_outlier` says which they are.
        Flag = "flag",
        /// Their rows go.
        Drop = "drop",
        /// They become null.
        Null = "null",
        /// They become the nearest value that is none.
        Clip = "clip",
    }
}

group! {
    /// Finds numbers that lie far from the others.
    pub struct Outliers {
        /// The columns.
        columns: Columns,
        /// How they are found.
        method: OutlierMethod = OutlierMethod::Iqr,
        /// How far is far; 1.5 for `iqr` and 3 for `z_score` where it is left out.
        threshold: Option<f64> [0.1..=100.0],
        /// What happens to them.
        action: OutlierAction = OutlierAction::Flag,
    }
    check Outliers::verify;
}

impl Outliers {
    fn verify(self, _fields: &mut Fields<'_, '_>) -> Self {
        let usual = match self.method {
            OutlierMethod::Iqr => 1.5,
            OutlierMethod::ZScore => 3.0,
        };
        Self {
            threshold: self.threshold.or(Some(usual)),
            ..self
        }
    }
}

impl Work for Outliers {
    fn class(&self) -> Class {
        Class::TwoPass
    }

    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
        if self.action == OutlierAction::Flag {
            flow.create_each(&self.columns, |name| format!("{name}_outlier"));
        }
    }
}
