use super::*;
use crate::types::FileFacts;
use proptest::prelude::*;

fn facts(cells: &[&str]) -> ColumnFacts {
    facts_from(1, cells)
}

fn facts_from(first_row: u64, cells: &[&str]) -> ColumnFacts {
    let mut facts = ColumnFacts::default();
    for (row, cell) in (first_row..).zip(cells) {
        facts.observe(row, (!cell.is_empty()).then_some(*cell));
    }
    facts
}

fn decided(cells: &[&str]) -> DataType {
    facts(cells).decide(None, false).data_type
}

#[test]
fn takes_the_narrowest_type_that_holds_all() {
    use DataType::{Boolean, Date32, Decimal128, Float64, Int64, Utf8View};
    let micros =
        |zone: Option<&str>| DataType::Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
    let cases: &[(&[&str], DataType)] = &[
        (&["", ""], Utf8View),
        (&["true", "", "False"], Boolean),
        (&["1", "0"], Int64),
        (&["1", "-20", ""], Int64),
        (&["1", "2.50"], Decimal128(3, 2)),
        (&["0.005", "12"], Decimal128(5, 3)),
        (&["12345678901234567890"], Decimal128(20, 0)),
        (&["1", "1.5e10"], Float64),
        (&["007", "8"], Utf8View),
        (&["+4915112345"], Utf8View),
        (&["12E3"], Utf8View),
        (&["1", "x"], Utf8View),
        (&["true", "1"], Utf8View),
        (&["2024-01-31", "2024-02-29"], Date32),
        (&["2024-01-31", "2024-02-29 10:00"], micros(None)),
        (
            &["2024-01-31T10:00:00Z", "2024-02-29 10:00+05:30"],
            micros(Some("UTC")),
        ),
        (&["2024-01-31T10:00:00Z", "2024-02-29 10:00"], Utf8View),
        (&["13/01/2024", "01/02/2024"], Date32),
        (&["13/01/2024", "01/13/2024"], Utf8View),
        (&["2024-01-31", "5"], Utf8View),
        (&["1.234.567,5", "1,5"], Decimal128(8, 1)),
        (&["3,5", "4,25"], Decimal128(3, 2)),
        (&["1,234,567", "5"], Int64),
        (&["1,234.50"], Decimal128(6, 2)),
        (&["1.234.567"], Utf8View),
    ];
    for (cells, expected) in cases {
        assert_eq!(&decided(cells), expected, "{cells:?}");
    }
}

#[test]
fn reports_what_it_cannot_decide() {
    assert_eq!(
        facts(&["03/04/2024"]).decide(None, false).ambiguity,
        Some(Ambiguity::DayMonth)
    );
    assert_eq!(
        facts(&["03/04/2024"]).decide(Some(true), false).data_type,
        DataType::Date32
    );
    assert_eq!(
        facts(&["1,234"]).decide(None, false).ambiguity,
        Some(Ambiguity::Separator)
    );
    assert_eq!(
        facts(&["1,234"]).decide(None, true).data_type,
        DataType::Decimal128(4, 3)
    );
    assert_eq!(facts(&["1", "N/A"]).first_text, Some((2, "N/A".to_owned())));
}

#[test]
fn one_column_tells_how_the_others_are_meant() {
    let file = FileFacts {
        columns: vec![facts(&["1.234,5"]), facts(&["1.234"]), facts(&["1,234"])],
        rows: 1,
    };
    let types: Vec<_> = file
        .decide(None, false)
        .into_iter()
        .map(|column| column.data_type)
        .collect();
    assert_eq!(
        types,
        [
            DataType::Decimal128(5, 1),
            DataType::Int64,
            DataType::Decimal128(4, 3)
        ]
    );
}

proptest! {
    /// The short ways say what the measures of all styles say.
    #[test]
    fn numbers_are_measured_right(text in "-?[0-9]{0,4}[.][0-9]{0,5}|[-+0-9eE.,]{1,6}|[0-9]{4}-[0-9 ]{2}") {
        prop_assume!(!text.trim().is_empty());
        let mut found = ColumnFacts::default();
        let is_number = found.number(&text);
        let measures = STYLES.map(|style| measure(&text, style));
        prop_assert_eq!(is_number, measures.iter().any(Option::is_some));
        if is_number {
            for (facts, measure) in found.numbers.iter().zip(measures) {
                prop_assert_eq!(facts.fits, measure.is_some());
                if let Some(measure) = measure {
                    prop_assert_eq!((facts.whole, facts.scale), (measure.whole, measure.scale));
                    prop_assert_eq!(facts.integers, measure.fits_integer);
                    prop_assert_eq!(facts.digits, measure.whole + measure.scale);
                    prop_assert_eq!((facts.exponent, facts.grouped), (measure.exponent, measure.grouped));
                }
            }
        }
    }

    /// Parts in any grouping say the same as the whole.
    #[test]
    fn parts_merge_into_the_whole(cells in prop::collection::vec("[0-9]{1,3}|[0-9]{1,2}[.,][0-9]{1,3}|true|2024-01-0[1-9]|0[1-9]/0[1-9]/2024|", 0..12), cut in 0usize..12) {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let cut = cut.min(cells.len());
        let mut merged = facts(&cells[..cut]);
        merged.merge(&facts_from(cut as u64 + 1, &cells[cut..]));
        prop_assert_eq!(merged, facts(&cells));
    }
}
