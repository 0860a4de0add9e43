use std::borrow::Cow;

use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// A parameter in the query.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: ValueKind,
    /// Whether it may not be left out.
    pub required: bool,
    /// One sentence.
    pub description: &'static str,
}

impl Parameter {
    /// An integer between two bounds, both included, that may be left out.
    #[must_use]
    pub const fn integer(
        name: &'static str,
        (least, most): (u32, u32),
        description: &'static str,
    ) -> Self {
        Self {
            name,
            kind: ValueKind::Integer(least, most),
            required: false,
            description,
        }
    }
}

/// What kind of value a [`Parameter`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// A UUID.
    Uuid,
    /// Any text.
    Text,
    /// An integer between two bounds, both included.
    Integer(u32, u32),
}

/// The body of a request.
#[derive(Debug, Clone, Copy)]
pub struct RequestBody {
    /// How it is written.
    pub encoding: Encoding,
    /// Its type.
    pub schema: SchemaOf,
    /// Whether it may not be left out.
    pub required: bool,
    /// A whole example, JSON whatever the encoding.
    pub example: &'static str,
}

impl RequestBody {
    /// JSON of a type, which may not be left out.
    #[must_use]
    pub const fn json<T: ToSchema>(example: &'static str) -> Self {
        Self {
            encoding: Encoding::Json,
            schema: SchemaOf::of::<T>(),
            required: true,
            example,
        }
    }

    /// A form with the fields of a type, which may not be left out.
    #[must_use]
    pub const fn form<T: ToSchema>(example: &'static str) -> Self {
        Self {
            encoding: Encoding::Form,
            ..Self::json::<T>(example)
        }
    }

    /// The same, and it may be left out.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self {
            required: false,
            ..self
        }
    }
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// JSON.
    Json,
    /// As the pairs of a query: `username=…&password=…`.
    Form,
}

impl Encoding {
    /// Its content type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }
}

/// One answer of an endpoint when all is well.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// When it comes.
    pub description: &'static str,
    /// What is in it.
    pub content: Content,
}

impl Answer {
    /// JSON of a type, with a whole example.
    #[must_use]
    pub const fn json<T: ToSchema>(
        status: u16,
        description: &'static str,
        example: &'static str,
    ) -> Self {
        Self {
            status,
            description,
            content: Content::Json(SchemaOf::of::<T>(), example),
        }
    }
}

/// What is in an [`Answer`].
#[derive(Debug, Clone, Copy)]
pub enum Content {
    /// JSON of a type, with a whole example.
    Json(SchemaOf, &'static str),
    /// JSON of any shape.
    AnyJson,
    /// Bytes of a media type.
    Bytes(&'static str),
    /// Text of a media type.
    Text(&'static str),
    /// Nothing, with a `Location` header.
    Location,
    /// Nothing.
    Empty,
}

/// The schema of a type, by the functions that make it.
#[derive(Debug, Clone, Copy)]
pub struct SchemaOf {
    name: fn() -> Cow<'static, str>,
    own: fn() -> RefOr<Schema>,
    parts: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl SchemaOf {
    /// The schema of `T`.
    #[must_use]
    pub const fn of<T: ToSchema>() -> Self {
        Self {
            name: T::name,
            own: T::schema,
            parts: T::schemas,
        }
    }

    /// Name of the type.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        (self.name)()
    }

    /// The schema with those it refers to, by name.
    #[must_use]
    pub fn collect(&self) -> Vec<(String, RefOr<Schema>)> {
        let mut schemas = vec![(self.name().into_owned(), (self.own)())];
        (self.parts)(&mut schemas);
        schemas
    }
}
