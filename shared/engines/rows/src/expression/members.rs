//! `in`: whether a value is one of several.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, BooleanArray};
use arrow::buffer::BooleanBuffer;
use arrow::compute::kernels::boolean;
use arrow::datatypes::DataType;
use millrace_steps::expression::Operator;

use super::compare::Comparison;
use super::decimal::rescale;
use super::double;
use super::frame::{Frame, Run};
use super::kinds::{Kind, read_moments};
use super::moments::Ticks;
use super::numeric::{Doubles, Exact};
use super::part::{Below, Evaluate, Part};
use super::value::Value;
use crate::error::RowError;
use crate::hash::fold_case;

/// Constants that are looked up, whatever their number.
#[derive(Debug)]
enum Members {
    Texts {
        texts: HashSet<Box<str>>,
        case_sensitive: bool,
    },
    /// Whole numbers and decimals, in units of the column's scale; ascending.
    Exact(Vec<i128>),
    /// Bits of doubles; ascending.
    Doubles(Vec<u64>),
    /// Nanoseconds since 1970; ascending.
    Moments(Vec<i128>),
}

#[derive(Debug)]
struct In {
    operand: Part,
    members: Option<Members>,
    /// What is not looked up, but compared one by one.
    others: Vec<(Comparison, Part)>,
    /// Whether null is one of them: then nothing is certain not to be.
    null: bool,
    negated: bool,
}

/// `operand [not] in (items)`
pub(crate) fn bind(
    operand: Part,
    items: Vec<Part>,
    negated: bool,
    case_sensitive: bool,
) -> Result<Part, RowError> {
    // The operand becomes a moment where it is a text that is written out and an item is a moment.
    let mut parts = vec![operand];
    parts.extend(items);
    let mut parts = read_moments(parts)?.into_iter();
    let operand = parts.next().unwrap_or_else(Part::null);
    let mut constants = Vec::new();
    let mut others = Vec::new();
    let mut null = false;
    for item in parts {
        // Binding refuses what cannot be compared, and gives the item the form to compare.
        let (comparison, item) = Comparison::bind_right(Operator::Equal, &operand, item)?;
        if item.as_constant().is_some_and(|cell| cell.is_null(0)) || item.is_null() {
            null = true;
        } else if is_looked_up(&operand, &item)? {
            constants.push(item);
        } else {
            others.push((comparison, item));
        }
    }
    let members = members(&operand, &constants, case_sensitive)?;
    let below = Below::of(std::iter::once(&operand).chain(others.iter().map(|(_, item)| item)));
    let within = In {
        operand,
        members,
        others,
        null,
        negated,
    };
    Ok(below.part(within, DataType::Boolean, false))
}

fn is_looked_up(operand: &Part, item: &Part) -> Result<bool, RowError> {
    let Some(cell) = item
        .as_constant()
        .filter(|_| operand.as_constant().is_none())
    else {
        return Ok(false);
    };
    let (kind, item) = (Kind::of(operand.data_type()), Kind::of(item.data_type()));
    Ok(match (kind, item) {
        (Kind::Text, Kind::Text)
        | (Kind::Moment, Kind::Moment)
        | (Kind::Whole | Kind::Decimal, Kind::Whole | Kind::Decimal)
        | (Kind::Float, Kind::Decimal | Kind::Float) => true,
        // A whole number of more than 53 bits may have no double of its own.
        (Kind::Float, Kind::Whole) => {
            let value = Value::Constant(Arc::clone(cell));
            Exact::of(&value)?
                .get(0)
                .is_none_or(|whole| whole.unsigned_abs() <= 1 << 53)
        }
        _ => false,
    })
}

