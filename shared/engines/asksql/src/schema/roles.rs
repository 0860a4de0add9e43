//! Words, roles, display columns and keys that the DDL does not name.

use super::{Column, ColumnId, ForeignKey, Kind, Role, Schema, TableId, name_words};

/// Sets what follows from names, types and rows.
pub(crate) fn finish(schema: &mut Schema) {
    for table in &mut schema.tables {
        table.words = name_words(&table.name, &[]);
        // "Ref_Locations" holds locations.
        if table.words.len() > 1 && table.words[0] == "reference" {
            table.words.remove(0);
        }
        // "tbl_orders" and "orders_table" are about orders.
        table
            .words
            .retain(|word| !matches!(word.as_str(), "tbl" | "table"));
        if table.words.is_empty() {
            table.words = vec![table.name.to_lowercase()];
        }
    }
    for at in 0..schema.columns.len() {
        let table = &schema.tables[schema.columns[at].table];
        let words = name_words(&schema.columns[at].name, &table.words);
        let mut core: Vec<String> = words
            .iter()
            .filter(|word| !table.words.contains(word))
            .cloned()
            .collect();
        if core.is_empty() {
            core.clone_from(&words);
        }
        let column = &mut schema.columns[at];
        column.words = words;
        column.core = core;
        settle_kind(column);
        column.role = role(column);
    }
    infer_keys(schema);
    for at in 0..schema.tables.len() {
        guess_key(schema, at);
    }
    for at in 0..schema.tables.len() {
        schema.tables[at].display = display(schema, at);
        schema.tables[at].link = is_link(schema, at);
    }
    for at in 0..schema.tables.len() {
        if let Some(other) = named_elsewhere(schema, at) {
            schema.tables[at].display = other;
        }
    }
}

/// A text column whose values all read as numbers is asked about as one.
fn settle_kind(column: &mut Column) {
    let facts = &column.facts;
    let filled = facts.rows > facts.nulls;
    if column.declared == Kind::Text
        && filled
        && facts.numeric
        && column
            .words
            .last()
            .is_none_or(|word| !matches!(word.as_str(), "code" | "phone" | "zip" | "id"))
    {
        column.kind = Kind::Real;
    }
}

fn role(column: &Column) -> Role {
    let last = column.words.last().map_or("", String::as_str);
    let has = |word: &str| column.words.iter().any(|other| other == word);
    if last == "id" || column.key && column.kind.is_number() && column.words.len() == 1 {
        Role::Id
    } else if column.kind == Kind::Boolean {
        Role::Flag
    } else if last == "year" || (has("year") && column.kind.is_number()) {
        Role::Year
    } else if column.kind.is_time()
        || last == "date"
        || (last == "time" && column.declared == Kind::Text)
    {
        Role::Date
    } else if matches!(last, "name" | "title") {
        Role::Name
    } else if matches!(last, "code" | "number" | "phone") && !column.kind.is_number() {
        Role::Code
    } else if column.kind.is_number()
        && column.facts.distinct > 1
        && column.facts.minimum >= 1500.0
        && column.facts.maximum <= 2100.0
        && column.refers.is_none()
        && !column.key
    {
        Role::Year
    } else if column.kind.is_number() {
        if matches!(last, "code" | "phone" | "zip") || (last == "number" && column.words.len() > 1)
        {
            Role::Code
        } else {
            Role::Measure
        }
    } else {
        Role::Text
    }
}

/// Two columns of one name in two tables join them where one is the key of its table.
fn infer_keys(schema: &mut Schema) {
    let mut found: Vec<ForeignKey> = Vec::new();
    for to in 0..schema.columns.len() {
        let target = &schema.columns[to];
        let table = target.table;
        if schema.single_key(table) != Some(to) {
            continue;
        }
        let generic = target.words.len() == 1
            && matches!(
                target.words[0].as_str(),
                "id" | "code" | "name" | "number" | "year" | "date"
            );
        for from in 0..schema.columns.len() {
            let source = &schema.columns[from];
            if source.table == table
                || source.refers.is_some()
                || source.kind.is_number() != target.kind.is_number()
            {
                continue;
            }
            let same = !generic
                && source.words == target.words
                && !(source.key && schema.tables[source.table].key.len() == 1);
            let named = target.words.last().is_some_and(|word| word == "id")
                && source.words.last().is_some_and(|word| word == "id")
                && source.words[..source.words.len() - 1] == schema.tables[table].words;
            if (same || named) && !joined(schema, source.table, table) {
                found.push(ForeignKey {
                    from,
                    to,
                    declared: false,
                });
            }
        }
    }
    for key in found {
        if schema.columns[key.from].refers.is_none() {
            schema.columns[key.from].refers = Some(key.to);
            schema.keys.push(key);
        }
    }
}

fn joined(schema: &Schema, one: TableId, other: TableId) -> bool {
    schema.keys.iter().any(|key| {
        let pair = (schema.table_of(key.from), schema.table_of(key.to));
        pair == (one, other) || pair == (other, one)
    })
}

/// A table without a declared key is told apart by its first unique id, if it has one.
fn guess_key(schema: &mut Schema, table: TableId) {
    if !schema.tables[table].key.is_empty() {
        return;
    }
    let columns = &schema.tables[table].columns;
    let referred = columns
        .iter()
        .copied()
        .find(|column| schema.keys.iter().any(|key| key.to == *column));
    let unique = columns.iter().copied().find(|column| {
        let column = &schema.columns[*column];
        column.role == Role::Id && column.facts.unique() && column.refers.is_none()
    });
    if let Some(key) = referred.or(unique) {
        schema.tables[table].key = vec![key];
    }
}

