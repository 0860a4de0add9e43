//! What an e-mail address looks like.

/// The longest address that mail can be sent to (RFC 5321), counted in characters.
pub const ADDRESS_CHARACTERS: usize = 254;

/// The longest part before the `@`.
const LOCAL_CHARACTERS: usize = 64;
/// The longest part of a domain between two dots.
const LABEL_CHARACTERS: usize = 63;

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressFault {
    /// It is longer than [`ADDRESS_CHARACTERS`].
    TooLong,
    /// It is no `name@example.com`.
    Syntax,
}

/// Checks an address, trimmed: a name and a domain of two labels or more, as people write them; no quoted
/// names, comments or IP addresses.
///
/// # Errors
/// [`AddressFault`].
///
/// ```
/// use millrace_api::accounts::check_address;
///
/// assert!(check_address("Ada.Lovelace+mill@example.co.uk").is_ok());
/// assert!(check_address("ada@localhost").is_err());
/// ```
pub fn check_address(address: &str) -> Result<(), AddressFault> {
    if address.chars().count() > ADDRESS_CHARACTERS {
        return Err(AddressFault::TooLong);
    }
    match address.rsplit_once('@') {
        Some((local, domain))
            if is_local(local) && is_domain(domain) && !folds_into_ascii(address) =>
        {
            Ok(())
        }
        _ => Err(AddressFault::Syntax),
    }
}

fn is_local(local: &str) -> bool {
    let allowed = |letter: char| match letter {
        'a'..='z'
        | 'A'..='Z'
        | '0'..='9'
        | '!'
        | '#'
        | '$'
        | '%'
        | '&'
        | '\''
        | '*'
        | '+'
        | '-'
        | '/'
        | '='
        | '?'
        | '^'
        | '_'
        | '`'
        | '{'
        | '|'
        | '}'
        | '~' => true,
        _ => is_foreign(letter),
    };
    local.chars().count() <= LOCAL_CHARACTERS
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(allowed))
}

fn is_domain(domain: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || is_foreign(letter);
    let is_label = |label: &str| {
        (1..=LABEL_CHARACTERS).contains(&label.chars().count())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|letter| letter == '-' || allowed(letter))
    };
    // An IPv4 address is no domain.
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.')
        && domain.split('.').all(is_label)
        && !top.bytes().all(|byte| byte.is_ascii_digit())
}

/// A visible character of another script.
fn is_foreign(letter: char) -> bool {
    let invisible = letter.is_control()
        || letter.is_whitespace()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff0}'..='\u{ffff}'
                | '\u{e0000}'..='\u{e0fff}'
        );
    !letter.is_ascii() && !invisible
}

/// Whether the lower case of a foreign character holds an ASCII one, as that of the Kelvin sign does: the
/// address would then stand for somebody else's.
fn folds_into_ascii(address: &str) -> bool {
    address
        .chars()
        .filter(|letter| !letter.is_ascii())
        .any(|letter| letter.to_lowercase().any(|lower| lower.is_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_as_people_write_them_pass() {
        for address in [
            "a@b.co",
            "user@example.com",
            "First.Last+tag@sub.example-site.org",
            "o'brien_{x}@example.com",
            "jörg@müller.example",
            "用户@例子.广告",
            "1@2.xn--p1ai",
        ] {
            assert_eq!(check_address(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for address in [
            "",
            "@",
            "user",
            "user@",
            "@example.com",
            "user@localhost",
            "user@example.",
            "user@.com",
            "user@a..b",
            "user@-a.com",
            "user@a-.com",
            "user@127.0.0.1",
            "user@[127.0.0.1]",
            "a@b@example.com",
            ".user@example.com",
            "user.@example.com",
            "us..er@example.com",
            "\"user\"@example.com",
            "us er@example.com",
            "user@exam ple.com",
            "user@example.com\r\nBcc: x@example.com",
            "us\0er@example.com",
            "us\u{200b}er@example.com",
            "user@exam_ple.com",
            "<user@example.com>",
            "\u{212a}im@example.com",
            "\u{130}im@example.com",
        ] {
            assert_eq!(
                check_address(address),
                Err(AddressFault::Syntax),
                "{address:?}"
            );
        }
    }

    #[test]
    fn parts_have_their_greatest_lengths() {
        let name = "n".repeat(64);
        let domain = format!("{}.{}.com", "d".repeat(63), "e".repeat(63));
        assert_eq!(check_address(&format!("{name}@{domain}")), Ok(()));
        assert!(check_address(&format!("{name}n@{domain}")).is_err());
        assert!(check_address(&format!("n@{}.com", "d".repeat(64))).is_err());
        let longest = format!("{name}@{domain}.{}", "f".repeat(254 - 64 - 1 - 131 - 1));
        assert_eq!(longest.len(), 254);
        assert_eq!(check_address(&longest), Ok(()));
        assert_eq!(
            check_address(&format!("{longest}f")),
            Err(AddressFault::TooLong)
        );
    }
}
