//! Valid queries, drawn over a schema and kept in parts, so that one part can be spoiled.

use std::fmt;

use crate::random::Random;
use crate::schemas::{Kind, Schema, Table};

/// A table of FROM, under the name that the query calls it.
#[derive(Debug, Clone)]
pub struct Source {
    pub table: &'static Table,
    pub alias: String,
    /// The condition that joins it to those before it.
    pub on: Option<String>,
}

/// One SELECT in parts.
#[derive(Debug, Clone, Default)]
pub struct Select {
    pub distinct: bool,
    pub outputs: Vec<String>,
    pub sources: Vec<Source>,
    pub conditions: Vec<String>,
    pub groups: Vec<String>,
    pub having: Option<String>,
    pub order: Option<String>,
    pub limit: Option<usize>,
}

impl fmt::Display for Select {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let distinct = if self.distinct { "DISTINCT " } else { "" };
        write!(out, "SELECT {distinct}{} FROM ", self.outputs.join(", "))?;
        for (at, source) in self.sources.iter().enumerate() {
            let join = if at == 0 { "" } else { " JOIN " };
            write!(out, "{join}{}", source.table.name)?;
            if source.alias != source.table.name {
                write!(out, " AS {}", source.alias)?;
            }
            if let Some(on) = &source.on {
                write!(out, " ON {on}")?;
            }
        }
        if !self.conditions.is_empty() {
            write!(out, " WHERE {}", self.conditions.join(" AND "))?;
        }
        if !self.groups.is_empty() {
            write!(out, " GROUP BY {}", self.groups.join(", "))?;
        }
        if let Some(having) = &self.having {
            write!(out, " HAVING {having}")?;
        }
        if let Some(order) = &self.order {
            write!(out, " ORDER BY {order}")?;
        }
        if let Some(limit) = self.limit {
            write!(out, " LIMIT {limit}")?;
        }
        Ok(())
    }
}

impl Source {
    pub fn column(&self, random: &mut Random, fits: impl Fn(&Kind) -> bool) -> Option<String> {
        let columns = self.table.columns_where(fits);
        (!columns.is_empty()).then(|| format!("{}.{}", self.alias, random.pick(&columns)))
    }
}

pub fn is_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Text(_))
}

pub fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::Number)
}

pub fn is_key(kind: &Kind) -> bool {
    matches!(kind, Kind::Key)
}

pub fn is_day(kind: &Kind) -> bool {
    matches!(kind, Kind::Day)
}

