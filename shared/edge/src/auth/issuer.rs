use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{Algorithm, Header, encode};
use millrace_api::accounts::Secret;
use millrace_ports::Clock;

use super::claims::{Claims, TokenKind};
use super::{Authority, SigningKeys};
use crate::failure::Failure;

/// Signs the access tokens that [`Authenticator`](super::Authenticator) accepts, with the active key.
#[derive(Debug, Clone)]
pub struct TokenIssuer {
    authority: Arc<Authority>,
    lifetime: Duration,
    clock: Arc<dyn Clock>,
}

impl TokenIssuer {
    /// Signs with the active one of `keys`, as `issuer` for `audience`, tokens that are good for `lifetime`.
    #[must_use]
    pub fn new(
        keys: SigningKeys,
        issuer: String,
        audience: String,
        lifetime: Duration,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            authority: Arc::new(Authority {
                keys,
                issuer,
                audience,
            }),
            lifetime,
            clock,
        }
    }

    /// A token for a user, good from now on, of the login `family_id`.
    ///
    /// # Errors
    /// 500 when it cannot be signed.
    pub fn issue(&self, user_id: &str, family_id: &str) -> Result<Secret, Failure> {
        let Authority {
            keys,
            issuer,
            audience,
        } = &*self.authority;
        let now = self.clock.now().timestamp();
        let lifetime = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        let claims = Claims {
            iss: issuer.clone(),
            aud: audience.clone(),
            sub: user_id.to_owned(),
            typ: TokenKind::Access,
            iat: now,
            nbf: now,
            exp: now.saturating_add(lifetime),
            fam: Some(family_id.to_owned()),
        };
        let (kid, key) = keys.active();
        let header = Header {
            kid: Some(kid.to_owned()),
            ..Header::new(Algorithm::HS256)
        };
        encode(&header, &claims, key)
            .map(Secret::new)
            .map_err(Failure::internal)
    }
}
