//! "second", "3rd": numbers of places.

/// The places behind the first that have a word.
const LATER: &[&str] = &[
    "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
];

/// How many places come before one behind the first, in lower case.
pub(crate) fn places_before(word: &str) -> Option<u64> {
    if let Some(at) = LATER.iter().position(|later| *later == word) {
        return u64::try_from(at + 1).ok();
    }
    let endings = ["nd", "rd", "th", "st"];
    let digits = endings.iter().find_map(|end| word.strip_suffix(end))?;
    let place: u64 = digits.parse().ok()?;
    place
        .checked_sub(1)
        .filter(|before| (1..1000).contains(before))
}

#[cfg(test)]
mod tests {
    use super::places_before;

    #[test]
    fn places_are_words_or_digits() {
        assert_eq!(places_before("second"), Some(1));
        assert_eq!(places_before("21st"), Some(20));
        assert_eq!(places_before("first"), None);
        assert_eq!(places_before("1st"), None);
        assert_eq!(places_before("th"), None);
    }
}
