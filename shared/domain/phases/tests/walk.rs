//! Whole challenges through the tasks of the state machine, on the in-memory ports.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use bytes::Bytes;
use csv::{Reader, StringRecord};
use millrace_challenge::brief::{Brief, DataStructure, SkillLevel};
use millrace_challenge::store::StoreError;
use millrace_phases::documents::{PreviewDocument, QaDocument};
use millrace_phases::error::PhaseError;
use serde_json::Value;
use support::{COMPOSED, PACKS, Walk, brief};
use zip::ZipArchive;

fn unpack(package: &Bytes) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(package)).expect("a ZIP");
    (0..archive.len())
        .map(|index| {
            let mut member = archive.by_index(index).expect("a member");
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).expect("whole bytes");
            let name = member.name().expect("a plain name").into_owned();
            (name, bytes)
        })
        .collect()
}

fn records(csv: &[u8]) -> (StringRecord, Vec<StringRecord>) {
    let mut reader = Reader::from_reader(csv);
    let header = reader.headers().expect("a header").clone();
    let rows: Result<Vec<StringRecord>, _> = reader.records().collect();
    (header, rows.expect("rows as wide as their header"))
}

/// Percent and stage after each task of a run in three parts.
fn only_goes_forward(seen: &[(u8, String)]) {
    let percents: Vec<u8> = seen.iter().map(|(percent, _)| *percent).collect();
    assert!(percents.is_sorted(), "{seen:?}");
    // Started, planned, and each part counts.
    assert_eq!(&percents[..5], [0, 5, 20, 35, 50], "{seen:?}");
    assert_eq!(percents.last(), Some(&100));
    let mut stages: Vec<&str> = seen.iter().map(|(_, stage)| stage.as_str()).collect();
    stages.dedup();
    let expected = [
        "planning",
        "data_generation",
        "quality_validation",
        "packaging",
        "completed",
    ];
    assert_eq!(stages, expected);
}

/// What comes late, from a machine that saw no answer, is not seen.
async fn is_final(walk: &Walk) {
    let before = walk.world().await;
    let ticket = walk.ticket().await;
    for part in walk.plan(&ticket, 3).await {
        walk.phases.part(&ticket, &part).await.expect("a part");
    }
    walk.phases.publish(&ticket).await.expect("published");
    let failed = walk.phases.fail(&ticket, "too late").await;
    failed.expect("no step to fail");
    assert!(walk.world().await == before);
}

/// Walks a brief to its end and looks at all that a caller can see of it.
async fn ends_published(brief: Brief) {
    let walk = Walk::published(&brief, 3).await;
    only_goes_forward(&walk.seen);
    is_final(&walk).await;
    let session = walk.session().await;
    assert_eq!((&session.pending, &session.failure), (&None, &None));
    let run = session.full.expect("a finished run");

    let QaDocument { qa_results } = walk.json(&run.qa).await;
    let broken: Vec<_> = qa_results
        .checks
        .iter()
        .filter(|check| !check.passed)
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(
        qa_results.overall_score >= 8.0,
        "{}",
        qa_results.overall_score
    );
    assert_eq!(
        run.overall_score.to_bits(),
        qa_results.overall_score.to_bits()
    );

    let tables = walk.tables().await;
    let rows = tables.values().map(|csv| records(csv).1.len() as u64);
    assert_eq!(
        rows.max(),
        Some(brief.dataset_size),
        "rows of the largest table"
    );
    let wide = brief.data_structure == DataStructure::Denormalized;
    assert_eq!(wide, tables.len() == 1, "{:?}", tables.keys());

    let package = walk.object(&run.zip).await;
    assert_eq!(package.len() as u64, run.zip_bytes);
    let members = unpack(&package);
    let statements = 1..=walk.schema().await.proven.len();
    assert!(
        statements.end() >= &5,
        "only {statements:?} questions are answered"
    );
    let expected: BTreeSet<String> = tables
        .keys()
        .cloned()
        .chain(["quality_report.pdf", "analytical_answers.xlsx"].map(str::to_owned))
        .chain(["data_dictionary.txt", "README.txt"].map(str::to_owned))
        .chain(statements.map(|number| format!("sql/question_{number:02}.sql")))
        .collect();
    assert_eq!(members.keys().cloned().collect::<BTreeSet<_>>(), expected);
    for (name, csv) in &tables {
        assert!(
            members[name] == *csv,
            "{name} is not the file that was checked"
        );
    }
    assert!(members["quality_report.pdf"] == walk.object(&run.pdf).await);
    assert!(members["quality_report.pdf"].starts_with(b"%PDF-"));
    let workbook = Bytes::from(members["analytical_answers.xlsx"].clone());
    assert!(unpack(&workbook).contains_key("xl/workbook.xml"));
    assert!(members.values().all(|bytes| !bytes.is_empty()));

    let named: BTreeSet<&String> = run.csv_files.iter().collect();
    assert_eq!(named, tables.keys().collect());
    let datasets = unpack(&walk.object(&run.csv_zip).await);
    assert_eq!(datasets.keys().collect::<BTreeSet<_>>(), named);
}

