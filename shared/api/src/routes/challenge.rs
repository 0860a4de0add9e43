use super::{Answer, Auth, Content, Method, Parameter, RequestBody, Route, ValueKind};
use crate::challenge::{
    ApprovalResponse, CancelResponse, ChallengeChanges, ChallengeInput, CreateResponse,
    GenerationResponse, GenerationSizeInput, GenerationStatus, InProgress, Phase1Status,
    PrepareResponse, PreviewResponse, ProblemResponse, ResearchResponse, ResultResponse,
    SchemaResponse, SessionList, SessionStatus,
};
use crate::error::Dialect;

/// What the routes here have in common.
const BASE: Route = Route {
    method: Method::Get,
    path: "",
    id: "",
    function: "challenges",
    dialect: Dialect::Detail,
    auth: Auth::Tenant,
    tag: "",
    summary: "",
    description: "",
    query: &[],
    body: None,
    answers: &[],
    errors: &[400, 404],
};

const SESSIONS: Route = Route {
    tag: "Sessions",
    errors: &[404],
    ..BASE
};
const PHASE1: Route = Route {
    tag: "Phase 1: Research & Problem Statement",
    ..BASE
};
const PHASE2: Route = Route {
    tag: "Phase 2: Schema Generation & Validation",
    ..BASE
};
const PHASE3: Route = Route {
    tag: "Phase 3: Preview Generation",
    ..BASE
};
const PHASE4: Route = Route {
    tag: "Phase 4: Full Generation with Reports",
    ..BASE
};
const PHASE5: Route = Route {
    tag: "Phase 5: Download Package",
    ..BASE
};
const LEGACY: Route = Route {
    tag: "Legacy",
    ..BASE
};

const SESSION_ID: &[Parameter] = &[Parameter {
    name: "session_id",
    kind: ValueKind::Uuid,
    required: true,
    description: "The session.",
}];

const PAGE: &[Parameter] = &[
    Parameter {
        name: "limit",
        kind: ValueKind::Integer(1, 100),
        required: false,
        description: "Sessions per page; 20 where left out.",
    },
    Parameter {
        name: "cursor",
        kind: ValueKind::Text,
        required: false,
        description: "`next_cursor` of the page before.",
    },
];

const BRIEF: Option<RequestBody> = Some(RequestBody::json::<ChallengeInput>(include_str!(
    "examples/challenge_input.json"
)));

const IN_PROGRESS: Answer = Answer::json::<InProgress>(
    202,
    "Not finished yet: send the same call again for the result",
    include_str!("examples/in_progress.json"),
);

const ZIP: &[Answer] = &[
    Answer {
        status: 200,
        description: "The ZIP, up to 4 MiB",
        content: Content::Bytes("application/zip"),
    },
    MOVED,
];

const MOVED: Answer = Answer {
    status: 302,
    description: "Above 4 MiB: a presigned URL, valid for a short time",
    content: Content::Location,
};

const SCHEMA: &[Answer] = &[
    Answer::json::<SchemaResponse>(200, "The schema", include_str!("examples/schema.json")),
    IN_PROGRESS,
];

const GENERATION_STATUS: &[Answer] = &[Answer::json::<GenerationStatus>(
    200,
    "How far it is",
    include_str!("examples/generation_status.json"),
)];

