//! Wide tables: the rows of one table with all that they refer to.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;

use crate::csv::{push_field, push_header};
use crate::fault::GenerateError;
use crate::frame::Frame;
use crate::generator::{Generator, batches};
use crate::layout::Placement;
use crate::model::Rule;
use crate::plan::DataType;
use crate::untidy::Delivered;

/// Most tables that are joined.
const MOST_JOINS: usize = 128;
/// Row of the joined frame where there is none.
const NONE: u32 = u32::MAX;

/// A wide table: one row for each row of its grain.
#[derive(Debug)]
pub struct Wide<'g> {
    generator: &'g Generator,
    joins: Vec<Join>,
    columns: Vec<WideColumn>,
    tables: Vec<WideJoin>,
}

/// A column of a wide table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WideColumn {
    /// Name in the wide table.
    pub name: String,
    /// The table that it comes from.
    pub table: String,
    /// The column that it comes from.
    pub column: String,
    /// How it is reached from the grain: `status`, `order_id.customer_id.segment`; a subset table stands
    /// in brackets, `order_id.[returns].reason`.
    pub path: String,
    /// Type of the clean cells.
    pub data_type: DataType,
    /// Whether cells may be empty here: where the source may, or the joined row may be missing.
    pub nullable: bool,
    /// Number of the join in [`Wide::joins`].
    pub join: usize,
}

/// A table that a wide table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WideJoin {
    /// The table.
    pub table: String,
    /// How it is reached from the grain, as in [`WideColumn::path`]; empty for the grain itself.
    pub path: String,
    /// Whether rows of the grain may have no row of it.
    pub optional: bool,
    /// The wide column that holds its key, if it has one.
    pub key: Option<String>,
    /// Its columns in order and the wide columns that hold them, keys that are not repeated included:
    /// `SELECT DISTINCT` of these gives back the rows that occur.
    pub columns: Vec<(String, String)>,
}

/// How a table is joined.
#[derive(Debug)]
struct Join {
    table: usize,
    /// The join that leads here, and how; none for the grain.
    from: Option<(usize, Link)>,
    /// Names on the way.
    path: Vec<String>,
    optional: bool,
    /// Columns that stand in the wide table.
    shown: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Link {
    /// By a reference or owner column of the join before.
    Reference(usize),
    /// By the layout of this table, a subset of the join before.
    Subset,
}

impl<'g> Wide<'g> {
    /// The wide table of `grain`: its columns, those of every table that it refers to, directly or by
    /// others, and those of subsets of these tables, empty where there is no row.
    ///
    /// # Errors
    /// If the table is unknown.
    pub fn of(generator: &'g Generator, grain: &str) -> Result<Self, GenerateError> {
        let joins = joins(generator, generator.table(grain)?);
        let names = names(generator, &joins);
        let mut columns = Vec::new();
        for (number, join) in joins.iter().enumerate() {
            let table = &generator.tables[join.table];
            for &column in &join.shown {
                let source = &table.columns[column];
                let mut path = join.path.clone();
                path.push(source.name.clone());
                columns.push(WideColumn {
                    name: names[&(number, column)].clone(),
                    table: table.name.clone(),
                    column: source.name.clone(),
                    path: path.join("."),
                    data_type: source.data_type,
                    nullable: source.nullable || join.optional,
                    join: number,
                });
            }
        }
        let tables = (0..joins.len())
            .map(|number| describe(generator, &joins, &names, number))
            .collect();
        Ok(Self {
            generator,
            joins,
            columns,
            tables,
        })
    }

    /// Columns in file order.
    #[must_use]
    pub fn columns(&self) -> &[WideColumn] {
        &self.columns
    }

    /// The tables that are joined, the grain first. A table that is reached in two ways stands twice.
    #[must_use]
    pub fn joins(&self) -> &[WideJoin] {
        &self.tables
    }

    /// Rows: those of the grain.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.generator.tables[self.joins[0].table].rows
    }

    /// Tables of the plan that the grain does not lead to, in plan order.
    #[must_use]
    pub fn unreachable(&self) -> Vec<&str> {
        let reached = |table: &usize| self.joins.iter().any(|join| join.table == *table);
        let tables = &self.generator.tables;
        (0..tables.len())
            .filter(|table| !reached(table))
            .map(|table| tables[table].name.as_str())
            .collect()
    }