#[tokio::test]
async fn e_commerce_ends_published() {
    ends_published(brief(PACKS[0], SkillLevel::Intermediate)).await;
}

#[tokio::test]
async fn healthcare_ends_published() {
    ends_published(brief(PACKS[1], SkillLevel::Advanced)).await;
}

#[tokio::test]
async fn one_wide_table_ends_published() {
    ends_published(Brief {
        data_structure: DataStructure::Denormalized,
        ..brief(PACKS[2], SkillLevel::Beginner)
    })
    .await;
}

#[tokio::test]
async fn a_composed_domain_ends_published() {
    ends_published(brief(COMPOSED, SkillLevel::Advanced)).await;
}

#[tokio::test]
async fn parts_do_not_matter_and_the_seed_does() {
    let brief = brief(PACKS[0], SkillLevel::Advanced);
    let whole = Walk::published(&brief, 1).await;
    let parted = Walk::published(&brief, 7).await;
    assert!(whole.tables().await == parted.tables().await);
    assert_eq!(whole.findings().await, parted.findings().await);
    assert!(whole.package().await == parted.package().await);
    let other = Brief {
        seed: brief.seed + 1,
        ..brief
    };
    let other = Walk::checked(&other, 7).await;
    assert!(whole.tables().await != other.tables().await);
    let (ours, theirs) = (whole.findings().await, other.findings().await);
    assert_ne!(ours.answers, theirs.answers);
}

#[tokio::test]
async fn parts_of_the_wide_table_do_not_matter() {
    let brief = Brief {
        data_structure: DataStructure::Denormalized,
        ..brief(PACKS[1], SkillLevel::Advanced)
    };
    let whole = Walk::generated(&brief, 1).await;
    let parted = Walk::generated(&brief, 7).await;
    assert!(whole.joined_parts().await == parted.joined_parts().await);
}

/// Questions with the rows that answer them.
async fn answers(brief: &Brief) -> BTreeMap<String, Vec<Vec<Value>>> {
    let walk = Walk::checked(brief, 2).await;
    let questions = walk.schema().await.proven;
    let answers = walk.findings().await.answers;
    assert_eq!(questions.len(), answers.len());
    questions
        .into_iter()
        .zip(answers)
        .map(|(question, answer)| (question.question, answer.rows))
        .collect()
}

#[tokio::test]
async fn the_wide_form_gives_the_same_answers() {
    for (pack, skill) in PACKS.into_iter().zip([
        SkillLevel::Beginner,
        SkillLevel::Intermediate,
        SkillLevel::Advanced,
    ]) {
        let brief = brief(pack, skill);
        let normalized = answers(&brief).await;
        let wide = answers(&Brief {
            data_structure: DataStructure::Denormalized,
            ..brief
        })
        .await;
        assert!(wide.len() >= 5, "{pack:?}: {} answers", wide.len());
        for (question, rows) in &wide {
            assert_eq!(Some(rows), normalized.get(question), "{pack:?}: {question}");
        }
    }
}

/// A machine that saw no answer runs a task again.
#[tokio::test]
async fn a_task_that_runs_twice_changes_nothing() {
    let walk = Walk::generated(&brief(PACKS[1], SkillLevel::Beginner), 4).await;
    let ticket = walk.ticket().await;
    let before = walk.world().await;
    for part in walk.plan(&ticket, 4).await.iter().rev() {
        walk.phases.part(&ticket, part).await.expect("a part");
    }
    assert!(walk.world().await == before, "a repeated part is seen");
    walk.phases.check(&ticket).await.expect("checked files");
    let before = walk.world().await;
    walk.phases.check(&ticket).await.expect("checked files");
    assert!(walk.world().await == before, "a repeated check is seen");
}

