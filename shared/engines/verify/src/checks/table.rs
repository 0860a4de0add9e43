//! Checks within one table: rows, empty cells, keys, bounds, categories, shapes, untidiness.

use super::distribution::{self, DecileSlots};
use super::scan::{Figures, Scan, Slot, figure, literal};
use super::{Category, Check, Expected, tolerance};
use crate::dataset::Dataset;
use crate::expectations::{ColumnExpectation, TableExpectation};
use crate::load::ColumnCounts;
use crate::schema::{ColumnType, quote_identifier};
use millrace_query::SqlFault;

/// One expected column together with what the files have of it.
struct Subject<'a> {
    expected: &'a ColumnExpectation,
    data_type: ColumnType,
    counts: ColumnCounts,
    bounds: Option<Slot>,
    deciles: Option<DecileSlots>,
}

/// All checks of one table.
pub(super) async fn check(dataset: &Dataset, expected: &TableExpectation) -> Vec<Check> {
    let mut checks = vec![row_count(dataset, expected), structure(dataset, expected)];
    let Some(rows) = dataset.rows(&expected.name) else {
        let fault = SqlFault::UnknownTable {
            name: expected.name.clone(),
            nearest: None,
        };
        let nulls = Check::new("nulls", Category::Completeness).on(&expected.name, None);
        checks.push(nulls.impossible("Empty cells", &fault));
        return checks;
    };
    let rows = rows as f64;
    let mut scan = Scan::default();
    let (subjects, unreadable_bounds) = subjects(dataset, expected, &mut scan);
    checks.push(nulls(expected, &subjects, rows));
    if !expected.primary_key.is_empty() {
        checks.push(primary_key(dataset, expected, rows).await);
    }
    checks.extend(unreadable_bounds);
    match scan.run(dataset, &expected.name).await {
        Ok(figures) => checks.extend(scanned(expected, &subjects, &figures, rows)),
        Err(fault) => {
            let check = Check::new("bounds", Category::Validity).on(&expected.name, None);
            checks.push(check.impossible("Bounds", &fault));
        }
    }
    for subject in subjects
        .iter()
        .filter(|subject| !subject.expected.categories.is_empty())
    {
        checks.extend(
            distribution::categories(dataset, &expected.name, subject.expected, rows).await,
        );
    }
    checks.extend(untidiness(expected, &subjects, rows));
    checks
}

/// Finds the expected columns and asks for their figures. Bounds that do not read as the column's
/// type come back as failed checks.
fn subjects<'a>(
    dataset: &Dataset,
    expected: &'a TableExpectation,
    scan: &mut Scan,
) -> (Vec<Subject<'a>>, Vec<Check>) {
    let mut subjects = Vec::new();
    let mut faults = Vec::new();
    for column in &expected.columns {
        let known = dataset
            .schema()
            .table(&expected.name)
            .and_then(|table| table.column(&column.name));
        let counts = dataset.counts(&expected.name, &column.name);
        let (Some(known), Some(counts)) = (known, counts) else {
            continue;
        };
        let bounds = match outside(column, known.data_type) {
            Ok(predicate) => predicate.map(|predicate| scan.count_where(&predicate)),
            Err(fault) => {
                let check =
                    Check::new("bounds", Category::Validity).on(&expected.name, Some(&column.name));
                faults.push(check.impossible("Bounds", &fault));
                None
            }
        };
        let deciles = (known.data_type.is_number() && !column.deciles.is_empty())
            .then(|| DecileSlots::ask(scan, &column.name, &column.deciles));
        subjects.push(Subject {
            expected: column,
            data_type: known.data_type,
            counts,
            bounds,
            deciles,
        });
    }
    (subjects, faults)
}

/// The predicate of a cell outside of its bounds.
fn outside(column: &ColumnExpectation, data_type: ColumnType) -> Result<Option<String>, SqlFault> {
    let name = quote_identifier(&column.name);
    let mut parts = Vec::new();
    for (bound, operator) in [(&column.min, "<"), (&column.max, ">")] {
        let Some(text) = bound else { continue };
        let literal = literal(data_type, text).ok_or_else(|| {
            SqlFault::Invalid(format!(
                "the bound {text:?} of {} is no {}",
                column.name,
                data_type.sql_type()
            ))
        })?;
        parts.push(format!("{name} {operator} {literal}"));
    }
    Ok((!parts.is_empty()).then(|| parts.join(" OR ")))
}

