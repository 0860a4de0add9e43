use super::{check, check_constants, check_refused};

#[test]
fn parts_of_days_and_moments() {
    check(&[
        ("year(day)", "int64", ["2024", "1969", "null", "2025"]),
        ("quarter(day)", "int64", ["1", "4", "null", "1"]),
        ("month(ts)", "int64", ["2", "12", "null", "1"]),
        ("week(day)", "int64", ["9", "1", "null", "1"]),
        ("day(tz)", "int64", ["29", "31", "null", "1"]),
        ("day_of_year(day)", "int64", ["60", "365", "null", "1"]),
        ("weekday(day)", "int64", ["4", "3", "null", "3"]),
        ("hour(ts)", "int64", ["12", "23", "null", "0"]),
        ("minute(tz)", "int64", ["34", "59", "null", "0"]),
        ("second(ts)", "int64", ["56", "59", "null", "0"]),
        ("second(sec)", "int64", ["0", "59", "null", "0"]),
        ("hour(day)", "int64", ["0", "0", "null", "0"]),
    ]);
    check_constants(&[
        ("year('2024-05-06')", "2024"),
        ("week('2021-01-03')", "53"),
        ("week('2020-12-31')", "53"),
        ("week(date '2024-12-30')", "1"),
        ("hour(timestamp '2024-01-01 05:00:00+02:00')", "3"),
        ("year(null)", "null"),
    ]);
}

#[test]
fn units_of_the_calendar() {
    check(&[
        (
            "date_trunc('month', day)",
            "date",
            ["2024-02-01", "1969-12-01", "null", "2025-01-01"],
        ),
        (
            "date_trunc('week', day)",
            "date",
            ["2024-02-26", "1969-12-29", "null", "2024-12-30"],
        ),
        (
            "date_trunc('hour', ts)",
            "timestamp",
            [
                "2024-02-29T12:00:00",
                "1969-12-31T23:00:00",
                "null",
                "2025-01-01T00:00:00",
            ],
        ),
        (
            "date_trunc('quarter', tz)",
            "timestamp",
            [
                "2024-01-01T00:00:00Z",
                "1969-10-01T00:00:00Z",
                "null",
                "2025-01-01T00:00:00Z",
            ],
        ),
        (
            "date_trunc('year', sec)",
            "timestamp",
            [
                "1970-01-01T00:00:00",
                "1969-01-01T00:00:00",
                "null",
                "1970-01-01T00:00:00",
            ],
        ),
        (
            "date_diff('day', day, '2024-03-01')",
            "int64",
            ["1", "19784", "null", "-306"],
        ),
        (
            "date_diff('hour', day, ts)",
            "int64",
            ["12", "23", "null", "0"],
        ),
        (
            "date_diff('month', day, tz)",
            "int64",
            ["0", "0", "null", "0"],
        ),
        (
            "date_add('month', 1, day)",
            "date",
            ["2024-03-29", "1970-01-31", "null", "2025-02-01"],
        ),
        (
            "date_add('day', n, day)",
            "date",
            ["2024-03-03", "1969-12-31", "null", "2024-12-28"],
        ),
        (
            "date_add('hour', n, day)",
            "timestamp",
            [
                "2024-02-29T03:00:00",
                "1969-12-31T00:00:00",
                "null",
                "2024-12-31T20:00:00",
            ],
        ),
        (
            "date_add('year', -1, ts)",
            "timestamp",
            [
                "2023-02-28T12:34:56.789",
                "1968-12-31T23:59:59",
                "null",
                "2024-01-01T00:00:00",
            ],
        ),
        (
            "date_add('year', i, day)",
            "date",
            ["2031-02-28", "1967-12-31", "null", "!OVERFLOW"],
        ),
        (
            "date_add('second', i, sec)",
            "timestamp",
            [
                "1970-01-01T00:00:07",
                "1969-12-31T23:59:57",
                "null",
                "!OVERFLOW",
            ],
        ),
        (
            "date_trunc('month', day) = '2024-02-01'",
            "boolean",
            ["true", "false", "null", "false"],
        ),
    ]);
    check_constants(&[
        ("date_diff('year', '2023-12-31', '2024-01-01')", "1"),
        ("date_diff('month', '2024-01-31', '2024-03-01')", "2"),
        ("date_diff('quarter', '2024-03-31', '2023-12-31')", "-1"),
        ("date_diff('week', '2024-01-07', '2024-01-08')", "1"),
        (
            "date_diff('minute', '2024-01-01 00:00:59', '2024-01-01 00:01:00')",
            "1",
        ),
        (
            "date_diff('second', '2024-01-01 00:00:00.9', '2024-01-01 00:00:01')",
            "1",
        ),
        ("date_add('month', 1, '2024-01-31')", "2024-02-29"),
        ("date_add('quarter', -1, '2024-05-31')", "2024-02-29"),
        ("date_add('week', 2, '2024-02-20')", "2024-03-05"),
        ("date_add('day', null, '2024-01-31')", "null"),
        ("date_add('day', 1, null)", "null"),
        ("date_trunc('day', null)", "null"),
        ("date_diff('day', null, '2024-01-01')", "null"),
        (
            "date_trunc('minute', '2024-01-01 10:20:30.5')",
            "2024-01-01T10:20:00",
        ),
    ]);
}

