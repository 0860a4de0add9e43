//! From the user's own questions to SQL over a pack, without guessing.
//!
//! Every content word of a question must be known: as a measure, a column, a value, a span of time or a
//! word of analysis ("trend", "compare"). A question with a word that nothing knows is unanswerable, and
//! says so with the words.

mod join;
mod reading;
mod render;
mod separate;
mod sql;
mod vocabulary;

use std::collections::BTreeSet;

use crate::pack::{Difficulty, Pack, Question};
use crate::words;

pub use separate::{MAX_QUESTIONS, separate};

/// A question that the tables cannot answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswerable {
    /// The question in the user's words.
    pub question: String,
    /// Why not, with the words that nothing knows.
    pub reason: String,
}

/// Share of words that two questions must have in common to be the same question.
const SAME_QUESTION: f64 = 0.85;

/// Maps one question of a user to SQL over the pack.
///
/// # Errors
/// [`Unanswerable`] where a content word is unknown, or where no reference joins what is asked for.
pub fn answer(pack: &Pack, question: &str) -> Result<Question, Unanswerable> {
    let refuse = |reason: String| Unanswerable {
        question: question.to_owned(),
        reason,
    };
    if let Some(known) = known_question(pack, question) {
        return Ok(Question {
            question: question.to_owned(),
            ..asked_by_user(known)
        });
    }
    if let Some(kpi) = known_kpi(pack, question) {
        return Ok(Question {
            question: question.to_owned(),
            category: "user".to_owned(),
            difficulty: difficulty_of(&kpi.sql),
            asked_by: "you".to_owned(),
            sql: kpi.sql.clone(),
            chart: None,
            wide: true,
        });
    }
    let vocabulary = vocabulary::Vocabulary::of(pack);
    let reading = reading::read(&vocabulary, question).map_err(&refuse)?;
    let built = sql::build(pack, &reading).map_err(refuse)?;
    Ok(Question {
        question: question.to_owned(),
        category: "user".to_owned(),
        difficulty: difficulty_of(&built.sql),
        asked_by: "you".to_owned(),
        sql: built.sql,
        chart: built.chart,
        wide: built.wide,
    })
}

/// Difficulty by what the SQL uses.
#[must_use]
pub fn difficulty_of(sql: &str) -> Difficulty {
    if sql.contains(" OVER (") || sql.starts_with("WITH ") {
        Difficulty::Advanced
    } else if sql.contains("JOIN ") {
        Difficulty::Intermediate
    } else {
        Difficulty::Beginner
    }
}

fn asked_by_user(question: &Question) -> Question {
    Question {
        category: "user".to_owned(),
        asked_by: "you".to_owned(),
        ..question.clone()
    }
}

/// The pack's question in nearly the same words.
fn known_question<'a>(pack: &'a Pack, question: &str) -> Option<&'a Question> {
    let asked: BTreeSet<String> = words::content(question).into_iter().collect();
    if asked.is_empty() {
        return None;
    }
    pack.questions.iter().find(|candidate| {
        let known: BTreeSet<String> = words::content(&candidate.question).into_iter().collect();
        let common = asked.intersection(&known).count() as f64;
        // No word beyond the pack's own: "except refunds" must not be lost.
        asked.is_subset(&known) && common / known.len() as f64 >= SAME_QUESTION
    })
}

/// The key figure that the question names and nothing else.
fn known_kpi<'a>(pack: &'a Pack, question: &str) -> Option<&'a crate::pack::Kpi> {
    let asked: Vec<String> = words::content(question)
        .into_iter()
        .filter(|word| !matches!(word.as_str(), "overall" | "current" | "total"))
        .collect();
    pack.kpis
        .iter()
        .find(|kpi| !asked.is_empty() && words::content(&kpi.name) == asked)
}

#[cfg(test)]
mod tests;
