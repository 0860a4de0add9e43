//! What stands around and between the records.

use millrace_formats::{CharacterOption, Format, HeaderOption, LineEnding, RaggedRows};

use crate::support::{case, check};

const AB: &[&str] = &["a:int", "b:int"];
const ID_NAME: &[&str] = &["id:int", "name:text"];

#[test]
fn line_ends() {
    check(vec![
        case("all kinds in one file", "a,b\r\n1,2\n3,4\r5,6\r\r\n7,8")
            .gives(AB, &["1|2", "3|4", "5|6", "7|8"])
            .warns(&["BLANK_LINES"]),
        case(
            "kinds inside quotes stay",
            "id,name\r\n1,\"a\rb\nc\r\nd\"\r\n2,x\r\n",
        )
        .gives(ID_NAME, &["1|a\rb\nc\r\nd", "2|x"]),
        case("a return is data", "id,name\n1,a\rb\n2,x\n")
            .with(|o| o.line_ending = Some(LineEnding::LineFeed))
            .gives(ID_NAME, &["1|a\rb", "2|x"]),
        case("old returns with quotes", "id,name\r1,\"a\rb\"\r2,x\r")
            .gives(ID_NAME, &["1|a\rb", "2|x"]),
        case("a quote closed by the end", "id,name\n1,\"x\"").gives(ID_NAME, &["1|x"]),
        case("an escaped line end", "id,name\n1,a\\\nb\n2,x\n")
            .with(|o| o.escape = CharacterOption::Is(b'\\'))
            .gives(ID_NAME, &["1|a\nb", "2|x"]),
        case("blank lines with spaces", "a,b\n1,2\n   \n3,4\n")
            .gives(AB, &["1|2", "3|4"])
            .rejects(&[(2, "TOO_FEW_FIELDS")]),
        case(
            "two files one behind the other",
            "id,name\n1,x\nid,name\n2,y\n",
        )
        .gives(&["id:text", "name:text"], &["1|x", "id|name", "2|y"]),
        case("lines of delimiters", "a,b\n1,2\n,\n3,4\n").gives(AB, &["1|2", "∅|∅", "3|4"]),
        case("an end of file of old", "a,b\n1,2\n\x1A")
            .gives(AB, &["1|2"])
            .rejects(&[(2, "TOO_FEW_FIELDS")]),
    ]);
}

#[test]
fn before_and_behind() {
    check(vec![
        case(
            "a title and a blank line",
            "Monthly report\n\nid,name,amount\n1,x,5\n2,y,6\n",
        )
        .gives(&["id:int", "name:text", "amount:int"], &["1|x|5", "2|y|6"])
        .warns(&["PREAMBLE_SKIPPED"]),
        case(
            "a title filled with delimiters",
            "Monthly report,,\nid,name,amount\n1,x,5\n2,y,6\n",
        )
        .gives(&["id:int", "name:text", "amount:int"], &["1|x|5", "2|y|6"])
        .warns(&["PREAMBLE_SKIPPED"]),
        case(
            "pairs before the table",
            "created,2024-01-01\nby,me\n\nid,name,amount,day\n1,x,5,2024-01-01\n2,y,6,2024-01-02\n",
        )
        .gives(
            &["id:int", "name:text", "amount:int", "day:date"],
            &["1|x|5|2024-01-01", "2|y|6|2024-01-02"],
        )
        .warns(&["PREAMBLE_SKIPPED"]),
        case("poor first rows are no titles", "id,name,v\n,x,\n2,y,6\n")
            .gives(&["id:int", "name:text", "v:int"], &["∅|x|∅", "2|y|6"]),
        case("a total below", "id,name,v\n1,x,5\n2,y,6\nTotal,,11\n")
            .gives(
                &["id:text", "name:text", "v:int"],
                &["1|x|5", "2|y|6", "Total|∅|11"],
            )
            .warns(&[]),
        case("comments told of", "#made by x\na,b\n1,2\n  #3,4\n#5,6\n")
            .with(|o| o.comment = Some(b'#'))
            .gives(&["a:text", "b:int"], &["1|2", "  #3|4"]),
        case("comments of another kind", "a,b\n1,2\n%3,4\n")
            .with(|o| o.comment = Some(b'%'))
            .gives(AB, &["1|2"]),
        case("lines left out", "x\n\ny,z,w\na,b\n1,2\n")
            .with(|o| o.skip_rows = 3)
            .gives(AB, &["1|2"]),
        case("more left out than there is", "a,b\n1,2\n")
            .with(|o| o.skip_rows = 9)
            .gives(&["column_1:text"], &[]),
        case(
            "a line of Excel behind a mark",
            "\u{feff}sep=|\r\na|b\r\n1|2\r\n",
        )
        .gives(AB, &["1|2"]),
        case("a quoted line of Excel", "\"sep=;\"\na;b\n1;2\n").gives(AB, &["1|2"]),
    ]);
}

