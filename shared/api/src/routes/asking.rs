use super::{Answer, Auth, Content, Method, Parameter, RequestBody, Route};
use crate::asking::{
    DatabaseDetail, DatabaseInput, DatabaseList, ParseAnswer, ParseInput, QueryInput, QueryRows,
    ServiceHealth, ValidateAnswer, ValidateInput,
};
use crate::error::Dialect;

/// What the routes here have in common.
const BASE: Route = Route {
    method: Method::Get,
    path: "",
    id: "",
    function: "query-parser",
    dialect: Dialect::Error,
    auth: Auth::Tenant,
    tag: "Query parser",
    summary: "",
    description: "",
    query: &[],
    body: None,
    answers: &[],
    errors: &[],
};

const PARSE: Route = Route {
    method: Method::Post,
    path: "/parse",
    id: "parseQuery",
    summary: "A question in English as SQL",
    description: "`status` says how far to trust it: `ok` from a confidence of 0.5, `needs_clarification` below \
                  it, `refused` where nothing was made of the text, with the `reason`. Every SQL text in the \
                  answer is a single SELECT that was planned on the database. The same question gives the \
                  same answer on the same day.",
    body: Some(RequestBody::json::<ParseInput>(include_str!(
        "examples/parse_input.json"
    ))),
    answers: &[Answer::json::<ParseAnswer>(
        200,
        "The reading, or why there is none",
        include_str!("examples/parse_answer.json"),
    )],
    errors: &[400, 404],
    ..BASE
};

const VALIDATE: Route = Route {
    method: Method::Post,
    path: "/validate",
    id: "validateQuery",
    summary: "SQL checked against a database",
    description: "Only a single SELECT is ever valid. Nothing is run.",
    body: Some(RequestBody::json::<ValidateInput>(include_str!(
        "examples/validate_input.json"
    ))),
    answers: &[Answer::json::<ValidateAnswer>(
        200,
        "What was found",
        include_str!("examples/validate_answer.json"),
    )],
    errors: &[400, 404],
    ..BASE
};

const QUERY: Route = Route {
    method: Method::Post,
    path: "/query",
    id: "runQuery",
    summary: "A SELECT run on a database with rows",
    description: "SQL that is not valid is 400 with its diagnostics; valid SQL that needs more time or memory \
                  than there is, 422.",
    body: Some(RequestBody::json::<QueryInput>(include_str!(
        "examples/query_input.json"
    ))),
    answers: &[Answer::json::<QueryRows>(
        200,
        "The rows",
        include_str!("examples/query_rows.json"),
    )],
    errors: &[400, 404, 422],
    ..BASE
};

const DATABASES: Route = Route {
    path: "/databases",
    id: "listDatabases",
    summary: "The built-in and the caller's databases",
    description: "Built-in ones first, then by name.",
    query: &[
        Parameter::integer(
            "limit",
            (1, 100),
            "Most databases of the page; 20 by default.",
        ),
        Parameter::integer(
            "offset",
            (0, 10_000),
            "How many to leave out; 0 by default.",
        ),
    ],
    answers: &[Answer::json::<DatabaseList>(
        200,
        "The databases",
        include_str!("examples/database_list.json"),
    )],
    errors: &[400],
    ..BASE
};

const DATABASE: Route = Route {
    path: "/databases/{name}",
    id: "getDatabase",
    summary: "The schema of a database, and questions that it answers",
    answers: &[Answer::json::<DatabaseDetail>(
        200,
        "The database",
        include_str!("examples/database_detail.json"),
    )],
    errors: &[404],
    ..BASE
};

const PUT_DATABASE: Route = Route {
    method: Method::Put,
    path: "/databases/{name}",
    id: "putDatabase",
    summary: "Register a database, or replace the caller's own of that name",
    description: "The body may also be the DDL alone, as `text/plain` or `application/sql`. A replacement is \
                  visible as a whole or not at all.",
    body: Some(RequestBody::json::<DatabaseInput>(include_str!(
        "examples/database_input.json"
    ))),
    answers: &[
        Answer::json::<DatabaseDetail>(
            200,
            "It took the place of the former one",
            include_str!("examples/database_detail.json"),
        ),
        Answer::json::<DatabaseDetail>(
            201,
            "It is new",
            include_str!("examples/database_detail.json"),
        ),
    ],
    errors: &[400, 403, 409],
    ..BASE
};

const DELETE_DATABASE: Route = Route {
    method: Method::Delete,
    path: "/databases/{name}",
    id: "deleteDatabase",
    summary: "Remove the caller's database and its rows",
    answers: &[Answer {
        status: 204,
        description: "It is gone",
        content: Content::Empty,
    }],
    errors: &[404, 409],
    ..BASE
};

pub(super) const ROUTES: &[Route] = &[
    PARSE,
    VALIDATE,
    QUERY,
    DATABASES,
    DATABASE,
    PUT_DATABASE,
    DELETE_DATABASE,
    Route {
        path: "/query-parser/parse",
        id: "queryParserParse",
        ..PARSE
    },
    Route {
        path: "/query-parser/validate",
        id: "queryParserValidate",
        ..VALIDATE
    },
    Route {
        path: "/query-parser/query",
        id: "queryParserQuery",
        ..QUERY
    },
    Route {
        path: "/query-parser/databases",
        id: "queryParserListDatabases",
        ..DATABASES
    },
    Route {
        path: "/query-parser/databases/{name}",
        id: "queryParserGetDatabase",
        ..DATABASE
    },
    Route {
        path: "/query-parser/databases/{name}",
        id: "queryParserPutDatabase",
        ..PUT_DATABASE
    },
    Route {
        path: "/query-parser/databases/{name}",
        id: "queryParserDeleteDatabase",
        ..DELETE_DATABASE
    },
    Route {
        path: "/query-parser/health",
        id: "queryParserHealth",
        auth: Auth::None,
        summary: "How the query parser is",
        answers: &[
            Answer::json::<ServiceHealth>(
                200,
                "It runs",
                include_str!("examples/service_health.json"),
            ),
            Answer::json::<ServiceHealth>(
                503,
                "A part does not answer",
                include_str!("examples/service_health_503.json"),
            ),
        ],
        ..BASE
    },
];
