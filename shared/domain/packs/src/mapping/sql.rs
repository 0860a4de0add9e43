//! SQL of a reading.

use millrace_synth::plan::Generate;

use super::join::Joins;
use super::reading::Reading;
use super::render::Query;
use super::vocabulary::column_of;
use crate::pack::{ChartHint, Dimension, Metric, Pack};

/// A built query.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) sql: String,
    pub(super) chart: Option<ChartHint>,
    pub(super) wide: bool,
}

/// Builds the query, or says why the parts do not go together.
pub(super) fn build(pack: &Pack, reading: &Reading) -> Result<Built, String> {
    let metrics = measures(pack, reading)?;
    let base = metrics[0].table.as_str();
    if let Some(other) = metrics.iter().find(|metric| metric.table != base) {
        let (first, second) = (
            metrics[0].name.replace('_', " "),
            other.name.replace('_', " "),
        );
        return Err(format!(
            "{first} and {second} are counted over different tables; ask for one of them at a time"
        ));
    }
    let mut joins = Joins::from(pack, base);
    for metric in &metrics {
        for table in &metric.joins {
            joins.reach(table)?;
        }
    }
    let mut groups: Vec<(String, String)> = Vec::new();
    let mut conditions: Vec<String> = Vec::new();
    if reading.grain.is_some() || !reading.years.is_empty() {
        timed(
            reading,
            &metrics[0],
            &mut joins,
            &mut groups,
            &mut conditions,
        )?;
    }
    for dimension in reading
        .dimensions
        .iter()
        .filter(|dimension| mean_over(pack, reading) != Some(dimension))
    {
        joins.reach(table_of(&dimension.column))?;
        let (expression, nullable) = cleaned(pack, dimension);
        if nullable {
            conditions.push(format!("{} IS NOT NULL", dimension.column));
        }
        groups.push((expression, dimension.name.clone()));
    }
    let filter = filtered(pack, reading, &mut joins, &mut groups)?;
    for metric in &metrics {
        for child in &metric.children {
            let child = pack
                .table(child)
                .map(|table| table.name.as_str())
                .ok_or("a table is missing")?;
            joins.keep(child)?;
        }
    }
    let mut columns: Vec<(String, String)> = metrics
        .iter()
        .map(|metric| (metric.expression.clone(), metric.name.clone()))
        .collect();
    if reading.average {
        columns = metrics
            .iter()
            .map(|metric| mean(pack, reading, metric, &mut joins))
            .collect::<Result<_, _>>()?;
    }
    let mut total = None;
    if reading.share && filter.is_empty() {
        additive(&metrics[0])?;
        if groups.is_empty() {
            return Err("it asks for a share and names no part of the whole".to_owned());
        }
        total = Some(metrics[0].name.clone());
    } else if reading.share {
        columns = vec![share_of(&metrics[0], &filter.join(" AND "))?];
    } else {
        conditions.extend(filter);
    }
    if columns.len() > 1 && (reading.growth || reading.share || reading.within.is_some()) {
        return Err(
            "it asks for that of several measures at once; ask for one at a time".to_owned(),
        );
    }
    let query = Query {
        joins: joins.clause(),
        groups,
        columns,
        conditions,
    };
    let grouped_by_time = reading.grain.is_some();
    Ok(Built {
        sql: query.render(pack, reading, total.as_deref()),
        chart: match (grouped_by_time, query.groups.is_empty()) {
            (true, _) => Some(ChartHint::Line),
            (false, false) => Some(ChartHint::Bar),
            (false, true) => None,
        },
        wide: metrics.iter().all(|metric| metric.wide),
    })
}

/// The things over which a mean runs: "per customer", where customers are counted one by one.
fn mean_over<'a>(pack: &Pack, reading: &'a Reading) -> Option<&'a Dimension> {
    reading.per.as_ref().filter(|dimension| {
        let (table, column) = dimension.column.split_once('.').unwrap_or_default();
        pack.table(table)
            .is_some_and(|table| table.key() == Some(column))
    })
}

/// The mean of a measure: over things, or over the rows where the measure is the sum of one column.
fn mean(
    pack: &Pack,
    reading: &Reading,
    metric: &Metric,
    joins: &mut Joins<'_>,
) -> Result<(String, String), String> {
    let expression = metric.expression.as_str();
    let sum = expression
        .strip_prefix("round(")
        .and_then(|rest| rest.strip_suffix(", 2)"))
        .unwrap_or(expression);
    if additive(metric).is_err() {
        return Ok((metric.expression.clone(), metric.name.clone()));
    }
    if let Some(dimension) = mean_over(pack, reading) {
        joins.reach(table_of(&dimension.column))?;
        let name = format!("{}_per_{}", metric.name, dimension.name);
        return Ok((
            format!(
                "round(1.0 * {sum} / COUNT(DISTINCT {}), 2)",
                dimension.column
            ),
            name,
        ));
    }
    let column = sum
        .strip_prefix("SUM(")
        .and_then(|rest| rest.strip_suffix(')'));
    let column = column.filter(|path| {
        path.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
    });
    column
        .map(|path| {
            (
                format!("round(AVG({path}), 2)"),
                format!("average_{}", metric.name.trim_start_matches("total_")),
            )
        })
        .ok_or_else(|| {
            format!(
                "it does not say per what the average of {} is taken",
                metric.name.replace('_', " ")
            )
        })
}

