//! Addresses by which people are reached: mail, telephone, the web.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether a text is a mail address, by the syntax that mail servers accept.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let may_be_local =
        |character: char| character.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(character);
    text.len() <= 254
        && (1..=64).contains(&local.len())
        && local.chars().all(may_be_local)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && is_domain(domain)
}

/// Labels with points between, the last of letters.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|character| character.is_alphanumeric() || character == '-')
    };
    let Some((rest, top)) = domain.rsplit_once('.') else {
        return false;
    };
    let is_top = |top: &str| {
        top.chars().count() >= 2
            && (top.chars().all(char::is_alphabetic) || top.starts_with("xn--"))
    };
    domain.len() <= 253 && is_label(top) && is_top(top) && rest.split('.').all(is_label)
}

/// How surely a text is a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phone {
    /// With a plus, or in groups as numbers are written.
    Written,
    /// Digits that may be one.
    Digits,
}

/// Whether a text is a telephone number.
pub(crate) fn phone(text: &str) -> Option<Phone> {
    if text.len() > 40 || text.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    let main = text
        .find(['x', 'X'])
        .filter(|place| {
            text[place + 1..]
                .trim()
                .bytes()
                .all(|byte| byte.is_ascii_digit())
        })
        .map_or(text, |place| text[..place].trim_end());
    let (plus, rest) = match main.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, main),
    };
    let mut digits = 0;
    let mut groups = 0;
    let mut before = ' ';
    let mut open = 0i32;
    for character in rest.chars() {
        match character {
            '0'..='9' => {
                groups += usize::from(!before.is_ascii_digit());
                digits += 1;
            }
            '(' => open += 1,
            ')' => open -= 1,
            ' ' | '-' | '.' | '/' => {}
            _ => return None,
        }
        if !(0..=1).contains(&open) || (character == '.' && before == '.') {
            return None;
        }
        before = character;
    }
    if open != 0 || !before.is_ascii_digit() {
        return None;
    }
    if plus {
        let begins = rest.trim_start_matches(['(', ' ']).as_bytes().first();
        let country = matches!(begins, Some(b'1'..=b'9'));
        return (country && (8..=15).contains(&digits)).then_some(Phone::Written);
    }
    match (digits, groups) {
        // One point is that of a number.
        (_, 2) if rest.matches('.').count() == 1 && !rest.contains([' ', '-', '(', '/']) => None,
        (7..=12, 2..=5) => Some(Phone::Written),
        (7..=15, 1) => Some(Phone::Digits),
        _ => None,
    }
}

/// Whether a text is an address of a machine.
pub(crate) fn is_ip(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
        || (text.contains("::") || text.matches(':').count() == 7)
            && text.parse::<Ipv6Addr>().is_ok()
}

