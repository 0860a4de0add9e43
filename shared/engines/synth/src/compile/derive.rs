//! Look-ups and expressions.

use super::{Compiled, Scope, Site};
use crate::expression::{self, Operand, Type};
use crate::model::{Facts, Path, Rule};
use crate::plan::DataType;

impl Scope<'_, '_> {
    pub(super) fn lookup(&mut self, site: &Site<'_>, text: &str) -> Compiled {
        let resolved = self.resolve(site, text)?;
        let (found, wanted) = (resolved.path.data_type, site.column.data_type);
        let numbers = found.is_number() && wanted.is_number();
        let factor = if found == wanted {
            1
        } else if numbers && found.digits() <= wanted.digits() {
            10_i64.pow(wanted.digits() - found.digits())
        } else {
            self.fault(&site.path, format!("the type is not that of {text}"));
            return None;
        };
        // Shares of the rows referred to are not those of the rows that refer.
        let direct = resolved.path.steps.is_empty();
        let facts = resolved.facts;
        let facts = Facts {
            null_share: if direct || !facts.may_be_null {
                facts.null_share
            } else {
                None
            },
            shares: facts.shares.filter(|_| direct && factor == 1),
            values: facts.values.filter(|_| factor == 1),
            deciles: facts.deciles.filter(|_| direct && factor == 1),
            interval: facts
                .interval
                .map(|(low, high)| (low.saturating_mul(factor), high.saturating_mul(factor))),
            ..facts
        };
        Some((
            Rule::Lookup {
                path: resolved.path,
                factor,
            },
            facts,
        ))
    }

    pub(super) fn expression(&mut self, site: &Site<'_>, text: &str) -> Compiled {
        let mut paths: Vec<(String, Path, Facts)> = Vec::new();
        // A path whose fault has been noted already must not be noted as unknown once more.
        let mut noted = false;
        let checked = expression::parse(text).and_then(|syntax| {
            expression::check(&syntax, type_of(site.column.data_type), &mut |path| {
                if !paths.iter().any(|(known, _, _)| known == path) {
                    let Some(resolved) = self.try_resolve(path)? else {
                        noted = true;
                        return Err(String::new());
                    };
                    paths.push((path.to_owned(), resolved.path, resolved.facts));
                }
                let number = paths
                    .iter()
                    .position(|(known, _, _)| known == path)
                    .unwrap_or(0);
                let (_, path, facts) = &paths[number];
                Ok(Operand {
                    number,
                    value_type: type_of(path.data_type),
                    may_be_null: facts.may_be_null,
                    interval: facts.interval.map(|(low, high)| (low.into(), high.into())),
                })
            })
        });
        let node = match checked {
            Ok(node) => node,
            Err(message) => {
                if !noted {
                    self.fault(&site.path, message);
                }
                return None;
            }
        };
        let clamp = |value: i128| value.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
        let boolean = site.column.data_type == DataType::Boolean;
        let facts = Facts {
            may_be_null: node.may_be_null,
            null_share: (!node.may_be_null).then_some(0.0),
            interval: node.interval.map(|(low, high)| (clamp(low), clamp(high))),
            values: boolean.then(|| vec!["false".to_owned(), "true".to_owned()]),
            ..Facts::default()
        };
        Some((
            Rule::Expression {
                node,
                paths: paths.into_iter().map(|(_, path, _)| path).collect(),
            },
            facts,
        ))
    }
}

fn type_of(data_type: DataType) -> Type {
    match data_type {
        DataType::Text => Type::Text,
        DataType::Integer | DataType::Decimal | DataType::Fixed(_) => {
            Type::Number(data_type.digits())
        }
        DataType::Date => Type::Date,
        DataType::Timestamp => Type::Timestamp,
        DataType::Boolean => Type::Boolean,
    }
}
