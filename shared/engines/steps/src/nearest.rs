//! The name that a caller most likely meant.

/// Longer names are compared by their beginning, which keeps the cost of a hostile name small.
const LONGEST: usize = 64;

/// The one of `names` that is nearest to `name`, if any is near enough to be worth suggesting.
///
/// Case, blanks, `-` and `_` count little; of equally near names the first wins.
///
/// ```
/// assert_eq!(millrace_steps::nearest("Contry", &["city", "country"]), Some("country"));
/// assert_eq!(millrace_steps::nearest("zzz", &["city", "country"]), None);
/// ```
pub fn nearest<'n, N: AsRef<str>>(name: &str, names: &'n [N]) -> Option<&'n str> {
    let wanted = folded(name);
    let mut best: Option<(usize, &'n str)> = None;
    for candidate in names {
        let candidate = candidate.as_ref();
        let folded = folded(candidate);
        let length = wanted.len().max(folded.len());
        let shared = wanted
            .iter()
            .zip(&folded)
            .take_while(|(a, b)| a == b)
            .count();
        let alike = shared >= 4 && shared * 5 >= wanted.len().min(folded.len()) * 4;
        if !alike && wanted.len().abs_diff(folded.len()) > length / 3 {
            continue;
        }
        // Twice the edit distance, so that what was folded away can break ties.
        let mut score = 2 * distance(&wanted, &folded) + usize::from(candidate != name);
        if alike {
            score = score.min(2 * length / 3);
        }
        let near = alike || score <= 2 * (length / 3) + 1;
        if near && length > 0 && best.is_none_or(|(least, _)| score < least) {
            best = Some((score, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn folded(name: &str) -> Vec<char> {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .take(LONGEST)
        .collect()
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut current = Vec::with_capacity(right.len() + 1);
        current.push(row + 1);
        for (column, b) in right.iter().enumerate() {
            let mut cost = (last[column] + usize::from(a != b))
                .min(last[column + 1] + 1)
                .min(current[column] + 1);
            if row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b {
                cost = cost.min(before[column - 1] + 1);
            }
            current.push(cost);
        }
        before = std::mem::replace(&mut last, current);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let steps = ["filter", "select_columns", "deduplicate", "sort", "sample"];
        for (typed, meant) in [
            ("filtre", Some("filter")),
            ("Filter", Some("filter")),
            ("selectColumns", Some("select_columns")),
            ("dedupe", Some("deduplicate")),
            ("sorts", Some("sort")),
            ("so", None),
            ("pivot", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, &steps), meant, "{typed}");
        }
    }

    #[test]
    fn an_exact_name_wins_over_one_that_differs_in_case() {
        assert_eq!(nearest("Id", &["ID", "Id"]), Some("Id"));
    }

    #[test]
    fn long_names_cost_little() {
        let long = "x".repeat(100_000);
        assert_eq!(nearest(&long, &[long.as_str()]), Some(long.as_str()));
    }
}