fn display(schema: &Schema, table: TableId) -> Vec<ColumnId> {
    let columns = &schema.tables[table].columns;
    let find = |test: &dyn Fn(&Column) -> bool| {
        columns
            .iter()
            .copied()
            .find(|column| !schema.columns[*column].hidden && test(&schema.columns[*column]))
    };
    let core = |wanted: &'static [&'static str]| {
        move |column: &Column| {
            column
                .core
                .iter()
                .map(String::as_str)
                .eq(wanted.iter().copied())
        }
    };
    let table_words = &schema.tables[table].words;
    if let Some(column) = find(&core(&["name"])) {
        return vec![column];
    }
    if let Some(column) = find(&core(&["title"])) {
        return vec![column];
    }
    let first = find(&|column| {
        column
            .words
            .windows(2)
            .any(|pair| pair[0] == "first" && pair[1] == "name")
    });
    let last = find(&|column| {
        column
            .words
            .windows(2)
            .any(|pair| pair[0] == "last" && pair[1] == "name")
    });
    if let (Some(first), Some(last)) = (first, last) {
        return vec![first, last];
    }
    let own = |column: &Column| column.refers.is_none();
    let choices: [&dyn Fn(&Column) -> bool; 8] = [
        &|column| {
            own(column)
                && column.role == Role::Name
                && column.words.last().is_some_and(|word| word == "name")
                && column.words.first() == table_words.first()
        },
        &|column| {
            own(column)
                && column.words.last().is_some_and(|word| word == "name")
                && column.words.first().is_none_or(|word| {
                    !matches!(word.as_str(), "nick" | "middle" | "last" | "file")
                })
        },
        &|column| {
            own(column)
                && column.kind == Kind::Text
                && column.core == column.words
                && column.words == *table_words
        },
        &|column| {
            own(column)
                && column.kind == Kind::Text
                && column.words.last().is_some_and(|word| word == "title")
        },
        &|column| {
            own(column)
                && column.kind == Kind::Text
                && column.words.iter().any(|word| word == "name")
        },
        &|column| {
            own(column)
                && column.kind == Kind::Text
                && column.core.first().is_some_and(|word| {
                    matches!(
                        word.as_str(),
                        "description" | "detail" | "code" | "type" | "label"
                    )
                })
        },
        &|column| {
            own(column)
                && column.kind == Kind::Text
                && column.core == column.words
                && column.words.iter().all(|word| table_words.contains(word))
        },
        // A text that many rows share sorts them; it is nobody's name.
        &|column| column.kind == Kind::Text && own(column) && !column.key && !sorts_rows(column),
    ];
    for choice in choices {
        if let Some(column) = find(choice) {
            return vec![column];
        }
    }
    if let Some(column) = find(&|column: &Column| own(column) && column.words == *table_words) {
        return vec![column];
    }
    if let [key] = schema.tables[table].key.as_slice() {
        return vec![*key];
    }
    columns.first().copied().into_iter().collect()
}

/// A text that says of what sort a row is, and nothing of which one.
fn sorts_rows(column: &Column) -> bool {
    let sort = column.words.last().is_some_and(|word| {
        matches!(
            word.as_str(),
            "status"
                | "state"
                | "category"
                | "kind"
                | "type"
                | "segment"
                | "method"
                | "gender"
                | "sex"
        )
    });
    sort || column.facts.is_category()
}

/// A row that is also a row of another table ("gymnast" of "people") is shown by that one's name.
fn named_elsewhere(schema: &Schema, table: TableId) -> Option<Vec<ColumnId>> {
    let name_like = |column: &ColumnId| {
        let column = &schema.columns[*column];
        column.role == Role::Name
            || column
                .words
                .iter()
                .all(|word| schema.tables[column.table].words.contains(word))
    };
    if schema.tables[table].display.iter().any(name_like) {
        return None;
    }
    let same = schema
        .keys
        .iter()
        .find(|key| schema.table_of(key.from) == table && one_each(schema, key.from))?;
    let display = &schema.tables[schema.table_of(same.to)].display;
    display.iter().any(name_like).then(|| display.clone())
}

/// No two rows refer to the same one: by their key, by more rows than chance would leave apart, or because what
/// they refer to are people ("candidates", but no "orders").
fn one_each(schema: &Schema, reference: ColumnId) -> bool {
    let column = &schema.columns[reference];
    let people = column.refers.is_some_and(|target| {
        let words = &schema.tables[schema.table_of(target)].words;
        matches!(words.as_slice(), [word] if matches!(word.as_str(), "people" | "person"))
    });
    schema.single_key(column.table) == Some(reference)
        || (people || column.facts.rows >= 30) && column.facts.unique()
}

/// A link table's columns are, but for two, references, and it refers to at least two tables.
fn is_link(schema: &Schema, table: TableId) -> bool {
    let columns = &schema.tables[table].columns;
    let references = columns
        .iter()
        .filter(|column| schema.columns[**column].refers.is_some())
        .count();
    references >= 2 && columns.len() <= references + 2
}
