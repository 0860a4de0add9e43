//! The faults: each spoils a query in one place, or says that it has no place for it.

use crate::queries::{Select, Source, is_day, is_key, is_number, is_text};
use crate::random::Random;
use crate::schemas::Schema;

/// A misspelled query, and the name that was meant.
pub type Misspelled = Option<(String, &'static str)>;

fn misspell(name: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = random.below(letters.len() - 1);
    match random.below(3) {
        0 => letters.insert(at, letters[at]),
        1 if letters[at] != letters[at + 1] => letters.swap(at, at + 1),
        _ => letters[at] = 'q',
    }
    letters.into_iter().collect()
}

/// The query with one more condition.
fn with_condition(query: &Select, condition: String) -> String {
    let mut query = query.clone();
    query.conditions.push(condition);
    query.to_string()
}

/// A condition over a column of the kinds that `fits` takes.
fn condition(
    query: &Select,
    random: &mut Random,
    fits: fn(&crate::schemas::Kind) -> bool,
    write: impl Fn(&str) -> String,
) -> Option<String> {
    let column = random.pick(&query.sources).column(random, fits)?;
    Some(with_condition(query, write(&column)))
}

fn is_grouped(query: &Select) -> bool {
    !query.groups.is_empty()
}

fn is_plain(query: &Select) -> bool {
    !query.outputs.iter().any(|output| output.contains('('))
}

/// A column that the query neither shows nor groups by.
fn other_column(query: &Select, random: &mut Random) -> Option<String> {
    let source = random.pick(&query.sources);
    let name = random.pick(source.table.columns).0;
    let column = format!("{}.{name}", source.alias);
    let known = query
        .outputs
        .iter()
        .chain(&query.groups)
        .any(|text| text.contains(&column));
    let by_key = query
        .groups
        .iter()
        .any(|group| *group == format!("{}.{}", source.alias, source.table.key()));
    (!known && !by_key).then_some(column)
}

pub fn misspelled_table(query: &Select, random: &mut Random) -> Misspelled {
    let name = random.pick(&query.sources).table.name;
    let wrong = misspell(name, random);
    let sql = query.to_string();
    let at = sql.find(&format!(" {name}"))? + 1;
    let spoiled = format!("{}{wrong}{}", &sql[..at], &sql[at + name.len()..]);
    Some((spoiled, name))
}

pub fn misspelled_column(query: &Select, random: &mut Random) -> Misspelled {
    let source = random.pick(&query.sources);
    let name = random.pick(source.table.columns).0;
    let wrong = misspell(name, random);
    let known = source
        .table
        .columns
        .iter()
        .any(|(other, _)| *other == wrong);
    let spoiled = with_condition(query, format!("{}.{wrong} IS NOT NULL", source.alias));
    (!known).then_some((spoiled, name))
}

pub fn foreign_column(query: &Select, schema: &Schema, random: &mut Random) -> Option<String> {
    let source = random.pick(&query.sources);
    let other = random_table(schema, random);
    let name = random.pick(other.columns).0;
    let known = source.table.columns.iter().any(|(other, _)| *other == name);
    (!known).then(|| with_condition(query, format!("{}.{name} IS NOT NULL", source.alias)))
}

fn random_table(schema: &Schema, random: &mut Random) -> &'static crate::schemas::Table {
    random.pick(schema.tables)
}

pub fn unjoined_table(query: &Select, schema: &Schema, random: &mut Random) -> Option<String> {
    let table = random_table(schema, random);
    let known = query
        .sources
        .iter()
        .any(|source| source.alias == table.name);
    (!known).then(|| with_condition(query, format!("{}.{} > 1", table.name, table.key())))
}

pub fn same_table_twice(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    let first = random.pick(&query.sources).clone();
    let key = first.table.key();
    query.sources.push(Source {
        on: Some(format!("{}.{key} = {}.{key}", first.alias, first.alias)),
        ..first
    });
    Some(query.to_string())
}

pub fn misspelled_function(query: &Select, random: &mut Random) -> Misspelled {
    let sql = query.to_string();
    let name = ["COUNT", "ROUND", "SUM"]
        .into_iter()
        .find(|name| sql.contains(&format!("{name}(")))?;
    let wrong = misspell(name, random);
    Some((sql.replacen(name, &wrong, 1), name))
}

