use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Date32Array, Int64Array, ListArray, RecordBatch, TimestampMicrosecondArray,
    TimestampSecondArray,
};
use arrow::datatypes::{DataType, Int64Type};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::columns::testing::{
    assert_divisible, bind, cells, column_t, full, of_texts, refusal, run, run_with, table, texts,
};
use crate::facts::Facts;

fn mask(mut params: Value, text: &str) -> String {
    params["columns"] = json!(["t"]);
    of_texts("mask", params, &[text]).remove(0)
}

#[test]
fn texts_are_masked() {
    let full = json!({"method": "full"});
    assert_eq!(mask(full.clone(), "aé日"), "***");
    assert_eq!(mask(full, ""), "");
    assert_eq!(mask(json!({"method": "full", "char": "█"}), "ab"), "██");
    let last = |text| mask(json!({"method": "keep_last"}), text);
    assert_eq!(last("4111111111111111"), "************1111");
    assert_eq!(last("12345"), "*2345");
    let first = |text| {
        mask(
            json!({"method": "keep_first", "keep": 2, "char": "x"}),
            text,
        )
    };
    assert_eq!(first("éàü"), "éàx");
    assert_eq!(mask(json!({"method": "keep_last", "keep": 0}), "ab"), "**");
    assert_eq!(mask(json!({"method": "keep_first", "keep": 0}), "ab"), "**");
    let regex = |text| mask(json!({"method": "regex", "pattern": r"\d+|é"}), text);
    assert_eq!(regex("a12é-3 b"), "a***-* b");
    assert_eq!(regex("none"), "none");
}

#[test]
fn what_would_stay_visible_as_a_whole_is_hidden() {
    let last = |text| mask(json!({"method": "keep_last"}), text);
    assert_eq!(
        (last("1234").as_str(), last("1").as_str(), last("").as_str()),
        ("****", "*", "")
    );
    let first = |text| mask(json!({"method": "keep_first", "keep": 2}), text);
    assert_eq!((first("ab").as_str(), first("a").as_str()), ("**", "*"));
}

#[test]
fn addresses_keep_their_first_character_and_their_domain() {
    let email = |text| mask(json!({"method": "email"}), text);
    for (address, masked) in [
        ("john.smith@example.com", "j*********@example.com"),
        ("éa@bücher.example", "é*@bücher.example"),
        ("a@x.com", "*@x.com"),
        ("a@b@x.com", "a**@x.com"),
        ("no address", "**********"),
        ("a@x.com and more", "****************"),
        ("@x.com", "******"),
        ("a@", "**"),
    ] {
        assert_eq!(email(address), masked);
    }
}

#[test]
fn values_of_any_type_are_masked_as_their_texts() {
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1)]), None]);
    let batch = table(&[
        (
            "n",
            Arc::new(Int64Array::from(vec![Some(123_456), None])) as ArrayRef,
        ),
        ("d", Arc::new(Date32Array::from(vec![Some(0), None]))),
        ("l", Arc::new(lists)),
    ]);
    let made = run(
        "mask",
        json!({"columns": "*", "method": "keep_first"}),
        &batch,
    );
    assert_eq!(cells(&made, "n"), [Some("1234**".into()), None]);
    assert_eq!(cells(&made, "d"), [Some("1970******".into()), None]);
    assert_eq!(cells(&made, "l"), [Some("***".into()), None]);
    assert!(
        made.schema()
            .fields()
            .iter()
            .all(|field| *field.data_type() == DataType::Utf8View)
    );
}

fn dates() -> RecordBatch {
    let seconds = TimestampSecondArray::from(vec![Some(1_723_902_479), None, Some(-1)]);
    let micros =
        TimestampMicrosecondArray::from(vec![Some(1_723_902_479_123_456), None, Some(i64::MIN)]);
    table(&[
        (
            "day",
            Arc::new(Date32Array::from(vec![Some(19_952), None, Some(i32::MAX)])) as ArrayRef,
        ),
        ("at", Arc::new(seconds)),
        ("there", Arc::new(micros.with_timezone("Asia/Kolkata"))),
        ("t", texts(&[Some("2024-08-17"), None, Some("x")])),
    ])
}

#[test]
fn dates_are_truncated_and_keep_their_type() {
    let truncated = |unit: &str| {
        let params =
            json!({"columns": "*", "method": "date_truncate", "unit": unit, "on_error": "null"});
        let (made, _) = run_with("mask", params, &dates(), &Facts::default());
        assert_eq!(made.batch.schema(), dates().schema());
        made.batch
    };
    let month = truncated("month");
    assert_eq!(
        cells(&month, "day"),
        [Some("2024-08-01".into()), None, None]
    );
    assert_eq!(
        cells(&month, "at"),
        [
            Some("2024-08-01T00:00:00".into()),
            None,
            Some("1969-12-01T00:00:00".into())
        ]
    );
    // 19:17 in Kolkata; the month began at 18:30 UTC on the day before.
    let there = month.column_by_name("there").expect("the column");
    let there =
        arrow::array::AsArray::as_primitive::<arrow::datatypes::TimestampMicrosecondType>(there);
    assert_eq!(there.value(0), 1_722_450_600_000_000);
    assert_eq!(cells(&month, "t"), cells(&dates(), "t"));
    assert_eq!(
        cells(&truncated("minute"), "at")[0],
        Some("2024-08-17T13:47:00".into())
    );
    assert_eq!(
        cells(&truncated("day"), "day"),
        [Some("2024-08-17".into()), None, None]
    );
}

