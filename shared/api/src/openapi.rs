//! The OpenAPI document, made from the route table and the types it names.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{
    Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{
    ComponentsBuilder, KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr,
    Required, Response, Schema, SecurityRequirement, Server,
};

use crate::error::{CodedError, DetailError, Dialect};
use crate::routes::{
    Auth, Content, Method, Parameter, RequestBody, Route, SchemaOf, ValueKind, routes,
};
use crate::system::VERSION;

const BEARER: &str = "bearer";

/// The document of every route in the table, OpenAPI 3.1.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut tags: Vec<&str> = Vec::new();
    for route in routes() {
        paths = paths.path(
            route.path,
            PathItem::new(method(route.method), operation(route)),
        );
        if !tags.contains(&route.tag) {
            tags.push(route.tag);
        }
    }
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "An access token. A deployment with `REQUIRE_AUTH=false` works without one.",
        ))
        .build();
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas())
        .security_scheme(BEARER, SecurityScheme::Http(scheme))
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Millrace")
                .version(VERSION)
                .description(Some("Relational practice data with provable findings: brief, problem, schema, preview, dataset, reports."))
                .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()))
                .build(),
        )
        .servers(Some([Server::new("/")]))
        .paths(paths.build())
        .components(Some(components))
        .tags(Some(tags.into_iter().map(|tag| TagBuilder::new().name(tag).build())))
        .build()
}

/// Every type that a route names, and the types within.
fn schemas() -> BTreeMap<String, RefOr<Schema>> {
    let mut schemas = BTreeMap::new();
    let mut add = |schema: SchemaOf| schemas.extend(schema.collect());
    add(SchemaOf::of::<DetailError>());
    add(SchemaOf::of::<CodedError>());
    for route in routes() {
        if let Some(body) = route.body {
            add(body.schema);
        }
        for answer in route.answers {
            if let Content::Json(schema, _) = answer.content {
                add(schema);
            }
        }
    }
    schemas
}

const fn method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Delete => HttpMethod::Delete,
    }
}

fn operation(route: &Route) -> Operation {
    let mut operation = OperationBuilder::new()
        .tag(route.tag)
        .summary(Some(route.summary))
        .operation_id(Some(route.id))
        .description((!route.description.is_empty()).then_some(route.description));
    for name in route.path_parameters() {
        let kind = if name.ends_with("_id") || name.ends_with("Id") {
            ValueKind::Uuid
        } else {
            ValueKind::Text
        };
        operation = operation.parameter(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(value_schema(kind))),
        );
    }
    for parameter in route.query {
        operation = operation.parameter(query_parameter(parameter));
    }
    if let Some(body) = &route.body {
        operation = operation.request_body(Some(request_body(body)));
    }
    for answer in route.answers {
        operation = operation.response(
            answer.status.to_string(),
            success(answer.description, &answer.content),
        );
    }
    for status in errors(route) {
        operation = operation.response(status.to_string(), failure(route.dialect, status));
    }
    let token = SecurityRequirement::new(BEARER, Vec::<String>::new());
    operation = match route.auth {
        Auth::None => operation,
        Auth::Tenant => operation.securities(Some([token, SecurityRequirement::default()])),
        Auth::User => operation.securities(Some([token])),
    };
    operation.build()
}

/// The route's own errors, and those that follow from what it is.
fn errors(route: &Route) -> Vec<u16> {
    let mut statuses = route.errors.to_vec();
    if route.auth != Auth::None {
        statuses.push(401);
        statuses.push(503);
    }
    if route.body.is_some() {
        statuses.extend([413, 415]);
    }
    statuses.push(500);
    statuses.sort_unstable();
    statuses
}

fn query_parameter(parameter: &Parameter) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(ParameterIn::Query)
        .required(if parameter.required {
            Required::True
        } else {
            Required::False
        })
        .description(Some(parameter.description))
        .schema(Some(value_schema(parameter.kind)))
}

fn value_schema(kind: ValueKind) -> ObjectBuilder {
    let object = |value_type| ObjectBuilder::new().schema_type(SchemaType::new(value_type));
    match kind {
        ValueKind::Uuid => {
            object(Type::String).format(Some(SchemaFormat::Custom("uuid".to_owned())))
        }
        ValueKind::Text => object(Type::String),
        ValueKind::Integer(least, most) => object(Type::Integer)
            .minimum(Some(least))
            .maximum(Some(most)),
    }
}

fn request_body(body: &RequestBody) -> utoipa::openapi::request_body::RequestBody {
    RequestBodyBuilder::new()
        .required(Some(if body.required {
            Required::True
        } else {
            Required::False
        }))
        .content(
            body.encoding.media_type(),
            json_content(&body.schema.name(), body.example),
        )
        .build()
}

fn json_content(schema: &str, example: &str) -> utoipa::openapi::Content {
    let example: Value =
        serde_json::from_str(example).expect("examples are part of this crate, a test reads each");
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(schema)))
        .example(Some(example))
        .build()
}

fn success(description: &str, content: &Content) -> Response {
    let response = ResponseBuilder::new().description(description);
    let text = || ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
    let of = |schema: ObjectBuilder| ContentBuilder::new().schema(Some(schema)).build();
    match content {
        Content::Json(schema, example) => {
            response.content("application/json", json_content(&schema.name(), example))
        }
        Content::AnyJson => response.content(
            "application/json",
            of(ObjectBuilder::new().schema_type(SchemaType::new(Type::Object))),
        ),
        Content::Bytes(media_type) => response.content(
            *media_type,
            of(text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))),
        ),
        Content::Text(media_type) => response.content(*media_type, of(text())),
        Content::Location => {
            let location = text().format(Some(SchemaFormat::Custom("uri".to_owned())));
            response.header(
                "Location",
                HeaderBuilder::new().schema(Some(location)).build(),
            )
        }
        Content::Empty => response,
    }
    .build()
}

fn failure(dialect: Dialect, status: u16) -> Response {
    let sentence = meaning(status);
    let (schema, example) = match dialect {
        Dialect::Detail => (DetailError::name(), json!({ "detail": sentence })),
        Dialect::Error => (
            CodedError::name(),
            json!({ "error": {
                "code": "INVALID_REQUEST",
                "message": sentence,
                "details": {},
                "request_id": "7c1f8f0e-6f0b-4f0c-9c53-0a9a4c4c0d0e",
                "timestamp": "2026-02-07T10:30:00Z"
            } }),
        ),
    };
    ResponseBuilder::new()
        .description(sentence)
        .content(
            "application/json",
            ContentBuilder::new()
                .schema(Some(Ref::from_schema_name(schema)))
                .example(Some(example))
                .build(),
        )
        .build()
}

/// What an error status means here.
fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The body, the query or the order of calls is wrong",
        401 => "The token is missing or not valid",
        403 => "It is another user's",
        404 => "There is nothing of this id",
        413 => "The body is larger than 4 MiB",
        415 => "The body is of another content type",
        422 => "The request cannot be acted on",
        429 => "Too many requests, `Retry-After` says when to try again",
        503 => "A part does not answer, try again later",
        _ => "Internal server error",
    }
}

#[cfg(test)]
mod tests;
