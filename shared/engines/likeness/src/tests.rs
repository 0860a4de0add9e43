//! Whole tables through the crate.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    ListArray, RecordBatch, StringArray, TimestampSecondArray,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Float64Type, Int32Type, Int64Type, Schema,
};
use millrace_draw::Key;
use proptest::prelude::*;

use crate::normal::from_bits;
use crate::{
    Comparison, Content, Generator, LearnOptions, Learned, Learner, LikenessError, MAX_BATCH_ROWS,
    Missing, Model,
};

fn draw(name: &str, row: usize) -> u64 {
    Key::new(11, "tests", name, "value").at(row as u64)
}

fn normal(name: &str, row: usize) -> f64 {
    from_bits(draw(name, row))
}

fn unit(name: &str, row: usize) -> f64 {
    (draw(name, row) >> 11) as f64 / (1_u64 << 53) as f64
}

const CITIES: [(&str, &str); 6] = [
    ("Oslo", "Norway"),
    ("Bergen", "Norway"),
    ("Rome", "Italy"),
    ("Milan", "Italy"),
    ("Turin", "Italy"),
    ("Kyoto", "Japan"),
];

/// A table with a bit of everything.
fn orders(rows: usize) -> RecordBatch {
    let all = 0..rows;
    let city = |row: usize| (unit("city", row).powi(2) * 6.0) as usize;
    let size = |row: usize| normal("size", row);
    let price = |row: usize| {
        let z = 0.8 * size(row) + 0.6 * normal("price", row) + city(row) as f64 * 0.5;
        (z.exp() * 1_000.0) as i128
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "order_id",
            Arc::new(Int64Array::from_iter_values(
                all.clone().map(|row| 1_000 + row as i64),
            )),
        ),
        (
            "code",
            Arc::new(StringArray::from_iter_values(
                all.clone()
                    .map(|row| format!("IN-{:06}", row * 7_919 % 1_000_003)),
            )),
        ),
        (
            "city",
            Arc::new(StringArray::from_iter_values(
                all.clone().map(|row| CITIES[city(row)].0),
            )),
        ),
        (
            "country",
            Arc::new(StringArray::from_iter_values(
                all.clone().map(|row| CITIES[city(row)].1),
            )),
        ),
        (
            "size",
            Arc::new(Float64Array::from_iter_values(all.clone().map(size))),
        ),
        (
            "price",
            Arc::new(
                Decimal128Array::from_iter_values(all.clone().map(price))
                    .with_precision_and_scale(12, 2)
                    .expect("a decimal"),
            ),
        ),
        (
            "discount",
            Arc::new(Float64Array::from_iter(all.clone().map(|row| {
                // Only Italians know what the discount is.
                (CITIES[city(row)].1 == "Italy")
                    .then(|| (unit("discount", row) * 20.0).round() / 100.0)
            }))),
        ),
        (
            "note",
            Arc::new(StringArray::from_iter(all.clone().map(|row| {
                (unit("note", row) < 0.3)
                    .then(|| format!("customer {} says hello", draw("name", row)))
            }))),
        ),
        (
            "paid",
            Arc::new(BooleanArray::from_iter(
                all.clone().map(|row| Some(size(row) > 0.5)),
            )),
        ),
        (
            "day",
            Arc::new(Date32Array::from_iter_values(all.clone().map(|row| {
                let day = 19_000 + (unit("day", row) * 700.0) as i32;
                // Saturdays and Sundays are free: Monday is day 4 of a week that begins on a Thursday.
                if matches!(day.rem_euclid(7), 2 | 3) {
                    day + 2
                } else {
                    day
                }
            }))),
        ),
        (
            "at",
            Arc::new(TimestampSecondArray::from_iter_values(
                all.clone()
                    .map(|row| 1_700_000_000 + (unit("at", row) * 2e7) as i64),
            )),
        ),
        (
            "email",
            Arc::new(StringArray::from_iter_values(
                all.map(|row| format!("user{row}@corp.test")),
            )),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .expect("a table")
}

fn learned(table: &RecordBatch) -> Learned {
    let mut learner = Learner::new(&table.schema(), &LearnOptions::default()).expect("columns");
    learner.observe(table).expect("a batch");
    learner.finish().expect("a model")
}

fn made(model: &Model, rows: u64) -> RecordBatch {
    Generator::new(model, 5)
        .expect("a model")
        .batch(0..rows)
        .expect("rows")
}

fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Vec<Option<&'a str>> {
    batch
        .column_by_name(name)
        .expect("a column")
        .as_string::<i32>()
        .iter()
        .collect()
}

