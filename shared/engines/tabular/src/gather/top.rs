//! The greatest rows, of all or of each group.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::ExprFunctionExt;
use datafusion::prelude::{Expr, lit};
use millrace_rows::choose;
use millrace_steps::step::{Collation, TopN};
use millrace_steps::value::Columns;

use super::feed::{NUMBERS, SEQUENCE, column, gather, named};
use crate::error::TabularError;
use crate::frames::Frames;
use crate::resources::Resources;
use crate::sort::{Ordering, Sorting};

/// Keeps the first rows of an order: of all rows, in that order, or of each group, the groups in the
/// order of their values.
#[derive(Debug)]
pub(crate) struct Topping {
    order: Ordering,
    groups: Vec<usize>,
    count: usize,
    schema: SchemaRef,
}

impl Topping {
    pub(crate) fn bind(step: &TopN, schema: &SchemaRef) -> Result<Self, TabularError> {
        let groups = if step.group_by.is_empty() {
            Vec::new()
        } else {
            choose(&Columns::Names(step.group_by.clone()), schema)?
        };
        Ok(Self {
            order: Ordering::bind(&step.by, Collation::Binary, schema)?,
            groups,
            count: usize::try_from(step.count).unwrap_or(usize::MAX),
            schema: Arc::clone(schema),
        })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn attach(
        &self,
        input: Frames,
        resources: &Resources,
    ) -> Result<Frames, TabularError> {
        const RANK: &str = "rank";
        if self.groups.is_empty() {
            let sorting = Sorting::of(self.order.clone(), &self.schema);
            return Ok(sorting.attach(input, Some(self.count), resources));
        }
        let mut by = self.order.expressions();
        by.push(named(SEQUENCE).sort(true, false));
        let width = self.schema.fields().len();
        let kept: Vec<Expr> = (0..width).map(column).chain([named(NUMBERS)]).collect();
        let groups: Vec<Expr> = self.groups.iter().map(|place| column(*place)).collect();
        let count = self.count;
        let gathered = gather(input, &self.schema, resources, move |frame| {
            let rank = row_number()
                .order_by(by)
                .partition_by(groups.clone())
                .build()?
                .alias(RANK);
            let mut shown: Vec<_> = groups
                .into_iter()
                .map(|group| group.sort(true, false))
                .collect();
            shown.push(named(RANK).sort(true, false));
            frame
                .window(vec![rank])?
                .filter(named(RANK).lt_eq(lit(count as u64)))?
                .sort(shown)?
                .select(kept)
        })?;
        Ok(gathered.into_frames(Arc::clone(&self.schema)))
    }
}
