//! Delimited text as it comes.

use millrace_formats::{CharacterOption, HeaderOption, InvalidUtf8, RaggedRows, Types};

use crate::support::{Case, case, check};

fn utf16(text: &str, mark: bool) -> Vec<u8> {
    mark.then_some(0xFEFF)
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect()
}

const AB: &[&str] = &["a:int", "b:int"];
const ID_NAME: &[&str] = &["id:int", "name:text"];

#[test]
fn dialects() {
    check(vec![
        case("plain", "a,b\n1,2\n3,4\n").gives(AB, &["1|2", "3|4"]),
        case("no last line end", "a,b\n1,2\n3,4").gives(AB, &["1|2", "3|4"]),
        case("carriage return and line feed", "a,b\r\n1,2\r\n").gives(AB, &["1|2"]),
        case("mixed line ends", "a,b\n1,2\r\n3,4\n").gives(AB, &["1|2", "3|4"]),
        case("lone carriage returns", "a,b\r1,2\r3,4\r").gives(AB, &["1|2", "3|4"]),
        case("all three line ends", "a,b\r1,2\n3,4\r\n5,6\r7,8\n")
            .gives(AB, &["1|2", "3|4", "5|6", "7|8"]),
        case("doubled carriage returns", "a,b\r\r\n1,2\r\r\n").gives(AB, &["1|2"]),
        case("semicolons", "a;b\n1;2\n").gives(AB, &["1|2"]),
        case("tabs", "a\tb\n1\t2\n").gives(AB, &["1|2"]),
        case("pipes", "a|b\n1|2\n").gives(AB, &["1|2"]),
        case("carets", "a^b\n1^2\n3^4\n").gives(AB, &["1|2", "3|4"]),
        case("unit separators", "a\x1fb\n1\x1f2\n").gives(AB, &["1|2"]),
        case("colons", "id:name\n1:ann\n2:bob\n").gives(ID_NAME, &["1|ann", "2|bob"]),
        case("times are no columns", "time\n10:15:00\n11:30:00\n")
            .gives(&["time:text"], &["10:15:00", "11:30:00"])
            .warns(&["HEADER_ASSUMED"]),
        case("a line of Excel", "sep=;\na;b\n1;2\n").gives(AB, &["1|2"]),
        case("single quotes", "id,name\n1,'Smith, A'\n2,'Jones, B'\n")
            .gives(ID_NAME, &["1|Smith, A", "2|Jones, B"]),
        case("apostrophes", "id,name\n1,O'Hara\n2,'t Hooft\n")
            .gives(ID_NAME, &["1|O'Hara", "2|'t Hooft"]),
        case(
            "space before quotes",
            "id, name\n1, \"Smith, A\"\n2, \"b\"\n",
        )
        .gives(ID_NAME, &["1|Smith, A", "2|b"]),
        case(
            "backslash escapes",
            "id,name\n1,\"say \\\"hi\\\" now\"\n2,x\n",
        )
        .gives(ID_NAME, &["1|say \"hi\" now", "2|x"]),
        case(
            "backslash before the closing quote",
            "id,name\n1,\"C:\\dir\\\"\n2,\"D:\\\"\n",
        )
        .gives(ID_NAME, &["1|C:\\dir\\", "2|D:\\"]),
        case("no quotes at all", "id,name\n1,5\" disk\n2,x\n")
            .gives(ID_NAME, &["1|5\" disk", "2|x"]),
        case("quotes switched off", "id,name\n1,\"a\n2,b\n")
            .with(|o| o.quote = CharacterOption::None)
            .gives(ID_NAME, &["1|\"a", "2|b"]),
        case("a given delimiter wins", "a;b,c\n1;2,3\n")
            .with(|o| o.delimiter = Some(b','))
            .gives(&["a;b:text", "c:int"], &["1;2|3"]),
        case("commas in prose", "name\nSmith, John\nDoe, Jane\n")
            .gives(&["name:text"], &["Smith, John", "Doe, Jane"])
            .warns(&["HEADER_ASSUMED"]),
    ]);
}