fn reals(batch: &RecordBatch, name: &str) -> Vec<Option<f64>> {
    batch
        .column_by_name(name)
        .expect("a column")
        .as_primitive::<Float64Type>()
        .iter()
        .collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let count = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / count, b.iter().sum::<f64>() / count);
    let products: f64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| (a - mean_a) * (b - mean_b))
        .sum();
    let squares = |values: &[f64], mean: f64| {
        values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
    };
    products / (squares(a, mean_a) * squares(b, mean_b)).sqrt()
}

#[test]
fn a_table_and_its_likeness() {
    let table = orders(6_000);
    let Learned { model, reference } = learned(&table);
    let rows = made(&model, 6_000);
    assert_eq!(rows.schema(), table.schema());

    // Keys do not repeat, and codes keep their format.
    let ids: HashSet<i64> = rows
        .column(0)
        .as_primitive::<Int64Type>()
        .values()
        .iter()
        .copied()
        .collect();
    assert_eq!(ids.len(), 6_000);
    let codes: HashSet<&str> = texts(&rows, "code").into_iter().flatten().collect();
    assert_eq!(codes.len(), 6_000);
    assert!(
        codes
            .iter()
            .all(|code| code.len() == 9 && code.starts_with("IN-"))
    );
    let emails = texts(&rows, "email");
    assert!(
        emails
            .iter()
            .flatten()
            .all(|email| email.starts_with("user") && email.contains("@example."))
    );

    // What decides about what still does.
    let countries: HashMap<&str, &str> = CITIES.into_iter().collect();
    for (city, country) in texts(&rows, "city")
        .into_iter()
        .zip(texts(&rows, "country"))
    {
        assert_eq!(
            countries[city.expect("a city")],
            country.expect("a country")
        );
    }
    let discounts = reals(&rows, "discount");
    for (country, discount) in texts(&rows, "country").into_iter().zip(&discounts) {
        assert_eq!(country == Some("Italy"), discount.is_some());
    }
    assert!(discounts.iter().flatten().all(|discount| {
        (0.0..=0.2).contains(discount)
            && (discount * 100.0 - (discount * 100.0).round()).abs() < 1e-9
    }));

    // Shapes and bounds.
    let prices = |batch: &RecordBatch| -> Vec<f64> {
        let prices = batch
            .column_by_name("price")
            .expect("a column")
            .as_primitive::<Decimal128Type>();
        prices.values().iter().map(|price| *price as f64).collect()
    };
    let sizes = |batch: &RecordBatch| {
        reals(batch, "size")
            .into_iter()
            .flatten()
            .collect::<Vec<f64>>()
    };
    let bounds = |values: Vec<f64>| {
        values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |known, value| {
                (known.0.min(*value), known.1.max(*value))
            })
    };
    let (low, high) = bounds(prices(&table));
    let (new_low, new_high) = bounds(prices(&rows));
    assert!(
        low <= new_low && new_high <= high,
        "{new_low} to {new_high} in {low} to {high}"
    );
    let logs = |batch: &RecordBatch| {
        prices(batch)
            .into_iter()
            .map(|price| (price + 1.0).ln())
            .collect::<Vec<f64>>()
    };
    let (old, new) = (
        correlation(&sizes(&table), &logs(&table)),
        correlation(&sizes(&rows), &logs(&rows)),
    );
    assert!((old - new).abs() < 0.06, "{old} became {new}");
    let days = rows
        .column_by_name("day")
        .expect("a column")
        .as_primitive::<Date32Type>();
    assert!(
        days.values()
            .iter()
            .all(|day| !matches!(day.rem_euclid(7), 2 | 3)),
        "a day off"
    );

    // Missing values.
    let share = |batch: &RecordBatch, name: &str| {
        batch.column_by_name(name).expect("a column").null_count() as f64 / batch.num_rows() as f64
    };
    for name in ["discount", "note"] {
        let (old, new) = (share(&table, name), share(&rows, name));
        assert!((old - new).abs() < 0.03, "{name}: {old} became {new}");
    }

    let mut comparison = Comparison::new(&model, reference).expect("the same table");
    comparison.observe(&rows, 0).expect("a batch");
    let report = comparison.finish().expect("a report");
    assert!(report.score > Some(0.96), "{report:#?}");
    assert_eq!(report.privacy.exact_copies, 0);
}