#[test]
fn a_date_that_cannot_be_truncated_is_a_fault() {
    let params = json!({"columns": ["day"], "method": "date_truncate", "on_error": "quarantine"});
    let (made, rejects) = run_with("mask", params, &dates(), &Facts::default());
    assert_eq!(made.len(), 2);
    assert_eq!(rejects[0].code, "INVALID_DATE");
    let params = json!({"columns": ["t"], "method": "date_truncate"});
    let error = refusal("mask", params, &dates());
    assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
    assert!(error.message.contains("works on dates"), "{error}");
}

fn hash(mut params: Value, text: &str) -> String {
    params["columns"] = json!(["t"]);
    of_texts("hash", params, &[text]).remove(0)
}

/// Checked with `sha256sum`, `sha512sum`, `openssl dgst -hmac` and `base64`.
#[test]
fn hashes_are_those_of_other_tools() {
    assert_eq!(
        hash(json!({"algorithm": "sha256"}), "abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(
        hash(json!({"algorithm": "sha256", "encoding": "base64"}), "abc"),
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    );
    assert_eq!(
        hash(json!({"algorithm": "sha512"}), "abc"),
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    );
    assert_eq!(
        hash(json!({"algorithm": "blake3"}), "abc"),
        "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
    );
    assert_eq!(
        hash(json!({"algorithm": "sha256", "truncate": 8}), "abc"),
        "ba7816bf"
    );
    assert_eq!(hash(json!({}), "abc"), HMAC_ABC);
    assert_eq!(hash(json!({"normalize": "lower_trim"}), " ABC\n"), HMAC_ABC);
    assert_ne!(hash(json!({"normalize": "lower"}), " ABC\n"), HMAC_ABC);
    assert_eq!(hash(json!({"normalize": "trim"}), " abc "), HMAC_ABC);
    assert_eq!(hash(json!({"normalize": "lower"}), "ABC"), HMAC_ABC);
}

/// HMAC-SHA256 of `abc` under the key `k`, thirty-two times.
const HMAC_ABC: &str = "af61b693912efc56e2e46f949719ea10a9e80d68f8dcfb84e26cac5330da3c74";

#[test]
fn keys_belong_to_secrets() {
    let keyed = json!({"algorithm": "blake3", "secret_id": "mine"});
    assert_eq!(
        hash(keyed, "abc"),
        *blake3::keyed_hash(&[b's'; 32], b"abc").to_hex()
    );
    assert_ne!(hash(json!({"secret_id": "mine"}), "abc"), HMAC_ABC);
    let params = json!({"columns": ["t"], "secret_id": "gone"});
    let error = refusal("hash", params, &column_t(&[]));
    assert_eq!(error.code, "SECRET_UNAVAILABLE");
    assert!(
        error.message.ends_with("there is no secret \"gone\""),
        "{error}"
    );
}

#[test]
fn no_key_is_shown_to_those_who_look_for_faults() {
    for params in [
        json!({"columns": ["t"]}),
        json!({"columns": ["t"], "algorithm": "blake3", "secret_id": "mine"}),
    ] {
        let step = bind("hash", params, &column_t(&[])).expect("a step");
        let shown = format!("{step:?}");
        // 107 and 115 are the bytes of the keys.
        assert!(!shown.contains("107") && !shown.contains("115"), "{shown}");
    }
}

#[test]
fn equal_values_get_equal_hashes_whatever_their_type() {
    let batch = table(&[
        (
            "n",
            Arc::new(Int64Array::from(vec![Some(12), None])) as ArrayRef,
        ),
        ("t", texts(&[Some("12"), None])),
    ]);
    let made = run("hash", json!({"columns": "*"}), &batch);
    assert_eq!(cells(&made, "n"), cells(&made, "t"));
    assert_eq!(cells(&made, "n")[1], None);
    assert!(made.column(0).is_valid(0));
}

proptest! {
    #[test]
    fn division_makes_no_difference(
        cells in prop::collection::vec(prop::option::of("[a-c@.0-9 \\-é]{0,24}"), 0..12),
        cut in 0usize..12,
    ) {
        let cells: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
        for (name, params) in [
            ("mask", json!({"columns": "*", "method": "keep_last"})),
            ("mask", json!({"columns": "*", "method": "email"})),
            ("mask", json!({"columns": "*", "method": "regex", "pattern": "[0-9]*"})),
            ("hash", json!({"columns": "*"})),
            ("redact_pii", json!({"columns": "*", "types": ["email", "phone", "ip_address"]})),
        ] {
            assert_divisible(name, &params, &column_t(&cells), cut);
        }
    }

    /// A mask hides all but what it names, character by character.
    #[test]
    fn a_mask_keeps_the_length(text in any::<String>(), keep in 0usize..10) {
        let length = text.chars().count();
        for method in ["full", "keep_first", "keep_last", "email"] {
            let mut params = json!({"columns": ["t"], "method": method, "char": "\u{1}"});
            if method.starts_with("keep") {
                params["keep"] = json!(keep);
            }
            let made = full(&run("mask", params, &column_t(&[Some(&text)])), "t").remove(0);
            prop_assert_eq!(made.chars().count(), length);
            let hidden = made.contains('\u{1}');
            prop_assert!(hidden || length == 0, "{method} shows {text:?}");
        }
    }
}
