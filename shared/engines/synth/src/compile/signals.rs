//! Waves, drifts and spells.

use super::moments::seconds_of;
use super::{Compiled, Scope, Site};
use crate::model::{Facts, Moment, Rule};
use crate::plan::{DataType, Generate, Period, TimeUnit};
use crate::signal::Signal;

const LONGEST: f64 = 100.0 * 366.0 * 86_400.0;
const DAY: f64 = 86_400.0;
/// The first Monday is the fourth day after the first of 1970.
const MONDAY: f64 = 4.0 * DAY;

impl Scope<'_, '_> {
    /// A moment that is always there.
    fn certain_moment(&mut self, site: &Site<'_>, path: &str) -> Option<Moment> {
        let (moment, facts) = self.resolve_moment(site, path)?;
        if facts.may_be_null {
            self.fault(&site.path, format!("{path} may be null"));
            return None;
        }
        Some(moment)
    }

    /// The reference column that tells series apart.
    fn series(&mut self, site: &Site<'_>, of: Option<&str>) -> Option<Option<usize>> {
        let Some(name) = of else {
            return Some(None);
        };
        let columns = &self.table.columns;
        match columns.iter().position(|column| column.name == name) {
            Some(column) if self.targets[column].is_some() && self.ensure(column) => {
                Some(Some(column))
            }
            _ => {
                self.fault(
                    &site.path,
                    format!("{name} is no reference column of this table"),
                );
                None
            }
        }
    }

    /// Whole seconds of a length.
    fn length(&mut self, site: &Site<'_>, name: &str, value: f64, unit: TimeUnit) -> Option<i64> {
        let seconds = libm::round(value * seconds_of(unit));
        if (1.0..=LONGEST).contains(&seconds) {
            return Some(seconds as i64);
        }
        self.fault(
            &site.path,
            format!("{name} must be a second at least, and at most 100 years"),
        );
        None
    }

    fn unit_of(&mut self, site: &Site<'_>) -> Option<(i64, Facts)> {
        self.expect_number(site)?;
        let unit = 10_i64.pow(site.column.data_type.digits());
        let facts = Facts {
            interval: Some((-unit, unit)),
            ..Facts::filled()
        };
        Some((unit, facts))
    }

    pub(super) fn wave(
        &mut self,
        site: &Site<'_>,
        at: &str,
        period: Period,
        peak: f64,
    ) -> Compiled {
        let (unit, facts) = self.unit_of(site)?;
        let at = self.certain_moment(site, at)?;
        let (seconds, first, step) = match period {
            Period::Day => (DAY, 0.0, 3_600.0),
            Period::Week => (7.0 * DAY, MONDAY, DAY),
            Period::Year => (365.25 * DAY, 0.0, DAY),
        };
        if !(0.0..=seconds / step).contains(&peak) {
            let most = seconds / step;
            self.fault(&site.path, format!("peak must lie between 0 and {most}"));
            return None;
        }
        let signal = Signal::wave(seconds as i64, (first + peak * step) as i64, unit);
        let signal = Box::new(signal);
        Some((
            Rule::Signal {
                at,
                of: None,
                signal,
            },
            facts,
        ))
    }

    pub(super) fn drift(
        &mut self,
        site: &Site<'_>,
        at: &str,
        (every, time_unit): (f64, TimeUnit),
        of: Option<&str>,
    ) -> Compiled {
        let (unit, facts) = self.unit_of(site)?;
        let at = self.certain_moment(site, at)?;
        let of = self.series(site, of)?;
        let every = self.length(site, "every", every, time_unit)?;
        let key = self.key(site, "value");
        let signal = Box::new(Signal::Drift { key, every, unit });
        Some((Rule::Signal { at, of, signal }, facts))
    }

    pub(super) fn spell(
        &mut self,
        site: &Site<'_>,
        generate: &Generate,
        at: &str,
        of: Option<&str>,
    ) -> Compiled {
        let &Generate::Spell {
            every,
            share,
            min,
            max,
            unit,
            ..
        } = generate
        else {
            return None;
        };
        self.expect_type(site, &[DataType::Boolean])?;
        let at = self.certain_moment(site, at)?;
        let of = self.series(site, of)?;
        let every = self.length(site, "every", every, unit)?;
        let shortest = self.length(site, "min", min, unit)?;
        let longest = self.length(site, "max", max, unit)?;
        if !(0.0..=1.0).contains(&share) || shortest > longest || longest > every {
            self.fault(
                &site.path,
                "a spell needs a share between 0 and 1, and min <= max <= every",
            );
            return None;
        }
        let signal = Box::new(Signal::Spell {
            share,
            key: self.key(site, "value"),
            every,
            shortest,
            longest,
        });
        let facts = Facts {
            interval: Some((0, 1)),
            values: Some(vec!["false".to_owned(), "true".to_owned()]),
            ..Facts::filled()
        };
        Some((Rule::Signal { at, of, signal }, facts))
    }
}
