//! A whole challenge: research, problem and questions, put together from a pack and a brief.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fill::fill;
use crate::library;
use crate::mapping;
use crate::pack::{ChartHint, Difficulty, Pack, Question};
use crate::words;
use millrace_challenge::brief::{Brief, DataStructure, SkillLevel};

/// What is known before the problem is posed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Research {
    /// Where it comes from: the built-in pack, by name.
    pub sources: Vec<String>,
    /// What practitioners know.
    pub domain_insights: Vec<String>,
    /// Names of the figures that matter.
    pub identified_kpis: Vec<String>,
    /// What makes the work hard.
    pub industry_challenges: Vec<String>,
}

/// What one character brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CharacterPosition {
    /// Job title.
    pub role: String,
    /// What the character thinks of the problem.
    pub position: String,
    /// What the character wants to know.
    pub wants: String,
}

/// A question of the challenge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnalyticalQuestion {
    /// The question.
    pub question: String,
    /// Subject in a word or two; `user` for the user's own.
    pub category: String,
    /// How hard it is; the brief's level where it cannot be answered.
    pub difficulty: Difficulty,
    /// Character who asks, or "you".
    pub asked_by: String,
    /// SQL that answers it; absent where the tables cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    /// Why it cannot be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswerable: Option<String>,
    /// Chart that fits the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<ChartHint>,
    /// Whether the wide table gives the same answer as the separate ones.
    pub wide: bool,
}

impl From<Question> for AnalyticalQuestion {
    fn from(question: Question) -> Self {
        Self {
            question: question.question,
            category: question.category,
            difficulty: question.difficulty,
            asked_by: question.asked_by,
            sql: Some(question.sql),
            unanswerable: None,
            chart: question.chart,
            wide: question.wide,
        }
    }
}

/// The problem as it is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Title of the challenge.
    pub title: String,
    /// The fictitious company.
    pub company_name: String,
    /// The story, paragraphs parted by an empty line.
    pub statement: String,
    /// Characters by name.
    pub character_positions: BTreeMap<String, CharacterPosition>,
    /// Six to eight questions of the pack, then the user's own.
    pub analytical_questions: Vec<AnalyticalQuestion>,
}

/// A challenge.
#[derive(Debug, Clone, PartialEq)]
pub struct Challenge {
    /// The pack it is made from.
    pub pack: Pack,
    /// What is known.
    pub research: Research,
    /// The problem.
    pub problem: Problem,
}

/// Puts a challenge together. The same brief gives the same challenge.
#[must_use]
pub fn challenge(brief: &Brief) -> Challenge {
    let pack = library::choose(&brief.domain, &brief.function, &brief.problem_statement);
    Challenge {
        research: research(&pack),
        problem: problem(&pack, brief),
        pack,
    }
}

/// What is known, of a pack.
#[must_use]
pub fn research(pack: &Pack) -> Research {
    Research {
        sources: vec![format!(
            "Millrace built-in knowledge pack \u{201c}{}\u{201d} ({})",
            pack.title, pack.id
        )],
        domain_insights: pack.knowledge.domain_insights.clone(),
        identified_kpis: pack.knowledge.identified_kpis.clone(),
        industry_challenges: pack.knowledge.industry_challenges.clone(),
    }
}

/// The problem of a brief, told with a pack.
#[must_use]
pub fn problem(pack: &Pack, brief: &Brief) -> Problem {
    let function = brief.function.trim();
    let values = [
        ("company", pack.company.name.as_str()),
        ("about", pack.company.about.as_str()),
        ("domain", brief.domain.trim()),
        ("function", function),
        ("problem", brief.problem_statement.trim()),
    ];
    let title = pack
        .titles
        .get(usize::try_from(brief.seed % pack.titles.len().max(1) as u64).unwrap_or_default());
    let story: Vec<String> = pack
        .story
        .iter()
        .map(|paragraph| fill(paragraph, &values))
        .collect();
    let positions = pack.cast.iter().map(|character| {
        let position = CharacterPosition {
            role: character.role.clone(),
            position: fill(&character.position, &values),
            wants: fill(&character.wants, &values),
        };
        (character.name.clone(), position)
    });
    let mut questions: Vec<AnalyticalQuestion> = pick(pack, brief)
        .into_iter()
        .cloned()
        .map(Into::into)
        .collect();
    questions.extend(users_questions(pack, brief));
    Problem {
        title: title.map_or_else(|| pack.title.clone(), |title| fill(title, &values)),
        company_name: pack.company.name.clone(),
        statement: story.join("\n\n"),
        character_positions: positions.collect(),
        analytical_questions: questions,
    }
}

/// The user's own questions, mapped to the pack's tables where they can be.
#[must_use]
pub fn users_questions(pack: &Pack, brief: &Brief) -> Vec<AnalyticalQuestion> {
    let text = brief.primary_questions.as_deref().unwrap_or_default();
    mapping::separate(text)
        .into_iter()
        .map(|question| match mapping::answer(pack, &question) {
            Ok(found) => found.into(),
            Err(refused) => AnalyticalQuestion {
                question: refused.question,
                category: "user".to_owned(),
                difficulty: level(brief.skill_level),
                asked_by: "you".to_owned(),
                sql: None,
                unanswerable: Some(refused.reason),
                chart: None,
                wide: false,
            },
        })
        .collect()
}

fn level(skill: SkillLevel) -> Difficulty {
    match skill {
        SkillLevel::Beginner => Difficulty::Beginner,
        SkillLevel::Intermediate => Difficulty::Intermediate,
        SkillLevel::Advanced => Difficulty::Advanced,
    }
}

/// Six to eight questions that fit the level, the function's words and the form of the tables.
#[must_use]
pub fn pick<'a>(pack: &'a Pack, brief: &Brief) -> Vec<&'a Question> {
    let shares: &[(Difficulty, usize)] = match brief.skill_level {
        SkillLevel::Beginner => &[(Difficulty::Beginner, 7)],
        SkillLevel::Intermediate => &[
            (Difficulty::Beginner, 2),
            (Difficulty::Intermediate, 5),
            (Difficulty::Advanced, 1),
        ],
        SkillLevel::Advanced => &[(Difficulty::Intermediate, 2), (Difficulty::Advanced, 6)],
    };
    let wanted: Vec<String> =
        words::content(&format!("{} {}", brief.function, brief.problem_statement));
    let wide_only = brief.data_structure == DataStructure::Denormalized;
    let mut picked: Vec<(usize, &Question)> = Vec::new();
    for (difficulty, count) in shares {
        let mut fitting: Vec<(usize, &Question)> = pack
            .questions
            .iter()
            .enumerate()
            .filter(|(_, question)| {
                question.difficulty == *difficulty && (question.wide || !wide_only)
            })
            .collect();
        fitting.sort_by_key(|(index, question)| {
            let text = words::content(&format!("{} {}", question.category, question.question));
            let common = text.iter().filter(|word| wanted.contains(word)).count();
            (std::cmp::Reverse(common), *index)
        });
        picked.extend(fitting.into_iter().take(*count));
    }
    picked.sort_by_key(|(index, _)| *index);
    picked.into_iter().map(|(_, question)| question).collect()
}