/// The measures asked for; the number of rows where only groups are named.
fn measures(pack: &Pack, reading: &Reading) -> Result<Vec<Metric>, String> {
    if !reading.metrics.is_empty() {
        return Ok(reading.metrics.clone());
    }
    let named = reading
        .filters
        .first()
        .and_then(|candidates| candidates.first());
    let column = reading
        .dimensions
        .first()
        .or(named.map(|(dimension, _)| dimension));
    let column = column.ok_or("it names nothing that the tables measure")?;
    let table = pack
        .table(table_of(&column.column))
        .ok_or("a table is missing")?;
    Ok(vec![Metric {
        name: format!("{}_count", table.singular),
        synonyms: Vec::new(),
        table: table.name.clone(),
        joins: Vec::new(),
        children: Vec::new(),
        expression: "COUNT(*)".to_owned(),
        time: table
            .columns
            .iter()
            .find(|column| matches!(column.generate, Generate::Arrival { .. }))
            .map(|column| format!("{}.{}", table.name, column.name)),
        wide: pack.grain().is_some_and(|grain| grain.name == table.name),
    }])
}

/// Adds the span of time and the years.
fn timed(
    reading: &Reading,
    metric: &Metric,
    joins: &mut Joins<'_>,
    groups: &mut Vec<(String, String)>,
    conditions: &mut Vec<String>,
) -> Result<(), String> {
    let time = metric.time.as_deref().ok_or_else(|| {
        format!(
            "{} has no time in these tables",
            metric.name.replace('_', " ")
        )
    })?;
    joins.reach(table_of(time))?;
    conditions.push(format!("{time} IS NOT NULL"));
    if !reading.years.is_empty() {
        let years: Vec<String> = reading.years.iter().map(ToString::to_string).collect();
        conditions.push(format!(
            "extract(year FROM {time}) IN ({})",
            years.join(", ")
        ));
    }
    if let Some(grain) = reading.grain {
        groups.push((grain.of_moment(time), grain.column().to_owned()));
    }
    Ok(())
}

/// Conditions on values; several values of one column are compared side by side.
fn filtered(
    pack: &Pack,
    reading: &Reading,
    joins: &mut Joins<'_>,
    groups: &mut Vec<(String, String)>,
) -> Result<Vec<String>, String> {
    let mut wanted: Vec<(&Dimension, Vec<String>)> = Vec::new();
    for candidates in &reading.filters {
        // One value may stand in several columns; the first one that can be reached is meant.
        let reachable = candidates
            .iter()
            .find(|(dimension, _)| joins.reaches(table_of(&dimension.column)));
        let Some((dimension, value)) = reachable.or_else(|| candidates.first()) else {
            continue;
        };
        joins.reach(table_of(&dimension.column))?;
        let value = literal(&value.to_lowercase());
        match wanted
            .iter_mut()
            .find(|(known, _)| known.column == dimension.column)
        {
            Some((_, values)) => values.push(value),
            None => wanted.push((dimension, vec![value])),
        }
    }
    let mut conditions = Vec::new();
    for (dimension, values) in wanted {
        let (expression, _) = cleaned(pack, dimension);
        let lower = if expression.starts_with("LOWER(") {
            expression.clone()
        } else {
            format!("LOWER({expression})")
        };
        if let [value] = values.as_slice() {
            conditions.push(format!("{lower} = {value}"));
            continue;
        }
        conditions.push(format!("{lower} IN ({})", values.join(", ")));
        if !reading.share && !groups.iter().any(|(known, _)| *known == expression) {
            groups.push((expression, dimension.name.clone()));
        }
    }
    Ok(conditions)
}

/// The column as it is grouped by: untidy text is trimmed and lowered. And whether it may be empty.
fn cleaned(pack: &Pack, dimension: &Dimension) -> (String, bool) {
    let column = column_of(pack, &dimension.column);
    let path = &dimension.column;
    if column.is_some_and(|column| column.untidy) {
        (
            format!("LOWER(TRIM({path}))"),
            column.is_some_and(|column| column.nullable),
        )
    } else {
        (path.clone(), column.is_some_and(|column| column.nullable))
    }
}

fn additive(metric: &Metric) -> Result<(), String> {
    if metric.expression.contains("AVG(") || metric.expression.contains(" / ") {
        return Err(format!(
            "{} does not add up, so it has no shares",
            metric.name.replace('_', " ")
        ));
    }
    Ok(())
}

/// Share of the counted rows that meet the condition.
fn share_of(metric: &Metric, condition: &str) -> Result<(String, String), String> {
    let counted = match metric.expression.as_str() {
        "COUNT(*)" => format!("100.0 * SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) / COUNT(*)"),
        other => {
            let inner = other
                .strip_prefix("COUNT(DISTINCT ")
                .and_then(|rest| rest.strip_suffix(')'));
            let inner = inner.ok_or_else(|| {
                format!(
                    "a share of {} is not defined here",
                    metric.name.replace('_', " ")
                )
            })?;
            format!(
                "100.0 * COUNT(DISTINCT CASE WHEN {condition} THEN {inner} END) / COUNT(DISTINCT {inner})"
            )
        }
    };
    Ok((format!("round({counted}, 2)"), "share_percent".to_owned()))
}

fn table_of(path: &str) -> &str {
    path.split_once('.').map_or(path, |(table, _)| table)
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
