//! Files that no row names: a crash between an upload and the write that names it leaves them, and so does
//! every replacement.
//!
//! Who uploads notes its files first; the sweep removes them when they are due and the row that was to name
//! them does not. A file is thus never removed by the call that replaces it, whose readers may be at it,
//! nor after a write whose answer was lost.
//!
//! The crate knows the ports. It must not know what the files are.
//!
//! ```
//! use chrono::TimeDelta;
//! use millrace_leftovers::{Leftover, sweep};
//! use millrace_ports::memory::Memory;
//! use millrace_ports::{Key, Objects, Records, Tenant, Write, item};
//!
//! # tokio::runtime::Builder::new_current_thread().build().expect("runtime").block_on(async {
//! let memory = Memory::new();
//! let ports = memory.ports();
//! let key = Key::of(&Tenant::new("ada").unwrap(), "BOOK", "emma", "TEXT");
//! let leftover = Leftover::new(key.clone(), "2", "ada/books/emma/2/", ports.clock.now());
//! ports.records.transact(vec![leftover.note()]).await.unwrap();
//! ports.objects.put("ada/books/emma/2/text", "…".into(), "text/plain").await.unwrap();
//! // The write that names version 2 never comes.
//! memory.clock.advance(TimeDelta::days(1));
//! assert_eq!(sweep(&ports, 100).await.unwrap(), 1);
//! assert!(ports.objects.list("ada/", None).await.unwrap().objects.is_empty());
//! # });
//! ```
#![warn(missing_docs)]

use chrono::{DateTime, Utc};
use millrace_ports::{
    Condition, Index, Item, Key, PortError, Ports, Query, TransactError, Write, item,
};
use serde_json::Value;

/// Leftovers of all tenants, by the time that they are due.
const PARTITION: &str = "LEFTOVERS";
/// The field by which a row names its files.
const VERSION: &str = "version";
/// Leftovers that are read at once.
const PAGE: u32 = 100;

/// Files under a prefix that a row may name by its field `version`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    row: Key,
    version: String,
    prefix: String,
    due: DateTime<Utc>,
}

impl Leftover {
    /// Files under `prefix` that are of use while `row` has `version`; looked at when they are `due`.
    #[must_use]
    pub fn new(
        row: Key,
        version: impl Into<String>,
        prefix: impl Into<String>,
        due: DateTime<Utc>,
    ) -> Self {
        Self {
            row,
            version: version.into(),
            prefix: prefix.into(),
            due,
        }
    }

    /// The write that brings the sweep to these files.
    #[must_use]
    pub fn note(&self) -> Write {
        let key = Key {
            pk: PARTITION.to_owned(),
            sk: format!("{:012}#{}", self.due.timestamp(), self.prefix),
        };
        let fields = [
            ("row_pk", self.row.pk.as_str().into()),
            ("row_sk", self.row.sk.as_str().into()),
            (VERSION, self.version.as_str().into()),
            ("prefix", self.prefix.as_str().into()),
        ];
        Write::put(item(&key, fields))
    }
}

/// Removes files that are due and of no use, about `most` at most; how many notes were worked off.
///
/// # Errors
/// The store's. What was removed is gone; the next sweep goes on.
pub async fn sweep(ports: &Ports, most: u32) -> Result<u32, PortError> {
    let due = format!("{:012}", ports.clock.now().timestamp());
    let mut done = 0;
    loop {
        let query = Query::new(Index::Main, PARTITION).limit(PAGE);
        let page = ports.records.query(&query).await?;
        let before = done;
        for note in &page.items {
            let key = Key::from_item(note)?;
            if key.sk > due || done >= most {
                return Ok(done);
            }
            settle(ports, note).await?;
            forget(ports, key).await?;
            done += 1;
        }
        if done == before {
            return Ok(done);
        }
    }
}

/// Removes the files of a note, unless its row names them.
async fn settle(ports: &Ports, note: &Item) -> Result<(), PortError> {
    let text = |name: &str| note.get(name).and_then(Value::as_str);
    let (Some(pk), Some(sk), Some(version), Some(prefix)) = (
        text("row_pk"),
        text("row_sk"),
        text(VERSION),
        text("prefix"),
    ) else {
        return Ok(());
    };
    let key = Key {
        pk: pk.to_owned(),
        sk: sk.to_owned(),
    };
    let row = ports.records.get(&key).await?;
    let named = row.as_ref().and_then(|row| row.get(VERSION)?.as_str());
    if named == Some(version) {
        return Ok(());
    }
    ports.objects.delete_under(prefix).await
}

async fn forget(ports: &Ports, key: Key) -> Result<(), PortError> {
    let condition = Condition::None;
    let forgotten = ports
        .records
        .transact(vec![Write::Delete { key, condition }]);
    match forgotten.await {
        Err(TransactError::Port(error)) => Err(error),
        // Another sweep is at it.
        Ok(()) | Err(TransactError::Conflict | TransactError::ConditionFailed { .. }) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use chrono::TimeDelta;
    use millrace_ports::memory::Memory;
    use millrace_ports::{Objects, Tenant};

    use super::*;

    #[tokio::test]
    async fn what_a_row_names_stays_and_what_none_names_goes_when_it_is_due() {
        let memory = Memory::new();
        let ports = memory.ports();
        let ada = Tenant::new("ada").expect("a tenant");
        let row = Key::of(&ada, "BOOK", "emma", "TEXT");
        let named = item(&row, [(VERSION, "2".into())]);
        let now = ports.clock.now();
        let mut writes = vec![Write::put(named)];
        for (version, hours) in [("1", 1), ("2", 1), ("3", 24)] {
            let prefix = format!("ada/emma/{version}/");
            let due = now + TimeDelta::hours(hours);
            writes.push(Leftover::new(row.clone(), version, &prefix, due).note());
            for file in ["a", "b"] {
                let key = format!("{prefix}{file}");
                let put = memory.objects.put(&key, Bytes::new(), "text/plain").await;
                put.expect("a put");
            }
        }
        ports.records.transact(writes).await.expect("rows");
        let left = async || {
            let listing = ports.objects.list("ada/", None).await.expect("a list");
            let keys = listing.objects.into_iter().map(|object| object.key);
            keys.collect::<Vec<String>>()
        };
        assert_eq!(sweep(&ports, 100).await, Ok(0));
        memory.clock.advance(TimeDelta::hours(2));
        assert_eq!(sweep(&ports, 1).await, Ok(1));
        assert_eq!(sweep(&ports, 100).await, Ok(1));
        assert_eq!(
            left().await,
            [
                "ada/emma/2/a",
                "ada/emma/2/b",
                "ada/emma/3/a",
                "ada/emma/3/b"
            ]
        );
        memory.clock.advance(TimeDelta::days(1));
        assert_eq!(sweep(&ports, 100).await, Ok(1));
        assert_eq!(left().await, ["ada/emma/2/a", "ada/emma/2/b"]);
        assert_eq!(sweep(&ports, 100).await, Ok(0));
    }
}
