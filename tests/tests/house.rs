//! The import rules of `ARCHITECTURE.md`, held over `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Direct, non-test dependencies by package of the workspace, and the folder of each.
struct House {
    imports: BTreeMap<String, BTreeSet<String>>,
    folders: BTreeMap<String, String>,
}

fn house() -> House {
    let metadata: Metadata = MetadataCommand::new()
        .no_deps()
        .exec()
        .expect("cargo metadata runs in the workspace");
    let root = metadata.workspace_root.clone();
    let mut house = House {
        imports: BTreeMap::new(),
        folders: BTreeMap::new(),
    };
    for package in metadata.workspace_packages() {
        let folder = package
            .manifest_path
            .parent()
            .expect("a manifest lies in a folder");
        let folder = folder
            .strip_prefix(&root)
            .expect("members lie in the workspace")
            .to_string();
        house.folders.insert(package.name.to_string(), folder);
        let imports = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(|dependency| dependency.name.clone());
        house
            .imports
            .insert(package.name.to_string(), imports.collect());
    }
    assert!(
        house.imports.len() > 10,
        "the workspace was not read: {:?}",
        house.imports.keys()
    );
    house
}

impl House {
    /// Packages whose folder begins with `prefix`.
    fn rooms(&self, prefix: &str) -> Vec<&str> {
        let rooms: Vec<&str> = self
            .folders
            .iter()
            .filter(|(_, folder)| folder.starts_with(prefix))
            .map(|(name, _)| name.as_str())
            .collect();
        assert!(!rooms.is_empty(), "no crate lies under {prefix}");
        rooms
    }

    /// Everything that `package` reaches inside the workspace, itself included.
    fn reaches(&self, package: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![package.to_owned()];
        while let Some(name) = open.pop() {
            if let Some(imports) = self.imports.get(&name)
                && found.insert(name)
            {
                open.extend(imports.iter().cloned());
            }
        }
        found
    }

    fn assert_never(&self, packages: &[&str], forbidden: impl Fn(&str) -> bool, why: &str) {
        for package in packages {
            for import in &self.imports[*package] {
                assert!(!forbidden(import), "{package} imports {import}: {why}");
            }
        }
    }
}

fn is_http(import: &str) -> bool {
    [
        "http",
        "axum",
        "hyper",
        "reqwest",
        "tower",
        "lambda_http",
        "lambda_runtime",
    ]
    .contains(&import)
        || import.starts_with("tower-")
}

fn is_aws(import: &str) -> bool {
    import.starts_with("aws-") || import == "serde_dynamo" || import == "millrace-aws"
}

/// Engines that stand on others: what runs steps knows the reader and the language of steps, both
/// generators draw alike, and SQL runs on what the reader reads.
const STACKED: &[(&str, &[&str])] = &[
    ("millrace-likeness", &["millrace-draw"]),
    ("millrace-synth", &["millrace-draw"]),
    ("millrace-profile", &["millrace-formats"]),
    ("millrace-rows", &["millrace-formats", "millrace-steps"]),
    (
        "millrace-tabular",
        &["millrace-formats", "millrace-rows", "millrace-steps"],
    ),
    ("millrace-query", &["millrace-formats"]),
    ("millrace-verify", &["millrace-query"]),
];

/// Who links DataFusion.
const DATAFUSION: &[&str] = &["millrace-query", "millrace-tabular", "millrace-verify"];

#[test]
fn engines_are_pure_and_do_not_know_each_other() {
    let house = house();
    let engines = house.rooms("shared/engines/");
    house.assert_never(
        &engines,
        |import| is_http(import) || is_aws(import),
        "engines know no cloud and no HTTP",
    );
    for engine in engines {
        let below = STACKED.iter().find(|(name, _)| *name == engine);
        let below = below.map_or(&[][..], |(_, below)| below);
        house.assert_never(
            &[engine],
            |import| import.starts_with("millrace-") && !below.contains(&import),
            "engines know nothing but their own field",
        );
    }
}

#[test]
fn the_domain_stands_on_engines_and_ports_alone() {
    let house = house();
    let domain = house.rooms("shared/domain/");
    house.assert_never(
        &domain,
        |import| is_http(import) || is_aws(import),
        "the domain reaches out through ports",
    );
    house.assert_never(
        &domain,
        |import| import == "millrace-edge",
        "the domain knows no edge",
    );
}

#[test]
fn only_aws_knows_an_sdk() {
    let house = house();
    let others: Vec<&str> = house
        .imports
        .keys()
        .map(String::as_str)
        .filter(|name| *name != "millrace-aws")
        .collect();
    house.assert_never(
        &others,
        |import| import.starts_with("aws-"),
        "only millrace-aws knows the AWS SDK",
    );
}

