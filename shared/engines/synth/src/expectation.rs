//! What the plan promises of a column, before any row is made.

use crate::cells::whole_text;
use crate::generator::Generator;
use crate::model::Column;
use crate::plan::DataType;

/// Planned properties of a column. What has no closed form is absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// Planned shares of the values, of the clean cells that are not null. Exact for quotas outside
    /// cases; the probabilities of choices.
    pub shares: Option<Vec<Share>>,
    /// Planned quantiles at 10 %, 20 % … 90 % of a number, clipped and rounded as the cells are.
    pub deciles: Option<[f64; 9]>,
    /// Planned share of nulls among the clean cells.
    pub null_share: Option<f64>,
    /// Planned share of delivered cells that were emptied, of those that are not null.
    pub empty_share: f64,
    /// Planned share of delivered cells that do not read as their type, of those that are not null.
    pub mistyped_share: f64,
    /// Planned share of delivered cells with stray blanks or another letter case, of those that are not null.
    pub padded_share: f64,
}

/// A value and its share, from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// The value as text of the column's type.
    pub value: String,
    /// Its share.
    pub share: f64,
}

/// Least and greatest clean value, as text of the column's type (`12.50`, `2024-03-01 00:00:00`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// No value is less.
    pub min: String,
    /// No value is greater.
    pub max: String,
}

impl Generator {
    fn column(&self, table: &str, column: &str) -> Option<&Column> {
        let table = self.tables.iter().find(|known| known.name == table)?;
        table.columns.get(table.column(column)?)
    }

    /// What is planned for a column; none if there is no such column.
    #[must_use]
    pub fn expectation(&self, table: &str, column: &str) -> Option<Expectation> {
        let column = self.column(table, column)?;
        let facts = &column.facts;
        let shares = facts
            .values
            .as_ref()
            .zip(facts.shares.as_ref())
            .map(|(values, shares)| {
                let pairs = values.iter().zip(shares);
                pairs
                    .map(|(value, &share)| Share {
                        value: value.clone(),
                        share,
                    })
                    .collect()
            });
        let unit = 10_u64.pow(column.data_type.digits()) as f64;
        let [empty_share, mistyped_share, padded_share] = column.defects.shares;
        Some(Expectation {
            shares,
            deciles: facts
                .deciles
                .map(|deciles| deciles.map(|decile| decile as f64 / unit)),
            null_share: facts.null_share,
            empty_share,
            mistyped_share,
            padded_share,
        })
    }

    /// The bounds that the rule of a number or moment keeps, where it has any.
    #[must_use]
    pub fn bounds(&self, table: &str, column: &str) -> Option<Bounds> {
        let column = self.column(table, column)?;
        if matches!(column.data_type, DataType::Text | DataType::Boolean) {
            return None;
        }
        let (low, high) = column.facts.interval?;
        let text = |value| whole_text(value, column.data_type);
        Some(Bounds {
            min: text(low),
            max: text(high),
        })
    }

    /// The same bounds in the unit of the type: integers, last digits of decimals, days, seconds.
    #[must_use]
    pub fn interval(&self, table: &str, column: &str) -> Option<(i64, i64)> {
        let column = self.column(table, column)?;
        let bounded = !matches!(column.data_type, DataType::Text | DataType::Boolean);
        column.facts.interval.filter(|_| bounded)
    }

    /// All values that the rule of a column can give, where it lists them.
    #[must_use]
    pub fn categories(&self, table: &str, column: &str) -> Option<&[String]> {
        self.column(table, column)?.facts.values.as_deref()
    }
}
