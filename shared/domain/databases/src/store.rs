//! Registered databases in the stores: a row a database, and its files under the version that it names.

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use millrace_asksql::Lexicon;
use millrace_leftovers::Leftover;
use millrace_ports::{Condition, Index, Item, Key, Ports, Query, Tenant, Write, item};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::definition::{DDL_BYTES, Definition, LEXICON_BYTES, ROWS_BYTES, TableRows};
use crate::error::DatabaseError;

/// Databases of a tenant.
pub(crate) const MOST: usize = 100;
/// Databases of a tenant that are read: calls at the same time may each find room for one more.
const LISTED: usize = 1_000;
/// Attempts at reading what is replaced meanwhile.
const ATTEMPTS: usize = 4;
/// How long files may wait for the row that names them.
const UNNAMED_FOR: TimeDelta = TimeDelta::hours(12);
/// How long the files of a replaced version stay for those who read them.
const READ_FOR: TimeDelta = TimeDelta::hours(1);

/// A database as its row tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Number of its tables.
    pub tables: u64,
    /// Whether it has rows.
    pub has_rows: bool,
    /// When it was registered first.
    pub created_at: DateTime<Utc>,
    /// When it was registered last.
    pub updated_at: DateTime<Utc>,
    /// Names the files that make it.
    pub(crate) version: String,
}

/// What a definition is stored as, beside the files of its rows.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    ddl: String,
    lexicon: Lexicon,
    /// Tables with rows, in the order of their files.
    rows: Vec<String>,
}

fn partition(tenant: &Tenant) -> Key {
    Key::of(tenant, "DATABASES", "all", "")
}

fn key(tenant: &Tenant, name: &str) -> Key {
    Key::of(tenant, "DATABASES", "all", &format!("NAME#{name}"))
}

fn prefix(tenant: &Tenant, name: &str, version: &str) -> String {
    format!("{tenant}/databases/{name}/{version}")
}

/// The row of a database, where there is one.
pub(crate) async fn find(
    ports: &Ports,
    tenant: &Tenant,
    name: &str,
) -> Result<Option<Listed>, DatabaseError> {
    let found = ports.records.get(&key(tenant, name)).await?;
    found.map(|found| read(&found)).transpose()
}

/// All databases of a tenant by name.
pub(crate) async fn list(ports: &Ports, tenant: &Tenant) -> Result<Vec<Listed>, DatabaseError> {
    let query = Query::new(Index::Main, partition(tenant).pk).sort_prefix("NAME#");
    let found = ports.records.query_all(query, LISTED).await?;
    found.iter().map(read).collect()
}

/// Writes a definition and makes it visible at once; whether it is new.
pub(crate) async fn put(
    ports: &Ports,
    tenant: &Tenant,
    name: &str,
    definition: &Definition,
    tables: usize,
) -> Result<(Listed, bool), DatabaseError> {
    let before = find(ports, tenant, name).await?;
    if before.is_none() && list(ports, tenant).await?.len() >= MOST {
        return Err(DatabaseError::Full(MOST));
    }
    let now = ports.clock.now();
    let listed = Listed {
        name: name.to_owned(),
        tables: tables as u64,
        has_rows: !definition.rows.is_empty(),
        created_at: before.as_ref().map_or(now, |before| before.created_at),
        updated_at: now,
        version: ports.ids.uuid().to_string(),
    };
    let note = leftover(tenant, &listed, now + UNNAMED_FOR).note();
    ports.records.transact(vec![note]).await?;
    upload(ports, tenant, &listed, definition).await?;
    let condition = match &before {
        Some(before) => Condition::equals("version", before.version.clone()),
        None => Condition::Absent,
    };
    let item = row(tenant, &listed);
    let mut writes = vec![Write::Put { item, condition }];
    writes.extend(replaced(ports, tenant, before.as_ref()));
    match ports.records.transact(writes).await {
        Ok(()) => {}
        // A commit whose answer was lost has happened all the same.
        Err(error) => match find(ports, tenant, name).await {
            Ok(Some(stored)) if stored.version == listed.version => {}
            _ => return Err(error.into()),
        },
    }
    Ok((listed, before.is_none()))
}

/// Takes a database away; its files follow.
pub(crate) async fn remove(
    ports: &Ports,
    tenant: &Tenant,
    name: &str,
) -> Result<(), DatabaseError> {
    let unknown = || DatabaseError::NotFound(name.to_owned());
    let listed = find(ports, tenant, name).await?.ok_or_else(unknown)?;
    let mut writes = vec![Write::Delete {
        key: key(tenant, name),
        condition: Condition::equals("version", listed.version.clone()),
    }];
    writes.extend(replaced(ports, tenant, Some(&listed)));
    Ok(ports.records.transact(writes).await?)
}

