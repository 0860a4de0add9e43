//! What the values of a column are by what they mean, and whether they are personal data.
//!
//! Rules with real checks on up to a thousand different values that are a fair sample, and the name of
//! the column: nothing is learnt, so every finding can be explained.

pub(crate) mod contact;
pub(crate) mod header;
pub(crate) mod numbers;

use self::contact::Phone;
use self::header::{Topic, says};
use crate::profile::{Pii, Semantic};

/// Share of the values from which a finding is told, and with a name that says so.
const RATIO: f64 = 0.8;
const RATIO_NAMED: f64 = 0.5;
/// Values for full support.
const SUPPORT: f64 = 200.0;

/// What is known of a column when its meaning is looked for.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) name: &'a str,
    /// Different values as text.
    pub(crate) values: &'a [&'a str],
    pub(crate) kind: Kind,
    /// The least and the greatest number, where it is one of numbers.
    pub(crate) range: Option<(f64, f64)>,
    /// The years of the least and the greatest date, where it is one of dates.
    pub(crate) years: Option<(i32, i32)>,
}

/// What the column is as data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Fraction,
    Temporal,
    Other,
}

/// How sure a rule is of itself where all values fit: without and with a name that says so.
#[derive(Debug, Clone, Copy)]
struct Rule {
    kind: &'static str,
    validator: &'static str,
    topic: Option<Topic>,
    /// Fits digits that stand for themselves, too.
    integers: bool,
    alone: f64,
    named: f64,
    fits: fn(&str, bool) -> bool,
}

const RULES: &[Rule] = &[
    Rule {
        kind: "email",
        validator: "syntax",
        topic: Some(Topic::Email),
        integers: false,
        alone: 0.9,
        named: 0.99,
        fits: |text, _| contact::is_email(text),
    },
    Rule {
        kind: "credit_card",
        validator: "luhn",
        topic: Some(Topic::CreditCard),
        integers: true,
        alone: 0.9,
        named: 0.99,
        fits: |text, _| numbers::is_credit_card(text),
    },
    Rule {
        kind: "iban",
        validator: "mod97",
        topic: Some(Topic::Iban),
        integers: false,
        alone: 0.95,
        named: 0.99,
        fits: |text, _| numbers::is_iban(text),
    },
    Rule {
        kind: "us_ssn",
        validator: "rules",
        topic: Some(Topic::Ssn),
        integers: true,
        alone: 0.75,
        named: 0.97,
        // Nine digits alone may be anything.
        fits: |text, named| (named || text.contains('-')) && numbers::is_ssn(text),
    },
    Rule {
        kind: "aadhaar",
        validator: "verhoeff",
        topic: Some(Topic::Aadhaar),
        integers: true,
        alone: 0.85,
        named: 0.98,
        fits: |text, _| numbers::is_aadhaar(text),
    },
    Rule {
        kind: "pan",
        validator: "rules",
        topic: Some(Topic::Pan),
        integers: false,
        alone: 0.85,
        named: 0.98,
        fits: |text, _| numbers::is_pan(text),
    },
    Rule {
        kind: "phone",
        validator: "e164",
        topic: Some(Topic::Phone),
        integers: true,
        alone: 0.7,
        named: 0.95,
        fits: |text, named| match contact::phone(text) {
            Some(Phone::Written) => !numbers::is_ssn(text),
            Some(Phone::Digits) => named,
            None => false,
        },
    },
    Rule {
        kind: "ip_address",
        validator: "syntax",
        topic: Some(Topic::Ip),
        integers: false,
        alone: 0.7,
        named: 0.9,
        fits: |text, _| contact::is_ip(text),
    },
    Rule {
        kind: "mac_address",
        validator: "syntax",
        topic: Some(Topic::Mac),
        integers: false,
        alone: 0.7,
        named: 0.9,
        fits: |text, _| contact::is_mac(text),
    },
    Rule {
        kind: "url_with_user",
        validator: "syntax",
        topic: None,
        integers: false,
        alone: 0.9,
        named: 0.9,
        fits: |text, _| contact::url(text).is_some_and(|url| url.has_user),
    },
    // They name records and machines more often than persons.
    Rule {
        kind: "uuid",
        validator: "syntax",
        topic: None,
        integers: false,
        alone: 0.3,
        named: 0.3,
        fits: |text, _| contact::is_uuid(text),
    },
    Rule {
        kind: "url",
        validator: "syntax",
        topic: None,
        integers: false,
        alone: 0.0,
        named: 0.0,
        fits: |text, _| contact::url(text).is_some(),
    },
];

