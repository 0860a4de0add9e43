//! Types over the whole file, and cells that do not read as theirs.

use arrow::datatypes::{DataType, TimeUnit};
use millrace_formats::{BadValues, ColumnSpec, Types, convert_batch};

use crate::support::{case, check, open, rows};

#[test]
fn inference() {
    let late = (1..=30_000)
        .map(|n| format!("{n},{n}\n"))
        .collect::<String>();
    let outcome = crate::support::read(format!("id,v\n{late}30001,N/A\n"), &Default::default())
        .expect("a good file");
    assert_eq!(outcome.columns, ["id:int", "v:text"]);
    assert_eq!(
        (outcome.rows.len(), outcome.rows[30_000].as_str()),
        (30_001, "30001|N/A")
    );
    check(vec![
        case("decimals keep their places", "a,b\n1.50,2\n22.125,3\n")
            .gives(&["a:dec(5,3)", "b:int"], &["1.500|2", "22.125|3"]),
        case("codes stay text", "zip,phone\n01234,+49151\n98765,+49152\n")
            .gives(
                &["zip:text", "phone:text"],
                &["01234|+49151", "98765|+49152"],
            )
            .warns(&["HEADER_ASSUMED"]),
        case("long ids stay exact", "id,n\n12345678901234567890,1\n1,2\n").gives(
            &["id:dec(20,0)", "n:int"],
            &["12345678901234567890|1", "1|2"],
        ),
        case("decimal commas", "id;v\n1;3,50\n2;1.234,25\n")
            .gives(&["id:int", "v:dec(6,2)"], &["1|3.50", "2|1234.25"]),
        case("thousands", "id,v\n1,\"1,234,567\"\n2,\"890\"\n")
            .gives(&["id:int", "v:int"], &["1|1234567", "2|890"]),
        case(
            "Indian thousands",
            "id,v\n1,\"12,34,567.50\"\n2,\"890.00\"\n",
        )
        .gives(&["id:int", "v:dec(9,2)"], &["1|1234567.50", "2|890.00"]),
        case("one separator is no proof", "id;v\n1;1,234\n2;5,678\n")
            .gives(&["id:int", "v:text"], &["1|1,234", "2|5,678"])
            .warns(&["AMBIGUOUS_NUMBERS"]),
        case("booleans", "id,ok\n1,true\n2,FALSE\n3,\n")
            .gives(&["id:int", "ok:bool"], &["1|true", "2|false", "3|∅"]),
        case("doubles", "id,v\n1,1.5e10\n2,-2\n")
            .gives(&["id:int", "v:double"], &["1|15000000000.0", "2|-2.0"]),
        case("dates", "id,d\n1,31.12.2024\n2,01.02.2024\n")
            .gives(&["id:int", "d:date"], &["1|2024-12-31", "2|2024-02-01"]),
        case("ambiguous dates", "id,d\n1,03/04/2024\n2,05/06/2024\n")
            .gives(&["id:int", "d:text"], &["1|03/04/2024", "2|05/06/2024"])
            .warns(&["AMBIGUOUS_DATES"]),
        case("ambiguous dates settled", "id,d\n1,03/04/2024\n")
            .with(|o| o.day_first = Some(true))
            .gives(&["id:int", "d:date"], &["1|2024-04-03"]),
        case(
            "a late day settles them",
            "id,d\n1,03/04/2024\n2,13/04/2024\n",
        )
        .gives(&["id:int", "d:date"], &["1|2024-04-03", "2|2024-04-13"]),
        case("timestamps", "id,t\n1,2024-01-31 10:00:00\n2,2024-02-01\n").gives(
            &["id:int", "t:time"],
            &["1|2024-01-31T10:00:00", "2|2024-02-01T00:00:00"],
        ),
        case(
            "timestamps with zones",
            "id,t\n1,2024-01-31T10:00:00+05:30\n2,2024-01-31T10:00:00Z\n",
        )
        .gives(
            &["id:int", "t:time+zone"],
            &["1|2024-01-31T04:30:00Z", "2|2024-01-31T10:00:00Z"],
        ),
        case("nulls only", "id,v\n1,\n2,\n").gives(&["id:int", "v:text"], &["1|∅", "2|∅"]),
        case("padded numbers", "a,b\n 1, 2\n3, 4\n").gives(&["a:int", "b:int"], &["1|2", "3|4"]),
    ]);
}

fn declared(name: &str, data_type: DataType) -> Types {
    Types::Columns(vec![ColumnSpec::new(name, data_type)])
}