#[test]
fn quotes() {
    check(vec![
        case("quoted line ends", "id,text\n1,\"a\nb\"\n2,\"c\r\nd\"\n")
            .gives(&["id:int", "text:text"], &["1|a\nb", "2|c\r\nd"]),
        case("doubled quotes", "id,text\n1,\"a \"\"b\"\" c\"\n")
            .gives(&["id:int", "text:text"], &["1|a \"b\" c"]),
        case(
            "unescaped quotes",
            "id,text,n\n1,\"he said \"hi\" twice\",5\n",
        )
        .gives(
            &["id:int", "text:text", "n:int"],
            &["1|he said \"hi\" twice|5"],
        )
        .warns(&["TEXT_AFTER_QUOTE"]),
        case("text behind a quote", "id,text\n1,\"5\" disk\n")
            .gives(&["id:int", "text:text"], &["1|\"5\" disk"])
            .warns(&["TEXT_AFTER_QUOTE"]),
        case("quoted nothing is a text", "id,text\n1,\"\"\n2,\n")
            .gives(&["id:int", "text:text"], &["1|", "2|∅"]),
        case(
            "quoted marks are texts",
            "id,text\n1,NULL\n2,\"NULL\"\n3,\\N\n",
        )
        .gives(&["id:int", "text:text"], &["1|∅", "2|NULL", "3|∅"]),
        case("quoted numbers are numbers", "\"a\",\"b\"\n\"1\",\"2\"\n").gives(AB, &["1|2"]),
        case("a quote never closed", "a,b\n1,2\n3,\"x\n5,6\n").fails("UNTERMINATED_QUOTE"),
        case("own null values", "id,v\n1,n/a\n2,3\n")
            .with(|o| o.null_values = vec!["n/a".into()])
            .gives(&["id:int", "v:int"], &["1|∅", "2|3"]),
    ]);
}

fn ragged() -> Case {
    case("ragged", "a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,\n")
}

#[test]
fn rows_of_the_wrong_width() {
    const ABC: &[&str] = &["a:int", "b:int", "c:int"];
    const FEW_MANY: &[(u64, &str)] = &[(2, "TOO_FEW_FIELDS"), (3, "TOO_MANY_FIELDS")];
    check(vec![
        ragged()
            .gives(ABC, &["1|2|3", "10|11|12"])
            .rejects(FEW_MANY),
        ragged()
            .with(|o| o.ragged_rows = RaggedRows::Pad)
            .gives(ABC, &["1|2|3", "4|5|∅", "10|11|12"])
            .rejects(&[(3, "TOO_MANY_FIELDS")])
            .warns(&["PADDED_ROWS"]),
        ragged()
            .with(|o| o.ragged_rows = RaggedRows::Fail)
            .fails("TOO_FEW_FIELDS"),
        ragged()
            .with(|o| o.max_rejected_rows = 1)
            .fails("TOO_MANY_REJECTS"),
        case("trailing delimiters", "a,b,\n1,2,\n3,4,\n").gives(AB, &["1|2", "3|4"]),
        case("trailing delimiters below", "a,b\n1,2,\n3,4,\n").gives(AB, &["1|2", "3|4"]),
        case("a footer", "a,b\n1,2\n3,4\nTotal 2 rows\n")
            .gives(AB, &["1|2", "3|4"])
            .rejects(&[(3, "TOO_FEW_FIELDS")]),
        case("blank lines", "a,b\n\n1,2\n\r\n3,4\n\n")
            .gives(AB, &["1|2", "3|4"])
            .warns(&["BLANK_LINES"]),
        case("empty lines of one column", "a\n1\n\n3\n").gives(&["a:int"], &["1", "∅", "3"]),
        case("wider than its header", "a,b\n1,2,3\n4,5,6\n")
            .gives(&["a:int", "b:int", "column_3:int"], &["1|2|3", "4|5|6"])
            .warns(&["EMPTY_COLUMN_NAME"]),
    ]);
}

