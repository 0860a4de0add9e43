//! Lists, numbers and cases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::paths::Resolved;
use super::{Compiled, Scope, Site};
use crate::cells::parse_whole;
use crate::distribution::{Distribution, Lattice};
use crate::model::{Constants, Facts, Rule, Selector};
use crate::plan::{Case, DataType, Generate, Shape};
use crate::weights::{Cumulative, largest_remainder};
use millrace_draw::Permutation;

const MOST_VALUES: usize = 100_000;
const MOST_CASES: usize = 4_096;

impl<'p> Scope<'_, 'p> {
    /// Reads constants of the column's type.
    fn constants(&mut self, site: &Site<'_>, values: &[String]) -> Option<Constants> {
        if values.is_empty() || values.len() > MOST_VALUES {
            self.fault(
                &site.path,
                format!("there must be 1 to {MOST_VALUES} values"),
            );
            return None;
        }
        let data_type = site.column.data_type;
        if data_type == DataType::Text {
            return Some(Constants::Text(Arc::from(values)));
        }
        let mut wholes = Vec::with_capacity(values.len());
        let mut sound = true;
        for value in values {
            if let Some(whole) = parse_whole(value, data_type) {
                wholes.push(whole);
            } else {
                self.fault(&site.path, format!("{value:?} is not of the column's type"));
                sound = false;
            }
        }
        sound.then_some(Constants::Whole(wholes))
    }

    /// Distinct values and their weights, equal where none are given.
    fn weighted(
        &mut self,
        site: &Site<'_>,
        values: &[String],
        weights: &[f64],
    ) -> Option<(Constants, Vec<f64>)> {
        let constants = self.constants(site, values)?;
        if values.iter().collect::<BTreeSet<_>>().len() < values.len() {
            self.fault(&site.path, "a value stands twice in the list");
            return None;
        }
        if weights.is_empty() {
            return Some((constants, vec![1.0; values.len()]));
        }
        if weights.len() != values.len() {
            self.fault(
                &site.path,
                format!("{} weights for {} values", weights.len(), values.len()),
            );
            return None;
        }
        if !weights
            .iter()
            .all(|weight| weight.is_finite() && *weight >= 0.0)
            || weights.iter().sum::<f64>() <= 0.0
        {
            self.fault(&site.path, "weights must be at least 0, and not all 0");
            return None;
        }
        Some((constants, weights.to_vec()))
    }

    pub(super) fn quota(
        &mut self,
        site: &Site<'_>,
        values: &[String],
        weights: &[f64],
    ) -> Compiled {
        let (constants, weights) = self.weighted(site, values, weights)?;
        let rows = self.rows();
        let counts = largest_remainder(rows, &weights);
        let shares = counts
            .iter()
            .map(|&count| count as f64 / rows as f64)
            .collect();
        let facts = listed_facts(values, &constants, Some(shares));
        let ends = counts.iter().scan(0, |end, count| {
            *end += count;
            Some(*end)
        });
        let places = Box::new(Permutation::new(self.key(site, "value"), rows));
        Some((
            Rule::Quota {
                places,
                ends: ends.collect(),
                values: constants,
            },
            facts,
        ))
    }

    pub(super) fn choice(
        &mut self,
        site: &Site<'_>,
        values: &[String],
        weights: &[f64],
    ) -> Compiled {
        let (constants, weights) = self.weighted(site, values, weights)?;
        let sum: f64 = weights.iter().sum();
        let facts = listed_facts(
            values,
            &constants,
            Some(weights.iter().map(|weight| weight / sum).collect()),
        );
        Some((
            Rule::Choice {
                key: self.key(site, "value"),
                table: Cumulative::new(&weights),
                values: constants,
            },
            facts,
        ))
    }

    pub(super) fn listed(&mut self, site: &Site<'_>, values: &[String]) -> Compiled {
        let rows = self.rows();
        if (values.len() as u64) < rows {
            self.fault(
                &site.path,
                format!("{} values for {rows} rows", values.len()),
            );
            return None;
        }
        let values = &values[..usize::try_from(rows).unwrap_or(values.len())];
        let constants = self.constants(site, values)?;
        let facts = listed_facts(
            values,
            &constants,
            Some(vec![1.0 / rows as f64; values.len()]),
        );
        Some((Rule::Listed(constants), facts))
    }

    /// Checks the cases of a selection against the values that are known to occur.
    /// Returns whether they cover all of them.
    fn check_cases<'s>(
        &mut self,
        site: &Site<'_>,
        on: &Resolved,
        path: &str,
        cases: impl Iterator<Item = &'s String>,
    ) -> Option<bool> {
        let cases: BTreeSet<&str> = cases.map(String::as_str).collect();
        if cases.is_empty() || cases.len() > MOST_CASES {
            self.fault(&site.path, format!("there must be 1 to {MOST_CASES} cases"));
            return None;
        }
        let Some(values) = &on.facts.values else {
            return Some(false);
        };
        let unknown: Vec<&str> = cases
            .iter()
            .filter(|case| !values.iter().any(|value| value == *case))
            .copied()
            .collect();
        if !unknown.is_empty() {
            self.fault(
                &site.path,
                format!("{path} is never {}", unknown.join(" or ")),
            );
            return None;
        }
        Some(!on.facts.may_be_null && values.iter().all(|value| cases.contains(value.as_str())))
    }

    pub(super) fn mapped(
        &mut self,
        site: &Site<'_>,
        by: &str,
        cases: &BTreeMap<String, String>,
        otherwise: Option<&str>,
    ) -> Compiled {
        let resolved = self.resolve(site, by)?;
        let covered = self.check_cases(site, &resolved, by, cases.keys())?;
        let mut values: Vec<String> = cases.values().cloned().collect();
        values.extend(otherwise.map(str::to_owned));
        let constants = self.constants(site, &values)?;
        let mut facts = listed_facts(&values, &constants, None);
        if otherwise.is_none() && !covered {
            facts = Facts {
                may_be_null: true,
                null_share: None,
                ..facts
            };
        }
        let last = cases.len() as u32;
        // Rows of no case need a value to stand below their null.
        let constants = match (otherwise, constants) {
            (Some(_), constants) => constants,
            (None, Constants::Text(words)) => {
                Constants::Text(words.iter().cloned().chain([String::new()]).collect())
            }
            (None, Constants::Whole(wholes)) => {
                Constants::Whole(wholes.into_iter().chain([0]).collect())
            }
        };
        let cases = cases.keys().cloned().zip(0..).collect();
        let selector = Selector {
            data_type: resolved.path.data_type,
            cases,
            otherwise: last,
        };
        Some((
            Rule::Mapped {
                by: resolved.path,
                selector,
                values: constants,
                fallback: otherwise.is_some() || covered,
            },
            facts,
        ))
    }

    pub(super) fn when(
        &mut self,
        site: &Site<'p>,
        on: &str,
        cases: &'p [Case],
        otherwise: &'p Generate,
    ) -> Compiled {
        let resolved = self.resolve(site, on)?;
        let covered = self.check_cases(site, &resolved, on, cases.iter().flat_map(|case| &case.is));
        let mut numbers = BTreeMap::new();
        let mut compiled = Vec::new();
        for (number, case) in cases.iter().enumerate() {
            for text in &case.is {
                if numbers.insert(text.clone(), number as u32).is_some() {
                    self.fault(&site.path, format!("{text:?} selects two cases"));
                }
            }
            // Named after its texts: a new case moves no other one.
            let purpose = format!("{}/{}", site.purpose, case.is.join("|"));
            compiled.push(self.rule(
                &Site {
                    purpose,
                    depth: site.depth + 1,
                    ..site.clone()
                },
                &case.generate,
            ));
        }
        let purpose = format!("{}/", site.purpose);
        compiled.push(self.rule(
            &Site {
                purpose,
                depth: site.depth + 1,
                ..site.clone()
            },
            otherwise,
        ));
        let covered = covered?;
        let (rules, facts): (Vec<Rule>, Vec<Facts>) = compiled
            .into_iter()
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .unzip();
        let reached = if covered {
            &facts[..facts.len() - 1]
        } else {
            &facts[..]
        };
        let selector = Selector {
            data_type: resolved.path.data_type,
            cases: numbers,
            otherwise: cases.len() as u32,
        };
        Some((
            Rule::When {
                on: resolved.path,
                selector,
                rules,
            },
            either_of(reached),
        ))
    }

    pub(super) fn number(
        &mut self,
        site: &Site<'_>,
        shape: &Shape,
        bounds: (f64, f64),
        step: Option<f64>,
        ending: Option<f64>,
    ) -> Compiled {
        self.expect_number(site)?;
        match number(site.column.data_type, shape, bounds, step, ending) {
            Ok(distribution) => {
                let lattice = distribution.lattice();
                let interval = Some((lattice.min(), lattice.max()));
                let facts = Facts {
                    interval,
                    deciles: Some(distribution.deciles()),
                    ..Facts::filled()
                };
                Some((
                    Rule::Number {
                        key: self.key(site, "value"),
                        distribution,
                    },
                    facts,
                ))
            }
            Err(message) => {
                self.fault(&site.path, message);
                None
            }
        }
    }
}

