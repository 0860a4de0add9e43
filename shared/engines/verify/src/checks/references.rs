//! Checks across tables: references and orders in time.

use super::scan::figure;
use super::{Category, Check};
use crate::dataset::Dataset;
use crate::expectations::{ColumnReference, TemporalOrder};
use crate::schema::{ColumnType, Relationship, quote_identifier};
use millrace_query::SqlFault;

/// Counts orphans: cells that refer to no row, unreadable ones included; empty cells refer to nothing.
pub(super) async fn foreign_key(dataset: &Dataset, relationship: &Relationship) -> Check {
    let Relationship {
        from_table,
        from_column,
        to_table,
        to_column,
    } = relationship;
    let check = Check::new("foreign_key", Category::Integrity).on(from_table, Some(from_column));
    let subject = format!("References of {from_table}.{from_column} to {to_table}.{to_column}");
    let sql = format!(
        "SELECT count(*) FROM {} AS c WHERE c.{from} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {} AS p WHERE p.{} = c.{from})",
        quote_identifier(from_table),
        quote_identifier(to_table),
        quote_identifier(to_column),
        from = quote_identifier(from_column),
    );
    match figure(dataset, &sql).await {
        Ok(orphans) => {
            let counts = dataset.counts(from_table, from_column).unwrap_or_default();
            let cells = dataset
                .rows(from_table)
                .unwrap_or(0)
                .saturating_sub(counts.empty);
            check.violations(orphans + counts.unreadable as f64, cells as f64, &subject)
        }
        Err(fault) => check.impossible(&subject, &fault),
    }
}

/// Counts rows whose later moment lies before the earlier one. Where one of the two is a date only,
/// days are compared.
pub(super) async fn temporal_order(dataset: &Dataset, order: &TemporalOrder) -> Check {
    let check = Check::new("temporal_order", Category::Consistency)
        .on(&order.later.table, Some(&order.later.column));
    let subject = format!(
        "Order in time, {}: {}.{} not after {}.{}",
        order.name,
        order.earlier.table,
        order.earlier.column,
        order.later.table,
        order.later.column
    );
    let outcome = match order_sql(dataset, order) {
        Ok((cases, violations)) => count_both(dataset, &cases, &violations).await,
        Err(fault) => Err(fault),
    };
    match outcome {
        Ok((cases, violations)) => check.violations(violations, cases, &subject),
        Err(fault) => check.impossible(&subject, &fault),
    }
}

async fn count_both(
    dataset: &Dataset,
    cases: &str,
    violations: &str,
) -> Result<(f64, f64), SqlFault> {
    Ok((
        figure(dataset, cases).await?,
        figure(dataset, violations).await?,
    ))
}

/// The statements that count the rows with both moments and those in the wrong order.
fn order_sql(dataset: &Dataset, order: &TemporalOrder) -> Result<(String, String), SqlFault> {
    let by_day = moment_type(dataset, &order.earlier)? == ColumnType::Date
        || moment_type(dataset, &order.later)? == ColumnType::Date;
    let same_row = order.earlier.table == order.later.table;
    let from = match (&order.join, same_row) {
        (_, true) => format!("{} AS t", quote_identifier(&order.later.table)),
        (Some(join), false) => {
            let tables = [&order.earlier.table, &order.later.table];
            if !tables.contains(&&join.from_table) || !tables.contains(&&join.to_table) {
                return Err(SqlFault::Invalid(
                    "the join is of other tables than the moments".to_owned(),
                ));
            }
            format!(
                "{} AS c JOIN {} AS p ON c.{} = p.{}",
                quote_identifier(&join.from_table),
                quote_identifier(&join.to_table),
                quote_identifier(&join.from_column),
                quote_identifier(&join.to_column),
            )
        }
        (None, false) => {
            return Err(SqlFault::Invalid(
                "the moments are of two tables without a join".to_owned(),
            ));
        }
    };
    let moment = |reference: &ColumnReference| {
        let alias = match &order.join {
            _ if same_row => "t",
            Some(join) if join.from_table == reference.table => "c",
            _ => "p",
        };
        let column = format!("{alias}.{}", quote_identifier(&reference.column));
        if by_day {
            format!("CAST({column} AS DATE)")
        } else {
            column
        }
    };
    let (earlier, later) = (moment(&order.earlier), moment(&order.later));
    let cases =
        format!("SELECT count(*) FROM {from} WHERE {earlier} IS NOT NULL AND {later} IS NOT NULL");
    let violations = format!("SELECT count(*) FROM {from} WHERE {later} < {earlier}");
    Ok((cases, violations))
}

fn moment_type(dataset: &Dataset, reference: &ColumnReference) -> Result<ColumnType, SqlFault> {
    let table = dataset
        .schema()
        .table(&reference.table)
        .ok_or_else(|| SqlFault::UnknownTable {
            name: reference.table.clone(),
            nearest: None,
        })?;
    let column = table
        .column(&reference.column)
        .ok_or_else(|| SqlFault::UnknownColumn {
            name: format!("{}.{}", reference.table, reference.column),
            nearest: None,
        })?;
    Ok(column.data_type)
}
