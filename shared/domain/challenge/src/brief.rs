//! What the caller asks for.

use millrace_api::challenge::ChallengeInput;
pub use millrace_api::challenge::{DataStructure, SkillLevel};
use serde::{Deserialize, Serialize};

/// A validated [`ChallengeInput`] whose seed is settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl Brief {
    /// The brief of an input; its own seed goes before `seed`.
    #[must_use]
    pub fn new(input: ChallengeInput, seed: u64) -> Self {
        Self {
            domain: input.domain,
            function: input.function,
            problem_statement: input.problem_statement,
            skill_level: input.skill_level,
            dataset_size: input.dataset_size,
            data_structure: input.data_structure,
            primary_questions: input.primary_questions,
            seed: input.seed.unwrap_or(seed),
        }
    }

    /// The input that gives this brief again.
    #[must_use]
    pub fn into_input(self) -> ChallengeInput {
        ChallengeInput {
            domain: self.domain,
            function: self.function,
            problem_statement: self.problem_statement,
            skill_level: self.skill_level,
            dataset_size: self.dataset_size,
            data_structure: self.data_structure,
            primary_questions: self.primary_questions,
            seed: Some(self.seed),
        }
    }
}
