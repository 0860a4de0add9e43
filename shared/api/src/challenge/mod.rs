//! The Data Factory API, phase by phase.

mod brief;
mod generation;
mod input;
mod legacy;
mod package;
mod preview;
mod research;
mod schema;
mod session;

pub use brief::{
    ChallengeChanges, ChallengeInput, DATASET_SIZES, DataStructure, GENERATION_SIZES,
    GenerationSizeInput, SkillLevel,
};
pub use generation::{
    CancelResponse, Check, GenerationResponse, GenerationStatus, Progress, QaResults, QaStatus,
};
pub use legacy::{CreateResponse, ResultResponse};
pub use package::{Package, PrepareResponse};
pub use preview::{DataTypeIssue, PreviewResponse, PreviewTable, PreviewValidation};
pub use research::{
    AnalyticalQuestion, IdentifiedKpi, Phase1Status, ProblemResponse, ProblemStatement, Research,
    ResearchResponse, Source, SourceKind,
};
pub use schema::{
    BusinessRule, Column, Kpi, Relationship, RelationshipKind, Schema, SchemaResponse,
    SchemaValidation, Table,
};
pub use session::{
    ApprovalResponse, GenerationPhase, InProgress, PackagePhase, Phase, PhaseStatus, PreviewPhase,
    ResearchPhase, SchemaPhase, SessionList, SessionStatus, SessionSummary, Status,
};