/// What was found, and how sure it is that it is personal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Meaning {
    pub(crate) semantic: Semantic,
    pub(crate) confidence: f64,
}

/// All that the values may be, the surest first.
pub(crate) fn meanings(evidence: &Evidence<'_>) -> Vec<Meaning> {
    let words = header::words(evidence.name);
    let mut found: Vec<Meaning> = match evidence.kind {
        Kind::Text => by_values(evidence, &words, |_| true),
        Kind::Integer => by_values(evidence, &words, |rule| rule.integers),
        Kind::Fraction | Kind::Temporal | Kind::Other => Vec::new(),
    };
    found.extend(place(evidence, &words));
    found.extend(birth_date(evidence, &words));
    if found.is_empty() && evidence.kind == Kind::Text && !evidence.values.is_empty() {
        found.extend(by_name(&words));
    }
    found.sort_by(|left, right| {
        (right.confidence.total_cmp(&left.confidence))
            .then(right.semantic.ratio.total_cmp(&left.semantic.ratio))
    });
    found
}

fn meaning(kind: &str, validator: &str, ratio: f64, confidence: f64) -> Meaning {
    Meaning {
        semantic: Semantic {
            kind: kind.to_owned(),
            ratio,
            validator: validator.to_owned(),
        },
        confidence: (confidence * 100.0).round() / 100.0,
    }
}

/// Few values prove less.
fn support(values: usize) -> f64 {
    0.6 + 0.4 * (values as f64 / SUPPORT).min(1.0)
}

fn by_values(
    evidence: &Evidence<'_>,
    words: &[String],
    applies: impl Fn(&Rule) -> bool,
) -> Vec<Meaning> {
    if evidence.values.is_empty() {
        return Vec::new();
    }
    let count = evidence.values.len();
    RULES
        .iter()
        .filter(|rule| applies(rule))
        .filter_map(|rule| {
            let named = rule.topic.is_some_and(|topic| says(words, topic));
            let fitting = evidence
                .values
                .iter()
                .filter(|value| (rule.fits)(value.trim(), named))
                .count();
            let ratio = fitting as f64 / count as f64;
            let least = if named { RATIO_NAMED } else { RATIO };
            let sure = if named { rule.named } else { rule.alone };
            (ratio >= least).then(|| {
                meaning(
                    rule.kind,
                    rule.validator,
                    ratio,
                    ratio * sure * support(count),
                )
            })
        })
        .collect()
}

/// Half a place on earth: by name and range.
fn place(evidence: &Evidence<'_>, words: &[String]) -> Option<Meaning> {
    let (least, greatest) = evidence.range?;
    let within = |most: f64| least >= -most && greatest <= most;
    let kind = if says(words, Topic::Latitude) && within(90.0) {
        LATITUDE
    } else if says(words, Topic::Longitude) && within(180.0) {
        LONGITUDE
    } else {
        return None;
    };
    Some(meaning(kind, "range", 1.0, 0.3))
}

pub(crate) const LATITUDE: &str = "latitude";
pub(crate) const LONGITUDE: &str = "longitude";
/// How sure a place is personal where both of its halves are there.
pub(crate) const PLACE: f64 = 0.6;

fn birth_date(evidence: &Evidence<'_>, words: &[String]) -> Option<Meaning> {
    let (first, last) = evidence.years?;
    (says(words, Topic::BirthDate) && first >= 1890 && last <= 2100)
        .then(|| meaning("date_of_birth", "range", 1.0, 0.85))
}

/// Names and places where people live have no check: their columns are told by their names, and that
/// never surely enough to mask them.
fn by_name(words: &[String]) -> Option<Meaning> {
    if says(words, Topic::PersonName) {
        Some(meaning("person_name", "header", 1.0, 0.4))
    } else if says(words, Topic::Address) {
        Some(meaning("postal_address", "header", 1.0, 0.35))
    } else {
        None
    }
}

/// The hint that the surest finding gives.
pub(crate) fn hint(meanings: &[Meaning], threshold: f64) -> Option<Pii> {
    let surest = meanings.first().filter(|found| found.confidence > 0.0)?;
    Some(Pii {
        hint: surest.semantic.kind.clone(),
        confidence: surest.confidence,
        action: if surest.confidence >= threshold {
            "mask"
        } else {
            "review"
        }
        .to_owned(),
    })
}

