use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest tenant name, in bytes.
const LONGEST: usize = 64;

/// Who owns a resource: 1 to 64 characters of `a-z`, `0-9`, `_` and `-`.
///
/// The narrow alphabet keeps tenants apart in every key made from one: no tenant can hold the
/// `#` and `/` that separate the parts of keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tenant(String);

/// The text is not a [`Tenant`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tenant is 1 to {LONGEST} characters of a-z, 0-9, '_' and '-'")]
pub struct InvalidTenant;

impl Tenant {
    /// Reads a tenant.
    ///
    /// # Errors
    /// [`InvalidTenant`] for any other length or character.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidTenant> {
        let name = name.into();
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        if name.is_empty() || name.len() > LONGEST || !name.bytes().all(allowed) {
            return Err(InvalidTenant);
        }
        Ok(Self(name))
    }

    /// The tenant of callers without a token, where the deployment admits them.
    #[must_use]
    pub fn public() -> Self {
        Self("public".to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Tenant {
    type Error = InvalidTenant;

    fn try_from(name: String) -> Result<Self, InvalidTenant> {
        Self::new(name)
    }
}

impl From<Tenant> for String {
    fn from(tenant: Tenant) -> Self {
        tenant.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_narrow_alphabet_makes_a_tenant() {
        for good in ["a", "acme-7_x", &"z".repeat(64)] {
            assert_eq!(Tenant::new(good).expect(good).as_str(), good);
        }
        for bad in ["", "A", "a#b", "a/b", "ä", "a b", &"z".repeat(65)] {
            assert_eq!(Tenant::new(bad), Err(InvalidTenant), "{bad}");
        }
    }

    #[test]
    fn serde_reads_no_invalid_tenant() {
        assert!(serde_json::from_str::<Tenant>(r#""a#b""#).is_err());
        let tenant: Tenant = serde_json::from_str(r#""acme""#).expect("valid");
        assert_eq!(serde_json::to_string(&tenant).expect("json"), r#""acme""#);
    }
}
