//! Words of users: splitting, stems and the words that carry no content.

/// Words that say nothing about a subject.
const EMPTY: &[&str] = &[
    "a", "about", "after", "again", "all", "also", "am", "among", "an", "and", "any", "are", "as",
    "at", "be", "been", "being", "between", "both", "but", "by", "can", "compare", "compared",
    "could", "do", "does", "during", "each", "every", "find", "for", "from", "get", "give",
    "given", "had", "has", "have", "her", "his", "how", "i", "if", "in", "into", "is", "it", "its",
    "just", "let", "list", "many", "may", "me", "might", "more", "much", "my", "of", "on", "one",
    "or", "our", "out", "over", "per", "please", "shall", "should", "show", "so", "some", "such",
    "tell", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
    "those", "through", "to", "under", "us", "via", "was", "we", "were", "what", "when", "where",
    "which", "who", "whom", "whose", "will", "with", "within", "would", "you", "your",
];

/// Whether a word carries no content.
#[must_use]
pub fn is_empty_word(word: &str) -> bool {
    EMPTY.binary_search(&word).is_ok()
        || word.chars().count() == 1 && !word.chars().all(char::is_numeric)
}

/// Lower-case runs of letters and digits; apostrophes within a word fall away with what follows ("customer's").
#[must_use]
pub fn split(text: &str) -> Vec<String> {
    text.replace(['\u{2019}', '`'], "'")
        .split(|letter: char| !letter.is_alphanumeric() && letter != '\'')
        .map(|word| {
            word.trim_matches('\'')
                .split('\'')
                .next()
                .unwrap_or_default()
                .to_lowercase()
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// Singular of an English word, so that both numbers of a noun meet.
#[must_use]
pub fn stem(word: &str) -> String {
    if !word.is_ascii() || word.len() < 4 {
        return word.to_owned();
    }
    match word {
        "people" => return "person".to_owned(),
        "children" => return "child".to_owned(),
        "men" => return "man".to_owned(),
        "women" => return "woman".to_owned(),
        "data" | "news" | "series" | "analytics" | "logistics" | "operations" | "sales"
        | "always" | "basis" => {
            return word.to_owned();
        }
        _ => {}
    }
    if let Some(root) = word.strip_suffix("ies").filter(|root| root.len() > 1) {
        return format!("{root}y");
    }
    for ending in ["sses", "shes", "ches", "xes", "zes"] {
        if let Some(root) = word.strip_suffix(ending) {
            return format!("{root}{}", &ending[..ending.len() - 2]);
        }
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word.to_owned();
    }
    word.strip_suffix('s').unwrap_or(word).to_owned()
}

/// Plural of an English singular; the last word of a snake_case name changes.
#[must_use]
pub fn plural(word: &str) -> String {
    let (front, last) = word
        .rfind('_')
        .map_or(("", word), |at| word.split_at(at + 1));
    let many = match last {
        "person" => "people".to_owned(),
        "child" => "children".to_owned(),
        "staff" | "equipment" | "livestock" | "fish" | "sheep" => format!("{last}_list"),
        _ if last.ends_with('y') && !vowel_before_last(last) => {
            format!("{}ies", &last[..last.len() - 1])
        }
        _ if ["s", "x", "z", "ch", "sh"]
            .iter()
            .any(|ending| last.ends_with(ending)) =>
        {
            format!("{last}es")
        }
        _ => format!("{last}s"),
    };
    format!("{front}{many}")
}

fn vowel_before_last(word: &str) -> bool {
    word.chars()
        .rev()
        .nth(1)
        .is_some_and(|letter| "aeiou".contains(letter))
}

/// Stems of a text, in order.
#[must_use]
pub fn stems(text: &str) -> Vec<String> {
    split(text).iter().map(|word| stem(word)).collect()
}

/// Stems of the words that carry content, in order.
#[must_use]
pub fn content(text: &str) -> Vec<String> {
    split(text)
        .iter()
        .filter(|word| !is_empty_word(word))
        .map(|word| stem(word))
        .collect()
}

/// Place of `phrase` in `words` as a run of whole words.
#[must_use]
pub fn find_run(words: &[String], phrase: &[String]) -> Option<usize> {
    if phrase.is_empty() {
        return None;
    }
    words
        .windows(phrase.len())
        .position(|window| window == phrase)
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, content, plural, split, stem};

    #[test]
    fn nouns_meet_in_one_number() {
        for (many, one) in [
            ("categories", "category"),
            ("orders", "order"),
            ("branches", "branch"),
            ("hives", "hive"),
            ("status", "status"),
            ("people", "person"),
            ("classes", "class"),
        ] {
            assert_eq!(stem(many), one);
            assert_eq!(stem(one), one);
        }
        for (one, many) in [
            ("apiary", "apiaries"),
            ("work_order", "work_orders"),
            ("branch", "branches"),
            ("person", "people"),
            ("survey", "surveys"),
        ] {
            assert_eq!(plural(one), many);
        }
    }

    #[test]
    fn content_words_are_left() {
        assert!(EMPTY.is_sorted());
        assert_eq!(
            split("What's the customer\u{2019}s E-mail?"),
            ["what", "the", "customer", "e", "mail"]
        );
        assert_eq!(
            content("Which of our stores sell most?"),
            ["store", "sell", "most"]
        );
    }
}
