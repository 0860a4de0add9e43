use super::{Method, Route, routes};
use crate::error::Dialect;

/// What the route table knows of a method and a path.
#[derive(Debug, Clone)]
pub enum Lookup {
    /// The endpoint.
    Found(&'static Route),
    /// The path exists, with other methods.
    OtherMethods {
        /// These, in the order of the table.
        allow: Vec<Method>,
        /// How to say so.
        dialect: Dialect,
    },
    /// No such path.
    Unknown {
        /// How to say so.
        dialect: Dialect,
    },
}

/// Looks a method and a path (without query, percent-encoded as it came) up.
///
/// ```
/// use millrace_api::routes::{Lookup, lookup};
///
/// let Lookup::Found(route) = lookup("GET", "/api/challenge/session/7d0e") else { unreachable!() };
/// assert_eq!(route.path, "/api/challenge/session/{session_id}");
/// assert!(matches!(lookup("PUT", "/health"), Lookup::OtherMethods { .. }));
/// assert!(matches!(lookup("GET", "/health/"), Lookup::Unknown { .. }));
/// ```
#[must_use]
pub fn lookup(method: &str, path: &str) -> Lookup {
    let candidates: Vec<&'static Route> =
        routes().filter(|route| matches(route.path, path)).collect();
    if let Some(route) = candidates
        .iter()
        .find(|route| route.method.as_str() == method)
    {
        return Lookup::Found(route);
    }
    match candidates.first() {
        Some(route) => Lookup::OtherMethods {
            allow: candidates.iter().map(|route| route.method).collect(),
            dialect: route.dialect,
        },
        None => Lookup::Unknown {
            dialect: dialect_of(path),
        },
    }
}

/// The dialect of the API that a path belongs to, whether or not the path exists.
#[must_use]
pub fn dialect_of(path: &str) -> Dialect {
    /// First segments of the paths of ChatDB and data generation.
    const CODED: [&[&str]; 14] = [
        &["api", "data-generation"],
        &["training-orchestrator"],
        &["model-registry"],
        &["query-parser"],
        &["ml-engine"],
        &["test-service"],
        &["jobs"],
        &["models"],
        &["parse"],
        &["validate"],
        &["train"],
        &["predict"],
        &["databases"],
        &["query"],
    ];
    let begins_with = |prefix: &&[&str]| {
        let mut segments = path.trim_start_matches('/').split('/');
        prefix
            .iter()
            .all(|expected| segments.next() == Some(expected))
    };
    if CODED.iter().any(begins_with) {
        Dialect::Error
    } else {
        Dialect::Detail
    }
}

/// Whether `path` is an instance of `pattern`: the same segments, any but an empty one for a parameter.
fn matches(pattern: &str, path: &str) -> bool {
    let mut expected = pattern.split('/');
    let mut actual = path.split('/');
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return true,
            (Some(parameter), Some(segment))
                if parameter.starts_with('{') && !segment.is_empty() => {}
            (Some(expected), Some(actual)) if expected == actual => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_take_one_segment_that_is_not_empty() {
        assert!(matches("/a/{id}", "/a/b"));
        for other in ["/a/", "/a", "/a/b/", "/a/b/c", "a/b", "//b", ""] {
            assert!(!matches("/a/{id}", other), "{other}");
        }
    }

    #[test]
    fn another_method_names_all_that_there_are() {
        let Lookup::OtherMethods { allow, dialect } = lookup("PATCH", "/api/challenge/session/1")
        else {
            panic!("the path exists");
        };
        assert_eq!(allow, [Method::Get, Method::Delete]);
        assert_eq!(dialect, Dialect::Detail);
    }

    #[test]
    fn unknown_paths_have_the_dialect_of_their_neighbours() {
        for (path, dialect) in [
            ("/api/challenge/nothing", Dialect::Detail),
            ("/api/data-generation/nothing", Dialect::Error),
            ("/api/data-generations", Dialect::Detail),
            ("/parse/x", Dialect::Error),
            ("/api/v1/jobs", Dialect::Detail),
            ("/jobs/1", Dialect::Error),
            ("/", Dialect::Detail),
            ("", Dialect::Detail),
        ] {
            assert_eq!(dialect_of(path), dialect, "{path}");
        }
    }

    #[test]
    fn every_route_finds_itself() {
        for route in routes() {
            let path = route
                .path
                .replace("{session_id}", "x")
                .replace("{job_id}", "y")
                .replace("{file}", "index.css");
            let Lookup::Found(found) = lookup(route.method.as_str(), &path) else {
                panic!("{path}")
            };
            assert_eq!(found.id, route.id);
        }
    }
}
