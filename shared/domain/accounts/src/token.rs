//! Refresh tokens: two numbers as text, of which only a digest is stored.

use std::fmt::Write as _;

use millrace_api::accounts::Secret;
use millrace_ports::Ids;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// What a login or a refresh gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Whose it is.
    pub user_id: String,
    /// The family of tokens that it belongs to, which an access token names.
    pub family_id: String,
    /// Good once, for the next pair.
    pub refresh_token: Secret,
}

/// A token that a caller sent, or that is about to be given out.
#[derive(Debug, Clone)]
pub(crate) struct RefreshToken {
    /// Whose it claims to be.
    pub(crate) user_id: String,
    /// The digest under which it is stored.
    pub(crate) digest: String,
}

impl RefreshToken {
    /// A new token of a user, with its text. 244 bits of it cannot be guessed.
    pub(crate) fn new(user_id: &str, ids: &dyn Ids) -> (Self, Secret) {
        let number = format!("{}{}", ids.uuid().simple(), ids.uuid().simple());
        let token = Self {
            user_id: user_id.to_owned(),
            digest: digest(&number),
        };
        let text = format!("{}.{number}", user_id.replace('-', ""));
        (token, Secret::new(text))
    }

    /// Reads a token; none where it cannot be one.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (user, number) = text.split_once('.')?;
        let is_hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if user.len() != 32
            || number.len() != 64
            || !user.bytes().chain(number.bytes()).all(is_hexadecimal)
        {
            return None;
        }
        Some(Self {
            user_id: Uuid::try_parse(user).ok()?.to_string(),
            digest: digest(number),
        })
    }
}

/// SHA-256, in hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    let mut hexadecimal = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string does not fail.
        let _ = write!(hexadecimal, "{byte:02x}");
    }
    hexadecimal
}

#[cfg(test)]
mod tests {
    use millrace_ports::memory::SequentialIds;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_token_reads_as_itself_and_never_shows_its_digest() {
        let user = "c1f7a2b9-e3d4-4f5c-8a1b-0e9d8f7c6b5a";
        let (token, text) = RefreshToken::new(user, &SequentialIds::default());
        let read = RefreshToken::read(text.reveal()).expect("a token");
        assert_eq!((read.user_id.as_str(), &read.digest), (user, &token.digest));
        assert!(!text.reveal().contains(&token.digest));
    }

    #[test]
    fn a_digest_is_sha_256() {
        assert_eq!(
            digest("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    proptest! {
        #[test]
        fn other_texts_are_no_tokens(text in any::<String>()) {
            prop_assert!(RefreshToken::read(&text).is_none());
        }

        #[test]
        fn texts_like_tokens_are_read_or_not(text in "[0-9a-f#./]{32}[.][0-9a-fA-F]{64}") {
            let _ = RefreshToken::read(&text);
        }
    }
}
