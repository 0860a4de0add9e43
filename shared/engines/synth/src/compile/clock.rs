//! Moments of a calendar: alone, on a regular clock, and in the pace of an owner's rows.

use super::moments::{LONGEST_WINDOW, MOMENTS};
use super::{Compiled, Scope, Site};
use crate::calendar::{DAY, parse_date};
use crate::cells::parse_whole;
use crate::layout::Placement;
use crate::model::{Facts, Rule};
use crate::plan::{DataType, Generate, Shape, TimeUnit};

const MOST_STEPS: usize = 16;

impl Scope<'_, '_> {
    pub(super) fn between(&mut self, site: &Site<'_>, min: &str, max: &str) -> Compiled {
        self.expect_type(site, &MOMENTS)?;
        let data_type = site.column.data_type;
        let ends = parse_whole(min, data_type).zip(parse_whole(max, data_type));
        let Some((first, last)) = ends.filter(|(first, last)| first <= last) else {
            self.fault(
                &site.path,
                "min and max must be of the column's type, min not after max",
            );
            return None;
        };
        let facts = Facts {
            interval: Some((first, last)),
            ..Facts::filled()
        };
        Some((
            Rule::Between {
                key: self.key(site, "value"),
                first,
                values: (last - first) as u64 + 1,
            },
            facts,
        ))
    }

    pub(super) fn ticks(
        &mut self,
        site: &Site<'_>,
        window: (&str, &str),
        steps: &[u32],
        per: Option<&str>,
    ) -> Compiled {
        self.expect_type(site, &[DataType::Timestamp])?;
        let turns = match per {
            None => 1,
            Some(name) => self.turns_of(site, name)?,
        };
        let window = parse_date(window.0).zip(parse_date(window.1));
        let window = window.filter(|(first, end)| first < end && end - first <= LONGEST_WINDOW);
        let Some((first, end)) = window else {
            self.fault(
                &site.path,
                "start and end must be dates (2024-03-01), end after start and within 100 years",
            );
            return None;
        };
        if end * DAY - 1 > self.compiler.plan.cut_off {
            self.fault(
                &site.path,
                "the last ticks would come after the plan's cut-off",
            );
            return None;
        }
        if steps.is_empty() || steps.len() > MOST_STEPS || steps.contains(&0) {
            self.fault(
                &site.path,
                format!("there must be 1 to {MOST_STEPS} steps of at least a second"),
            );
            return None;
        }
        let ticks = self.rows().div_ceil(turns);
        let seconds = ((end - first) * DAY) as u64;
        let fits = |step: &&u32| (ticks - 1).saturating_mul(u64::from(**step)) < seconds;
        let Some(&step) = steps.iter().find(fits) else {
            self.fault(
                &site.path,
                format!("{ticks} ticks do not fit between start and end"),
            );
            return None;
        };
        let (first, step) = (first * DAY, i64::from(step));
        let facts = Facts {
            interval: Some((first, first + (ticks as i64 - 1) * step)),
            ..Facts::filled()
        };
        Some((Rule::Ticks { first, step, turns }, facts))
    }

    /// Rows of a round of a column of this table.
    fn turns_of(&mut self, site: &Site<'_>, name: &str) -> Option<u64> {
        let columns = &self.table.columns;
        let column = columns.iter().position(|column| column.name == name);
        let turn = column.filter(|&at| matches!(columns[at].generate, Generate::Turn { .. }));
        let Some(column) = turn else {
            self.fault(
                &site.path,
                format!("{name} is no column of turns of this table"),
            );
            return None;
        };
        // A table that does not exist has been noted.
        Some(self.compiler.tables[self.targets[column]?].rows)
    }

    pub(super) fn paced(
        &mut self,
        site: &Site<'_>,
        from: &str,
        shape: &Shape,
        bounds: (f64, f64),
        unit: TimeUnit,
    ) -> Compiled {
        self.expect_type(site, &[DataType::Timestamp])?;
        let (moment, from_facts) = self.resolve_moment(site, from)?;
        let delay = self.delay(site, shape, bounds, unit, false)?;
        let Some(Placement::Owned(owned)) = &self.placement else {
            if self.table.layout.is_none() {
                self.fault(&site.path, "only rows of an owned layout have a pace");
            }
            return None;
        };
        let cut_off = self.compiler.plan.cut_off;
        let latest = i64::from(owned.most()).saturating_mul(delay.lattice().max());
        let day = if moment.days { DAY } else { 1 };
        let facts = Facts {
            may_be_null: from_facts.may_be_null,
            null_share: from_facts.null_share,
            interval: from_facts.interval.map(|(low, high)| {
                let end = (high * day).saturating_add(latest);
                ((low * day).min(cut_off), end.min(cut_off))
            }),
            ..Facts::default()
        };
        Some((
            Rule::Paced {
                from: moment,
                key: self.key(site, "value"),
                delay,
                cut_off,
            },
            facts,
        ))
    }
}
