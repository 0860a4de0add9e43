//! Accounts: registration, login, tokens. The names of the types are the documents'.

mod address;
mod input;
mod secret;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use address::{ADDRESS_CHARACTERS, AddressFault, check_address};
pub use secret::Secret;

/// Characters that a new password may have, any of them.
pub const PASSWORD_CHARACTERS: std::ops::RangeInclusive<usize> = 8..=128;

/// The body of `POST /api/v1/auth/register`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserCreate {
    /// The e-mail address, of which there is one user, whatever its case.
    #[schema(max_length = 254, format = Email)]
    pub email: String,
    /// The password.
    #[schema(value_type = String, min_length = 8, max_length = 128, format = Password)]
    pub password: Secret,
}

/// A user, as it is shown to itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserResponse {
    /// The id, `sub` of its tokens.
    #[schema(format = Uuid)]
    pub id: String,
    /// The address as it was registered.
    #[schema(format = Email)]
    pub email: String,
}

/// The form of `POST /api/v1/auth/login`: the password grant of OAuth2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoginForm {
    /// The e-mail address.
    pub username: String,
    /// The password.
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
}

/// The answer to a login or a refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// The JWT of the `Authorization` header.
    #[schema(value_type = String)]
    pub access_token: Secret,
    /// How it is sent.
    pub token_type: TokenType,
    /// Good once, at `POST /api/auth/refresh`.
    #[schema(value_type = String)]
    pub refresh_token: Secret,
}

/// How an access token is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenType {
    /// `Authorization: Bearer …`.
    Bearer,
}

/// The body of `POST /api/auth/refresh`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefreshInput {
    /// What the last login or refresh answered.
    #[schema(value_type = String)]
    pub refresh_token: Secret,
}

/// The body of `POST /api/v1/auth/password`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasswordChange {
    /// The password so far.
    #[schema(value_type = String, format = Password)]
    pub current_password: Secret,
    /// The password from now on.
    #[schema(value_type = String, min_length = 8, max_length = 128, format = Password)]
    pub new_password: Secret,
}
