//! Removal of sessions whose time is over. The store drops their rows by itself; their files would stay.

use millrace_ports::{Condition, Index, Item, Key, Query, Tenant, Write, item};
use serde_json::Value;

use crate::session::Session;
use crate::store::{Store, StoreError, key, object_prefix, transact};

/// Sessions of all tenants, by the time that is over.
const PARTITION: &str = "EXPIRY#SESSION";
/// Sessions that are read at once.
const PAGE: u32 = 100;

impl Store {
    /// Removes sessions past their retention with their files, at most about `most`, those first that
    /// are longest. To be called every day; one that was cut off can be repeated.
    ///
    /// # Errors
    /// The store's.
    pub async fn sweep_expired(&self, most: u32) -> Result<u32, StoreError> {
        let before = format!("{:012}", self.ports().clock.now().timestamp());
        let mut removed = 0;
        loop {
            let query = Query::new(Index::Main, PARTITION).limit(PAGE);
            let page = self.ports().records.query(&query).await?;
            let text = |row: &Item, name: &str| row.get(name)?.as_str().map(str::to_owned);
            let over = page.items.iter().take_while(|row| {
                let sort = text(row, "sk");
                sort.is_some_and(|sort| sort < before)
            });
            let mut found = false;
            for row in over {
                found = true;
                if let (Some(tenant), Some(id)) = (text(row, "tenant"), text(row, "id"))
                    && let Ok(tenant) = Tenant::new(tenant)
                {
                    self.remove_files(&tenant, &id).await?;
                    self.remove_rows(&tenant, &id).await?;
                }
                self.forget(Key::from_item(row)?).await?;
                removed += 1;
                if removed >= most {
                    return Ok(removed);
                }
            }
            if !found {
                return Ok(removed);
            }
        }
    }

    /// What brings the sweep to a session.
    pub(crate) fn expiry_row(&self, tenant: &Tenant, session: &Session) -> Write {
        let fields = [
            ("tenant", tenant.as_str().into()),
            ("id", session.id.as_str().into()),
        ];
        Write::put(item(&self.expiry_key(tenant, session), fields))
    }

    fn expiry_key(&self, tenant: &Tenant, session: &Session) -> Key {
        let over = self.expiry(session);
        Key {
            pk: PARTITION.to_owned(),
            sk: format!("{over:012}#{tenant}#{}", session.id),
        }
    }

    async fn forget(&self, key: Key) -> Result<(), StoreError> {
        let condition = Condition::None;
        transact(self.ports(), vec![Write::Delete { key, condition }]).await
    }

    pub(crate) async fn remove_files(&self, tenant: &Tenant, id: &str) -> Result<(), StoreError> {
        let prefix = object_prefix(tenant, id);
        Ok(self.objects().delete_under(&prefix).await?)
    }

    pub(crate) async fn remove_rows(&self, tenant: &Tenant, id: &str) -> Result<(), StoreError> {
        let partition = key(tenant, id, "").pk;
        loop {
            let query = Query::new(Index::Main, partition.clone());
            let page = self.ports().records.query(&query).await?;
            if page.items.is_empty() {
                return Ok(());
            }
            let sorts = page.items.iter().filter_map(|row| row.get("sk"));
            let deletes = sorts.filter_map(Value::as_str).map(|sk| Write::Delete {
                key: Key {
                    pk: partition.clone(),
                    sk: sk.to_owned(),
                },
                condition: Condition::None,
            });
            transact(self.ports(), deletes.collect()).await?;
        }
    }
}
