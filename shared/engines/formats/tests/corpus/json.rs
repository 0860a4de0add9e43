//! JSON in its shapes.

use millrace_formats::{Format, Nested};

use crate::support::{case, check};

const AB: &[&str] = &["a:int", "b:text"];

#[test]
fn lines() {
    check(vec![
        case(
            "a record a line",
            "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":null}\n",
        )
        .gives(AB, &["1|x", "2|∅"]),
        case(
            "carriage returns and blank lines",
            "{\"a\":1,\"b\":\"x\"}\r\n\r\n{\"a\":2,\"b\":\"y\"}\r\n",
        )
        .gives(AB, &["1|x", "2|y"])
        .warns(&["BLANK_LINES"]),
        case(
            "members that come and go",
            "{\"a\":1}\n{\"b\":\"x\"}\n{\"b\":\"y\",\"a\":3}\n",
        )
        .gives(AB, &["1|∅", "∅|x", "3|y"]),
        case("one record", "{\"a\":1,\"b\":\"x\"}").gives(AB, &["1|x"]),
        case(
            "escapes",
            "{\"a\":1,\"b\":\"line\\nend \\u00e9\"}\n{\"a\":2,\"b\":\"\"}\n",
        )
        .gives(AB, &["1|line\nend é", "2|"]),
        case(
            "mixed types widen",
            "{\"a\":1,\"b\":1}\n{\"a\":2.5,\"b\":true}\n{\"a\":3,\"b\":\"x\"}\n",
        )
        .gives(&["a:dec(2,1)", "b:text"], &["1.0|1", "2.5|true", "3.0|x"]),
        case(
            "digits in quotes are text",
            "{\"a\":1,\"b\":\"007\"}\n{\"a\":2,\"b\":\"5\"}\n",
        )
        .gives(AB, &["1|007", "2|5"]),
        case(
            "dates in quotes are dates",
            "{\"d\":\"2024-01-31\"}\n{\"d\":\"2024-02-01\"}\n",
        )
        .gives(&["d:date"], &["2024-01-31", "2024-02-01"]),
        case("exponents", "{\"a\":1E3}\n{\"a\":5}\n").gives(&["a:double"], &["1000.0", "5.0"]),
        case(
            "large numbers stay exact",
            "{\"a\":12345678901234567890}\n{\"a\":1}\n",
        )
        .gives(&["a:dec(20,0)"], &["12345678901234567890", "1"]),
        case(
            "nested stays JSON",
            "{\"a\":1,\"b\":{\"c\":[1, 2]}}\n{\"a\":2,\"b\":[]}\n",
        )
        .gives(AB, &["1|{\"c\":[1, 2]}", "2|[]"]),
        case(
            "nested flattened",
            "{\"a\":1,\"b\":{\"c\":{\"d\":2},\"e\":[1]}}\n{\"a\":2,\"b\":{}}\n",
        )
        .with(|o| o.nested = Nested::Flatten)
        .gives(
            &["a:int", "b.c.d:int", "b.e:text", "b:text"],
            &["1|2|[1]|∅", "2|∅|∅|∅"],
        ),
        case(
            "a broken line",
            "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\n{\"a\":3,\"b\":\"z\"}\n",
        )
        .gives(AB, &["1|x", "3|z"])
        .rejects(&[(2, "BAD_JSON")]),
        case("a line that is no record", "{\"a\":1,\"b\":\"x\"}\n5\n")
            .gives(AB, &["1|x"])
            .rejects(&[(2, "NOT_AN_OBJECT")]),
        case(
            "bytes that are no text",
            b"{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"\xFF\"}\n".to_vec(),
        )
        .with(|o| o.encoding = Some("utf-8".into()))
        .gives(AB, &["1|x"])
        .rejects(&[(2, "INVALID_UTF8")]),
        case(
            "too deep",
            format!(
                "{{\"a\":1,\"b\":\"x\"}}\n{{\"a\":{}1{}}}\n",
                "[".repeat(70),
                "]".repeat(70)
            ),
        )
        .gives(AB, &["1|x"])
        .rejects(&[(2, "TOO_DEEP")]),
        case("members twice", "{\"a\":1,\"a\":2}\n").gives(&["a:int"], &["2"]),
    ]);
}