fn members(
    operand: &Part,
    constants: &[Part],
    case_sensitive: bool,
) -> Result<Option<Members>, RowError> {
    if constants.is_empty() {
        return Ok(None);
    }
    let cells = constants
        .iter()
        .filter_map(Part::as_constant)
        .map(|cell| Value::Constant(Arc::clone(cell)));
    let mut exact = Vec::new();
    Ok(Some(match Kind::of(operand.data_type()) {
        Kind::Text => {
            let mut texts = HashSet::new();
            for cell in cells {
                let Some(text) = cell.texts()?.get(0) else {
                    continue;
                };
                let mut folded = String::new();
                if !case_sensitive {
                    fold_case(text, &mut folded);
                }
                texts.insert(Box::from(if case_sensitive {
                    text
                } else {
                    folded.as_str()
                }));
            }
            Members::Texts {
                texts,
                case_sensitive,
            }
        }
        Kind::Float => {
            let mut bits = Vec::new();
            for cell in cells {
                bits.extend(Doubles::of(&cell)?.get(0).map(double::bits));
            }
            bits.sort_unstable();
            Members::Doubles(bits)
        }
        Kind::Moment => {
            for cell in cells {
                exact.extend(Ticks::of(&cell)?.nanoseconds(0));
            }
            exact.sort_unstable();
            Members::Moments(exact)
        }
        _ => {
            let scale = match operand.data_type() {
                DataType::Decimal128(_, scale) => *scale,
                _ => 0,
            };
            for cell in cells {
                let number = Exact::of(&cell)?;
                // What has more digits than the column equals none of its cells.
                exact.extend(
                    number
                        .get(0)
                        .and_then(|units| rescale(units, number.scale(), scale)),
                );
            }
            exact.sort_unstable();
            Members::Exact(exact)
        }
    }))
}

impl Members {
    /// For each cell, whether it is a member; null for null.
    fn hold(&self, value: &Value) -> Result<BooleanArray, RowError> {
        let cells = value.array().len();
        Ok(match self {
            Self::Texts {
                texts,
                case_sensitive,
            } => {
                let cells_of = value.texts()?;
                let mut folded = String::new();
                collect(cells, |row| {
                    let text = cells_of.get(row)?;
                    if *case_sensitive {
                        return Some(texts.contains(text));
                    }
                    folded.clear();
                    fold_case(text, &mut folded);
                    Some(texts.contains(folded.as_str()))
                })
            }
            Self::Exact(members) => {
                let exact = Exact::of(value)?;
                collect(cells, |row| {
                    Some(members.binary_search(&exact.get(row)?).is_ok())
                })
            }
            Self::Doubles(members) => {
                let doubles = Doubles::of(value)?;
                collect(cells, |row| {
                    let bits = double::bits(doubles.get(row)?);
                    Some(members.binary_search(&bits).is_ok())
                })
            }
            Self::Moments(members) => {
                let ticks = Ticks::of(value)?;
                collect(cells, |row| {
                    Some(members.binary_search(&ticks.nanoseconds(row)?).is_ok())
                })
            }
        })
    }
}

fn collect(cells: usize, holds: impl FnMut(usize) -> Option<bool>) -> BooleanArray {
    (0..cells).map(holds).collect()
}

impl Evaluate for In {
    fn evaluate(&self, frame: &Frame<'_>, run: &mut Run<'_>) -> Result<Value, RowError> {
        let rows = frame.len();
        let operand = Value::Rows(self.operand.evaluate(frame, run)?.into_array(rows)?);
        let mut found = match &self.members {
            Some(members) => members.hold(&operand)?,
            None => {
                let nulls = operand.array().logical_nulls();
                BooleanArray::new(BooleanBuffer::new_unset(rows), nulls)
            }
        };
        for (comparison, item) in &self.others {
            let item = item.evaluate(frame, run)?;
            let equal = comparison.apply(&operand, &item, rows)?;
            found = boolean::or_kleene(&found, &equal)?;
        }
        if self.null {
            found = boolean::or_kleene(&found, &BooleanArray::new_null(rows))?;
        }
        if self.negated {
            found = boolean::not(&found)?;
        }
        Ok(Value::Rows(Arc::new(found)))
    }
}
