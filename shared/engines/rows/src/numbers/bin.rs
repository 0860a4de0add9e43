//! The step `bin`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{DataType, SchemaRef};
use millrace_steps::step::{Bin, Bins};

use super::doubles;
use crate::choose::find;
use crate::error::RowError;
use crate::facts::Facts;
use crate::operator::{Faults, Operator, Output};
use crate::types::{Outputs, type_name, write_double};

#[derive(Debug)]
struct Groups {
    place: usize,
    /// The lower border of each group, ascending.
    borders: Vec<f64>,
    edge: Edge,
    names: StringViewArray,
    outputs: Outputs,
}

/// What happens to numbers outside the borders.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Edge {
    /// Those below are in no group.
    Open,
    /// Those below are in no group, nor those from here on.
    Until(f64),
    /// They are in the nearest group.
    Nearest,
}

/// Binds the step.
///
/// A group holds its lower border and not its upper one, which is that of the next. With edges, the last
/// group has no upper border unless there is one label less than edges; numbers outside all groups become
/// null. Groups without labels are called by their borders, `[0, 18)`, the last one `[65, ∞)`. With
/// quantiles, the least and the greatest number are in the first and the last group, which are called
/// `q1`, `q2`, … without labels; where many numbers are equal, groups may be empty. What is no number is in
/// no group.
pub(crate) fn bin(
    step: &Bin,
    schema: &SchemaRef,
    facts: &Facts,
) -> Result<Box<dyn Operator>, RowError> {
    let place = find(&step.column, schema)?;
    let from = schema.field(place).data_type();
    if !from.is_numeric() {
        return Err(RowError::column_type(
            &step.column,
            &type_name(from),
            "numbers",
        ));
    }
    let (borders, edge, names) = match &step.bins {
        Bins::Edges(edges) => match &step.labels {
            Some(labels) if labels.len() < edges.len() => {
                let mut borders = edges.clone();
                let last = borders.pop().map_or(Edge::Open, Edge::Until);
                (borders, last, labels.clone())
            }
            Some(labels) => (edges.clone(), Edge::Open, labels.clone()),
            None => (edges.clone(), Edge::Open, names(edges)),
        },
        Bins::Quantiles(count) => {
            let borders = quantiles(&facts.edges, *count)?;
            let names = match &step.labels {
                Some(labels) => labels.clone(),
                None => (1..=*count).map(|place| format!("q{place}")).collect(),
            };
            (borders, Edge::Nearest, names)
        }
    };
    let output = step.output.as_ref().unwrap_or(&step.column);
    Ok(Box::new(Groups {
        place,
        borders,
        edge,
        names: names.iter().map(Some).collect(),
        outputs: Outputs::bind(schema, vec![(output.to_string(), DataType::Utf8View)])?,
    }))
}

/// `[0, 18)`, `[18, 65)`, `[65, ∞)`
fn names(edges: &[f64]) -> Vec<String> {
    let mut names = Vec::with_capacity(edges.len());
    for (place, edge) in edges.iter().enumerate() {
        let mut name = String::from("[");
        write_border(*edge, &mut name);
        name.push_str(", ");
        match edges.get(place + 1) {
            Some(next) => write_border(*next, &mut name),
            None => name.push('∞'),
        }
        name.push(')');
        names.push(name);
    }
    names
}

/// Writes a border as callers do: a whole one without a point.
fn write_border(border: f64, out: &mut String) {
    write_double(border, out);
    if out.ends_with(".0") {
        out.truncate(out.len() - 2);
    }
}

/// The lower borders of the groups; none where there are no numbers at all.
fn quantiles(edges: &[f64], count: u64) -> Result<Vec<f64>, RowError> {
    let Some((_, lower)) = edges.split_last() else {
        return Ok(Vec::new());
    };
    if lower.len() as u64 != count || edges.windows(2).any(|pair| pair[0] > pair[1]) {
        return Err(RowError::new(
            "STEP_FAILED",
            format!("{count} groups have other borders than {}", edges.len()),
        ));
    }
    Ok(lower.to_vec())
}

impl Groups {
    /// The group of a number.
    fn group(&self, value: f64) -> Option<u32> {
        if value.is_nan() || self.borders.is_empty() {
            return None;
        }
        let below = self.borders.partition_point(|border| *border <= value);
        let group = match self.edge {
            Edge::Nearest => below.saturating_sub(1),
            Edge::Open => below.checked_sub(1)?,
            Edge::Until(end) if value < end => below.checked_sub(1)?,
            Edge::Until(_) => return None,
        };
        u32::try_from(group).ok()
    }
}

impl Operator for Groups {
    fn schema(&self) -> &SchemaRef {
        self.outputs.schema()
    }

    fn apply(&self, batch: &RecordBatch, _faults: &mut Faults) -> Result<Output, RowError> {
        let numbers = doubles(batch.column(self.place))?;
        let groups: UInt32Array = numbers
            .iter()
            .map(|value| value.and_then(|value| self.group(value)))
            .collect();
        let names: ArrayRef = if self.names.is_empty() {
            arrow::array::new_null_array(&DataType::Utf8View, groups.len())
        } else {
            take(&self.names, &groups, None)?
        };
        let batch = self.outputs.write(batch, vec![Arc::clone(&names)])?;
        Ok(Output::Same(batch))
    }
}
