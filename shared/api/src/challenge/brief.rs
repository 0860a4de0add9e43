//! The brief: what a caller asks for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

/// The sizes that a brief may ask for.
pub const DATASET_SIZES: [u64; 6] = [1_000, 5_000, 10_000, 25_000, 50_000, 100_000];

/// The sizes that a full generation may ask for.
pub const GENERATION_SIZES: std::ops::RangeInclusive<u64> = 1_000..=100_000;

/// What a session is about.
///
/// Made by [`ChallengeInput::from_value`], which knows the bounds; a value read by serde (from the
/// store) is taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(description = "What a session is about.")]
pub struct ChallengeInput {
    /// Line of business.
    #[schema(min_length = 3, max_length = 100)]
    pub domain: String,
    /// Part of the business.
    #[schema(min_length = 3, max_length = 100)]
    pub function: String,
    /// What is to be found out.
    #[schema(min_length = 100, max_length = 2000)]
    pub problem_statement: String,
    /// How untidy the data and how hard the questions are.
    pub skill_level: SkillLevel,
    /// Rows of the largest table, one of [`DATASET_SIZES`].
    #[schema(schema_with = dataset_size)]
    pub dataset_size: u64,
    /// Several tables, or one wide one.
    #[serde(default)]
    #[schema(required = false)]
    pub data_structure: DataStructure,
    /// The caller's own questions, free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub primary_questions: Option<String>,
    /// Makes the session reproducible: the same input and seed, the same bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub seed: Option<u64>,
}

/// Fields that replace those of a session's brief; the optional body of `phase1/generate-problem`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ChallengeChanges {
    /// Another line of business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 3, max_length = 100, nullable = false)]
    pub domain: Option<String>,
    /// Another part of the business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 3, max_length = 100, nullable = false)]
    pub function: Option<String>,
    /// Another problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 100, max_length = 2000, nullable = false)]
    pub problem_statement: Option<String>,
    /// Another level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub skill_level: Option<SkillLevel>,
    /// Another size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = dataset_size, required = false)]
    pub dataset_size: Option<u64>,
    /// Another structure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_structure: Option<DataStructure>,
    /// Other questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub primary_questions: Option<String>,
    /// Another seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub seed: Option<u64>,
}

impl ChallengeChanges {
    /// `brief` with the fields that are present here.
    #[must_use]
    pub fn apply(self, brief: ChallengeInput) -> ChallengeInput {
        ChallengeInput {
            domain: self.domain.unwrap_or(brief.domain),
            function: self.function.unwrap_or(brief.function),
            problem_statement: self.problem_statement.unwrap_or(brief.problem_statement),
            skill_level: self.skill_level.unwrap_or(brief.skill_level),
            dataset_size: self.dataset_size.unwrap_or(brief.dataset_size),
            data_structure: self.data_structure.unwrap_or(brief.data_structure),
            primary_questions: self.primary_questions.or(brief.primary_questions),
            seed: self.seed.or(brief.seed),
        }
    }
}

/// The schema of a size that a brief may ask for.
fn dataset_size() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Integer))
        .description(Some("Rows of the largest table."))
        .enum_values(Some(DATASET_SIZES))
        .build()
}

/// How untidy the data and how hard the questions are.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
pub enum SkillLevel {
    /// Clean data, single tables.
    Beginner,
    /// Some empty and untidy cells, joins.
    Intermediate,
    /// More of both, window functions.
    Advanced,
}

/// Several tables, or one wide one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
pub enum DataStructure {
    /// Several tables with references.
    #[default]
    Normalized,
    /// One wide table.
    Denormalized,
}

/// The optional body of `phase4/generate-full`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GenerationSizeInput {
    /// Rows of the largest table; the brief's own size where left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1000, maximum = 100_000, nullable = false)]
    pub dataset_size: Option<u64>,
}
