//! State and routes of the function, and what a caller hears of an error.

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{MethodRouter, get, post};
use chrono::TimeDelta;
use millrace_accounts::{AccountError, Accounts, FamilySettings, Hasher, LimitSettings, Settings};
use millrace_edge::{Authenticator, Config, ConfigError, Failure, RateLimit, TokenIssuer};
use millrace_ports::Ports;

use crate::handlers;

/// What handlers work with.
#[derive(Debug, Clone)]
pub struct App {
    /// The accounts.
    pub accounts: Accounts,
    /// Signs access tokens.
    pub issuer: TokenIssuer,
    /// Who may call.
    pub authenticator: Authenticator,
}

impl FromRef<App> for Authenticator {
    fn from_ref(app: &App) -> Self {
        app.authenticator.clone()
    }
}

impl App {
    /// The state over `ports`.
    pub fn new(ports: Ports, config: &Config) -> Result<Self, ConfigError> {
        let settings = Settings {
            limit: LimitSettings {
                failures: config.login_failures,
                closed: TimeDelta::seconds(config.login_closed_seconds.into()),
            },
            families: FamilySettings {
                token: TimeDelta::days(config.refresh_token_days.into()),
                family: TimeDelta::days(config.login_days.into()),
            },
        };
        Ok(Self {
            authenticator: config.authenticator(ports.clock.clone())?,
            issuer: config.token_issuer(ports.clock.clone())?,
            accounts: Accounts::new(ports, Hasher::default(), settings),
        })
    }
}

/// Every path of the function with its methods.
pub fn endpoints() -> [(&'static str, MethodRouter<App>); 5] {
    [
        ("/api/v1/auth/register", post(handlers::register)),
        ("/api/v1/auth/login", post(handlers::login)),
        ("/api/auth/refresh", post(handlers::refresh)),
        ("/api/v1/auth/password", post(handlers::change_password)),
        ("/api/v1/users/me", get(handlers::me)),
    ]
}

/// Every route of the function.
pub fn routes(app: App) -> Router {
    endpoints()
        .into_iter()
        .fold(Router::new(), |router, (path, methods)| {
            router.route(path, methods)
        })
        .with_state(app)
}

/// What a caller hears of an error.
pub fn failure(error: AccountError) -> Failure {
    match error {
        AccountError::AddressTaken => Failure::bad_request("Email already registered"),
        AccountError::Credentials => Failure::bad_request("Incorrect email or password"),
        AccountError::CurrentPassword => Failure::bad_request("The current password is wrong"),
        AccountError::TooManyFailures(closed) => Failure::rate_limited(RateLimit {
            limit: closed.failures,
            // Rounded up, as the seconds are.
            reset: u64::try_from((closed.until.timestamp_millis() + 999) / 1000)
                .unwrap_or_default(),
            retry_after_seconds: closed.seconds,
        }),
        AccountError::TokenRefused | AccountError::UnknownUser => Failure::token_invalid(),
        AccountError::Busy => Failure::unavailable(error),
        AccountError::Port(error) => error.into(),
        AccountError::Unreadable(_) | AccountError::Hasher(_) => Failure::internal(error),
    }
}
