//! Names, places and identifiers.

use super::{Compiled, Scope, Site};
use crate::model::{Facts, Rule};
use crate::plan::DataType;
use crate::pools::{self, Pool};
use crate::weights::Zipf;
use millrace_draw::Permutation;

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
}
