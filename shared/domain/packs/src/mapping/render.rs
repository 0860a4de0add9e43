//! The text of a query: plain groups, rankings within groups, courses, shares.

use super::reading::Reading;
use crate::pack::Pack;

/// Groups shown where a question ranks single things without saying how many.
const DEFAULT_LIMIT: u32 = 10;

/// The parts of a query: expressions with their names, and conditions.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) joins: String,
    pub(super) groups: Vec<(String, String)>,
    pub(super) columns: Vec<(String, String)>,
    pub(super) conditions: Vec<String>,
}

impl Query {
    /// The SQL; `total` names the measure whose shares are asked for.
    pub(super) fn render(&self, pack: &Pack, reading: &Reading, total: Option<&str>) -> String {
        let mut out = self.select();
        let names: Vec<&str> = self.groups.iter().map(|(_, name)| name.as_str()).collect();
        let Some((_, metric)) = self.columns.first() else {
            return out;
        };
        if names.is_empty() {
            return out;
        }
        let columns = names.join(", ");
        let direction = if reading.ascending { "" } else { " DESC" };
        let ranking = format!("{metric}{direction} NULLS LAST, {columns}");
        if reading.growth {
            return course(&out, &names, metric);
        }
        if let Some(total) = total {
            return format!(
                "WITH grouped_values AS (\n{out}\n)\nSELECT {columns}, {total}, round(100.0 * {total} / SUM({total}) OVER (), 2) AS share_percent\nFROM grouped_values\nORDER BY {ranking}"
            );
        }
        let period = reading
            .grain
            .filter(|_| names.len() > 1)
            .map(super::reading::Grain::column);
        let within = reading
            .within
            .as_ref()
            .map(|within| within.name.as_str())
            .or(period);
        if let Some((within, limit)) = within.zip(reading.limit) {
            return ranked_within(&out, &columns, metric, within, &ranking, limit);
        }
        let chronological = reading.grain.is_some() && !(reading.ranked && names.len() == 1);
        out.push_str(&format!(
            "\nORDER BY {}",
            if chronological { &columns } else { &ranking }
        ));
        let limit = reading
            .limit
            .or_else(|| single_things(pack, reading).then_some(DEFAULT_LIMIT));
        if let Some(limit) = limit {
            out.push_str(&format!("\nLIMIT {limit}"));
        }
        out
    }

    fn select(&self) -> String {
        let columns = self.groups.iter().chain(&self.columns);
        let columns: Vec<String> = columns
            .map(|(expression, name)| format!("{expression} AS {name}"))
            .collect();
        let mut out = format!("SELECT {}\n{}", columns.join(", "), self.joins);
        if !self.conditions.is_empty() {
            out.push_str(&format!("\nWHERE {}", self.conditions.join(" AND ")));
        }
        if !self.groups.is_empty() {
            let groups: Vec<&str> = self
                .groups
                .iter()
                .map(|(expression, _)| expression.as_str())
                .collect();
            out.push_str(&format!("\nGROUP BY {}", groups.join(", ")));
        }
        out
    }
}

/// Whether single things are ranked (their key is the group) and time does not order them.
fn single_things(pack: &Pack, reading: &Reading) -> bool {
    reading.grain.is_none()
        && reading.dimensions.iter().any(|dimension| {
            let (table, column) = dimension.column.split_once('.').unwrap_or_default();
            pack.table(table)
                .is_some_and(|table| table.rows.is_none() && table.key() == Some(column))
        })
}

/// Growth from one span of time to the next, the first group being the span.
fn course(inner: &str, names: &[&str], metric: &str) -> String {
    let (period, others) = (names[0], names[1..].join(", "));
    let partition = if others.is_empty() {
        String::new()
    } else {
        format!("PARTITION BY {others} ")
    };
    let columns = names.join(", ");
    format!(
        "WITH course_values AS (\n{inner}\n), step_values AS (\nSELECT {columns}, {metric}, LAG(CAST({metric} AS DOUBLE)) OVER ({partition}ORDER BY {period}) AS value_before\nFROM course_values\n)\nSELECT {columns}, {metric}, CASE WHEN value_before <> 0 THEN round(100.0 * ({metric} - value_before) / value_before, 2) END AS growth_percent\nFROM step_values\nORDER BY {columns}"
    )
}

/// The first few of each group.
fn ranked_within(
    inner: &str,
    columns: &str,
    metric: &str,
    within: &str,
    ranking: &str,
    limit: u32,
) -> String {
    format!(
        "WITH grouped_values AS (\n{inner}\n), ranked_values AS (\nSELECT {columns}, {metric}, ROW_NUMBER() OVER (PARTITION BY {within} ORDER BY {ranking}) AS place\nFROM grouped_values\n)\nSELECT {columns}, place, {metric}\nFROM ranked_values\nWHERE place <= {limit}\nORDER BY {within}, place"
    )
}
