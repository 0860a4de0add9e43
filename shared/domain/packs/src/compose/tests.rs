use proptest::prelude::*;

use super::compose;
use crate::pack::{Difficulty, Pack};

const DOMAINS: [(&str, &str, &str); 12] = [
    (
        "Beekeeping cooperative",
        "Yield analytics",
        "Harvests differ widely between apiaries. Is it the weather, mites or the hives themselves?",
    ),
    (
        "Public library network",
        "Usage analytics",
        "Visitors borrow less every year and nobody knows which branches lose them.",
    ),
    (
        "Craft brewery",
        "Production planning",
        "Batches fail late and tanks stand idle.",
    ),
    (
        "Airline",
        "Customer support",
        "Complaints about delays keep growing.",
    ),
    (
        "Fitness clubs",
        "Member retention",
        "Members leave after three months.",
    ),
    (
        "Solar energy",
        "Maintenance",
        "Panels and inverters break down too often.",
    ),
    (
        "Charity",
        "Fundraising",
        "Donors give once and never again.",
    ),
    ("Quantum teapot", "Sales", "Teapots sell in winter only."),
    (
        "Consumer banking",
        "Fraud detection",
        "Disputes rise with every new card.",
    ),
    (
        "Construction",
        "Finance",
        "Invoices are paid late at some building sites.",
    ),
    (
        "City government",
        "Operations",
        "Requests from citizens stay open for weeks, and nobody counts the requests.",
    ),
    (
        "Staffing agency",
        "People analytics",
        "Absence rises on night shifts.",
    ),
];

fn shape(pack: &Pack) -> Vec<String> {
    let table = |table: &crate::pack::PackTable| {
        let columns: Vec<&str> = table
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        format!("{}: {}", table.name, columns.join(", "))
    };
    pack.tables.iter().map(table).collect()
}

#[test]
fn beekeeping_has_a_schema_of_its_own() {
    let (domain, function, problem) = DOMAINS[0];
    insta::assert_json_snapshot!(shape(&compose(domain, function, problem)));
}

#[test]
fn every_domain_has_its_own_words() {
    for (index, expected) in [
        (1, ["branches", "visitors", "collections", "sessions"]),
        (2, ["brewhouses", "brewers", "tanks", "production_runs"]),
        (3, ["airports", "passengers", "fares", "service_requests"]),
        (4, ["studios", "members", "memberships", "orders"]),
        (5, ["sites", "technicians", "turbines", "work_orders"]),
        (7, ["sites", "members", "teapots", "orders"]),
        (10, ["cities", "citizens", "services", "requests"]),
    ] {
        let (domain, function, problem) = DOMAINS[index];
        let pack = compose(domain, function, problem);
        let names: Vec<&str> = pack
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        for name in expected {
            assert!(names.contains(&name), "{domain}: {names:?}");
        }
        assert_eq!(compose(domain, function, problem), pack);
    }
}

#[test]
fn composed_packs_are_complete() {
    for (domain, function, problem) in DOMAINS {
        let pack = compose(domain, function, problem);
        crate::structure::assert_sound(&pack);
        for difficulty in [
            Difficulty::Beginner,
            Difficulty::Intermediate,
            Difficulty::Advanced,
        ] {
            let count = pack
                .questions
                .iter()
                .filter(|question| question.difficulty == difficulty)
                .count();
            assert!(count >= 5, "{domain}: {count} {difficulty:?}");
        }
    }
}

#[test]
fn the_problem_adds_columns() {
    let (domain, function, problem) = DOMAINS[0];
    let pack = compose(domain, function, problem);
    let fact = pack.grain().expect("a composed pack has a grain");
    assert!(fact.column("temperature").is_some() && fact.column("infestation").is_some());
    let question = crate::mapping::answer(&pack, "Which apiary has the highest infestation?")
        .expect("known words");
    assert!(question.sql.contains("AVG(harvests.infestation)"));
    let refused = crate::mapping::answer(&pack, "Which insurance do members have?")
        .expect_err("unknown words");
    assert!(refused.reason.contains("insurance"));
}

#[test]
fn hostile_words_become_sane_names() {
    for text in [
        "'; DROP TABLE users; --",
        "select from where group by",
        "\u{1f41d}\u{1f41d}\u{1f41d}",
        "12345 67890",
        "\u{8702}\u{871c}\u{5408}\u{4f5c}\u{793e}",
        "@fact@ {problem} \"quoted\" \\ \u{0}",
        "values values values",
        "order orders order",
    ] {
        crate::structure::assert_sound(&compose(text, text, text));
    }
}

proptest! {
    #[test]
    fn any_words_compose(domain in "\\PC{3,100}", function in "\\PC{3,100}", problem in ".{0,200}") {
        crate::structure::assert_sound(&compose(&domain, &function, &problem));
    }

    #[test]
    fn known_words_in_any_order_compose(words in proptest::collection::vec(
        prop_oneof!["honey", "order", "group", "select", "case", "hive", "library", "sales", "return", "user", "visit", "session", "inspection", "site"],
        1..8,
    )) {
        let text = words.join(" ");
        crate::structure::assert_sound(&compose(&text, &text, &text));
    }
}
