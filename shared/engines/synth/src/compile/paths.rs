//! Paths: names to references to follow and a column at their end.

use super::{Scope, Site, Slot};
use crate::model::{Facts, Moment, Path};
use crate::plan::DataType;

const LONGEST_PATH: usize = 8;

/// A path and what is known of the column at its end.
#[derive(Debug, Clone)]
pub(super) struct Resolved {
    pub(super) path: Path,
    pub(super) facts: Facts,
}

impl Scope<'_, '_> {
    /// Resolves a path of this table, or notes a fault.
    pub(super) fn resolve(&mut self, site: &Site<'_>, text: &str) -> Option<Resolved> {
        match self.try_resolve(text) {
            Ok(resolved) => resolved,
            Err(message) => {
                self.fault(&site.path, message);
                None
            }
        }
    }

    /// Resolves a path; the error is a sentence, nothing means that the fault has been noted.
    pub(super) fn try_resolve(&mut self, text: &str) -> Result<Option<Resolved>, String> {
        let names: Vec<&str> = text.split('.').collect();
        if names.len() > LONGEST_PATH {
            return Err(format!(
                "the path {text} has more than {LONGEST_PATH} parts"
            ));
        }
        let own = self
            .table
            .columns
            .iter()
            .position(|column| column.name == names[0]);
        let own =
            own.ok_or_else(|| format!("there is no column {} in {}", names[0], self.table.name))?;
        if !self.ensure(own) {
            return Ok(None);
        }
        if names.len() == 1 {
            let Slot::Done(column) = &self.slots[own] else {
                return Ok(None);
            };
            let path = Path {
                steps: Vec::new(),
                column: own,
                data_type: column.data_type,
            };
            return Ok(Some(Resolved {
                path,
                facts: column.facts.clone(),
            }));
        }
        let mut steps = vec![own];
        let mut target = self.targets[own];
        let mut last = names[0];
        for (number, &name) in names.iter().enumerate().skip(1) {
            let table =
                target.ok_or_else(|| format!("{last} in the path {text} is not a reference"))?;
            let table = &self.compiler.tables[table];
            let column = table.column(name).ok_or_else(|| {
                format!("there is no column {name} in {} (path {text})", table.name)
            })?;
            if number == names.len() - 1 {
                let end = &table.columns[column];
                let path = Path {
                    steps,
                    column,
                    data_type: end.data_type,
                };
                return Ok(Some(Resolved {
                    path,
                    facts: end.facts.clone(),
                }));
            }
            steps.push(column);
            target = table.columns[column].target;
            last = name;
        }
        Ok(None)
    }

    /// Resolves a path to a moment.
    pub(super) fn resolve_moment(
        &mut self,
        site: &Site<'_>,
        text: &str,
    ) -> Option<(Moment, Facts)> {
        let Resolved { path, facts } = self.resolve(site, text)?;
        let days = match path.data_type {
            DataType::Date => true,
            DataType::Timestamp => false,
            _ => {
                self.fault(
                    &site.path,
                    format!("{text} is neither a date nor a timestamp"),
                );
                return None;
            }
        };
        Some((Moment { path, days }, facts))
    }

    /// Resolves a path to text.
    pub(super) fn resolve_text(&mut self, site: &Site<'_>, text: &str) -> Option<Resolved> {
        let resolved = self.resolve(site, text)?;
        if resolved.path.data_type == DataType::Text {
            return Some(resolved);
        }
        self.fault(&site.path, format!("{text} is not text"));
        None
    }
}