#[test]
fn cells_that_do_not_read() {
    const FILE: &str = "id,v\n1,5\n2,x\n3,7\n";
    check(vec![
        case("rejected", FILE)
            .with(|o| o.types = declared("v", DataType::Int64))
            .gives(&["id:int", "v:int"], &["1|5", "3|7"])
            .rejects(&[(2, "BAD_VALUE")]),
        case("null", FILE)
            .with(|o| {
                o.types = declared("v", DataType::Int64);
                o.bad_values = BadValues::Null;
            })
            .gives(&["id:int", "v:int"], &["1|5", "2|∅", "3|7"])
            .warns(&["BAD_VALUES"]),
        case("refused", FILE)
            .with(|o| {
                o.types = declared("v", DataType::Int64);
                o.bad_values = BadValues::Fail;
            })
            .fails("BAD_VALUE"),
        case("no such column", FILE)
            .with(|o| o.types = declared("w", DataType::Int64))
            .fails("COLUMN_NOT_FOUND"),
        case("no such type", FILE)
            .with(|o| o.types = declared("v", DataType::Binary))
            .fails("UNSUPPORTED_TYPE"),
        case("digits would be lost", "id,v\n1,5.25\n2,5.2\n")
            .with(|o| o.types = declared("v", DataType::Decimal128(4, 1)))
            .gives(&["id:int", "v:dec(4,1)"], &["2|5.2"])
            .rejects(&[(1, "BAD_VALUE")]),
        case("codes as numbers", "zip,n\n007,1\n8,2\n")
            .with(|o| o.types = declared("zip", DataType::Int64))
            .gives(&["zip:int", "n:int"], &["7|1", "8|2"]),
        case("own formats", "id,d\n1,31 Jan 24\n2,2024-02-30\n")
            .with(|o| {
                let mut spec = ColumnSpec::new("d", DataType::Date32);
                spec.formats = vec!["%Y-%m-%d".into(), "%d %b %y".into()];
                o.types = Types::Columns(vec![spec]);
            })
            .gives(&["id:int", "d:date"], &["1|2024-01-31"])
            .rejects(&[(2, "BAD_VALUE")]),
        case("own separators", "id,v\n1,1.234\n2,\"5,5\"\n")
            .with(|o| {
                let mut spec = ColumnSpec::new("v", DataType::Decimal128(10, 2));
                spec.decimal_separator = Some(',');
                spec.thousands_separator = Some('.');
                o.types = Types::Columns(vec![spec]);
            })
            .gives(&["id:int", "v:dec(10,2)"], &["1|1234.00", "2|5.50"]),
        case("yes and no", "id,v\n1,yes\n2,N\n")
            .with(|o| o.types = declared("v", DataType::Boolean))
            .gives(&["id:int", "v:bool"], &["1|true", "2|false"]),
    ]);
}

/// A reject names the row, its place, its column and what stands there.
#[test]
fn rejects_say_what_is_wrong() {
    let options = millrace_formats::ReadOptions {
        types: declared("v", DataType::Int64),
        ..Default::default()
    };
    let mut reader = open("id,v\r\n1,5\r\n2,\"x\ny\"\r\n", &options).expect("a good file");
    while reader.next_batch().expect("a good file").is_some() {}
    let reject = &reader.rejects()[0];
    assert_eq!(
        (reject.row, reject.byte_offset, reject.column.as_deref()),
        (2, 11, Some("v"))
    );
    assert_eq!(reject.raw, "2,\"x\ny\"");
    assert_eq!(
        reject.message,
        "\"x\\ny\" in column v does not read as integer"
    );
    let progress = reader.progress();
    assert_eq!(
        (
            progress.rows_read,
            progress.rows_rejected,
            progress.bytes_consumed
        ),
        (2, 1, progress.bytes_total)
    );
}

/// What rows come does not depend on which columns are asked for.
#[test]
fn projection_keeps_the_rows() {
    let options = millrace_formats::ReadOptions {
        types: declared("v", DataType::Int64),
        ..Default::default()
    };
    let reader = open("id,v,w\n1,5,a\n2,x,b\n3,7,c\n", &options).expect("a good file");
    let request = millrace_formats::ReadRequest {
        projection: Some(vec![2, 0]),
        row_numbers: Some("row".to_owned()),
        chunk: None,
    };
    let mut reader = reader.input().reader(&request).expect("a good file");
    let batch = reader.next_batch().expect("a good file").expect("good");
    assert_eq!(rows(&batch), ["a|1|1", "c|3|3"]);
    assert_eq!(reader.rejects().len(), 1);
}

#[test]
fn batches_of_text_become_typed() {
    let options = millrace_formats::ReadOptions {
        types: Types::Text,
        ..Default::default()
    };
    let mut reader = open("t,v\n2024-01-31 10:00,1\nx,2\n", &options).expect("a good file");
    let batch = reader.next_batch().expect("a good file").expect("good");
    let specs = [
        ColumnSpec::new("t", DataType::Timestamp(TimeUnit::Microsecond, None)),
        ColumnSpec::new("v", DataType::Float64),
    ];
    let converted = convert_batch(&batch, &specs).expect("a good file");
    assert_eq!(rows(&converted.batch), ["2024-01-31T10:00:00|1.0", "∅|2.0"]);
    assert_eq!(converted.unreadable, [(1, 0)]);
}
