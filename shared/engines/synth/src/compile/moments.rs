//! Arrivals, delays and lifecycles.

use super::{Compiled, Scope, Site, Slot};
use crate::arrival::{Arrival, Season};
use crate::calendar::{DAY, parse_date};
use crate::distribution::{Distribution, Lattice};
use crate::lifecycle::{Lifecycle, Step};
use crate::model::{Facts, Rule};
use crate::plan::{DataType, Generate, LifecycleStep, Shape, TimeUnit};
use millrace_draw::Gate;

pub(super) const LONGEST_WINDOW: i64 = 366 * 100;
const LONGEST_DELAY: f64 = 100.0 * 366.0 * 86_400.0;
const MOST_STEPS: usize = 64;

/// Seconds of a unit.
pub(super) fn seconds_of(unit: TimeUnit) -> f64 {
    match unit {
        TimeUnit::Seconds => 1.0,
        TimeUnit::Minutes => 60.0,
        TimeUnit::Hours => 3_600.0,
        TimeUnit::Days => 86_400.0,
    }
}

pub(super) const MOMENTS: [DataType; 2] = [DataType::Date, DataType::Timestamp];

impl Scope<'_, '_> {
    pub(super) fn arrival(&mut self, site: &Site<'_>, generate: &Generate) -> Compiled {
        let Generate::Arrival {
            start,
            end,
            growth,
            months,
            weekdays,
            hours,
        } = generate
        else {
            return None;
        };
        self.expect_type(site, &MOMENTS)?;
        let days = site.column.data_type == DataType::Date;
        let mut sound = true;
        for (name, weights, length) in [
            ("months", months, 12),
            ("weekdays", weekdays, 7),
            ("hours", hours, 24),
        ] {
            if !weights.is_empty() && weights.len() != length {
                self.fault(
                    &site.path,
                    format!("{name} needs {length} weights, not {}", weights.len()),
                );
                sound = false;
            }
            if !weights
                .iter()
                .all(|weight| weight.is_finite() && (0.0..1e6).contains(weight))
            {
                self.fault(
                    &site.path,
                    format!("the weights of {name} must be at least 0"),
                );
                sound = false;
            }
        }
        if days && !hours.is_empty() {
            self.fault(&site.path, "hours have no effect on a date");
            sound = false;
        }
        if !(growth.is_finite() && *growth > -1.0 && *growth < 1e6) {
            self.fault(&site.path, "growth must be above -1");
            sound = false;
        }
        let window = parse_date(start).zip(parse_date(end));
        let Some((first, end)) =
            window.filter(|(first, end)| first < end && end - first <= LONGEST_WINDOW)
        else {
            self.fault(
                &site.path,
                "start and end must be dates (2024-03-01), end after start and within 100 years",
            );
            return None;
        };
        if end * DAY - 1 > self.compiler.plan.cut_off {
            self.fault(
                &site.path,
                "the last arrivals would come after the plan's cut-off",
            );
            sound = false;
        }
        if !sound {
            return None;
        }
        let season = Season {
            growth: *growth,
            months,
            weekdays,
            hours,
        };
        let key = self.key(site, "value");
        let Some(arrival) = Arrival::new(first, end, season, self.rows(), key, days) else {
            self.fault(
                &site.path,
                "the weights leave no moment with a rate above 0",
            );
            return None;
        };
        // Rows are in order: the first and the last one are the bounds.
        let facts = Facts {
            interval: Some((arrival.at(0), arrival.at(self.rows() - 1))),
            ..Facts::filled()
        };
        Some((Rule::Arrival(arrival), facts))
    }

    /// A delay in seconds; whole days where `whole_days`.
    pub(super) fn delay(
        &mut self,
        site: &Site<'_>,
        shape: &Shape,
        bounds: (f64, f64),
        unit: TimeUnit,
        whole_days: bool,
    ) -> Option<Distribution> {
        let seconds = seconds_of(unit);
        let (min, max) = (bounds.0 * seconds, bounds.1 * seconds);
        let valid = min >= 0.0
            && max <= LONGEST_DELAY
            && (min < max || (min == max && matches!(shape, Shape::Constant { .. })));
        if !valid {
            self.fault(&site.path, "delays need 0 <= min < max, within 100 years");
            return None;
        }
        let step = if whole_days { DAY } else { 1 };
        let lattice = Lattice::new(min as i64, max as i64, step, 0)
            .ok_or("no whole day lies between min and max".to_owned());
        match lattice.and_then(|lattice| Distribution::new(shape, seconds, lattice)) {
            Ok(distribution) => Some(distribution),
            Err(message) => {
                self.fault(&site.path, format!("the delay: {message}"));
                None
            }
        }
    }

