use super::{Answer, Auth, Content, Method, Route, SchemaOf};
use crate::error::Dialect;
use crate::system::{CacheReport, HealthReport, Overview};

/// What the routes here have in common.
const BASE: Route = Route {
    method: Method::Get,
    path: "",
    id: "",
    function: "system",
    dialect: Dialect::Detail,
    auth: Auth::None,
    tag: "System",
    summary: "",
    description: "",
    query: &[],
    body: None,
    answers: &[],
    errors: &[],
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        path: "/",
        id: "getOverview",
        summary: "What this deployment is",
        answers: &[Answer {
            status: 200,
            description: "The API answers",
            content: Content::Json(
                SchemaOf::of::<Overview>(),
                include_str!("examples/overview.json"),
            ),
        }],
        ..BASE
    },
    Route {
        path: "/health",
        id: "getHealth",
        summary: "Whether every part answers",
        answers: &[
            Answer {
                status: 200,
                description: "Every part answers",
                content: Content::Json(
                    SchemaOf::of::<HealthReport>(),
                    include_str!("examples/health.json"),
                ),
            },
            Answer {
                status: 503,
                description: "A part does not answer",
                content: Content::Json(
                    SchemaOf::of::<HealthReport>(),
                    include_str!("examples/health_503.json"),
                ),
            },
        ],
        ..BASE
    },
    Route {
        path: "/health/redis",
        id: "getCacheHealth",
        summary: "Whether the cache of tokens and state answers",
        description: "DynamoDB with a time to live stands where the document has Redis.",
        answers: &[
            Answer {
                status: 200,
                description: "It does",
                content: Content::Json(
                    SchemaOf::of::<CacheReport>(),
                    include_str!("examples/cache.json"),
                ),
            },
            Answer {
                status: 503,
                description: "It does not",
                content: Content::Json(
                    SchemaOf::of::<CacheReport>(),
                    include_str!("examples/cache_503.json"),
                ),
            },
        ],
        ..BASE
    },
    Route {
        path: "/openapi.json",
        id: "getOpenApi",
        summary: "This document",
        answers: &[Answer {
            status: 200,
            description: "OpenAPI 3.1",
            content: Content::AnyJson,
        }],
        ..BASE
    },
    Route {
        path: "/docs",
        id: "getDocs",
        summary: "A page to read and try the API",
        answers: &[Answer {
            status: 200,
            description: "The page",
            content: Content::Text("text/html"),
        }],
        ..BASE
    },
    Route {
        path: "/docs/{file}",
        id: "getDocsFile",
        summary: "A file of that page",
        answers: &[Answer {
            status: 200,
            description: "The file",
            content: Content::Bytes("*/*"),
        }],
        errors: &[404],
        ..BASE
    },
];