#[test]
fn nothing_rare_stands_in_a_model() {
    let table = orders(900);
    let mut cities: Vec<&str> = texts(&table, "city").into_iter().flatten().collect();
    cities[5] = "Secretville";
    cities[6] = "Atlantis";
    cities[7] = "Atlantis";
    let mut columns = table.columns().to_vec();
    columns[2] = Arc::new(StringArray::from(cities));
    let table = RecordBatch::try_new(table.schema(), columns).expect("a table");
    let model = learned(&table).model;
    let json = model.to_json().expect("json");
    assert!(json.contains("Oslo") && !json.contains("Secretville") && !json.contains("Atlantis"));
    for name in ["code", "email", "note"] {
        for text in texts(&table, name).into_iter().flatten() {
            assert!(!json.contains(text), "{text} stands in the model");
        }
    }
    for size in reals(&table, "size").into_iter().flatten() {
        let text = size.to_string();
        let is_bound = json.contains(&format!("\"low\":\"{text}e"))
            || json.contains(&format!("\"high\":\"{text}e"));
        assert!(
            is_bound || !json.contains(&text),
            "{text} stands in the model"
        );
    }
    let rows = made(&model, 2_000);
    let city_names: HashSet<&str> = texts(&rows, "city").into_iter().flatten().collect();
    assert!(!city_names.contains("Secretville") && city_names.contains("Oslo"));
}

#[test]
fn parts_make_the_same_rows_and_json_keeps_them() {
    let model = learned(&orders(2_000)).model;
    let read = Model::from_json(&model.to_json().expect("json")).expect("a model");
    assert_eq!(read, model);
    let generator = Generator::new(&read, 5).expect("a model");
    let whole = made(&model, 3_000);
    for part in [1, 700, 1_024, 2_999] {
        let mut batches = Vec::new();
        let mut first = 0;
        while first < 3_000 {
            let end = (first + part).min(3_000);
            if part > 1 || first % 500 == 0 {
                let batch = generator.batch(first..end).expect("rows");
                assert_eq!(batch, whole.slice(first as usize, (end - first) as usize));
                batches.push(batch);
            }
            first = end;
        }
        if part > 1 {
            assert_eq!(
                concat_batches(&whole.schema(), &batches).expect("one batch"),
                whole
            );
        }
    }
    let other = Generator::new(&model, 6)
        .expect("a model")
        .batch(0..3_000)
        .expect("rows");
    assert_ne!(other.column(4), whole.column(4));
    // Far rows stand alone too.
    let far = generator.batch(1 << 60..(1 << 60) + 10).expect("rows");
    assert_eq!(
        far.slice(5, 5),
        generator
            .batch((1 << 60) + 5..(1 << 60) + 10)
            .expect("rows")
    );
}

