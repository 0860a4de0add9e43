//! From any body or form to a valid input, or to every fault in it.

use serde_json::{Map, Value};

use super::{
    ADDRESS_CHARACTERS, AddressFault, LoginForm, PASSWORD_CHARACTERS, PasswordChange, RefreshInput,
    Secret, UserCreate, check_address,
};
use crate::error::Fault;

impl UserCreate {
    /// Reads an address, trimmed, and a password. Unknown fields are ignored.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let body = object(body)?;
        let email = text(body, "email").and_then(address);
        let password = text(body, "password").and_then(|text| new_password("password", text));
        both(email, password).map(|(email, password)| Self { email, password })
    }
}

impl RefreshInput {
    /// Reads a refresh token.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let token = text(object(body)?, "refresh_token").map_err(|fault| vec![fault])?;
        Ok(Self {
            refresh_token: Secret::new(token),
        })
    }
}

impl PasswordChange {
    /// Reads two passwords, of which the new one has to keep the bounds.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let body = object(body)?;
        let current = text(body, "current_password");
        let new = text(body, "new_password").and_then(|text| new_password("new_password", text));
        both(current, new).map(|(current, new)| Self {
            current_password: Secret::new(current),
            new_password: new,
        })
    }
}

impl LoginForm {
    /// Reads the pairs of a form. What OAuth2 knows beside them (`scope`, `client_id`, …) is ignored, except
    /// that `grant_type`, where it is sent, is `password`.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_pairs(pairs: &[(String, String)]) -> Result<Self, Vec<Fault>> {
        let grant = match pair(pairs, "grant_type") {
            Ok(None | Some("password")) => Ok(()),
            Ok(Some(_)) => Err(Fault::new(
                "grant_type",
                "value",
                "grant_type must be password",
            )),
            Err(fault) => Err(fault),
        };
        let field = |name| {
            pair(pairs, name)?
                .filter(|text| !text.is_empty())
                .ok_or_else(|| missing(name))
        };
        let credentials = both(field("username"), field("password"));
        match (grant, credentials) {
            (Ok(()), Ok((username, password))) => Ok(Self {
                username: username.to_owned(),
                password: Secret::new(password),
            }),
            (grant, credentials) => {
                let faults = grant.err().into_iter();
                Err(faults
                    .chain(credentials.err().into_iter().flatten())
                    .collect())
            }
        }
    }
}

fn object(body: &Value) -> Result<&Map<String, Value>, Vec<Fault>> {
    body.as_object()
        .ok_or_else(|| vec![Fault::new("", "type", "the body must be a JSON object")])
}

/// A text that is there and not empty.
fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a str, Fault> {
    match object.get(name) {
        None => Err(missing(name)),
        Some(Value::String(text)) if text.is_empty() => Err(missing(name)),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Fault::new(name, "type", format!("{name} must be a string"))),
    }
}

/// The value of a field of a form, which may be given once.
fn pair<'a>(pairs: &'a [(String, String)], name: &str) -> Result<Option<&'a str>, Fault> {
    let mut values = pairs
        .iter()
        .filter(|(field, _)| field == name)
        .map(|(_, value)| value.as_str());
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(Fault::new(
            name,
            "duplicate",
            format!("{name} must be given once"),
        )),
    }
}

fn missing(name: &str) -> Fault {
    Fault::new(name, "missing", format!("{name} is missing"))
}

fn address(text: &str) -> Result<String, Fault> {
    let address = text.trim();
    match check_address(address) {
        Ok(()) => Ok(address.to_owned()),
        Err(AddressFault::TooLong) => Err(Fault::new(
            "email",
            "too_long",
            format!("email must have at most {ADDRESS_CHARACTERS} characters"),
        )),
        Err(AddressFault::Syntax) => Err(Fault::new(
            "email",
            "value",
            "email must be an address such as name@example.com",
        )),
    }
}

fn new_password(name: &str, text: &str) -> Result<Secret, Fault> {
    let (least, most) = (PASSWORD_CHARACTERS.start(), PASSWORD_CHARACTERS.end());
    let length = text.chars().count();
    let code = if length < *least {
        "too_short"
    } else if length > *most {
        "too_long"
    } else {
        return Ok(Secret::new(text));
    };
    let message = format!("{name} must have {least} to {most} characters");
    Err(Fault::new(name, code, message))
}

