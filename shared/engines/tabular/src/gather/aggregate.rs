//! Groups of rows as one row each.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, SchemaRef};
use datafusion::functions_aggregate::expr_fn::{
    approx_distinct, array_agg, avg, bool_and, bool_or, count, count_distinct, first_value,
    last_value, max, median, min, stddev, sum,
};
use datafusion::functions_aggregate::percentile_cont::percentile_cont;
use datafusion::logical_expr::ExprFunctionExt;
use datafusion::prelude::{Expr, cast, lit};
use millrace_rows::{RowError, Rows, choose};
use millrace_steps::step::{Aggregate, AggregateFunction, Aggregation, PivotFunction};
use millrace_steps::value::{Columns, Name};

use super::feed::{SEQUENCE, column, gather, named};
use crate::error::TabularError;
use crate::frames::Frames;
use crate::resources::Resources;

/// One result of a group.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    name: String,
    place: Option<usize>,
    function: AggregateFunction,
    input: DataType,
}

impl Measure {
    fn bind(aggregation: &Aggregation, schema: &SchemaRef) -> Result<Self, TabularError> {
        let place = match &aggregation.column {
            Some(name) => Some(find(name, schema)?),
            None => None,
        };
        let input = place.map_or(DataType::Null, |place| {
            schema.field(place).data_type().clone()
        });
        let measure = Self {
            name: aggregation.name(),
            place,
            function: aggregation.function.clone(),
            input,
        };
        measure.check(schema)?;
        Ok(measure)
    }

    /// A measure of a pivot's cells.
    pub(crate) fn of_cell(
        function: PivotFunction,
        place: usize,
        schema: &SchemaRef,
    ) -> Result<Self, TabularError> {
        let function = match function {
            PivotFunction::Count => AggregateFunction::Count,
            PivotFunction::Sum => AggregateFunction::Sum,
            PivotFunction::Mean => AggregateFunction::Mean,
            PivotFunction::Min => AggregateFunction::Min,
            PivotFunction::Max => AggregateFunction::Max,
            PivotFunction::First => AggregateFunction::First,
            PivotFunction::Last => AggregateFunction::Last,
        };
        Self::of(function, place, schema)
    }

    /// A measure of a column, by the column's name.
    pub(crate) fn of(
        function: AggregateFunction,
        place: usize,
        schema: &SchemaRef,
    ) -> Result<Self, TabularError> {
        let measure = Self {
            name: schema.field(place).name().clone(),
            place: Some(place),
            function,
            input: schema.field(place).data_type().clone(),
        };
        measure.check(schema)?;
        Ok(measure)
    }

    fn check(&self, schema: &SchemaRef) -> Result<(), TabularError> {
        use AggregateFunction as Function;
        let Some(place) = self.place else {
            return Ok(());
        };
        let wanted = match self.function {
            Function::Sum
            | Function::Mean
            | Function::Median
            | Function::Percentile { .. }
            | Function::Stddev
                if !self.input.is_numeric() =>
            {
                "numbers"
            }
            Function::Any | Function::All if self.input != DataType::Boolean => "true and false",
            Function::Min | Function::Max if matches!(self.input, DataType::List(_)) => {
                "values that have an order"
            }
            _ => return Ok(()),
        };
        let name = schema.field(place).name();
        Err(RowError::column_type(name, &self.input.to_string(), wanted).into())
    }

    /// The type of the result.
    fn output(&self) -> DataType {
        use AggregateFunction as Function;
        match self.function {
            Function::Count | Function::CountDistinct | Function::ApproxCountDistinct => {
                DataType::Int64
            }
            Function::Sum => match &self.input {
                DataType::Int32 | DataType::Int64 => DataType::Int64,
                DataType::Decimal128(_, scale) => DataType::Decimal128(38, *scale),
                _ => DataType::Float64,
            },
            Function::Mean | Function::Median | Function::Percentile { .. } | Function::Stddev => {
                DataType::Float64
            }
            Function::Min | Function::Max | Function::First | Function::Last => self.input.clone(),
            Function::List => {
                DataType::List(Arc::new(Field::new_list_field(self.input.clone(), true)))
            }
            Function::Any | Function::All => DataType::Boolean,
        }
    }

    pub(crate) fn field(&self) -> Field {
        Field::new(&self.name, self.output(), true)
    }

