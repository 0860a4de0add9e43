//! Databases by name: who may reach which, and what is kept ready.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use millrace_api::error::Fault;
use millrace_asksql::Lexicon;
use millrace_challenge::session::Action;
use millrace_challenge::store::Store;
use millrace_ports::{Ports, Tenant};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::compiled::{Compiled, LOADED_BYTES};
use crate::definition::{Definition, LEXICON_BYTES, ROWS_BYTES, TableRows};
use crate::error::DatabaseError;
use crate::rows::RowSource;
use crate::sales::{self, SALES_DB};
use crate::session::{DOCUMENT_BYTES, SessionSchema, schema_ddl};
use crate::store::{self, Listed};

/// Bytes of the databases that are kept ready between calls.
const KEPT_BYTES: usize = 384 << 20;

/// Databases over the ports.
#[derive(Debug, Clone)]
pub struct Databases {
    ports: Ports,
    bucket: String,
    sessions: Store,
    sales: Arc<OnceCell<Arc<Compiled>>>,
    /// By tenant, name and version, the one used last at the end.
    kept: Arc<Mutex<Vec<Ready>>>,
}

/// What a database that is kept ready was compiled from.
type Kept = (Tenant, String, String);

/// A database that is kept ready.
type Ready = (Kept, Arc<Compiled>);

/// Where a database comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The product's own.
    BuiltIn,
    /// The tenant registered it.
    Registered,
    /// It is the schema of a Data Factory session.
    Session,
}

/// A database that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its name, or the session's id.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The database.
    pub database: Arc<Compiled>,
    /// When it was registered first and last.
    pub times: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// A database as it is sent in.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// CREATE TABLE statements.
    pub ddl: String,
    /// Where the rows of tables come from.
    pub rows: BTreeMap<String, RowSource>,
    /// Further words.
    pub lexicon: Lexicon,
}

impl Databases {
    /// Databases over `ports`, whose objects lie in `bucket`.
    #[must_use]
    pub fn new(ports: Ports, bucket: impl Into<String>, session_retention_days: i64) -> Self {
        Self {
            sessions: Store::new(ports.clone(), session_retention_days),
            ports,
            bucket: bucket.into(),
            sales: Arc::default(),
            kept: Arc::default(),
        }
    }