#[test]
fn names_of_columns() {
    check(vec![
        case("none and twice", ",a,a,\n1,2,3,4\n")
            .gives(
                &["column_1:int", "a:int", "a_2:int", "column_4:int"],
                &["1|2|3|4"],
            )
            .warns(&["EMPTY_COLUMN_NAME", "DUPLICATE_COLUMN_NAME"]),
        case("a made up name that is taken", "a,a_2,a\n1,2,3\n")
            .gives(&["a:int", "a_2:int", "a_3:int"], &["1|2|3"])
            .warns(&["DUPLICATE_COLUMN_NAME"]),
        case("letters large and small", "Id,ID,id\n1,2,3\n")
            .gives(&["Id:int", "ID:int", "id:int"], &["1|2|3"]),
        case("white space around", " a , b\t\n1,2\n").gives(AB, &["1|2"]),
        case("all empty", ",,\n1,2,3\n")
            .with(|o| o.header = HeaderOption::Present)
            .gives(
                &["column_1:int", "column_2:int", "column_3:int"],
                &["1|2|3"],
            )
            .warns(&["EMPTY_COLUMN_NAME"]),
        case("numbers as names, told", "2019,2020\n5,7\n")
            .with(|o| o.header = HeaderOption::Present)
            .gives(&["2019:int", "2020:int"], &["5|7"]),
        case("only a header, told", "1,2\n")
            .with(|o| o.header = HeaderOption::Present)
            .gives(&["1:text", "2:text"], &[]),
        case("only a header and blank lines", "id,name\n\n\n")
            .gives(&["id:text", "name:text"], &[])
            .warns(&["HEADER_ASSUMED", "BLANK_LINES"]),
        case(
            "names in quotes with delimiters",
            "\"a,x\",\"b \"\"y\"\"\"\n1,2\n",
        )
        .gives(&["a,x:int", "b \"y\":int"], &["1|2"]),
    ]);
}

#[test]
fn widths() {
    check(vec![
        case(
            "empty fields behind the width are nothing",
            "a,b\n1,2\n3,4,\n5,6,,\n",
        )
        .gives(AB, &["1|2", "3|4", "5|6"]),
        case(
            "quoted nothing behind the width is something",
            "a,b\n1,2\n3,4,\"\"\n",
        )
        .gives(AB, &["1|2"])
        .rejects(&[(2, "TOO_MANY_FIELDS")]),
        case("padded", "a,b,c\n1,2,3\n4\n5,6\n")
            .with(|o| o.ragged_rows = RaggedRows::Pad)
            .gives(&["a:int", "b:int", "c:int"], &["1|2|3", "4|∅|∅", "5|6|∅"])
            .warns(&["PADDED_ROWS"]),
        case("nothing is dropped by padding", "a,b\n1,2\n3,4,5\n")
            .with(|o| o.ragged_rows = RaggedRows::Pad)
            .gives(AB, &["1|2"])
            .rejects(&[(2, "TOO_MANY_FIELDS")]),
        case(
            "an unquoted delimiter",
            "id,name\n1,Smith, John\n2,x\n3,y\n4,z\n",
        )
        .gives(ID_NAME, &["2|x", "3|y", "4|z"])
        .rejects(&[(1, "TOO_MANY_FIELDS")]),
        case("trailing delimiters without a header", "1;2;\n3;4;\n")
            .gives(&["column_1:int", "column_2:int"], &["1|2", "3|4"]),
        case("many columns of nothing", "a,b,,,\n1,2,,,\n3,4,,,\n")
            .gives(
                &["a:int", "b:int", "column_3:text", "column_4:text"],
                &["1|2|∅|∅", "3|4|∅|∅"],
            )
            .warns(&["EMPTY_COLUMN_NAME"]),
    ]);
}