/// Both values, or the fault of each.
fn both<A, B>(first: Result<A, Fault>, second: Result<B, Fault>) -> Result<(A, B), Vec<Fault>> {
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (first, second) => Err(first.err().into_iter().chain(second.err()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn codes<T>(result: Result<T, Vec<Fault>>) -> Vec<(String, String)> {
        let faults = result.err().unwrap_or_default();
        faults
            .into_iter()
            .map(|fault| (fault.path, fault.code))
            .collect()
    }

    fn expected(codes: &[(&str, &str)]) -> Vec<(String, String)> {
        codes
            .iter()
            .map(|(path, code)| ((*path).to_owned(), (*code).to_owned()))
            .collect()
    }

    fn form(pairs: &[(&str, &str)]) -> Result<LoginForm, Vec<Fault>> {
        let pairs: Vec<(String, String)> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        LoginForm::from_pairs(&pairs)
    }

    #[test]
    fn addresses_are_trimmed_and_passwords_are_not() {
        let body =
            json!({ "email": "  Ada@Example.com\n", "password": " spaces  ", "admin": true });
        let user = UserCreate::from_value(&body).expect("valid");
        assert_eq!(user.email, "Ada@Example.com");
        assert_eq!(user.password.reveal(), " spaces  ");
    }

    #[test]
    fn every_fault_is_told_at_once() {
        for (body, faults) in [
            (json!([]), vec![("", "type")]),
            (
                json!({}),
                vec![("email", "missing"), ("password", "missing")],
            ),
            (
                json!({ "email": null, "password": 12_345_678 }),
                vec![("email", "type"), ("password", "type")],
            ),
            (
                json!({ "email": "nobody", "password": "7 chars" }),
                vec![("email", "value"), ("password", "too_short")],
            ),
            (
                json!({ "email": format!("{}@example.com", "n".repeat(250)), "password": "p".repeat(129) }),
                vec![("email", "too_long"), ("password", "too_long")],
            ),
        ] {
            assert_eq!(
                codes(UserCreate::from_value(&body)),
                expected(&faults),
                "{body}"
            );
        }
        let body = json!({ "new_password": "short" });
        assert_eq!(
            codes(PasswordChange::from_value(&body)),
            expected(&[
                ("current_password", "missing"),
                ("new_password", "too_short")
            ])
        );
        assert_eq!(
            codes(RefreshInput::from_value(&json!({ "refresh_token": "" }))),
            expected(&[("refresh_token", "missing")])
        );
    }

    #[test]
    fn passwords_are_counted_in_characters() {
        let with = |password: String| {
            UserCreate::from_value(&json!({ "email": "a@b.co", "password": password })).is_ok()
        };
        for character in ["x", "ü", "🦀", "\0", " "] {
            assert!(!with(character.repeat(7)), "{character:?}");
            assert!(with(character.repeat(8)), "{character:?}");
            assert!(with(character.repeat(128)), "{character:?}");
            assert!(!with(character.repeat(129)), "{character:?}");
        }
    }

    #[test]
    fn a_form_is_the_password_grant() {
        let login = form(&[("username", "a@b.co"), ("password", "x"), ("scope", "")]);
        assert_eq!(login.expect("valid").username, "a@b.co");
        assert!(
            form(&[
                ("grant_type", "password"),
                ("username", "a"),
                ("password", "b")
            ])
            .is_ok()
        );
        assert_eq!(
            codes(form(&[("grant_type", "refresh_token"), ("password", "")])),
            expected(&[
                ("grant_type", "value"),
                ("username", "missing"),
                ("password", "missing")
            ])
        );
        assert_eq!(
            codes(form(&[
                ("username", "a"),
                ("username", "b"),
                ("password", "c")
            ])),
            expected(&[("username", "duplicate")])
        );
    }

    #[test]
    fn no_message_repeats_a_password() {
        let body = json!({ "email": "x", "password": "hunter2" });
        let faults = UserCreate::from_value(&body).expect_err("too short");
        assert!(!format!("{faults:?}").contains("hunter2"));
    }

    proptest! {
        #[test]
        fn no_text_is_a_panic(email in any::<String>(), password in any::<String>()) {
            let body = json!({ "email": email, "password": password });
            if let Ok(user) = UserCreate::from_value(&body) {
                prop_assert_eq!(check_address(&user.email), Ok(()));
            }
        }
    }
}