    /// What a plan computes: the result, and a double beside a sum of whole numbers, which tells
    /// whether it went beyond them.
    pub(crate) fn expressions(&self, index: usize) -> Result<Vec<Expr>, TabularError> {
        use AggregateFunction as Function;
        let value = self.place.map_or_else(|| lit(1_i64), column);
        let double = cast(value.clone(), DataType::Float64);
        let sequence = || vec![named(SEQUENCE).sort(true, false)];
        let result = match &self.function {
            Function::Count => count(value),
            Function::CountDistinct => count_distinct(value),
            Function::ApproxCountDistinct => approx_distinct(value),
            Function::Sum => match &self.input {
                DataType::Int32 | DataType::Int64 => {
                    let exact = sum(cast(value, DataType::Int64)).alias(format!("m{index}"));
                    return Ok(vec![exact, sum(double).alias(format!("d{index}"))]);
                }
                DataType::Decimal128(_, scale) => {
                    sum(cast(value, DataType::Decimal128(38, *scale)))
                }
                _ => sum(double),
            },
            Function::Mean => avg(double),
            Function::Min => min(value),
            Function::Max => max(value),
            Function::Median => median(double),
            Function::Percentile { p } => percentile_cont(double.sort(true, false), lit(*p)),
            Function::Stddev => stddev(double),
            Function::First => first_value(value, sequence()),
            Function::Last => last_value(value, sequence()),
            Function::List => array_agg(value).order_by(sequence()).build()?,
            Function::Any => bool_or(value),
            Function::All => bool_and(value),
        };
        Ok(vec![result.alias(format!("m{index}"))])
    }

    /// The result in a batch of a plan; how many of its columns were taken.
    pub(crate) fn take(
        &self,
        batch: &RecordBatch,
        place: usize,
    ) -> Result<(ArrayRef, usize), TabularError> {
        let mut result = Arc::clone(batch.column(place));
        let mut taken = 1;
        if matches!(self.function, AggregateFunction::Sum)
            && matches!(self.input, DataType::Int32 | DataType::Int64)
        {
            taken = 2;
            let exact = result.as_primitive::<Int64Type>();
            let about = batch.column(place + 1).as_primitive::<Float64Type>();
            for row in 0..exact.len() {
                if exact.is_valid(row)
                    && (about.value(row) - exact.value(row) as f64).abs() > 2_f64.powi(62)
                {
                    return Err(TabularError::step(
                        "OVERFLOW",
                        format!(
                            "{} goes beyond whole numbers of 64 bits; cast the column to decimal(38,0) first",
                            self.name
                        ),
                    ));
                }
            }
        }
        if *result.data_type() != self.output() {
            result = arrow::compute::cast(&result, &self.output())?;
        }
        Ok((result, taken))
    }
}

fn find(name: &Name, schema: &SchemaRef) -> Result<usize, TabularError> {
    Ok(choose(&Columns::Names(vec![name.clone()]), schema)?[0])
}

/// One row of each group, the groups in the order of their values.
#[derive(Debug)]
pub(crate) struct Aggregating {
    input: SchemaRef,
    groups: Vec<usize>,
    measures: Vec<Measure>,
    schema: SchemaRef,
}

impl Aggregating {
    pub(crate) fn bind(step: &Aggregate, schema: &SchemaRef) -> Result<Self, TabularError> {
        let groups = step
            .group_by
            .iter()
            .map(|name| find(name, schema))
            .collect::<Result<Vec<_>, _>>()?;
        let measures = step
            .aggregations
            .iter()
            .map(|aggregation| Measure::bind(aggregation, schema))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self::new(schema, groups, measures))
    }

    pub(crate) fn new(input: &SchemaRef, groups: Vec<usize>, measures: Vec<Measure>) -> Self {
        let fields = groups.iter().map(|place| input.field(*place).clone());
        let fields: Vec<Field> = fields.chain(measures.iter().map(Measure::field)).collect();
        Self {
            input: Arc::clone(input),
            groups,
            measures,
            schema: Arc::new(Schema::new(fields)),
        }
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn attach(
        &self,
        input: Frames,
        resources: &Resources,
    ) -> Result<Frames, TabularError> {
        let groups: Vec<Expr> = self.groups.iter().map(|place| column(*place)).collect();
        let mut results = Vec::new();
        for (index, measure) in self.measures.iter().enumerate() {
            results.extend(measure.expressions(index)?);
        }
        let gathered = gather(input, &self.input, resources, move |frame| {
            let order: Vec<_> = groups
                .iter()
                .map(|group| group.clone().sort(true, false))
                .collect();
            let grouped = frame.aggregate(groups, results)?;
            if order.is_empty() {
                return Ok(grouped);
            }
            grouped.sort(order)
        })?;
        let (measures, schema) = (self.measures.clone(), Arc::clone(&self.schema));
        let keys = self.groups.len();
        Ok(gathered.turned(Arc::clone(&schema), move |batch| {
            results_of(batch, keys, &measures, &schema)
        }))
    }
}

/// The rows of a batch of groups.
fn results_of(
    batch: &RecordBatch,
    keys: usize,
    measures: &[Measure],
    schema: &SchemaRef,
) -> Result<Rows, TabularError> {
    let mut columns: Vec<ArrayRef> = batch.columns()[..keys].to_vec();
    let mut place = keys;
    for measure in measures {
        let (result, taken) = measure.take(batch, place)?;
        columns.push(result);
        place += taken;
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(Rows {
        batch: RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?,
        numbers: None,
    })
}
