use serde::{Deserialize, Serialize};

/// What a token has to say. Every field but the family is there, and every one is checked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) aud: String,
    pub(super) sub: String,
    pub(super) typ: TokenKind,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    /// The login that the token belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fam: Option<String>,
}

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TokenKind {
    Access,
}
