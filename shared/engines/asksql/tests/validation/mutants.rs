//! Valid queries spoiled in one place each: the validator finds at least 98 of 100 of every kind, knows the
//! name that was meant of 90 of 100 misspelled ones, and refuses none that were left alone.

use millrace_asksql::{Severity, validate};

use crate::faults::{self, Misspelled};
use crate::queries::{Select, select, within};
use crate::random::Random;
use crate::schemas::{SCHEMAS, Schema};

/// Spoils a query; nothing where it has no place for the fault.
type Spoil = fn(&Select, &Schema, &mut Random) -> Option<String>;

/// Queries of each kind.
const EACH: usize = 250;
const SHARE: f64 = 0.98;
/// Misspelled names of which the right one is suggested.
const RIGHT: f64 = 0.90;
/// Queries left alone that are warned of, of a hundred.
const WARNED: f64 = 0.005;

/// Misspells a name and tells the right one.
type Misspell = fn(&Select, &mut Random) -> Misspelled;

const MISSPELLINGS: &[(&str, Misspell, &str)] = &[
    ("table", faults::misspelled_table, "E_UNKNOWN_TABLE"),
    ("column", faults::misspelled_column, "E_UNKNOWN_COLUMN"),
    (
        "function",
        faults::misspelled_function,
        "E_UNKNOWN_FUNCTION",
    ),
];

/// A fault by its name, how it is made, and the codes that tell of it.
const FAULTS: &[(&str, Spoil, &[&str])] = &[
    (
        "column of another table",
        faults::foreign_column,
        &["E_UNKNOWN_COLUMN"],
    ),
    (
        "table that is not joined",
        faults::unjoined_table,
        &["E_UNKNOWN_TABLE"],
    ),
    (
        "table twice under one name",
        faults::same_table_twice,
        &["E_DUPLICATE_TABLE"],
    ),
    (
        "column in two tables",
        faults::ambiguous_column,
        &["E_AMBIGUOUS_COLUMN"],
    ),
    (
        "number compared with a word",
        faults::number_with_word,
        &["E_TYPE_MISMATCH"],
    ),
    (
        "day compared with a number",
        faults::day_with_number,
        &["E_TYPE_MISMATCH"],
    ),
    ("day that is none", faults::no_day, &["E_TYPE_MISMATCH"]),
    (
        "text compared with a number",
        faults::text_with_number,
        &["W_IMPLICIT_CAST"],
    ),
    (
        "pattern over numbers",
        faults::pattern_over_number,
        &["E_TYPE_MISMATCH"],
    ),
    ("sum of texts", faults::sum_of_text, &["E_TYPE_MISMATCH"]),
    (
        "condition that is none",
        faults::no_condition,
        &["E_NOT_BOOLEAN"],
    ),
    ("group left out", faults::no_group, &["E_NOT_GROUPED"]),
    (
        "column beside a count",
        faults::column_beside_count,
        &["E_NOT_GROUPED"],
    ),
    (
        "column of no group in HAVING",
        faults::ungrouped_having,
        &["E_NOT_GROUPED"],
    ),
    (
        "order by what is not grouped",
        faults::ungrouped_order,
        &["E_NOT_GROUPED"],
    ),
    (
        "order by what DISTINCT hides",
        faults::hidden_order,
        &["E_ORDER_NOT_SHOWN"],
    ),
    (
        "count in WHERE",
        faults::count_in_where,
        &["E_AGGREGATE_IN_WHERE"],
    ),
    (
        "count in GROUP BY",
        faults::count_in_group,
        &["E_AGGREGATE_MISPLACED"],
    ),
    (
        "count in ON",
        faults::count_in_join,
        &["E_AGGREGATE_MISPLACED"],
    ),
    (
        "count of a count",
        faults::count_of_count,
        &["E_AGGREGATE_MISPLACED"],
    ),
    (
        "rank without OVER",
        faults::rank_without_over,
        &["E_WINDOW_WITHOUT_OVER"],
    ),
    ("argument too many", faults::argument_too_many, &["E_ARITY"]),
    ("argument too few", faults::argument_too_few, &["E_ARITY"]),
    (
        "two columns for IN",
        faults::two_columns_for_in,
        &["E_SUBQUERY_WIDTH"],
    ),
    (
        "two columns for one value",
        faults::two_columns_for_value,
        &["E_SUBQUERY_WIDTH"],
    ),
    ("sides of UNION", faults::unequal_union, &["E_SET_WIDTH"]),
    ("bracket left out", faults::open_bracket, &["E_SYNTAX"]),
    (
        "keyword left out",
        faults::no_from,
        &["E_SYNTAX", "E_UNKNOWN_COLUMN", "E_UNKNOWN_TABLE"],
    ),
    (
        "statement behind",
        faults::statement_behind,
        &["E_MULTI_STATEMENT", "E_SYNTAX"],
    ),
    (
        "join without a condition",
        faults::no_join_condition,
        &["W_CARTESIAN"],
    ),
    (
        "join on what is always true",
        faults::always_joined,
        &["W_CARTESIAN"],
    ),
    (
        "join on other columns",
        faults::join_on_keys,
        &["W_JOIN_NOT_ON_KEY"],
    ),
    (
        "sum over repeated rows",
        faults::repeated_sum,
        &["W_FANOUT"],
    ),
    (
        "comparison with NULL",
        faults::null_compared,
        &["W_NULL_COMPARE"],
    ),
    (
        "NOT IN with NULL",
        faults::null_in_list,
        &["W_NOT_IN_NULLABLE"],
    ),
    (
        "value that no row has",
        faults::unknown_value,
        &["W_UNKNOWN_VALUE"],
    ),
    (
        "bounds turned round",
        faults::turned_bounds,
        &["W_ALWAYS_FALSE"],
    ),
    (
        "condition of constants",
        faults::constant_condition,
        &["W_ALWAYS_TRUE"],
    ),
    (
        "division by zero",
        faults::zero_division,
        &["W_DIVISION_BY_ZERO"],
    ),
    (
        "division of whole numbers",
        faults::whole_division,
        &["W_DIVISION_BY_INTEGER"],
    ),
    (
        "order within a subquery",
        faults::lost_order,
        &["W_ORDER_WITHOUT_LIMIT_IN_SUBQUERY"],
    ),
];

