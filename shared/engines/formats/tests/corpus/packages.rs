//! Workbooks written by hand, as no program writes them, and as some do.

use crate::archives::zip;
use crate::support::{case, check};

const AB: &[&str] = &["a:int", "b:text"];

/// A workbook of one sheet.
#[derive(Default)]
struct Package<'a> {
    sheet: &'a str,
    texts: &'a str,
    styles: &'a str,
    properties: &'a str,
}

impl Package<'_> {
    fn bytes(&self) -> Vec<u8> {
        const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
        const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let relations = |list: &[(&str, &str)]| {
            let list: String = list
                .iter()
                .enumerate()
                .map(|(place, (kind, target))| {
                    format!(
                        "<Relationship Id=\"rId{}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>",
                        place + 1
                    )
                })
                .collect();
            format!(
                "{HEAD}<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{list}</Relationships>"
            )
        };
        let types = format!(
            "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
        );
        let root = relations(&[("officeDocument", "xl/workbook.xml")]);
        let workbook = format!(
            "{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\">{}<sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
            self.properties
        );
        let parts = relations(&[
            ("worksheet", "worksheets/sheet1.xml"),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        ]);
        let sheet = format!(
            "{HEAD}<worksheet xmlns=\"{MAIN}\">{}</worksheet>",
            self.sheet
        );
        let mut files = vec![
            ("[Content_Types].xml", types),
            ("_rels/.rels", root),
            ("xl/workbook.xml", workbook),
            ("xl/_rels/workbook.xml.rels", parts),
            ("xl/worksheets/sheet1.xml", sheet),
        ];
        if !self.texts.is_empty() {
            files.push(("xl/sharedStrings.xml", format!("{HEAD}{}", self.texts)));
        }
        if !self.styles.is_empty() {
            files.push((
                "xl/styles.xml",
                format!(
                    "{HEAD}<styleSheet xmlns=\"{MAIN}\">{}</styleSheet>",
                    self.styles
                ),
            ));
        }
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(name, text)| (*name, text.as_bytes()))
            .collect();
        zip(&files)
    }
}

fn sheet(xml: &str) -> Vec<u8> {
    Package {
        sheet: xml,
        ..Package::default()
    }
    .bytes()
}

