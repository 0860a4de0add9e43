//! Numbers that carry their own proof: cards, accounts, persons.

/// The digits of a text, where it has nothing else than digits with single spaces or dashes between.
fn digits(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if bytes.len() > 40 || !bytes.first()?.is_ascii_digit() || !bytes.last()?.is_ascii_digit() {
        return None;
    }
    let mut digits = Vec::with_capacity(bytes.len());
    let mut before = b'0';
    for &byte in bytes {
        match byte {
            b'0'..=b'9' => digits.push(byte - b'0'),
            b' ' | b'-' if before.is_ascii_digit() => {}
            _ => return None,
        }
        before = byte;
    }
    Some(digits)
}

/// The check of bank cards: every other digit from the right counts twice.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(*digit);
            if place % 2 == 0 {
                digit
            } else if digit < 5 {
                digit * 2
            } else {
                digit * 2 - 9
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether a text is the number of a bank card: length and beginning of a known network, and the check.
pub(crate) fn is_credit_card(text: &str) -> bool {
    let Some(digits) = digits(text) else {
        return false;
    };
    if !(12..=19).contains(&digits.len()) || digits.iter().all(|digit| *digit == digits[0]) {
        return false;
    }
    let prefix = |count: usize| {
        digits[..count]
            .iter()
            .fold(0u32, |all, digit| all * 10 + u32::from(*digit))
    };
    let (one, two, three, four) = (prefix(1), prefix(2), prefix(3), prefix(4));
    let length = digits.len();
    let known = match (one, two, three, four) {
        // American Express, Diners Club, JCB.
        (_, 34 | 37, _, _) => length == 15,
        (_, 36 | 38 | 39, _, _) | (_, _, 300..=305, _) => (14..=19).contains(&length),
        (_, _, _, 3528..=3589) => (16..=19).contains(&length),
        // Visa.
        (4, ..) => matches!(length, 13 | 16 | 19),
        // Mastercard.
        (_, 51..=55, _, _) | (_, _, _, 2221..=2720) => length == 16,
        // Discover, UnionPay, RuPay.
        (_, 65 | 62, _, _) | (_, _, 644..=649, _) | (_, _, _, 6011) => (16..=19).contains(&length),
        (_, 60 | 81 | 82, _, _) | (_, _, 508, _) => length == 16,
        // Maestro.
        (_, _, _, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763) => true,
        _ => false,
    };
    known && luhn(&digits)
}

/// Length of the account numbers of each country of the registry.
const IBAN: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

/// Whether a text is an international account number: length of its country, and mod 97.
pub(crate) fn is_iban(text: &str) -> bool {
    if text.len() > 44 || text.starts_with(' ') || text.ends_with(' ') {
        return false;
    }
    let compact: Vec<u8> = text
        .bytes()
        .filter(|byte| *byte != b' ')
        .map(|byte| byte.to_ascii_uppercase())
        .collect();
    let known = IBAN.iter().any(|(country, length)| {
        compact.starts_with(country.as_bytes()) && compact.len() == *length
    });
    if !known || !compact[2..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let mut rest = 0u32;
    for &byte in compact[4..].iter().chain(&compact[..4]) {
        rest = match byte {
            b'0'..=b'9' => rest * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(byte - b'A') + 10,
            _ => return false,
        } % 97;
    }
    rest == 1
}

/// Whether a text is a number of the US social security that may have been issued.
pub(crate) fn is_ssn(text: &str) -> bool {
    let bytes = text.as_bytes();
    let dashed = bytes.len() == 11 && bytes[3] == b'-' && bytes[6] == b'-';
    if !dashed && bytes.len() != 9 {
        return false;
    }
    let Some(digits) = digits(text).filter(|digits| digits.len() == 9) else {
        return false;
    };
    let number = |range: std::ops::Range<usize>| {
        digits[range]
            .iter()
            .fold(0u32, |all, digit| all * 10 + u32::from(*digit))
    };
    let area = number(0..3);
    !matches!(area, 0 | 666 | 900..) && number(3..5) > 0 && number(5..9) > 0
}

/// Verhoeff's check, which finds every swap of two neighbours.
fn verhoeff(digits: &[u8]) -> bool {
    /// One round of the permutation.
    const ROUND: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    /// The product of the dihedral group of order ten.
    fn product(left: u8, right: u8) -> u8 {
        match (left < 5, right < 5) {
            (true, true) => (left + right) % 5,
            (true, false) => (left + right - 5) % 5 + 5,
            (false, true) => (left - right) % 5 + 5,
            (false, false) => (left + 5 - right) % 5,
        }
    }
    let permuted =
        |digit: u8, rounds: usize| (0..rounds).fold(digit, |digit, _| ROUND[usize::from(digit)]);
    digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |check, (place, digit)| {
            product(check, permuted(*digit, place % 8))
        })
        == 0
}

/// Whether a text is a number of India's register of persons.
pub(crate) fn is_aadhaar(text: &str) -> bool {
    digits(text).is_some_and(|digits| digits.len() == 12 && digits[0] > 1 && verhoeff(&digits))
}

/// Whether a text is a permanent account number of India's tax office. The fourth letter is the kind
/// of its holder.
pub(crate) fn is_pan(text: &str) -> bool {
    let Ok(bytes) = <[u8; 10]>::try_from(text.as_bytes()) else {
        return false;
    };
    bytes[..5].iter().all(u8::is_ascii_uppercase)
        && bytes[5..9].iter().all(u8::is_ascii_digit)
        && bytes[9].is_ascii_uppercase()
        && b"ABCFGHJLPT".contains(&bytes[3])
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
    fn bank_cards() {
        check(
            is_credit_card,
            // The networks' published numbers for tests.
            &[
                "4111111111111111",
                "4111 1111 1111 1111",
                "5555-5555-5555-4444",
                "378282246310005",
                "3782 822463 10005",
                "6011111111111117",
                "30569309025904",
                "3530111333300000",
                "2223003122003222",
                "6200000000000005",
                "4222222222222",
            ],
            &[
                "4111111111111112",
                "411111111111111",
                "1234567890123452",
                "0000000000000000",
                "4111  1111 1111 1111",
                "4111-1111-1111-111x",
                "",
                "9999999999999995",
                "-4111111111111111",
            ],
        );
    }

    #[test]
    fn accounts() {
        check(
            is_iban,
            &[
                "DE89370400440532013000",
                "DE89 3704 0044 0532 0130 00",
                "GB82 WEST 1234 5698 7654 32",
                "FR1420041010050500013M02606",
                "NO9386011117947",
                "gb82west12345698765432",
            ],
            &[
                "DE89370400440532013001",
                "DE8937040044053201300",
                "XX89370400440532013000",
                "DE",
                "",
                "DE8937040044053201300!",
                "GB82 WEST 1234 5698 7654 23",
                " DE89370400440532013000",
            ],
        );
    }

    #[test]
    fn social_security() {
        check(
            is_ssn,
            &["123-45-6789", "001-01-0001", "123456789"],
            &[
                "000-12-3456",
                "666-12-3456",
                "900-12-3456",
                "123-00-4567",
                "123-45-0000",
                "12-345-6789",
                "123-456789",
                "123-45-678",
                "",
            ],
        );
    }

    #[test]
    fn verhoeff_is_that_of_the_paper() {
        // 236 has the check digit 3, 12345 has 1.
        assert!(verhoeff(&[2, 3, 6, 3]));
        assert!(verhoeff(&[1, 2, 3, 4, 5, 1]));
        for wrong in [[2, 3, 6, 4], [3, 2, 6, 3], [2, 6, 3, 3]] {
            assert!(!verhoeff(&wrong), "{wrong:?}");
        }
        let base = [9, 9, 9, 9, 4, 1, 0, 5, 7, 0, 5];
        let last = (0..10)
            .filter(|digit| verhoeff(&[&base[..], &[*digit]].concat()))
            .collect::<Vec<u8>>();
        assert_eq!(last.len(), 1, "one digit closes a number");
    }

    #[test]
    fn indian_numbers() {
        check(
            is_aadhaar,
            &["999941057058", "9999 4105 7058", "999971658847"],
            &[
                "999941057059",
                "099941057058",
                "199941057058",
                "99994105705",
                "9999410570588",
                "",
            ],
        );
        check(
            is_pan,
            &["ABCPE1234F", "AAACB1234C"],
            &[
                "ABCPE1234",
                "abcpe1234f",
                "ABCZE1234F",
                "ABCP11234F",
                "ABCPE12345",
                "",
            ],
        );
    }
}
