//! Workbooks, written by another crate.

use millrace_formats::{HeaderOption, SheetOption};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};

use crate::support::{case, check};

pub fn workbook(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().expect("a good file")
}

fn header(sheet: &mut Worksheet, row: u32, names: &[&str]) {
    for (column, name) in names.iter().enumerate() {
        sheet.write(row, column as u16, *name).expect("a good file");
    }
}

fn orders(sheet: &mut Worksheet) {
    let date = Format::new().set_num_format("yyyy-mm-dd");
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    header(sheet, 0, &["id", "name", "amount", "day", "at", "paid"]);
    for (row, id) in (1..=2u32).enumerate() {
        let row = row as u32 + 1;
        sheet.write(row, 0, id).expect("a good file");
        sheet
            .write(row, 1, if id == 1 { "007" } else { "Zoë" })
            .expect("a good file");
        sheet
            .write(row, 2, 1.5 * f64::from(id))
            .expect("a good file");
        sheet
            .write_with_format(
                row,
                3,
                ExcelDateTime::from_ymd(2024, 2, 28 + id as u8 - 1).expect("a good file"),
                &date,
            )
            .expect("a good file");
        let at = ExcelDateTime::from_ymd(2024, 1, 1)
            .expect("a good file")
            .and_hms(10, 30, 0)
            .expect("a good file");
        sheet
            .write_with_format(row, 4, at, &time)
            .expect("a good file");
        sheet.write(row, 5, id == 1).expect("a good file");
    }
}

fn merged(sheet: &mut Worksheet) {
    sheet
        .merge_range(0, 0, 0, 1, "Report", &Format::new())
        .expect("a good file");
    header(sheet, 1, &["region", "n"]);
    sheet
        .merge_range(2, 0, 3, 0, "north", &Format::new())
        .expect("a good file");
    sheet.write(2, 1, 1).expect("a good file");
    sheet.write(3, 1, 2).expect("a good file");
    sheet.write(4, 0, "south").expect("a good file");
    sheet.write(4, 1, 3).expect("a good file");
}

fn two_sheets() -> Vec<u8> {
    let mut workbook = Workbook::new();
    header(workbook.add_worksheet(), 0, &["first"]);
    let second = workbook
        .add_worksheet()
        .set_name("data")
        .expect("a good file");
    header(second, 0, &["a", "b"]);
    second.write(1, 0, 1).expect("a good file");
    second.write(1, 1, "x").expect("a good file");
    workbook.save_to_buffer().expect("a good file")
}

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() / 2);
    bytes
}

#[test]
fn sheets() {
    const AB: &[&str] = &["a:int", "b:text"];
    let formulas = workbook(|sheet| {
        header(sheet, 0, &["n", "double"]);
        sheet.write(1, 0, 21).expect("a good file");
        sheet
            .write_formula(1, 1, Formula::new("=A2*2").set_result("42"))
            .expect("a good file");
        sheet.write(2, 0, 0).expect("a good file");
        sheet
            .write_formula(2, 1, Formula::new("=1/A3").set_result("#DIV/0!"))
            .expect("a good file");
    });
    let shifted = workbook(|sheet| {
        sheet.write(3, 2, "a").expect("a good file");
        sheet.write(3, 3, "b").expect("a good file");
        sheet.write(4, 2, 5).expect("a good file");
        sheet.write(6, 3, "y").expect("a good file");
    });
    let table = |sheet: &mut Worksheet| {
        header(sheet, 0, &["a", "b", "c"]);
        for row in 1..5 {
            for column in 0..3u16 {
                sheet
                    .write(row, column, row * 10 + u32::from(column))
                    .expect("a good file");
            }
        }
    };
    check(vec![
        case("types of cells", workbook(orders)).gives(
            &[
                "id:int",
                "name:text",
                "amount:dec(2,1)",
                "day:date",
                "at:time",
                "paid:bool",
            ],
            &[
                "1|007|1.5|2024-02-28|2024-01-01T10:30:00|true",
                "2|Zoë|3.0|2024-02-29|2024-01-01T10:30:00|false",
            ],
        ),
        case("merged cells", workbook(merged))
            .gives(
                &["region:text", "n:int"],
                &["north|1", "north|2", "south|3"],
            )
            .warns(&["PREAMBLE_SKIPPED", "MERGED_CELLS"]),
        case("formulas", formulas)
            .gives(&["n:int", "double:int"], &["21|42", "0|∅"])
            .warns(&["CELL_ERRORS"]),
        case("a table in the midst", shifted).gives(AB, &["5|∅", "∅|y"]),
        case("a sheet by place", two_sheets())
            .with(|o| o.sheet = SheetOption::Index(1))
            .gives(AB, &["1|x"]),
        case("a sheet by name", two_sheets())
            .with(|o| o.sheet = SheetOption::Name("data".into()))
            .gives(AB, &["1|x"]),
        case("no such sheet", two_sheets())
            .with(|o| o.sheet = SheetOption::Index(2))
            .fails("SHEET_NOT_FOUND"),
        case("a range", workbook(table))
            .with(|o| o.range = Some("B1:C3".into()))
            .gives(&["b:int", "c:int"], &["11|12", "21|22"]),
        case("a bad range", workbook(table))
            .with(|o| o.range = Some("B1".into()))
            .fails("INVALID_OPTION"),
        case("no header", workbook(table))
            .with(|o| {
                o.header = HeaderOption::Absent;
                o.range = Some("A2:B3".into());
            })
            .gives(&["column_1:int", "column_2:int"], &["10|11", "20|21"]),
        case("too many cells", workbook(table))
            .with(|o| o.limits.cells = 5)
            .fails("TOO_MANY_CELLS"),
        case("an empty sheet", workbook(|_| {})).fails("EMPTY_FILE"),
        case("cut", cut(workbook(table))).fails("TRUNCATED_ARCHIVE"),
        case(
            "called CSV",
            workbook(|sheet| {
                header(sheet, 0, &["a"]);
                sheet.write(1, 0, 1).expect("a good file");
            }),
        )
        .with(|o| o.file_name = Some("x.csv".into()))
        .gives(&["a:int"], &["1"])
        .warns(&["MISNAMED_FILE"]),
    ]);
}
