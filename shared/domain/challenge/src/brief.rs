//! What the caller asks for.

use serde::{Deserialize, Serialize};

/// A validated brief. Its bounds are those of the contract's `ChallengeInput`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    /// Business domain, 3 to 100 characters.
    pub domain: String,
    /// Business function, 3 to 100 characters.
    pub function: String,
    /// The problem in the caller's words, 100 to 2,000 characters.
    pub problem_statement: String,
    /// For whom the data is made.
    pub skill_level: SkillLevel,
    /// Rows of the largest table.
    pub dataset_size: u64,
    /// Several tables or one wide one.
    #[serde(default)]
    pub data_structure: DataStructure,
    /// Questions that the data must answer, one a line or sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_questions: Option<String>,
    /// Seed of every random draw; the same brief with the same seed gives the same bytes.
    pub seed: u64,
}

/// Skill levels of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SkillLevel {
    /// Clean data, questions on one table.
    Beginner,
    /// A little untidy, joins.
    Intermediate,
    /// Untidy, joins and windows.
    Advanced,
}

/// Shapes of the dataset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataStructure {
    /// Several tables with keys.
    #[default]
    Normalized,
    /// One wide table.
    Denormalized,
}
