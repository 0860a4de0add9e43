//! How well words fit the words of a name.

/// Words at the end of column names that people leave out, and what a match without them is worth.
const LEFT_OUT: &[(&str, f64)] = &[
    ("name", 0.86),
    ("code", 0.8),
    ("description", 0.72),
    ("type", 0.6),
    ("number", 0.62),
    ("id", 0.42),
    ("title", 0.7),
    ("text", 0.7),
    ("detail", 0.7),
    ("value", 0.7),
    ("amount", 0.62),
    ("date", 0.55),
    ("year", 0.5),
    ("of", 1.0),
    ("in", 1.0),
    ("the", 1.0),
    ("for", 1.0),
    ("to", 1.0),
    ("at", 0.9),
    ("usd", 0.9),
    ("dollar", 0.9),
    ("million", 0.9),
    ("billion", 0.9),
    ("m", 0.9),
    ("km", 0.9),
    ("kg", 0.9),
    ("percent", 0.8),
    ("percentage", 0.8),
    ("by", 0.8),
    ("from", 0.9),
    ("is", 0.9),
    ("has", 0.9),
    ("number of", 0.6),
];

/// The best form of a word among `words`: its place and worth.
pub(super) fn best_form(forms: &[(String, f64)], words: &[String]) -> Option<(usize, f64)> {
    forms
        .iter()
        .filter_map(|(form, worth)| Some((words.iter().position(|word| word == form)?, *worth)))
        .max_by(|one, other| one.1.total_cmp(&other.1))
}

pub(super) fn table_score(words: &[String], forms: &[Vec<(String, f64)>]) -> Option<(f64, f64)> {
    let mut quality = 0.0;
    let mut matched = vec![false; words.len()];
    for forms in forms {
        let (at, worth) = best_form(forms, words)?;
        matched[at] = true;
        quality += worth;
    }
    quality /= forms.len() as f64;
    let count = matched.iter().filter(|matched| **matched).count();
    if count < forms.len() {
        return None;
    }
    let coverage = count as f64 / words.len() as f64;
    let head = matched.last().copied().unwrap_or(false);
    let score = if count == words.len() {
        1.0
    } else {
        0.3 + 0.5 * coverage + if head { 0.12 } else { 0.0 }
    };
    Some((score * quality, quality))
}

pub(super) fn column_score(
    words: &[String],
    core: &[String],
    table: &[String],
    forms: &[Vec<(String, f64)>],
) -> Option<(f64, f64)> {
    let mut quality = 0.0;
    let mut matched = vec![false; words.len()];
    let mut of_table = 0;
    let mut turned = false;
    for forms in forms {
        if let Some((at, worth)) = best_form(forms, words) {
            if matched[at] {
                return None;
            }
            matched[at] = true;
            quality += worth;
        } else {
            let (_, worth) = best_form(forms, table)?;
            // The table stands before its column: "student name", never "name student".
            turned |= matched.contains(&true);
            of_table += 1;
            quality += worth;
        }
    }
    quality /= forms.len() as f64;
    let count = matched.iter().filter(|matched| **matched).count();
    if count == 0 {
        return None;
    }
    let full = count as f64 / words.len() as f64;
    let in_core = words
        .iter()
        .zip(&matched)
        .filter(|(word, matched)| **matched && core.contains(word))
        .count();
    let mut coverage = if in_core > 0 { full } else { 0.4 * full };
    // The words of the table alone do not name one of its columns.
    let in_table = words
        .iter()
        .zip(&matched)
        .filter(|(word, matched)| **matched && table.contains(word))
        .count();
    let part_of_table = of_table > 0 && of_table + in_table < table.len();
    if in_core > 0 && !part_of_table {
        coverage = coverage.max(0.985 * in_core as f64 / core.len() as f64);
    }
    let mut worth = 1.0;
    let mut left = 0;
    for (word, matched) in words.iter().zip(&matched) {
        if !matched {
            if let Some((_, factor)) = LEFT_OUT.iter().find(|(other, _)| other == word) {
                worth *= factor;
            } else if !table.contains(word) || in_core == 0 || part_of_table {
                left += 1;
            }
        }
    }
    if left == 0 && in_core > 0 {
        coverage = coverage.max(worth);
    }
    let bonus = if turned {
        -0.2
    } else if of_table > 0 && !part_of_table {
        0.02
    } else {
        0.0
    };
    // Of a pair of columns the first is meant: from before to, start before end.
    let second = words.iter().zip(&matched).any(|(word, matched)| {
        !matched
            && matches!(
                word.as_str(),
                "to" | "end" | "modified" | "other" | "previous"
            )
    });
    Some((
        quality * (0.3 + 0.7 * coverage) + bonus - if second { 0.03 } else { 0.0 },
        quality,
    ))
}
