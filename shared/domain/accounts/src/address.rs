use millrace_api::accounts::{AddressFault, check_address};

/// An e-mail address: as it was given, and as it is compared.
///
/// ```
/// use millrace_accounts::Address;
///
/// let address = Address::new(" Ada@Example.COM ").unwrap();
/// assert_eq!(address.given(), "Ada@Example.COM");
/// assert_eq!(address.key(), "ada@example.com");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    given: String,
    key: String,
}

impl Address {
    /// Reads an address, without the space around it.
    ///
    /// # Errors
    /// What [`check_address`] finds wrong with it.
    pub fn new(text: &str) -> Result<Self, AddressFault> {
        let given = text.trim();
        check_address(given)?;
        Ok(Self {
            given: given.to_owned(),
            key: key(given),
        })
    }

    /// As it was given.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }

    /// In lower case: two addresses are the same where their keys are.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// The key of what somebody gave for an address, whether or not it is one.
///
/// Letter by letter, because `str::to_lowercase` writes a sigma differently at the end of a word.
pub(crate) fn key(text: &str) -> String {
    text.trim().chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_does_not_tell_addresses_apart() {
        for (left, right) in [
            ("ada@example.com", "ADA@EXAMPLE.COM"),
            ("jörg@müller.example", "JÖRG@MÜLLER.EXAMPLE"),
            ("αδασ@example.com", "ΑΔΑΣ@example.com"),
        ] {
            let key = |text| Address::new(text).expect("an address").key;
            assert_eq!(key(left), key(right));
        }
    }

    #[test]
    fn other_spellings_are_other_addresses() {
        for (left, right) in [
            ("ada@example.com", "a.da@example.com"),
            ("strasse@example.com", "straße@example.com"),
            ("ada@example.com", "ada+mill@example.com"),
        ] {
            let key = |text| Address::new(text).expect("an address").key;
            assert_ne!(key(left), key(right));
        }
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in any::<String>()) {
            prop_assert_eq!(key(&key(&text)), key(&text));
        }
    }
}
