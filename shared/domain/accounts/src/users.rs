//! Users in the record store, and the addresses that point to them.

use chrono::{DateTime, Utc};
use millrace_api::accounts::check_address;
use millrace_ports::{Condition, Item, Key, Ports, Tenant, Write, item};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::commit::{Outcome, commit};
use crate::{AccountError, Address, PasswordHash};

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id: `sub` of access tokens, and the tenant that the user's data belongs to.
    pub id: String,
    /// The address as it was given.
    pub email: String,
    /// The address as it is compared.
    pub address: String,
    /// The password; none where the user comes by OAuth alone.
    pub password: Option<PasswordHash>,
    /// Whether the address was proven to be the user's.
    pub address_verified: bool,
    /// Counts what ends all logins at once: a family of another epoch is over.
    pub epoch: u32,
    /// When it registered.
    pub created_at: DateTime<Utc>,
    /// When the password was set.
    pub password_set_at: DateTime<Utc>,
}

impl User {
    pub(crate) fn new(
        id: String,
        address: &Address,
        password: PasswordHash,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            email: address.given().to_owned(),
            address: address.key().to_owned(),
            password: Some(password),
            address_verified: false,
            epoch: 0,
            created_at: now,
            password_set_at: now,
        }
    }

    fn item(&self) -> Result<Item, AccountError> {
        let key = key(&self.id, "USER").ok_or_else(|| unreadable("a user id"))?;
        let user = serde_json::to_value(self).map_err(unreadable)?;
        Ok(item(&key, [("epoch", self.epoch.into()), ("user", user)]))
    }

    /// Writes the user in place of the one of `epoch`.
    pub(crate) fn replace(&self, epoch: u32) -> Result<Write, AccountError> {
        Ok(Write::Put {
            item: self.item()?,
            condition: Condition::equals("epoch", epoch),
        })
    }

    /// Holds while no change has ended all logins.
    pub(crate) fn unchanged(&self) -> Result<Write, AccountError> {
        Ok(Write::Check {
            key: key(&self.id, "USER").ok_or_else(|| unreadable("a user id"))?,
            condition: Condition::equals("epoch", self.epoch),
        })
    }
}

/// Writes a new user with its address, of which there is one.
///
/// # Errors
/// [`AccountError::AddressTaken`], or the store's errors.
pub(crate) async fn create(ports: &Ports, user: &User) -> Result<(), AccountError> {
    let pointer = item(
        &address_key(&user.address),
        [("user_id", user.id.as_str().into())],
    );
    let writes = vec![Write::create(user.item()?), Write::create(pointer)];
    match commit(ports, writes).await? {
        Outcome::Committed => Ok(()),
        Outcome::Refused(_) => Err(AccountError::AddressTaken),
    }
}

/// Whether somebody has the address of this key.
///
/// # Errors
/// [`AccountError::Port`].
pub(crate) async fn is_taken(ports: &Ports, address: &str) -> Result<bool, AccountError> {
    Ok(ports.records.get(&address_key(address)).await?.is_some())
}

/// Reads a user.
///
/// # Errors
/// [`AccountError::Unreadable`] or [`AccountError::Port`].
pub(crate) async fn load(ports: &Ports, id: &str) -> Result<Option<User>, AccountError> {
    let Some(key) = key(id, "USER") else {
        return Ok(None);
    };
    let Some(mut stored) = ports.records.get(&key).await? else {
        return Ok(None);
    };
    let user = stored.remove("user").unwrap_or_default();
    serde_json::from_value(user).map(Some).map_err(unreadable)
}

/// Reads the user of an address by its key. It reads as often where there is none, so that the time does
/// not tell.
///
/// # Errors
/// As [`load`].
pub(crate) async fn find(ports: &Ports, address: &str) -> Result<Option<User>, AccountError> {
    let nobody = Uuid::nil().to_string();
    // What a caller sends for an address may be longer than any key.
    let is_possible = check_address(address).is_ok();
    let address = if is_possible { address } else { &nobody };
    let pointer = ports.records.get(&address_key(address)).await?;
    let id = pointer.and_then(|pointer| Some(pointer.get("user_id")?.as_str()?.to_owned()));
    load(ports, &id.unwrap_or(nobody)).await
}

/// Key of a row of a user; none for what cannot be a user's id.
pub(crate) fn key(user_id: &str, sk: &str) -> Option<Key> {
    let tenant = Tenant::new(user_id).ok()?;
    Some(Key::of(&tenant, "USER", user_id, sk))
}

/// Addresses are looked up before it is known whose they are: their rows belong to no tenant.
fn address_key(address: &str) -> Key {
    Key {
        pk: format!("ADDRESS#{address}"),
        sk: "ADDRESS".to_owned(),
    }
}

fn unreadable(cause: impl std::fmt::Display) -> AccountError {
    AccountError::Unreadable(cause.to_string())
}
