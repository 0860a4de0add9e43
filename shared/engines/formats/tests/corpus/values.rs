//! Numbers, dates and words as people write them: exact, or left as they stand.

use arrow::datatypes::{DataType, TimeUnit};
use millrace_formats::{ColumnSpec, Types};

use crate::support::{case, check};

#[test]
fn numbers() {
    check(vec![
        case("leading zeros", "zip,n\n01234,1\n98765,2\n")
            .gives(&["zip:text", "n:int"], &["01234|1", "98765|2"]),
        case("a late leading zero", "zip,n\n10115,1\n80331,2\n01067,3\n")
            .gives(&["zip:text", "n:int"], &["10115|1", "80331|2", "01067|3"]),
        case("zero itself", "n\n0\n-5\n").gives(&["n:int"], &["0", "-5"]),
        case("sixteen digits", "id,n\n1234567890123456,1\n9007199254740993,2\n").gives(
            &["id:int", "n:int"],
            &["1234567890123456|1", "9007199254740993|2"],
        ),
        case("the largest integer", "n\n9223372036854775807\n-9223372036854775808\n").gives(
            &["n:int"],
            &["9223372036854775807", "-9223372036854775808"],
        ),
        case("one more", "n\n9223372036854775808\n1\n")
            .gives(&["n:dec(19,0)"], &["9223372036854775808", "1"]),
        case(
            "thirty-eight digits and more",
            "a,b\n99999999999999999999999999999999999999,1\n1,999999999999999999999999999999999999999\n",
        )
        .gives(
            &["a:dec(38,0)", "b:text"],
            &[
                "99999999999999999999999999999999999999|1",
                "1|999999999999999999999999999999999999999",
            ],
        ),
        case("money", "v\n0.10\n1234567.05\n-3.00\n")
            .gives(&["v:dec(9,2)"], &["0.10", "1234567.05", "-3.00"]),
        case("no digit before the point", "v,n\n.5,1\n-.25,2\n")
            .gives(&["v:dec(2,2)", "n:int"], &["0.50|1", "-0.25|2"]),
        case("no digit behind the point", "v,n\n5.,1\n6.,2\n")
            .gives(&["v:text", "n:int"], &["5.|1", "6.|2"]),
        case("a plus is kept", "phone,n\n+4915112345678,1\n")
            .gives(&["phone:text", "n:int"], &["+4915112345678|1"]),
        case("exponents", "v\n1.5e3\n-2E-2\n").gives(&["v:double"], &["1500.0", "-0.02"]),
        case("codes with an E are no numbers", "code,n\n12E3,1\n4E7,2\n")
            .gives(&["code:text", "n:int"], &["12E3|1", "4E7|2"]),
        case("too large for a double", "v,n\n1.5e400,1\n1.0e-400,2\n")
            .gives(&["v:text", "n:int"], &["1.5e400|1", "1.0e-400|2"]),
        case("decimal commas", "v;n\n3,50;1\n-1234,5;2\n")
            .gives(&["v:dec(6,2)", "n:int"], &["3.50|1", "-1234.50|2"]),
        case("decimal commas between commas", "v,n\n\"3,50\",1\n\"12,25\",2\n")
            .gives(&["v:dec(4,2)", "n:int"], &["3.50|1", "12.25|2"]),
        case("points of thousands", "v;n\n1.234.567,50;1\n890,00;2\n")
            .gives(&["v:dec(9,2)", "n:int"], &["1234567.50|1", "890.00|2"]),
        case("commas of thousands", "v;n\n1,234,567.50;1\n890.00;2\n")
            .gives(&["v:dec(9,2)", "n:int"], &["1234567.50|1", "890.00|2"]),
        case("one separator is no proof", "v;n\n1.234;1\n5.678;2\n")
            .gives(&["v:dec(4,3)", "n:int"], &["1.234|1", "5.678|2"]),
        case("another column tells", "v;w\n1.234;3,5\n5.678;4,25\n")
            .gives(&["v:int", "w:dec(3,2)"], &["1234|3.50", "5678|4.25"]),
        case("both in one column", "v;n\n1.5;1\n1,5;2\n")
            .gives(&["v:text", "n:int"], &["1.5|1", "1,5|2"]),
        case("versions are no numbers", "v;n\n1.2.3;1\n1.10.0;2\n")
            .gives(&["v:text", "n:int"], &["1.2.3|1", "1.10.0|2"]),
        case("shares and money are texts", "p,m,n\n5%,$5.00,1\n7%,€3,2\n")
            .gives(&["p:text", "m:text", "n:int"], &["5%|$5.00|1", "7%|€3|2"]),
        case("other signs", "v,n\n(5),1\n5-,2\n0x1F,3\n1_000,4\n").gives(
            &["v:text", "n:int"],
            &["(5)|1", "5-|2", "0x1F|3", "1_000|4"],
        ),
        case("no numbers at all", "v,n\nNaN,1\ninf,2\n").gives(
            &["v:text", "n:int"],
            &["NaN|1", "inf|2"],
        ),
        case("digits of other scripts", "v,n\n١٢٣,1\n４５,2\n")
            .gives(&["v:text", "n:int"], &["١٢٣|1", "４５|2"]),
    ]);
}