fn row_count(dataset: &Dataset, expected: &TableExpectation) -> Check {
    let mut check = Check::new("row_count", Category::Completeness).on(&expected.name, None);
    let rows = dataset.rows(&expected.name).unwrap_or(0);
    check.passed = rows == expected.rows;
    check.value = rows as f64;
    check.expected = Expected::Number(expected.rows as f64);
    let (fewer, more) = (rows.min(expected.rows), rows.max(expected.rows));
    check.conformance = if more == 0 {
        1.0
    } else {
        fewer as f64 / more as f64
    };
    check.message = format!(
        "{} has {rows} rows; {} were planned.",
        expected.name, expected.rows
    );
    check
}

/// Columns in both over columns in either.
fn structure(dataset: &Dataset, expected: &TableExpectation) -> Check {
    let mut check = Check::new("structure", Category::Structure).on(&expected.name, None);
    let found: Vec<&str> = dataset
        .schema()
        .table(&expected.name)
        .map(|table| {
            table
                .columns
                .iter()
                .map(|column| column.name.as_str())
                .collect()
        })
        .unwrap_or_default();
    let wanted: Vec<&str> = expected
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|name| !found.contains(name))
        .copied()
        .collect();
    let extra: Vec<&str> = found
        .iter()
        .filter(|name| !wanted.contains(name))
        .copied()
        .collect();
    let both = (wanted.len() - missing.len()) as f64;
    let either = (wanted.len() + extra.len()) as f64;
    check.passed = missing.is_empty() && extra.is_empty() && dataset.rows(&expected.name).is_some();
    check.value = if either == 0.0 { 0.0 } else { both / either };
    check.conformance = check.value;
    check.expected = Expected::Number(1.0);
    check.message = if check.passed {
        format!("{} has its {} columns.", expected.name, wanted.len())
    } else {
        format!(
            "{} lacks the columns [{}] and has [{}] beside the plan.",
            expected.name,
            missing.join(", "),
            extra.join(", ")
        )
    };
    check
}

/// Share of empty cells of the table; fails if any column has more or fewer than planned.
fn nulls(expected: &TableExpectation, subjects: &[Subject<'_>], rows: f64) -> Check {
    let mut check = Check::new("nulls", Category::Completeness).on(&expected.name, None);
    let share = |count: u64| if rows > 0.0 { count as f64 / rows } else { 0.0 };
    let mut wrong = Vec::new();
    let mut distance = 0.0;
    let mut planned_shares = Vec::new();
    for subject in subjects {
        let measured = share(subject.counts.empty);
        let (planned, allowed) = match (subject.expected.nullable, subject.expected.null_share) {
            (false, _) => (0.0, 0.0),
            (true, None) => continue,
            (true, Some(planned)) => (planned, tolerance::share(planned, rows)),
        };
        planned_shares.push(planned);
        distance += (measured - planned).abs();
        if (measured - planned).abs() > allowed {
            wrong.push(format!(
                "{} has {} instead of {}",
                subject.expected.name,
                percent(measured),
                percent(planned)
            ));
        }
    }
    let compared = planned_shares.len().max(1) as f64;
    check.passed = wrong.is_empty();
    check.value = subjects
        .iter()
        .map(|subject| share(subject.counts.empty))
        .sum::<f64>()
        / subjects.len().max(1) as f64;
    check.conformance = (1.0 - distance / compared).clamp(0.0, 1.0);
    check.expected = if planned_shares.len() == subjects.len() {
        Expected::Text(format!(
            "about {}",
            percent(planned_shares.iter().sum::<f64>() / compared)
        ))
    } else {
        Expected::Text("none where a column is not nullable".to_owned())
    };
    check.message = if check.passed {
        format!(
            "{} has {} empty cells, each column within its plan.",
            expected.name,
            percent(check.value)
        )
    } else {
        format!(
            "Empty cells of {} are not as planned: {}.",
            expected.name,
            wrong.join("; ")
        )
    };
    check
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// Rows whose key is missing or was there before.
async fn primary_key(dataset: &Dataset, expected: &TableExpectation, rows: f64) -> Check {
    let mut check = Check::new("primary_key", Category::Integrity).on(&expected.name, None);
    if let [column] = expected.primary_key.as_slice() {
        check.column = Some(column.clone());
    }
    let keys: Vec<String> = expected
        .primary_key
        .iter()
        .map(|name| quote_identifier(name))
        .collect();
    let filled: Vec<String> = keys
        .iter()
        .map(|key| format!("{key} IS NOT NULL"))
        .collect();
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 AS one FROM {} WHERE {} GROUP BY {}) AS keys",
        quote_identifier(&expected.name),
        filled.join(" AND "),
        keys.join(", "),
    );
    let subject = format!(
        "Primary key ({}) of {}",
        expected.primary_key.join(", "),
        expected.name
    );
    match figure(dataset, &sql).await {
        Ok(distinct) => check.violations(rows - distinct, rows, &subject),
        Err(fault) => check.impossible(&subject, &fault),
    }
}

