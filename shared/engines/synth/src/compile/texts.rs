//! Names, places and templates.

use super::{Compiled, Scope, Site};
use crate::model::{Facts, Rule, Segment};
use crate::permutation::Permutation;
use crate::plan::DataType;
use crate::pools::{self, Pool};
use crate::weights::Zipf;

const LONGEST_TEMPLATE: usize = 4_000;
const STEEPEST: f64 = 4.0;
/// Last parts of UUIDs: each row has its own.
const UUID_NODES: u64 = 1 << 48;

impl Scope<'_, '_> {
    pub(super) fn person_name(&mut self, site: &Site<'_>, country: Option<&str>) -> Compiled {
        self.expect_type(site, &[DataType::Text])?;
        let country = match country {
            None => None,
            Some(path) => {
                let resolved = self.resolve_text(site, path)?;
                let known = |name: &String| pools::known_country(name).is_some();
                if resolved
                    .facts
                    .values
                    .as_ref()
                    .is_some_and(|values| !values.iter().any(known))
                {
                    self.fault(
                        &site.path,
                        format!("{path} holds no country that has names of its own"),
                    );
                    return None;
                }
                Some(resolved.path)
            }
        };
        Some((
            Rule::PersonName {
                key: self.key(site, "value"),
                country,
            },
            Facts::filled(),
        ))
    }

    /// An e-mail address, or without its domain a name to sign in with.
    pub(super) fn email(&mut self, site: &Site<'_>, of: &str, domain: bool) -> Compiled {
        self.expect_type(site, &[DataType::Text])?;
        let resolved = self.resolve_text(site, of)?;
        let facts = Facts {
            may_be_null: resolved.facts.may_be_null,
            null_share: resolved.facts.null_share,
            ..Facts::default()
        };
        let numbers = Box::new(Permutation::new(self.key(site, "number"), self.rows()));
        Some((
            Rule::Email {
                of: resolved.path,
                key: self.key(site, "value"),
                numbers,
                domain,
            },
            facts,
        ))
    }

    pub(super) fn company_name(&mut self, site: &Site<'_>) -> Compiled {
        self.expect_type(site, &[DataType::Text])?;
        let combinations = pools::companies()
            .parts
            .iter()
            .map(|part| part.len() as u64)
            .product();
        let places = Box::new(Permutation::new(self.key(site, "value"), combinations));
        Some((
            Rule::CompanyName {
                places,
                combinations,
            },
            Facts::filled(),
        ))
    }

    pub(super) fn city(&mut self, site: &Site<'_>, country: &str, skew: f64) -> Compiled {
        self.expect_type(site, &[DataType::Text])?;
        if !(0.0..=STEEPEST).contains(&skew) {
            self.fault(
                &site.path,
                format!("skew must lie between 0 and {STEEPEST}"),
            );
            return None;
        }
        let resolved = self.resolve_text(site, country)?;
        let unknown: Vec<&str> = resolved
            .facts
            .values
            .iter()
            .flatten()
            .map(String::as_str)
            .filter(|name| pools::known_country(name).is_none())
            .collect();
        if !unknown.is_empty() {
            self.fault(
                &site.path,
                format!("there are no cities of {}", unknown.join(", ")),
            );
            return None;
        }
        let facts = Facts {
            may_be_null: resolved.facts.may_be_null,
            null_share: resolved.facts.null_share,
            ..Facts::default()
        };
        Some((
            Rule::City {
                key: self.key(site, "value"),
                country: resolved.path,
                ranks: (skew > 0.0).then(|| {
                    let pools = pools::all().iter();
                    pools
                        .map(|pool| Zipf::new(pool.cities.len() as u64, skew))
                        .collect()
                }),
            },
            facts,
        ))
    }

    pub(super) fn phone(&mut self, site: &Site<'_>, country: Option<&str>) -> Compiled {
        self.pattern(site, country, |pool| &pool.phone)
    }