fn sources(schema: &Schema, random: &mut Random) -> Vec<Source> {
    let first = random.pick(schema.tables);
    let mut sources = vec![Source {
        table: first,
        alias: first.name.to_owned(),
        on: None,
    }];
    for _ in 0..random.below(3) {
        let near: Vec<(&'static Table, String)> = schema
            .tables
            .iter()
            .filter(|table| !sources.iter().any(|source| source.table.name == table.name))
            .filter_map(|table| {
                sources.iter().find_map(|source| {
                    let up = source.table.reference_to(table.name);
                    let down = table.reference_to(source.table.name);
                    let on = match (up, down) {
                        (Some(up), _) => {
                            format!("{}.{up} = {}.{}", source.alias, table.name, table.key())
                        }
                        (_, Some(down)) => format!(
                            "{}.{down} = {}.{}",
                            table.name,
                            source.alias,
                            source.table.key()
                        ),
                        (None, None) => return None,
                    };
                    Some((table, on))
                })
            })
            .collect();
        if near.is_empty() {
            break;
        }
        let (table, on) = random.pick(&near).clone();
        sources.push(Source {
            table,
            alias: table.name.to_owned(),
            on: Some(on),
        });
    }
    if random.percent(40) {
        rename(&mut sources);
    }
    sources
}

/// Calls the tables t1, t2, ... as people do.
fn rename(sources: &mut [Source]) {
    let names: Vec<(String, String)> = sources
        .iter()
        .enumerate()
        .map(|(at, source)| (format!("{}.", source.table.name), format!("t{}.", at + 1)))
        .collect();
    for (at, source) in sources.iter_mut().enumerate() {
        source.alias = format!("t{}", at + 1);
        if let Some(on) = &mut source.on {
            for (from, to) in &names {
                *on = on.replace(from, to);
            }
        }
    }
}

fn condition(source: &Source, schema: &Schema, random: &mut Random) -> String {
    let (name, kind) = random.pick(source.table.columns);
    let column = format!("{}.{name}", source.alias);
    match kind {
        Kind::Key | Kind::Refers(_) if random.percent(60) => {
            let other = random.pick(schema.tables);
            match other.reference_to(source.table.name) {
                Some(reference) if *kind == Kind::Key => {
                    let not = if random.percent(40) { "NOT " } else { "" };
                    format!(
                        "{column} {not}IN (SELECT {reference} FROM {} WHERE {reference} IS NOT NULL)",
                        other.name
                    )
                }
                _ => format!("{column} > {}", random.below(9)),
            }
        }
        Kind::Key | Kind::Refers(_) => format!("{column} <> {}", random.below(9)),
        Kind::Number => match random.below(4) {
            0 => format!(
                "{column} BETWEEN {} AND {}",
                random.below(20),
                30 + random.below(20)
            ),
            1 => format!("{column} > (SELECT AVG({name}) FROM {})", source.table.name),
            2 => format!("{column} * 2 >= {}", random.below(80)),
            _ => format!("{column} < {}", random.below(80)),
        },
        Kind::Text(values) => match random.below(3) {
            0 => format!("{column} LIKE '{}%'", &random.pick(values)[..1]),
            1 => format!("{column} IN ('{}', '{}')", values[0], values[1]),
            _ => format!("{column} = '{}'", random.pick(values)),
        },
        Kind::Day => match random.below(2) {
            0 => format!("{column} >= '2024-0{}-01'", 1 + random.below(9)),
            _ => format!("{column} IS NOT NULL"),
        },
    }
}

/// A valid SELECT without warnings.
pub fn select(schema: &Schema, random: &mut Random) -> Select {
    let sources = sources(schema, random);
    let mut select = Select::default();
    for _ in 0..1 + random.below(2) {
        let condition = condition(random.pick(&sources), schema, random);
        if !select.conditions.contains(&condition) {
            select.conditions.push(condition);
        }
    }
    let shown = random.pick(&sources).clone();
    // The last table is the one whose rows a join does not repeat.
    let child = sources
        .iter()
        .find(|source| {
            !sources
                .iter()
                .any(|other| other.table.reference_to(source.table.name).is_some())
        })
        .cloned();
    let measure = child.and_then(|child| child.column(random, is_number));
    match random.below(3) {
        0 => {
            let names: Vec<String> = shown
                .table
                .columns
                .iter()
                .take(1 + random.below(3))
                .map(|(name, _)| format!("{}.{name}", shown.alias))
                .collect();
            select.order = random.percent(50).then(|| format!("{} DESC", names[0]));
            select.limit = (select.order.is_some() && random.percent(50)).then_some(5);
            select.distinct = random.percent(30);
            select.outputs = names;
        }
        1 => {
            select.outputs = vec!["COUNT(*)".to_owned()];
            if let Some(measure) = &measure {
                let function = random.word(&["SUM", "AVG", "MIN", "MAX"]);
                select.outputs.push(format!("{function}({measure})"));
            }
        }
        _ => {
            let key = shown
                .column(random, is_text)
                .unwrap_or_else(|| format!("{}.{}", shown.alias, shown.table.key()));
            select.outputs = vec![key.clone(), "COUNT(*)".to_owned()];
            if let Some(measure) = &measure
                && random.percent(50)
            {
                select.outputs.push(format!("ROUND(AVG({measure}), 2)"));
            }
            select.groups = vec![key];
            select.having = random
                .percent(40)
                .then(|| format!("COUNT(*) > {}", random.below(4)));
            select.order = random.percent(40).then(|| "COUNT(*) DESC".to_owned());
        }
    }
    select.sources = sources;
    select
}

/// The query within another one, where its faults are as grave; not one whose order would be lost there.
pub fn within(sql: &str, random: &mut Random) -> String {
    let loses_order = sql.contains(" ORDER BY ") && !sql.contains(" LIMIT ");
    match random.below(4) {
        _ if loses_order => sql.to_owned(),
        0 => format!("SELECT COUNT(*) FROM ({sql}) AS inside"),
        1 => format!("WITH inside AS ({sql}) SELECT COUNT(*) FROM inside"),
        _ => sql.to_owned(),
    }
}
