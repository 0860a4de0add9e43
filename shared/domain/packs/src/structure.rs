//! Structural checks of packs, for the tests of this crate.

use std::collections::BTreeSet;

use millrace_synth::plan::{ColumnPlan, DataType, Generate, Layout};

use crate::pack::{Pack, PackTable};

fn is_identifier(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase())
        && name.len() <= 60
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Asserts that names are sane and unique, references lead to earlier tables, keys are never null,
/// people and paths exist, and every text is filled.
pub(crate) fn assert_sound(pack: &Pack) {
    assert!(
        (5..=7).contains(&pack.tables.len()),
        "{}: {} tables",
        pack.id,
        pack.tables.len()
    );
    assert_eq!(
        pack.tables
            .iter()
            .filter(|table| table.size == Some(1.0))
            .count(),
        1
    );
    let mut names = BTreeSet::new();
    for table in &pack.tables {
        assert!(
            is_identifier(&table.name) && is_identifier(&table.singular),
            "{} {}",
            table.name,
            table.singular
        );
        assert!(
            table.size.is_some() != table.rows.is_some(),
            "{}: a size or rows",
            table.name
        );
        assert_table(table, &names);
        assert!(names.insert(table.name.clone()), "{} twice", table.name);
    }
    assert_eq!(pack.cast.len(), 4);
    let cast: BTreeSet<&str> = pack
        .cast
        .iter()
        .map(|character| character.name.as_str())
        .collect();
    for question in &pack.questions {
        assert!(
            cast.contains(question.asked_by.as_str()),
            "{}: {}",
            question.question,
            question.asked_by
        );
        let grouped = question.sql.contains("GROUP BY") || question.sql.contains("LIMIT");
        assert!(
            !grouped || question.sql.contains("ORDER BY"),
            "{}: no order",
            question.question
        );
        assert!(!question.sql.contains('@') && !question.question.contains('@'));
    }
    for rule in &pack.rules {
        assert!(pack.table(&rule.table).is_some(), "{}", rule.name);
    }
    let paths = pack
        .order
        .iter()
        .flat_map(|order| [&order.earlier, &order.later]);
    let paths = paths.chain(pack.dimensions.iter().map(|dimension| &dimension.column));
    for path in paths.chain(
        pack.metrics
            .iter()
            .filter_map(|metric| metric.time.as_ref()),
    ) {
        let (table, column) = path.split_once('.').expect("table.column");
        assert!(
            pack.table(table)
                .is_some_and(|table| table.column(column).is_some()),
            "{path}"
        );
    }
    for order in &pack.order {
        let mut table = order.later.split('.').next().expect("a table");
        for column in &order.via {
            let known = pack.table(table).expect("a table");
            table = known
                .references()
                .find(|(name, _)| name == column)
                .expect("a reference")
                .1;
        }
        assert_eq!(
            table,
            order.earlier.split('.').next().expect("a table"),
            "{}",
            order.name
        );
    }
}

fn assert_table(table: &PackTable, earlier: &BTreeSet<String>) {
    let mut columns = BTreeSet::new();
    assert!(table.key().is_some(), "{} has no key", table.name);
    for column in &table.columns {
        assert!(
            is_identifier(&column.name),
            "{}.{}",
            table.name,
            column.name
        );
        assert!(
            columns.insert(column.name.as_str()),
            "{}.{} twice",
            table.name,
            column.name
        );
        assert_column(table, column);
    }
    for (column, target) in table.references() {
        assert!(
            earlier.contains(target),
            "{}.{column} leads to {target}",
            table.name
        );
    }
    if table.layout.is_some() {
        assert_eq!(
            table
                .columns
                .iter()
                .filter(|column| matches!(column.generate, Generate::Owner))
                .count(),
            1
        );
    }
    if let Some(Layout::Owned { table: owner, .. } | Layout::Subset { table: owner }) =
        &table.layout
    {
        assert!(earlier.contains(owner));
    }
    let loose = table
        .columns
        .iter()
        .filter(|column| column.nullable || column.untidy)
        .count();
    assert!(loose >= 2, "{}: {loose} columns may be untidy", table.name);
}

fn assert_column(table: &PackTable, column: &ColumnPlan) {
    let key = matches!(
        column.generate,
        Generate::Key { .. } | Generate::Reference { .. } | Generate::Owner
    );
    assert!(
        !key || (!column.nullable && !column.untidy),
        "{}.{}",
        table.name,
        column.name
    );
    assert!(
        column.null_share == 0.0 || column.nullable,
        "{}.{}",
        table.name,
        column.name
    );
    assert!(
        !column.untidy || column.data_type == DataType::Text,
        "{}.{}",
        table.name,
        column.name
    );
    if let Generate::Entered { of, state } = &column.generate {
        let known = table
            .column(of)
            .is_some_and(|lifecycle| match &lifecycle.generate {
                Generate::Lifecycle { steps, .. } => steps.iter().any(|step| step.state == *state),
                _ => false,
            });
        assert!(known && column.nullable, "{}.{}", table.name, column.name);
    }
    if let (Generate::Listed { values }, Some(rows)) = (&column.generate, table.rows) {
        assert!(
            values.len() as u64 >= rows,
            "{}.{}",
            table.name,
            column.name
        );
    }
}
