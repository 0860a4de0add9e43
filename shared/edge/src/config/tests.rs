use millrace_ports::SystemClock;

use super::*;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn config(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let all = [("ENVIRONMENT", "local")]
        .into_iter()
        .chain(pairs.iter().copied());
    Config::from_pairs(all)
}

fn faulty(pairs: &[(&str, &str)]) -> &'static str {
    match config(pairs).expect_err("a faulty variable") {
        ConfigError::Missing(name) | ConfigError::Invalid { name, .. } => name,
    }
}

#[test]
fn a_local_stack_needs_its_environment_alone() {
    let config = config(&[]).expect("valid");
    assert!(!config.require_auth);
    assert_eq!(config.brand, "Codebasics Data Factory");
    assert_eq!(config.session_retention_days, 90);
    assert_eq!(
        (config.file_retention_days, config.max_upload_bytes),
        (30, 50 << 30)
    );
    assert_eq!(config.interactive_wait, Duration::from_secs(20));
    assert!(config.cors_origins.is_empty());
    assert!(config.allowed_buckets.is_empty());
    assert_eq!(
        (
            config.generation_max_jobs,
            config.generation_cooldown_seconds
        ),
        (5, 45)
    );
    assert_eq!(config.access_token_minutes, 15);
    assert_eq!((config.refresh_token_days, config.login_days), (7, 30));
    assert_eq!(
        (config.login_failures, config.login_closed_seconds),
        (10, 60)
    );
}

#[test]
fn what_a_function_needs_is_asked_for_by_name() {
    let config = config(&[("STATE_TABLE", "State"), ("DATA_BUCKET", " ")]).expect("valid");
    assert_eq!(config.state_table(), Ok("State"));
    assert_eq!(
        config.data_bucket(),
        Err(ConfigError::Missing("DATA_BUCKET"))
    );
    assert_eq!(
        config.challenge_machine_arn(),
        Err(ConfigError::Missing("CHALLENGE_MACHINE_ARN"))
    );
}

#[test]
fn a_deployment_requires_tokens_and_keys_to_check_them() {
    for environment in ["staging", "production"] {
        let config = config(&[("ENVIRONMENT", environment)]).expect("valid");
        assert!(config.require_auth);
        let refusal = config
            .authenticator(Arc::new(SystemClock))
            .expect_err("no keys");
        assert_eq!(refusal, ConfigError::Missing("JWT_KEYS"));
    }
    let local = config(&[]).expect("valid");
    assert!(local.authenticator(Arc::new(SystemClock)).is_ok());
    // Who gives tokens out cannot do without, wherever it is.
    let refusal = local
        .token_issuer(Arc::new(SystemClock))
        .expect_err("no keys");
    assert_eq!(refusal, ConfigError::Missing("JWT_KEYS"));
}

#[test]
fn the_faulty_variable_is_named_and_its_value_is_not() {
    assert_eq!(
        Config::from_pairs::<&str, &str>([]).expect_err("empty"),
        ConfigError::Missing("ENVIRONMENT")
    );
    assert_eq!(faulty(&[("ENVIRONMENT", "prod")]), "ENVIRONMENT");
    assert_eq!(faulty(&[("REQUIRE_AUTH", "yes")]), "REQUIRE_AUTH");
    assert_eq!(
        faulty(&[("SESSION_RETENTION_DAYS", "0")]),
        "SESSION_RETENTION_DAYS"
    );
    assert_eq!(
        faulty(&[("INTERACTIVE_WAIT_SECONDS", "29")]),
        "INTERACTIVE_WAIT_SECONDS"
    );
    assert_eq!(
        faulty(&[("ACCESS_TOKEN_MINUTES", "0")]),
        "ACCESS_TOKEN_MINUTES"
    );
    assert_eq!(faulty(&[("LOGIN_FAILURES", "ten")]), "LOGIN_FAILURES");
    assert_eq!(
        faulty(&[("CORS_ORIGINS", "https://a.example,b.example")]),
        "CORS_ORIGINS"
    );
    assert_eq!(
        faulty(&[("CORS_ORIGINS", "https://a.example/path")]),
        "CORS_ORIGINS"
    );
    let keys = format!(r#"{{"a": "{SECRET}"}}"#);
    let complete = [
        ("JWT_ACTIVE_KID", "a"),
        ("JWT_ISSUER", "millrace"),
        ("JWT_AUDIENCE", "millrace"),
    ];
    for missing in ["JWT_ACTIVE_KID", "JWT_ISSUER", "JWT_AUDIENCE"] {
        let mut pairs = vec![("JWT_KEYS", keys.as_str())];
        pairs.extend(complete.iter().filter(|(name, _)| *name != missing));
        assert_eq!(faulty(&pairs), missing);
    }
    for bad in ["secret-in-plain-text", "[]", "{}", r#"{"a": "short"}"#] {
        let pairs: Vec<_> = [("JWT_KEYS", bad)].into_iter().chain(complete).collect();
        let error = config(&pairs).expect_err("faulty keys");
        assert!(error.to_string().starts_with("JWT_"), "{error}");
        assert!(
            !error.to_string().contains("plain-text") && !error.to_string().contains("short"),
            "{error}"
        );
    }
    let other = [
        ("JWT_KEYS", keys.as_str()),
        ("JWT_ACTIVE_KID", "b"),
        ("JWT_ISSUER", "m"),
        ("JWT_AUDIENCE", "m"),
    ];
    assert_eq!(faulty(&other), "JWT_ACTIVE_KID");
}

#[test]
fn keys_stay_out_of_debug_output() {
    let keys = format!(r#"{{"a": "{SECRET}"}}"#);
    let pairs = [
        ("JWT_KEYS", keys.as_str()),
        ("JWT_ACTIVE_KID", "a"),
        ("JWT_ISSUER", "m"),
        ("JWT_AUDIENCE", "m"),
    ];
    let config = config(&pairs).expect("valid");
    let authenticator = config.authenticator(Arc::new(SystemClock)).expect("keys");
    let issuer = config.token_issuer(Arc::new(SystemClock)).expect("keys");
    assert!(!format!("{config:?} {authenticator:?} {issuer:?}").contains(SECRET));
}

#[test]
fn buckets_are_names_between_commas() {
    let config = config(&[("ALLOWED_BUCKETS", " one, ,two ")]).expect("valid");
    assert_eq!(config.allowed_buckets, ["one", "two"]);
}