#[test]
fn ports_and_wire_types_stand_alone() {
    let house = house();
    house.assert_never(
        &["millrace-ports", "millrace-api"],
        |import| import.starts_with("millrace-"),
        "they are the ground",
    );
    house.assert_never(
        &["millrace-ports", "millrace-api"],
        is_http,
        "they know no transport",
    );
}

#[test]
fn nothing_imports_a_function() {
    let house = house();
    let functions = house.rooms("functions/");
    let all: Vec<&str> = house.imports.keys().map(String::as_str).collect();
    house.assert_never(
        &all,
        |import| functions.contains(&import),
        "functions are leaves",
    );
}

#[test]
fn light_functions_link_no_engine() {
    let house = house();
    let engines = house.rooms("shared/engines/");
    for function in ["system", "accounts", "challenges"] {
        let reached = house.reaches(function);
        for engine in &engines {
            assert!(
                !reached.contains(*engine),
                "{function} links {engine} and would start slowly"
            );
        }
    }
}

#[test]
fn functions_that_check_jobs_link_what_checks_them_and_no_other_engine() {
    let house = house();
    let engines = house.rooms("shared/engines/");
    for (function, allowed) in [
        ("file-jobs", &["millrace-steps"][..]),
        ("file-events", &[]),
        // Types and schemas are checked by planning them.
        (
            "generation-jobs",
            &["millrace-draw", "millrace-steps", "millrace-synth"][..],
        ),
        ("janitor", &[]),
    ] {
        let reached = house.reaches(function);
        for engine in &engines {
            assert!(
                !reached.contains(*engine) || allowed.contains(engine),
                "{function} links {engine} and would start slowly"
            );
        }
    }
}

#[test]
fn datafusion_is_linked_where_sql_runs_and_nowhere_else() {
    let house = house();
    let others: Vec<&str> = house
        .imports
        .keys()
        .map(String::as_str)
        .filter(|name| !DATAFUSION.contains(name))
        .collect();
    house.assert_never(
        &others,
        |import| import.starts_with("datafusion"),
        "another home of DataFusion",
    );
    for function in house.rooms("functions/") {
        let reached = house.reaches(function);
        let links = DATAFUSION.iter().any(|engine| reached.contains(*engine));
        let works = ["challenge-steps", "file-worker", "query-parser"].contains(&function);
        assert!(!links || works, "{function} links DataFusion");
    }
}

/// The packages that are built, by name, with their features and who needs them.
struct Built {
    features: BTreeMap<String, BTreeSet<String>>,
    users: BTreeMap<String, BTreeSet<String>>,
}

fn built() -> Built {
    let metadata = MetadataCommand::new()
        .exec()
        .expect("cargo metadata runs in the workspace");
    let names: BTreeMap<_, _> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, package.name.to_string()))
        .collect();
    let mut built = Built {
        features: BTreeMap::new(),
        users: BTreeMap::new(),
    };
    for node in metadata.resolve.expect("the packages are resolved").nodes {
        let name = &names[&node.id];
        let features = node.features.iter().map(ToString::to_string);
        built
            .features
            .entry(name.clone())
            .or_default()
            .extend(features);
        for dependency in node.dependencies {
            let users = built.users.entry(names[&dependency].clone()).or_default();
            users.insert(name.clone());
        }
    }
    built
}

impl Built {
    fn has_feature(&self, package: &str, feature: &str) -> bool {
        self.features
            .get(package)
            .is_some_and(|features| features.contains(feature))
    }

    fn users(&self, package: &str) -> BTreeSet<&str> {
        let users = self.users.get(package);
        users.into_iter().flatten().map(String::as_str).collect()
    }
}

#[test]
fn each_purpose_has_one_crypto_backend() {
    let built = built();
    // With two of its backends, or none, jsonwebtoken panics at the first token.
    assert!(built.has_feature("jsonwebtoken", "aws_lc_rs"));
    assert!(!built.has_feature("jsonwebtoken", "rust_crypto"));
    // cargo names ring for rustls-webpki, whose feature is off.
    assert!(built.has_feature("rustls", "aws-lc-rs"));
    assert!(!built.has_feature("rustls", "ring"));
    assert!(!built.has_feature("rustls-webpki", "ring"));
    for (backend, users) in [
        (
            "aws-lc-rs",
            &["jsonwebtoken", "rustls", "rustls-webpki"][..],
        ),
        ("ring", &["rustls-webpki"]),
        ("jsonwebtoken", &["millrace-edge"]),
        ("argon2", &["millrace-accounts"]),
        ("openssl", &[]),
        ("openssl-sys", &[]),
        ("native-tls", &[]),
        ("boring", &[]),
        ("rust-argon2", &[]),
        ("bcrypt", &[]),
        ("scrypt", &[]),
    ] {
        for user in built.users(backend) {
            assert!(
                users.contains(&user),
                "{user} uses {backend}: a second crypto backend"
            );
        }
    }
}