fn number(
    data_type: DataType,
    shape: &Shape,
    bounds: (f64, f64),
    step: Option<f64>,
    ending: Option<f64>,
) -> Result<Distribution, String> {
    let scale = 10_u64.pow(data_type.digits()) as f64;
    let units = |name: &str, value: f64| {
        let exact = libm::round(value * scale);
        // Doubles have some 16 digits: what is lost of large numbers is no digit too many.
        let tolerance = f64::max(1e-6, exact.abs() * 1e-15);
        if (value * scale - exact).abs() < tolerance && exact.abs() < 1e14 {
            Ok(exact as i64)
        } else {
            Err(format!(
                "{name} {value} has more digits than the type, or is too large"
            ))
        }
    };
    let (min, max) = (units("min", bounds.0)?, units("max", bounds.1)?);
    if min > max || (min == max && !matches!(shape, Shape::Constant { .. })) {
        return Err("min must lie below max".to_owned());
    }
    let mut step = step.map_or(Ok(1), |step| units("step", step))?;
    if step < 1 {
        return Err("step must be above 0".to_owned());
    }
    let mut offset = 0;
    if let Some(ending) = ending {
        let fraction = units("ending", ending)?;
        if data_type != DataType::Decimal || !(1..100).contains(&fraction) {
            return Err("only decimals have an ending, between 0.01 and 0.99".to_owned());
        }
        step = step.max(100);
        offset = fraction - 100;
    }
    let lattice = Lattice::new(min, max, step, offset)
        .ok_or("no value of this step lies between min and max")?;
    if let Shape::Constant { value } = shape
        && !(min..=max).contains(&units("value", *value)?)
    {
        return Err("the constant lies outside min and max".to_owned());
    }
    Distribution::new(shape, scale, lattice)
}

