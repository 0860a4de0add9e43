//! Passwords, hashed with Argon2id. Pure computation, slow on purpose: run it off the async threads.

use std::fmt;

use argon2::password_hash::Error as Argon2Error;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use serde::{Deserialize, Serialize};

/// What a hash costs: by default what OWASP calls the least, 19 MiB, two passes, one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            memory: 19_456,
            passes: 2,
            lanes: 1,
        }
    }
}

/// Why a password could not be hashed or compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("password hashing failed: {0}")]
pub struct HasherError(String);

impl HasherError {
    pub(crate) fn new(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

/// A hashed password with its salt and its cost, in the PHC format. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The text to store.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PasswordHash(…)")
    }
}

/// Hashes and verifies passwords, byte by byte as they came.
///
/// ```
/// use millrace_accounts::Hasher;
///
/// let hasher = Hasher::default();
/// let hash = hasher.hash("correct horse", &[7; 16]).unwrap();
/// assert!(hasher.verify("correct horse", Some(&hash)).unwrap());
/// assert!(!hasher.verify("correct horse", None).unwrap());
/// ```
#[derive(Debug, Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    decoy: PasswordHash,
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new(Cost::default()).expect("a test hashes at the default cost")
    }
}

impl Hasher {
    /// A hasher of this cost.
    ///
    /// # Errors
    /// [`HasherError`] for a cost that Argon2 does not know.
    pub fn new(cost: Cost) -> Result<Self, HasherError> {
        let Cost {
            memory,
            passes,
            lanes,
        } = cost;
        let params = Params::new(memory, passes, lanes, None).map_err(HasherError::new)?;
        // A salt and a hash of zeros, which no password has. It need not be computed.
        let decoy = format!(
            "$argon2id$v=19$m={memory},t={passes},p={lanes}${}${}",
            "A".repeat(22),
            "A".repeat(43)
        );
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            decoy: PasswordHash(decoy),
        })
    }

    /// Hashes a new password with a salt of its own.
    ///
    /// # Errors
    /// [`HasherError`] where there is no memory for it.
    pub fn hash(&self, password: &str, salt: &[u8; 16]) -> Result<PasswordHash, HasherError> {
        self.argon2
            .hash_password_with_salt(password.as_bytes(), salt)
            .map(|hash| PasswordHash(hash.to_string()))
            .map_err(HasherError::new)
    }

    /// Whether `password` is the one of `stored`. Without a stored one it is not, after the same work.
    ///
    /// # Errors
    /// [`HasherError`] where what is stored is no hash.
    pub fn verify(
        &self,
        password: &str,
        stored: Option<&PasswordHash>,
    ) -> Result<bool, HasherError> {
        let hash = stored.unwrap_or(&self.decoy).as_str();
        match self.argon2.verify_password(password.as_bytes(), hash) {
            Ok(()) => Ok(stored.is_some()),
            Err(Argon2Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(HasherError::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap() -> Hasher {
        Hasher::new(Cost {
            memory: 16,
            passes: 1,
            lanes: 1,
        })
        .expect("a cost")
    }

    #[test]
    fn a_hash_says_what_it_cost() {
        let hash = Hasher::default()
            .hash("correct horse", &[7; 16])
            .expect("a hash");
        let head = "$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$";
        assert!(hash.as_str().starts_with(head), "{}", hash.as_str());
        assert_eq!(hash.as_str().len(), head.len() + 43);
    }

    #[test]
    fn only_the_same_bytes_verify() {
        let hasher = cheap();
        for password in [
            "correct horse",
            "ünïcödé",
            "\0\0\0\0\0\0\0\0",
            "p\u{308}assword",
        ] {
            let hash = hasher.hash(password, &[1; 16]).expect("a hash");
            let verifies = |other: &str| hasher.verify(other, Some(&hash)).expect("an answer");
            assert!(verifies(password));
            for other in ["", "Correct horse", &format!("{password} "), "\0"] {
                assert!(!verifies(other), "{other:?}");
            }
        }
        let long = "p".repeat(128);
        let hash = hasher.hash(&long, &[1; 16]).expect("a hash");
        assert!(!hasher.verify(&long[..127], Some(&hash)).expect("an answer"));
    }

    #[test]
    fn salts_tell_equal_passwords_apart() {
        let hash = |salt| cheap().hash("correct horse", &[salt; 16]).expect("a hash");
        assert_ne!(hash(1), hash(2));
    }

    #[test]
    fn a_hash_of_another_cost_still_verifies() {
        let hash = cheap().hash("correct horse", &[1; 16]).expect("a hash");
        assert!(
            Hasher::default()
                .verify("correct horse", Some(&hash))
                .expect("an answer")
        );
    }

    #[test]
    fn without_a_stored_hash_nothing_verifies_and_argon2_runs_at_its_cost() {
        for hasher in [cheap(), Hasher::default()] {
            // A decoy that cannot be read would be an error, and no work.
            assert!(!hasher.verify("correct horse", None).expect("an answer"));
            assert!(!hasher.verify("", None).expect("an answer"));
        }
        assert!(Hasher::default().decoy.as_str().contains("m=19456,t=2,p=1"));
    }

    #[test]
    fn what_is_no_hash_is_an_error() {
        let hash = PasswordHash("plain".to_owned());
        assert!(cheap().verify("plain", Some(&hash)).is_err());
        assert!(!format!("{hash:?}").contains("plain"));
    }
}