fn text(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn header() -> String {
    format!("<row r=\"1\">{}{}</row>", text("A1", "a"), text("B1", "b"))
}

#[test]
fn cells_of_all_kinds() {
    let texts = "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"2\" uniqueCount=\"2\"><si><t>plain</t></si><si><r><t xml:space=\"preserve\">rich </t></r><r><t>text</t></r></si></sst>";
    let shared = format!(
        "<sheetData>{}<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\" t=\"s\"><v>0</v></c></row><row r=\"3\"><c r=\"A3\"><v>2</v></c><c r=\"B3\" t=\"s\"><v>1</v></c></row></sheetData>",
        header()
    );
    let formulas = format!(
        "<sheetData>{}<row r=\"2\"><c r=\"A2\"><f>1+1</f><v>2</v></c><c r=\"B2\" t=\"str\"><f>\"x\"&amp;\"y\"</f><v>xy</v></c></row><row r=\"3\"><c r=\"A3\"><f>A2*2</f><v>4</v></c><c r=\"B3\" t=\"str\"><f>\"\"</f><v></v></c></row><row r=\"4\"><c r=\"A4\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c><c r=\"B4\" t=\"str\"><v>z</v></c></row></sheetData>",
        header()
    );
    let numbers = format!(
        "<sheetData>{}<row r=\"2\"><c r=\"A2\"><v>1234567890123456</v></c><c r=\"B2\"><v>0.1</v></c></row><row r=\"3\"><c r=\"A3\"><v>7</v></c><c r=\"B3\"><v>0.30000000000000004</v></c></row></sheetData>",
        header()
    );
    check(vec![
        case(
            "shared texts",
            Package {
                sheet: &shared,
                texts,
                ..Package::default()
            }
            .bytes(),
        )
        .gives(AB, &["1|plain", "2|rich text"]),
        case("formulas", sheet(&formulas))
            .gives(AB, &["2|xy", "4|∅", "∅|z"])
            .warns(&["CELL_ERRORS"]),
        case("numbers", sheet(&numbers)).gives(
            &["a:int", "b:double"],
            &["1234567890123456|0.1", "7|0.30000000000000004"],
        ),
        case(
            "digits in texts stay texts",
            sheet(&format!(
                "<sheetData>{}<row r=\"2\"><c r=\"A2\"><v>1</v></c>{}</row></sheetData>",
                header(),
                text("B2", "00123")
            )),
        )
        .gives(AB, &["1|00123"]),
        case(
            "letters of XML",
            sheet(&format!(
                "<sheetData>{}<row r=\"2\"><c r=\"A2\"><v>1</v></c>{}</row></sheetData>",
                header(),
                text("B2", "a &lt; b &amp;&#10;\"c\"")
            )),
        )
        .gives(AB, &["1|a < b &\n\"c\""]),
    ]);
}

#[test]
fn days_and_times() {
    // Styles: none, a date, a time of day, a span of time, a date and time of an own format.
    let styles = "<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"dd.mm.yyyy hh:mm:ss\"/></numFmts><cellXfs count=\"5\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"20\"/><xf numFmtId=\"46\"/><xf numFmtId=\"164\"/></cellXfs>";
    let row = |number: u32, day: &str, moment: &str| {
        format!(
            "<row r=\"{number}\"><c r=\"A{number}\" s=\"1\"><v>{day}</v></c><c r=\"B{number}\" s=\"4\"><v>{moment}</v></c><c r=\"C{number}\" s=\"2\"><v>0.5</v></c><c r=\"D{number}\" s=\"3\"><v>1.25</v></c></row>"
        )
    };
    let head = format!(
        "<row r=\"1\">{}{}{}{}</row>",
        text("A1", "day"),
        text("B1", "moment"),
        text("C1", "time"),
        text("D1", "span")
    );
    let data = format!(
        "<sheetData>{head}{}{}</sheetData>",
        row(2, "45351", "45351.25"),
        row(3, "45352", "45352")
    );
    let old = format!(
        "<sheetData>{head}{}</sheetData>",
        row(2, "43889", "43889.25")
    );
    const COLUMNS: &[&str] = &["day:date", "moment:time", "time:text", "span:text"];
    check(vec![
        case(
            "since 1900",
            Package {
                sheet: &data,
                styles,
                ..Package::default()
            }
            .bytes(),
        )
        .gives(
            COLUMNS,
            &[
                "2024-02-29|2024-02-29T06:00:00|12:00:00|30:00:00",
                "2024-03-01|2024-03-01T00:00:00|12:00:00|30:00:00",
            ],
        ),
        case(
            "since 1904",
            Package {
                sheet: &old,
                styles,
                properties: "<workbookPr date1904=\"1\"/>",
                ..Package::default()
            }
            .bytes(),
        )
        .gives(
            COLUMNS,
            &["2024-02-29|2024-02-29T06:00:00|12:00:00|30:00:00"],
        ),
    ]);
}

#[test]
fn what_is_declared_is_not_believed() {
    let huge = format!(
        "<dimension ref=\"A1:XFD1048576\"/><sheetData>{}<row r=\"2\"><c r=\"A2\"><v>1</v></c>{}</row><row r=\"1048576\"><c r=\"A1048576\"><v>2</v></c></row></sheetData>",
        header(),
        text("B2", "x")
    );
    let small = huge.replace("A1:XFD1048576", "A1:A1");
    let merged = format!(
        "<sheetData>{}<row r=\"2\"><c r=\"A2\"><v>1</v></c>{}</row></sheetData><mergeCells count=\"1\"><mergeCell ref=\"A2:A1048576\"/></mergeCells>",
        header(),
        text("B2", "x")
    );
    let no_places = "<sheetData><row><c t=\"inlineStr\"><is><t>a</t></is></c><c t=\"inlineStr\"><is><t>b</t></is></c></row><row><c><v>5</v></c></row></sheetData>";
    let out_of_order = format!(
        "<sheetData>{}<row r=\"5\"><c r=\"A5\"><v>1</v></c></row><row r=\"3\"><c r=\"A3\"><v>2</v></c></row></sheetData>",
        header()
    );
    let lying = Package {
        sheet: &format!("<sheetData>{}</sheetData>", header()),
        texts: "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" uniqueCount=\"99999999999999\"><si><t>x</t></si></sst>",
        ..Package::default()
    };
    check(vec![
        case("a huge sheet of three cells", sheet(&huge)).gives(AB, &["1|x", "2|∅"]),
        case("a sheet larger than it says", sheet(&small)).gives(AB, &["1|x", "2|∅"]),
        case("a merge down to the ground", sheet(&merged)).gives(AB, &["1|x"]),
        case("cells without places", sheet(no_places)).gives(&["a:int", "b:text"], &["5|∅"]),
        case("rows out of order", sheet(&out_of_order)).fails("DAMAGED_SPREADSHEET"),
        case("more texts than bytes", lying.bytes()).fails("DAMAGED_SPREADSHEET"),
        case("no end", sheet("<sheetData><row r=\"1\"><c r=\"A1\"><v>1"))
            .fails("DAMAGED_SPREADSHEET"),
        case("no sheet", {
            let mut bytes = sheet("<sheetData/>");
            let name = b"xl/worksheets/sheet1.xml";
            for place in 0..bytes.len() - name.len() {
                if bytes[place..].starts_with(name) {
                    bytes[place + 14] = b'X';
                }
            }
            bytes
        })
        .fails("DAMAGED_SPREADSHEET"),
    ]);
}

/// What an archive says of its files, and what they are.
#[test]
fn sizes_must_be_true() {
    let long = text("B2", &"x".repeat(100_000));
    let bytes = sheet(&format!(
        "<sheetData>{}<row r=\"2\">{long}</row></sheetData>",
        header()
    ));
    let mut lying = bytes.clone();
    // In the list of the archive the size stands 24 bytes behind the mark of an entry.
    for place in 0..lying.len() - 4 {
        let is_sheet = lying[place..].starts_with(b"PK\x01\x02")
            && lying[place + 46..].starts_with(b"xl/worksheets/");
        if is_sheet {
            lying[place + 24..place + 28].copy_from_slice(&1_000u32.to_le_bytes());
        }
    }
    assert_ne!(lying, bytes);
    check(vec![
        case("a sheet that is longer than its archive says", lying).fails("CORRUPT_ARCHIVE"),
        case(
            "a cell larger than a row may be, in a sheet too large to hold",
            bytes.clone(),
        )
        .with(|o| {
            o.limits.buffered_bytes = 50_000;
            o.limits.record_bytes = 10_000;
        })
        .fails("DAMAGED_SPREADSHEET"),
        case("a sheet too large to hold", bytes)
            .with(|o| {
                o.limits.buffered_bytes = 50_000;
                o.types = millrace_formats::Types::Text;
                o.range = Some("A1:A9".into());
            })
            .gives(&["a:text"], &[])
            .warns(&[]),
    ]);
}
