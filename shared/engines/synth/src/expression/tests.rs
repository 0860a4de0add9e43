use std::sync::Arc;

use super::{Operand, Type, check, divide_rounded, parse};
use crate::cells::{Cells, Strings, Text, Values};
use proptest::prelude::*;

/// Columns: `quantity` (integer, 1..=9), `price` (decimal), `discount` (decimal, may be null),
/// `status` (text), `open` (date), `close` (timestamp, may be null).
type ColumnOf = (&'static str, Type, Option<(i128, i128)>, Cells);

fn columns() -> Vec<ColumnOf> {
    let text = |values: &[&str]| {
        let mut strings = Strings::default();
        for value in values {
            strings.push(value);
        }
        Cells::text(Text::Plain(strings))
    };
    let nulls = Some(vec![false, true, false]);
    vec![
        (
            "quantity",
            Type::Number(0),
            Some((1, 9)),
            Cells::whole(vec![3, 1, 7]),
        ),
        (
            "price",
            Type::Number(2),
            Some((0, 100_000)),
            Cells::whole(vec![1999, 5, 0]),
        ),
        (
            "discount",
            Type::Number(2),
            Some((0, 50)),
            Cells::whole(vec![10, 0, 25]).with_nulls(nulls.clone()),
        ),
        ("status", Type::Text, None, text(&["paid", "open", "paid"])),
        ("open", Type::Date, None, Cells::whole(vec![100, 100, 100])),
        (
            "close",
            Type::Timestamp,
            None,
            Cells::whole(vec![101 * 86_400 + 7200, 0, 99 * 86_400]).with_nulls(nulls),
        ),
    ]
}

fn evaluate(text: &str, target: Type) -> Result<Vec<Option<String>>, String> {
    let columns = columns();
    let node = check(&parse(text)?, target, &mut |path| {
        let number = columns
            .iter()
            .position(|column| column.0 == path)
            .ok_or(format!("unknown {path}"))?;
        let (_, value_type, interval, ref cells) = columns[number];
        Ok(Operand {
            number,
            value_type,
            may_be_null: cells.nulls.is_some(),
            interval,
        })
    })?;
    let cells = node.cells(3, &mut |number| Arc::new(columns[number].3.clone()));
    assert!(
        node.may_be_null || cells.nulls.is_none_or(|nulls| !nulls.contains(&true)),
        "{text}: an unplanned null"
    );
    let cells = node.cells(3, &mut |number| Arc::new(columns[number].3.clone()));
    if let (Some((low, high)), Values::Whole(values)) = (node.interval, &cells.values) {
        for (row, &value) in values.iter().enumerate() {
            assert!(
                cells.is_null(row) || (low..=high).contains(&value.into()),
                "{text}: {value} outside {low}..={high}"
            );
        }
    }
    Ok((0..3)
        .map(|row| {
            (!cells.is_null(row)).then(|| match &cells.values {
                Values::Whole(values) => values[row].to_string(),
                Values::Text(text) => text.lend(row).to_owned(),
            })
        })
        .collect())
}

fn rows(text: &str, target: Type) -> String {
    let cells = evaluate(text, target).unwrap();
    cells
        .into_iter()
        .map(|cell| cell.unwrap_or("null".into()))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn arithmetic_is_exact() {
    let cents = Type::Number(2);
    assert_eq!(rows("quantity * price", cents), "5997 5 0");
    assert_eq!(
        rows("round(quantity * price * (1 - discount), 2)", cents),
        "5397 null 0"
    );
    assert_eq!(
        rows("price * 0.5", cents),
        "1000 3 0",
        "halves go away from zero"
    );
    assert_eq!(rows("-price * 0.5", cents), "-1000 -3 0");
    assert_eq!(rows("1 + 2 * 3 - 4 / 2", Type::Number(0)), "5 5 5");
    assert_eq!(rows("price / quantity", cents), "666 5 0");
    assert_eq!(rows("quantity / price", cents), "15 2000 null");
    assert_eq!(rows("0.1 + 0.2", cents), "30 30 30");
    assert_eq!(rows("10 - 2 - 3", Type::Number(0)), "5 5 5");
}

#[test]
fn logic_knows_null() {
    assert_eq!(rows("discount > 0.05", Type::Boolean), "1 null 1");
    assert_eq!(
        rows("discount > 0.05 and quantity > 100", Type::Boolean),
        "0 0 0"
    );
    assert_eq!(
        rows("discount > 0.05 or quantity < 100", Type::Boolean),
        "1 1 1"
    );
    assert_eq!(
        rows("not status = 'paid' or is_null(discount)", Type::Boolean),
        "0 1 0"
    );
    assert_eq!(
        rows("if(discount > 0.05, 'yes', status)", Type::Text),
        "yes open yes"
    );
    assert_eq!(rows("coalesce(discount, 1)", Type::Number(2)), "10 100 25");
    assert_eq!(rows("min(quantity, 4)", Type::Number(0)), "3 1 4");
    assert_eq!(rows("max(price, 1.5)", Type::Number(2)), "1999 150 150");
}

#[test]
fn moments_subtract() {
    assert_eq!(rows("days(open, close)", Type::Number(0)), "1 null -1");
    assert_eq!(rows("hours(open, close)", Type::Number(0)), "26 null -24");
    assert_eq!(
        rows("minutes(open, close)", Type::Number(0)),
        "1560 null -1440"
    );
    assert_eq!(
        rows("coalesce(date(close), open)", Type::Date),
        "101 100 99"
    );
}

#[test]
fn mistakes_are_named() {
    for (text, target, part) in [
        (
            "quantity +",
            Type::Number(0),
            "a value was expected at character 11",
        ),
        (
            "quantity price",
            Type::Number(0),
            "an operator was expected at character 10",
        ),
        ("status + 1", Type::Number(0), "needs numbers, not text"),
        (
            "status",
            Type::Number(0),
            "the result is text, not a number",
        ),
        ("cost * 2", Type::Number(0), "unknown cost"),
        (
            "sqrt(quantity)",
            Type::Number(0),
            "there is no function sqrt",
        ),
        ("if(quantity, 1, 2)", Type::Number(0), "needs true or false"),
        ("if(true, 1, 'a')", Type::Number(0), "values of one type"),
        (
            "round(price, quantity)",
            Type::Number(2),
            "must be a literal",
        ),
        ("min(1)", Type::Number(0), "two values or more"),
        ("'open", Type::Text, "no end"),
        ("1.12345678", Type::Number(0), "no number"),
        ("days(quantity, open)", Type::Number(0), "needs moments"),
        ("quantity = 'a'", Type::Boolean, "one type"),
    ] {
        let fault = evaluate(text, target).unwrap_err();
        assert!(fault.contains(part), "{text}: {fault}");
    }
}

#[test]
fn depth_and_length_are_bounded() {
    assert!(parse(&format!("{}1{}", "(".repeat(500), ")".repeat(500))).is_err());
    assert!(parse(&"-".repeat(500)).is_err());
    assert!(parse(&format!("1{}", "+1".repeat(400))).is_err());
    assert!(parse(&"1".repeat(3_000)).is_err());
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "[-+*/()=<>' a-f0-9._é]{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn division_rounds_half_away(numerator in -10_000_i128..10_000, denominator in 1_i128..50) {
        let twice = 2 * numerator.abs() + denominator;
        let expected = numerator.signum() * (twice / (2 * denominator));
        prop_assert_eq!(divide_rounded(numerator, denominator), expected);
        prop_assert_eq!(divide_rounded(-numerator, -denominator), expected);
        // The wide path agrees with the narrow one.
        let wide = 1_i128 << 80;
        prop_assert_eq!(divide_rounded(numerator * wide, denominator * wide), expected);
    }
}
