//! What the phases keep between them, as JSON in the object store.

use millrace_api::challenge::{
    PreviewTable, PreviewValidation, ProblemStatement, QaResults, Research, Schema,
    SchemaValidation,
};
use millrace_packs::challenge::AnalyticalQuestion;
use millrace_packs::pack::{BusinessRule, TemporalOrder};
use millrace_report::{Character, Unanswerable};
use millrace_synth::plan::Plan;
use serde::{Deserialize, Serialize};

/// Result of the research.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResearchDocument {
    /// As the caller sees it.
    pub research: Research,
}

/// Result of the problem statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProblemDocument {
    /// As the caller sees it.
    pub problem_statement: ProblemStatement,
    /// The same questions with their SQL, or with the reason why there is none.
    pub questions: Vec<AnalyticalQuestion>,
    /// The cast.
    pub characters: Vec<Character>,
}

/// Result of the schema: with the plan, all that later steps need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SchemaDocument {
    /// As the caller sees it.
    pub schema: Schema,
    /// As the caller sees it.
    pub validation: SchemaValidation,
    /// What the generator makes.
    pub plan: Plan,
    /// Revision of the seed that the plan was made with.
    pub revision: u32,
    /// Predicates of the pack that every clean row obeys, and moments in order, on the plan's tables.
    pub rules: Vec<BusinessRule>,
    /// Moments that follow each other.
    pub order: Vec<TemporalOrder>,
    /// Questions that were proven, in the order of the problem statement, with the SQL that runs on
    /// the delivered tables.
    pub proven: Vec<AnalyticalQuestion>,
    /// Questions that were not, with the reason.
    pub unanswerable: Vec<Unanswerable>,
}

impl SchemaDocument {
    /// The better one of two schemas of one problem: regenerating never lowers the score.
    #[must_use]
    pub fn or_earlier(self, earlier: Option<Self>) -> Self {
        let score = self.validation.validation_score;
        match earlier {
            Some(mut earlier) if earlier.validation.validation_score > score => {
                earlier.validation.recommendations.push(format!(
                    "The next schema would have scored {score} only, so this one was kept; change the \
                     problem statement to get another."
                ));
                earlier
            }
            _ => self,
        }
    }
}

/// Result of the preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreviewDocument {
    /// As the caller sees it.
    pub preview_data: Vec<PreviewTable>,
    /// As the caller sees it.
    pub validation: PreviewValidation,
}

/// Result of the full run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QaDocument {
    /// As the caller sees it.
    pub qa_results: QaResults,
}