#[test]
fn headers() {
    check(vec![
        case("only a header", "id,name\n")
            .gives(&["id:text", "name:text"], &[])
            .warns(&["HEADER_ASSUMED"]),
        case("one row of values", "1,2\n").gives(&["column_1:int", "column_2:int"], &["1|2"]),
        case("no header", "1,ann\n2,bob\n")
            .gives(&["column_1:int", "column_2:text"], &["1|ann", "2|bob"]),
        case("all text", "name,city\nann,rome\nbob,oslo\n")
            .gives(&["name:text", "city:text"], &["ann|rome", "bob|oslo"])
            .warns(&["HEADER_ASSUMED"]),
        case("a first row that returns", "ann,rome\nbob,oslo\nann,rome\n")
            .gives(
                &["column_1:text", "column_2:text"],
                &["ann|rome", "bob|oslo", "ann|rome"],
            )
            .warns(&["HEADER_ASSUMED"]),
        case("told there is none", "name,city\nann,rome\n")
            .with(|o| o.header = HeaderOption::Absent)
            .gives(
                &["column_1:text", "column_2:text"],
                &["name|city", "ann|rome"],
            ),
        case("told there is one", "1,2\n3,4\n")
            .with(|o| o.header = HeaderOption::Present)
            .gives(&["1:int", "2:int"], &["3|4"]),
        case("names twice", "a,a,a\n1,2,3\n")
            .gives(&["a:int", "a_2:int", "a_3:int"], &["1|2|3"])
            .warns(&["DUPLICATE_COLUMN_NAME"]),
        case("names missing", "a,,c\n1,2,3\n")
            .gives(&["a:int", "column_2:int", "c:int"], &["1|2|3"])
            .warns(&["EMPTY_COLUMN_NAME"]),
        case(
            "years as names",
            "country,2019,2020\nIndia,5,7\nNepal,6,8\n",
        )
        .gives(
            &["country:text", "2019:int", "2020:int"],
            &["India|5|7", "Nepal|6|8"],
        )
        .warns(&["HEADER_ASSUMED"]),
        case("names over two lines", "id,\"long\nname\"\n1,2\n")
            .gives(&["id:int", "long\nname:int"], &["1|2"]),
        case(
            "a preamble",
            "Sales report\nmade by,me\n\nid,name,amount,day\n1,x,5,2024-01-01\n2,y,6,2024-01-02\n",
        )
        .gives(
            &["id:int", "name:text", "amount:int", "day:date"],
            &["1|x|5|2024-01-01", "2|y|6|2024-01-02"],
        )
        .warns(&["PREAMBLE_SKIPPED"]),
        case(
            "a preamble of remarks",
            "# made by x\n# on monday\na,b\n1,2\n3,4\n",
        )
        .gives(AB, &["1|2", "3|4"])
        .warns(&["PREAMBLE_SKIPPED"]),
        case("lines skipped", "junk,\"\nmore\na,b\n1,2\n")
            .with(|o| o.skip_rows = 2)
            .gives(AB, &["1|2"]),
        case("comments", "a,b\n# \"x\n1,2\n#3,4\n5,6\n")
            .with(|o| o.comment = Some(b'#'))
            .gives(AB, &["1|2", "5|6"]),
        case("a hash is data", "id,tag\n1,x\n#2,y\n")
            .gives(&["id:text", "tag:text"], &["1|x", "#2|y"])
            .warns(&["HEADER_ASSUMED"]),
    ]);
}