#[test]
fn not_what_it_seems() {
    let tar = {
        let mut bytes = b"data.csv".to_vec();
        bytes.resize(257, 0);
        bytes.extend_from_slice(b"ustar\0");
        bytes.resize(512, 0);
        bytes.extend_from_slice("a,b\n1,2\n".repeat(5_000).as_bytes());
        bytes
    };
    check(vec![
        case("JSON called CSV", "[{\"a\":1,\"b\":2}]")
            .with(|o| o.file_name = Some("x.csv".into()))
            .gives(AB, &["1|2"])
            .warns(&["MISNAMED_FILE"]),
        case("CSV called JSON", "a,b\n1,2\n")
            .with(|o| o.file_name = Some("x.json".into()))
            .gives(AB, &["1|2"])
            .warns(&["MISNAMED_FILE"]),
        case(
            "lines called JSON are right enough",
            "{\"a\":1}\n{\"a\":2}\n",
        )
        .with(|o| o.file_name = Some("x.json".into()))
        .gives(&["a:int"], &["1", "2"]),
        case("CSV called a workbook", "a,b\n1,2\n")
            .with(|o| o.file_name = Some("x.xlsx".into()))
            .gives(AB, &["1|2"])
            .warns(&["MISNAMED_FILE"]),
        case("tabs called CSV", "a\tb\n1\t2\n")
            .with(|o| o.file_name = Some("x.csv".into()))
            .gives(AB, &["1|2"]),
        case(
            "a page called a workbook",
            "\n<!DOCTYPE HTML><html><table><tr><td>1</td></tr></table>",
        )
        .with(|o| o.file_name = Some("x.xls".into()))
        .fails("UNKNOWN_FORMAT"),
        case(
            "an answer of a server",
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
        )
        .fails("UNKNOWN_FORMAT"),
        case("a page declared as CSV", "<html><body>503</body></html>")
            .with(|o| o.format = Some(Format::Csv))
            .fails("NOT_TEXT"),
        case("letters of a word processor", "{\\rtf1 id,name}").fails("UNKNOWN_FORMAT"),
        case("an archive of tapes", tar.clone()).fails("UNKNOWN_FORMAT"),
        case("an archive of tapes in gzip", crate::archives::gzip(&tar)).fails("UNKNOWN_FORMAT"),
        case("a picture", b"\x89PNG\r\n\x1A\n".to_vec()).fails("UNKNOWN_FORMAT"),
        case("declared as lines and is CSV", "a,b\n1,2\n")
            .with(|o| o.format = Some(Format::Ndjson))
            .fails("NOT_NDJSON"),
    ]);
}

#[test]
fn bytes_that_are_seldom() {
    check(vec![
        case("NUL bytes", "id,name\n1,a\0b\n2,\0\n").gives(ID_NAME, &["1|a\0b", "2|\0"]),
        case("bells and forms", "id,name\n1,a\x07\x0C\n2,x\n")
            .gives(ID_NAME, &["1|a\x07\x0C", "2|x"]),
        case("letters outside the plane", "id,name\n1,😀🏳️‍🌈\n2,𝔘\n")
            .gives(ID_NAME, &["1|😀🏳️‍🌈", "2|𝔘"]),
        case(
            "white space of other kinds",
            "id,name\n1,a\u{a0}b\u{2003}\n2,\u{200b}\n",
        )
        .gives(ID_NAME, &["1|a\u{a0}b\u{2003}", "2|\u{200b}"]),
        case("records between units", "id\x1fname\n1\x1fx\n2\x1fy,z\n")
            .gives(ID_NAME, &["1|x", "2|y,z"]),
        case(
            "quotes between letters",
            "id,name\n1,rock 'n' roll\n2,5\" and 6\"\n",
        )
        .gives(ID_NAME, &["1|rock 'n' roll", "2|5\" and 6\""]),
    ]);
}
