use std::sync::{Arc, OnceLock};

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use millrace_ports::Tenant;

use super::Authenticator;
use crate::failure::Failure;

/// Who calls. As a handler's argument it answers 401 for everybody else; put it first, because the token is
/// checked before anything of the request's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Whose data the call reaches.
    pub tenant: Tenant,
    /// The user, where there was a token.
    pub user_id: Option<String>,
    /// The login that the token belongs to, where it names one.
    pub family_id: Option<String>,
}

impl Caller {
    pub(super) fn public() -> Self {
        Self {
            tenant: Tenant::public(),
            user_id: None,
            family_id: None,
        }
    }
}

impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Authenticator: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let caller = Authenticator::from_ref(state).authenticate(&parts.headers)?;
        if let Some(seen) = parts.extensions.get::<SeenTenant>() {
            seen.set(&caller.tenant);
        }
        Ok(caller)
    }
}

/// A user. As a handler's argument it answers 401 for a caller without a token, also where the deployment
/// admits one elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The user.
    pub user_id: String,
    /// The login that the token belongs to, where it names one.
    pub family_id: Option<String>,
}

impl SignedIn {
    /// Whose things the caller reaches: a user is a tenant.
    ///
    /// # Errors
    /// An internal one for a token of ours whose user is no tenant's name.
    pub fn tenant(self) -> Result<Tenant, Failure> {
        Tenant::new(self.user_id).map_err(Failure::internal)
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Authenticator: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, state).await?;
        Ok(Self {
            user_id: caller.user_id.ok_or_else(Failure::token_missing)?,
            family_id: caller.family_id,
        })
    }
}

/// Carries the tenant from the handler back out to the access log.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeenTenant(Arc<OnceLock<Tenant>>);

impl SeenTenant {
    fn set(&self, tenant: &Tenant) {
        // A second extraction in the same request finds the same tenant.
        self.0.get_or_init(|| tenant.clone());
    }

    pub(crate) fn get(&self) -> Option<&Tenant> {
        self.0.get()
    }
}
