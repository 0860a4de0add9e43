use super::{check, check_constants, check_refused};

#[test]
fn whole_numbers_are_computed_in_64_bits() {
    check(&[
        (
            "i + n",
            "int64",
            ["10", "-2", "null", "9223372036854775803"],
        ),
        ("i + 1", "int64", ["8", "-1", "null", "!OVERFLOW"]),
        ("i - n", "int64", ["4", "-2", "null", "!OVERFLOW"]),
        ("i * 2", "int64", ["14", "-4", "null", "!OVERFLOW"]),
        ("n * n", "int64", ["9", "0", "null", "16"]),
        ("i % n", "int64", ["1", "!DIVISION_BY_ZERO", "null", "3"]),
        ("mod(i, 5)", "int64", ["2", "-2", "null", "2"]),
        (
            "i / 2",
            "double",
            ["3.5", "-1.0", "null", "4.611686018427388e18"],
        ),
        (
            "i / n",
            "double",
            [
                "2.3333333333333335",
                "!DIVISION_BY_ZERO",
                "null",
                "-2.305843009213694e18",
            ],
        ),
        ("-i", "int64", ["-7", "2", "null", "-9223372036854775807"]),
        ("-n", "int64", ["-3", "0", "null", "4"]),
        ("abs(n)", "int64", ["3", "0", "null", "4"]),
        ("sign(i)", "int64", ["1", "-1", "null", "1"]),
        ("i + null", "int64", ["null", "null", "null", "null"]),
        ("null / i", "double", ["null", "null", "null", "null"]),
    ]);
    check_constants(&[
        ("-(-9223372036854775807 - 1)", "!OVERFLOW"),
        ("abs(-9223372036854775807 - 1)", "!OVERFLOW"),
        ("(-9223372036854775807 - 1) % -1", "0"),
        ("7 % -3", "1"),
        ("-7 % 3", "-1"),
        ("1 / 0", "!DIVISION_BY_ZERO"),
        ("2 + 3 * 4", "14"),
    ]);
}

#[test]
fn decimals_are_exact() {
    check(&[
        (
            "d + 0.005",
            "decimal(12,3)",
            ["1.505", "-2.245", "null", "0.055"],
        ),
        (
            "d - i",
            "decimal(22,2)",
            ["-5.50", "-0.25", "null", "-9223372036854775806.95"],
        ),
        (
            "d * 1.1",
            "decimal(12,3)",
            ["1.650", "-2.475", "null", "0.055"],
        ),
        (
            "d * d",
            "decimal(20,4)",
            ["2.2500", "5.0625", "null", "0.0025"],
        ),
        ("d % 1", "decimal(21,2)", ["0.50", "-0.25", "null", "0.05"]),
        (
            "d % n",
            "decimal(12,2)",
            ["1.50", "!DIVISION_BY_ZERO", "null", "0.05"],
        ),
        ("d / 2", "double", ["0.75", "-1.125", "null", "0.025"]),
        ("d / 0.5", "double", ["3.0", "-4.5", "null", "0.1"]),
        ("-d", "decimal(10,2)", ["-1.50", "2.25", "null", "-0.05"]),
        ("abs(d)", "decimal(10,2)", ["1.50", "2.25", "null", "0.05"]),
        ("sign(d)", "int64", ["1", "-1", "null", "1"]),
        ("d + f", "double", ["2.0", "-2.25", "null", "NaN"]),
        (
            "d + null",
            "decimal(10,2)",
            ["null", "null", "null", "null"],
        ),
    ]);
    check_constants(&[
        ("0.1 + 0.2", "0.3"),
        ("99999999999999999999999999999999999999 + 1", "!OVERFLOW"),
        (
            "99999999999999999999999999999999999999 - 1",
            "99999999999999999999999999999999999998",
        ),
        (
            "9999999999999999999 * 9999999999999999999",
            "99999999999999999980000000000000000001",
        ),
        ("99999999999999999999 * 99999999999999999999", "!OVERFLOW"),
        ("1e2 + 1", "101.0"),
        ("1.5 % 0.0", "!DIVISION_BY_ZERO"),
    ]);
    check_refused(&[(
        "0.00000000000000000001 * 0.00000000000000000001",
        "VALUE_TYPE_MISMATCH",
        "38 digits behind the point",
    )]);
}

