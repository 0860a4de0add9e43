//! The route table: every method and path, who serves it, how it fails, what goes in and comes out.

mod accounts;
mod asking;
mod challenge;
mod files;
mod generation;
mod lookup;
mod shape;
mod system;

pub use lookup::{Lookup, dialect_of, lookup};
pub use shape::{Answer, Content, Encoding, Parameter, RequestBody, SchemaOf, ValueKind};

use crate::error::Dialect;

/// An endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Its method.
    pub method: Method,
    /// Its path; `{name}` stands for one segment.
    pub path: &'static str,
    /// Name for programs, unique: `getSession`.
    pub id: &'static str,
    /// The function that serves it.
    pub function: &'static str,
    /// How it says no.
    pub dialect: Dialect,
    /// Who may call it.
    pub auth: Auth,
    /// Group in the documentation.
    pub tag: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What a caller should know beside the summary; may be empty.
    pub description: &'static str,
    /// Query parameters; those of the path follow from it.
    pub query: &'static [Parameter],
    /// The body, where one is read.
    pub body: Option<RequestBody>,
    /// The answers when all is well.
    pub answers: &'static [Answer],
    /// The statuses of its errors beside those that every route has.
    pub errors: &'static [u16],
}

impl Route {
    /// Names of the path's parameters.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }
}

/// The methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// DELETE
    Delete,
}

impl Method {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anybody; a token is not looked at.
    None,
    /// A bearer token; where the deployment does not require one, anybody as the tenant `public`.
    Tenant,
    /// A user's bearer token, whatever the deployment requires elsewhere.
    User,
}

/// Every route, in the order of the documentation.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    system::ROUTES
        .iter()
        .chain(accounts::ROUTES)
        .chain(files::ROUTES)
        .chain(generation::ROUTES)
        .chain(challenge::ROUTES)
        .chain(asking::ROUTES)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn methods_with_paths_and_ids_are_unique() {
        let mut seen = BTreeSet::new();
        for route in routes() {
            assert!(
                seen.insert(format!("{} {}", route.method.as_str(), route.path)),
                "{}",
                route.path
            );
            assert!(seen.insert(route.id.to_owned()), "{}", route.id);
        }
    }

    #[test]
    fn every_documented_endpoint_of_the_data_factory_is_there() {
        let documented = "\
            GET /
            GET /api/challenge/session/{session_id}
            POST /api/challenge/phase1/research
            POST /api/challenge/phase1/generate-problem
            POST /api/challenge/phase1/approve
            GET /api/challenge/phase1/status/{session_id}
            POST /api/challenge/phase2/generate-schema
            POST /api/challenge/phase2/approve
            POST /api/challenge/phase2/regenerate
            POST /api/challenge/phase3/generate-preview
            POST /api/challenge/phase3/approve
            POST /api/challenge/phase4/generate-full
            GET /api/challenge/phase4/status/{session_id}
            GET /api/challenge/phase5/prepare/{session_id}
            GET /api/challenge/phase5/download/{session_id}
            POST /api/challenge/create
            GET /api/challenge/status/{session_id}
            GET /api/challenge/result/{session_id}
            GET /api/report/download/{session_id}
            GET /api/download/{session_id}";
        let ours: BTreeSet<String> = routes()
            .map(|route| format!("{} {}", route.method.as_str(), route.path))
            .collect();
        for line in documented.lines() {
            assert!(ours.contains(line.trim()), "{line}");
        }
    }

    #[test]
    fn every_documented_endpoint_of_file_jobs_is_there() {
        let documented = "\
            POST /api/v1/jobs
            GET /api/v1/jobs
            GET /api/v1/jobs/{job_id}
            POST /api/v1/jobs/{job_id}/upload-url
            POST /api/v1/jobs/{job_id}/mark-uploaded
            POST /api/v1/jobs/{job_id}/download-url
            POST /api/v1/jobs/{job_id}/cancel";
        let ours: BTreeSet<String> = routes()
            .map(|route| format!("{} {}", route.method.as_str(), route.path))
            .collect();
        for line in documented.lines() {
            assert!(ours.contains(line.trim()), "{line}");
        }
    }

    #[test]
    fn every_documented_endpoint_of_data_generation_is_there() {
        let documented = "\
            POST /api/data-generation/jobs
            GET /api/data-generation/jobs
            GET /api/data-generation/jobs/{jobId}
            DELETE /api/data-generation/jobs/{jobId}
            POST /api/data-generation/jobs/{jobId}
            GET /api/data-generation/rate-limits
            GET /api/data-generation/retention
            PUT /api/data-generation/retention
            GET /api/data-generation/health";
        let ours: BTreeSet<String> = routes()
            .map(|route| format!("{} {}", route.method.as_str(), route.path))
            .collect();
        for line in documented.lines() {
            assert!(ours.contains(line.trim()), "{line}");
        }
    }

    #[test]
    fn every_path_of_the_query_parser_is_mounted_twice() {
        let paths: BTreeSet<&str> = routes()
            .filter(|route| route.function == "query-parser")
            .map(|route| route.path)
            .collect();
        for path in ["/parse", "/validate"] {
            assert!(paths.contains(path), "{path}");
        }
        for path in &paths {
            let other = match path.strip_prefix("/query-parser") {
                Some("/health") => continue,
                Some(path) => path.to_owned(),
                None => format!("/query-parser{path}"),
            };
            assert!(paths.contains(other.as_str()), "{path} without {other}");
        }
    }

    #[test]
    fn accounts_know_who_calls_where_it_matters() {
        let signed_in: Vec<&str> = routes()
            .filter(|route| route.auth == Auth::User)
            .map(|route| route.path)
            .collect();
        assert!(signed_in.contains(&"/api/v1/users/me"));
        assert!(signed_in.contains(&"/api/v1/auth/password"));
        assert!(!signed_in.contains(&"/api/auth/refresh"));
    }

    #[test]
    fn every_system_wants_its_callers() {
        for route in routes() {
            let expected = match route.function {
                "query-parser" if route.path.ends_with("/health") => Auth::None,
                "challenges" | "query-parser" => Auth::Tenant,
                "file-jobs" | "generation-jobs" => Auth::User,
                "system" => Auth::None,
                _ => continue,
            };
            assert_eq!(route.auth, expected, "{}", route.path);
        }
    }
}
