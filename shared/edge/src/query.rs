use std::convert::Infallible;
use std::ops::RangeInclusive;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use millrace_api::error::Fault;

/// The query of a request. Reading a field may name a fault; extracting the whole never fails, so that it
/// may stand before the body among a handler's arguments although it is checked after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryFields(Vec<(String, String)>);

impl QueryFields {
    /// The value of a field, `None` where it is left out.
    ///
    /// # Errors
    /// A fault when it is given more than once.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Fault> {
        let mut values = self
            .0
            .iter()
            .filter(|(field, _)| field == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        match values.next() {
            None => Ok(first),
            Some(_) => Err(Fault::new(
                name,
                "duplicate",
                format!("{name} must be given once"),
            )),
        }
    }

    /// The value of a field that may not be left out or empty.
    ///
    /// # Errors
    /// A fault when it is, or is given more than once.
    pub fn required(&self, name: &str) -> Result<&str, Fault> {
        self.text(name)?
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Fault::new(name, "missing", format!("{name} is missing")))
    }

    /// The value of an integer field within bounds, `default` where it is left out.
    ///
    /// # Errors
    /// A fault for anything else.
    pub fn integer(
        &self,
        name: &str,
        bounds: RangeInclusive<u32>,
        default: u32,
    ) -> Result<u32, Fault> {
        let Some(text) = self.text(name)? else {
            return Ok(default);
        };
        let number = text.parse::<i128>().map_err(|_| "type");
        number
            .and_then(|number| u32::try_from(number).map_err(|_| "range"))
            .and_then(|number| {
                if bounds.contains(&number) {
                    Ok(number)
                } else {
                    Err("range")
                }
            })
            .map_err(|code| {
                let (least, most) = (bounds.start(), bounds.end());
                Fault::new(
                    name,
                    code,
                    format!("{name} must be an integer from {least} to {most}"),
                )
            })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for QueryFields {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        // Pairs of text are read from any query there is.
        let pairs = Query::try_from_uri(&parts.uri)
            .map(|Query(pairs)| pairs)
            .unwrap_or_default();
        Ok(Self(pairs))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn query(query: &str) -> QueryFields {
        let (mut parts, ()) = Request::get(format!("/?{query}"))
            .body(())
            .expect("a request")
            .into_parts();
        let Ok(fields) = QueryFields::from_request_parts(&mut parts, &()).await;
        fields
    }

    fn code<T>(result: Result<T, Fault>) -> String {
        result.err().map(|fault| fault.code).unwrap_or_default()
    }

    #[tokio::test]
    async fn values_are_decoded() {
        let fields = query("a=x%20y+z&b=%C3%BC&c=%FF&d").await;
        assert_eq!(fields.text("a"), Ok(Some("x y z")));
        assert_eq!(fields.text("b"), Ok(Some("ü")));
        assert_eq!(fields.text("c"), Ok(Some("\u{fffd}")));
        assert_eq!(fields.text("d"), Ok(Some("")));
        assert_eq!(fields.text("e"), Ok(None));
    }

    #[tokio::test]
    async fn what_is_missing_or_given_twice_is_named() {
        let fields = query("a=1&a=2&b=").await;
        assert_eq!(code(fields.required("a")), "duplicate");
        assert_eq!(code(fields.required("b")), "missing");
        assert_eq!(code(fields.required("c")), "missing");
    }

    #[tokio::test]
    async fn integers_keep_to_their_bounds() {
        let fields = query("a=1&b=100&c=0&d=101&e=-1&f=x&g=1.5&h=99999999999999999999&i=").await;
        assert_eq!(fields.integer("a", 1..=100, 20), Ok(1));
        assert_eq!(fields.integer("b", 1..=100, 20), Ok(100));
        assert_eq!(fields.integer("z", 1..=100, 20), Ok(20));
        for name in ["c", "d", "e", "h"] {
            assert_eq!(code(fields.integer(name, 1..=100, 20)), "range", "{name}");
        }
        for name in ["f", "g", "i"] {
            assert_eq!(code(fields.integer(name, 1..=100, 20)), "type", "{name}");
        }
    }
}
