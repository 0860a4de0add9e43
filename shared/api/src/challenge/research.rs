//! Phase 1: research and problem statement.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Phase, Status};

/// `200` of `POST /api/challenge/phase1/research`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ResearchResponse {
    /// The new session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `research_complete`.
    pub status: Status,
    /// What is known of the domain.
    pub research: Research,
}

/// What is known of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Research {
    /// Where the rest of this object comes from.
    pub sources: Vec<Source>,
    /// Facts of the domain, a sentence each.
    pub domain_insights: Vec<String>,
    /// What the function is measured by.
    pub identified_kpis: Vec<IdentifiedKpi>,
    /// What is hard in this line of business, a sentence each.
    pub industry_challenges: Vec<String>,
}

/// Where knowledge comes from; never an invented link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// Name and version.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: SourceKind,
    /// One sentence.
    pub description: String,
}

/// What a [`Source`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Knowledge that ships with the product.
    KnowledgePack,
    /// The brief that the caller sent.
    Brief,
    /// A configured language model.
    LanguageModel,
}

/// A figure that the function is measured by, before there is a schema to compute it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentifiedKpi {
    /// Name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Unit of the figure: `USD`, `percent`, `days`.
    pub unit: String,
}

/// `200` of `POST /api/challenge/phase1/generate-problem`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemResponse {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `problem_generated`.
    pub status: Status,
    /// The story and its questions.
    pub problem_statement: ProblemStatement,
}

/// The story that the dataset tells, and what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemStatement {
    /// Title.
    pub title: String,
    /// The company of the story.
    pub company_name: String,
    /// The story.
    pub statement: String,
    /// Who is who: name to position.
    pub character_positions: BTreeMap<String, String>,
    /// What is asked, the caller's own questions included.
    pub analytical_questions: Vec<AnalyticalQuestion>,
}

/// A question to answer from the dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnalyticalQuestion {
    /// The question.
    pub question: String,
    /// What kind of analysis it needs: `ranking`, `trend`.
    pub category: String,
    /// How hard it is: `Beginner`, `Intermediate`, `Advanced`.
    pub difficulty: String,
    /// The character who asks it, or the caller.
    pub asked_by: String,
}

/// `GET /api/challenge/phase1/status/{session_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Phase1Status {
    /// The session.
    #[schema(format = "uuid")]
    pub session_id: String,
    /// `phase1`.
    pub phase: Phase,
    /// `in_progress`, `research_complete`, `problem_generated`, `phase1_approved` or `failed`.
    pub status: Status,
    /// The problem statement is approved.
    pub problem_approved: bool,
    /// The research is there.
    pub has_research: bool,
    /// The problem statement is there.
    pub has_problem: bool,
    /// The research, once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub research: Option<Research>,
    /// The problem statement, once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem_statement: Option<ProblemStatement>,
}
