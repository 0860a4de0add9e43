//! Personal data are found, and do not leave with the profile.

use super::*;
use crate::semantic::numbers::is_credit_card;
use arrow::array::{Float64Array, Int64Array};

fn cards() -> Vec<i64> {
    (0..)
        .map(|place| 4_000_000_000_000_000 + (mixed(place) % 1_000_000_000_000) as i64)
        .filter(|card| is_credit_card(&card.to_string()))
        .take(300)
        .collect()
}

#[test]
fn no_value_that_is_personal_is_shown() {
    let rows = 300;
    let emails: Vec<String> = (0..rows)
        .map(|row| format!("Person{row}@Example{row}.org"))
        .collect();
    let births: Vec<String> = (0..rows)
        .map(|row| format!("19{:02}-{:02}-11", row % 100, row % 12 + 1))
        .collect();
    let cards = cards();
    let table = batch(vec![
        ("contact", texts(&emails)),
        (
            "payment",
            Arc::new(Int64Array::from(cards.clone())) as ArrayRef,
        ),
        ("birth_date", texts(&births)),
        ("city", texts(&vec!["Oslo"; rows])),
    ]);
    let found = profile(table);
    let [contact, payment, birth, city] = &found.column_profiles[..] else {
        panic!("four columns");
    };
    let hint = |profile: &ColumnProfile| profile.pii.clone().map(|pii| (pii.hint, pii.action));
    let masked = |hint: &str| Some((hint.to_owned(), "mask".to_owned()));
    assert_eq!(hint(contact), masked("email"));
    assert_eq!(hint(payment), masked("credit_card"));
    assert_eq!(hint(birth), masked("date_of_birth"));
    assert_eq!(hint(city), None);
    assert_eq!(contact.semantic[0].ratio, 1.0);
    assert_eq!(contact.semantic[0].validator, "syntax");

    let text = serde_json::to_string(&found).expect("JSON") + &found.to_string();
    for (email, card) in emails.iter().zip(&cards) {
        assert!(!text.contains(email), "{email}");
        assert!(!text.contains(&card.to_string()), "{card}");
    }
    assert!(births.iter().all(|birth| !text.contains(birth)));
    assert!(text.contains("Oslo"));
    assert_eq!(found.sample[0].values[3].as_deref(), Some("Oslo"));
    let shown = found.sample[0].values[0].as_deref().expect("a value");
    assert!(shown.starts_with("P*****"), "{shown}");
}

#[test]
fn a_place_takes_both_of_its_halves() {
    let degrees = |factor: f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(
            (0..50).map(|row| f64::from(row) * factor),
        ))
    };
    let both = profile(batch(vec![("lat", degrees(1.0)), ("lng", degrees(3.0))]));
    for profile in &both.column_profiles {
        assert_eq!(
            profile.pii.as_ref().map(|pii| pii.action.as_str()),
            Some("mask")
        );
        assert_eq!(profile.semantic[0].validator, "range");
        assert!(profile.quantiles.is_none());
    }
    let one = profile(batch(vec![("lat", degrees(1.0)), ("price", degrees(3.0))]));
    let hint = one.column_profiles[0].pii.as_ref().expect("a hint");
    assert_eq!(
        (hint.hint.as_str(), hint.action.as_str()),
        ("latitude", "review")
    );
    assert_eq!(one.column_profiles[1].pii, None);
}

#[test]
fn values_beyond_the_exact_are_judged_by_a_sample() {
    let emails: Vec<String> = (0..20_000)
        .map(|row| {
            if row % 500 == 0 {
                format!("nobody {row}")
            } else {
                format!("p{row}@example.org")
            }
        })
        .collect();
    let found = column("who", texts(&emails));
    let email = &found.semantic[0];
    assert_eq!(email.kind, "email");
    assert!((email.ratio - 0.998).abs() < 0.01, "{}", email.ratio);
    assert!(found.pii.is_some_and(|pii| pii.confidence > 0.85));
}
