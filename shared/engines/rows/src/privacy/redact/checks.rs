//! Check digits.

/// Whether digits pass the check of ISO/IEC 7812, the Luhn formula.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(*digit)) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => 2 * digit - 9,
            (_, digit) => 2 * digit,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether letters and digits pass the check of ISO/IEC 7064, MOD 97-10, the first four taken last: as in
/// IBANs.
pub(super) fn mod_97(characters: &[u8]) -> bool {
    let Some((head, tail)) = characters.split_at_checked(4) else {
        return false;
    };
    let mut rest = 0u32;
    for character in tail.iter().chain(head) {
        rest = match character {
            b'0'..=b'9' => rest * 10 + u32::from(character - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(character - b'A') + 10,
            b'a'..=b'z' => rest * 100 + u32::from(character - b'a') + 10,
            _ => return false,
        } % 97;
    }
    rest == 1
}

/// The product in the dihedral group of ten elements: rotations 0 to 4, reflections 5 to 9.
fn product(left: u8, right: u8) -> u8 {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => (left + right - 5) % 5 + 5,
        (false, true) => (left + 5 - right) % 5 + 5,
        (false, false) => (left + 5 - right) % 5,
    }
}

/// The permutation of Verhoeff's check, of which each place takes one power more.
const PERMUTATION: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// Whether digits pass Verhoeff's check.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let mut permuted = *digit;
        for _ in 0..place % 8 {
            permuted = PERMUTATION[usize::from(permuted)];
        }
        sum = product(sum, permuted);
    }
    sum == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn known_numbers_pass() {
        for number in [
            "4111111111111111",
            "378282246310005",
            "30569309025904",
            "79927398713",
        ] {
            assert!(luhn(&digits(number)), "{number}");
        }
        assert!(!luhn(&digits("79927398710")));
        for number in ["2363", "123451", "84736430954837284567892"] {
            assert!(verhoeff(&digits(number)), "{number}");
        }
        assert!(!verhoeff(&digits("2362")));
        for iban in [
            "GB82WEST12345698765432",
            "DE89370400440532013000",
            "fr1420041010050500013m02606",
        ] {
            assert!(mod_97(iban.as_bytes()), "{iban}");
        }
        assert!(!mod_97(b"GB82WEST12345698765423") && !mod_97(b"GB8") && !mod_97(b"GB82-WEST"));
    }

    /// The multiplication table that Verhoeff printed.
    #[test]
    fn the_product_is_that_of_the_dihedral_group() {
        let table = [
            "0123456789",
            "1234067895",
            "2340178956",
            "3401289567",
            "4012395678",
            "5987604321",
            "6598710432",
            "7659821043",
            "8765932104",
            "9876543210",
        ];
        for (left, row) in table.iter().enumerate() {
            for (right, expected) in digits(row).into_iter().enumerate() {
                assert_eq!(product(left as u8, right as u8), expected, "{left} {right}");
            }
        }
    }

    proptest! {
        /// Exactly one last digit is right, and no single wrong digit goes unnoticed.
        #[test]
        fn one_wrong_digit_is_found(
            mut number in prop::collection::vec(0u8..10, 2..20),
            place in any::<prop::sample::Index>(),
            shift in 1u8..10,
        ) {
            for check in [luhn, verhoeff] {
                let last = number.len() - 1;
                let right: Vec<u8> = (0..10)
                    .filter(|digit| { number[last] = *digit; check(&number) })
                    .collect();
                prop_assert_eq!(right.len(), 1);
                number[last] = right[0];
                let place = place.index(number.len());
                let mut wrong = number.clone();
                wrong[place] = (wrong[place] + shift) % 10;
                prop_assert!(!check(&wrong));
            }
        }
    }
}