#[test]
fn late_changes() {
    let rows = |last: &str| {
        let many: String = (1..=30_000).map(|n| format!("{n},{n}\n")).collect();
        format!("id,v\n{many}30001,{last}\n")
    };
    for (last, column) in [
        ("N/A", "v:text"),
        ("0.5", "v:dec(6,1)"),
        ("1.5e3", "v:double"),
        ("007", "v:text"),
        ("", "v:int"),
        ("99999999999999999999", "v:dec(20,0)"),
    ] {
        let outcome = crate::support::read(rows(last), &Default::default()).expect("a good file");
        assert_eq!(outcome.columns, ["id:int", column], "{last}");
        assert_eq!(outcome.rows.len(), 30_001);
        assert!(outcome.rejects.is_empty());
    }
}

#[test]
fn dates() {
    check(vec![
        case("ISO", "d,n\n2024-02-29,1\n1999-12-31,2\n")
            .gives(&["d:date", "n:int"], &["2024-02-29|1", "1999-12-31|2"]),
        case("no such day", "d,n\n2023-02-29,1\n2024-01-01,2\n")
            .gives(&["d:text", "n:int"], &["2023-02-29|1", "2024-01-01|2"]),
        case("no day at all", "d,n\n0000-00-00,1\n2024-01-01,2\n")
            .gives(&["d:text", "n:int"], &["0000-00-00|1", "2024-01-01|2"]),
        case("points", "d;n\n31.12.2024;1\n1.2.2024;2\n")
            .gives(&["d:date", "n:int"], &["2024-12-31|1", "2024-02-01|2"]),
        case("day or month", "d,n\n03/04/2024,1\n05/06/2024,2\n")
            .gives(&["d:text", "n:int"], &["03/04/2024|1", "05/06/2024|2"])
            .warns(&["AMBIGUOUS_DATES"]),
        case("day or month, told", "d,n\n03/04/2024,1\n")
            .with(|o| o.day_first = Some(false))
            .gives(&["d:date", "n:int"], &["2024-03-04|1"]),
        case("a late day tells", "d,n\n03/04/2024,1\n04/13/2024,2\n")
            .gives(&["d:date", "n:int"], &["2024-03-04|1", "2024-04-13|2"]),
        case(
            "both orders in one column",
            "d,n\n13/04/2024,1\n04/13/2024,2\n",
        )
        .gives(&["d:text", "n:int"], &["13/04/2024|1", "04/13/2024|2"]),
        case(
            "two ways in one column",
            "d,n\n2024-01-31,1\n31.01.2024,2\n",
        )
        .gives(&["d:text", "n:int"], &["2024-01-31|1", "31.01.2024|2"]),
        case("short years", "d,n\n31/12/24,1\n01/01/25,2\n")
            .gives(&["d:text", "n:int"], &["31/12/24|1", "01/01/25|2"]),
        case("names of months", "d,n\n31-Jan-2024,1\n1-MAR-2024,2\n")
            .gives(&["d:date", "n:int"], &["2024-01-31|1", "2024-03-01|2"]),
        case(
            "names first",
            "d,n\n\"Jan 31, 2024\",1\n\"March 1, 2024\",2\n",
        )
        .gives(&["d:date", "n:int"], &["2024-01-31|1", "2024-03-01|2"]),
        case(
            "times",
            "t,n\n2024-01-31T10:15:30,1\n2024-02-01 23:59:59,2\n",
        )
        .gives(
            &["t:time", "n:int"],
            &["2024-01-31T10:15:30|1", "2024-02-01T23:59:59|2"],
        ),
        case("fractions of seconds", "t,n\n2024-01-31 10:15:30.250,1\n")
            .gives(&["t:time", "n:int"], &["2024-01-31T10:15:30.250|1"]),
        case("nanoseconds", "t,n\n2024-01-31 10:15:30.123456789,1\n")
            .gives(&["t:time", "n:int"], &["2024-01-31T10:15:30.123456789|1"]),
        case(
            "halves of days",
            "t,n\n2024-01-31 1:15 PM,1\n2024-01-31 12:00 AM,2\n",
        )
        .gives(
            &["t:time", "n:int"],
            &["2024-01-31T13:15:00|1", "2024-01-31T00:00:00|2"],
        ),
        case(
            "zones",
            "t,n\n2024-01-31T10:00:00+05:30,1\n2024-01-31T10:00:00Z,2\n",
        )
        .gives(
            &["t:time+zone", "n:int"],
            &["2024-01-31T04:30:00Z|1", "2024-01-31T10:00:00Z|2"],
        ),
        case(
            "zones and none",
            "t,n\n2024-01-31T10:00:00Z,1\n2024-01-31T10:00:00,2\n",
        )
        .gives(
            &["t:text", "n:int"],
            &["2024-01-31T10:00:00Z|1", "2024-01-31T10:00:00|2"],
        ),
        case(
            "addresses are no dates",
            "ip,n\n10.1.2.2024,1\n192.168.1.1,2\n",
        )
        .gives(&["ip:text", "n:int"], &["10.1.2.2024|1", "192.168.1.1|2"]),
        case("digits alone are no dates", "d,n\n20240131,1\n20240201,2\n")
            .gives(&["d:int", "n:int"], &["20240131|1", "20240201|2"]),
        case("years far away", "d,n\n9999-12-31,1\n0001-01-01,2\n")
            .gives(&["d:date", "n:int"], &["9999-12-31|1", "0001-01-01|2"]),
    ]);
}

