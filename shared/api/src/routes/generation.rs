use super::{Answer, Auth, Method, Parameter, RequestBody, Route, ValueKind};
use crate::error::Dialect;
use crate::generation::{
    GenerationCreate, GenerationCreated, GenerationEvents, GenerationJob, GenerationJobs,
    GenerationRateLimits, GenerationSuccess, InputUpload, InputUploadCreate, PipelineHealth,
    RecordTypes, RetentionPolicy, RetentionUpdated,
};

/// What the routes here have in common.
const BASE: Route = Route {
    method: Method::Get,
    path: "",
    id: "",
    function: "generation-jobs",
    dialect: Dialect::Error,
    auth: Auth::User,
    tag: "Data generation",
    summary: "",
    description: "",
    query: &[],
    body: None,
    answers: &[],
    errors: &[],
};

const fn text(name: &'static str, required: bool, description: &'static str) -> Parameter {
    Parameter {
        name,
        kind: ValueKind::Text,
        required,
        description,
    }
}

const CREATED: &str = include_str!("examples/generation_created.json");
const DONE: &[Answer] = &[Answer::json::<GenerationSuccess>(
    200,
    "It was done",
    include_str!("examples/generation_success.json"),
)];

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::Post,
        path: "/api/data-generation/jobs",
        id: "createGenerationJob",
        summary: "Create a job",
        description: "Everything that is wrong with it is told at once. With `isAsync: false` the call waits \
                      for a small job's end; should that take longer than a call may, it answers 202. A \
                      request that is sent again with the same header `Idempotency-Key` within a day makes no \
                      second job; another request with that key is 422.",
        body: Some(RequestBody::json::<GenerationCreate>(include_str!(
            "examples/generation_create.json"
        ))),
        answers: &[
            Answer::json::<GenerationCreated>(200, "The job has ended", CREATED),
            Answer::json::<GenerationCreated>(201, "The job is queued", CREATED),
            Answer::json::<GenerationCreated>(202, "The job has not ended yet", CREATED),
        ],
        errors: &[400, 403, 422, 429],
        ..BASE
    },
    Route {
        path: "/api/data-generation/jobs",
        id: "listGenerationJobs",
        summary: "The caller's jobs",
        description: "Newest first.",
        query: &[
            Parameter::integer("limit", (1, 100), "Most jobs of the page; 10 by default."),
            Parameter::integer(
                "offset",
                (0, 1_000_000),
                "How many to leave out; 0 by default.",
            ),
            text(
                "status",
                false,
                "Only these: `queued`, `running`, `completed`, `failed`, `cancelled` or `paused`.",
            ),
            text(
                "startDate",
                false,
                "Only jobs accepted at this time of ISO 8601 or later.",
            ),
            text(
                "endDate",
                false,
                "Only jobs accepted at this time or before; a date alone means the whole day.",
            ),
        ],
        answers: &[Answer::json::<GenerationJobs>(
            200,
            "The jobs",
            include_str!("examples/generation_jobs.json"),
        )],
        errors: &[400],
        ..BASE
    },
    Route {
        path: "/api/data-generation/jobs/{jobId}",
        id: "getGenerationJob",
        summary: "Where a job stands",
        description: "Once it is completed, with a link to its output.",
        answers: &[Answer::json::<GenerationJob>(
            200,
            "The job",
            include_str!("examples/generation_job.json"),
        )],
        errors: &[403, 404],
        ..BASE
    },
    Route {
        method: Method::Delete,
        path: "/api/data-generation/jobs/{jobId}",
        id: "cancelGenerationJob",
        summary: "Cancel a job",
        description: "At once, or as soon as its worker stops. Again, it changes nothing.",
        answers: DONE,
        errors: &[400, 403, 404],
        ..BASE
    },
    Route {
        method: Method::Post,
        path: "/api/data-generation/jobs/{jobId}",
        id: "actOnGenerationJob",
        summary: "Resume or pause a job",
        description: "A paused job keeps its finished parts. A paused or failed one goes on from them when it \
                      is resumed within its window.",
        query: &[text("action", true, "`resume` or `pause`.")],
        answers: DONE,
        errors: &[400, 403, 404, 429],
        ..BASE
    },
    Route {
        path: "/api/data-generation/jobs/{jobId}/events",
        id: "listGenerationEvents",
        summary: "What happened to a job",
        description: "First things first.",
        query: &[
            Parameter::integer("limit", (1, 1000), "Most events; 100 by default."),
            Parameter::integer(
                "offset",
                (0, 10_000),
                "How many to leave out; 0 by default.",
            ),
        ],
        answers: &[Answer::json::<GenerationEvents>(
            200,
            "The events",
            include_str!("examples/generation_events.json"),
        )],
        errors: &[400, 403, 404],
        ..BASE
    },
    Route {
        path: "/api/data-generation/types",
        id: "listRecordTypes",
        summary: "What can be made",
        answers: &[Answer::json::<RecordTypes>(
            200,
            "The types",
            include_str!("examples/record_types.json"),
        )],
        ..BASE
    },
    Route {
        method: Method::Post,
        path: "/api/data-generation/upload-url",
        id: "createInputUpload",
        summary: "Where to upload an input",
        description: "A URL that takes one `PUT` within an hour, and the bucket and path to name in the job.",
        body: Some(RequestBody::json::<InputUploadCreate>(include_str!(
            "examples/input_upload_create.json"
        ))),
        answers: &[Answer::json::<InputUpload>(
            200,
            "The URL",
            include_str!("examples/input_upload.json"),
        )],
        errors: &[400],
        ..BASE
    },
    Route {
        path: "/api/data-generation/rate-limits",
        id: "getGenerationRateLimits",
        summary: "What the caller may use, and uses",
        answers: &[Answer::json::<GenerationRateLimits>(
            200,
            "The limits",
            include_str!("examples/generation_rate_limits.json"),
        )],
        ..BASE
    },
    Route {
        path: "/api/data-generation/retention",
        id: "getRetention",
        summary: "How long the caller's jobs and data are kept",
        answers: &[Answer::json::<RetentionPolicy>(
            200,
            "The policy",
            include_str!("examples/retention_policy.json"),
        )],
        ..BASE
    },
    Route {
        method: Method::Put,
        path: "/api/data-generation/retention",
        id: "setRetention",
        summary: "Set how long they are kept",
        description: "Counts for the jobs that are there too.",
        body: Some(RequestBody::json::<RetentionPolicy>(include_str!(
            "examples/retention_input.json"
        ))),
        answers: &[Answer::json::<RetentionUpdated>(
            200,
            "The policy",
            include_str!("examples/retention_updated.json"),
        )],
        errors: &[400],
        ..BASE
    },
    Route {
        path: "/api/data-generation/health",
        id: "getPipelineHealth",
        summary: "How the pipeline is",
        description: "The figures are of all customers.",
        answers: &[
            Answer::json::<PipelineHealth>(
                200,
                "It runs",
                include_str!("examples/pipeline_health.json"),
            ),
            Answer::json::<PipelineHealth>(
                503,
                "It does not",
                include_str!("examples/pipeline_health_503.json"),
            ),
        ],
        ..BASE
    },
];
