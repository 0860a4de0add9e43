use super::{Answer, Auth, Content, Method, Parameter, RequestBody, Route, ValueKind};
use crate::error::Dialect;
use crate::files::{
    CompletedParts, DownloadUrlInput, DownloadUrlResponse, JobCreate, JobList, JobResponse,
    MarkUploaded, MultipartResponse, PartUrlsResponse, UploadUrlResponse,
};

/// What the routes here have in common.
const BASE: Route = Route {
    method: Method::Post,
    path: "",
    id: "",
    function: "file-jobs",
    dialect: Dialect::Detail,
    auth: Auth::User,
    tag: "File jobs",
    summary: "",
    description: "",
    query: &[],
    body: None,
    answers: &[],
    errors: &[400, 403, 404],
};

const JOB: &str = include_str!("examples/job_response.json");
const JOBS: &str = include_str!("examples/job_list.json");

const GONE: &[Answer] = &[Answer {
    status: 204,
    description: "It is gone",
    content: Content::Empty,
}];

pub(super) const ROUTES: &[Route] = &[
    Route {
        path: "/api/v1/jobs",
        id: "createFileJob",
        summary: "Create a job",
        description: "The job waits for its file. Types, names and parameters of the steps are checked now; \
                      their columns when the file is there.",
        body: Some(RequestBody::json::<JobCreate>(include_str!(
            "examples/job_create.json"
        ))),
        answers: &[Answer::json::<JobResponse>(201, "The new job", JOB)],
        errors: &[400],
        ..BASE
    },
    Route {
        method: Method::Get,
        path: "/api/v1/jobs",
        id: "listFileJobs",
        summary: "List the caller's jobs",
        description: "Newest first. Where there are more, the header `X-Next-Cursor` holds the cursor of the \
                      next page.",
        query: &[
            Parameter::integer("skip", (0, 10_000), "How many to leave out; 0 by default."),
            Parameter::integer("limit", (1, 100), "Most jobs of the page; 100 by default."),
            Parameter {
                name: "cursor",
                kind: ValueKind::Text,
                required: false,
                description: "The header `X-Next-Cursor` of the page before.",
            },
        ],
        answers: &[Answer::json::<JobList>(200, "The jobs", JOBS)],
        errors: &[400],
        ..BASE
    },
    Route {
        method: Method::Get,
        path: "/api/v1/jobs/{job_id}",
        id: "getFileJob",
        summary: "Where a job stands",
        answers: &[Answer::json::<JobResponse>(200, "The job", JOB)],
        errors: &[403, 404],
        ..BASE
    },
    Route {
        method: Method::Delete,
        path: "/api/v1/jobs/{job_id}",
        id: "deleteFileJob",
        summary: "Remove a job and its files",
        description: "One that is queued or running has to be cancelled first.",
        answers: GONE,
        ..BASE
    },
    Route {
        path: "/api/v1/jobs/{job_id}/upload-url",
        id: "createUploadUrl",
        summary: "Where to upload the file",
        description: "A URL that takes one `PUT` of up to 5 GB within an hour. There is one at a time.",
        answers: &[Answer::json::<UploadUrlResponse>(
            200,
            "The URL",
            include_str!("examples/upload_url_response.json"),
        )],
        ..BASE
    },
    Route {
        path: "/api/v1/jobs/{job_id}/mark-uploaded",
        id: "markUploaded",
        summary: "Say that the file is uploaded",
        description: "Starts the job, unless the upload itself has started it already.",
        body: Some(RequestBody::json::<MarkUploaded>(include_str!(
            "examples/mark_uploaded.json"
        ))),
        answers: &[Answer::json::<JobResponse>(200, "The job", JOB)],
        ..BASE
    },
    Route {
        path: "/api/v1/jobs/{job_id}/download-url",
        id: "createDownloadUrl",
        summary: "Where to download the processed file",
        description: "Or, with `{\"file\": \"rejects\"}`, the rows that could not be read.",
        body: Some(
            RequestBody::json::<DownloadUrlInput>(include_str!("examples/download_url_input.json"))
                .optional(),
        ),
        answers: &[Answer::json::<DownloadUrlResponse>(
            200,
            "The URL",
            include_str!("examples/download_url_response.json"),
        )],
        ..BASE
    },
    Route {
        path: "/api/v1/jobs/{job_id}/cancel",
        id: "cancelFileJob",
        summary: "Cancel a job",
        description: "At once, or as soon as its worker stops. Again, it changes nothing.",
        answers: &[Answer::json::<JobResponse>(200, "The job", JOB)],
        ..BASE
    },
    Route {
        path: "/api/v1/jobs/{job_id}/multipart",
        id: "beginMultipart",
        summary: "Begin an upload in parts",
        description: "For files of any size. An upload that is open is answered again.",
        answers: &[Answer::json::<MultipartResponse>(
            200,
            "The upload",
            include_str!("examples/multipart_response.json"),
        )],
        ..BASE
    },
    Route {
        method: Method::Delete,
        path: "/api/v1/jobs/{job_id}/multipart",
        id: "abortMultipart",
        summary: "Drop an upload in parts",
        answers: GONE,
        ..BASE
    },
    Route {
        method: Method::Get,
        path: "/api/v1/jobs/{job_id}/multipart/parts",
        id: "listPartUrls",
        summary: "Where to upload parts",
        description: "Each URL takes one `PUT` within an hour; the answer's `ETag` is needed to complete the \
                      upload.",
        query: &[
            Parameter::integer(
                "from",
                (1, 10_000),
                "Number of the first part; 1 by default.",
            ),
            Parameter::integer("count", (1, 500), "How many; 100 by default."),
        ],
        answers: &[Answer::json::<PartUrlsResponse>(
            200,
            "The URLs",
            include_str!("examples/part_urls_response.json"),
        )],
        ..BASE
    },
    Route {
        path: "/api/v1/jobs/{job_id}/multipart/complete",
        id: "completeMultipart",
        summary: "Make the file of its parts",
        description: "All parts that were uploaded, numbered from 1 without a gap.",
        body: Some(RequestBody::json::<CompletedParts>(include_str!(
            "examples/completed_parts.json"
        ))),
        answers: &[Answer::json::<JobResponse>(200, "The job", JOB)],
        ..BASE
    },
];
