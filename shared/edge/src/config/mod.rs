//! The environment, read once, into one typed struct.
//!
//! What every function has is a field; what only some need is a method that fails with the
//! variable's name, so that a function asks for no more than it uses.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use millrace_ports::Clock;

use crate::auth::{Authenticator, SigningKeys, TokenIssuer};

/// Where a deployment runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// One machine, with an emulator.
    Local,
    /// A deployment to try things on.
    Staging,
    /// The deployment that users see.
    Production,
}

/// A variable that is missing or says nothing sensible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is not set.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// It is set to something else than it may be. The value is not repeated: it may be a secret.
    #[error("{name} {expected}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What it has to be.
        expected: String,
    },
}

/// The configuration of one function.
#[derive(Debug, Clone)]
pub struct Config {
    /// `ENVIRONMENT`: `local` (or `development`), `staging` or `production`.
    pub environment: Environment,
    /// `BRAND`: whose name stands on documents and packages.
    pub brand: String,
    /// `REQUIRE_AUTH`: whether a caller needs a token; true by default, except locally.
    pub require_auth: bool,
    /// `CORS_ORIGINS`: the origins whose pages may call, separated by commas; none by default, `*` for all.
    pub cors_origins: Vec<HeaderValue>,
    /// `S3_PUBLIC_ENDPOINT`: what presigned URLs begin with, where callers reach S3 by another name.
    pub s3_public_endpoint: Option<String>,
    /// `SESSION_RETENTION_DAYS`: how long a session is kept; 90 by default.
    pub session_retention_days: u32,
    /// `FILE_RETENTION_DAYS`: how long a file job and its files are kept; 30 by default.
    pub file_retention_days: u32,
    /// `MAX_UPLOAD_BYTES`: the largest file that is taken; 50 GiB by default, at most the 5 TiB of S3.
    pub max_upload_bytes: u64,
    /// `LARGE_FILE_BYTES`: larger files are made in parts by a state machine; 1 GiB by default.
    pub large_file_bytes: u64,
    /// `FILE_PART_BYTES`: bytes of such a file that make a part; 256 MiB by default.
    pub file_part_bytes: u64,
    /// `ALLOWED_BUCKETS`: the buckets beside the own one that callers may read from and write to, separated
    /// by commas; none by default. All tenants share them.
    pub allowed_buckets: Vec<String>,
    /// `GENERATION_MAX_JOBS`: the data-generation jobs that a customer may have at once; 5 by default.
    pub generation_max_jobs: u32,
    /// `GENERATION_COOLDOWN_SECONDS`: how long a slot stays taken after its job; 45 by default.
    pub generation_cooldown_seconds: u32,
    /// `INTERACTIVE_WAIT_SECONDS`: how long a call waits for its result before it answers 202; 20 by default.
    pub interactive_wait: Duration,
    /// `ACCESS_TOKEN_MINUTES`: how long an access token is good; 15 by default.
    pub access_token_minutes: u32,
    /// `REFRESH_TOKEN_DAYS`: how long a refresh token is good that is not used; 7 by default.
    pub refresh_token_days: u32,
    /// `LOGIN_DAYS`: how long a login lasts, however often it is refreshed; 30 by default.
    pub login_days: u32,
    /// `LOGIN_FAILURES`: the failed logins that close an account's login for a while; 10 by default.
    pub login_failures: u32,
    /// `LOGIN_CLOSED_SECONDS`: for how long; 60 by default.
    pub login_closed_seconds: u32,
    /// `LOG_LEVEL`: a `tracing` filter; `info` by default.
    pub log_level: String,
    /// `AWS_LAMBDA_FUNCTION_NAME`, for logs and metrics; `local` outside of Lambda.
    pub function_name: String,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`, in MB; 1024 outside of Lambda.
    pub memory_megabytes: u32,
    state_table: Option<String>,
    data_bucket: Option<String>,
    challenge_machine_arn: Option<String>,
    file_machine_arn: Option<String>,
    file_jobs_queue_url: Option<String>,
    generation_machine_arn: Option<String>,
    generation_jobs_queue_url: Option<String>,
    generation_dead_letters_url: Option<String>,
    tokens: Option<TokenConfig>,
}

/// What tokens are signed with and have to say.
#[derive(Debug, Clone)]
struct TokenConfig {
    keys: SigningKeys,
    issuer: String,
    audience: String,
}

impl Config {
    /// Reads the environment of the process.
    ///
    /// # Errors
    /// [`ConfigError`] with the name of the first variable that is not as it has to be.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_pairs(std::env::vars())
    }

    /// Reads these variables, and nothing of the process.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, ConfigError>
    where
        N: Into<String>,
        V: Into<String>,
    {
        let variables = Variables(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        );
        let environment = match variables.required("ENVIRONMENT")? {
            "local" | "development" => Environment::Local,
            "staging" => Environment::Staging,
            "production" => Environment::Production,
            _ => {
                return Err(invalid(
                    "ENVIRONMENT",
                    "must be local (or development), staging or production",
                ));
            }
        };
        Ok(Self {
            environment,
            brand: variables
                .optional("BRAND")
                .unwrap_or("Codebasics Data Factory")
                .to_owned(),
            require_auth: variables.boolean("REQUIRE_AUTH", environment != Environment::Local)?,
            cors_origins: variables.origins("CORS_ORIGINS")?,
            s3_public_endpoint: variables.owned("S3_PUBLIC_ENDPOINT"),
            session_retention_days: variables.number("SESSION_RETENTION_DAYS", 90, 1..=3650)?,
            file_retention_days: variables.number("FILE_RETENTION_DAYS", 30, 1..=3650)?,
            max_upload_bytes: variables.number("MAX_UPLOAD_BYTES", 50 << 30, 1..=5 << 40)?,
            large_file_bytes: variables.number("LARGE_FILE_BYTES", 1 << 30, 1..=5 << 40)?,
            file_part_bytes: variables.number("FILE_PART_BYTES", 256 << 20, 1 << 20..=5 << 40)?,
            allowed_buckets: variables.names("ALLOWED_BUCKETS"),
            generation_max_jobs: variables.number("GENERATION_MAX_JOBS", 5, 1..=100)?,
            generation_cooldown_seconds: variables.number(
                "GENERATION_COOLDOWN_SECONDS",
                45,
                0..=3600,
            )?,
            interactive_wait: Duration::from_secs(
                variables
                    .number::<u32>("INTERACTIVE_WAIT_SECONDS", 20, 0..=28)?
                    .into(),
            ),
            access_token_minutes: variables.number("ACCESS_TOKEN_MINUTES", 15, 1..=1440)?,
            refresh_token_days: variables.number("REFRESH_TOKEN_DAYS", 7, 1..=365)?,
            login_days: variables.number("LOGIN_DAYS", 30, 1..=365)?,
            login_failures: variables.number("LOGIN_FAILURES", 10, 1..=1000)?,
            login_closed_seconds: variables.number("LOGIN_CLOSED_SECONDS", 60, 1..=86_400)?,
            log_level: variables.optional("LOG_LEVEL").unwrap_or("info").to_owned(),
            function_name: variables
                .optional("AWS_LAMBDA_FUNCTION_NAME")
                .unwrap_or("local")
                .to_owned(),
            memory_megabytes: variables.number(
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                1024,
                128..=65_536,
            )?,
            state_table: variables.owned("STATE_TABLE"),
            data_bucket: variables.owned("DATA_BUCKET"),
            challenge_machine_arn: variables.owned("CHALLENGE_MACHINE_ARN"),
            file_machine_arn: variables.owned("FILE_MACHINE_ARN"),
            file_jobs_queue_url: variables.owned("FILE_JOBS_QUEUE_URL"),
            generation_machine_arn: variables.owned("GENERATION_MACHINE_ARN"),
            generation_jobs_queue_url: variables.owned("GENERATION_JOBS_QUEUE_URL"),
            generation_dead_letters_url: variables.owned("GENERATION_DEAD_LETTERS_URL"),
            tokens: variables.tokens()?,
        })
    }

    /// `STATE_TABLE`: name of the `DynamoDB` table.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when it is not set.
    pub fn state_table(&self) -> Result<&str, ConfigError> {
        self.state_table
            .as_deref()
            .ok_or(ConfigError::Missing("STATE_TABLE"))
    }

    /// `DATA_BUCKET`: name of the S3 bucket.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when it is not set.
    pub fn data_bucket(&self) -> Result<&str, ConfigError> {
        self.data_bucket
            .as_deref()
            .ok_or(ConfigError::Missing("DATA_BUCKET"))
    }

    /// `CHALLENGE_MACHINE_ARN`: the state machine of the Data Factory.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when it is not set.
    pub fn challenge_machine_arn(&self) -> Result<&str, ConfigError> {
        self.challenge_machine_arn
            .as_deref()
            .ok_or(ConfigError::Missing("CHALLENGE_MACHINE_ARN"))
    }

    /// `FILE_MACHINE_ARN`: the state machine of large files.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when it is not set.
    pub fn file_machine_arn(&self) -> Result<&str, ConfigError> {
        self.file_machine_arn
            .as_deref()
            .ok_or(ConfigError::Missing("FILE_MACHINE_ARN"))
    }

    /// `FILE_JOBS_QUEUE_URL`: the queue of the workers of file jobs.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when it is not set.
    pub fn file_jobs_queue_url(&self) -> Result<&str, ConfigError> {
        self.file_jobs_queue_url
            .as_deref()
            .ok_or(ConfigError::Missing("FILE_JOBS_QUEUE_URL"))
    }

    /// `GENERATION_MACHINE_ARN`: the state machine of data generation.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when it is not set.
    pub fn generation_machine_arn(&self) -> Result<&str, ConfigError> {
        self.generation_machine_arn
            .as_deref()
            .ok_or(ConfigError::Missing("GENERATION_MACHINE_ARN"))
    }

    /// `GENERATION_JOBS_QUEUE_URL`: the queue of the workers of data generation.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when it is not set.
    pub fn generation_jobs_queue_url(&self) -> Result<&str, ConfigError> {
        self.generation_jobs_queue_url
            .as_deref()
            .ok_or(ConfigError::Missing("GENERATION_JOBS_QUEUE_URL"))
    }

    /// `GENERATION_DEAD_LETTERS_URL`: the queue of messages about data generation that could not be dealt
    /// with.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when it is not set.
    pub fn generation_dead_letters_url(&self) -> Result<&str, ConfigError> {
        self.generation_dead_letters_url
            .as_deref()
            .ok_or(ConfigError::Missing("GENERATION_DEAD_LETTERS_URL"))
    }

    /// What checks callers, from `JWT_KEYS` (`{"kid": "secret of at least 32 bytes", …}`), `JWT_ACTIVE_KID`,
    /// `JWT_ISSUER` and `JWT_AUDIENCE`. Without keys no token is good.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when callers need a token and there is no key to check one with.
    pub fn authenticator(&self, clock: Arc<dyn Clock>) -> Result<Authenticator, ConfigError> {
        match &self.tokens {
            Some(tokens) => Ok(Authenticator::new(
                tokens.keys.clone(),
                tokens.issuer.clone(),
                tokens.audience.clone(),
                self.require_auth,
                clock,
            )),
            None if self.require_auth => Err(ConfigError::Missing("JWT_KEYS")),
            None => Ok(Authenticator::without_keys(clock)),
        }
    }

    /// What signs access tokens, from the same variables and `ACCESS_TOKEN_MINUTES`.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] when there is no key to sign with.
    pub fn token_issuer(&self, clock: Arc<dyn Clock>) -> Result<TokenIssuer, ConfigError> {
        let tokens = self.tokens.as_ref();
        let tokens = tokens.ok_or(ConfigError::Missing("JWT_KEYS"))?;
        Ok(TokenIssuer::new(
            tokens.keys.clone(),
            tokens.issuer.clone(),
            tokens.audience.clone(),
            Duration::from_secs(u64::from(self.access_token_minutes) * 60),
            clock,
        ))
    }
}

fn invalid(name: &'static str, expected: impl Into<String>) -> ConfigError {
    ConfigError::Invalid {
        name,
        expected: expected.into(),
    }
}

/// Variables by name; an empty one counts as not set.
struct Variables(BTreeMap<String, String>);

impl Variables {
    fn optional(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.optional(name).map(str::to_owned)
    }

    /// Names separated by commas.
    fn names(&self, name: &str) -> Vec<String> {
        let names = self.optional(name).unwrap_or_default().split(',');
        let names = names.map(str::trim).filter(|name| !name.is_empty());
        names.map(str::to_owned).collect()
    }

    fn required(&self, name: &'static str) -> Result<&str, ConfigError> {
        self.optional(name).ok_or(ConfigError::Missing(name))
    }

    fn boolean(&self, name: &'static str, default: bool) -> Result<bool, ConfigError> {
        match self.optional(name) {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(invalid(name, "must be true or false")),
        }
    }

    fn number<N: FromStr + PartialOrd + Display>(
        &self,
        name: &'static str,
        default: N,
        bounds: RangeInclusive<N>,
    ) -> Result<N, ConfigError> {
        let Some(text) = self.optional(name) else {
            return Ok(default);
        };
        text.parse()
            .ok()
            .filter(|number| bounds.contains(number))
            .ok_or_else(|| {
                invalid(
                    name,
                    format!(
                        "must be an integer from {} to {}",
                        bounds.start(),
                        bounds.end()
                    ),
                )
            })
    }

    fn origins(&self, name: &'static str) -> Result<Vec<HeaderValue>, ConfigError> {
        let text = self.optional(name).unwrap_or_default();
        text.split(',')
            .map(str::trim)
            .filter(|origin| !origin.is_empty())
            .map(|origin| {
                let scheme = ["http://", "https://"]
                    .iter()
                    .find_map(|scheme| origin.strip_prefix(scheme));
                let plain = origin == "*"
                    || scheme.is_some_and(|host| !host.is_empty() && !host.contains('/'));
                HeaderValue::from_str(origin)
                    .ok()
                    .filter(|_| plain)
                    .ok_or_else(|| {
                        invalid(
                            name,
                            "must be origins (https://example.com) separated by commas, or *",
                        )
                    })
            })
            .collect()
    }

    fn tokens(&self) -> Result<Option<TokenConfig>, ConfigError> {
        let Some(text) = self.optional("JWT_KEYS") else {
            return Ok(None);
        };
        let secrets: BTreeMap<String, String> = serde_json::from_str(text)
            .map_err(|_| invalid("JWT_KEYS", "must be a JSON object of key ids and secrets"))?;
        let keys = SigningKeys::new(&secrets, self.required("JWT_ACTIVE_KID")?)?;
        Ok(Some(TokenConfig {
            keys,
            issuer: self.required("JWT_ISSUER")?.to_owned(),
            audience: self.required("JWT_AUDIENCE")?.to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests;