pub(super) const ROUTES: &[Route] = &[
    Route {
        path: "/api/challenge/sessions",
        id: "listSessions",
        summary: "The caller's sessions, newest first",
        query: PAGE,
        answers: &[Answer::json::<SessionList>(
            200,
            "One page",
            include_str!("examples/session_list.json"),
        )],
        errors: &[400],
        ..SESSIONS
    },
    Route {
        path: "/api/challenge/session/{session_id}",
        id: "getSession",
        summary: "Where a session stands across all phases",
        description: "`next_action` names the one call to make next.",
        answers: &[Answer::json::<SessionStatus>(
            200,
            "Where it stands",
            include_str!("examples/session_status.json"),
        )],
        ..SESSIONS
    },
    Route {
        method: Method::Delete,
        path: "/api/challenge/session/{session_id}",
        id: "deleteSession",
        summary: "Remove a session and its files",
        answers: &[Answer {
            status: 204,
            description: "It is gone",
            content: Content::Empty,
        }],
        ..SESSIONS
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/phase1/research",
        id: "research",
        summary: "Conduct domain-specific research",
        description: "Begins a new session. After a 202 read the session: sent again, this begins another one.",
        body: BRIEF,
        answers: &[
            Answer::json::<ResearchResponse>(
                200,
                "The research",
                include_str!("examples/research.json"),
            ),
            Answer::json::<InProgress>(
                202,
                "Not finished yet: `GET /api/challenge/phase1/status/{session_id}` will have it",
                include_str!("examples/in_progress.json"),
            ),
        ],
        errors: &[400],
        ..PHASE1
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/phase1/generate-problem",
        id: "generateProblem",
        summary: "Generate problem statement with brand characters",
        description: "Fields of the body replace those of the brief.",
        query: SESSION_ID,
        body: Some(
            RequestBody::json::<ChallengeChanges>(include_str!("examples/challenge_changes.json"))
                .optional(),
        ),
        answers: &[
            Answer::json::<ProblemResponse>(
                200,
                "The problem statement",
                include_str!("examples/problem.json"),
            ),
            IN_PROGRESS,
        ],
        ..PHASE1
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/phase1/approve",
        id: "approveProblem",
        summary: "Approve problem statement",
        query: SESSION_ID,
        answers: &[Answer::json::<ApprovalResponse>(
            200,
            "Approved",
            include_str!("examples/approval1.json"),
        )],
        ..PHASE1
    },
    Route {
        path: "/api/challenge/phase1/status/{session_id}",
        id: "getPhase1Status",
        summary: "Get Phase 1 status",
        answers: &[Answer::json::<Phase1Status>(
            200,
            "Where it stands",
            include_str!("examples/phase1_status.json"),
        )],
        errors: &[404],
        ..PHASE1
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/phase2/generate-schema",
        id: "generateSchema",
        summary: "Generate database schema from problem statement",
        query: SESSION_ID,
        answers: SCHEMA,
        ..PHASE2
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/phase2/approve",
        id: "approveSchema",
        summary: "Approve generated schema",
        query: SESSION_ID,
        answers: &[Answer::json::<ApprovalResponse>(
            200,
            "Approved",
            include_str!("examples/approval2.json"),
        )],
        ..PHASE2
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/phase2/regenerate",
        id: "regenerateSchema",
        summary: "Regenerate schema with improvements",
        description: "Never lowers `validation_score`.",
        query: SESSION_ID,
        answers: SCHEMA,
        ..PHASE2
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/phase3/generate-preview",
        id: "generatePreview",
        summary: "Generate preview data (10-30 rows per table)",
        query: SESSION_ID,
        answers: &[
            Answer::json::<PreviewResponse>(
                200,
                "The preview",
                include_str!("examples/preview.json"),
            ),
            IN_PROGRESS,
        ],
        ..PHASE3
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/phase3/approve",
        id: "approvePreview",
        summary: "Approve preview data",
        query: SESSION_ID,
        answers: &[Answer::json::<ApprovalResponse>(
            200,
            "Approved",
            include_str!("examples/approval3.json"),
        )],
        ..PHASE3
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/phase4/generate-full",
        id: "generateFull",
        summary: "Start full dataset generation",
        description: "Sent again while it runs it gives the same answer; when it is done, a new run.",
        query: SESSION_ID,
        body: Some(
            RequestBody::json::<GenerationSizeInput>(include_str!(
                "examples/generation_size_input.json"
            ))
            .optional(),
        ),
        answers: &[Answer::json::<GenerationResponse>(
            200,
            "It runs",
            include_str!("examples/generation.json"),
        )],
        ..PHASE4
    },
    Route {
        path: "/api/challenge/phase4/status/{session_id}",
        id: "getGenerationStatus",
        summary: "Poll Phase 4 generation progress",
        answers: GENERATION_STATUS,
        errors: &[404],
        ..PHASE4
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/phase4/cancel",
        id: "cancelGeneration",
        summary: "Stop full dataset generation",
        query: SESSION_ID,
        answers: &[Answer::json::<CancelResponse>(
            200,
            "It is stopped",
            include_str!("examples/cancel.json"),
        )],
        ..PHASE4
    },
    Route {
        path: "/api/challenge/phase5/prepare/{session_id}",
        id: "preparePackage",
        summary: "Prepare complete download package",
        answers: &[Answer::json::<PrepareResponse>(
            200,
            "What is in it",
            include_str!("examples/prepare.json"),
        )],
        ..PHASE5
    },
    Route {
        path: "/api/challenge/phase5/download/{session_id}",
        id: "downloadPackage",
        summary: "Download complete package as ZIP",
        answers: ZIP,
        ..PHASE5
    },
    Route {
        method: Method::Post,
        path: "/api/challenge/create",
        id: "createChallenge",
        summary: "All phases in one go",
        body: BRIEF,
        answers: &[Answer::json::<CreateResponse>(
            202,
            "It runs",
            include_str!("examples/in_progress.json"),
        )],
        errors: &[400],
        ..LEGACY
    },
    Route {
        path: "/api/challenge/status/{session_id}",
        id: "getChallengeStatus",
        summary: "How far it is",
        answers: GENERATION_STATUS,
        errors: &[404],
        ..LEGACY
    },
    Route {
        path: "/api/challenge/result/{session_id}",
        id: "getChallengeResult",
        summary: "What has come of it",
        answers: &[Answer::json::<ResultResponse>(
            200,
            "The result",
            include_str!("examples/result.json"),
        )],
        ..LEGACY
    },
    Route {
        path: "/api/report/download/{session_id}",
        id: "downloadReport",
        summary: "Download PDF report only",
        answers: &[
            Answer {
                status: 200,
                description: "The PDF, up to 4 MiB",
                content: Content::Bytes("application/pdf"),
            },
            MOVED,
        ],
        ..LEGACY
    },
    Route {
        path: "/api/download/{session_id}",
        id: "downloadDatasets",
        summary: "Download datasets only (no full package)",
        answers: ZIP,
        ..LEGACY
    },
];
