//! One function a route.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use millrace_accounts::{Address, Login, User};
use millrace_api::accounts as api;
use millrace_edge::{Failure, FormBody, JsonBody, SignedIn};

use crate::app::{App, failure};

/// `POST /api/v1/auth/register`
pub async fn register(
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<api::UserResponse>), Failure> {
    let input = api::UserCreate::from_value(&body).map_err(Failure::invalid)?;
    let address = Address::new(&input.email)
        .map_err(|_| Failure::internal("a valid input has no valid address"))?;
    let registered = app.accounts.register(&address, input.password.reveal());
    let user = registered.await.map_err(failure)?;
    Ok((StatusCode::CREATED, Json(shown(user))))
}

/// `POST /api/v1/auth/login`
pub async fn login(
    State(app): State<App>,
    FormBody(pairs): FormBody,
) -> Result<Json<api::Token>, Failure> {
    let form = api::LoginForm::from_pairs(&pairs).map_err(Failure::invalid)?;
    let login = app.accounts.login(&form.username, form.password.reveal());
    tokens(&app, login.await.map_err(failure)?)
}

/// `POST /api/auth/refresh`
pub async fn refresh(
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<Json<api::Token>, Failure> {
    let input = api::RefreshInput::from_value(&body).map_err(Failure::invalid)?;
    let login = app.accounts.refresh(input.refresh_token.reveal());
    tokens(&app, login.await.map_err(failure)?)
}

/// `POST /api/v1/auth/password`
pub async fn change_password(
    caller: SignedIn,
    State(app): State<App>,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Failure> {
    let input = api::PasswordChange::from_value(&body).map_err(Failure::invalid)?;
    let (current, new) = (input.current_password.reveal(), input.new_password.reveal());
    app.accounts
        .change_password(&caller.user_id, caller.family_id.as_deref(), current, new)
        .await
        .map_err(failure)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/users/me`
pub async fn me(
    caller: SignedIn,
    State(app): State<App>,
) -> Result<Json<api::UserResponse>, Failure> {
    let user = app.accounts.user(&caller.user_id).await.map_err(failure)?;
    Ok(Json(shown(user)))
}

fn shown(user: User) -> api::UserResponse {
    api::UserResponse {
        id: user.id,
        email: user.email,
    }
}

fn tokens(app: &App, login: Login) -> Result<Json<api::Token>, Failure> {
    Ok(Json(api::Token {
        access_token: app.issuer.issue(&login.user_id, &login.family_id)?,
        token_type: api::TokenType::Bearer,
        refresh_token: login.refresh_token,
    }))
}