    pub(super) fn after(
        &mut self,
        site: &Site<'_>,
        from: &str,
        shape: &Shape,
        bounds: (f64, f64),
        unit: TimeUnit,
    ) -> Compiled {
        self.expect_type(site, &MOMENTS)?;
        let days = site.column.data_type == DataType::Date;
        let (moment, from_facts) = self.resolve_moment(site, from)?;
        let delay = self.delay(site, shape, bounds, unit, days && moment.days)?;
        let cut_off = self.compiler.plan.cut_off;
        let held = !site.column.nullable;
        let from_unit = if moment.days { DAY } else { 1 };
        let own_unit = if days { DAY } else { 1 };
        let reach = from_facts.interval.map(|(low, high)| {
            (
                low * from_unit + delay.lattice().min(),
                high * from_unit + delay.lattice().max(),
            )
        });
        if reach.is_some_and(|(low, _)| low > cut_off) {
            self.fault(
                &site.path,
                "every moment would lie after the plan's cut-off",
            );
            return None;
        }
        let interval = reach.map(|(low, high)| {
            (
                low.div_euclid(own_unit),
                high.min(cut_off).div_euclid(own_unit),
            )
        });
        let certain = held || reach.is_some_and(|(_, high)| high <= cut_off);
        let may_be_null = from_facts.may_be_null || !certain;
        let null_share = if may_be_null {
            from_facts.null_share.filter(|_| certain)
        } else {
            Some(0.0)
        };
        let facts = Facts {
            may_be_null,
            null_share,
            interval,
            ..Facts::default()
        };
        Some((
            Rule::After {
                from: moment,
                key: self.key(site, "value"),
                delay,
                cut_off,
                held,
                days,
            },
            facts,
        ))
    }

    pub(super) fn lifecycle(
        &mut self,
        site: &Site<'_>,
        from: &str,
        initial: &str,
        steps: &[LifecycleStep],
    ) -> Compiled {
        self.expect_type(site, &[DataType::Text])?;
        let (moment, from_facts) = self.resolve_moment(site, from)?;
        if steps.is_empty() || steps.len() > MOST_STEPS {
            self.fault(
                &site.path,
                format!("a lifecycle has 1 to {MOST_STEPS} steps"),
            );
            return None;
        }
        let mut states = vec![initial.to_owned()];
        let mut sound = true;
        for step in steps {
            if states.contains(&step.state) {
                self.fault(&site.path, format!("the state {} stands twice", step.state));
                sound = false;
            }
            states.push(step.state.clone());
        }
        let mut compiled = Vec::new();
        for (number, step) in steps.iter().enumerate() {
            if !(0.0..=1.0).contains(&step.probability) || step.probability == 0.0 {
                self.fault(
                    &site.path,
                    format!(
                        "the probability of {} must be above 0 and at most 1",
                        step.state
                    ),
                );
                sound = false;
            }
            if step.exit.is_some() && step.probability == 1.0 {
                self.fault(
                    &site.path,
                    format!("the exit of {} is never taken", step.state),
                );
                sound = false;
            }
            let exit = step.exit.as_ref().map(|exit| {
                states
                    .iter()
                    .position(|state| state == exit)
                    .unwrap_or_else(|| {
                        states.push(exit.clone());
                        states.len() - 1
                    })
            });
            let max = step
                .max
                .max(if matches!(step.delay, Shape::Constant { .. }) {
                    0.0
                } else {
                    f64::MIN_POSITIVE
                });
            let Some(delay) = self.delay(site, &step.delay, (0.0, max), step.unit, false) else {
                sound = false;
                continue;
            };
            let key = self.key(site, &format!("step {}", step.state));
            compiled.push(Step {
                state: number + 1,
                exit,
                gate: Gate::new(key, step.probability),
                delay,
            });
        }
        if !sound {
            return None;
        }
        let facts = Facts {
            may_be_null: from_facts.may_be_null,
            null_share: from_facts.null_share,
            values: Some(states.clone()),
            ..Facts::default()
        };
        let delays = self.key(site, "delay");
        let lifecycle = Lifecycle {
            states,
            steps: compiled,
            delays,
            cut_off: self.compiler.plan.cut_off,
        };
        Some((
            Rule::Lifecycle {
                from: moment,
                lifecycle,
            },
            facts,
        ))
    }

    pub(super) fn entered(&mut self, site: &Site<'_>, of: &str, state: &str) -> Compiled {
        self.expect_type(site, &MOMENTS)?;
        let resolved = self.resolve(site, of)?;
        let column = resolved.path.column;
        let from = match (
            resolved.path.steps.is_empty(),
            &self.slots[column],
            &self.table.columns[column].generate,
        ) {
            (true, Slot::Done(done), Generate::Lifecycle { from, .. }) => match &done.rule {
                Rule::Lifecycle { lifecycle, .. } => lifecycle
                    .states
                    .iter()
                    .position(|known| known == state)
                    .map(|state| (state, from)),
                // The lifecycle has faults of its own.
                _ => return None,
            },
            _ => {
                self.fault(&site.path, format!("{of} is not a lifecycle of this table"));
                return None;
            }
        };
        let Some((number, from)) = from else {
            self.fault(&site.path, format!("{of} has no state {state}"));
            return None;
        };
        let (moment, from_facts) = self.resolve_moment(site, from)?;
        let from_unit = if moment.days { DAY } else { 1 };
        let days = site.column.data_type == DataType::Date;
        let own_unit = if days { DAY } else { 1 };
        let cut_off = self.compiler.plan.cut_off;
        let reach = from_facts
            .interval
            .map(|(low, high)| (low * from_unit, high * from_unit));
        let begins = number == 0 && reach.is_some_and(|(_, high)| high <= cut_off);
        let facts = Facts {
            may_be_null: !begins || from_facts.may_be_null,
            null_share: from_facts.null_share.filter(|_| begins),
            interval: reach.map(|(low, high)| {
                let end = if number == 0 {
                    high.min(cut_off)
                } else {
                    cut_off
                };
                (low.div_euclid(own_unit), end.div_euclid(own_unit))
            }),
            ..Facts::default()
        };
        Some((
            Rule::Entered {
                lifecycle: column,
                state: number,
                days,
            },
            facts,
        ))
    }
}
