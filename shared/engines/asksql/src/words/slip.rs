//! Slips of the pen.

/// One letter put in, left out, changed, or changed over with its neighbour, behind the first.
pub(crate) fn slipped(one: &str, other: &str) -> bool {
    one.get(..1) == other.get(..1)
        && one.len().abs_diff(other.len()) <= 1
        && crate::validate::distance(one, other) == 1
}

#[cfg(test)]
mod tests {
    use super::slipped;

    #[test]
    fn one_slip_and_no_more() {
        assert!(slipped("averge", "average"));
        assert!(slipped("descriptrion", "description"));
        assert!(slipped("mininum", "minimum"));
        assert!(!slipped("average", "average"));
        assert!(!slipped("everage", "average"));
        assert!(!slipped("avrge", "average"));
    }
}
