//! What the reader makes of questions about the packs' tables.

use millrace_challenge::brief::{Brief, DataStructure, SkillLevel};
use millrace_databases::Status;
use millrace_phases::delivery::Delivery;
use millrace_phases::{proof, reading::Reader, story};

/// Domain and function of the built-in packs.
const PACKS: [(&str, &str); 3] = [
    ("E-commerce", "Sales analytics"),
    ("Healthcare", "Operations"),
    ("B2B SaaS", "Churn"),
];

fn brief((domain, function): (&str, &str), skill_level: SkillLevel) -> Brief {
    Brief {
        domain: domain.to_owned(),
        function: function.to_owned(),
        problem_statement: "Costs rise, and nobody knows why.".to_owned(),
        skill_level,
        dataset_size: 1000,
        data_structure: DataStructure::Normalized,
        primary_questions: None,
        seed: 20_260_101,
    }
}

/// Of the packs' own questions so many get a valid statement at least. Measured when this was written: 69
/// of 69, but only 4 with a confidence of 0.5, for they are written for analysts; the others say so.
const FLOOR: f64 = 0.95;

#[tokio::test]
async fn packs_questions_are_read_against_their_tables() {
    let (mut asked, mut read, mut sure) = (0_u32, 0_u32, 0_u32);
    for pack in PACKS {
        for level in [
            SkillLevel::Beginner,
            SkillLevel::Intermediate,
            SkillLevel::Advanced,
        ] {
            let brief = brief(pack, level);
            let plan = story::plan(&brief, 1).expect("a plan");
            let delivery = Delivery::new(&plan, brief.data_structure).expect("a delivery");
            let reader = Reader::of(&delivery).expect("a reader");
            let today = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
            for question in story::problem(&brief).questions {
                asked += 1;
                let answer = reader.database().ask(&question.question, today);
                let Some(sql) = &answer.parsed_query.sql else {
                    assert!(answer.reason.is_some() && answer.confidence < 0.5);
                    continue;
                };
                assert!(reader.database().validate(sql).valid, "{sql}");
                read += 1;
                sure += u32::from(answer.status == Status::Ok);
            }
        }
    }
    let share = f64::from(read) / f64::from(asked);
    assert!(
        share >= FLOOR,
        "{read} of {asked} questions have a statement, {sure} of them with confidence"
    );
}

#[tokio::test]
async fn a_users_question_that_no_pack_knows_may_still_be_answered() {
    let mut brief = brief(PACKS[0], SkillLevel::Intermediate);
    brief.primary_questions = Some("How many customers are there?\nHow is the weather?".to_owned());
    let plan = story::plan(&brief, 1).expect("a plan");
    let delivery = Delivery::new(&plan, brief.data_structure).expect("a delivery");
    let mut asked = story::problem(&brief).questions;
    for question in &mut asked {
        if question.question.contains("customers are there") {
            question.sql = None;
            question.unanswerable = Some("no pack knows it".to_owned());
        }
    }
    let proof = proof::prove(&delivery, &asked, &[]).await.expect("a proof");
    let counted = proof
        .proven
        .iter()
        .find(|found| found.question.contains("customers are there"));
    let sql = counted
        .and_then(|found| found.sql.as_deref())
        .expect("a statement");
    assert_eq!(sql, "SELECT COUNT(*) FROM customers ORDER BY 1");
    assert!(
        proof
            .unanswerable
            .iter()
            .any(|refused| refused.question.contains("weather"))
    );
}
