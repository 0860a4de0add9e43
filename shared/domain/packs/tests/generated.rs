//! Packs against generated data: plans compile, rules hold, every SQL runs and gives rows.

use std::collections::{BTreeMap, BTreeSet};

use millrace_challenge::brief::{Brief, DataStructure, SkillLevel};
use millrace_packs::challenge::challenge;
use millrace_packs::pack::{Pack, TemporalOrder};
use millrace_packs::{library, mapping, scale};
use millrace_synth::Generator;
use millrace_synth::plan::{DataType, Layout, Plan, TablePlan};
use millrace_verify::{Column, ColumnType, Dataset, Planner, QueryLimits, Schema, Table};

const SIZES: [u64; 6] = [1_000, 5_000, 10_000, 25_000, 50_000, 100_000];

/// Domain and function of every full pack and of a composed pack for every function.
const SUBJECTS: [(&str, &str); 14] = [
    ("E-commerce", "Sales analytics"),
    ("Healthcare", "Operations"),
    ("B2B SaaS", "Churn"),
    ("Beekeeping cooperative", "Yield analytics"),
    ("Craft brewery", "Production"),
    ("Solar energy", "Maintenance"),
    ("Dairy farm", "Quality control"),
    ("Airline", "Customer support"),
    ("Staffing agency", "People analytics"),
    ("Consumer banking", "Fraud detection"),
    ("Construction", "Finance"),
    ("Charity", "Fundraising"),
    ("Public library", "Usage analytics"),
    (
        "\u{8702}\u{871c}\u{5408}\u{4f5c}\u{793e}",
        "'; DROP TABLE x",
    ),
];

fn brief((domain, function): (&str, &str), skill_level: SkillLevel, dataset_size: u64) -> Brief {
    Brief {
        domain: domain.to_owned(),
        function: function.to_owned(),
        problem_statement: "Costs rise, and the weather, delays and discounts are blamed."
            .to_owned(),
        skill_level,
        dataset_size,
        data_structure: DataStructure::Normalized,
        primary_questions: None,
        seed: 20_260_101,
    }
}

fn schema(plan: &Plan) -> Schema {
    let column = |column: &millrace_synth::plan::ColumnPlan| Column {
        name: column.name.clone(),
        data_type: match column.data_type {
            DataType::Text => ColumnType::Text,
            DataType::Integer => ColumnType::Integer,
            DataType::Decimal | DataType::Fixed(_) => ColumnType::Decimal,
            DataType::Date => ColumnType::Date,
            DataType::Timestamp => ColumnType::Timestamp,
            DataType::Boolean => ColumnType::Boolean,
        },
        nullable: column.nullable,
        primary_key: false,
    };
    let table = |table: &millrace_synth::plan::TablePlan| Table {
        name: table.name.clone(),
        columns: table.columns.iter().map(column).collect(),
    };
    Schema {
        tables: plan.tables.iter().map(table).collect(),
        relationships: Vec::new(),
    }
}

/// The files of a brief, and the pack and schema that they follow.
struct Files {
    pack: Pack,
    schema: Schema,
    files: Vec<(String, String)>,
}

impl Files {
    fn of(brief: &Brief) -> Self {
        let pack = challenge(brief).pack;
        let plan = scale::plan(&pack, brief, 0).expect("the packs are sound");
        let generator = Generator::compile(&plan)
            .unwrap_or_else(|faults| panic!("{} / {}: {faults}", brief.domain, brief.function));
        let file = |table: &TablePlan| {
            let mut csv = Vec::new();
            generator
                .write_csv(&table.name, 0..table.rows, true, &mut csv)
                .expect("the packs are sound");
            (
                table.name.clone(),
                String::from_utf8(csv).expect("the packs are sound"),
            )
        };
        Self {
            files: plan.tables.iter().map(file).collect(),
            schema: schema(&plan),
            pack,
        }
    }

    fn load(&self) -> Dataset {
        Dataset::load(&self.schema, self.files.clone()).expect("the packs are sound")
    }

    /// The same rows in reverse order: what an ORDER BY leaves open comes out differently there.
    fn reversed(&self) -> Dataset {
        let turned = self.files.iter().map(|(name, csv)| {
            let mut lines: Vec<&str> = csv.lines().collect();
            lines[1..].reverse();
            (name.clone(), lines.join("\n"))
        });
        Dataset::load(&self.schema, turned.collect()).expect("the packs are sound")
    }

