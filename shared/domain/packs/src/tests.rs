use std::collections::BTreeSet;

use millrace_synth::plan::{Layout, Plan};

use crate::pack::Difficulty;
use crate::{challenge, library, scale, structure};
use millrace_challenge::brief::{Brief, DataStructure, SkillLevel};

pub(crate) const SIZES: [u64; 6] = [1_000, 5_000, 10_000, 25_000, 50_000, 100_000];

pub(crate) fn brief(domain: &str, skill_level: SkillLevel, dataset_size: u64) -> Brief {
    Brief {
        domain: domain.to_owned(),
        function: "Operations and sales analytics".to_owned(),
        problem_statement: "Results differ by {company} and month; nobody knows why.".to_owned(),
        skill_level,
        dataset_size,
        data_structure: DataStructure::Normalized,
        primary_questions: None,
        seed: 11,
    }
}

#[test]
fn full_packs_are_sound() {
    for pack in library::packs() {
        structure::assert_sound(pack);
        let count = |difficulty| {
            pack.questions
                .iter()
                .filter(|question| question.difficulty == difficulty)
                .count()
        };
        assert!(count(Difficulty::Beginner) >= 7, "{}", pack.id);
        assert!(count(Difficulty::Intermediate) >= 6, "{}", pack.id);
        assert!(count(Difficulty::Advanced) >= 5, "{}", pack.id);
        for question in &pack.questions {
            let windows = question.sql.contains(" OVER (") || question.sql.contains("WITH ");
            let joins = question.sql.contains("JOIN ");
            match question.difficulty {
                Difficulty::Beginner => assert!(!windows && !joins, "{}", question.question),
                Difficulty::Intermediate => assert!(joins, "{}", question.question),
                Difficulty::Advanced => assert!(windows, "{}", question.question),
            }
        }
    }
}

#[test]
fn domains_choose_their_pack() {
    for (domain, function, pack) in [
        ("E-commerce", "Sales Analytics", "ecommerce"),
        ("eCommerce", "Marketing", "ecommerce"),
        ("Online retail", "Returns", "ecommerce"),
        ("Healthcare", "Operations", "healthcare"),
        ("Hospital operations", "Patient flow", "healthcare"),
        ("B2B SaaS", "Churn analysis", "saas"),
        ("SaaS company", "Growth", "saas"),
        ("Beekeeping cooperative", "Yield analytics", "composed"),
        ("E-commerce", "Machine maintenance", "composed"),
        ("Retail banking", "Sales", "composed"),
        ("", "", "composed"),
    ] {
        assert_eq!(
            library::choose(domain, function, "").id,
            pack,
            "{domain} / {function}"
        );
    }
}

#[test]
fn the_largest_table_has_the_size() {
    for domain in ["E-commerce", "Healthcare", "SaaS", "Beekeeping cooperative"] {
        let pack = library::choose(domain, "sales and operations", "");
        for size in SIZES {
            let tables = pack.scale(size).expect("a grain");
            assert_eq!(
                tables.iter().map(|table| table.rows).max(),
                Some(size),
                "{domain} {size}"
            );
            assert_eq!(
                tables.iter().filter(|table| table.rows == size).count(),
                1,
                "{domain} {size}"
            );
            for table in &tables {
                assert!(table.rows >= 1);
                let rows = |name: &str| {
                    tables
                        .iter()
                        .find(|other| other.name == name)
                        .map(|other| other.rows)
                };
                match &table.layout {
                    Some(Layout::Owned {
                        table: owner,
                        counts,
                    }) => {
                        let owners = rows(owner).expect("an owner");
                        let most = counts
                            .iter()
                            .map(|(count, _)| u64::from(*count))
                            .max()
                            .expect("counts");
                        assert!(owners <= table.rows && table.rows <= owners * most);
                    }
                    Some(Layout::Subset { table: whole }) => {
                        assert!(Some(table.rows) <= rows(whole));
                    }
                    None => {}
                }
            }
        }
    }
}

