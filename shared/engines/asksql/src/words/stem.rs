//! Base forms of English words by rule and a table of what no rule covers.

/// Plurals and verb forms that the rules would miss.
const IRREGULAR: &[(&str, &str)] = &[
    ("aircrafts", "aircraft"),
    ("ids", "id"),
    ("pcs", "pc"),
    ("tvs", "tv"),
    ("alumni", "alumnus"),
    ("analyses", "analysis"),
    ("bought", "buy"),
    ("buses", "bus"),
    ("businesses", "business"),
    ("children", "child"),
    ("courses", "course"),
    ("criteria", "criterion"),
    ("data", "data"),
    ("feet", "foot"),
    ("gases", "gas"),
    ("geese", "goose"),
    ("has", "have"),
    ("had", "have"),
    ("having", "have"),
    ("houses", "house"),
    ("indices", "index"),
    ("is", "be"),
    ("are", "be"),
    ("was", "be"),
    ("were", "be"),
    ("knives", "knife"),
    ("leaves", "leaf"),
    ("lives", "live"),
    ("made", "make"),
    ("men", "man"),
    ("mice", "mouse"),
    ("movies", "movie"),
    ("news", "news"),
    ("paid", "pay"),
    ("people", "people"),
    ("persons", "person"),
    ("series", "series"),
    ("sold", "sell"),
    ("species", "species"),
    ("spent", "spend"),
    ("staffs", "staff"),
    ("statuses", "status"),
    ("taught", "teach"),
    ("teeth", "tooth"),
    ("told", "tell"),
    ("warehouses", "warehouse"),
    ("went", "go"),
    ("wives", "wife"),
    ("women", "woman"),
    ("won", "win"),
    ("written", "write"),
    ("wrote", "write"),
    ("dates", "date"),
    ("caches", "cache"),
    ("does", "do"),
    ("did", "do"),
    ("bases", "base"),
    ("cases", "case"),
    ("databases", "database"),
    ("diagnoses", "diagnosis"),
    ("purchases", "purchase"),
    ("nurses", "nurse"),
    ("responses", "response"),
    ("licenses", "license"),
    ("expenses", "expense"),
    ("phases", "phase"),
    ("releases", "release"),
    ("horses", "horse"),
    ("increases", "increase"),
    ("causes", "cause"),
    ("senses", "sense"),
    ("campuses", "campus"),
    ("bonuses", "bonus"),
    ("viruses", "virus"),
    ("classes", "class"),
    ("addresses", "address"),
    ("prices", "price"),
    ("shoes", "shoe"),
    ("axes", "axis"),
    ("theses", "thesis"),
    ("cookies", "cookie"),
    ("calories", "calorie"),
    ("ties", "tie"),
    ("pies", "pie"),
    ("zombies", "zombie"),
    ("caves", "cave"),
    ("curricula", "curriculum"),
];

/// Singular of a noun in lower case; other words come back as they are.
pub(crate) fn lemma(word: &str) -> String {
    if let Ok(at) = IRREGULAR_SORTED.binary_search_by(|(form, _)| (*form).cmp(word)) {
        return IRREGULAR_SORTED[at].1.to_owned();
    }
    let length = word.len();
    if length <= 3 || !word.is_ascii() || !word.ends_with('s') {
        return word.to_owned();
    }
    if let Some(root) = word.strip_suffix("ies")
        && length > 4
    {
        return format!("{root}y");
    }
    for ending in ["sses", "shes", "ches", "xes", "zzes"] {
        if word.ends_with(ending) {
            return word[..length - 2].to_owned();
        }
    }
    if word.ends_with("oes") && length > 5 {
        return word[..length - 2].to_owned();
    }
    if word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word.to_owned();
    }
    word[..length - 1].to_owned()
}

static IRREGULAR_SORTED: std::sync::LazyLock<Vec<(&'static str, &'static str)>> =
    std::sync::LazyLock::new(|| {
        let mut table = IRREGULAR.to_vec();
        table.sort_unstable();
        table
    });

/// A rough root that joins a verb with its nouns ("enrolled", "enrolment"; "directed", "director").
pub(crate) fn root(lemma: &str) -> String {
    const IRREGULAR: &[(&str, &str)] = &[
        ("took", "take"),
        ("taken", "take"),
        ("gave", "give"),
        ("given", "give"),
        ("built", "build"),
        ("held", "hold"),
        ("led", "lead"),
        ("flew", "fly"),
        ("flown", "fly"),
        ("ran", "run"),
        ("began", "begin"),
        ("begun", "begin"),
        ("born", "birth"),
        ("taught", "teach"),
        ("drove", "drive"),
        ("driven", "drive"),
        ("chose", "choose"),
        ("chosen", "choose"),
        ("grew", "grow"),
        ("lost", "lose"),
        ("sang", "sing"),
        ("sung", "sing"),
        ("spoke", "speak"),
        ("spoken", "speak"),
        ("bought", "buy"),
        ("paid", "pay"),
        ("lent", "lend"),
        ("leave", "left"),
        ("leaving", "left"),
        ("subscription", "subscribe"),
        ("prescription", "prescribe"),
        ("description", "describe"),
        ("admission", "admit"),
        ("submission", "submit"),
        ("purchase", "buy"),
        ("sale", "sell"),
        ("sold", "sell"),
    ];
    let lemma = IRREGULAR
        .iter()
        .find(|(form, _)| *form == lemma)
        .map_or(lemma, |(_, base)| base);
    const ENDINGS: &[&str] = &[
        "izations", "ization", "ations", "ation", "itions", "ition", "ments", "ment", "nesses",
        "ness", "ities", "ity", "ings", "ing", "ions", "ion", "ers", "ors", "ists", "ist", "ied",
        "ies", "ed", "er", "or", "es", "al", "ly", "y", "e", "s",
    ];
    let mut best = lemma;
    for ending in ENDINGS {
        if let Some(stripped) = lemma.strip_suffix(ending)
            && stripped.len() >= 3
        {
            best = stripped;
            break;
        }
    }
    let mut letters: Vec<char> = best.chars().collect();
    if letters.len() > 3 && letters[letters.len() - 1] == letters[letters.len() - 2] {
        letters.pop();
    }
    if letters.len() > 3 && matches!(letters.last(), Some('e' | 'i' | 'y')) {
        letters.pop();
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_become_singulars() {
        for (plural, singular) in [
            ("cities", "city"),
            ("students", "student"),
            ("classes", "class"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("status", "status"),
            ("analysis", "analysis"),
            ("people", "people"),
            ("matches", "match"),
            ("years", "year"),
            ("gas", "gas"),
            ("heroes", "hero"),
        ] {
            assert_eq!(lemma(plural), singular);
        }
    }

    #[test]
    fn roots_join_families() {
        assert_eq!(root("enrolled"), root("enrolment"));
        assert_eq!(root("director"), root("directed"));
        assert_eq!(root("teaching"), root("teacher"));
    }
}