#[test]
fn learners_and_comparisons_of_parts_merge() {
    let table = orders(5_000);
    let options = LearnOptions {
        sample_rows: 1_000,
        ..LearnOptions::default()
    };
    let learn = |from: usize, to: usize| {
        let mut learner = Learner::new(&table.schema(), &options)
            .expect("columns")
            .starting_at(from as u64);
        learner
            .observe(&table.slice(from, to - from))
            .expect("a batch");
        learner
    };
    let whole = learn(0, 5_000).finish().expect("a model");
    let mut merged = learn(0, 1_234);
    merged.merge(&learn(1_234, 4_000)).expect("merges");
    merged.merge(&learn(4_000, 5_000)).expect("merges");
    assert_eq!(merged.rows(), 5_000);
    let merged = merged.finish().expect("a model");
    assert_eq!(merged.model, whole.model);
    assert_eq!(whole.model.sampled_rows, 1_000);

    let rows = made(&whole.model, 4_000);
    let compare = |from: usize, to: usize| {
        let mut comparison =
            Comparison::new(&whole.model, whole.reference.clone()).expect("a table");
        comparison
            .observe(&rows.slice(from, to - from), from as u64)
            .expect("a batch");
        comparison
    };
    let mut parts = compare(2_000, 4_000);
    parts.merge(&compare(0, 2_000)).expect("merges");
    assert_eq!(
        parts.finish().expect("a report"),
        compare(0, 4_000).finish().expect("a report")
    );
}

#[test]
fn correlations_are_recovered() {
    for wanted in [-0.9_f64, -0.4, 0.0, 0.7, 0.95] {
        let a: Vec<f64> = (0..8_000).map(|row| normal("a", row)).collect();
        let spread = (1.0 - wanted * wanted).sqrt();
        let b: Vec<f64> = (0..8_000)
            .map(|row| (wanted * a[row] + spread * normal("b", row)).exp())
            .collect();
        let counts = a.iter().map(|a| (a * 2.0).floor() as i64);
        let counts: ArrayRef = Arc::new(Int64Array::from_iter_values(counts));
        let column = |values: &Vec<f64>| Arc::new(Float64Array::from(values.clone())) as ArrayRef;
        let table =
            RecordBatch::try_from_iter([("a", column(&a)), ("b", column(&b)), ("c", counts)]);
        let model = learned(&table.expect("a table")).model;
        let rows = made(&model, 8_000);
        let new = |name: &str| {
            reals(&rows, name)
                .into_iter()
                .flatten()
                .collect::<Vec<f64>>()
        };
        let found = correlation(&new("a"), &new("b"));
        let real = correlation(&a, &b);
        assert!((found - real).abs() < 0.05, "{real} became {found}");
        let counts = rows.column(2).as_primitive::<Int64Type>();
        let counts: Vec<f64> = counts.values().iter().map(|count| *count as f64).collect();
        assert!(correlation(&new("a"), &counts) > 0.93);
    }
}

#[test]
fn missing_together_stays_together() {
    let rows = 4_000;
    let gap = |row: usize| unit("gap", row) < 0.2;
    let column = |name: &str| {
        let values = (0..rows).map(|row| (!gap(row)).then(|| normal(name, row)));
        Arc::new(Float64Array::from_iter(values)) as ArrayRef
    };
    let table =
        RecordBatch::try_from_iter([("x", column("x")), ("y", column("y"))]).expect("a table");
    let made = made(&learned(&table).model, 4_000);
    let split =
        (0..4_000).filter(|row| made.column(0).is_null(*row) != made.column(1).is_null(*row));
    let split = split.count();
    assert!(split < 200, "{split} rows miss one of two");
    assert!(made.column(0).null_count().abs_diff(800) < 120);
}

