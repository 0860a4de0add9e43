//! Who calls: bearer tokens, and the tenant that follows from one.

mod caller;
mod keys;

pub use caller::Caller;
pub(crate) use caller::SeenTenant;
pub use keys::SigningKeys;

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, header};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use millrace_ports::{Clock, Tenant};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY_SECONDS: i64 = 5;

/// What a token has to say. Every field is checked.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    typ: TokenKind,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TokenKind {
    Access,
}

/// Tells who a request comes from.
#[derive(Debug, Clone)]
pub struct Authenticator {
    keys: Option<Arc<Keys>>,
    required: bool,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Keys {
    signing: SigningKeys,
    issuer: String,
    audience: String,
}

impl Authenticator {
    /// Accepts tokens signed with one of `keys` by `issuer` for `audience`. Where a token is not `required`,
    /// a request without one comes from the tenant `public`.
    #[must_use]
    pub fn new(
        keys: SigningKeys,
        issuer: String,
        audience: String,
        required: bool,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            keys: Some(Arc::new(Keys {
                signing: keys,
                issuer,
                audience,
            })),
            required,
            clock,
        }
    }

    /// Accepts no token, and requires none.
    #[must_use]
    pub fn without_keys(clock: Arc<dyn Clock>) -> Self {
        Self {
            keys: None,
            required: false,
            clock,
        }
    }

    /// An access token for a user, good from now on for `lifetime`; `None` where there is no key to sign with.
    #[must_use]
    pub fn issue(&self, user_id: &str, lifetime: Duration) -> Option<String> {
        let keys = self.keys.as_ref()?;
        let now = self.clock.now().timestamp();
        let claims = Claims {
            iss: keys.issuer.clone(),
            aud: keys.audience.clone(),
            sub: user_id.to_owned(),
            typ: TokenKind::Access,
            iat: now,
            nbf: now,
            exp: now.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX)),
        };
        let (kid, key) = keys.signing.active();
        let header = Header {
            kid: Some(kid.to_owned()),
            ..Header::new(Algorithm::HS256)
        };
        encode(&header, &claims, key).ok()
    }

    /// Who a request with these headers comes from.
    ///
    /// # Errors
    /// 401 for a token that is not good, and for none where one is required.
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, Failure> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return if self.required {
                Err(Failure::token_missing())
            } else {
                Ok(Caller::public())
            };
        };
        let token = value.to_str().ok().and_then(|text| {
            let (scheme, token) = text.split_once(' ')?;
            (scheme.eq_ignore_ascii_case("bearer") && values.next().is_none())
                .then_some(token.trim())
        });
        token
            .and_then(|token| self.verify(token))
            .ok_or_else(Failure::token_invalid)
    }

    /// The user of a good token. What exactly is wrong with a bad one is nobody's business.
    fn verify(&self, token: &str) -> Option<Caller> {
        let keys = self.keys.as_ref()?;
        let header = decode_header(token).ok()?;
        let key = keys.signing.verifying(header.kid.as_deref()?)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&keys.issuer]);
        validation.set_audience(&[&keys.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // Times are compared below, with the clock that was handed in.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = decode::<Claims>(token, key, &validation).ok()?.claims;
        let now = self.clock.now().timestamp();
        let begun = claims.nbf <= now.saturating_add(LEEWAY_SECONDS);
        let ended = claims.exp <= now.saturating_sub(LEEWAY_SECONDS);
        let TokenKind::Access = claims.typ;
        let tenant = Tenant::new(claims.sub.as_str())
            .ok()
            .filter(|tenant| *tenant != Tenant::public())?;
        (begun && !ended).then_some(Caller {
            tenant,
            user_id: Some(claims.sub),
        })
    }
}

#[cfg(test)]
mod tests;
