//! Steps that hide personal data.

use super::Work;
use crate::fault::Code;
use crate::lineage::Flow;
use crate::read::Fields;
use crate::value::{Character, Columns, Pattern, TimeUnit};

tagged! {
    /// What is hidden.
    pub enum MaskMethod by "method" {
        /// Every character.
        Full = "full" {
            /// What stands for a hidden character.
            character as "char": Character = Character('*'),
        },
        /// All but the last characters.
        KeepLast = "keep_last" {
            /// How many stay.
            keep: u64 [0..=1_000] = 4,
            /// What stands for a hidden character.
            character as "char": Character = Character('*'),
        },
        /// All but the first characters.
        KeepFirst = "keep_first" {
            /// How many stay.
            keep: u64 [0..=1_000] = 4,
            /// What stands for a hidden character.
            character as "char": Character = Character('*'),
        },
        /// All of an e-mail address but the first character and the domain.
        Email = "email" {
            /// What stands for a hidden character.
            character as "char": Character = Character('*'),
        },
        /// Whatever a regular expression finds.
        Regex = "regex" {
            /// The regular expression.
            pattern: Pattern,
            /// What stands for a hidden character.
            character as "char": Character = Character('*'),
        },
        /// Everything of a date below a unit.
        DateTruncate = "date_truncate" {
            /// The unit that stays.
            unit: TimeUnit = TimeUnit::Month,
        },
    }
}

group! {
    /// Hides parts of values.
    pub struct Mask {
        /// The columns.
        columns: Columns,
        /// What is hidden.
        method: MaskMethod as flat,
    }
}

impl Work for Mask {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }
}

choice! {
    /// A hash function.
    pub enum HashAlgorithm {
        /// HMAC with SHA-256, keyed.
        HmacSha256 = "hmac_sha256",
        /// SHA-256, without a key.
        Sha256 = "sha256",
        /// SHA-512, without a key.
        Sha512 = "sha512",
        /// BLAKE3, keyed where `secret_id` is given.
        Blake3 = "blake3",
    }
}

choice! {
    /// How a hash is written.
    pub enum HashEncoding {
        /// Two hexadecimal digits for each byte.
        Hex = "hex",
        /// Base64 with padding.
        Base64 = "base64",
    }
}

choice! {
    /// What is done with a text before it is hashed.
    pub enum HashNormalization {
        /// Nothing.
        None = "none",
        /// It is written in lower case.
        Lower = "lower",
        /// It loses white space at its ends.
        Trim = "trim",
        /// Both.
        LowerTrim = "lower_trim",
    }
}

group! {
    /// Replaces values by hashes: equal values get equal ones.
    pub struct Hash {
        /// The columns.
        columns: Columns,
        /// How.
        algorithm: HashAlgorithm = HashAlgorithm::HmacSha256,
        /// The secret that holds the key; the tenant's own key where it is left out.
        secret_id: Option<String> [1..=2_048],
        /// How the hash is written.
        encoding: HashEncoding = HashEncoding::Hex,
        /// What is done with a text before.
        normalize: HashNormalization = HashNormalization::None,
        /// How many characters of the hash stay; all where it is left out.
        truncate: Option<u64> [4..=128],
    }
    check Hash::verify;
}

impl Hash {
    /// Whether a key goes into the hash, so that nobody finds a value by hashing candidates.
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        match self.algorithm {
            HashAlgorithm::HmacSha256 => true,
            HashAlgorithm::Blake3 => self.secret_id.is_some(),
            HashAlgorithm::Sha256 | HashAlgorithm::Sha512 => false,
        }
    }

    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        if self.secret_id.is_some() && !self.is_keyed() {
            let message = format!(
                "remove secret_id, or use hmac_sha256: {} takes no key",
                self.algorithm
            );
            fields.fault("secret_id", Code::ParameterNotUsed, message);
        }
        self
    }
}

impl Work for Hash {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }

    fn warning(&self) -> Option<String> {
        (!self.is_keyed()).then(|| {
            format!(
                "{} takes no key: who knows likely values finds them by hashing; use hmac_sha256 for \
                 personal data",
                self.algorithm
            )
        })
    }
}

choice! {
    /// Kinds of personal data.
    pub enum PersonalData {
        /// E-mail addresses.
        Email = "email",
        /// Telephone numbers.
        Phone = "phone",
        /// Card numbers that pass the Luhn check.
        CreditCard = "credit_card",
        /// IBANs with right check digits.
        Iban = "iban",
        /// Social security numbers of the United States.
        UsSsn = "us_ssn",
        /// Aadhaar numbers.
        Aadhaar = "aadhaar",
        /// PANs of India.
        Pan = "pan",
        /// IP addresses.
        IpAddress = "ip_address",
        /// MAC addresses.
        MacAddress = "mac_address",
        /// URLs.
        Url = "url",
    }
}

group! {
    /// Replaces personal data inside free text.
    pub struct RedactPii {
        /// The columns; of all of them, those that hold text.
        columns: Columns = Columns::All,
        /// What is replaced.
        types: Vec<PersonalData> [1..=10],
        /// By what; `{type}` stands for the kind.
        replacement: String [0..=100] = "[{type}]".to_owned(),
    }
}

impl Work for RedactPii {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }
}
