//! The rows of other files behind those of the input.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, StringViewArray, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use millrace_rows::Rows;
use millrace_steps::step::{Union, UnionMissing, UnionMode};

use super::SideFiles;
use super::files::SideFile;
use crate::error::TabularError;
use crate::frames::{Frame, Frames};

/// Adds the rows of other files.
pub(crate) struct Uniting {
    /// Where each column of the result comes from: first the input, then the files.
    places: Vec<Vec<Option<usize>>>,
    files: Vec<SideFile>,
    source_column: bool,
    main: String,
    schema: SchemaRef,
}

impl std::fmt::Debug for Uniting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "union of {} files", self.files.len() + 1)
    }
}

impl Uniting {
    pub(crate) fn bind(
        step: &Union,
        files: &SideFiles,
        main: &str,
        schema: &SchemaRef,
    ) -> Result<Self, TabularError> {
        let files = step
            .inputs
            .iter()
            .map(|name| files.open(name))
            .collect::<Result<Vec<_>, _>>()?;
        let mut fields: Vec<Field> = schema
            .fields()
            .iter()
            .map(|field| field.as_ref().clone())
            .collect();
        for file in &files {
            for (place, field) in file.schema().fields().iter().enumerate() {
                let at = match step.mode {
                    UnionMode::ByName => {
                        fields.iter().position(|known| known.name() == field.name())
                    }
                    UnionMode::ByPosition => (place < fields.len()).then_some(place),
                };
                match at {
                    Some(at) => {
                        let wide = common(fields[at].data_type(), field.data_type());
                        fields[at] = fields[at].clone().with_data_type(wide);
                    }
                    None if step.mode == UnionMode::ByName
                        && step.missing == UnionMissing::Null =>
                    {
                        fields.push(field.as_ref().clone());
                    }
                    None => return Err(misfit(file, field.name(), "has a column too many")),
                }
            }
        }
        let names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
        let mut places = vec![
            (0..fields.len())
                .map(|place| (place < schema.fields().len()).then_some(place))
                .collect::<Vec<_>>(),
        ];
        for file in &files {
            let width = file.schema().fields().len();
            let found = names
                .iter()
                .enumerate()
                .map(|(place, name)| match step.mode {
                    UnionMode::ByName => file.schema().index_of(name).ok(),
                    UnionMode::ByPosition => (place < width).then_some(place),
                });
            let found: Vec<Option<usize>> = found.collect();
            if step.missing == UnionMissing::Fail
                && let Some(place) = found.iter().position(Option::is_none)
            {
                return Err(misfit(file, names[place], "lacks a column"));
            }
            places.push(found);
        }
        if let Some(name) = &step.source_column {
            if names.contains(&name.as_str()) {
                return Err(TabularError::step(
                    "DUPLICATE_COLUMN",
                    format!("there is a column {name:?} already; give source_column another name"),
                ));
            }
            fields.push(Field::new(name.to_string(), DataType::Utf8View, true));
        }
        Ok(Self {
            places,
            files,
            source_column: step.source_column.is_some(),
            main: main.to_owned(),
            schema: Arc::new(Schema::new(fields)),
        })
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(crate) fn attach(&self, input: Frames) -> Result<Frames, TabularError> {
        let align = |source: usize, name: &str| Alignment {
            places: self.places[source].clone(),
            name: self.source_column.then(|| name.to_owned()),
            schema: Arc::clone(&self.schema),
        };
        let own = align(0, &self.main);
        let mut all: Frames = Box::new(input.map(move |frame| {
            let frame = frame?;
            Ok(Frame {
                rows: Rows {
                    batch: own.align(&frame.rows.batch)?,
                    numbers: frame.rows.numbers,
                },
                rejects: frame.rejects,
            })
        }));
        for (index, file) in self.files.iter().enumerate() {
            let alignment = align(index + 1, file.name());
            let rows = file.batches()?.map(move |batch| {
                Ok(Frame::of(Rows {
                    batch: alignment.align(&batch?)?,
                    numbers: None,
                }))
            });
            all = Box::new(all.chain(rows));
        }
        Ok(all)
    }
}

fn misfit(file: &SideFile, column: &str, what: &str) -> TabularError {
    TabularError::step(
        "UNION_MISFIT",
        format!(
            "{} {what}: {column:?}; set mode by_name and missing null to fill with nulls",
            file.name()
        ),
    )
}

/// A type that the values of both fit in.
pub(crate) fn common(one: &DataType, other: &DataType) -> DataType {
    use DataType::{Date32, Decimal128, Float32, Float64, Int32, Int64, Timestamp, Utf8View};
    match (one, other) {
        _ if one == other => one.clone(),
        (Int32, Int64) | (Int64, Int32) => Int64,
        (Decimal128(..), Int32 | Int64) => wider(one, &Decimal128(19, 0)),
        (Int32 | Int64, Decimal128(..)) => wider(&Decimal128(19, 0), other),
        (Decimal128(..), Decimal128(..)) => wider(one, other),
        (Float32 | Float64, Int32 | Int64 | Float32 | Float64 | Decimal128(..))
        | (Int32 | Int64 | Decimal128(..), Float32 | Float64) => Float64,
        (Date32, Timestamp(..)) => other.clone(),
        (Timestamp(..), Date32) => one.clone(),
        _ => Utf8View,
    }
}

fn wider(one: &DataType, other: &DataType) -> DataType {
    let (DataType::Decimal128(p, s), DataType::Decimal128(q, t)) = (one, other) else {
        return DataType::Utf8View;
    };
    let scale = (*s).max(*t);
    let whole = (*p as i8 - s).max(*q as i8 - t);
    match u8::try_from(whole + scale) {
        Ok(precision @ 1..=38) => DataType::Decimal128(precision, scale),
        _ => DataType::Utf8View,
    }
}

struct Alignment {
    places: Vec<Option<usize>>,
    name: Option<String>,
    schema: SchemaRef,
}

impl Alignment {
    fn align(&self, batch: &RecordBatch) -> Result<RecordBatch, TabularError> {
        let rows = batch.num_rows();
        let strict = CastOptions {
            safe: false,
            ..CastOptions::default()
        };
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        for (place, field) in self.places.iter().zip(self.schema.fields()) {
            columns.push(match place {
                Some(place) => as_type(batch.column(*place), field.data_type(), &strict)?,
                None => new_null_array(field.data_type(), rows),
            });
        }
        if let Some(name) = &self.name {
            columns.push(Arc::new(StringViewArray::from_iter_values(
                std::iter::repeat_n(name, rows),
            )));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(
            Arc::clone(&self.schema),
            columns,
            &options,
        )?)
    }
}

fn as_type(
    column: &ArrayRef,
    data_type: &DataType,
    strict: &CastOptions<'_>,
) -> Result<ArrayRef, TabularError> {
    if column.data_type() == data_type {
        return Ok(Arc::clone(column));
    }
    if *data_type == DataType::Utf8View {
        return Ok(Arc::new(millrace_rows::cell_texts(column)?));
    }
    Ok(cast_with_options(column, data_type, strict)?)
}