    /// The ports it works on.
    #[must_use]
    pub fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The day that "last month" counts from.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.ports.clock.now().date_naive()
    }

    /// Registers a database under `name`, in place of the tenant's former one; whether it is new.
    ///
    /// # Errors
    /// [`DatabaseError::BuiltIn`], [`DatabaseError::Invalid`], [`DatabaseError::Forbidden`] for rows of
    /// others, [`DatabaseError::Full`].
    pub async fn register(
        &self,
        tenant: &Tenant,
        name: &str,
        wish: Wish,
    ) -> Result<(Found, bool), DatabaseError> {
        if name.eq_ignore_ascii_case(SALES_DB) {
            return Err(DatabaseError::BuiltIn(name.to_owned()));
        }
        check_name(name)?;
        check_lexicon(&wish.lexicon)?;
        let definition = self.fetch(tenant, wish).await?;
        let (definition, database) = self.compiled(definition).await?;
        let tables = database.tables().len();
        let (listed, new) = store::put(&self.ports, tenant, name, &definition, tables).await?;
        self.keep(
            (tenant.clone(), name.to_owned(), listed.version.clone()),
            &database,
        );
        Ok((found(listed, database), new))
    }

    /// The tenant's databases by name.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(&self, tenant: &Tenant) -> Result<Vec<Listed>, DatabaseError> {
        store::list(&self.ports, tenant).await
    }

    /// Takes a tenant's database away.
    ///
    /// # Errors
    /// [`DatabaseError::NotFound`]; [`DatabaseError::BuiltIn`] for one that is not the tenant's to remove.
    pub async fn remove(&self, tenant: &Tenant, name: &str) -> Result<(), DatabaseError> {
        if name.eq_ignore_ascii_case(SALES_DB) {
            return Err(DatabaseError::BuiltIn(name.to_owned()));
        }
        let unknown = || DatabaseError::NotFound(name.chars().take(64).collect());
        check_name(name).map_err(|_| unknown())?;
        store::remove(&self.ports, tenant, name).await
    }

    /// The built-in database.
    ///
    /// # Errors
    /// [`DatabaseError`] where it does not compile, which its tests rule out.
    pub async fn sales(&self) -> Result<Arc<Compiled>, DatabaseError> {
        let compile = async || Ok(self.compiled(sales::definition()).await?.1);
        self.sales.get_or_try_init(compile).await.cloned()
    }

    /// The database that a tenant means by `name`: the built-in one, one of its own, or a session's.
    ///
    /// # Errors
    /// [`DatabaseError::NotFound`] where there is none, and for those of others.
    pub async fn find(&self, tenant: &Tenant, name: &str) -> Result<Found, DatabaseError> {
        if name == SALES_DB {
            return Ok(Found {
                name: name.to_owned(),
                origin: Origin::BuiltIn,
                database: self.sales().await?,
                times: None,
            });
        }
        if is_session_id(name) {
            return self.session(tenant, name).await;
        }
        let unknown = || DatabaseError::NotFound(name.chars().take(64).collect());
        if check_name(name).is_err() {
            return Err(unknown());
        }
        let listed = store::find(&self.ports, tenant, name).await?;
        let listed = listed.ok_or_else(unknown)?;
        let kept = (tenant.clone(), name.to_owned(), listed.version.clone());
        if let Some(database) = self.ready(&kept) {
            return Ok(found(listed, database));
        }
        let (listed, definition) = store::definition(&self.ports, tenant, listed).await?;
        let (_, database) = self.compiled(definition).await?;
        let kept = (tenant.clone(), name.to_owned(), listed.version.clone());
        self.keep(kept, &database);
        Ok(found(listed, database))
    }

    async fn session(&self, tenant: &Tenant, id: &str) -> Result<Found, DatabaseError> {
        let session = self.sessions.load(tenant, id).await;
        let session = session.map_err(|error| DatabaseError::of_session(error, id))?;
        let document = session.document(Action::Schema);
        let document = document.ok_or_else(|| DatabaseError::NotFound(id.to_owned()))?;
        let kept = (tenant.clone(), id.to_owned(), document.key.clone());
        let times = Some((session.created_at, session.updated_at));
        let database = match self.ready(&kept) {
            Some(database) => database,
            None => {
                let bytes = self
                    .ports
                    .objects
                    .get(&document.key, DOCUMENT_BYTES)
                    .await?;
                let bytes = bytes.ok_or_else(|| DatabaseError::NotFound(id.to_owned()))?;
                let schema: SessionSchema = serde_json::from_slice(&bytes)
                    .map_err(|error| DatabaseError::Unreadable(error.to_string()))?;
                let definition = Definition::of_ddl(schema_ddl(&schema.schema));
                let (_, database) = self.compiled(definition).await?;
                self.keep(kept, &database);
                database
            }
        };
        Ok(Found {
            name: id.to_owned(),
            origin: Origin::Session,
            database,
            times,
        })
    }

    /// Reads the rows that lie elsewhere: in this deployment's bucket, under the tenant's own keys.
    async fn fetch(&self, tenant: &Tenant, wish: Wish) -> Result<Definition, DatabaseError> {
        let mut definition = Definition {
            ddl: wish.ddl,
            rows: BTreeMap::new(),
            lexicon: wish.lexicon,
        };
        let mut left = ROWS_BYTES;
        for (table, source) in wish.rows {
            let path = format!("rows.{table}");
            let too_long = || {
                let message =
                    format!("{path}: all rows together must be at most {ROWS_BYTES} bytes");
                DatabaseError::invalid(&path, "too_long", message)
            };
            let bytes = match source {
                RowSource::Inline(bytes) => bytes,
                RowSource::Object { bucket, key } => {
                    let own = key.starts_with(&format!("{tenant}/"));
                    if bucket != self.bucket || !own {
                        return Err(DatabaseError::Forbidden(format!(
                            "{path}: rows are read from your own keys of the deployment's bucket only"
                        )));
                    }
                    let size = self.ports.objects.size(&key).await?;
                    let missing = || {
                        DatabaseError::invalid(
                            &path,
                            "missing",
                            format!("{path}: there is no such object"),
                        )
                    };
                    if size.ok_or_else(missing)? > left as u64 {
                        return Err(too_long());
                    }
                    let bytes = self.ports.objects.get(&key, left as u64).await?;
                    bytes.ok_or_else(missing)?
                }
            };
            left = left.checked_sub(bytes.len()).ok_or_else(too_long)?;
            definition.rows.insert(table, TableRows(bytes));
        }
        Ok(definition)
    }

    /// Compiles on a thread of its own, with room for what it takes.
    async fn compiled(
        &self,
        definition: Definition,
    ) -> Result<(Definition, Arc<Compiled>), DatabaseError> {
        self.make_room(LOADED_BYTES);
        let work = move || Compiled::new(&definition).map(|database| (definition, database));
        let done = tokio::task::spawn_blocking(work).await;
        let done = done.map_err(|error| DatabaseError::Unreadable(error.to_string()))?;
        done.map(|(definition, database)| (definition, Arc::new(database)))
    }

    /// Lets go of what was used longest ago, until there is room for so many bytes.
    fn make_room(&self, bytes: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let sizes = kept.iter().rev().map(|(_, database)| database.bytes());
        let together = sizes.scan(bytes, |sum, size| {
            *sum += size;
            Some(*sum)
        });
        let stay = together.take_while(|sum| *sum <= KEPT_BYTES).count();
        let gone = kept.len() - stay;
        kept.drain(..gone);
    }

    fn ready(&self, wanted: &Kept) -> Option<Arc<Compiled>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(known, _)| known == wanted)?;
        let entry = kept.remove(place);
        let database = Arc::clone(&entry.1);
        kept.push(entry);
        Some(database)
    }

    fn keep(&self, what: Kept, database: &Arc<Compiled>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // A former version of the same is of no use any more.
        kept.retain(|(known, _)| (&known.0, &known.1) != (&what.0, &what.1));
        kept.push((what, Arc::clone(database)));
    }
}

fn found(listed: Listed, database: Arc<Compiled>) -> Found {
    Found {
        name: listed.name,
        origin: Origin::Registered,
        database,
        times: Some((listed.created_at, listed.updated_at)),
    }
}

fn is_session_id(name: &str) -> bool {
    Uuid::try_parse(name).is_ok_and(|id| id.as_hyphenated().to_string() == name)
}

fn check_name(name: &str) -> Result<(), DatabaseError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    let message = "name must be 1 to 64 letters of A to Z, digits and underscores";
    Err(DatabaseError::Invalid(vec![Fault::new(
        "name",
        "characters",
        message,
    )]))
}

fn check_lexicon(lexicon: &Lexicon) -> Result<(), DatabaseError> {
    let size = serde_json::to_vec(lexicon).map_or(usize::MAX, |bytes| bytes.len());
    if size <= LEXICON_BYTES {
        return Ok(());
    }
    let message = format!("lexicon must be at most {LEXICON_BYTES} bytes of JSON");
    Err(DatabaseError::invalid("lexicon", "too_long", message))
}