#[test]
fn encodings() {
    check(vec![
        case("mark of UTF-8", "\u{feff}id,name\n1,Zoë\n").gives(ID_NAME, &["1|Zoë"]),
        case("UTF-16 with mark", utf16("id,name\n1,Zoë\n2,李\n", true))
            .gives(ID_NAME, &["1|Zoë", "2|李"]),
        case("UTF-16 without mark", utf16("id,name\n1,Zoë\n2,x\n", false))
            .gives(ID_NAME, &["1|Zoë", "2|x"])
            .warns(&["ENCODING_GUESSED"]),
        case("UTF-32", b"\xFF\xFE\0\0i\0\0\0".to_vec()).fails("UNSUPPORTED_ENCODING"),
        case(
            "Latin-1",
            b"id,name\n1,M\xFCller\n2,Stra\xDFe caf\xE9\n".to_vec(),
        )
        .gives(ID_NAME, &["1|Müller", "2|Straße café"])
        .warns(&["ENCODING_GUESSED"]),
        case("a given encoding", b"id,name\n1,\x8Av\n".to_vec())
            .with(|o| o.encoding = Some("windows-1250".into()))
            .gives(ID_NAME, &["1|Šv"]),
        case(
            "Shift_JIS, whose bytes look like escapes",
            b"id,name\n1,\x83\\\x95\\\n2,x\n".to_vec(),
        )
        .with(|o| o.encoding = Some("shift_jis".into()))
        .gives(ID_NAME, &["1|ソ表", "2|x"]),
        case("an unknown encoding", "a,b\n1,2\n")
            .with(|o| o.encoding = Some("klingon".into()))
            .fails("UNSUPPORTED_ENCODING"),
        case("bad bytes in UTF-8", bad_utf8())
            .gives(
                ID_NAME,
                &["1|Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë", "3|z"],
            )
            .rejects(&[(2, "INVALID_UTF8")]),
        case("bad bytes replaced", bad_utf8())
            .with(|o| o.invalid_utf8 = InvalidUtf8::Replace)
            .gives(
                ID_NAME,
                &[
                    "1|Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë",
                    "2|y\u{fffd}",
                    "3|z",
                ],
            )
            .warns(&["REPLACED_BYTES"]),
        case("bad bytes refused", bad_utf8())
            .with(|o| o.invalid_utf8 = InvalidUtf8::Fail)
            .fails("INVALID_UTF8"),
        case(
            "half a letter of UTF-16",
            [utf16("id,name\n1,x\n2,y\n", true), vec![0, 0xD8, b'\n', 0]].concat(),
        )
        .gives(ID_NAME, &["1|x", "2|y"])
        .rejects(&[(3, "TOO_FEW_FIELDS")]),
    ]);
}

fn bad_utf8() -> Vec<u8> {
    [
        "id,name\n1,Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë\n2,y".as_bytes(),
        b"\xFF\n3,z\n",
    ]
    .concat()
}

#[test]
fn extremes() {
    let long = "x".repeat(300_000);
    let wide = (0..5_000)
        .map(|n| format!("c{n}"))
        .collect::<Vec<_>>()
        .join(",");
    let outcome = crate::support::read(format!("id,text\n1,\"{long}\"\n"), &Default::default())
        .expect("a good file");
    assert_eq!(outcome.rows, [format!("1|{long}")]);
    check(vec![
        case("nothing", "").fails("EMPTY_FILE"),
        case("only a mark", "\u{feff}").gives(&["column_1:text"], &[]),
        case("only blank lines", "\n\n\n").gives(&["column_1:text"], &[]),
        case("one word", "hello")
            .gives(&["hello:text"], &[])
            .warns(&["HEADER_ASSUMED"]),
        case("one column", "n\n1\n2\n").gives(&["n:int"], &["1", "2"]),
        case("NUL bytes are data", "id,v\n1,a\0b\n2,c\n")
            .gives(&["id:int", "v:text"], &["1|a\0b", "2|c"]),
        case("no text at all", vec![7u8; 100]).fails("UNKNOWN_FORMAT"),
        case("too many columns", wide)
            .with(|o| o.limits.columns = 4_999)
            .fails("TOO_MANY_COLUMNS"),
        case("too long a record", format!("id,text\n1,x\n2,{long}\n"))
            .with(|o| o.limits.record_bytes = 100_000)
            .fails("RECORD_TOO_LONG"),
        case("white space is text", "id,v\n1, x \n2,y\n")
            .gives(&["id:int", "v:text"], &["1| x ", "2|y"]),
        case("white space trimmed", "id,v\n1, x \n2,  \n")
            .with(|o| o.trim = true)
            .gives(&["id:int", "v:text"], &["1|x", "2|∅"]),
        case("all as text", "a,b\n1,007\n")
            .with(|o| o.types = Types::Text)
            .gives(&["a:text", "b:text"], &["1|007"]),
    ]);
}