/// A value of which only the shape is left, and the first character where it is long enough.
pub(crate) fn masked(text: &str) -> String {
    let long = text.chars().filter(|c| c.is_alphanumeric()).count() > 3;
    let mut kept = !long;
    text.chars()
        .map(|character| {
            if !character.is_alphanumeric() {
                return character;
            }
            if kept {
                '*'
            } else {
                kept = true;
                character
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, kind: Kind, values: &[String]) -> Vec<(String, f64)> {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        meanings(&Evidence {
            name,
            values: &values,
            kind,
            range: None,
            years: None,
        })
        .into_iter()
        .map(|meaning| (meaning.semantic.kind, meaning.confidence))
        .collect()
    }

    fn emails(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("user{n}@example.org")).collect()
    }

    #[test]
    fn more_values_and_a_name_make_surer() {
        let alone = found("contact", Kind::Text, &emails(300));
        assert_eq!(alone, [("email".to_owned(), 0.9)]);
        assert_eq!(found("email", Kind::Text, &emails(300))[0].1, 0.99);
        assert_eq!(found("email", Kind::Text, &emails(2))[0].1, 0.6);
    }

    #[test]
    fn half_of_the_values_need_a_name() {
        let mut values = emails(60);
        values.extend((0..40).map(|n| format!("none {n}")));
        assert!(found("contact", Kind::Text, &values).is_empty());
        assert_eq!(found("email", Kind::Text, &values)[0].0, "email");
    }

    #[test]
    fn digits_are_telephone_numbers_only_by_name() {
        let values: Vec<String> = (0..300).map(|n| format!("555010{n:04}")).collect();
        assert!(found("order", Kind::Integer, &values).is_empty());
        assert_eq!(found("phone", Kind::Integer, &values)[0].0, "phone");
        let dashed: Vec<String> = (1..300).map(|n| format!("123-45-{n:04}")).collect();
        assert_eq!(found("number", Kind::Text, &dashed)[0].0, "us_ssn");
    }

    #[test]
    fn names_and_addresses_are_hints_alone() {
        let values = ["Ann".to_owned(), "Bob".to_owned()];
        let found_names = found("first_name", Kind::Text, &values);
        assert_eq!(found_names, [("person_name".to_owned(), 0.4)]);
        assert_eq!(found("street", Kind::Text, &values)[0].0, "postal_address");
        assert!(found("colour", Kind::Text, &values).is_empty());
        assert!(found("first_name", Kind::Text, &[]).is_empty());
    }

    #[test]
    fn places_and_birthdays_are_told_by_name_and_range() {
        let with = |name, range: Option<(f64, f64)>, years| {
            let kind = if range.is_some() {
                Kind::Fraction
            } else {
                Kind::Temporal
            };
            meanings(&Evidence {
                name,
                values: &[],
                kind,
                range,
                years,
            })
            .first()
            .map(|meaning| meaning.semantic.kind.clone())
        };
        assert_eq!(
            with("lat", Some((-33.0, 60.0)), None).as_deref(),
            Some("latitude")
        );
        assert_eq!(
            with("longitude", Some((-170.0, 60.0)), None).as_deref(),
            Some("longitude")
        );
        assert_eq!(with("lat", Some((-33.0, 160.0)), None), None);
        assert_eq!(with("price", Some((-33.0, 60.0)), None), None);
        assert_eq!(
            with("dob", None, Some((1931, 2009))).as_deref(),
            Some("date_of_birth")
        );
        assert_eq!(with("dob", None, Some((1031, 2009))), None);
        assert_eq!(with("created", None, Some((1931, 2009))), None);
    }

    #[test]
    fn masks_leave_the_shape() {
        assert_eq!(masked("john.doe@example.org"), "j***.***@*******.***");
        assert_eq!(masked("4111 1111"), "4*** ****");
        assert_eq!(masked("Bob"), "***");
        assert_eq!(masked("Zoë B"), "Z** *");
        assert_eq!(masked(""), "");
    }

    #[test]
    fn identifiers_of_records_are_not_masked() {
        let values: Vec<String> = (0..300)
            .map(|n| format!("3f2504e0-4f89-11d3-9a0c-{n:012x}"))
            .collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let evidence = Evidence {
            name: "id",
            values: &values,
            kind: Kind::Text,
            range: None,
            years: None,
        };
        let hint = hint(&meanings(&evidence), 0.5).expect("a hint");
        assert_eq!(
            (hint.hint.as_str(), hint.action.as_str()),
            ("uuid", "review")
        );
    }
}
