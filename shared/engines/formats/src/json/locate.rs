//! Where in a document the records are.

use super::stream::JsonStream;
use crate::error::FormatError;

/// Which values of a document are its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Records {
    /// Those of the array at a path of names.
    Array(Vec<String>),
    /// The document itself is the only one.
    Document,
}

pub(super) const MAX_NAME: usize = 64 << 10;

/// Reads `$.data.items`, `$`, `data.items[*]`.
pub(crate) fn parse_path(path: &str) -> Result<Vec<String>, FormatError> {
    let invalid = |reason: &str| FormatError::InvalidOption {
        option: "json_path",
        reason: format!("{path:?} {reason}; write it as in \"$.data.items\""),
    };
    let rest = path.trim();
    let rest = rest.strip_prefix('$').unwrap_or(rest);
    let rest = rest.strip_suffix("[*]").unwrap_or(rest);
    let mut names = Vec::new();
    let mut rest = rest.strip_prefix('.').unwrap_or(rest);
    while !rest.is_empty() {
        let (name, next) = if let Some(quoted) = rest.strip_prefix("['") {
            quoted
                .split_once("']")
                .ok_or_else(|| invalid("has a bracket that is not closed"))?
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            rest.split_at(end)
        };
        if name.is_empty() || name.contains(['*', '?', ']']) {
            return Err(invalid("is more than names"));
        }
        names.push(name.to_owned());
        rest = next.strip_prefix('.').unwrap_or(next);
    }
    Ok(names)
}

/// Steps into the array at a path; behind its opening bracket.
pub(crate) fn enter(
    stream: &mut JsonStream,
    path: &[String],
    depth: usize,
) -> Result<(), FormatError> {
    let missing = |reason: String| FormatError::JsonPathNotFound {
        path: format!("$.{}", path.join(".")),
        reason,
    };
    for name in path {
        if stream.peek_token()? != Some(b'{') {
            return Err(missing(format!(
                "{name} is looked for in what is no object"
            )));
        }
        stream.expect(b'{')?;
        loop {
            if stream.peek_token()? == Some(b'}') {
                return Err(missing(format!("there is no {name}")));
            }
            let found = stream.string(MAX_NAME)?;
            stream.expect(b':')?;
            if found == *name {
                break;
            }
            stream.value(None, depth)?;
            if stream.peek_token()? == Some(b',') {
                stream.expect(b',')?;
            }
        }
    }
    match stream.peek_token()? {
        Some(b'[') => stream.expect(b'['),
        Some(_) => Err(missing("what stands there is no array".to_owned())),
        None => Err(stream.ends_early()),
    }
}

/// Where the records of a document are that nobody told of: the array it is, or the first array
/// of objects in it, or the document itself.
pub(crate) fn find(stream: &mut JsonStream, depth: usize) -> Result<Records, FormatError> {
    match stream.peek_token()? {
        Some(b'[') => return Ok(Records::Array(Vec::new())),
        Some(b'{') => stream.expect(b'{')?,
        _ => return Err(stream.malformed("an object or an array is expected")),
    }
    loop {
        match stream.peek_token()? {
            Some(b'}') => return Ok(Records::Document),
            None => return Err(stream.ends_early()),
            Some(_) => {}
        }
        let name = stream.string(MAX_NAME)?;
        stream.expect(b':')?;
        if stream.peek_token()? == Some(b'[') {
            stream.expect(b'[')?;
            if stream.peek_token()? == Some(b'{') {
                return Ok(Records::Array(vec![name]));
            }
            // No array of objects: its rest is stepped over, value by value.
            while stream.peek_token()? != Some(b']') {
                stream.value(None, depth)?;
                if stream.peek_token()? == Some(b',') {
                    stream.expect(b',')?;
                }
            }
            stream.expect(b']')?;
        } else {
            stream.value(None, depth)?;
        }
        if stream.peek_token()? == Some(b',') {
            stream.expect(b',')?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_paths_of_names() {
        assert_eq!(parse_path("$").unwrap(), Vec::<String>::new());
        assert_eq!(parse_path("$.data.items[*]").unwrap(), ["data", "items"]);
        assert_eq!(parse_path("$['a b'].c").unwrap(), ["a b", "c"]);
        assert!(parse_path("$..a").is_err());
        assert!(parse_path("$.a[0]").is_err());
    }

    #[test]
    fn finds_the_first_array_of_objects() {
        let find =
            |text: &'static str| find(&mut JsonStream::new(Box::new(text.as_bytes()), 0), 64);
        assert_eq!(find(" [1]").unwrap(), Records::Array(vec![]));
        assert_eq!(
            find(r#"{"a": {"b": []}, "tags": ["x", "y"], "rows": [{"a": 1}]}"#).unwrap(),
            Records::Array(vec!["rows".into()])
        );
        assert_eq!(find(r#"{"a": 1}"#).unwrap(), Records::Document);
        assert!(find(r#"{"a": "#).is_err());
        // What is no value must not be waited for.
        assert!(find(r#"{"a": [1}"#).is_err());
        assert!(find(r#"{"a": [1,}"#).is_err());
    }
}