#[test]
fn broken_records() {
    const A: &[&str] = &["a:int"];
    check(vec![
        case("no value", "[{\"a\":1},{\"a\":},{\"a\":3}]")
            .gives(A, &["1", "3"])
            .rejects(&[(2, "BAD_JSON")]),
        case(
            "words, texts, nothing",
            "[{\"a\":1},{\"a\":tru},5,\"x\",null,{\"a\":3}]",
        )
        .gives(A, &["1", "3"])
        .rejects(&[
            (2, "BAD_JSON"),
            (3, "NOT_AN_OBJECT"),
            (4, "NOT_AN_OBJECT"),
            (5, "NOT_AN_OBJECT"),
        ]),
        case(
            "quotes of another language",
            "[{\"a\":1},{'a':2},{\"a\":3}]",
        )
        .gives(A, &["1", "3"])
        .rejects(&[(2, "BAD_JSON")]),
        case("no number", "[{\"a\":NaN},{\"a\":-Infinity},{\"a\":1}]")
            .gives(A, &["1"])
            .rejects(&[(1, "BAD_JSON"), (2, "BAD_JSON")]),
        case("a leading zero", "[{\"a\":1},{\"a\":007}]")
            .gives(A, &["1"])
            .rejects(&[(2, "BAD_JSON")]),
        case("half a pair of letters", "[{\"a\":1},{\"b\":\"\\ud800\"}]")
            .gives(A, &["1"])
            .rejects(&[(2, "BAD_JSON")]),
        case(
            "a comma too many within",
            "[{\"a\":1},{\"a\":2,},{\"a\":3}]",
        )
        .gives(A, &["1", "3"])
        .rejects(&[(2, "BAD_JSON")]),
        case(
            "brackets that do not match",
            "[{\"a\":1},{\"a\":[2}},{\"a\":3}]",
        )
        .gives(A, &["1", "3"])
        .rejects(&[(2, "BAD_JSON")]),
        case("a text without an end", "[{\"a\":1},{\"a\":\"x},{\"a\":3}]").fails("MALFORMED_JSON"),
        case("refused", "[{\"a\":1},{\"a\":}]")
            .with(|o| o.ragged_rows = millrace_formats::RaggedRows::Fail)
            .fails("BAD_JSON"),
        case("too many", "[{\"a\":1},{\"a\":},{\"a\":}]")
            .with(|o| o.max_rejected_rows = 1)
            .fails("TOO_MANY_REJECTS"),
        case("the first line", "{\"a\":\n{\"a\":2}\n")
            .with(|o| o.file_name = Some("x.ndjson".into()))
            .gives(A, &["2"])
            .rejects(&[(1, "BAD_JSON")]),
        case("commas behind lines", "{\"a\":1},\n{\"a\":2},\n").fails("MALFORMED_JSON"),
        case("documents side by side", "{\"a\":1}{\"a\":2}").fails("MALFORMED_JSON"),
        case("lines of white space", "{\"a\":1}\n \t\n\r\n{\"a\":2}\n")
            .gives(A, &["1", "2"])
            .warns(&["BLANK_LINES"]),
        case("a mark before lines", "\u{feff}{\"a\":1}\n{\"a\":2}\n").gives(A, &["1", "2"]),
        case(
            "lines in gzip",
            crate::archives::gzip(b"{\"a\":1}\n{\"a\":2}\n"),
        )
        .gives(A, &["1", "2"]),
        case("UTF-16", {
            let text = "\u{feff}[{\"b\":\"Zoë\"},{\"b\":\"李\"}]";
            text.encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>()
        })
        .gives(&["b:text"], &["Zoë", "李"]),
        case(
            "numbers too large for a double",
            "[{\"a\":1e400},{\"a\":5}]",
        )
        .gives(&["a:text"], &["1e400", "5"]),
    ]);
}

#[test]
fn documents() {
    check(vec![
        case("an array", "[{\"a\":1,\"b\":\"x\"},\n {\"a\":2,\"b\":\"]},\"}]").gives(AB, &["1|x", "2|]},"]),
        case("an empty array", "[]").gives(&[], &[]),
        case("rows as arrays", "[[1,\"x\"],[2,\"y\"]]").gives(&["column_1:int", "column_2:text"], &["1|x", "2|y"]),
        case("an array in an object", "{\"count\": 2, \"items\": [{\"a\":1,\"b\":\"x\"},{\"a\":2,\"b\":\"y\"}], \"next\": null}").gives(AB, &["1|x", "2|y"]).warns(&["JSON_PATH_ASSUMED"]),
        case("a path", "{\"x\": [{\"c\":1}], \"data\": {\"rows\": [{\"a\":1,\"b\":\"x\"}]}, \"y\": 1}").with(|o| o.json_path = Some("$.data.rows".into())).gives(AB, &["1|x"]),
        case("a document over lines", "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n").gives(AB, &["1|x"]),
        case("no such path", "{\"x\": 1,\n\"y\":2}").with(|o| o.json_path = Some("$.items".into())).fails("JSON_PATH_NOT_FOUND"),
        case("no array there", "{\"x\": 1,\n\"y\":2}").with(|o| o.json_path = Some("$.x".into())).fails("JSON_PATH_NOT_FOUND"),
        case("a path of more than names", "{\"x\":\n 1}").with(|o| o.json_path = Some("$..x[?(@.a)]".into())).fails("INVALID_OPTION"),
        case("cut off", "[{\"a\":1},{\"a\":2}").fails("MALFORMED_JSON"),
        case("cut off in a record", "[{\"a\":1},{\"a\"").fails("MALFORMED_JSON"),
        case("more behind the end", "[{\"a\":1}] [2]").fails("MALFORMED_JSON"),
        case("no comma", "[{\"a\":1} {\"a\":2}]").fails("MALFORMED_JSON"),
        case("a comma too many", "[{\"a\":1},]").fails("MALFORMED_JSON"),
        case("a header in brackets is no JSON", "[id],[name]\n1,x\n2,y\n").gives(&["[id]:int", "[name]:text"], &["1|x", "2|y"]),
        case("declared and not so", "id,name\n1,x\n").with(|o| o.format = Some(Format::Json)).fails("NOT_JSON"),
        case("a mark before it", "\u{feff}[{\"a\":1}]").gives(&["a:int"], &["1"]),
    ]);
}
