//! What the columns of a table look like, for charts.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::dataset::Dataset;
use crate::schema::{Column, ColumnType, quote_identifier};
use millrace_query::SqlFault;

/// Categories shown by themselves.
const TOP_CATEGORIES: usize = 8;
/// Bins that a histogram aims at; it has 12 to 20.
const TARGET_BINS: f64 = 16.0;
/// Most months shown.
const MAX_MONTHS: usize = 240;

/// The columns of one table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableProfile {
    /// Table name.
    pub table: String,
    /// Rows.
    pub rows: u64,
    /// Columns in file order.
    pub columns: Vec<ColumnProfile>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// Column name.
    pub name: String,
    /// Type.
    pub data_type: ColumnType,
    /// Cells that have a value of the type.
    pub count: u64,
    /// Cells that have none, empty or unreadable.
    pub nulls: u64,
    /// Different values.
    pub distinct: u64,
    /// Its picture.
    pub chart: ChartData,
}

/// The picture of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChartData {
    /// Nothing to draw: no value, or a key whose values are all different.
    Nothing,
    /// The eight most frequent values, most frequent first, and the rest together.
    Categories {
        /// Value and cells.
        bars: Vec<(String, u64)>,
        /// Cells with any other value.
        other: u64,
    },
    /// Cells by bin of equal width. A value belongs to the bin at whose lower edge it lies.
    Histogram {
        /// Lower edge of the first bin.
        from: f64,
        /// Width of a bin.
        width: f64,
        /// Cells of each bin: 12 to 20 bins, fewer for integers with fewer values.
        counts: Vec<u64>,
    },
    /// Cells by month that has any, oldest first.
    Monthly {
        /// Month, `2024-03`, and cells.
        months: Vec<(String, u64)>,
    },
}

impl Dataset {
    /// Looks at every column of `table`.
    ///
    /// # Errors
    /// [`SqlFault::UnknownTable`], or a fault of the engine.
    pub async fn profile(&self, table: &str) -> Result<TableProfile, SqlFault> {
        let known = self.schema().table(table).ok_or_else(|| {
            let names = self.schema().tables.iter().map(|table| table.name.as_str());
            let nearest = millrace_query::nearest(table, names).map(str::to_owned);
            SqlFault::UnknownTable {
                name: table.to_owned(),
                nearest,
            }
        })?;
        let summaries = self.summaries(table, &known.columns).await?;
        let mut columns = Vec::new();
        for (column, summary) in known.columns.iter().zip(summaries) {
            let chart = self.chart(table, column, &summary).await?;
            columns.push(ColumnProfile {
                name: column.name.clone(),
                data_type: column.data_type,
                count: summary.count,
                nulls: self.rows(table).unwrap_or(0).saturating_sub(summary.count),
                distinct: summary.distinct,
                chart,
            });
        }
        Ok(TableProfile {
            table: table.to_owned(),
            rows: self.rows(table).unwrap_or(0),
            columns,
        })
    }

    /// Counts and extremes of all columns, in one pass.
    async fn summaries(&self, table: &str, columns: &[Column]) -> Result<Vec<Summary>, SqlFault> {
        let mut expressions = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let name = quote_identifier(&column.name);
            expressions.push(format!("count({name}) AS c{index}"));
            expressions.push(format!("count(DISTINCT {name}) AS d{index}"));
            let number = if column.data_type.is_number() {
                format!("CAST({name} AS DOUBLE)")
            } else {
                "NULL".to_owned()
            };
            expressions.push(format!("min({number}) AS l{index}"));
            expressions.push(format!("max({number}) AS h{index}"));
        }
        let sql = format!(
            "SELECT {} FROM {}",
            expressions.join(", "),
            quote_identifier(table)
        );
        let rows = self.own_rows(&sql).await?;
        let first = rows.into_iter().next().unwrap_or_default();
        Ok(first.chunks(4).map(Summary::read).collect())
    }

    async fn chart(
        &self,
        table: &str,
        column: &Column,
        summary: &Summary,
    ) -> Result<ChartData, SqlFault> {
        let is_key = column.primary_key
            || (summary.distinct == summary.count && summary.count > TOP_CATEGORIES as u64);
        match column.data_type {
            _ if summary.count == 0 => Ok(ChartData::Nothing),
            ColumnType::Text if is_key => Ok(ChartData::Nothing),
            ColumnType::Integer if column.primary_key => Ok(ChartData::Nothing),
            ColumnType::Text | ColumnType::Boolean => self.categories(table, column, summary).await,
            ColumnType::Integer | ColumnType::Decimal => {
                self.histogram(table, column, summary).await
            }
            ColumnType::Date | ColumnType::Timestamp => self.monthly(table, column).await,
        }
    }

    async fn categories(
        &self,
        table: &str,
        column: &Column,
        summary: &Summary,
    ) -> Result<ChartData, SqlFault> {
        let name = quote_identifier(&column.name);
        let sql = format!(
            "SELECT CAST({name} AS VARCHAR) AS value, count(*) AS n FROM {} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {TOP_CATEGORIES}",
            quote_identifier(table),
        );
        let bars = pairs(self.own_rows(&sql).await?);
        let shown: u64 = bars.iter().map(|(_, count)| count).sum();
        Ok(ChartData::Categories {
            bars,
            other: summary.count.saturating_sub(shown),
        })
    }

    async fn histogram(
        &self,
        table: &str,
        column: &Column,
        summary: &Summary,
    ) -> Result<ChartData, SqlFault> {
        let (from, width, bins) = bins(
            summary.lowest,
            summary.highest,
            column.data_type == ColumnType::Integer,
        );
        let name = quote_identifier(&column.name);
        let sql = format!(
            "SELECT CAST(floor((CAST({name} AS DOUBLE) - CAST('{from}' AS DOUBLE)) / CAST('{width}' AS DOUBLE) + 1e-9) AS BIGINT) AS bin, count(*) AS n FROM {} WHERE {name} IS NOT NULL GROUP BY 1",
            quote_identifier(table),
        );
        let mut counts = vec![0; bins];
        for row in self.own_rows(&sql).await? {
            if let [bin, count] = row.as_slice() {
                let bin = usize::try_from(bin.as_i64().unwrap_or(0).max(0))
                    .unwrap_or(0)
                    .min(bins - 1);
                counts[bin] += count.as_u64().unwrap_or(0);
            }
        }
        Ok(ChartData::Histogram {
            from,
            width,
            counts,
        })
    }

    async fn monthly(&self, table: &str, column: &Column) -> Result<ChartData, SqlFault> {
        let name = quote_identifier(&column.name);
        let sql = format!(
            "SELECT to_char(date_trunc('month', {name}), '%Y-%m') AS month, count(*) AS n FROM {} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT {MAX_MONTHS}",
            quote_identifier(table),
        );
        Ok(ChartData::Monthly {
            months: pairs(self.own_rows(&sql).await?),
        })
    }
}

