//! Families of refresh tokens: a login, and everything that descends from it.
//!
//! Each token is a row of its own under its digest. Using it writes, in one transaction, when it was
//! used and its successor, and holds only while the family is alive. A token that was used before is a
//! lost answer for ten seconds, and gets another successor; after that somebody else has it, and the
//! family is revoked.

use chrono::{DateTime, TimeDelta, Utc};
use millrace_ports::{Condition, Item, Key, Ports, Update, Write, item};
use serde_json::Value;

use crate::commit::{ATTEMPTS, Outcome, commit, pause};
use crate::token::RefreshToken;
use crate::users::{self, User};
use crate::{AccountError, Login};

/// So long after its first use a token still gets a new pair.
pub const REUSE_GRACE_SECONDS: i64 = 10;

/// How long tokens are good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilySettings {
    /// A refresh token that is not used.
    pub token: TimeDelta,
    /// A whole family, however often it is refreshed.
    pub family: TimeDelta,
}

impl Default for FamilySettings {
    fn default() -> Self {
        Self {
            token: TimeDelta::days(7),
            family: TimeDelta::days(30),
        }
    }
}

/// A family as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Family {
    pub(crate) id: String,
    epoch: u32,
    expires_at: DateTime<Utc>,
    is_revoked: bool,
}

/// A stored token.
#[derive(Debug)]
struct Stored {
    family_id: String,
    expires_at: DateTime<Utc>,
    used_at: Option<i64>,
}

impl FamilySettings {
    /// A new family of a user: the login, and the writes that open it. The first of them makes a row
    /// that no other transaction can have made.
    pub(crate) fn open(
        self,
        ports: &Ports,
        user: &User,
    ) -> Result<(Login, Vec<Write>), AccountError> {
        let now = ports.clock.now();
        let family = Family {
            id: ports.ids.uuid().to_string(),
            epoch: user.epoch,
            expires_at: now + self.family,
            is_revoked: false,
        };
        let (token, text) = RefreshToken::new(&user.id, ports.ids.as_ref());
        let row = item(
            &family_key(&user.id, &family.id)?,
            [
                ("epoch", family.epoch.into()),
                ("expires_at", family.expires_at.timestamp_millis().into()),
                ("ttl", family.expires_at.timestamp().into()),
            ],
        );
        let writes = vec![
            Write::create(self.token_row(&token, &family, now)?),
            Write::create(row),
        ];
        let login = Login {
            user_id: user.id.clone(),
            family_id: family.id,
            refresh_token: text,
        };
        Ok((login, writes))
    }

    /// Exchanges a token for the next of its family.
    ///
    /// # Errors
    /// [`AccountError::TokenRefused`] for a token that is not good; one that comes back too late has
    /// ended its family then. Else the store's errors.
    pub(crate) async fn refresh(self, ports: &Ports, text: &str) -> Result<Login, AccountError> {
        let token = RefreshToken::read(text).ok_or(AccountError::TokenRefused)?;
        for attempt in 0..ATTEMPTS {
            pause(ports, attempt).await;
            let (stored, family) = self.live(ports, &token).await?;
            let now = ports.clock.now();
            let key = token_key(&token)?;
            let mark = match stored.used_at {
                None => Update::new(key)
                    .set("used_at", now.timestamp_millis())
                    .when(Condition::Present.and(Condition::field_absent("used_at")))
                    .into(),
                Some(used_at) if is_lost_answer(used_at, now) => Write::Check {
                    key,
                    condition: Condition::equals("used_at", used_at),
                },
                Some(_) => {
                    revoke(ports, &token.user_id, &family.id).await?;
                    return Err(AccountError::TokenRefused);
                }
            };
            let (successor, text) = RefreshToken::new(&token.user_id, ports.ids.as_ref());
            let writes = vec![
                Write::create(self.token_row(&successor, &family, now)?),
                mark,
                Write::Check {
                    key: family_key(&token.user_id, &family.id)?,
                    condition: family.alive(),
                },
            ];
            match commit(ports, writes).await? {
                Outcome::Committed => {
                    return Ok(Login {
                        user_id: token.user_id,
                        family_id: family.id,
                        refresh_token: text,
                    });
                }
                // Used, revoked or moved to another epoch meanwhile: look again.
                Outcome::Refused(_) => {}
            }
        }
        Err(AccountError::Busy)
    }