#[test]
fn texts_of_days_and_moments() {
    check(&[
        (
            "to_date(cast(day as string))",
            "date",
            ["2024-02-29", "1969-12-31", "null", "2025-01-01"],
        ),
        (
            "to_date(s)",
            "date",
            ["!INVALID_DATE", "!INVALID_DATE", "null", "!INVALID_DATE"],
        ),
        (
            "to_date(t, '%d.%m.%Y')",
            "date",
            ["!INVALID_DATE", "!INVALID_DATE", "null", "!INVALID_DATE"],
        ),
        (
            "format_date(day, '%d.%m.%Y')",
            "string",
            ["29.02.2024", "31.12.1969", "null", "01.01.2025"],
        ),
        (
            "format_date(ts, '%H:%M:%S')",
            "string",
            ["12:34:56", "23:59:59", "null", "00:00:00"],
        ),
        (
            "format_date(tz, '%Y-%m')",
            "string",
            ["2024-02", "1969-12", "null", "2025-01"],
        ),
    ]);
    check_constants(&[
        ("to_date('31.01.2024', '%d.%m.%Y')", "2024-01-31"),
        ("to_date('2023-02-29')", "!INVALID_DATE"),
        ("to_date(null)", "null"),
        ("to_date(null, '%Y-%m-%d')", "null"),
        (
            "to_timestamp('31.01.2024 05:06', '%d.%m.%Y %H:%M')",
            "2024-01-31T05:06:00",
        ),
        ("to_timestamp('2024-01-31T05:06:07')", "2024-01-31T05:06:07"),
        ("to_timestamp('never')", "!INVALID_DATE"),
        ("format_date('2024-01-31', '%j')", "031"),
        ("format_date(null, '%j')", "null"),
        ("timestamp '2024-01-31'", "2024-01-31T00:00:00"),
        ("date '2024-01-31'", "2024-01-31"),
    ]);
}

#[test]
fn casts_are_those_of_the_step() {
    check(&[
        (
            "cast(i as string)",
            "string",
            ["7", "-2", "null", "9223372036854775807"],
        ),
        (
            "cast(d as int64)",
            "int64",
            ["!CAST_FAILED", "!CAST_FAILED", "null", "!CAST_FAILED"],
        ),
        (
            "try_cast(d as int64)",
            "int64",
            ["null", "null", "null", "null"],
        ),
        (
            "cast(i as int32)",
            "int32",
            ["7", "-2", "null", "!CAST_FAILED"],
        ),
        (
            "cast(n as decimal(5,2))",
            "decimal(5,2)",
            ["3.00", "0.00", "null", "-4.00"],
        ),
        ("cast(b as int64)", "int64", ["1", "0", "null", "1"]),
        (
            "cast(ts as date)",
            "date",
            ["2024-02-29", "1969-12-31", "null", "2025-01-01"],
        ),
        (
            "cast(day as timestamp)",
            "timestamp",
            [
                "2024-02-29T00:00:00",
                "1969-12-31T00:00:00",
                "null",
                "2025-01-01T00:00:00",
            ],
        ),
        (
            "cast(tz as timestamp)",
            "timestamp",
            [
                "2024-02-29T12:34:56.789Z",
                "1969-12-31T23:59:59Z",
                "null",
                "2025-01-01T00:00:00Z",
            ],
        ),
        (
            "try_cast(s as int64)",
            "int64",
            ["null", "null", "null", "null"],
        ),
        (
            "cast(null as date)",
            "date",
            ["null", "null", "null", "null"],
        ),
    ]);
    check_constants(&[
        ("cast('12.50' as decimal(4,2))", "12.50"),
        ("cast('yes' as boolean)", "true"),
        ("cast('x' as int64)", "!CAST_FAILED"),
        ("try_cast('x' as int64)", "null"),
        ("cast(1.5 as double) / 2", "0.75"),
    ]);
    check_refused(&[
        (
            "cast(list as int64)",
            "VALUE_TYPE_MISMATCH",
            "does not turn into int64",
        ),
        (
            "cast(b as date)",
            "VALUE_TYPE_MISMATCH",
            "boolean does not turn into date",
        ),
    ]);
}

#[test]
fn what_is_no_moment_is_refused() {
    check_refused(&[
        (
            "year(s)",
            "VALUE_TYPE_MISMATCH",
            "use to_date or to_timestamp",
        ),
        (
            "year(i)",
            "VALUE_TYPE_MISMATCH",
            "year needs a date or a timestamp, not int64",
        ),
        (
            "date_trunc('day', s)",
            "VALUE_TYPE_MISMATCH",
            "date_trunc needs a date",
        ),
        (
            "date_add('day', d, day)",
            "VALUE_TYPE_MISMATCH",
            "date_add needs a whole number",
        ),
        (
            "date_diff('day', b, day)",
            "VALUE_TYPE_MISMATCH",
            "date_diff needs a date",
        ),
        (
            "format_date(i, '%Y')",
            "VALUE_TYPE_MISMATCH",
            "format_date needs a date",
        ),
        (
            "to_date(day)",
            "VALUE_TYPE_MISMATCH",
            "to_date needs a text",
        ),
    ]);
}
