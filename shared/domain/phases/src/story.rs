//! Phase 1: from a brief to research and problem statement, and the plan behind them.

use millrace_api::challenge as api;
use millrace_challenge::brief::Brief;
use millrace_packs::challenge::{self, AnalyticalQuestion};
use millrace_packs::pack::Difficulty;
use millrace_packs::{Pack, library, scale};
use millrace_report::Character;
use millrace_synth::plan::Plan;

use crate::documents::ProblemDocument;
use crate::error::PhaseError;

/// The knowledge pack that serves a brief.
#[must_use]
pub fn pack(brief: &Brief) -> Pack {
    library::choose(&brief.domain, &brief.function, &brief.problem_statement)
}

/// What is known of the domain. Sources name the pack and the brief, and nothing else.
#[must_use]
pub fn research(brief: &Brief) -> api::Research {
    let pack = pack(brief);
    let found = challenge::research(&pack);
    let mut sources: Vec<api::Source> = found
        .sources
        .into_iter()
        .map(|name| api::Source {
            name,
            kind: api::SourceKind::KnowledgePack,
            description: format!(
                "Tables, KPIs and questions of the domain '{}', part of this product.",
                pack.title
            ),
        })
        .collect();
    sources.push(api::Source {
        name: "Your brief".to_owned(),
        kind: api::SourceKind::Brief,
        description: "The domain, the function and the problem statement of this session."
            .to_owned(),
    });
    api::Research {
        sources,
        domain_insights: found.domain_insights,
        identified_kpis: pack
            .kpis
            .iter()
            .map(|kpi| api::IdentifiedKpi {
                name: kpi.name.clone(),
                description: kpi.description.clone(),
                unit: kpi.unit.clone(),
            })
            .collect(),
        industry_challenges: found.industry_challenges,
    }
}

/// The problem as it is told, with its questions.
#[must_use]
pub fn problem(brief: &Brief) -> ProblemDocument {
    let problem = challenge::problem(&pack(brief), brief);
    let characters: Vec<Character> = problem
        .character_positions
        .iter()
        .map(|(name, person)| Character {
            name: name.clone(),
            role: person.role.clone(),
            position: person.position.clone(),
            wants: person.wants.clone(),
        })
        .collect();
    ProblemDocument {
        problem_statement: api::ProblemStatement {
            title: problem.title,
            company_name: problem.company_name,
            statement: problem.statement,
            character_positions: characters
                .iter()
                .map(|person| {
                    let position = format!(
                        "{}. {} Wants to know: {}",
                        person.role, person.position, person.wants
                    );
                    (person.name.clone(), position)
                })
                .collect(),
            analytical_questions: problem.analytical_questions.iter().map(question).collect(),
        },
        questions: problem.analytical_questions,
        characters,
    }
}

fn question(question: &AnalyticalQuestion) -> api::AnalyticalQuestion {
    api::AnalyticalQuestion {
        question: question.question.clone(),
        category: question.category.clone(),
        difficulty: difficulty(question.difficulty).to_owned(),
        asked_by: question.asked_by.clone(),
    }
}

/// Name of a difficulty for people.
#[must_use]
pub fn difficulty(difficulty: Difficulty) -> &'static str {
    match difficulty {
        Difficulty::Beginner => "Beginner",
        Difficulty::Intermediate => "Intermediate",
        Difficulty::Advanced => "Advanced",
    }
}

/// The plan of a brief at a revision of its seed.
///
/// # Errors
/// [`PhaseError::Pack`] where the pack does not scale to the size.
pub fn plan(brief: &Brief, revision: u32) -> Result<Plan, PhaseError> {
    Ok(scale::plan(&pack(brief), brief, revision)?)
}
