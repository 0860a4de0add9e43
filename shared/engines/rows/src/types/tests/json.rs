//! Rows and nested cells as JSON.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, ListArray,
};
use arrow::datatypes::Int32Type;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{batch, text_array};
use crate::types::row_text;

#[test]
fn a_row_is_a_json_object() {
    let decimals = Decimal128Array::from(vec![Some(-1205), None]);
    let decimals = decimals.with_precision_and_scale(10, 2).expect("a decimal");
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1), None]), None]);
    let batch = batch(vec![
        ("a \"b\"", Arc::new(Int32Array::from(vec![7, 8]))),
        ("text", text_array([Some("Zoë\n\u{1}\\"), Some("")])),
        ("double", Arc::new(Float64Array::from(vec![0.1, f64::NAN]))),
        ("decimal", Arc::new(decimals)),
        ("day", Arc::new(Date32Array::from(vec![19_782, 0]))),
        ("true", Arc::new(BooleanArray::from(vec![true, false]))),
        ("list", Arc::new(lists)),
    ]);
    let text = row_text(&batch, 0, 4_096);
    assert!(text.contains("\"decimal\":-12.05"), "{text}");
    assert_eq!(
        text.parse::<Value>().expect("JSON"),
        json!({
            "a \"b\"": 7, "text": "Zoë\n\u{1}\\", "double": 0.1, "decimal": -12.05,
            "day": "2024-02-29", "true": true, "list": [1, null]
        })
    );
    assert_eq!(
        row_text(&batch, 1, 4_096).parse::<Value>().expect("JSON"),
        json!({
            "a \"b\"": 8, "text": "", "double": null, "decimal": null, "day": "1970-01-01",
            "true": false, "list": null
        })
    );
    assert_eq!(row_text(&batch, 2, 4_096), "{}");
}

#[test]
fn a_long_row_is_cut_between_characters() {
    let long = "é".repeat(10_000);
    let batch = batch(vec![
        ("a", text_array([Some(long.as_str())])),
        ("b", text_array([Some("never written")])),
    ]);
    for most in [0, 1, 7, 8, 100, 101] {
        let text = row_text(&batch, 0, most);
        assert!(
            text.len() <= most && text.len() + 2 > most,
            "{}",
            text.len()
        );
    }
    assert!(row_text(&batch, 0, usize::MAX).ends_with("\"b\":\"never written\"}"));
}

proptest! {
    #[test]
    fn any_text_reads_back(texts in prop::collection::vec(prop::option::of(".*"), 1..4)) {
        let column: ArrayRef = text_array(texts.iter().map(Option::as_deref));
        let batch = batch(vec![("c", column)]);
        for (row, text) in texts.iter().enumerate() {
            let read: Value = row_text(&batch, row, usize::MAX).parse().expect("JSON");
            prop_assert_eq!(&read["c"], &json!(text));
        }
    }
}