#[test]
fn what_cannot_be_learned_is_told() {
    let options = LearnOptions::default();
    let code = |result: Result<Learner, LikenessError>| result.expect_err("a fault").code();
    let field = |name: &str, data_type| Field::new(name, data_type, true);
    assert_eq!(
        code(Learner::new(&Schema::empty(), &options)),
        "LIKE_NO_COLUMNS"
    );
    let wide: Vec<Field> = (0..501)
        .map(|place| field(&place.to_string(), DataType::Int64))
        .collect();
    assert_eq!(
        code(Learner::new(&Schema::new(wide), &options)),
        "LIKE_TOO_MANY_COLUMNS"
    );
    let twice = Schema::new(vec![
        field("a", DataType::Int64),
        field("a", DataType::Utf8),
    ]);
    assert_eq!(
        code(Learner::new(&twice, &options)),
        "LIKE_DUPLICATE_COLUMN"
    );
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let listed = Schema::new(vec![field("a", list.data_type().clone())]);
    assert_eq!(
        code(Learner::new(&listed, &options)),
        "LIKE_UNSUPPORTED_TYPE"
    );
    let one = Schema::new(vec![field("a", DataType::Int64)]);
    let wrong = LearnOptions {
        rare_below: 1,
        ..LearnOptions::default()
    };
    assert_eq!(code(Learner::new(&one, &wrong)), "LIKE_INVALID_OPTION");

    let mut learner = Learner::new(&one, &options).expect("columns");
    assert_eq!(
        learner.clone().finish().expect_err("no rows").code(),
        "LIKE_NO_ROWS"
    );
    let batch = |name: &str, rows: i64| {
        let values: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
        RecordBatch::try_from_iter_with_nullable([(name, values, true)]).expect("a batch")
    };
    assert_eq!(
        learner
            .observe(&batch("b", 3))
            .expect_err("another column")
            .code(),
        "LIKE_SCHEMA_MISMATCH"
    );
    learner.observe(&batch("a", 3)).expect("a batch");
    assert_eq!(
        learner.clone().finish().expect_err("few rows").code(),
        "LIKE_TOO_FEW_ROWS"
    );
    let other = Learner::new(
        &one,
        &LearnOptions {
            rare_below: 9,
            ..LearnOptions::default()
        },
    )
    .expect("columns");
    assert_eq!(
        learner.merge(&other).expect_err("other options").code(),
        "LIKE_OPTIONS_MISMATCH"
    );

    let model = learned(&batch("a", 50)).model;
    let generator = Generator::new(&model, 1).expect("a model");
    assert_eq!(
        generator
            .batch(0..MAX_BATCH_ROWS + 1)
            .expect_err("too many")
            .code(),
        "LIKE_BATCH_TOO_LARGE"
    );
    assert_eq!(generator.batch(5..5).expect("no rows").num_rows(), 0);
}

#[test]
fn damaged_models_are_refused() {
    let model = learned(&orders(500)).model;
    let json = model.to_json().expect("json");
    assert_eq!(
        Model::from_json("{").expect_err("no json").code(),
        "LIKE_INVALID_MODEL"
    );
    let newer = json.replacen("\"version\":1", "\"version\":2", 1);
    assert_eq!(
        Model::from_json(&newer).expect_err("newer").code(),
        "LIKE_MODEL_VERSION"
    );
    let damage: [fn(&mut Model); 8] = [
        |model| model.columns.clear(),
        |model| model.correlations.truncate(1),
        |model| model.correlations.fill(-0.99),
        |model| model.columns[0].data_type = "Nonsense".to_owned(),
        |model| model.columns[0].data_type = "Utf8".to_owned(),
        |model| model.columns[6].nullable = false,
        |model| {
            if let Content::Choice { weights, .. } = &mut model.columns[2].content {
                weights.any.pop();
            }
        },
        |model| {
            if let Missing::Sometimes { latent, .. } = &mut model.columns[6].missing {
                *latent = 999;
            }
        },
    ];
    for (number, damage) in damage.iter().enumerate() {
        let mut model = model.clone();
        damage(&mut model);
        let fault = Generator::new(&model, 1).expect_err("a fault");
        assert_eq!(
            fault.code(),
            "LIKE_INVALID_MODEL",
            "damage {number}: {fault}"
        );
    }
    // Columns that wait for each other.
    let mut model = model;
    for (column, other) in [(2, 3), (3, 2)] {
        if let Content::Choice { weights, .. } = &mut model.columns[column].content {
            weights.column = Some(other);
        }
    }
    assert!(Generator::new(&model, 1).is_err());
}

