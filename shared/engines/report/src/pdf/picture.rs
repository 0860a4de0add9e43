//! Where the boxes and lines of the schema picture stand.
//!
//! A table stands right of all that it refers to. All lengths are millimetres, from the top left corner.

use std::collections::BTreeMap;

use serde::Serialize;

use super::input::TableSection;
use crate::parts::Relationship;

/// Width of the picture.
const WIDTH: f64 = 170.0;
/// Columns of boxes that fit side by side.
const MOST_LEVELS: usize = 4;
/// Keys shown in one box.
const MOST_KEYS: usize = 8;
const WIDEST_BOX: f64 = 52.0;
const GAP_ACROSS: f64 = 14.0;
const GAP_DOWN: f64 = 7.0;
const HEADER: f64 = 8.5;
const LINE: f64 = 4.6;
const PADDING: f64 = 1.6;

/// The schema as boxes and lines.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Picture {
    height: f64,
    boxes: Vec<TableBox>,
    links: Vec<Link>,
}

/// A table.
#[derive(Debug, PartialEq, Serialize)]
struct TableBox {
    name: String,
    /// Whether it refers to another table.
    refers: bool,
    rows: u64,
    keys: Vec<Key>,
    /// Columns that are not shown.
    more: usize,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// A key column in a box.
#[derive(Debug, PartialEq, Serialize)]
struct Key {
    name: String,
    key: String,
}

/// A line from a foreign key to the key it refers to.
#[derive(Debug, PartialEq, Serialize)]
struct Link {
    from: [f64; 2],
    to: [f64; 2],
    /// 1 where the line leaves to the right, -1 to the left.
    from_side: i8,
    to_side: i8,
}

impl Picture {
    /// Lays the tables out.
    pub(super) fn of(tables: &[TableSection], relationships: &[Relationship]) -> Self {
        let index: BTreeMap<&str, usize> = tables
            .iter()
            .enumerate()
            .map(|(index, table)| (table.name.as_str(), index))
            .collect();
        let edges: Vec<(usize, usize, &Relationship)> = relationships
            .iter()
            .filter_map(|link| {
                let (from, to) = (
                    *index.get(link.from_table.as_str())?,
                    *index.get(link.to_table.as_str())?,
                );
                (from != to).then_some((from, to, link))
            })
            .collect();
        let levels = levels(tables.len(), &edges);
        let columns = columns(&levels, &edges);
        let (mut boxes, height) = place(tables, relationships, &columns);
        for (from, _, _) in &edges {
            boxes[*from].refers = true;
        }
        let links = edges
            .iter()
            .map(|(from, to, link)| connect(&boxes[*from], &boxes[*to], link))
            .collect();
        Self {
            height,
            boxes,
            links,
        }
    }
}

/// The column of each table: right of all that it refers to, and as near as can be to the tables
/// that refer to it. A circle of references ends at the last column.
fn levels(tables: usize, edges: &[(usize, usize, &Relationship)]) -> Vec<usize> {
    let mut levels = vec![0; tables];
    for _ in 0..MOST_LEVELS {
        for (from, to, _) in edges {
            levels[*from] = levels[*from].max((levels[*to] + 1).min(MOST_LEVELS - 1));
        }
    }
    for _ in 0..MOST_LEVELS {
        for (table, level) in levels.clone().into_iter().enumerate() {
            let nearest = edges
                .iter()
                .filter(|(_, to, _)| *to == table)
                .map(|(from, _, _)| levels[*from])
                .min();
            levels[table] = nearest.map_or(level, |nearest| level.max(nearest.saturating_sub(1)));
        }
    }
    levels
}

/// The tables of each column from top to bottom, ordered so that few lines cross: by the mean
/// place of the tables they refer to.
fn columns(levels: &[usize], edges: &[(usize, usize, &Relationship)]) -> Vec<Vec<usize>> {
    let deepest = levels.iter().max().map_or(0, |deepest| deepest + 1);
    let mut columns: Vec<Vec<usize>> = vec![Vec::new(); deepest];
    for (table, level) in levels.iter().enumerate() {
        columns[*level].push(table);
    }
    columns.retain(|column| !column.is_empty());
    let mut place = vec![0.0; levels.len()];
    for column in &mut columns {
        let mean = |table: usize| {
            let targets: Vec<f64> = edges
                .iter()
                .filter(|(from, _, _)| *from == table)
                .map(|(_, to, _)| place[*to])
                .collect();
            targets.iter().sum::<f64>() / targets.len().max(1) as f64
        };
        let mut ordered: Vec<(f64, usize)> =
            column.iter().map(|table| (mean(*table), *table)).collect();
        ordered.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
        *column = ordered.into_iter().map(|(_, table)| table).collect();
        let tall = column.len() as f64;
        for (position, table) in column.iter().enumerate() {
            place[*table] = (position as f64 + 0.5) / tall;
        }
    }
    columns
}

/// The boxes in the order of the tables, and the height of the picture.
fn place(
    tables: &[TableSection],
    relationships: &[Relationship],
    columns: &[Vec<usize>],
) -> (Vec<TableBox>, f64) {
    let across = columns.len().max(1) as f64;
    let width = ((WIDTH - GAP_ACROSS * (across - 1.0)) / across).min(WIDEST_BOX);
    let gap = if across > 1.0 {
        (WIDTH - width * across) / (across - 1.0)
    } else {
        0.0
    };
    let mut boxes: Vec<TableBox> = tables
        .iter()
        .map(|table| table_box(table, relationships, width))
        .collect();
    let tall = |column: &[usize], boxes: &[TableBox]| {
        column
            .iter()
            .map(|table| boxes[*table].height + GAP_DOWN)
            .sum::<f64>()
            - GAP_DOWN
    };
    let height = columns
        .iter()
        .map(|column| tall(column, &boxes))
        .fold(0.0, f64::max);
    for (number, column) in columns.iter().enumerate() {
        let mut y = (height - tall(column, &boxes)) / 2.0;
        for table in column {
            boxes[*table].x = number as f64 * (width + gap);
            boxes[*table].y = y;
            y += boxes[*table].height + GAP_DOWN;
        }
    }
    (boxes, height)
}

fn table_box(table: &TableSection, relationships: &[Relationship], width: f64) -> TableBox {
    // A character of the names' font is 1.45 mm wide; a badge and the padding take 12 mm.
    let fitting = ((width - 12.0) / 1.45) as usize;
    let refers = |column: &str| {
        relationships
            .iter()
            .any(|link| link.from_table == table.name && link.from_column == column)
    };
    let keys: Vec<Key> = table
        .columns
        .iter()
        .filter_map(|column| {
            let key = column
                .key
                .clone()
                .or_else(|| refers(&column.name).then(|| "FK".to_owned()))?;
            Some(Key {
                name: column.name.clone(),
                key,
            })
        })
        .take(MOST_KEYS)
        .collect();
    let more = table.columns.len() - keys.len();
    let lines = keys.len() + usize::from(more > 0);
    TableBox {
        name: shorten(&table.name, (width / 1.75) as usize - 2),
        refers: false,
        rows: table.rows,
        more,
        x: 0.0,
        y: 0.0,
        width,
        height: HEADER + 2.0 * PADDING + lines as f64 * LINE,
        keys: keys
            .into_iter()
            .map(|key| Key {
                name: shorten(&key.name, fitting),
                ..key
            })
            .collect(),
    }
}

fn connect(from: &TableBox, to: &TableBox, link: &Relationship) -> Link {
    let (from_side, to_side) = if to.x < from.x { (-1, 1) } else { (-1, -1) };
    let edge = |place: &TableBox, side: i8| {
        if side > 0 {
            place.x + place.width
        } else {
            place.x
        }
    };
    Link {
        from: [edge(from, from_side), line_of(from, &link.from_column)],
        to: [edge(to, to_side), line_of(to, &link.to_column)],
        from_side,
        to_side,
    }
}

/// The middle of a column's line in its box; the header's where the column is not shown.
fn line_of(place: &TableBox, column: &str) -> f64 {
    let line = place
        .keys
        .iter()
        .position(|key| column.starts_with(key.name.trim_end_matches('…')));
    line.map_or(place.y + HEADER / 2.0, |line| {
        place.y + HEADER + PADDING + (line as f64 + 0.5) * LINE
    })
}

/// The text, or its beginning and an ellipsis where it is longer than `most` characters.
fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars()
        .take(most.saturating_sub(1))
        .chain(['…'])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::ColumnLine;