#[test]
fn words_and_nothing() {
    check(vec![
        case("truth", "ok,n\ntrue,1\nFALSE,2\n,3\n")
            .gives(&["ok:bool", "n:int"], &["true|1", "false|2", "∅|3"]),
        case("ones and zeros are numbers", "ok\n1\n0\n").gives(&["ok:int"], &["1", "0"]),
        case("yes and no are words", "ok,n\nyes,1\nno,2\n")
            .gives(&["ok:text", "n:int"], &["yes|1", "no|2"]),
        case("truth and numbers", "v,n\ntrue,1\n5,2\n")
            .gives(&["v:text", "n:int"], &["true|1", "5|2"]),
        case("marks of nothing", "v,n\nNULL,1\nnull,2\n\\N,3\n,4\n5,5\n")
            .gives(&["v:int", "n:int"], &["∅|1", "∅|2", "∅|3", "∅|4", "5|5"]),
        case(
            "quoted marks are texts",
            "v,n\n\"NULL\",1\n\"\",2\n,3\n\"\\N\",4\n",
        )
        .gives(&["v:text", "n:int"], &["NULL|1", "|2", "∅|3", "\\N|4"]),
        case("other marks are texts", "v,n\nNA,1\nN/A,2\n-,3\nNone,4\n")
            .gives(&["v:text", "n:int"], &["NA|1", "N/A|2", "-|3", "None|4"]),
        case("own marks", "v,n\nNA,1\n-99,2\n5,3\n,4\n")
            .with(|o| o.null_values = vec!["NA".into(), "-99".into(), String::new()])
            .gives(&["v:int", "n:int"], &["∅|1", "∅|2", "5|3", "∅|4"]),
        case("no marks", "v,n\nNULL,1\n,2\n")
            .with(|o| o.null_values = Vec::new())
            .gives(&["v:text", "n:int"], &["NULL|1", "|2"]),
        case("only nothing", "v,n\n,1\nNULL,2\n").gives(&["v:text", "n:int"], &["∅|1", "∅|2"]),
        case("white space is a text", "v,n\n ,1\n5,2\n")
            .gives(&["v:text", "n:int"], &[" |1", "5|2"]),
    ]);
}

#[test]
fn all_types_told() {
    let columns = |specs: &[(&str, DataType)]| {
        let specs = specs.iter().cloned();
        Types::Columns(
            specs
                .map(|(name, data_type)| ColumnSpec::new(name, data_type))
                .collect(),
        )
    };
    let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
    check(vec![
        case("no pass for types", "a,b\n1,x\n2,2024-01-01\n")
            .with(|o| o.types = columns(&[("a", DataType::Float64), ("b", DataType::Date32)]))
            .gives(&["a:double", "b:date"], &["2.0|2024-01-01"])
            .rejects(&[(1, "BAD_VALUE")]),
        case("numbers as texts", "a,b\n007,1\n8,2\n")
            .with(|o| o.types = columns(&[("a", DataType::Utf8View), ("b", DataType::Int32)]))
            .gives(&["a:text", "b:int"], &["007|1", "8|2"]),
        case(
            "times that would lose digits",
            "t\n2024-01-01 10:00:00.1234567\n2024-01-01\n",
        )
        .with(|o| o.types = columns(&[("t", micros)]))
        .gives(&["t:time"], &["2024-01-01T00:00:00"])
        .rejects(&[(1, "BAD_VALUE")]),
        case("numbers beyond the type", "n\n2147483648\n5\n")
            .with(|o| o.types = columns(&[("n", DataType::Int32)]))
            .gives(&["n:int"], &["5"])
            .rejects(&[(1, "BAD_VALUE")]),
    ]);
}
