//! Phase 2: the schema in the contract's words, and the proof of its questions.

use millrace_api::challenge as api;
use millrace_packs::challenge::AnalyticalQuestion;
use millrace_packs::pack::{BusinessRule, Kpi};
use millrace_report::Unanswerable;
use millrace_verify::Planner;

use crate::delivery::Delivery;
use crate::error::PhaseError;
use crate::reading::Reader;

/// The proven questions of a schema, and the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// Questions whose SQL plans against the delivered tables, rewritten for them.
    pub proven: Vec<AnalyticalQuestion>,
    /// Questions that it does not answer.
    pub unanswerable: Vec<Unanswerable>,
    /// As the caller sees it.
    pub validation: api::SchemaValidation,
}

/// Plans the SQL of every question and KPI against the delivered tables.
///
/// # Errors
/// [`PhaseError::Sql`] where the planner itself cannot be made.
pub async fn prove(
    delivery: &Delivery,
    asked: &[AnalyticalQuestion],
    kpis: &[Kpi],
) -> Result<Proof, PhaseError> {
    let planner = Planner::new(&delivery.schema())?;
    let reader = Reader::new(delivery, asked);
    let mut proven = Vec::new();
    let mut unanswerable = Vec::new();
    let mut answerable_questions = Vec::new();
    for (index, asked) in asked.iter().enumerate() {
        match attempt(delivery, &planner, reader.as_ref(), asked).await {
            Ok(question) => {
                answerable_questions.push(index);
                proven.push(question);
            }
            Err(refused) => unanswerable.push(refused),
        }
    }
    let mut planned_kpis = 0;
    let mut missing: Vec<String> = unanswerable
        .iter()
        .map(|refused| format!("{} ({})", refused.question, refused.reason))
        .collect();
    for kpi in kpis {
        match planner.plan(&delivery.rewrite(&kpi.sql)).await {
            Ok(_) => planned_kpis += 1,
            Err(fault) => missing.push(format!("KPI {}: {fault}", kpi.name)),
        }
    }
    let total = asked.len() + kpis.len();
    let share = (answerable_questions.len() + planned_kpis) as f64 / total.max(1) as f64;
    let recommendations = recommendations(&unanswerable, kpis.len() - planned_kpis);
    Ok(Proof {
        validation: api::SchemaValidation {
            can_answer_all: unanswerable.is_empty(),
            validation_score: (share * 100.0).round() / 10.0,
            answerable_questions,
            missing_capabilities: missing,
            recommendations,
        },
        proven,
        unanswerable,
    })
}

async fn attempt(
    delivery: &Delivery,
    planner: &Planner,
    reader: Option<&Reader>,
    question: &AnalyticalQuestion,
) -> Result<AnalyticalQuestion, Unanswerable> {
    let refuse = |reason: String| Unanswerable {
        question: question.question.clone(),
        reason,
    };
    let Some(sql) = &question.sql else {
        if let Some(sql) = reader.and_then(|reader| reader.read(&question.question)) {
            return Ok(AnalyticalQuestion {
                sql: Some(sql),
                unanswerable: None,
                ..question.clone()
            });
        }
        let reason = question
            .unanswerable
            .as_deref()
            .unwrap_or("no statement is known for it");
        return Err(refuse(reason.to_owned()));
    };
    if delivery.is_wide() && !question.wide {
        return Err(refuse(
            "one wide table holds only rows that belong to its largest table".to_owned(),
        ));
    }
    let sql = delivery.rewrite(sql);
    match planner.plan(&sql).await {
        Ok(_) => Ok(AnalyticalQuestion {
            sql: Some(sql),
            ..question.clone()
        }),
        Err(fault) => Err(refuse(fault.to_string())),
    }
}

fn recommendations(unanswerable: &[Unanswerable], kpis: usize) -> Vec<String> {
    let mut found: Vec<String> = unanswerable
        .iter()
        .map(|refused| {
            format!(
                "Reword or drop the question \"{}\": {}.",
                refused.question, refused.reason
            )
        })
        .collect();
    if kpis > 0 {
        found.push(format!(
            "{kpis} KPIs need columns that this form of the data does not have."
        ));
    }
    if found.is_empty() {
        found.push(
            "Every question and KPI plans against this schema; nothing is left to improve."
                .to_owned(),
        );
    }
    found
}

/// The delivered tables in the contract's words.
#[must_use]
pub fn schema(delivery: &Delivery, rules: &[BusinessRule], kpis: &[Kpi]) -> api::Schema {
    let tables = delivery
        .tables()
        .into_iter()
        .map(|table| api::Table {
            primary_key: table
                .columns
                .iter()
                .filter(|column| column.primary_key)
                .map(|column| column.name.clone())
                .collect(),
            name: table.name,
            description: table.description,
            columns: table
                .columns
                .into_iter()
                .map(|column| api::Column {
                    name: column.name,
                    sql_type: crate::delivery::column_type(column.data_type)
                        .sql_type()
                        .to_owned(),
                    description: column.description,
                    nullable: column.nullable,
                    primary_key: column.primary_key,
                })
                .collect(),
            estimated_rows: table.rows,
        })
        .collect();
    let relationships = delivery
        .relationships()
        .into_iter()
        .map(|relationship| api::Relationship {
            from_table: relationship.from_table,
            from_column: relationship.from_column,
            to_table: relationship.to_table,
            to_column: relationship.to_column,
            kind: api::RelationshipKind::ManyToOne,
        })
        .collect();
    let business_rules = rules
        .iter()
        .map(|rule| api::BusinessRule {
            name: rule.name.clone(),
            table: rule.table.clone(),
            description: rule.description.clone(),
            check: rule.check.clone(),
        })
        .collect();
    let kpis = kpis
        .iter()
        .map(|kpi| api::Kpi {
            name: kpi.name.clone(),
            description: kpi.description.clone(),
            unit: kpi.unit.clone(),
            sql: delivery.rewrite(&kpi.sql),
        })
        .collect();
    api::Schema {
        tables,
        relationships,
        business_rules,
        kpis,
    }
}