#[test]
fn queries_left_alone_are_clean() {
    let mut random = Random::new(11);
    let (mut refused, mut warned) = (Vec::new(), Vec::new());
    let count = 4_000;
    for schema in SCHEMAS {
        let database = schema.database();
        for _ in 0..count / SCHEMAS.len() {
            let sql = within(&select(schema, &mut random).to_string(), &mut random);
            let found = validate(&database, &sql);
            if !found.valid {
                refused.push(format!("{sql}: {:?}", found.errors));
            } else if !found.warnings.is_empty() {
                warned.push(format!("{sql}: {:?}", found.warnings));
            }
        }
    }
    assert_eq!(refused, Vec::<String>::new());
    let share = warned.len() as f64 / count as f64;
    let some = &warned[..warned.len().min(5)];
    assert!(share <= WARNED, "{share} are warned of, as {some:#?}");
}

#[test]
fn misspelled_names_are_found_and_the_right_one_is_suggested() {
    let databases: Vec<_> = SCHEMAS.iter().map(Schema::database).collect();
    for (at, (name, misspell, code)) in MISSPELLINGS.iter().enumerate() {
        let mut random = Random::new(1_000 + at as u64);
        let (mut made, mut told, mut wrong) = (0_usize, 0_usize, Vec::new());
        while made < EACH {
            let place = random.below(SCHEMAS.len());
            let query = select(&SCHEMAS[place], &mut random);
            let Some((spoiled, right)) = misspell(&query, &mut random) else {
                continue;
            };
            made += 1;
            let sql = within(&spoiled, &mut random);
            let found = validate(&databases[place], &sql);
            let Some(finding) = found
                .diagnostics
                .iter()
                .find(|finding| finding.code == *code)
            else {
                continue;
            };
            told += 1;
            let suggestion = finding.suggestion.as_deref().unwrap_or_default();
            if !suggestion.eq_ignore_ascii_case(right) {
                wrong.push(format!("{sql}: {suggestion}"));
            }
        }
        let found = told as f64 / made as f64;
        let right = 1.0 - wrong.len() as f64 / told as f64;
        assert!(found >= SHARE, "{name}: {found} found");
        let some = &wrong[..wrong.len().min(5)];
        assert!(
            right >= RIGHT,
            "{name}: {right} suggested right, not {some:#?}"
        );
    }
}

#[test]
fn every_fault_is_found() {
    let databases: Vec<_> = SCHEMAS.iter().map(Schema::database).collect();
    for (at, (name, spoil, codes)) in FAULTS.iter().enumerate() {
        let mut random = Random::new(100 + at as u64);
        let (mut made, mut missed) = (0, Vec::new());
        for _ in 0..EACH * 100 {
            if made == EACH {
                break;
            }
            let place = random.below(SCHEMAS.len());
            let query = select(&SCHEMAS[place], &mut random);
            let Some(spoiled) = spoil(&query, &SCHEMAS[place], &mut random) else {
                continue;
            };
            made += 1;
            let sql = within(&spoiled, &mut random);
            let found = validate(&databases[place], &sql);
            let told = found.diagnostics.iter().any(|finding| {
                codes.contains(&finding.code)
                    && finding.severity != Severity::Hint
                    && (finding.severity == Severity::Error) != found.valid
            });
            if !told {
                missed.push(format!("{sql}: {:?}", found.diagnostics));
            }
        }
        assert_eq!(made, EACH, "{name}: too few queries have a place for it");
        let found = 1.0 - missed.len() as f64 / made as f64;
        assert!(
            found >= SHARE,
            "{name}: {found}, {:#?}",
            &missed[..missed.len().min(5)]
        );
    }
}