/// Facts of listed values; values that are listed twice add their shares.
fn listed_facts(values: &[String], constants: &Constants, shares: Option<Vec<f64>>) -> Facts {
    let mut distinct: Vec<String> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sums: Vec<f64> = Vec::new();
    for (number, value) in values.iter().enumerate() {
        let place = *places.entry(value).or_insert_with(|| {
            distinct.push(value.clone());
            sums.push(0.0);
            distinct.len() - 1
        });
        sums[place] += shares.as_ref().map_or(0.0, |shares| shares[number]);
    }
    let interval = match constants {
        Constants::Whole(wholes) => wholes
            .iter()
            .copied()
            .min()
            .zip(wholes.iter().copied().max()),
        Constants::Text(_) => None,
    };
    Facts {
        values: Some(distinct),
        shares: shares.map(|_| sums),
        interval,
        ..Facts::filled()
    }
}

/// Facts of a column that takes one of several rules for each row.
fn either_of(facts: &[Facts]) -> Facts {
    // A case that is always null adds no values.
    let filled = || facts.iter().filter(|facts| facts.null_share != Some(1.0));
    let mut values: Option<Vec<String>> = Some(Vec::new());
    for facts in filled() {
        values = values.zip(facts.values.as_ref()).map(|(mut all, more)| {
            all.extend(
                more.iter()
                    .filter(|value| !all.contains(value))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
            all
        });
    }
    let bounds: Option<Vec<(i64, i64)>> = filled().map(|facts| facts.interval).collect();
    let may_be_null = facts.iter().any(|facts| facts.may_be_null);
    Facts {
        may_be_null,
        null_share: (!may_be_null).then_some(0.0),
        interval: bounds.and_then(|bounds| {
            bounds
                .into_iter()
                .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
        }),
        values,
        shares: None,
        deciles: None,
    }
}