#[test]
fn doubles_follow_ieee_but_for_zero_and_the_infinite() {
    check(&[
        ("f + 1", "double", ["1.5", "1.0", "null", "NaN"]),
        (
            "1 / f",
            "double",
            ["2.0", "!DIVISION_BY_ZERO", "null", "NaN"],
        ),
        (
            "f % 0.2",
            "double",
            ["0.09999999999999998", "-0.0", "null", "NaN"],
        ),
        (
            "f * 1e300 * 1e10",
            "double",
            ["!OVERFLOW", "-0.0", "null", "NaN"],
        ),
        ("-f", "double", ["-0.5", "0.0", "null", "NaN"]),
        ("abs(f)", "double", ["0.5", "0.0", "null", "NaN"]),
        ("sign(f)", "int64", ["1", "0", "null", "null"]),
        (
            "g + 0",
            "double",
            ["0.10000000149011612", "2.0", "null", "-1.5"],
        ),
        (
            "sqrt(f)",
            "double",
            ["0.7071067811865476", "-0.0", "null", "NaN"],
        ),
        (
            "sqrt(n)",
            "double",
            ["1.7320508075688772", "0.0", "null", "null"],
        ),
        (
            "ln(n)",
            "double",
            ["1.0986122886681098", "null", "null", "null"],
        ),
        (
            "log10(i + 93)",
            "double",
            ["2.0", "1.9590413923210936", "null", "!OVERFLOW"],
        ),
        ("log2(f)", "double", ["-1.0", "null", "null", "NaN"]),
        ("power(n, 2)", "double", ["9.0", "0.0", "null", "16.0"]),
        (
            "power(n, 0.5)",
            "double",
            ["1.7320508075688772", "0.0", "null", "null"],
        ),
        (
            "power(n, -1)",
            "double",
            ["0.3333333333333333", "null", "null", "-0.25"],
        ),
        (
            "exp(n * 1000)",
            "double",
            ["!OVERFLOW", "1.0", "null", "0.0"],
        ),
    ]);
    check_constants(&[
        ("ln(0)", "null"),
        ("log10(-1)", "null"),
        ("sqrt(-1)", "null"),
        ("power(10, 400)", "!OVERFLOW"),
        ("exp(1)", "2.718281828459045"),
        ("sqrt(null)", "null"),
    ]);
}

#[test]
fn rounding_keeps_the_kind_of_number() {
    check(&[
        ("round(d)", "decimal(9,0)", ["2", "-2", "null", "0"]),
        (
            "round(d, 1)",
            "decimal(10,1)",
            ["1.5", "-2.3", "null", "0.1"],
        ),
        (
            "round(d, 5)",
            "decimal(10,2)",
            ["1.50", "-2.25", "null", "0.05"],
        ),
        ("round(d, -1)", "decimal(9,0)", ["0", "0", "null", "0"]),
        ("floor(d)", "decimal(9,0)", ["1", "-3", "null", "0"]),
        ("ceil(d)", "decimal(9,0)", ["2", "-2", "null", "1"]),
        (
            "trunc(d, 1)",
            "decimal(10,1)",
            ["1.5", "-2.2", "null", "0.0"],
        ),
        ("round(i, -1)", "int64", ["10", "0", "null", "!OVERFLOW"]),
        (
            "trunc(i, -1)",
            "int64",
            ["0", "0", "null", "9223372036854775800"],
        ),
        (
            "round(i, 2)",
            "int64",
            ["7", "-2", "null", "9223372036854775807"],
        ),
        ("floor(n)", "int64", ["3", "0", "null", "-4"]),
        ("round(f)", "double", ["1.0", "-0.0", "null", "NaN"]),
        ("floor(g)", "double", ["0.0", "2.0", "null", "-2.0"]),
        ("ceil(g)", "double", ["1.0", "2.0", "null", "-1.0"]),
    ]);
    check_constants(&[
        ("round(2.5)", "3"),
        ("round(-2.5)", "-3"),
        ("round(2.675e0, 2)", "2.68"),
        ("round(1234.567, -2)", "1200"),
        ("round(99.5, -2)", "100"),
        ("round(5, -30)", "0"),
        ("trunc(-1.999, 2)", "-1.99"),
        ("ceil(-0.5)", "0"),
        ("round(9.99, 1)", "10.0"),
    ]);
}

#[test]
fn what_is_no_number_is_refused() {
    check_refused(&[
        (
            "s + 1",
            "VALUE_TYPE_MISMATCH",
            "+ needs a number, not string; cast it",
        ),
        (
            "day - 1",
            "VALUE_TYPE_MISMATCH",
            "use date_add or date_diff",
        ),
        ("b * 2", "VALUE_TYPE_MISMATCH", "not boolean"),
        ("-s", "VALUE_TYPE_MISMATCH", "- needs a number"),
        ("sqrt(s)", "VALUE_TYPE_MISMATCH", "sqrt needs a number"),
        ("abs(list)", "VALUE_TYPE_MISMATCH", "lists of int64"),
        ("round(b)", "VALUE_TYPE_MISMATCH", "round needs a number"),
        ("sign(s)", "VALUE_TYPE_MISMATCH", "sign needs a number"),
    ]);
}