    fn table(name: &str, columns: &[(&str, Option<&str>)]) -> TableSection {
        let columns = columns
            .iter()
            .map(|(name, key)| ColumnLine {
                name: (*name).to_owned(),
                key: key.map(str::to_owned),
                ..ColumnLine::default()
            })
            .collect();
        TableSection {
            name: name.to_owned(),
            columns,
            ..TableSection::default()
        }
    }

    fn link(from: (&str, &str), to: (&str, &str)) -> Relationship {
        Relationship {
            from_table: from.0.to_owned(),
            from_column: from.1.to_owned(),
            to_table: to.0.to_owned(),
            to_column: to.1.to_owned(),
        }
    }

    #[test]
    fn a_table_stands_right_of_all_it_refers_to() {
        let tables = [
            table(
                "items",
                &[
                    ("order_id", Some("FK")),
                    ("product_id", Some("FK")),
                    ("price", None),
                ],
            ),
            table(
                "orders",
                &[("order_id", Some("PK")), ("customer_id", Some("FK"))],
            ),
            table("customers", &[("customer_id", Some("PK")), ("name", None)]),
            table("products", &[("product_id", Some("PK"))]),
        ];
        let links = [
            link(("items", "order_id"), ("orders", "order_id")),
            link(("items", "product_id"), ("products", "product_id")),
            link(("orders", "customer_id"), ("customers", "customer_id")),
        ];
        let picture = Picture::of(&tables, &links);
        let [items, orders, customers, products] = picture.boxes.as_slice() else {
            panic!("four boxes")
        };
        assert!(items.x > orders.x && orders.x > customers.x);
        assert!(
            (orders.x - products.x).abs() < 1e-9,
            "next to the items that refer to it"
        );
        assert_eq!(
            [
                items.refers,
                orders.refers,
                customers.refers,
                products.refers
            ],
            [true, true, false, false]
        );
        assert_eq!((items.keys.len(), items.more), (2, 1));
        let to_orders = &picture.links[0];
        assert!((to_orders.from[0] - items.x).abs() < 1e-9 && to_orders.to[0] > orders.x);
        for place in &picture.boxes {
            assert!(
                place.x + place.width <= WIDTH + 1e-9
                    && place.y + place.height <= picture.height + 1e-9
            );
        }
    }

    #[test]
    fn circles_self_references_and_unknown_tables_do_no_harm() {
        let tables = [
            table("a", &[("id", Some("PK")), ("b_id", None)]),
            table("b", &[("id", Some("PK"))]),
        ];
        let links = [
            link(("a", "b_id"), ("b", "id")),
            link(("b", "id"), ("a", "id")),
            link(("a", "id"), ("a", "id")),
            link(("a", "id"), ("nowhere", "id")),
        ];
        let picture = Picture::of(&tables, &links);
        assert_eq!(picture.links.len(), 2);
        assert_eq!(
            Picture::of(&[], &links),
            Picture {
                height: 0.0,
                boxes: Vec::new(),
                links: Vec::new()
            }
        );
    }

    #[test]
    fn long_names_are_shortened() {
        assert_eq!(shorten("abcdef", 6), "abcdef");
        assert_eq!(shorten("abcdefg", 6), "abcde…");
        let name = "c".repeat(60);
        let picture = Picture::of(&[table(&"t".repeat(60), &[(&name, Some("PK"))])], &[]);
        assert!(
            picture.boxes[0].name.chars().count() < 30
                && picture.boxes[0].keys[0].name.ends_with('…')
        );
    }
}