#[tokio::test]
async fn a_superseded_execution_changes_nothing() {
    let walk = Walk::approved(&brief(PACKS[1], SkillLevel::Beginner)).await;
    let late = walk.start().await;
    let parts = walk.plan(&late, 2).await;
    walk.phases.part(&late, &parts[0]).await.expect("a part");
    walk.cancel().await;
    let current = walk.start().await;
    assert!(current.revision > late.revision);

    let before = walk.world().await;
    let phases = &walk.phases;
    for (task, result) in [
        ("research", phases.research(&late).await),
        ("problem", phases.problem(&late).await),
        ("schema", phases.schema(&late).await),
        ("preview", phases.preview(&late).await),
        ("plan-parts", phases.plan_parts(&late, None).await.map(drop)),
        ("part", phases.part(&late, &parts[1]).await),
        ("check", phases.check(&late).await),
        ("reports", phases.reports(&late).await),
        ("publish", phases.publish(&late).await),
        ("fail", phases.fail(&late, "too late").await),
    ] {
        let superseded = matches!(
            result,
            Err(PhaseError::Session(StoreError::Superseded(revision))) if revision == late.revision
        );
        assert!(superseded, "{task}: {result:?}");
        assert!(walk.world().await == before, "{task} is seen");
    }
}

/// Whether a cell of a preview stands in a file as `cell`.
fn is_same(shown: Option<&Value>, cell: &str) -> bool {
    match shown {
        Some(Value::Null) => cell.is_empty(),
        Some(Value::String(text)) => text == cell,
        Some(Value::Bool(truth)) => cell.parse() == Ok(*truth),
        Some(Value::Number(number)) => cell.parse::<f64>().ok() == number.as_f64(),
        Some(Value::Array(_) | Value::Object(_)) | None => false,
    }
}

#[tokio::test]
async fn a_preview_is_a_slice_of_the_full_set() {
    for structure in [DataStructure::Normalized, DataStructure::Denormalized] {
        let brief = Brief {
            data_structure: structure,
            ..brief(PACKS[0], SkillLevel::Advanced)
        };
        let walk = Walk::generated(&brief, 2).await;
        let preview = walk.session().await.preview.expect("a preview");
        let preview: PreviewDocument = walk.json(&preview.key).await;
        let tables = walk.joined_parts().await;
        assert_eq!(preview.preview_data.len(), tables.len());
        for table in preview.preview_data {
            let name = table.table_name;
            let (header, rows) = records(&tables[&name]);
            assert_eq!(table.column_count, header.len() as u64, "{name}");
            assert_eq!(table.row_count, table.sample_rows.len() as u64, "{name}");
            assert_eq!(table.sample_rows.len(), rows.len().min(30), "{name}");
            for (number, (shown, row)) in table.sample_rows.iter().zip(&rows).enumerate() {
                assert_eq!(shown.len(), header.len(), "{name} row {number}");
                for (column, cell) in header.iter().zip(row) {
                    let shown = shown.get(column);
                    assert!(
                        is_same(shown, cell),
                        "{name}.{column}: {shown:?} is not '{cell}'"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_worse_schema_does_not_take_the_place_of_a_better_one() {
    let walk = Walk::generated(&brief(PACKS[0], SkillLevel::Beginner), 1).await;
    let earlier = walk.schema().await;
    let mut worse = earlier.clone();
    worse.revision += 1;
    worse.validation.validation_score -= 0.5;
    let kept = worse.clone().or_earlier(Some(earlier.clone()));
    assert_eq!(
        (kept.revision, &kept.plan),
        (earlier.revision, &earlier.plan)
    );
    let said = kept.validation.recommendations.last().expect("a reason");
    assert!(said.contains("kept"), "{said}");

    let mut as_good = earlier.clone();
    as_good.revision += 1;
    assert_eq!(as_good.clone().or_earlier(Some(earlier)), as_good);
    assert_eq!(worse.clone().or_earlier(None), worse);
}
