//! What several documents show.

use serde::{Deserialize, Serialize};

/// A person of the story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Character {
    /// Full name.
    pub name: String,
    /// Job title.
    pub role: String,
    /// Where the person stands on the problem, in a sentence.
    pub position: String,
    /// What this person wants from the analysis, in one sentence.
    pub wants: String,
}

/// A reference from one table to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relationship {
    /// Referring table.
    pub from_table: String,
    /// Its foreign key.
    pub from_column: String,
    /// Table referred to.
    pub to_table: String,
    /// Its key.
    pub to_column: String,
}

/// A question of the challenge, without its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The question in one sentence.
    pub question: String,
    /// Topic.
    pub category: String,
    /// `Easy`, `Medium`, `Hard` or the caller's own grades.
    pub difficulty: String,
    /// Who in the story wants to know.
    pub asked_by: String,
}

/// A question that the data cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswerable {
    /// The question as it was put.
    pub question: String,
    /// What is missing.
    pub reason: String,
}