    pub(super) fn postcode(&mut self, site: &Site<'_>, country: &str) -> Compiled {
        self.pattern(site, Some(country), |pool| &pool.postcode)
    }

    fn pattern(
        &mut self,
        site: &Site<'_>,
        country: Option<&str>,
        of: fn(&'static Pool) -> &'static [&'static str],
    ) -> Compiled {
        self.expect_type(site, &[DataType::Text])?;
        let country = match country {
            None => None,
            Some(path) => Some(self.resolve_text(site, path)?),
        };
        let facts = country
            .as_ref()
            .map_or_else(Facts::filled, |country| Facts {
                may_be_null: country.facts.may_be_null,
                null_share: country.facts.null_share,
                ..Facts::default()
            });
        Some((
            Rule::Pattern {
                key: self.key(site, "value"),
                country: country.map(|country| country.path),
                patterns: pools::all().iter().map(of).collect(),
            },
            facts,
        ))
    }

    pub(super) fn uuid(&mut self, site: &Site<'_>) -> Compiled {
        self.expect_type(site, &[DataType::Text])?;
        let nodes = Permutation::new(self.key(site, "number"), UUID_NODES);
        Some((
            Rule::Uuid {
                key: self.key(site, "value"),
                nodes: Box::new(nodes),
            },
            Facts::filled(),
        ))
    }

    pub(super) fn template(&mut self, site: &Site<'_>, text: &str) -> Compiled {
        self.expect_type(site, &[DataType::Text])?;
        let parts = match split(text) {
            Ok(parts) => parts,
            Err(message) => {
                self.fault(&site.path, message);
                return None;
            }
        };
        let mut facts = Facts::filled();
        let mut segments = Vec::new();
        for part in parts {
            segments.push(match part {
                Part::Fixed(text) => Segment::Fixed(text.to_owned()),
                Part::Braced(inner) => match inner.strip_prefix('=') {
                    None => match range(inner) {
                        None => {
                            Segment::Alternatives(inner.split('|').map(str::to_owned).collect())
                        }
                        Some((low, high, width)) if low <= high => Segment::Range {
                            low,
                            span: (high - low) as u64 + 1,
                            width,
                        },
                        Some(_) => {
                            self.fault(&site.path, format!("{{{inner}}} is no range"));
                            return None;
                        }
                    },
                    Some(path) => {
                        let resolved = self.resolve(site, path)?;
                        if resolved.facts.may_be_null {
                            facts = Facts {
                                may_be_null: true,
                                null_share: None,
                                ..facts
                            };
                        }
                        Segment::Value(resolved.path)
                    }
                },
            });
        }
        Some((
            Rule::Template {
                key: self.key(site, "value"),
                segments,
            },
            facts,
        ))
    }
}

enum Part<'t> {
    Fixed(&'t str),
    Braced(&'t str),
}

/// Reads `007..120`: first, last and the width of the first. The numbers are below 10^12.
fn range(inner: &str) -> Option<(i64, i64, usize)> {
    let (low, high) = inner.split_once("..")?;
    let number = |text: &str| {
        let digits = !text.is_empty() && text.len() <= 12;
        (digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
    };
    Some((number(low)?, number(high)?, low.len()))
}

/// Cuts a template at its braces, which do not nest.
fn split(text: &str) -> Result<Vec<Part<'_>>, String> {
    if text.is_empty() || text.len() > LONGEST_TEMPLATE {
        return Err(format!("a template has 1 to {LONGEST_TEMPLATE} characters"));
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['{', '}']) {
        let (fixed, braced) = rest.split_at(start);
        let inner = braced
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'));
        let Some((inner, after)) =
            inner.filter(|(inner, _)| !inner.is_empty() && !inner.contains('{'))
        else {
            return Err("the braces of the template do not match".to_owned());
        };
        parts.extend((!fixed.is_empty()).then_some(Part::Fixed(fixed)));
        parts.push(Part::Braced(inner));
        rest = after;
    }
    parts.extend((!rest.is_empty()).then_some(Part::Fixed(rest)));
    Ok(parts)
}
