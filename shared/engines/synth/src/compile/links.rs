//! Keys, references and layouts.

use std::sync::Arc;

use super::{Compiled, Scope, Site};
use crate::calendar::{DAY, push_timestamp};
use crate::layout::{Owned, Placement, Subset};
use crate::model::{Facts, Moment, Reference, Rule};
use crate::plan::{ColumnPlan, DataType, Generate, Layout};
use crate::weights::Zipf;
use millrace_draw::Key;
use millrace_draw::Permutation;

const WIDEST_KEY: usize = 18;
const LONGEST_PREFIX: usize = 32;
const STEEPEST: f64 = 4.0;
const MOST_CHILDREN: u32 = 10_000;
const MOST_COUNTS: usize = 256;

impl<'p> Scope<'_, 'p> {
    /// Index of a table before this one.
    fn earlier_table(&mut self, path: &str, name: &str) -> Option<usize> {
        let found = self
            .compiler
            .tables
            .iter()
            .position(|table| table.name == name);
        if found.is_none() {
            let exists = self
                .compiler
                .plan
                .tables
                .iter()
                .any(|table| table.name == name);
            let reason = if exists {
                "does not stand before this one"
            } else {
                "does not exist"
            };
            self.fault(path, format!("the table {name} {reason}"));
        }
        found
    }

    pub(super) fn compile_layout(&mut self) -> Option<Placement> {
        let (table, rows) = (self.table, self.rows());
        let path = format!("{}.layout", table.name);
        let key = Key::new(self.compiler.plan.seed, &table.name, "", "layout");
        match table.layout.as_ref()? {
            Layout::Owned {
                table: owner,
                counts,
            } => {
                let owner = self.earlier_table(&path, owner)?;
                let owners = self.compiler.tables[owner].rows;
                let valid = |&(count, weight): &(u32, f64)| {
                    (1..=MOST_CHILDREN).contains(&count) && weight.is_finite() && weight >= 0.0
                };
                if counts.is_empty()
                    || counts.len() > MOST_COUNTS
                    || !counts.iter().all(valid)
                    || counts.iter().all(|count| count.1 == 0.0)
                {
                    self.fault(&path, format!("counts are 1 to {MOST_COUNTS} pairs of children (1 to {MOST_CHILDREN}) and a weight of at least 0, not all 0"));
                    return None;
                }
                if rows / owners > u64::from(MOST_CHILDREN) {
                    self.fault(
                        &path,
                        format!(
                            "{rows} rows are more than {MOST_CHILDREN} for each of {owners} owners"
                        ),
                    );
                    return None;
                }
                Some(Placement::Owned(Owned::new(owners, rows, counts, key)))
            }
            Layout::Subset { table: parent } => {
                let parent = self.earlier_table(&path, parent)?;
                let parents = self.compiler.tables[parent].rows;
                if rows > parents {
                    self.fault(
                        &path,
                        format!("{rows} rows cannot be a subset of {parents}"),
                    );
                    return None;
                }
                Some(Placement::Subset(Subset::new(parent, parents, rows, key)))
            }
        }
    }

    /// The table that a column refers to. Faults are noted here and nowhere else.
    pub(super) fn target_of(&mut self, column: &ColumnPlan) -> Option<usize> {
        let path = format!("{}.{}", self.table.name, column.name);
        let target = match &column.generate {
            Generate::Reference { table, .. } | Generate::Turn { table } => {
                self.earlier_table(&path, table)?
            }
            // Faults of the layout itself have been noted.
            Generate::Owner => match &self.table.layout {
                Some(Layout::Owned { table, .. } | Layout::Subset { table }) => self
                    .compiler
                    .tables
                    .iter()
                    .position(|known| known.name == *table)?,
                None => {
                    self.fault(
                        &path,
                        "the table has no layout that gives its rows an owner",
                    );
                    return None;
                }
            },
            _ => return None,
        };
        let table = &self.compiler.tables[target];
        match table.key.map(|key| table.columns[key].data_type) {
            None => {
                let message = format!("the table {} has no key to refer to", table.name);
                self.fault(&path, message);
            }
            Some(key) if key != column.data_type => {
                let message = format!("the type is not that of the key of {}", table.name);
                self.fault(&path, message);
            }
            Some(_) => {}
        }
        // Even if it does not fit, so that paths through the column are not faults once more.
        Some(target)
    }

    pub(super) fn own_target(&self, site: &Site<'_>) -> Option<usize> {
        let column = self
            .table
            .columns
            .iter()
            .position(|column| column.name == site.column.name)?;
        self.targets[column]
    }

    pub(super) fn key_rule(&mut self, site: &Site<'_>, prefix: &str, width: usize) -> Compiled {
        self.expect_type(site, &[DataType::Text, DataType::Integer])?;
        let integer = site.column.data_type == DataType::Integer;
        if width > WIDEST_KEY || prefix.len() > LONGEST_PREFIX {
            self.fault(&site.path, format!("a key has at most {WIDEST_KEY} digits and a prefix of {LONGEST_PREFIX} characters"));
            return None;
        }
        if integer && (width > 0 || !prefix.is_empty()) {
            self.fault(&site.path, "an integer key has no prefix and no width");
            return None;
        }
        let rows = i64::try_from(self.rows()).unwrap_or(i64::MAX);
        let facts = Facts {
            interval: integer.then_some((1, rows)),
            ..Facts::filled()
        };
        Some((
            Rule::Key {
                prefix: Arc::from(prefix),
                width,
            },
            facts,
        ))
    }

    pub(super) fn turn(&mut self, site: &Site<'_>) -> Compiled {
        let target = self.own_target(site)?;
        let turns = self.compiler.tables[target].rows;
        Some((Rule::Turn { turns }, Facts::filled()))
    }

    pub(super) fn owner(&mut self, site: &Site<'_>) -> Compiled {
        self.own_target(site)?;
        Some((Rule::Owner, Facts::filled()))
    }

    pub(super) fn ordinal(&mut self, site: &Site<'_>) -> Compiled {
        self.expect_type(site, &[DataType::Integer])?;
        match &self.placement {
            Some(Placement::Owned(owned)) => {
                let facts = Facts {
                    interval: Some((1, i64::from(owned.most()))),
                    ..Facts::filled()
                };
                Some((Rule::Ordinal, facts))
            }
            _ if matches!(self.table.layout, Some(Layout::Owned { .. })) => None,
            _ => {
                self.fault(&site.path, "only rows of an owned layout have an ordinal");
                None
            }
        }
    }

    pub(super) fn reference(
        &mut self,
        site: &Site<'p>,
        skew: f64,
        existing_at: Option<&str>,
    ) -> Compiled {
        let target = self.own_target(site)?;
        if !(0.0..=STEEPEST).contains(&skew) {
            self.fault(
                &site.path,
                format!("skew must lie between 0 and {STEEPEST}"),
            );
            return None;
        }
        let rows = self.compiler.tables[target].rows;
        let existing_at = match existing_at {
            Some(path) => Some(self.existing_at(site, target, path)?),
            None => None,
        };
        let reference = Reference {
            key: self.key(site, "value"),
            zipf: Zipf::new(rows, skew),
            popularity: Permutation::new(self.key(site, "popularity"), rows),
            existing_at,
        };
        Some((Rule::Reference(Box::new(reference)), Facts::filled()))
    }

    /// Checks that some row of `target` exists at every moment of `path`.
    fn existing_at(&mut self, site: &Site<'_>, target: usize, path: &str) -> Option<Moment> {
        let (moment, facts) = self.resolve_moment(site, path)?;
        let table = &self.compiler.tables[target];
        let Some(arrival) = table.arrival else {
            let message = format!(
                "the table {} has no arrival column, so its rows exist always",
                table.name
            );
            self.fault(&site.path, message);
            return None;
        };
        // The arrival of a table with faults is not there.
        let Rule::Arrival(arrival) = &table.columns[arrival].rule else {
            return None;
        };
        let first = arrival.moment(0);
        let message = match facts.interval {
            _ if facts.may_be_null => Some(format!(
                "{path} may be null, so that nothing tells which rows exist by then"
            )),
            None => Some(format!(
                "the earliest {path} is unknown, so that a row of {} may not exist by then",
                table.name
            )),
            Some((low, _)) => {
                let earliest = low.saturating_mul(if moment.days { DAY } else { 1 });
                let text = |seconds| {
                    let mut text = String::new();
                    push_timestamp(&mut text, seconds);
                    text
                };
                (first >= earliest).then(|| {
                    format!(
                        "the first row of {} arrives at {}, not before the earliest {path}, {}",
                        table.name,
                        text(first),
                        text(earliest)
                    )
                })
            }
        };
        if let Some(message) = message {
            self.fault(&site.path, message);
            return None;
        }
        Some(moment)
    }
}