    /// Only the rows that the wide table holds: the grain's, what they refer to, and the subsets of these.
    fn reachable(&self) -> Dataset {
        let rows = |name: &str| -> Vec<Vec<&str>> {
            let csv = &self
                .files
                .iter()
                .find(|(table, _)| table == name)
                .expect("the packs are sound")
                .1;
            csv.lines().map(|line| line.split(',').collect()).collect()
        };
        let mut kept: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        let grain = self.pack.grain().expect("the packs are sound");
        for table in self.pack.tables.iter().rev() {
            let subset =
                matches!(&table.layout, Some(Layout::Subset { table }) if *table == grain.name);
            if table.name == grain.name || subset {
                let keys = rows(&table.name)[1..]
                    .iter()
                    .map(|row| row[0].to_owned())
                    .collect();
                kept.insert(&table.name, keys);
            }
        }
        for table in self.pack.tables.iter().rev() {
            let Some(keys) = kept.get(table.name.as_str()).cloned() else {
                continue;
            };
            for (column, target) in table.references() {
                let rows = rows(&table.name);
                let at = rows[0]
                    .iter()
                    .position(|name| *name == column)
                    .expect("the packs are sound");
                let found = rows[1..]
                    .iter()
                    .filter(|row| keys.contains(row[0]))
                    .map(|row| row[at].to_owned());
                kept.entry(target).or_default().extend(found);
            }
        }
        let files = self.files.iter().map(|(name, csv)| {
            let keys = &kept[name.as_str()];
            let inside =
                |line: &&str| keys.contains(line.split(',').next().expect("the packs are sound"));
            let mut lines: Vec<&str> = csv.lines().take(1).collect();
            lines.extend(csv.lines().skip(1).filter(inside));
            (name.clone(), lines.join("\n"))
        });
        Dataset::load(&self.schema, files.collect()).expect("the packs are sound")
    }
}

async fn count(dataset: &Dataset, sql: &str) -> u64 {
    let answer = dataset.query(sql, &QueryLimits::default()).await;
    let answer = answer.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    answer.rows[0][0].as_u64().expect("the packs are sound")
}

/// Rows in which the later moment comes first.
fn violations(pack: &Pack, order: &TemporalOrder) -> String {
    let table = |path: &str| {
        path.split('.')
            .next()
            .expect("the packs are sound")
            .to_owned()
    };
    let mut from = table(&order.later);
    let mut joins = format!("FROM {from}");
    for column in &order.via {
        let known = pack.table(&from).expect("the packs are sound");
        let to = known
            .references()
            .find(|(name, _)| name == column)
            .expect("the packs are sound")
            .1
            .to_owned();
        let key = pack
            .table(&to)
            .expect("the packs are sound")
            .key()
            .expect("the packs are sound");
        joins.push_str(&format!(" JOIN {to} ON {to}.{key} = {from}.{column}"));
        from = to;
    }
    format!(
        "SELECT COUNT(*) {joins} WHERE {} > {}",
        order.earlier, order.later
    )
}

#[test]
fn every_plan_compiles_at_every_size() {
    for subject in SUBJECTS {
        for size in SIZES {
            for skill in [SkillLevel::Beginner, SkillLevel::Advanced] {
                let brief = brief(subject, skill, size);
                let pack = challenge(&brief).pack;
                let plan = scale::plan(&pack, &brief, 1).unwrap();
                let generator = Generator::compile(&plan)
                    .unwrap_or_else(|faults| panic!("{subject:?} {size}: {faults}"));
                for table in &plan.tables {
                    assert_eq!(generator.rows(&table.name), Some(table.rows));
                }
            }
        }
    }
}

#[tokio::test]
async fn rules_hold_on_clean_data() {
    for subject in SUBJECTS {
        let files = Files::of(&brief(subject, SkillLevel::Beginner, 1_000));
        let (pack, dataset) = (&files.pack, files.load());
        for rule in &pack.rules {
            let sql = format!(
                "SELECT COUNT(*) FROM {} WHERE ({}) IS NOT TRUE",
                rule.table, rule.check
            );
            assert_eq!(count(&dataset, &sql).await, 0, "{subject:?}: {}", rule.name);
        }
        for order in &pack.order {
            assert_eq!(
                count(&dataset, &violations(pack, order)).await,
                0,
                "{subject:?}: {}",
                order.name
            );
        }
    }
}

#[tokio::test]
async fn every_question_has_one_answer() {
    let limits = QueryLimits::default();
    for (index, subject) in SUBJECTS.into_iter().enumerate() {
        let skill = if index % 2 == 0 {
            SkillLevel::Advanced
        } else {
            SkillLevel::Beginner
        };
        let files = Files::of(&brief(subject, skill, 1_000));
        let (dataset, reversed) = (files.load(), files.reversed());
        let questions = files
            .pack
            .questions
            .iter()
            .map(|question| (&question.question, &question.sql));
        for (name, sql) in questions.chain(files.pack.kpis.iter().map(|kpi| (&kpi.name, &kpi.sql)))
        {
            let answer = dataset.query(sql, &limits).await;
            let answer = answer.unwrap_or_else(|fault| panic!("{subject:?} {name}: {fault}"));
            assert!(
                !answer.rows.is_empty() && !answer.truncated,
                "{subject:?}: {name}"
            );
            assert!(
                answer.rows.len() <= 200,
                "{subject:?}: {name} has {} rows",
                answer.rows.len()
            );
            assert!(
                answer.rows[0].iter().any(|cell| !cell.is_null()),
                "{subject:?}: {name}"
            );
            let other = reversed.query(sql, &limits).await.unwrap();
            assert_eq!(answer.rows, other.rows, "{subject:?}: {name}");
        }
    }
}