/// Any column of a few rows.
fn any_column(rows: usize) -> impl Strategy<Value = ArrayRef> {
    use proptest::collection::vec;
    use proptest::option::of;
    let whole = prop_oneof![any::<i64>(), 0..4_i64, Just(i64::MAX), Just(i64::MIN)];
    let real = prop_oneof![
        any::<f64>(),
        -1.0..1.0_f64,
        Just(0.0),
        Just(f64::MAX),
        Just(f64::MIN)
    ];
    let text = prop_oneof![
        "[a-c]{0,2}",
        "\\PC{0,80}",
        "[a-z]{1,5}@[a-z]{2,4}\\.com",
        "[A-Z]{2}-[0-9]{4}",
        "(one |two |three ){0,90}"
    ];
    prop_oneof![
        vec(of(whole), rows).prop_map(|values| Arc::new(Int64Array::from(values)) as ArrayRef),
        vec(of(real), rows).prop_map(|values| Arc::new(Float64Array::from(values)) as ArrayRef),
        vec(of(text), rows).prop_map(|values| Arc::new(StringArray::from(values)) as ArrayRef),
        vec(of(any::<bool>()), rows)
            .prop_map(|values| Arc::new(BooleanArray::from(values)) as ArrayRef),
        vec(of(any::<i32>()), rows)
            .prop_map(|values| Arc::new(Date32Array::from(values)) as ArrayRef),
        vec(of(any::<i64>()), rows)
            .prop_map(|values| Arc::new(TimestampSecondArray::from(values)) as ArrayRef),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn no_table_breaks_it(
        columns in (5_usize..90).prop_flat_map(|rows| proptest::collection::vec(any_column(rows), 1..6)),
        rows in 0_u64..200,
        part in 1_u64..70,
    ) {
        let named = columns.iter().enumerate().map(|(place, array)| (place.to_string(), Arc::clone(array), true));
        let table = RecordBatch::try_from_iter_with_nullable(named).expect("a table");
        let Learned { model, reference } = learned(&table);
        let model = Model::from_json(&model.to_json().expect("json")).expect("a model");
        let generator = Generator::new(&model, 3).expect("a model");
        let whole = generator.batch(0..rows).expect("rows");
        prop_assert_eq!(whole.schema(), table.schema());
        let mut first = 0;
        while first < rows {
            let end = (first + part).min(rows);
            let batch = generator.batch(first..end).expect("rows");
            prop_assert_eq!(batch, whole.slice(first as usize, (end - first) as usize));
            first = end;
        }
        for (old, new) in table.columns().iter().zip(whole.columns()) {
            if let (Some(old), Some(new)) = (old.as_primitive_opt::<Int64Type>(), new.as_primitive_opt::<Int64Type>()) {
                let bounds = (arrow::compute::min(old), arrow::compute::max(old));
                prop_assert!(new.iter().flatten().all(|value| Some(value) >= bounds.0 && Some(value) <= bounds.1) || old.null_count() == 0);
            }
            if let (Some(old), Some(new)) = (old.as_primitive_opt::<Float64Type>(), new.as_primitive_opt::<Float64Type>()) {
                let finite = || old.iter().flatten().filter(|value| value.is_finite());
                let low = finite().fold(f64::INFINITY, f64::min);
                let high = finite().fold(f64::NEG_INFINITY, f64::max);
                prop_assert!(new.iter().flatten().all(|value| low <= value && value <= high));
            }
        }
        let mut comparison = Comparison::new(&model, reference).expect("the same table");
        comparison.observe(&whole, 0).expect("a batch");
        match comparison.finish() {
            Ok(report) => prop_assert!(report.score.is_none_or(|score| (0.0..=1.0 + 1e-9).contains(&score))),
            Err(fault) => prop_assert_eq!((fault.code(), rows), ("LIKE_NO_ROWS", 0)),
        }
    }
}
