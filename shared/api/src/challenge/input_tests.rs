use proptest::prelude::*;
use serde_json::json;

use super::*;

fn brief() -> Value {
    json!({
        "domain": "E-commerce",
        "function": "Sales Analytics",
        "problem_statement": "x".repeat(100),
        "skill_level": "Intermediate",
        "dataset_size": 10_000,
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut brief = brief();
    brief[field] = value;
    brief
}

fn fault_of(body: &Value) -> (String, String) {
    let faults = ChallengeInput::from_value(body).expect_err("a fault");
    assert_eq!(faults.len(), 1, "{faults:?}");
    (faults[0].path.clone(), faults[0].code.clone())
}

#[test]
fn what_may_be_left_out_has_its_default() {
    let input = ChallengeInput::from_value(&brief()).expect("valid");
    assert_eq!(input.data_structure, DataStructure::Normalized);
    assert_eq!((input.primary_questions, input.seed), (None, None));
    let mut nulls = brief();
    for field in ["data_structure", "primary_questions", "seed"] {
        nulls[field] = Value::Null;
    }
    nulls["of_another_version"] = json!(1);
    assert_eq!(
        ChallengeInput::from_value(&nulls),
        ChallengeInput::from_value(&brief())
    );
}

#[test]
fn all_faults_are_named_in_the_order_of_the_document() {
    let body = json!({ "seed": -1, "dataset_size": 7, "function": 5, "skill_level": "Expert", "data_structure": 1 });
    let faults = ChallengeInput::from_value(&body).expect_err("faults");
    let found: Vec<(&str, &str)> = faults
        .iter()
        .map(|fault| (fault.path.as_str(), fault.code.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("domain", "missing"),
            ("function", "type"),
            ("problem_statement", "missing"),
            ("skill_level", "value"),
            ("dataset_size", "value"),
            ("data_structure", "type"),
            ("seed", "range"),
        ]
    );
}

#[test]
fn lengths_count_characters() {
    for (field, least, most) in [
        ("domain", 3, 100),
        ("function", 3, 100),
        ("problem_statement", 100, 2000),
    ] {
        for length in [least, most] {
            let body = with(field, json!("ü".repeat(length)));
            assert!(
                ChallengeInput::from_value(&body).is_ok(),
                "{field} of {length}"
            );
        }
        assert_eq!(
            fault_of(&with(field, json!("ü".repeat(least - 1)))),
            (field.into(), "too_short".into())
        );
        assert_eq!(
            fault_of(&with(field, json!("ü".repeat(most + 1)))),
            (field.into(), "too_long".into())
        );
        assert_eq!(
            fault_of(&with(field, json!(" ".repeat(least)))),
            (field.into(), "too_short".into())
        );
    }
    assert!(ChallengeInput::from_value(&with("primary_questions", json!(""))).is_ok());
    assert!(
        ChallengeInput::from_value(&with("primary_questions", json!("ü".repeat(4000)))).is_ok()
    );
    assert_eq!(
        fault_of(&with("primary_questions", json!("ü".repeat(4001)))).1,
        "too_long"
    );
}

#[test]
fn control_characters_are_refused_and_lines_only_in_prose() {
    for text in ["a\0bc", "a\u{1b}bc", "a\nbc"] {
        assert_eq!(
            fault_of(&with("domain", json!(text))),
            ("domain".into(), "characters".into())
        );
    }
    let prose = format!("{}\r\n\tand more", "x".repeat(100));
    assert!(ChallengeInput::from_value(&with("problem_statement", json!(prose))).is_ok());
    let nul = format!("{}\0", "x".repeat(100));
    assert_eq!(
        fault_of(&with("problem_statement", json!(nul))).1,
        "characters"
    );
}

#[test]
fn a_size_is_one_of_the_listed_integers() {
    for size in DATASET_SIZES {
        assert_eq!(
            ChallengeInput::from_value(&with("dataset_size", json!(size)))
                .expect("valid")
                .dataset_size,
            size
        );
    }
    for (size, code) in [
        (json!(0), "value"),
        (json!(-1000), "value"),
        (json!(1001), "value"),
        (json!(u64::MAX), "value"),
        (json!(1000.5), "type"),
        (json!("1000"), "type"),
        (json!(true), "type"),
        (Value::Null, "type"),
    ] {
        assert_eq!(
            fault_of(&with("dataset_size", size.clone())),
            ("dataset_size".into(), code.into()),
            "{size}"
        );
    }
}

#[test]
fn a_seed_fits_into_63_bits() {
    for seed in [0, 1_u64 << 62, i64::MAX as u64] {
        assert_eq!(
            ChallengeInput::from_value(&with("seed", json!(seed)))
                .expect("valid")
                .seed,
            Some(seed)
        );
    }
    assert_eq!(fault_of(&with("seed", json!(1_u64 << 63))).1, "range");
    assert_eq!(fault_of(&with("seed", json!(1e30))).1, "range");
    assert_eq!(fault_of(&with("seed", json!(1.5))).1, "type");
}

#[test]
fn a_body_that_is_no_object_is_one_fault() {
    for body in [Value::Null, json!([]), json!("x"), json!(1)] {
        assert_eq!(fault_of(&body), (String::new(), "type".into()));
        assert!(ChallengeChanges::from_value(&body).is_err());
        assert!(GenerationSizeInput::from_value(&body).is_err());
    }
}

#[test]
fn changes_replace_what_they_name() {
    let before = ChallengeInput::from_value(&with("seed", json!(7))).expect("valid");
    let changes =
        ChallengeChanges::from_value(&json!({ "domain": "Retail", "seed": null })).expect("valid");
    let after = changes.apply(before.clone());
    assert_eq!(
        after,
        ChallengeInput {
            domain: "Retail".into(),
            ..before.clone()
        }
    );
    let none = ChallengeChanges::from_value(&json!({})).expect("valid");
    assert_eq!(none.apply(before.clone()), before);
    let faults = ChallengeChanges::from_value(&json!({ "domain": null, "dataset_size": 3 }))
        .expect_err("faults");
    assert_eq!(faults.len(), 2);
}

#[test]
fn the_size_of_a_generation_is_a_range() {
    let size = |value: Value| GenerationSizeInput::from_value(&json!({ "dataset_size": value }));
    for good in [1000_u64, 1001, 100_000] {
        assert_eq!(size(json!(good)).expect("valid").dataset_size, Some(good));
    }
    for (bad, code) in [
        (json!(999), "range"),
        (json!(100_001), "range"),
        (Value::Null, "type"),
        (json!("1000"), "type"),
    ] {
        assert_eq!(
            size(bad.clone()).expect_err("a fault")[0].code,
            code,
            "{bad}"
        );
    }
    assert_eq!(
        GenerationSizeInput::from_value(&json!({}))
            .expect("valid")
            .dataset_size,
        None
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z]{90,110}".prop_map(Value::from),
        Just(json!("Normalized")),
        Just(json!(5000)),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop::collection::vec(inner, 0..3).prop_map(Value::from)
    })
}

proptest! {
    #[test]
    fn any_value_in_any_field_is_taken_or_named(
        field in prop::sample::select(vec![
            "domain", "function", "problem_statement", "skill_level", "dataset_size", "data_structure",
            "primary_questions", "seed",
        ]),
        value in any_json(),
    ) {
        match ChallengeInput::from_value(&with(field, value)) {
            Ok(input) => {
                let again = serde_json::to_value(&input).expect("serialises");
                prop_assert_eq!(ChallengeInput::from_value(&again).expect("still valid"), input);
            }
            Err(faults) => prop_assert!(faults.iter().all(|fault| fault.path == field)),
        }
    }
}