    /// A token with its family, where both are good now.
    async fn live(
        self,
        ports: &Ports,
        token: &RefreshToken,
    ) -> Result<(Stored, Family), AccountError> {
        let refused = || AccountError::TokenRefused;
        let now = ports.clock.now();
        let row = ports
            .records
            .get(&token_key(token)?)
            .await?
            .ok_or_else(refused)?;
        let stored = Stored::read(&row).ok_or_else(|| unreadable("token"))?;
        let family = load(ports, &token.user_id, &stored.family_id)
            .await?
            .ok_or_else(refused)?;
        let user = users::load(ports, &token.user_id)
            .await?
            .ok_or_else(refused)?;
        let is_good = stored.expires_at > now && family.is_live(&user, now);
        is_good.then_some((stored, family)).ok_or_else(refused)
    }

    fn token_row(
        self,
        token: &RefreshToken,
        family: &Family,
        now: DateTime<Utc>,
    ) -> Result<Item, AccountError> {
        let expires_at = (now + self.token).min(family.expires_at);
        Ok(item(
            &token_key(token)?,
            [
                ("family_id", family.id.as_str().into()),
                ("expires_at", expires_at.timestamp_millis().into()),
                ("ttl", expires_at.timestamp().into()),
            ],
        ))
    }
}

impl Family {
    /// Whether it is good for its user.
    pub(crate) fn is_live(&self, user: &User, now: DateTime<Utc>) -> bool {
        !self.is_revoked && self.epoch == user.epoch && self.expires_at > now
    }

    fn alive(&self) -> Condition {
        Condition::equals("epoch", self.epoch).and(Condition::field_absent("revoked_at"))
    }

    /// Takes it along into another epoch of its user.
    pub(crate) fn follow(&self, user: &User) -> Result<Write, AccountError> {
        let key = family_key(&user.id, &self.id)?;
        Ok(Update::new(key)
            .set("epoch", user.epoch)
            .when(self.alive())
            .into())
    }
}

/// Reads a family.
///
/// # Errors
/// [`AccountError::Unreadable`] or [`AccountError::Port`].
pub(crate) async fn load(
    ports: &Ports,
    user_id: &str,
    id: &str,
) -> Result<Option<Family>, AccountError> {
    let Some(row) = ports.records.get(&family_key(user_id, id)?).await? else {
        return Ok(None);
    };
    let read = || {
        Some(Family {
            id: id.to_owned(),
            epoch: u32::try_from(row.get("epoch")?.as_u64()?).ok()?,
            expires_at: moment(&row, "expires_at")?,
            is_revoked: row.contains_key("revoked_at"),
        })
    };
    read().map(Some).ok_or_else(|| unreadable("family"))
}

/// Ends the family of a token, whether or not the token was used; an unknown one has none.
///
/// # Errors
/// The store's errors.
pub(crate) async fn end(ports: &Ports, text: &str) -> Result<(), AccountError> {
    let Some(token) = RefreshToken::read(text) else {
        return Ok(());
    };
    let Some(row) = ports.records.get(&token_key(&token)?).await? else {
        return Ok(());
    };
    let stored = Stored::read(&row).ok_or_else(|| unreadable("token"))?;
    revoke(ports, &token.user_id, &stored.family_id).await
}

async fn revoke(ports: &Ports, user_id: &str, id: &str) -> Result<(), AccountError> {
    let update = Update::new(family_key(user_id, id)?)
        .set("revoked_at", ports.clock.now().timestamp_millis());
    // A family that is not there is as good as revoked.
    commit(ports, vec![update.into()]).await.map(|_| ())
}

impl Stored {
    fn read(row: &Item) -> Option<Self> {
        Some(Self {
            family_id: row.get("family_id")?.as_str()?.to_owned(),
            expires_at: moment(row, "expires_at")?,
            used_at: row.get("used_at").and_then(Value::as_i64),
        })
    }
}

fn is_lost_answer(used_at: i64, now: DateTime<Utc>) -> bool {
    now.timestamp_millis() - used_at <= REUSE_GRACE_SECONDS * 1000
}

fn moment(row: &Item, field: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(row.get(field)?.as_i64()?)
}

fn family_key(user_id: &str, id: &str) -> Result<Key, AccountError> {
    users::key(user_id, &format!("FAMILY#{id}")).ok_or(AccountError::TokenRefused)
}

fn token_key(token: &RefreshToken) -> Result<Key, AccountError> {
    users::key(&token.user_id, &format!("TOKEN#{}", token.digest)).ok_or(AccountError::TokenRefused)
}

fn unreadable(what: &str) -> AccountError {
    AccountError::Unreadable(format!("a {what}"))
}