pub fn ambiguous_column(query: &Select, _: &Schema, _: &mut Random) -> Option<String> {
    let [first, second, ..] = query.sources.as_slice() else {
        return None;
    };
    let (name, _) = first
        .table
        .columns
        .iter()
        .find(|(name, _)| second.table.columns.iter().any(|(other, _)| other == name))?;
    Some(with_condition(query, format!("{name} IS NOT NULL")))
}

pub fn number_with_word(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let operator = random.word(&["=", ">", "<>", "<="]);
    condition(query, random, is_number, |column| {
        format!("{column} {operator} 'many'")
    })
}

pub fn day_with_number(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let number = random.below(3000);
    condition(query, random, is_day, |column| {
        format!("{column} > {number}")
    })
}

pub fn no_day(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let day = random.word(&["2024-13-01", "2024-02-77", "yesterday", "soon"]);
    condition(query, random, is_day, |column| {
        format!("{column} >= '{day}'")
    })
}

pub fn text_with_number(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let sign = random.word(&["", "-"]);
    condition(query, random, is_text, |column| {
        format!("{column} = {sign}5")
    })
}

pub fn pattern_over_number(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    condition(query, random, is_number, |column| {
        format!("{column} LIKE '4%'")
    })
}

pub fn sum_of_text(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let function = random.word(&["SUM", "AVG"]);
    let column = random.pick(&query.sources).column(random, is_text)?;
    let mut query = query.clone();
    if is_plain(&query) {
        return None;
    }
    query.outputs.push(format!("{function}({column})"));
    Some(query.to_string())
}

pub fn no_condition(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let column = random.pick(&query.sources).column(random, is_text)?;
    let mut query = query.clone();
    query.conditions = vec![column];
    Some(query.to_string())
}

pub fn no_group(query: &Select, _: &Schema, _: &mut Random) -> Option<String> {
    let mut query = query.clone();
    if !is_grouped(&query) {
        return None;
    }
    query.groups.clear();
    query.having = None;
    Some(query.to_string())
}

pub fn column_beside_count(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    let column = other_column(&query, random)?;
    if is_plain(&query) {
        return None;
    }
    query.outputs.push(column);
    Some(query.to_string())
}

pub fn ungrouped_having(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    let column = other_column(&query, random)?;
    query.having = Some(format!("{column} IS NOT NULL"));
    is_grouped(&query).then(|| query.to_string())
}

pub fn ungrouped_order(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    query.order = Some(other_column(&query, random)?);
    is_grouped(&query).then(|| query.to_string())
}

pub fn hidden_order(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    query.distinct = true;
    query.order = Some(other_column(&query, random)?);
    is_plain(&query).then(|| query.to_string())
}

pub fn count_in_where(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let number = random.below(9);
    Some(with_condition(query, format!("COUNT(*) > {number}")))
}

pub fn count_in_group(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    let column = random.pick(&query.sources).column(random, is_number)?;
    query.groups.push(format!("MAX({column})"));
    (query.groups.len() > 1).then(|| query.to_string())
}

pub fn count_in_join(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    let column = random.pick(&query.sources).column(random, is_number)?;
    let on = query.sources.last_mut()?.on.as_mut()?;
    on.push_str(&format!(" AND MAX({column}) > 3"));
    Some(query.to_string())
}

pub fn count_of_count(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let column = random.pick(&query.sources).column(random, is_number)?;
    let mut query = query.clone();
    if is_plain(&query) {
        return None;
    }
    query.outputs.push(format!("MAX(COUNT({column}))"));
    Some(query.to_string())
}

pub fn rank_without_over(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    let function = random.word(&["ROW_NUMBER()", "RANK()", "DENSE_RANK()"]);
    query.outputs.push(function.to_owned());
    Some(query.to_string())
}

pub fn argument_too_many(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    condition(query, random, is_text, |column| {
        format!("LOWER({column}, 2) = 'x'")
    })
}

pub fn argument_too_few(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    condition(query, random, is_text, |column| {
        format!("REPLACE({column}, 'a') = 'x'")
    })
}

pub fn two_columns_for_in(query: &Select, schema: &Schema, random: &mut Random) -> Option<String> {
    let source = random.pick(&query.sources);
    let other = random_table(schema, random);
    let columns = format!("{}, {}", other.columns[0].0, other.columns[1].0);
    let condition = format!(
        "{}.{} IN (SELECT {columns} FROM {})",
        source.alias,
        source.table.key(),
        other.name
    );
    Some(with_condition(query, condition))
}

