//! Many figures of one table in one pass over it.

use serde_json::Value;

use crate::dataset::Dataset;
use crate::schema::{ColumnType, quote_identifier, quote_text};
use crate::typed;
use millrace_query::SqlFault;

/// Collects counts to be made of one table.
#[derive(Debug, Default)]
pub(super) struct Scan {
    expressions: Vec<String>,
}

/// The place of a figure in the outcome of a [`Scan`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot(usize);

impl Scan {
    /// Counts the rows for which `predicate` is true.
    pub(super) fn count_where(&mut self, predicate: &str) -> Slot {
        self.expressions
            .push(format!("count(*) FILTER (WHERE {predicate})"));
        Slot(self.expressions.len() - 1)
    }

    /// Reads the table once and gives the figures in the order that they were asked for.
    pub(super) async fn run(self, dataset: &Dataset, table: &str) -> Result<Figures, SqlFault> {
        if self.expressions.is_empty() {
            return Ok(Figures(Vec::new()));
        }
        let expressions: Vec<String> = self
            .expressions
            .iter()
            .enumerate()
            .map(|(index, expression)| format!("{expression} AS f{index}"))
            .collect();
        let sql = format!(
            "SELECT {} FROM {}",
            expressions.join(", "),
            quote_identifier(table)
        );
        let rows = dataset.own_rows(&sql).await?;
        let first = rows.into_iter().next().unwrap_or_default();
        Ok(Figures(
            first
                .iter()
                .map(|value| value.as_f64().unwrap_or(0.0))
                .collect(),
        ))
    }
}

/// The outcome of a [`Scan`].
#[derive(Debug)]
pub(super) struct Figures(Vec<f64>);

impl Figures {
    pub(super) fn get(&self, slot: Slot) -> f64 {
        self.0.get(slot.0).copied().unwrap_or(0.0)
    }
}

/// The one figure that `sql` gives.
pub(super) async fn figure(dataset: &Dataset, sql: &str) -> Result<f64, SqlFault> {
    let rows = dataset.own_rows(sql).await?;
    Ok(rows
        .first()
        .and_then(|row| row.first())
        .and_then(Value::as_f64)
        .unwrap_or(0.0))
}

/// A bound as SQL, if its text reads as the type.
pub(super) fn literal(data_type: ColumnType, text: &str) -> Option<String> {
    match data_type {
        ColumnType::Text => Some(quote_text(text)),
        ColumnType::Integer | ColumnType::Decimal => {
            let number: f64 = text
                .parse()
                .ok()
                .filter(|number: &f64| number.abs() < 1e18)?;
            Some(format!("CAST('{number}' AS DECIMAL(38,10))"))
        }
        ColumnType::Date => typed::date(text).map(|_| format!("DATE '{text}'")),
        ColumnType::Timestamp => typed::timestamp(text).map(|_| format!("TIMESTAMP '{text}'")),
        ColumnType::Boolean => typed::boolean(text).map(|value| value.to_string()),
    }
}