    /// Writes delivered rows as [`Generator::write_csv`] does; a cell is as untidy here as in its table.
    ///
    /// # Errors
    /// If the range lies outside, or `out` fails.
    pub fn write_csv(
        &self,
        range: Range<u64>,
        header: bool,
        out: &mut dyn Write,
    ) -> Result<(), GenerateError> {
        self.generator.inside(self.joins[0].table, &range)?;
        let mut buffer = String::new();
        if header {
            push_header(
                &mut buffer,
                self.columns.iter().map(|column| column.name.as_str()),
            );
        }
        for rows in batches(range) {
            let length = rows.len();
            let parts = self.parts(rows);
            for row in 0..length {
                for (number, (column, index)) in parts.iter().enumerate() {
                    if number > 0 {
                        buffer.push(',');
                    }
                    if index[row] != NONE {
                        push_field(&mut buffer, column, index[row] as usize);
                    }
                }
                buffer.push('\n');
            }
            out.write_all(buffer.as_bytes())?;
            buffer.clear();
        }
        out.write_all(buffer.as_bytes())?;
        Ok(())
    }

    /// The first `rows` delivered rows as [`Generator::preview`] gives them.
    #[must_use]
    pub fn preview(&self, rows: u64) -> Vec<serde_json::Map<String, serde_json::Value>> {
        let rows: Vec<u64> = (0..rows.min(self.rows())).collect();
        let mut objects = vec![serde_json::Map::new(); rows.len()];
        for (column, (delivered, index)) in self.columns.iter().zip(self.parts(rows)) {
            for (object, &at) in objects.iter_mut().zip(index.iter()) {
                let value = if at == NONE {
                    serde_json::Value::Null
                } else {
                    crate::preview::value(&delivered, at as usize)
                };
                object.insert(column.name.clone(), value);
            }
        }
        objects
    }

