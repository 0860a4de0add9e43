use super::{check, check_constants, check_refused};

#[test]
fn a_row_is_computed_by_the_branch_that_it_takes() {
    check(&[
        (
            "case when n = 0 then 0 else i % n end",
            "int64",
            ["1", "0", "null", "3"],
        ),
        (
            "case when n <> 0 then i % n end",
            "int64",
            ["1", "null", "null", "3"],
        ),
        (
            "n <> 0 and i / n > 1",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "n = 0 or i / n > 1",
            "boolean",
            ["true", "true", "null", "false"],
        ),
        (
            "i / n > 1 and n <> 0",
            "boolean",
            ["true", "!DIVISION_BY_ZERO", "null", "false"],
        ),
        (
            "if(n = 0, null, 12 / n)",
            "double",
            ["4.0", "null", "null", "-3.0"],
        ),
        (
            "coalesce(n, 1 / 0)",
            "double",
            ["3.0", "0.0", "!DIVISION_BY_ZERO", "-4.0"],
        ),
        (
            "coalesce(i, 0, 1 % 0)",
            "int64",
            ["7", "-2", "0", "9223372036854775807"],
        ),
        (
            "case i % n when 1 then 'one' end",
            "string",
            ["one", "!DIVISION_BY_ZERO", "null", "null"],
        ),
        (
            "case when n is null then 'none' when cast(s as int64) = 1 then 'x' else s end",
            "string",
            ["!CAST_FAILED", "!CAST_FAILED", "none", "!CAST_FAILED"],
        ),
        (
            "case when b then case when n > 0 then 10 % n else 5 end else 100 / n end",
            "double",
            ["1.0", "!DIVISION_BY_ZERO", "null", "5.0"],
        ),
    ]);
}

#[test]
fn the_first_branch_that_holds_decides() {
    check(&[
        (
            "case when i > 5 then 'big' when i > 0 then 'small' else 'none' end",
            "string",
            ["big", "none", "none", "big"],
        ),
        (
            "case when b then s end",
            "string",
            ["Straße 5", "null", "null", "a,b,,c"],
        ),
        (
            "case n when 3 then 'three' when 0 then 'zero' else 'other' end",
            "string",
            ["three", "zero", "other", "other"],
        ),
        (
            "case n when null then 1 else 2 end",
            "int64",
            ["2", "2", "2", "2"],
        ),
        (
            "case day when '2024-02-29' then 1 else 0 end",
            "int64",
            ["1", "0", "0", "0"],
        ),
        (
            "case '2024-02-29' when day then 1 else 0 end",
            "int64",
            ["1", "0", "0", "0"],
        ),
        (
            "case when null then 1 else 2 end",
            "int64",
            ["2", "2", "2", "2"],
        ),
        (
            "case when b then null end",
            "string",
            ["null", "null", "null", "null"],
        ),
        (
            "if(b, i, n)",
            "int64",
            ["7", "0", "null", "9223372036854775807"],
        ),
        (
            "if(b, list, null)",
            "lists of int64",
            ["[1,null]", "null", "null", "[7]"],
        ),
    ]);
    check_constants(&[
        ("case when false then 1 % 0 else 5 end", "5"),
        ("case 2 when 1 then 'a' when 2 then 'b' end", "b"),
        ("if(true, 1, 2)", "1"),
    ]);
}

#[test]
fn branches_are_of_one_type() {
    check(&[
        (
            "case when b then 1 else 2.5 end",
            "decimal(20,1)",
            ["1.0", "2.5", "2.5", "1.0"],
        ),
        (
            "case when b then d else 0.125 end",
            "decimal(11,3)",
            ["1.500", "0.125", "0.125", "0.050"],
        ),
        (
            "case when b then n else f end",
            "double",
            ["3.0", "-0.0", "null", "-4.0"],
        ),
        (
            "case when b then g else d end",
            "double",
            ["0.10000000149011612", "-2.25", "null", "-1.5"],
        ),
        (
            "case when b then day else ts end",
            "timestamp",
            [
                "2024-02-29T00:00:00",
                "1969-12-31T23:59:59",
                "null",
                "2025-01-01T00:00:00",
            ],
        ),
        (
            "case when b then day else '2000-01-01' end",
            "date",
            ["2024-02-29", "2000-01-01", "2000-01-01", "2025-01-01"],
        ),
        (
            "coalesce(sec, tz)",
            "timestamp",
            [
                "1970-01-01T00:00:00Z",
                "1969-12-31T23:59:59Z",
                "null",
                "1970-01-02T00:00:00Z",
            ],
        ),
        ("coalesce(null, n, i)", "int64", ["3", "0", "null", "-4"]),
        (
            "coalesce(null, null)",
            "string",
            ["null", "null", "null", "null"],
        ),
    ]);
    check_refused(&[
        (
            "case when b then i else s end",
            "VALUE_TYPE_MISMATCH",
            "case gives values of one type, not int64 and string",
        ),
        (
            "coalesce(i, b)",
            "VALUE_TYPE_MISMATCH",
            "coalesce gives values of one type",
        ),
        (
            "if(b, day, 'never')",
            "VALUE_TYPE_MISMATCH",
            "\"never\" is no date",
        ),
        (
            "if(i, 1, 2)",
            "VALUE_TYPE_MISMATCH",
            "when needs true or false",
        ),
        (
            "greatest(i, s)",
            "VALUE_TYPE_MISMATCH",
            "greatest gives values of one type",
        ),
    ]);
}

#[test]
fn nullif_greatest_and_least() {
    check(&[
        ("nullif(n, 0)", "int32", ["3", "null", "null", "-4"]),
        (
            "nullif(s, '')",
            "string",
            ["Straße 5", "null", "null", "a,b,,c"],
        ),
        (
            "nullif(i, null)",
            "int64",
            ["7", "-2", "null", "9223372036854775807"],
        ),
        ("nullif(5, n + 2)", "int64", ["null", "5", "5", "5"]),
        (
            "nullif(day, '2024-02-29')",
            "date",
            ["null", "1969-12-31", "null", "2025-01-01"],
        ),
        (
            "greatest(i, n, 1)",
            "int64",
            ["7", "1", "1", "9223372036854775807"],
        ),
        ("least(i, n)", "int64", ["3", "-2", "null", "-4"]),
        (
            "greatest(f, 0.25)",
            "double",
            ["0.5", "0.25", "0.25", "NaN"],
        ),
        ("least(f, 0.25)", "double", ["0.25", "-0.0", "0.25", "0.25"]),
        ("greatest(s, t)", "string", ["a", "x", "null", "a,b,,c"]),
        (
            "least(day, '2024-01-01')",
            "date",
            ["2024-01-01", "1969-12-31", "2024-01-01", "2024-01-01"],
        ),
        (
            "greatest(d, 0)",
            "decimal(21,2)",
            ["1.50", "0.00", "0.00", "0.05"],
        ),
        (
            "greatest(null, null)",
            "string",
            ["null", "null", "null", "null"],
        ),
        (
            "least(b, true)",
            "boolean",
            ["true", "false", "true", "true"],
        ),
    ]);
    check_refused(&[
        (
            "greatest(list, list)",
            "VALUE_TYPE_MISMATCH",
            "has no order",
        ),
        (
            "nullif(i, s)",
            "VALUE_TYPE_MISMATCH",
            "int64 is not compared with string",
        ),
    ]);
}
