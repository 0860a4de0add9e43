//! One column's values out of normal numbers.

use arrow::datatypes::{DataType, Field};
use millrace_draw::{Key, Permutation};

use super::curve::{CurveReader, Slices};
use super::scale::Scale;
use super::shape::TextWriter;
use crate::kind::Plain;
use crate::model::{ColumnModel, Content, Given, Grid, Missing, Scalar, Values};
use crate::normal::quantile;

/// Bytes of a value that is written as it is.
const MAX_VALUE_BYTES: usize = 4_096;
/// Values of a choice.
const MAX_VALUES: usize = 65_000;

/// Values of some rows, before they are arrays.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// By row whether the value is missing; nothing where none ever is.
    pub missing: Vec<bool>,
    pub cells: Cells,
}

#[derive(Debug, Default)]
pub(crate) enum Cells {
    /// Made with the array.
    #[default]
    Later,
    Wholes(Vec<i64>),
    Reals(Vec<f64>),
    /// Places of choices, behind the last for the rest.
    States(Vec<u16>),
}

/// A column of a model made ready.
#[derive(Debug, Clone)]
pub(crate) struct ColumnMaker {
    name: String,
    pub(super) data_type: DataType,
    nullable: bool,
    pub(super) missing: Absence,
    pub(super) make: Make,
}

#[derive(Debug, Clone)]
pub(super) enum Absence {
    Never,
    Always,
    /// Above this normal number.
    Above {
        latent: usize,
        bound: Given<f64>,
    },
}

#[derive(Debug, Clone)]
pub(super) enum Make {
    Empty,
    Constant(Scalar),
    Number {
        latent: usize,
        curve: Given<CurveReader>,
        scale: Scale,
    },
    Choice {
        latent: usize,
        values: Values,
        rest: Option<TextWriter>,
        slices: Given<Slices>,
    },
    Sequence {
        first: i64,
        step: i64,
        slack: u64,
        key: Key,
    },
    Scatter {
        low: i64,
        step: i64,
        count: u64,
        order: Permutation,
    },
    Text(TextWriter),
}

