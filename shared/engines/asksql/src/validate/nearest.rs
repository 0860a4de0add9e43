//! The name that a wrong one was meant for.

/// The name nearest to one that was written, if it is near enough to be meant.
pub(crate) fn nearest(written: &str, names: &[&str]) -> Option<String> {
    let lower = written.to_lowercase();
    let mut best: Option<(f64, &str)> = None;
    for name in names {
        let other = name.to_lowercase();
        let distance = distance(&lower, &other) as f64;
        let longer = lower.chars().count().max(other.chars().count()).max(1) as f64;
        let part = other.contains(&lower) || lower.contains(&other);
        let cost = if part {
            (distance / longer).min(0.45)
        } else {
            distance / longer
        };
        let near = distance <= 2.0 && cost <= 0.5 || cost < 0.46;
        if near && best.is_none_or(|(known, _)| cost < known) {
            best = Some((cost, name));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

/// Damerau and Levenshtein: letters put in, left out, changed, or changed over with their neighbour.
pub(crate) fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(64).collect();
    let other: Vec<char> = other.chars().take(64).collect();
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for at in 1..=one.len() {
        let mut row = vec![at];
        for to in 1..=other.len() {
            let same = usize::from(one[at - 1] != other[to - 1]);
            let mut cost = (rows[at - 1][to] + 1)
                .min(row[to - 1] + 1)
                .min(rows[at - 1][to - 1] + same);
            if at > 1 && to > 1 && one[at - 1] == other[to - 2] && one[at - 2] == other[to - 1] {
                cost = cost.min(rows[at - 2][to - 2] + 1);
            }
            row.push(cost);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}
