//! What callers may do with their accounts.

use millrace_ports::Ports;

use crate::commit::{ATTEMPTS, Outcome, commit, pause};
use crate::families::{self, FamilySettings};
use crate::limit::{Failures, LimitSettings};
use crate::users::{self, User};
use crate::{AccountError, Address, Hasher, HasherError, Login, PasswordHash, address};

/// Settings of the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settings {
    /// What failed logins lead to.
    pub limit: LimitSettings,
    /// How long logins last.
    pub families: FamilySettings,
}

/// The accounts.
#[derive(Debug, Clone)]
pub struct Accounts {
    ports: Ports,
    hasher: Hasher,
    settings: Settings,
}

impl Accounts {
    /// The service over `ports`.
    #[must_use]
    pub fn new(ports: Ports, hasher: Hasher, settings: Settings) -> Self {
        Self {
            ports,
            hasher,
            settings,
        }
    }

    /// Makes a user.
    ///
    /// # Errors
    /// [`AccountError::AddressTaken`], or the errors of store and hasher; nothing is made then.
    pub async fn register(&self, address: &Address, password: &str) -> Result<User, AccountError> {
        if users::is_taken(&self.ports, address.key()).await? {
            return Err(AccountError::AddressTaken);
        }
        let hash = self.hash(password).await?;
        let id = self.ports.ids.uuid().to_string();
        let user = User::new(id, address, hash, self.ports.clock.now());
        users::create(&self.ports, &user).await?;
        Ok(user)
    }

    /// Opens a login for the user of an address and its password.
    ///
    /// # Errors
    /// [`AccountError::Credentials`] where they do not fit, and where there is no such user, after the same
    /// work; [`AccountError::TooManyFailures`] for either, after too many.
    pub async fn login(&self, address: &str, password: &str) -> Result<Login, AccountError> {
        let address = address::key(address);
        let mut failures = self.settings.limit.admit(&self.ports, &address).await?;
        let user = users::find(&self.ports, &address).await?;
        let hash = user.as_ref().and_then(|user| user.password.clone());
        let verified = self.verify(password, hash).await?;
        let Some(user) = user.filter(|_| verified) else {
            return Err(self
                .failed(&address, failures, AccountError::Credentials)
                .await);
        };
        for attempt in 0..ATTEMPTS {
            pause(&self.ports, attempt).await;
            let (login, mut writes) = self.settings.families.open(&self.ports, &user)?;
            writes.extend([failures.forgive(&address), user.unchanged()?]);
            let user_check = writes.len() - 1;
            match commit(&self.ports, writes).await? {
                Outcome::Committed => return Ok(login),
                // The password was changed while it was verified.
                Outcome::Refused(index) if index == user_check => {
                    return Err(AccountError::Credentials);
                }
                Outcome::Refused(_) => {
                    failures = self.settings.limit.admit(&self.ports, &address).await?;
                }
            }
        }
        Err(AccountError::Busy)
    }

    /// Reads the user of a token.
    ///
    /// # Errors
    /// [`AccountError::UnknownUser`], or the store's errors.
    pub async fn user(&self, id: &str) -> Result<User, AccountError> {
        users::load(&self.ports, id)
            .await?
            .ok_or(AccountError::UnknownUser)
    }

    /// Exchanges a refresh token for the next one. Within [`crate::REUSE_GRACE_SECONDS`] the same token
    /// gets another; later it ends every login that descends from the same one.
    ///
    /// # Errors
    /// [`AccountError::TokenRefused`], or the store's errors.
    pub async fn refresh(&self, token: &str) -> Result<Login, AccountError> {
        self.settings.families.refresh(&self.ports, token).await
    }

    /// Ends the login that a refresh token descends from. A token that is not good has none, which is fine.
    ///
    /// # Errors
    /// The store's errors.
    pub async fn logout(&self, token: &str) -> Result<(), AccountError> {
        families::end(&self.ports, token).await
    }

    /// Gives a user another password and ends all its logins but `family_id`'s.
    ///
    /// # Errors
    /// [`AccountError::CurrentPassword`] where `current` is wrong, which counts as a failed login;
    /// [`AccountError::UnknownUser`], [`AccountError::TooManyFailures`], or the errors of store and hasher.
    pub async fn change_password(
        &self,
        user_id: &str,
        family_id: Option<&str>,
        current: &str,
        new: &str,
    ) -> Result<(), AccountError> {
        let mut new_hash = None;
        for attempt in 0..ATTEMPTS {
            pause(&self.ports, attempt).await;
            let user = self.user(user_id).await?;
            let failures = self
                .settings
                .limit
                .admit(&self.ports, &user.address)
                .await?;
            if !self.verify(current, user.password.clone()).await? {
                let error = AccountError::CurrentPassword;
                return Err(self.failed(&user.address, failures, error).await);
            }
            let hash = match new_hash.take() {
                Some(hash) => hash,
                None => self.hash(new).await?,
            };
            let now = self.ports.clock.now();
            let changed = User {
                password: Some(hash.clone()),
                password_set_at: now,
                epoch: user.epoch + 1,
                ..user.clone()
            };
            let mut writes = vec![
                changed.replace(user.epoch)?,
                failures.forgive(&user.address),
            ];
            if let Some(family_id) = family_id {
                let family = families::load(&self.ports, user_id, family_id).await?;
                let family = family.filter(|family| family.is_live(&user, now));
                writes.extend(family.map(|family| family.follow(&changed)).transpose()?);
            }
            match commit(&self.ports, writes).await? {
                Outcome::Committed => return Ok(()),
                Outcome::Refused(_) => new_hash = Some(hash),
            }
        }
        Err(AccountError::Busy)
    }

    /// The answer to a failure that was counted; the count's own where it cannot be.
    async fn failed(&self, address: &str, failures: Failures, error: AccountError) -> AccountError {
        let counted = self.settings.limit.count(&self.ports, address, failures);
        counted.await.err().unwrap_or(error)
    }

    async fn hash(&self, password: &str) -> Result<PasswordHash, AccountError> {
        let (hasher, password) = (self.hasher.clone(), password.to_owned());
        let salt = self.ports.ids.uuid().into_bytes();
        off_thread(move || hasher.hash(&password, &salt)).await
    }

    async fn verify(
        &self,
        password: &str,
        stored: Option<PasswordHash>,
    ) -> Result<bool, AccountError> {
        let (hasher, password) = (self.hasher.clone(), password.to_owned());
        off_thread(move || hasher.verify(&password, stored.as_ref())).await
    }
}

/// Runs what keeps a processor busy on a thread that is meant for it.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HasherError> + Send + 'static,
) -> Result<T, AccountError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(HasherError::new)??)
}