#[tokio::test]
async fn wide_questions_need_only_what_the_wide_table_holds() {
    let limits = QueryLimits::default();
    let (mut same, mut apart) = (0, 0);
    for subject in SUBJECTS {
        let files = Files::of(&brief(subject, SkillLevel::Beginner, 1_000));
        let (dataset, reachable) = (files.load(), files.reachable());
        for question in &files.pack.questions {
            let all = dataset.query(&question.sql, &limits).await.unwrap();
            let wide = reachable.query(&question.sql, &limits).await.unwrap();
            if question.wide {
                assert_eq!(all.rows, wide.rows, "{subject:?}: {}", question.question);
                same += 1;
            } else {
                apart += usize::from(all.rows != wide.rows);
            }
        }
        for kpi in &files.pack.kpis {
            let all = dataset.query(&kpi.sql, &limits).await.unwrap();
            assert_eq!(
                all.rows,
                reachable.query(&kpi.sql, &limits).await.unwrap().rows,
                "{}",
                kpi.name
            );
        }
    }
    assert!(same > 200 && apart >= 1, "{same} {apart}");
}

#[tokio::test]
async fn users_questions_plan_and_run() {
    for subject in &SUBJECTS[..4] {
        let files = Files::of(&brief(*subject, SkillLevel::Advanced, 1_000));
        let (pack, dataset) = (&files.pack, files.load());
        for metric in &pack.metrics {
            let label = &metric.synonyms[0];
            let mut asked = vec![
                format!("What is the {label}?"),
                format!("{label} per month"),
                format!("growth of {label}"),
            ];
            asked.extend(
                pack.dimensions
                    .iter()
                    .map(|dimension| format!("Top 3 {} by {label}", dimension.synonyms[0])),
            );
            for question in asked {
                let Ok(found) = mapping::answer(pack, &question) else {
                    continue;
                };
                let answer = dataset.query(&found.sql, &QueryLimits::default()).await;
                let answer =
                    answer.unwrap_or_else(|fault| panic!("{question}: {fault}\n{}", found.sql));
                assert!(!answer.rows.is_empty(), "{question}\n{}", found.sql);
            }
        }
    }
}

#[tokio::test]
async fn advanced_data_is_untidy() {
    for subject in &SUBJECTS[..4] {
        let made = |skill| {
            let brief = brief(*subject, skill, 5_000);
            let plan = scale::plan(&challenge(&brief).pack, &brief, 0).unwrap();
            let generator = Generator::compile(&plan).unwrap();
            let rows = |table: &millrace_synth::plan::TablePlan| {
                let mut csv = Vec::new();
                generator
                    .write_csv(&table.name, 0..table.rows, true, &mut csv)
                    .unwrap();
                String::from_utf8(csv).unwrap()
            };
            plan.tables.iter().map(rows).collect::<Vec<_>>()
        };
        let (clean, untidy) = (made(SkillLevel::Beginner), made(SkillLevel::Advanced));
        let (mut cells, mut different) = (0_u32, 0_u32);
        for (clean, untidy) in clean.iter().zip(&untidy) {
            for (one, other) in clean.lines().zip(untidy.lines()) {
                for (one, other) in one.split(',').zip(other.split(',')) {
                    cells += 1;
                    different += u32::from(one != other);
                }
            }
        }
        let share = f64::from(different) / f64::from(cells);
        assert!((0.008..0.03).contains(&share), "{subject:?}: {share}");
    }
}

#[tokio::test]
async fn every_noun_may_name_a_table() {
    let nouns = [
        "accident",
        "appointment",
        "audit",
        "booking",
        "call",
        "case",
        "class",
        "delivery",
        "exam",
        "invoice",
        "job",
        "loan",
        "order",
        "payment",
        "purchase",
        "request",
        "return",
        "review",
        "sample",
        "session",
        "shift",
        "survey",
        "task",
        "test",
        "transaction",
        "trip",
        "user",
        "group",
        "view",
        "index",
        "key",
        "row",
        "table",
        "value",
        "window",
        "level",
        "line",
        "part",
        "plan",
        "position",
        "show",
        "title",
        "service",
        "watch",
        "set",
        "range",
    ];
    for noun in nouns {
        let pack = library::choose(noun, &format!("{noun} operations"), noun);
        let brief = brief((noun, noun), SkillLevel::Beginner, 1_000);
        let planner = Planner::new(&schema(&scale::plan(&pack, &brief, 0).unwrap())).unwrap();
        for question in &pack.questions {
            let planned = planner.plan(&question.sql).await;
            assert!(
                planned.is_ok(),
                "{noun}: {:?}\n{}",
                planned.err(),
                question.sql
            );
        }
    }
}
