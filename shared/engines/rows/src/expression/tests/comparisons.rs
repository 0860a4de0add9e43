use super::{check, check_constants, check_refused};

#[test]
fn numbers_of_all_types_are_compared() {
    check(&[
        ("i > n", "boolean", ["true", "false", "null", "true"]),
        ("i = 7.0", "boolean", ["true", "false", "null", "false"]),
        ("i < 6.5", "boolean", ["false", "true", "null", "false"]),
        (
            "i = 9223372036854775808.0",
            "boolean",
            ["false", "false", "null", "false"],
        ),
        ("i < 9.3e18", "boolean", ["true", "true", "null", "true"]),
        ("n <> 3", "boolean", ["false", "true", "null", "true"]),
        (
            "n < 3000000000",
            "boolean",
            ["true", "true", "null", "true"],
        ),
        ("d = 1.5", "boolean", ["true", "false", "null", "false"]),
        ("d > 1.499", "boolean", ["true", "false", "null", "false"]),
        ("d <= n", "boolean", ["true", "true", "null", "false"]),
        ("d = 0.05e0", "boolean", ["false", "false", "null", "true"]),
        ("d < f", "boolean", ["false", "true", "null", "true"]),
        ("f = 0", "boolean", ["false", "true", "null", "false"]),
        ("f > 1000", "boolean", ["false", "false", "null", "true"]),
        ("f = f", "boolean", ["true", "true", "null", "true"]),
        ("n >= f", "boolean", ["true", "true", "null", "false"]),
        ("f < n", "boolean", ["true", "false", "null", "false"]),
        ("g = 0.1", "boolean", ["true", "false", "null", "false"]),
        (
            "g between 0.1 and 2",
            "boolean",
            ["true", "true", "null", "false"],
        ),
        (
            "n between 2.5 and i",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        ("0.1 < g", "boolean", ["false", "true", "null", "false"]),
        ("i = null", "boolean", ["null", "null", "null", "null"]),
    ]);
    check_constants(&[
        ("9007199254740993 = 9007199254740992e0", "false"),
        ("0.30 = 0.3", "true"),
        ("-0e0 = 0e0", "true"),
        ("2 > 1.99999", "true"),
        (
            "99999999999999999999999999999999999999 > 0.0000000000000000000000000000000000001",
            "true",
        ),
    ]);
}

#[test]
fn texts_booleans_and_moments_are_compared() {
    check(&[
        ("s = ''", "boolean", ["false", "true", "null", "false"]),
        ("s < t", "boolean", ["true", "true", "null", "false"]),
        ("b = true", "boolean", ["true", "false", "null", "true"]),
        ("b > false", "boolean", ["true", "false", "null", "true"]),
        (
            "day = '2024-02-29'",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "day >= date '2024-01-01'",
            "boolean",
            ["true", "false", "null", "true"],
        ),
        (
            "'2024-02-29 12:00' < ts",
            "boolean",
            ["true", "false", "null", "true"],
        ),
        ("ts > day", "boolean", ["true", "true", "null", "false"]),
        ("tz = ts", "boolean", ["true", "true", "null", "true"]),
        (
            "tz = '2024-02-29T13:34:56.789+01:00'",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        ("sec = day", "boolean", ["false", "false", "null", "false"]),
        (
            "sec < '1970-01-01 00:00:00.000000001'",
            "boolean",
            ["true", "true", "null", "false"],
        ),
        (
            "day < timestamp '2024-02-29 00:00:01'",
            "boolean",
            ["true", "true", "null", "false"],
        ),
    ]);
    check_constants(&[
        ("date '2024-01-31' = '2024-01-31'", "true"),
        (
            "timestamp '2024-01-31 12:00:00Z' = '2024-01-31T14:00+02:00'",
            "true",
        ),
    ]);
}

#[test]
fn what_does_not_compare_is_refused_with_advice() {
    check_refused(&[
        (
            "s = i",
            "VALUE_TYPE_MISMATCH",
            "string is not compared with int64; cast one side",
        ),
        ("i > 'x'", "VALUE_TYPE_MISMATCH", "cast"),
        (
            "b = 1",
            "VALUE_TYPE_MISMATCH",
            "boolean is not compared with int64",
        ),
        (
            "day = i",
            "VALUE_TYPE_MISMATCH",
            "date is not compared with int64",
        ),
        (
            "day = s",
            "VALUE_TYPE_MISMATCH",
            "date is not compared with string",
        ),
        (
            "day = 'yesterday'",
            "VALUE_TYPE_MISMATCH",
            "\"yesterday\" is no date",
        ),
        ("list = list", "VALUE_TYPE_MISMATCH", "lists of int64"),
        (
            "i in (1, b)",
            "VALUE_TYPE_MISMATCH",
            "int64 is not compared with boolean",
        ),
        (
            "i between 1 and s",
            "VALUE_TYPE_MISMATCH",
            "int64 is not compared with string",
        ),
        (
            "i and b",
            "VALUE_TYPE_MISMATCH",
            "and needs true or false, not int64",
        ),
        ("not i", "VALUE_TYPE_MISMATCH", "not needs true or false"),
        (
            "i is true",
            "VALUE_TYPE_MISMATCH",
            "is true needs true or false",
        ),
        (
            "i like 'a'",
            "VALUE_TYPE_MISMATCH",
            "texts are searched, not int64",
        ),
    ]);
}

#[test]
fn logic_has_three_values() {
    check_constants(&[
        ("true and true", "true"),
        ("true and false", "false"),
        ("true and null", "null"),
        ("false and null", "false"),
        ("null and false", "false"),
        ("null and null", "null"),
        ("true or null", "true"),
        ("null or true", "true"),
        ("false or null", "null"),
        ("false or false", "false"),
        ("not true", "false"),
        ("not null", "null"),
        ("null is null", "true"),
        ("1 is null", "false"),
        ("null is not null", "false"),
        ("null is true", "false"),
        ("null is not true", "true"),
        ("false is false", "true"),
    ]);
    check(&[
        ("b is true", "boolean", ["true", "false", "false", "true"]),
        (
            "b is not true",
            "boolean",
            ["false", "true", "true", "false"],
        ),
        ("b is false", "boolean", ["false", "true", "false", "false"]),
        (
            "b is not false",
            "boolean",
            ["true", "false", "true", "true"],
        ),
        (
            "list is null",
            "boolean",
            ["false", "false", "true", "false"],
        ),
        ("not b", "boolean", ["false", "true", "null", "false"]),
        (
            "b and i > 0 and n < 0",
            "boolean",
            ["false", "false", "null", "true"],
        ),
        (
            "b or n = 0 or null",
            "boolean",
            ["true", "true", "null", "true"],
        ),
    ]);
}

#[test]
fn between_includes_both_ends() {
    check(&[
        (
            "i between -2 and 7",
            "boolean",
            ["true", "true", "null", "false"],
        ),
        (
            "i not between -2 and 6.9",
            "boolean",
            ["true", "false", "null", "true"],
        ),
        (
            "d between 0.05 and n",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "5 between n and i",
            "boolean",
            ["true", "false", "null", "true"],
        ),
        (
            "i between null and 0",
            "boolean",
            ["false", "null", "null", "false"],
        ),
        (
            "day between '1969-12-31' and '2024-02-29'",
            "boolean",
            ["true", "true", "null", "false"],
        ),
        (
            "'2024-06-01' between day and ts",
            "boolean",
            ["false", "false", "null", "false"],
        ),
        (
            "s between 'a' and 'b'",
            "boolean",
            ["false", "false", "null", "true"],
        ),
    ]);
    check_constants(&[
        ("1 between 0 and 2", "true"),
        ("null between 0 and 2", "null"),
    ]);
}

#[test]
fn in_finds_equal_values() {
    check(&[
        ("i in (7, 8)", "boolean", ["true", "false", "null", "false"]),
        (
            "i not in (7, 8)",
            "boolean",
            ["false", "true", "null", "true"],
        ),
        (
            "i in (7, null)",
            "boolean",
            ["true", "null", "null", "null"],
        ),
        (
            "i not in (7, null)",
            "boolean",
            ["false", "null", "null", "null"],
        ),
        (
            "i in (7.0, -2.5)",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        ("i in (n, 7)", "boolean", ["true", "false", "null", "false"]),
        (
            "i in (n + 4)",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "n in (3000000000, 3)",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "d in (1.500, 5)",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "d in (1.5e0, 0.05)",
            "boolean",
            ["true", "false", "null", "true"],
        ),
        (
            "f in (0, 0.5)",
            "boolean",
            ["true", "true", "null", "false"],
        ),
        (
            "g in (0.1, 2)",
            "boolean",
            ["true", "true", "null", "false"],
        ),
        (
            "s in ('', 'Straße 5')",
            "boolean",
            ["true", "true", "null", "false"],
        ),
        ("b in (true)", "boolean", ["true", "false", "null", "true"]),
        (
            "day in ('2024-02-29', '2025-01-01')",
            "boolean",
            ["true", "false", "null", "true"],
        ),
        (
            "ts in ('2025-01-01')",
            "boolean",
            ["false", "false", "null", "true"],
        ),
        ("5 in (i, 5)", "boolean", ["true", "true", "true", "true"]),
        (
            "null in (1, 2)",
            "boolean",
            ["null", "null", "null", "null"],
        ),
    ]);
    check_constants(&[
        ("2 in (1, 2)", "true"),
        ("3 in (1, null)", "null"),
        ("'2024-01-01' in (date '2024-01-01')", "true"),
    ]);
}
