//! Values that are replaced by their hashes.

use std::fmt;

use millrace_steps::step::{Hash, HashAlgorithm, HashEncoding, HashNormalization};
use sha2::{Digest, Sha256, Sha512};

use super::digest::Hmac;
use super::encoding::{push_base64, push_hex};
use crate::context::Keys;
use crate::error::RowError;
use crate::texts::Rewrite;

/// A hash function with its key.
enum Function {
    HmacSha256(Box<Hmac>),
    Sha256,
    Sha512,
    Blake3(Option<[u8; 32]>),
}

/// Without the key.
impl fmt::Debug for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::HmacSha256(_) => "HmacSha256",
            Self::Sha256 => "Sha256",
            Self::Sha512 => "Sha512",
            Self::Blake3(_) => "Blake3",
        })
    }
}

/// Replaces texts by their hashes.
#[derive(Debug)]
pub(super) struct Hashing {
    function: Function,
    encoding: HashEncoding,
    normalize: HashNormalization,
    truncate: Option<usize>,
}

impl Hashing {
    pub(super) fn new(step: &Hash, keys: &dyn Keys) -> Result<Self, RowError> {
        let key = || {
            keys.key(step.secret_id.as_deref())
                .map_err(|message| RowError::new("SECRET_UNAVAILABLE", message))
        };
        let function = match step.algorithm {
            HashAlgorithm::HmacSha256 => Function::HmacSha256(Box::new(Hmac::new(&key()?))),
            HashAlgorithm::Sha256 => Function::Sha256,
            HashAlgorithm::Sha512 => Function::Sha512,
            HashAlgorithm::Blake3 if step.is_keyed() => Function::Blake3(Some(key()?)),
            HashAlgorithm::Blake3 => Function::Blake3(None),
        };
        Ok(Self {
            function,
            encoding: step.encoding,
            normalize: step.normalize,
            truncate: step.truncate.and_then(|most| usize::try_from(most).ok()),
        })
    }

    fn push(&self, hash: &[u8], text: &mut String) {
        match self.encoding {
            HashEncoding::Hex => push_hex(hash, text),
            HashEncoding::Base64 => push_base64(hash, text),
        }
        if let Some(most) = self.truncate {
            // Both encodings are ASCII.
            text.truncate(most);
        }
    }
}

impl Rewrite for Hashing {
    fn rewrite<'t>(&'t self, text: &'t str, buffer: &'t mut String) -> &'t str {
        let lowered;
        let (lower, trim) = match self.normalize {
            HashNormalization::None => (false, false),
            HashNormalization::Lower => (true, false),
            HashNormalization::Trim => (false, true),
            HashNormalization::LowerTrim => (true, true),
        };
        let text = if trim { text.trim() } else { text };
        let message = if lower {
            lowered = text.to_lowercase();
            lowered.as_bytes()
        } else {
            text.as_bytes()
        };
        match &self.function {
            Function::HmacSha256(hmac) => self.push(&hmac.of(message), buffer),
            Function::Sha256 => self.push(&Sha256::digest(message), buffer),
            Function::Sha512 => self.push(&Sha512::digest(message), buffer),
            Function::Blake3(Some(key)) => {
                self.push(blake3::keyed_hash(key, message).as_bytes(), buffer);
            }
            Function::Blake3(None) => self.push(blake3::hash(message).as_bytes(), buffer),
        }
        buffer
    }
}