/// What brings the sweep to the files of a version that is no more.
fn replaced(ports: &Ports, tenant: &Tenant, before: Option<&Listed>) -> Option<Write> {
    let due = ports.clock.now() + READ_FOR;
    before.map(|before| leftover(tenant, before, due).note())
}

fn leftover(tenant: &Tenant, listed: &Listed, due: DateTime<Utc>) -> Leftover {
    let folder = prefix(tenant, &listed.name, &listed.version);
    let row = key(tenant, &listed.name);
    Leftover::new(row, &listed.version, format!("{folder}/"), due)
}

async fn upload(
    ports: &Ports,
    tenant: &Tenant,
    listed: &Listed,
    definition: &Definition,
) -> Result<(), DatabaseError> {
    let folder = prefix(tenant, &listed.name, &listed.version);
    let stored = Stored {
        ddl: definition.ddl.clone(),
        lexicon: definition.lexicon.clone(),
        rows: definition.rows.keys().cloned().collect(),
    };
    let document = serde_json::to_vec(&stored);
    let document = document.map_err(|error| DatabaseError::Unreadable(error.to_string()))?;
    let put = async |file: String, bytes: Bytes, media_type: &str| {
        ports.objects.put(&file, bytes, media_type).await
    };
    for (place, rows) in definition.rows.values().enumerate() {
        let file = format!("{folder}/rows-{place}");
        put(file, rows.0.clone(), "application/octet-stream").await?;
    }
    let file = format!("{folder}/definition.json");
    put(file, document.into(), "application/json").await?;
    Ok(())
}

/// The definition of a database, with its row.
pub(crate) async fn definition(
    ports: &Ports,
    tenant: &Tenant,
    listed: Listed,
) -> Result<(Listed, Definition), DatabaseError> {
    let mut listed = listed;
    for _ in 0..ATTEMPTS {
        if let Some(definition) = files(ports, tenant, &listed).await? {
            return Ok((listed, definition));
        }
        // Its files are gone because another version took its place.
        let found = find(ports, tenant, &listed.name).await?;
        listed = found.ok_or_else(|| DatabaseError::NotFound(listed.name.clone()))?;
    }
    Err(DatabaseError::Busy)
}

async fn files(
    ports: &Ports,
    tenant: &Tenant,
    listed: &Listed,
) -> Result<Option<Definition>, DatabaseError> {
    let folder = prefix(tenant, &listed.name, &listed.version);
    let most = (DDL_BYTES + LEXICON_BYTES) as u64 * 8;
    let get = async |file: String, most: u64| -> Result<Option<Bytes>, DatabaseError> {
        Ok(ports.objects.get(&file, most).await?)
    };
    let Some(document) = get(format!("{folder}/definition.json"), most).await? else {
        return Ok(None);
    };
    let stored: Stored = serde_json::from_slice(&document)
        .map_err(|error| DatabaseError::Unreadable(error.to_string()))?;
    let mut definition = Definition {
        ddl: stored.ddl,
        lexicon: stored.lexicon,
        ..Definition::default()
    };
    for (place, table) in stored.rows.into_iter().enumerate() {
        let file = format!("{folder}/rows-{place}");
        let Some(rows) = get(file, ROWS_BYTES as u64).await? else {
            return Ok(None);
        };
        definition.rows.insert(table, TableRows(rows));
    }
    Ok(Some(definition))
}

fn row(tenant: &Tenant, listed: &Listed) -> Item {
    let time = |at: DateTime<Utc>| json!(at.to_rfc3339_opts(SecondsFormat::Millis, true));
    let fields = [
        ("name", json!(listed.name)),
        ("tables", json!(listed.tables)),
        ("has_rows", json!(listed.has_rows)),
        ("created_at", time(listed.created_at)),
        ("updated_at", time(listed.updated_at)),
        ("version", json!(listed.version)),
    ];
    item(&key(tenant, &listed.name), fields)
}

fn read(item: &Item) -> Result<Listed, DatabaseError> {
    let unreadable = |field: &str| DatabaseError::Unreadable(format!("{field} is not as written"));
    let text = |field: &str| {
        let value = item.get(field).and_then(Value::as_str);
        value.map(str::to_owned).ok_or_else(|| unreadable(field))
    };
    let time = |field: &str| {
        let parsed = DateTime::parse_from_rfc3339(&text(field)?);
        parsed.map(|at| at.to_utc()).map_err(|_| unreadable(field))
    };
    Ok(Listed {
        name: text("name")?,
        tables: item
            .get("tables")
            .and_then(Value::as_u64)
            .unwrap_or_default(),
        has_rows: item
            .get("has_rows")
            .and_then(Value::as_bool)
            .unwrap_or_default(),
        created_at: time("created_at")?,
        updated_at: time("updated_at")?,
        version: text("version")?,
    })
}
