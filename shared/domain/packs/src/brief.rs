//! What a user asks for.

use serde::{Deserialize, Serialize};

/// How experienced the solvers of a challenge are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SkillLevel {
    /// Tidy data, questions over single tables.
    Beginner,
    /// Some untidy cells, joins.
    Intermediate,
    /// More untidy cells, joins and window functions.
    Advanced,
}

/// Form of the delivered tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DataStructure {
    /// Several tables with references.
    #[default]
    Normalized,
    /// One wide table.
    Denormalized,
}

/// The order of a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// Domain in the user's words.
    pub domain: String,
    /// Business function in the user's words.
    pub function: String,
    /// The problem in the user's words.
    pub problem_statement: String,
    /// For whom the challenge is.
    pub skill_level: SkillLevel,
    /// Rows of the largest table.
    pub dataset_size: u64,
    /// Form of the tables.
    #[serde(default)]
    pub data_structure: DataStructure,
    /// The user's own questions, as free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_questions: Option<String>,
    /// Seed of every draw.
    pub seed: u64,
}