pub fn two_columns_for_value(
    query: &Select,
    schema: &Schema,
    random: &mut Random,
) -> Option<String> {
    let other = random_table(schema, random);
    let key = other.key();
    let inner = format!("SELECT MAX({key}), MIN({key}) FROM {}", other.name);
    condition(query, random, is_number, |column| {
        format!("{column} > ({inner})")
    })
}

pub fn unequal_union(query: &Select, schema: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    query.order = None;
    query.limit = None;
    let other = random_table(schema, random);
    let columns = vec![other.key(); query.outputs.len() + 1].join(", ");
    Some(format!(
        "{query} UNION ALL SELECT {columns} FROM {}",
        other.name
    ))
}

pub fn open_bracket(query: &Select, _: &Schema, _: &mut Random) -> Option<String> {
    let sql = query.to_string();
    let at = sql.rfind(')')?;
    Some(format!("{}{}", &sql[..at], &sql[at + 1..]))
}

pub fn no_from(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let word = random.word(&[" FROM ", " WHERE "]);
    Some(query.to_string().replacen(word, " ", 1))
}

pub fn statement_behind(query: &Select, schema: &Schema, random: &mut Random) -> Option<String> {
    Some(format!(
        "{query}; DROP TABLE {}",
        random_table(schema, random).name
    ))
}

pub fn no_join_condition(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    let many = query.sources.len();
    query.sources.last_mut()?.on = None;
    let sql = query.to_string();
    let by_comma = random.percent(50) && many == 2;
    (many > 1)
        .then(|| {
            if by_comma {
                sql.replacen(" JOIN ", ", ", 1)
            } else {
                sql.replacen(" JOIN ", " CROSS JOIN ", many - 1)
            }
        })
        .filter(|sql| by_comma || many == 2 || !sql.contains(" ON "))
}

pub fn always_joined(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    let truth = random.word(&["1 = 1", "TRUE"]);
    let last = query.sources.last_mut()?;
    last.on.as_ref()?;
    last.on = Some(truth.to_owned());
    Some(query.to_string())
}

pub fn join_on_keys(query: &Select, _: &Schema, _: &mut Random) -> Option<String> {
    let mut query = query.clone();
    let [first, second] = query.sources.as_mut_slice() else {
        return None;
    };
    second.on = Some(format!(
        "{}.{} = {}.{}",
        first.alias,
        first.table.key(),
        second.alias,
        second.table.key()
    ));
    Some(query.to_string())
}

pub fn repeated_sum(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let mut query = query.clone();
    let whole = query.sources.iter().find(|source| {
        query
            .sources
            .iter()
            .any(|other| other.table.reference_to(source.table.name).is_some())
    })?;
    let column = whole.column(random, is_number)?;
    if is_plain(&query) {
        return None;
    }
    query.outputs.push(format!("SUM({column})"));
    Some(query.to_string())
}

pub fn null_compared(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let operator = random.word(&["=", "<>"]);
    condition(
        query,
        random,
        |_| true,
        |column| format!("{column} {operator} NULL"),
    )
}

pub fn null_in_list(query: &Select, schema: &Schema, random: &mut Random) -> Option<String> {
    let source = random.pick(&query.sources);
    let (other, reference) = schema
        .tables
        .iter()
        .find_map(|other| Some((other.name, other.reference_to(source.table.name)?)))?;
    let condition = format!(
        "{}.{} NOT IN (SELECT {reference} FROM {other})",
        source.alias,
        source.table.key()
    );
    Some(with_condition(query, condition))
}

pub fn unknown_value(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let value = random.word(&["nobody", "Atlantis", "lots"]);
    condition(query, random, is_text, |column| {
        format!("{column} = '{value}'")
    })
}

pub fn turned_bounds(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    condition(query, random, is_number, |column| {
        format!("{column} BETWEEN 50 AND 10")
    })
}

pub fn constant_condition(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let truth = random.word(&["1 = 1", "(2 > 1)", "TRUE"]);
    Some(with_condition(query, truth.to_owned()))
}

pub fn zero_division(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    condition(query, random, is_number, |column| {
        format!("{column} / 0 > 1")
    })
}

pub fn whole_division(query: &Select, _: &Schema, random: &mut Random) -> Option<String> {
    let number = 2 + random.below(7);
    condition(query, random, is_key, |column| {
        format!("{column} / {number} > 0.5")
    })
}

pub fn lost_order(query: &Select, _: &Schema, _: &mut Random) -> Option<String> {
    let ordered = query.order.is_some() && query.limit.is_none();
    ordered.then(|| format!("SELECT COUNT(*) FROM ({query}) AS ordered"))
}