fn scanned(
    expected: &TableExpectation,
    subjects: &[Subject<'_>],
    figures: &Figures,
    rows: f64,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for subject in subjects {
        let column = subject.expected;
        let filled = rows - (subject.counts.empty + subject.counts.unreadable) as f64;
        if let Some(slot) = subject.bounds {
            let words = match (&column.min, &column.max) {
                (Some(min), Some(max)) => format!("from {min} to {max}"),
                (Some(min), None) => format!("from {min}"),
                (None, Some(max)) => format!("up to {max}"),
                (None, None) => String::new(),
            };
            let subject = format!("Values of {}.{} {words}", expected.name, column.name);
            let check =
                Check::new("bounds", Category::Validity).on(&expected.name, Some(&column.name));
            checks.push(check.violations(figures.get(slot), filled, &subject));
        }
        if let Some(slots) = &subject.deciles {
            checks.push(slots.check(figures, &expected.name, column, filled));
        }
    }
    checks
}

/// Cells that do not read as their type, and padded texts: one check each for the whole table.
fn untidiness(expected: &TableExpectation, subjects: &[Subject<'_>], rows: f64) -> Vec<Check> {
    if rows == 0.0 {
        return Vec::new();
    }
    let (texts, typed): (Vec<_>, Vec<_>) = subjects
        .iter()
        .filter(|subject| !subject.expected.any_untidiness)
        .partition(|subject| subject.data_type == ColumnType::Text);
    let unreadable = typed.iter().map(|subject| Untidy {
        column: &subject.expected.name,
        found: subject.counts.unreadable as f64 / rows,
        planned: subject.expected.unreadable_share.unwrap_or(0.0),
        is_upper_bound: false,
    });
    // Another letter case cannot be told from a name's own spelling, so that what is planned is
    // the most that may be found.
    let padded = texts.iter().map(|subject| Untidy {
        column: &subject.expected.name,
        found: subject.counts.padded as f64 / rows,
        planned: subject.expected.padded_share.unwrap_or(0.0),
        is_upper_bound: true,
    });
    let checks = [
        untidy_check(
            "unreadable",
            "Cells that do not read as their type",
            expected,
            unreadable.collect(),
        ),
        untidy_check("padding", "Padded texts", expected, padded.collect()),
    ];
    let with_rows = |columns: Option<(Check, Vec<Untidy<'_>>)>| {
        columns.map(|(check, columns)| finish_untidy(check, &columns, rows))
    };
    checks.into_iter().filter_map(with_rows).collect()
}

struct Untidy<'a> {
    column: &'a str,
    found: f64,
    planned: f64,
    is_upper_bound: bool,
}

fn untidy_check<'a>(
    name: &str,
    subject: &str,
    expected: &TableExpectation,
    columns: Vec<Untidy<'a>>,
) -> Option<(Check, Vec<Untidy<'a>>)> {
    let mut check = Check::new(name, Category::Untidiness).on(&expected.name, None);
    check.message = format!("{subject} of {}", expected.name);
    (!columns.is_empty()).then_some((check, columns))
}

fn finish_untidy(mut check: Check, columns: &[Untidy<'_>], rows: f64) -> Check {
    let mut wrong = Vec::new();
    let mut distance = 0.0;
    for column in columns {
        let excess = column.found - column.planned;
        let off = if column.is_upper_bound {
            excess.max(0.0)
        } else {
            excess.abs()
        };
        // Where nothing is planned nothing is allowed.
        let allowed = if column.planned > 0.0 {
            tolerance::share(column.planned, rows)
        } else {
            0.0
        };
        distance += off;
        if off > allowed {
            wrong.push(format!(
                "{} has {} instead of {}",
                column.column,
                percent(column.found),
                percent(column.planned)
            ));
        }
    }
    let mean = |figure: fn(&Untidy<'_>) -> f64| {
        columns.iter().map(figure).sum::<f64>() / columns.len() as f64
    };
    check.passed = wrong.is_empty();
    check.value = mean(|column| column.found);
    check.conformance = (1.0 - distance / columns.len() as f64).clamp(0.0, 1.0);
    let planned = mean(|column| column.planned);
    let bound = if columns.iter().all(|column| column.is_upper_bound) {
        "at most"
    } else {
        "about"
    };
    check.expected = Expected::Text(format!("{bound} {}", percent(planned)));
    let subject = std::mem::take(&mut check.message);
    check.message = if check.passed {
        format!(
            "{subject}: {}, {bound} {} planned.",
            percent(check.value),
            percent(planned)
        )
    } else {
        format!("{subject} are not as planned: {}.", wrong.join("; "))
    };
    check
}
