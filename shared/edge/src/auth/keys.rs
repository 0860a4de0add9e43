use std::collections::BTreeMap;
use std::fmt;

use jsonwebtoken::{DecodingKey, EncodingKey};

use crate::config::ConfigError;

/// As long as the hash, so that guessing the secret is no easier than breaking the signature.
const SECRET_BYTES: usize = 32;

/// The secrets that tokens are signed with, by key id; new tokens use the active one.
#[derive(Clone)]
pub struct SigningKeys {
    verifying: BTreeMap<String, DecodingKey>,
    active_id: String,
    active: EncodingKey,
}

impl SigningKeys {
    /// Takes secrets by key id, of which `active_id` signs.
    ///
    /// # Errors
    /// [`ConfigError`] on `JWT_KEYS` for a secret below 32 bytes, on `JWT_ACTIVE_KID` for an unknown key.
    pub fn new(secrets: &BTreeMap<String, String>, active_id: &str) -> Result<Self, ConfigError> {
        let invalid = |name, expected: String| ConfigError::Invalid { name, expected };
        if secrets.values().any(|secret| secret.len() < SECRET_BYTES) {
            return Err(invalid(
                "JWT_KEYS",
                format!("must have secrets of at least {SECRET_BYTES} bytes"),
            ));
        }
        let active = secrets.get(active_id).ok_or_else(|| {
            invalid(
                "JWT_ACTIVE_KID",
                "must be one of the key ids in JWT_KEYS".to_owned(),
            )
        })?;
        Ok(Self {
            verifying: secrets
                .iter()
                .map(|(id, secret)| (id.clone(), DecodingKey::from_secret(secret.as_bytes())))
                .collect(),
            active_id: active_id.to_owned(),
            active: EncodingKey::from_secret(active.as_bytes()),
        })
    }

    pub(super) fn verifying(&self, id: &str) -> Option<&DecodingKey> {
        self.verifying.get(id)
    }

    pub(super) fn active(&self) -> (&str, &EncodingKey) {
        (&self.active_id, &self.active)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&String> = self.verifying.keys().collect();
        formatter
            .debug_struct("SigningKeys")
            .field("ids", &ids)
            .field("active", &self.active_id)
            .finish()
    }
}
