//! Where the product meets Lambda, HTTP and the environment: configuration, sign-in check, error
//! dialects, logs and metrics.
//!
//! No other crate reads the environment or knows a request id. This one must not know any AWS SDK
//! or rule of the product: a function makes an [`axum::Router`] and [`serve`] does the rest.
//!
//! ```
//! use axum::{Router, routing::get};
//! use millrace_edge::{Caller, Config, Failure, app};
//! use millrace_ports::{RandomIds, SystemClock};
//! use std::sync::Arc;
//!
//! async fn session(caller: Caller) -> Result<String, Failure> {
//!     Err(Failure::not_found(format!("no session of {}", caller.tenant)))
//! }
//!
//! let config = Config::from_pairs([("ENVIRONMENT", "local")]).unwrap();
//! let clock = Arc::new(SystemClock);
//! let authenticator = config.authenticator(clock.clone()).unwrap();
//! let router = Router::new().route("/session", get(session)).with_state(authenticator);
//! let app: Router = app(router, &config, clock, Arc::new(RandomIds));
//! # let _ = app;
//! ```
#![warn(missing_docs)]

mod app;
pub mod auth;
mod body;
pub mod config;
mod cors;
mod event;
mod failure;
mod logs;
mod metrics;
mod observe;
mod path;
mod query;
pub mod tasks;

pub use app::{app, invoke, serve};
pub use auth::{Authenticator, Caller, SignedIn, TokenIssuer};
pub use body::{BODY_LIMIT_BYTES, FormBody, JsonBody, JsonOrTextBody, OptionalJsonBody};
pub use config::{Config, ConfigError, Environment};
pub use failure::{Failure, FailureKind, RateLimit};
pub use logs::start_logs;
pub use observe::RequestId;
pub use path::JobId;
pub use query::QueryFields;