/// Whether a text is the address of a network card.
pub(crate) fn is_mac(text: &str) -> bool {
    let are = |separator: char, groups: usize, width: usize| {
        text.split(separator).count() == groups
            && text.split(separator).all(|group| {
                group.len() == width && group.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
    };
    are(':', 6, 2) || are('-', 6, 2) || are('.', 3, 4)
}

/// Whether a text is a UUID, in braces or not.
pub(crate) fn is_uuid(text: &str) -> bool {
    let inner = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(text);
    let widths = [8, 4, 4, 4, 12];
    inner.split('-').count() == widths.len()
        && inner.split('-').zip(widths).all(|(group, width)| {
            group.len() == width && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

/// What an address of the web has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Url {
    /// A user, and perhaps a password.
    pub(crate) has_user: bool,
}

/// Whether a text is an address of the web.
pub(crate) fn url(text: &str) -> Option<Url> {
    let (scheme, rest) = text.split_once("://")?;
    if !["http", "https", "ftp", "ftps", "sftp", "ws", "wss"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
        || text.chars().any(char::is_whitespace)
    {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (is_host, port) = match bracketed {
        Some((inner, port)) => (inner.parse::<Ipv6Addr>().is_ok(), port.strip_prefix(':')),
        None => {
            let (name, port) = match host.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (host, None),
            };
            (
                name == "localhost" || is_domain(name) || name.parse::<Ipv4Addr>().is_ok(),
                port,
            )
        }
    };
    (is_host && port.is_none_or(|port| port.parse::<u16>().is_ok())).then_some(Url {
        has_user: user.is_some_and(|user| !user.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is: impl Fn(&str) -> bool, right: &[&str], wrong: &[&str]) {
        for text in right {
            assert!(is(text), "{text} is one");
        }
        for text in wrong {
            assert!(!is(text), "{text} is none");
        }
    }

    #[test]
    fn mail_addresses() {
        check(
            is_email,
            &[
                "a@b.co",
                "first.last+tag@sub.example.org",
                "o'brien@example.com",
                "zoë@münchen.de",
                "user@xn--mnchen-3ya.de",
            ],
            &[
                "",
                "@",
                "a@b",
                "a b@example.org",
                ".a@example.org",
                "a.@example.org",
                "a..b@example.org",
                "a@-b.org",
                "a@b.1",
                "a@@example.org",
                "a@example..org",
                "a@example.org.",
                "user@example.o",
                &format!("{}@example.org", "x".repeat(65)),
            ],
        );
    }

    #[test]
    fn telephone_numbers() {
        check(
            |text| phone(text) == Some(Phone::Written),
            &[
                "+4915112345678",
                "+1 (555) 010-9999",
                "(555) 010-9999",
                "555-010-9999",
                "555.010.9999",
                "+91 98765 43210",
                "030 1234567",
                "555-010-9999 x12",
                "0049/30/123456",
            ],
            &[
                "",
                "+",
                "12",
                "5550109999",
                "+0123456789",
                "192.168.1.100",
                "1234567.89",
                "12-34",
                "(555 010-9999",
                "555) 010-9999",
                "call me",
                "+12345678901234567",
                "978-3-16-148410-0",
                "4111 1111 1111 1111",
                "555-010-9999-",
                "12..3456789",
            ],
        );
        check(
            |text| phone(text) == Some(Phone::Digits),
            &["5550109999", "1234567"],
            &["123456", "1234567890123456", "+4915112345678"],
        );
    }

    #[test]
    fn addresses_of_machines() {
        check(
            is_ip,
            &[
                "192.168.1.1",
                "0.0.0.0",
                "::1",
                "2001:db8::8a2e:370:7334",
                "1:2:3:4:5:6:7:8",
            ],
            &["256.1.1.1", "1.2.3", "1.2.3.4.5", "12:30:00", "", "::g"],
        );
        check(
            is_mac,
            &["00:1A:2b:3c:4D:5e", "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e"],
            &[
                "00:1A:2b:3c:4D",
                "00:1A:2b:3c:4D:5g",
                "001a2b3c4d5e",
                "0:1:2:3:4:5",
            ],
        );
        check(
            is_uuid,
            &[
                "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
                "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
            ],
            &[
                "3f2504e04f8911d39a0c0305e82c3301",
                "3f2504e0-4f89-11d3-9a0c-0305e82c330",
                "3f2504e0-4f89-11d3-9a0c-0305e82c330z",
                "{3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            ],
        );
    }

    #[test]
    fn addresses_of_the_web() {
        check(
            |text| url(text).is_some(),
            &[
                "https://example.org",
                "http://localhost:8080/a?b=c#d",
                "ftp://10.0.0.1/file",
                "https://user:pass@example.org/x",
                "http://[2001:db8::1]:80/",
                "HTTPS://EXAMPLE.ORG",
            ],
            &[
                "example.org",
                "http://",
                "https://nowhere",
                "mailto:a@b.co",
                "http://example.org:99999",
                "http://exa mple.org",
                "javascript://x.org",
            ],
        );
        assert!(url("https://user:pass@example.org/x").is_some_and(|url| url.has_user));
        assert!(url("https://example.org/a@b").is_some_and(|url| !url.has_user));
    }
}