#[test]
fn untidiness_follows_the_level() {
    for domain in ["E-commerce", "Healthcare", "SaaS", "Beekeeping cooperative"] {
        let plan = |skill| {
            let brief = brief(domain, skill, 10_000);
            let pack = library::choose(&brief.domain, "sales and operations", "");
            scale::plan(&pack, &brief, 0).expect("a plan")
        };
        assert_eq!(
            plan(SkillLevel::Beginner).untidiness,
            millrace_synth::plan::Untidiness::default()
        );
        let (middle, high) = (
            plan(SkillLevel::Intermediate).untidiness,
            plan(SkillLevel::Advanced).untidiness,
        );
        assert!(high.empty > middle.empty && middle.empty > 0.0, "{domain}");
        assert!(high.empty < 0.06 && high.padded < 0.06, "{domain} {high:?}");
    }
}

#[test]
fn plans_are_repeatable_and_revisions_differ() {
    let brief = brief("SaaS", SkillLevel::Advanced, 1_000);
    let pack = library::choose(&brief.domain, &brief.function, "");
    let plan = |revision| -> Plan { scale::plan(&pack, &brief, revision).expect("a plan") };
    assert_eq!(plan(0), plan(0));
    assert_ne!(plan(0).seed, plan(1).seed);
    assert_eq!(plan(0).cut_off, 1_767_225_600);
}

#[test]
fn challenges_fit_the_level() {
    for domain in ["E-commerce", "Healthcare", "SaaS", "Beekeeping cooperative"] {
        for structure in [DataStructure::Normalized, DataStructure::Denormalized] {
            for skill in [
                SkillLevel::Beginner,
                SkillLevel::Intermediate,
                SkillLevel::Advanced,
            ] {
                let brief = Brief {
                    data_structure: structure,
                    ..brief(domain, skill, 1_000)
                };
                let made = challenge::challenge(&brief);
                let questions = &made.problem.analytical_questions;
                assert!(
                    (6..=8).contains(&questions.len()),
                    "{domain} {skill:?} {structure:?}: {}",
                    questions.len()
                );
                let texts: BTreeSet<&str> = questions
                    .iter()
                    .map(|question| question.question.as_str())
                    .collect();
                assert_eq!(texts.len(), questions.len());
                let deep = questions.iter().filter(|question| {
                    question
                        .sql
                        .as_deref()
                        .is_some_and(|sql| sql.contains("JOIN") || sql.contains("OVER"))
                });
                match skill {
                    SkillLevel::Beginner => assert_eq!(deep.count(), 0),
                    SkillLevel::Intermediate => assert!(deep.count() >= 4),
                    SkillLevel::Advanced => assert!(deep.count() >= 6),
                }
                assert!(
                    structure == DataStructure::Normalized
                        || questions.iter().all(|question| question.wide)
                );
            }
        }
    }
}

#[test]
fn the_story_holds_the_users_words_as_they_are() {
    let made = challenge::challenge(&brief("Healthcare", SkillLevel::Beginner, 1_000));
    assert!(
        made.problem
            .statement
            .contains("Results differ by {company} and month; nobody knows why.")
    );
    assert!(made.problem.statement.contains("Brookhaven Vale Clinics"));
    assert_eq!(made.problem.character_positions.len(), 4);
    assert!(!made.problem.title.contains('{'));
    assert!(made.research.sources[0].contains("Healthcare"));
}

#[test]
fn users_questions_stand_last() {
    let brief = Brief {
        primary_questions: Some("Revenue by country?\nHow is the weather?".to_owned()),
        ..brief("E-commerce", SkillLevel::Advanced, 1_000)
    };
    let questions = challenge::challenge(&brief).problem.analytical_questions;
    let (known, unknown) = (
        &questions[questions.len() - 2],
        &questions[questions.len() - 1],
    );
    assert!(known.sql.is_some() && known.category == "user" && known.asked_by == "you");
    assert!(
        unknown.sql.is_none()
            && unknown
                .unanswerable
                .as_deref()
                .is_some_and(|reason| reason.contains("weather"))
    );
}
