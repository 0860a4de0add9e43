//! That the text is one SELECT which writes nothing, anywhere.

use sqlparser::ast::{Query, SetExpr, Statement};

use super::Checker;

pub(super) const ONLY_SELECT: &str =
    "only a single SELECT is allowed; nothing is written, defined or set";

/// The query, if the statements are one SELECT.
pub(super) fn single_select(
    checker: &mut Checker<'_>,
    mut statements: Vec<Statement>,
) -> Option<Query> {
    let writes = statements
        .iter()
        .any(|statement| !matches!(statement, Statement::Query(_)));
    if statements.len() > 1 {
        checker.error(
            "E_MULTI_STATEMENT",
            format!(
                "the text holds {} statements; send one SELECT",
                statements.len()
            ),
            None,
            None,
        );
    }
    if writes {
        checker.error("E_WRITE", ONLY_SELECT.to_owned(), None, None);
    }
    if statements.is_empty() {
        checker.error(
            "E_SYNTAX",
            "the text holds no statement; send one SELECT".to_owned(),
            None,
            None,
        );
    }
    if checker.failed() {
        return None;
    }
    let Some(Statement::Query(query)) = statements.pop() else {
        return None;
    };
    if query_writes(&query) {
        checker.error("E_WRITE", ONLY_SELECT.to_owned(), None, None);
        return None;
    }
    Some(*query)
}

/// A write hides in a WITH, an INTO or a lock.
fn query_writes(query: &Query) -> bool {
    let with = query
        .with
        .iter()
        .flat_map(|with| &with.cte_tables)
        .any(|table| query_writes(&table.query));
    with || !query.locks.is_empty()
        || query.for_clause.is_some()
        || query.settings.is_some()
        || query.format_clause.is_some()
        || !query.pipe_operators.is_empty()
        || set_writes(&query.body)
}

fn set_writes(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => select.into.is_some(),
        SetExpr::Query(query) => query_writes(query),
        SetExpr::SetOperation { left, right, .. } => set_writes(left) || set_writes(right),
        SetExpr::Values(_) => false,
        _ => true,
    }
}

/// The first word is that of a statement which changes something.
pub(super) fn begins_as_write(sql: &str) -> bool {
    const WORDS: &[&str] = &[
        "insert", "update", "delete", "merge", "truncate", "create", "drop", "alter", "copy",
        "set", "prepare", "execute", "exec", "call", "grant", "revoke", "begin", "commit",
        "rollback", "load", "attach", "detach", "pragma", "vacuum", "replace", "install", "lock",
        "rename",
    ];
    let first: String = sql
        .chars()
        .skip_while(|letter| !letter.is_alphabetic())
        .take_while(|letter| letter.is_alphabetic())
        .collect();
    WORDS.contains(&first.to_lowercase().as_str())
}