    /// The delivered columns for rows of the grain, each with the row of its frame by row of the grain.
    fn parts(&self, rows: Vec<u64>) -> Vec<(Delivered<'g>, std::rc::Rc<Vec<u32>>)> {
        let mut frames: Vec<(Frame<'g>, std::rc::Rc<Vec<u32>>)> =
            Vec::with_capacity(self.joins.len());
        for join in &self.joins {
            let joined: Vec<Option<u64>> = match join.from {
                None => rows.iter().copied().map(Some).collect(),
                Some((before, link)) => {
                    let (frame, index) = &mut frames[before];
                    let targets: Vec<Option<u64>> = match link {
                        Link::Reference(column) => {
                            frame.targets(column).iter().copied().map(Some).collect()
                        }
                        Link::Subset => frame
                            .rows
                            .iter()
                            .map(|&row| self.subset_row(join.table, row))
                            .collect(),
                    };
                    index
                        .iter()
                        .map(|&at| {
                            if at == NONE {
                                None
                            } else {
                                targets[at as usize]
                            }
                        })
                        .collect()
                }
            };
            // Each row of a joined table is made once.
            let mut places: BTreeMap<u64, u32> = BTreeMap::new();
            let mut distinct = Vec::new();
            let index = joined.iter().map(|row| {
                row.map_or(NONE, |row| {
                    *places.entry(row).or_insert_with(|| {
                        distinct.push(row);
                        distinct.len() as u32 - 1
                    })
                })
            });
            let index = std::rc::Rc::new(index.collect());
            frames.push((self.generator.frame(join.table, distinct), index));
        }
        let mut parts = Vec::with_capacity(self.columns.len());
        for (join, (frame, index)) in self.joins.iter().zip(&mut frames) {
            for &column in &join.shown {
                parts.push((
                    self.generator.delivered(join.table, frame, column),
                    std::rc::Rc::clone(index),
                ));
            }
        }
        parts
    }

    fn subset_row(&self, table: usize, parent: u64) -> Option<u64> {
        match &self.generator.tables[table].placement {
            Some(Placement::Subset(subset)) => subset.row_of(parent),
            _ => None,
        }
    }
}

/// Walks from the grain to all that it leads to, nearest first.
fn joins(generator: &Generator, grain: usize) -> Vec<Join> {
    let all: Vec<usize> = (0..generator.tables[grain].columns.len()).collect();
    let mut joins = vec![Join {
        table: grain,
        from: None,
        path: Vec::new(),
        optional: false,
        shown: all,
    }];
    let mut at = 0;
    while at < joins.len() && joins.len() < MOST_JOINS {
        let table = &generator.tables[joins[at].table];
        let by_subset = matches!(joins[at].from, Some((_, Link::Subset)));
        for (number, column) in table.columns.iter().enumerate() {
            // The owner of a subset is the row that led here.
            let Some(target) = column
                .target
                .filter(|_| !(by_subset && matches!(column.rule, Rule::Owner)))
            else {
                continue;
            };
            // The key is what the referring column holds.
            let key = generator.tables[target].key;
            let shown = (0..generator.tables[target].columns.len())
                .filter(|&column| Some(column) != key)
                .collect();
            let path = extended(&joins[at].path, column.name.clone());
            joins.push(Join {
                table: target,
                from: Some((at, Link::Reference(number))),
                path,
                optional: joins[at].optional,
                shown,
            });
        }
        for (number, table) in generator.tables.iter().enumerate() {
            let is_subset = matches!(&table.placement, Some(Placement::Subset(subset)) if subset.table == joins[at].table);
            if !is_subset || ancestors(&joins, at).any(|ancestor| ancestor == number) {
                continue;
            }
            let shown = (0..table.columns.len())
                .filter(|&column| !matches!(table.columns[column].rule, Rule::Owner))
                .collect();
            let path = extended(&joins[at].path, format!("[{}]", table.name));
            joins.push(Join {
                table: number,
                from: Some((at, Link::Subset)),
                path,
                optional: true,
                shown,
            });
        }
        at += 1;
    }
    joins
}

fn extended(path: &[String], name: String) -> Vec<String> {
    path.iter().cloned().chain([name]).collect()
}

/// Tables from a join back to the grain.
fn ancestors(joins: &[Join], join: usize) -> impl Iterator<Item = usize> {
    let mut next = Some(join);
    std::iter::from_fn(move || {
        let join = &joins[next?];
        next = join.from.map(|(before, _)| before);
        Some(join.table)
    })
}

/// Names by join and column: the column's own, and where these clash longer and longer ones.
fn names(generator: &Generator, joins: &[Join]) -> BTreeMap<(usize, usize), String> {
    let places: Vec<(usize, usize)> = joins
        .iter()
        .enumerate()
        .flat_map(|(number, join)| join.shown.iter().map(move |&column| (number, column)))
        .collect();
    let mut levels: BTreeMap<(usize, usize), usize> =
        places.iter().map(|&place| (place, 0)).collect();
    loop {
        let mut by_name: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
        for (&place, &level) in &levels {
            by_name
                .entry(name_at(generator, joins, place, level))
                .or_default()
                .push(place);
        }
        let clashing: Vec<(usize, usize)> = by_name
            .into_values()
            .filter(|places| places.len() > 1)
            .flatten()
            .collect();
        if clashing.is_empty() {
            return levels
                .iter()
                .map(|(&place, &level)| (place, name_at(generator, joins, place, level)))
                .collect();
        }
        for place in clashing {
            levels.entry(place).and_modify(|level| *level += 1);
        }
    }
}

fn name_at(
    generator: &Generator,
    joins: &[Join],
    (number, column): (usize, usize),
    level: usize,
) -> String {
    let join = &joins[number];
    let table = &generator.tables[join.table];
    let name = &table.columns[column].name;
    let short = |step: &str| {
        step.trim_matches(['[', ']'])
            .trim_end_matches("_id")
            .to_owned()
    };
    let path = || {
        join.path
            .iter()
            .map(|step| short(step))
            .collect::<Vec<_>>()
            .join("_")
    };
    match (level, join.path.last()) {
        (0, _) => name.clone(),
        (1, _) | (2 | 3, None) => format!("{}_{name}", table.singular),
        (2, Some(last)) => format!("{}_{name}", short(last)),
        (3, Some(_)) => format!("{}_{name}", path()),
        (_, _) => format!("{}_{name}_{}", path(), number + 1),
    }
}

fn describe(
    generator: &Generator,
    joins: &[Join],
    names: &BTreeMap<(usize, usize), String>,
    number: usize,
) -> WideJoin {
    let join = &joins[number];
    let table = &generator.tables[join.table];
    let columns = (0..table.columns.len()).filter_map(|column| {
        Some((
            table.columns[column].name.clone(),
            holder(generator, joins, names, (number, column))?,
        ))
    });
    WideJoin {
        table: table.name.clone(),
        path: join.path.join("."),
        optional: join.optional,
        key: table
            .key
            .and_then(|key| holder(generator, joins, names, (number, key))),
        columns: columns.collect(),
    }
}

/// The wide column that holds a column of a join: its own, or that of a key which is not repeated.
fn holder(
    generator: &Generator,
    joins: &[Join],
    names: &BTreeMap<(usize, usize), String>,
    (number, column): (usize, usize),
) -> Option<String> {
    if let Some(name) = names.get(&(number, column)) {
        return Some(name.clone());
    }
    match joins[number].from? {
        // The key is held by the column that refers to it.
        (before, Link::Reference(referring)) => {
            holder(generator, joins, names, (before, referring))
        }
        // The owner of a subset is held by the key of the table before.
        (before, Link::Subset) => holder(
            generator,
            joins,
            names,
            (before, generator.tables[joins[before].table].key?),
        ),
    }
}
