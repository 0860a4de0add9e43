//! From a pack to the row counts of a dataset size, and to the untidiness of a skill level.

use millrace_synth::plan::{Generate, Layout, Plan, TablePlan, Untidiness};

use crate::pack::{Pack, PackError};
use millrace_challenge::brief::{Brief, SkillLevel};

/// Share of all cells that are untidy at the level, at least.
const ADVANCED_SHARE: f64 = 0.012;
const INTERMEDIATE_SHARE: f64 = 0.003;
/// Share of eligible cells beyond which a column would lose its meaning.
const HIGHEST_SHARE: f64 = 0.06;

impl Pack {
    /// Tables with their rows for a dataset whose largest table has `dataset_size` rows, exactly.
    ///
    /// Row counts are at least 1 and fit the layouts: an owned table lies between its owners' fewest and
    /// most children, a subset is no larger than its table.
    ///
    /// # Errors
    /// [`PackError::NoGrain`] where no table has size 1.
    pub fn scale(&self, dataset_size: u64) -> Result<Vec<TablePlan>, PackError> {
        self.grain()
            .ok_or_else(|| PackError::NoGrain(self.id.clone()))?;
        let largest = dataset_size.max(1);
        let mut tables: Vec<TablePlan> = self
            .tables
            .iter()
            .map(|table| TablePlan {
                name: table.name.clone(),
                singular: table.singular.clone(),
                description: table.description.clone(),
                rows: table.rows.unwrap_or_else(|| {
                    let share = table.size.unwrap_or(0.0).clamp(0.0, 1.0);
                    let rows = (share * largest as f64).round() as u64;
                    rows.max(table.at_least).clamp(1, largest)
                }),
                layout: table.layout.clone(),
                columns: table.columns.clone(),
            })
            .collect();
        fit_layouts(&mut tables);
        Ok(tables)
    }
}

/// Fits owners to their children and subsets to their tables, from the last table to the first,
/// so that the largest table keeps its rows.
fn fit_layouts(tables: &mut [TablePlan]) {
    for index in (0..tables.len()).rev() {
        let rows = tables[index].rows;
        let Some(layout) = tables[index].layout.clone() else {
            continue;
        };
        let (Layout::Owned { table, .. } | Layout::Subset { table }) = &layout;
        let Some(other) = tables.iter().position(|candidate| candidate.name == *table) else {
            continue;
        };
        match layout {
            Layout::Owned { counts, .. } => {
                let fewest = counts
                    .iter()
                    .map(|(count, _)| u64::from(*count))
                    .min()
                    .unwrap_or(1)
                    .max(1);
                let most = counts
                    .iter()
                    .map(|(count, _)| u64::from(*count))
                    .max()
                    .unwrap_or(1)
                    .max(1);
                let highest = (rows / fewest).max(1);
                tables[other].rows = tables[other]
                    .rows
                    .clamp(rows.div_ceil(most).min(highest), highest);
            }
            Layout::Subset { .. } => tables[index].rows = rows.min(tables[other].rows),
        }
    }
}

/// Shares of cells that may become empty, mistyped, padded, of all cells of the dataset.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Eligible {
    nullable: f64,
    typed: f64,
    padded: f64,
}

fn eligible(tables: &[TablePlan]) -> Eligible {
    use millrace_synth::plan::DataType;
    let (mut all, mut nullable, mut typed, mut padded) = (0.0, 0.0, 0.0, 0.0);
    for table in tables {
        let rows = table.rows as f64;
        for column in &table.columns {
            all += rows;
            if matches!(
                column.generate,
                Generate::Key { .. } | Generate::Reference { .. } | Generate::Owner
            ) {
                continue;
            }
            if column.nullable {
                nullable += rows;
                if !matches!(column.data_type, DataType::Text | DataType::Boolean) {
                    typed += rows;
                }
            }
            if column.untidy && column.data_type == DataType::Text {
                padded += rows;
            }
        }
    }
    let all = f64::max(all, 1.0);
    Eligible {
        nullable: nullable / all,
        typed: typed / all,
        padded: padded / all,
    }
}

/// Untidiness of a skill level, raised where few columns may be untidy, so that the share over all
/// cells of the dataset is reached.
#[must_use]
pub fn untidiness(tables: &[TablePlan], skill: SkillLevel) -> Untidiness {
    let (base, wanted) = match skill {
        SkillLevel::Beginner => return Untidiness::default(),
        SkillLevel::Intermediate => (
            Untidiness {
                empty: 0.004,
                mistyped: 0.002,
                padded: 0.004,
            },
            INTERMEDIATE_SHARE,
        ),
        SkillLevel::Advanced => (
            Untidiness {
                empty: 0.015,
                mistyped: 0.008,
                padded: 0.015,
            },
            ADVANCED_SHARE,
        ),
    };
    let share = eligible(tables);
    let expected =
        base.empty * share.nullable + base.mistyped * share.typed + base.padded * share.padded;
    let factor = if expected > 0.0 {
        (wanted / expected).max(1.0)
    } else {
        1.0
    };
    Untidiness {
        empty: (base.empty * factor).min(HIGHEST_SHARE),
        mistyped: (base.mistyped * factor).min(HIGHEST_SHARE),
        padded: (base.padded * factor).min(HIGHEST_SHARE),
    }
}

/// The plan of a brief's dataset. A later `revision` has other draws and the same shape.
///
/// # Errors
/// [`PackError`] where the pack has no largest table or no day as its cut-off.
pub fn plan(pack: &Pack, brief: &Brief, revision: u32) -> Result<Plan, PackError> {
    let tables = pack.scale(brief.dataset_size)?;
    Ok(Plan {
        version: Plan::VERSION,
        seed: brief.seed ^ u64::from(revision).wrapping_mul(0x9E37_79B9_7F4A_7C15),
        cut_off: seconds_of(&pack.cut_off)?,
        untidiness: untidiness(&tables, brief.skill_level),
        tables,
    })
}

/// Seconds since 1970 of a day's first moment, UTC.
fn seconds_of(day: &str) -> Result<i64, PackError> {
    day.parse::<chrono::NaiveDate>()
        .ok()
        .and_then(|date| date.and_hms_opt(0, 0, 0))
        .map(|moment| moment.and_utc().timestamp())
        .ok_or_else(|| PackError::Day(day.to_owned()))
}