#[derive(Debug, Clone, Copy)]
struct Summary {
    count: u64,
    distinct: u64,
    lowest: f64,
    highest: f64,
}

impl Summary {
    fn read(values: &[Value]) -> Self {
        let count = |index: usize| values.get(index).and_then(Value::as_u64).unwrap_or(0);
        let extreme = |index: usize| values.get(index).and_then(Value::as_f64).unwrap_or(0.0);
        Self {
            count: count(0),
            distinct: count(1),
            lowest: extreme(2),
            highest: extreme(3),
        }
    }
}

fn pairs(rows: Vec<Vec<Value>>) -> Vec<(String, u64)> {
    rows.into_iter()
        .filter_map(|row| match row.as_slice() {
            [Value::String(label), count] => Some((label.clone(), count.as_u64()?)),
            _ => None,
        })
        .collect()
}

/// Lower edge, width and number of bins that hold every value from `lowest` to `highest`: edges at
/// round numbers, 12 to 20 bins, for integers whole widths.
fn bins(lowest: f64, highest: f64, whole: bool) -> (f64, f64, usize) {
    let span = highest - lowest;
    if span <= 0.0 {
        return (lowest, 1.0, 1);
    }
    let magnitude = 10_f64.powf((span / TARGET_BINS).log10().floor());
    let round = [1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]
        .into_iter()
        .map(|factor| factor * magnitude)
        .filter(|width| !whole || (*width >= 1.0 && width.fract() == 0.0))
        .map(|width| {
            let from = (lowest / width + 1e-9).floor() * width;
            (from, width, ((highest - from) / width + 1e-9).floor() + 1.0)
        })
        .filter(|(_, _, count)| (12.0..=20.0).contains(count))
        .min_by(|one, other| {
            (one.2 - TARGET_BINS)
                .abs()
                .total_cmp(&(other.2 - TARGET_BINS).abs())
        });
    if let Some((from, width, count)) = round {
        return (from, width, count as usize);
    }
    if whole && span < 20.0 {
        return (lowest, 1.0, span as usize + 1);
    }
    let width = if whole {
        (span / TARGET_BINS).ceil()
    } else {
        span / TARGET_BINS
    };
    (lowest, width, (span / width).floor() as usize + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bins_have_round_edges() {
        assert_eq!(bins(3.0, 97.0, true), (0.0, 6.0, 17));
        assert_eq!(bins(1.0, 5.0, true), (1.0, 1.0, 5));
        assert_eq!(bins(7.0, 7.0, false), (7.0, 1.0, 1));
    }

    proptest! {
        #[test]
        fn bins_hold_every_value(lowest in -1e6..1e6f64, span in 1e-3..1e7f64, whole: bool) {
            let (lowest, highest) =
                if whole { (lowest.round(), (lowest + span).round()) } else { (lowest, lowest + span) };
            let (from, width, count) = bins(lowest, highest, whole);
            prop_assert!(from <= lowest + width * 1e-6);
            prop_assert!(from + width * (count as f64) > highest - width * 1e-6);
            prop_assert!(count <= 20, "{count} bins");
            prop_assert!(count >= 12 || (whole && highest - lowest < 20.0) || highest <= lowest, "{count} bins");
        }
    }
}