impl ColumnMaker {
    /// Makes a column ready; what is wrong with it otherwise.
    pub(crate) fn new(
        column: &ColumnModel,
        seed: u64,
        latents: usize,
    ) -> Result<Self, &'static str> {
        let data_type: DataType = column
            .data_type
            .parse()
            .map_err(|_| "its type is unknown")?;
        let plain = Plain::of(&data_type).ok_or("its type cannot be made")?;
        let inside = |latent: usize| {
            (latent < latents)
                .then_some(latent)
                .ok_or("it has no variable")
        };
        let missing = match &column.missing {
            Missing::Never => Absence::Never,
            Missing::Always => Absence::Always,
            Missing::Sometimes { latent, share } => Absence::Above {
                latent: inside(*latent)?,
                bound: share.try_map(|share| match share {
                    0.0..=1.0 => Ok(quantile(1.0 - share)),
                    _ => Err("a share of missing values is none"),
                })?,
            },
        };
        if !column.nullable && !matches!(missing, Absence::Never) {
            return Err("values are missing that must not be");
        }
        let key = |purpose| Key::new(seed, "likeness", &column.name, purpose);
        let (make, fits) = match &column.content {
            Content::Empty => (Make::Empty, matches!(missing, Absence::Always)),
            Content::Constant { value } => (Make::Constant(value.clone()), holds(plain, value)?),
            Content::Number {
                latent,
                curve,
                grid,
            } => {
                let make = Make::Number {
                    latent: inside(*latent)?,
                    curve: curve.try_map(CurveReader::new)?,
                    scale: Scale::new(grid)?,
                };
                let fits = match grid {
                    Grid::Whole { .. } => plain == Plain::Whole,
                    Grid::Real { .. } => plain == Plain::Real,
                };
                (make, fits)
            }
            Content::Choice {
                latent,
                values,
                rest,
                weights,
            } => {
                let rest = rest
                    .as_ref()
                    .map(|shape| TextWriter::new(shape, key("text"), false));
                let rest = rest.transpose()?;
                let states = values.len() + usize::from(rest.is_some());
                if states > MAX_VALUES {
                    return Err("it has too many values");
                }
                let fits = match values {
                    Values::Booleans(_) => plain == Plain::Boolean && rest.is_none(),
                    Values::Wholes(_) => plain == Plain::Whole && rest.is_none(),
                    Values::Texts(texts) => {
                        plain == Plain::Text
                            && texts.iter().all(|text| text.len() <= MAX_VALUE_BYTES)
                    }
                };
                let slices = weights.try_map(|weights| {
                    if weights.len() != states {
                        return Err("its weights do not fit its values");
                    }
                    Slices::new(weights)
                })?;
                let (values, latent) = (values.clone(), inside(*latent)?);
                (
                    Make::Choice {
                        latent,
                        values,
                        rest,
                        slices,
                    },
                    fits,
                )
            }
            Content::Sequence { first, step, slack } => {
                let slack = u64::try_from(*slack).map_err(|_| "its slack is negative")?;
                let (first, step, key) = (*first, *step, key("value"));
                (
                    Make::Sequence {
                        first,
                        step,
                        slack,
                        key,
                    },
                    plain == Plain::Whole,
                )
            }
            Content::Scatter { low, step, count } => {
                if *count == 0 || *step < 1 {
                    return Err("it has no numbers");
                }
                // A permutation of nearly all numbers would have no room to walk.
                let count = (*count).min(1 << 62);
                let order = Permutation::new(key("order"), count);
                let (low, step) = (*low, *step);
                (
                    Make::Scatter {
                        low,
                        step,
                        count,
                        order,
                    },
                    plain == Plain::Whole,
                )
            }
            Content::Text { shape, unique } => {
                let writer = TextWriter::new(shape, key("text"), *unique)?;
                (Make::Text(writer), plain == Plain::Text)
            }
        };
        if !fits {
            return Err("its values are not of its type");
        }
        Ok(Self {
            name: column.name.clone(),
            nullable: column.nullable,
            data_type,
            missing,
            make,
        })
    }

    pub(crate) fn field(&self) -> Field {
        Field::new(&self.name, self.data_type.clone(), self.nullable)
    }

    /// Whether other columns may depend on it.
    pub(crate) fn is_choice(&self) -> bool {
        matches!(self.make, Make::Choice { .. })
    }

    /// The columns it depends on.
    pub(crate) fn given(&self) -> impl Iterator<Item = usize> {
        let missing = match &self.missing {
            Absence::Above { bound, .. } => bound.column,
            _ => None,
        };
        let value = match &self.make {
            Make::Number { curve, .. } => curve.column,
            Make::Choice { slices, .. } => slices.column,
            _ => None,
        };
        missing.into_iter().chain(value)
    }

    /// The state that stands for a missing value.
    fn missing_state(&self) -> usize {
        match &self.make {
            Make::Choice { values, rest, .. } => values.len() + usize::from(rest.is_some()),
            _ => 0,
        }
    }

    /// Room for the values of some rows.
    pub(crate) fn decoded(&self, rows: usize) -> Decoded {
        Decoded {
            missing: match self.missing {
                Absence::Above { .. } => Vec::with_capacity(rows),
                _ => Vec::new(),
            },
            cells: match &self.make {
                Make::Number {
                    scale: Scale::Real { .. },
                    ..
                } => Cells::Reals(Vec::with_capacity(rows)),
                Make::Number { .. } => Cells::Wholes(Vec::with_capacity(rows)),
                Make::Choice { .. } => Cells::States(Vec::with_capacity(rows)),
                _ => Cells::Later,
            },
        }
    }

    /// Appends the values of a block of rows, the first of which is `begin` in the vectors.
    pub(crate) fn fill(
        &self,
        first: u64,
        begin: usize,
        block: usize,
        normals: &[f64],
        others: &[Decoded],
        own: &mut Decoded,
    ) {
        debug_assert!(
            own.missing.is_empty() || own.missing.len() == begin,
            "row {first} is out of order"
        );
        let numbers = |latent: usize| &normals[latent * block..][..block];
        if let Absence::Above { latent, bound } = &self.missing {
            let states = states(bound.column, others, begin, block);
            let rows = numbers(*latent).iter().enumerate();
            own.missing
                .extend(rows.map(|(row, z)| z >= bound.at(states.at(row))));
        }
        match (&self.make, &mut own.cells) {
            (
                Make::Number {
                    latent,
                    curve,
                    scale,
                },
                Cells::Wholes(cells),
            ) => {
                let states = states(curve.column, others, begin, block);
                let rows = numbers(*latent).iter().enumerate();
                cells.extend(rows.map(|(row, z)| scale.whole(curve.at(states.at(row)).at(*z))));
            }
            (
                Make::Number {
                    latent,
                    curve,
                    scale,
                },
                Cells::Reals(cells),
            ) => {
                let states = states(curve.column, others, begin, block);
                let rows = numbers(*latent).iter().enumerate();
                cells.extend(rows.map(|(row, z)| scale.real(curve.at(states.at(row)).at(*z))));
            }
            (Make::Choice { latent, slices, .. }, Cells::States(cells)) => {
                let states = states(slices.column, others, begin, block);
                let rows = numbers(*latent).iter().enumerate();
                let missing = self.missing_state() as u16;
                let absent = own.missing.get(begin..).unwrap_or_default();
                cells.extend(rows.map(|(row, z)| {
                    // One that is missing has a state of its own to those that depend on it.
                    if absent.get(row) == Some(&true) {
                        return missing;
                    }
                    slices.at(states.at(row)).at(*z) as u16
                }));
            }
            _ => {}
        }
    }
}

/// States of the column that another depends on.
struct States<'a>(Option<&'a [u16]>);

impl States<'_> {
    #[inline]
    fn at(&self, row: usize) -> usize {
        self.0.map_or(usize::MAX, |states| usize::from(states[row]))
    }
}

fn states(column: Option<usize>, others: &[Decoded], begin: usize, block: usize) -> States<'_> {
    States(column.and_then(|column| match &others.get(column)?.cells {
        Cells::States(states) => states.get(begin..begin + block),
        _ => None,
    }))
}

fn holds(plain: Plain, value: &Scalar) -> Result<bool, &'static str> {
    Ok(match value {
        Scalar::Boolean(_) => plain == Plain::Boolean,
        Scalar::Whole(_) => plain == Plain::Whole,
        Scalar::Real(value) => plain == Plain::Real && value.is_finite(),
        Scalar::Text(text) if text.len() > MAX_VALUE_BYTES => return Err("its text is too long"),
        Scalar::Text(_) => plain == Plain::Text,
    })
}
