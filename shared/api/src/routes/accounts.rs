use super::{Answer, Auth, Content, Method, RequestBody, Route};
use crate::accounts::{LoginForm, PasswordChange, RefreshInput, Token, UserCreate, UserResponse};
use crate::error::Dialect;

/// What the routes here have in common.
const BASE: Route = Route {
    method: Method::Post,
    path: "",
    id: "",
    function: "accounts",
    dialect: Dialect::Detail,
    auth: Auth::None,
    tag: "Accounts",
    summary: "",
    description: "",
    query: &[],
    body: None,
    answers: &[],
    errors: &[400, 503],
};

const TOKEN: &str = include_str!("examples/token.json");
const USER: &str = include_str!("examples/user.json");

pub(super) const ROUTES: &[Route] = &[
    Route {
        path: "/api/v1/auth/register",
        id: "register",
        summary: "Register a user",
        description: "There is one user of an address, whatever its case.",
        body: Some(RequestBody::json::<UserCreate>(include_str!(
            "examples/user_create.json"
        ))),
        answers: &[Answer::json::<UserResponse>(201, "The new user", USER)],
        ..BASE
    },
    Route {
        path: "/api/v1/auth/login",
        id: "login",
        summary: "Log a user in",
        description: "The password grant of OAuth2. Ten failures close the account's login for a minute.",
        body: Some(RequestBody::form::<LoginForm>(include_str!(
            "examples/login_form.json"
        ))),
        answers: &[Answer::json::<Token>(200, "The tokens", TOKEN)],
        errors: &[400, 429, 503],
        ..BASE
    },
    Route {
        path: "/api/auth/refresh",
        id: "refreshTokens",
        summary: "Exchange a refresh token for a new pair",
        description: "A refresh token is good once. Used again within 10 s it gives another pair, because the \
                      first answer may be lost; later it is 401 and ends the whole login it descends from.",
        body: Some(RequestBody::json::<RefreshInput>(include_str!(
            "examples/refresh_input.json"
        ))),
        answers: &[Answer::json::<Token>(200, "The new tokens", TOKEN)],
        errors: &[400, 401, 503],
        ..BASE
    },
    Route {
        path: "/api/v1/auth/password",
        id: "changePassword",
        summary: "Change the caller's password",
        description: "Ends every other login of the user. A wrong current password counts as a failed login.",
        auth: Auth::User,
        body: Some(RequestBody::json::<PasswordChange>(include_str!(
            "examples/password_change.json"
        ))),
        answers: &[Answer {
            status: 204,
            description: "It is changed",
            content: Content::Empty,
        }],
        errors: &[400, 429],
        ..BASE
    },
    Route {
        method: Method::Get,
        path: "/api/v1/users/me",
        id: "getUser",
        summary: "Who the caller is",
        auth: Auth::User,
        answers: &[Answer::json::<UserResponse>(200, "The user", USER)],
        errors: &[],
        ..BASE
    },
];
