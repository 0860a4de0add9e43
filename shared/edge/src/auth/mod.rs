//! Who calls: bearer tokens, and the tenant that follows from one.

mod caller;
mod claims;
mod issuer;
mod keys;

pub(crate) use caller::SeenTenant;
pub use caller::{Caller, SignedIn};
pub use issuer::TokenIssuer;
pub use keys::SigningKeys;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use millrace_ports::{Clock, Tenant};

use self::claims::{Claims, TokenKind};
use crate::failure::Failure;

/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY_SECONDS: i64 = 5;

/// Tells who a request comes from.
#[derive(Debug, Clone)]
pub struct Authenticator {
    authority: Option<Arc<Authority>>,
    required: bool,
    clock: Arc<dyn Clock>,
}

/// Whose tokens are good, and for what.
#[derive(Debug)]
struct Authority {
    keys: SigningKeys,
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
            authority: Some(Arc::new(Authority {
                keys,
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
            authority: None,
            required: false,
            clock,
        }
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
        let authority = self.authority.as_ref()?;
        let header = decode_header(token).ok()?;
        let key = authority.keys.verifying(header.kid.as_deref()?)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&authority.issuer]);
        validation.set_audience(&[&authority.audience]);
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
            family_id: claims.fam,
        })
    }
}

#[cfg(test)]
mod tests;
