//! Identifiers as words.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::words::lemma;

/// What short forms in identifiers stand for.
const SHORT: &[(&str, &str)] = &[
    ("num", "number"),
    ("no", "number"),
    ("nbr", "number"),
    ("qty", "quantity"),
    ("amt", "amount"),
    ("dept", "department"),
    ("fname", "first name"),
    ("lname", "last name"),
    ("mname", "middle name"),
    ("addr", "address"),
    ("dob", "birth date"),
    ("emp", "employee"),
    ("cust", "customer"),
    ("prof", "professor"),
    ("stu", "student"),
    ("desc", "description"),
    ("descr", "description"),
    ("avg", "average"),
    ("pct", "percent"),
    ("yr", "year"),
    ("tel", "telephone"),
    ("mgr", "manager"),
    ("loc", "location"),
    ("bday", "birthday"),
    ("lat", "latitude"),
    ("lng", "longitude"),
    ("crs", "course"),
    ("acct", "account"),
    ("acc", "account"),
    ("org", "organization"),
    ("oid", "order id"),
    ("pid", "product id"),
    ("ref", "reference"),
    ("msg", "message"),
    ("img", "image"),
    ("pwd", "password"),
    ("grp", "group"),
    ("cnt", "count"),
    ("tot", "total"),
    ("bal", "balance"),
    ("mfr", "manufacturer"),
    ("fk", "id"),
    ("pk", "id"),
    ("min", "minimum"),
    ("max", "maximum"),
    ("temp", "temperature"),
    ("dst", "destination"),
    ("src", "source"),
    ("dest", "destination"),
    ("gpa", "gpa"),
    ("enr", "enrollment"),
    ("sal", "salary"),
    ("hs", "high school"),
    ("hrs", "hours"),
    ("mins", "minutes"),
    ("secs", "seconds"),
    ("cat", "category"),
    ("inv", "invoice"),
    ("prod", "product"),
    ("gen", "gender"),
    ("sched", "schedule"),
    ("admin", "administrator"),
    ("univ", "university"),
    ("intl", "international"),
    ("pop", "population"),
    ("ssn", "ssn"),
    ("long", "long"),
    ("comm", "commission"),
    ("forename", "first name"),
    ("surname", "last name"),
    ("givenname", "first name"),
    ("familyname", "last name"),
    ("phonenumber", "phone number"),
    ("firstname", "first name"),
    ("lastname", "last name"),
    ("birthdate", "birth date"),
    ("hiredate", "hire date"),
    ("zipcode", "zip code"),
    ("postcode", "post code"),
    ("username", "user name"),
    ("createdat", "created at"),
    ("hometown", "home town"),
    ("airline", "airline"),
    ("uid", "user id"),
    ("bio", "biography"),
    ("info", "information"),
    ("fac", "faculty"),
    ("adv", "advisor"),
    ("sex", "sex"),
    ("pos", "position"),
    ("bldg", "building"),
];

/// Words that compound identifiers without a mark are made of.
const PARTS: &[&str] = &[
    "name",
    "date",
    "code",
    "type",
    "number",
    "id",
    "first",
    "last",
    "birth",
    "hire",
    "phone",
    "mail",
    "email",
    "address",
    "city",
    "state",
    "country",
    "price",
    "time",
    "year",
    "month",
    "day",
    "start",
    "end",
    "total",
    "amount",
    "product",
    "customer",
    "order",
    "item",
    "user",
    "student",
    "course",
    "grade",
    "point",
    "score",
    "credit",
    "card",
    "job",
    "home",
    "town",
    "zip",
    "post",
    "club",
    "dorm",
    "room",
    "pet",
    "age",
    "weight",
    "height",
    "team",
    "player",
    "game",
    "league",
    "school",
    "university",
    "department",
    "employee",
    "manager",
    "project",
    "hour",
    "unit",
    "rate",
    "level",
    "status",
    "title",
    "description",
    "detail",
    "album",
    "artist",
    "track",
    "song",
    "genre",
    "media",
    "play",
    "list",
    "invoice",
    "line",
    "support",
    "rep",
    "bill",
    "ship",
    "flight",
    "air",
    "port",
    "source",
    "destination",
    "letter",
    "conversion",
    "advisor",
    "major",
    "minor",
    "enrolled",
    "in",
    "faculty",
    "activity",
    "participate",
    "friend",
    "person",
    "tourist",
    "attraction",
    "service",
    "store",
    "staff",
    "member",
    "sex",
    "conference",
    "paper",
    "author",
    "key",
    "phrase",
    "venue",
    "cite",
    "data",
    "set",
    "journal",
    "net",
    "worth",
    "founder",
    "head",
    "quarter",
    "company",
    "market",
    "value",
    "film",
    "actor",
    "director",
    "budget",
    "release",
    "origin",
    "avg",
    "max",
    "min",
    "win",
    "loss",
    "draw",
    "race",
    "driver",
    "circuit",
    "lap",
    "pit",
    "stop",
    "result",
    "constructor",
    "stand",
    "qualify",
    "season",
    "capacity",
    "location",
    "nationality",
    "cell",
    "middle",
    "sur",
    "nick",
    "full",
    "short",
    "long",
    "account",
    "balance",
    "branch",
    "loan",
    "document",
    "text",
    "body",
    "image",
    "file",
    "size",
    "color",
    "model",
    "make",
    "maker",
    "engine",
    "horsepower",
    "fuel",
    "count",
    "sum",
    "quantity",
    "stock",
    "supplier",
    "vendor",
    "ware",
    "house",
    "sale",
    "sales",
    "tax",
    "assigned",
    "to",
    "works",
    "for",
    "procedure",
    "patient",
    "nurse",
    "physician",
    "appointment",
    "medication",
    "primary",
    "block",
    "floor",
    "affiliated",
    "with",
    "trained",
    "treatment",
    "certification",
    "expires",
    "cost",
    "position",
    "registered",
];

static PART_SET: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| PARTS.iter().copied().collect());

/// The base forms of the words of an identifier; short forms are written out, with the words of the
/// table as what they may stand for.
pub(crate) fn name_words(name: &str, table_words: &[String]) -> Vec<String> {
    let mut words = Vec::new();
    let parts = cut(name);
    for (at, part) in parts.iter().enumerate() {
        // "LName", "F_Name"
        let person = parts.get(at + 1).is_some_and(|next| next == "name");
        match part.as_str() {
            "l" if person => words.push("last".to_owned()),
            "f" if person => words.push("first".to_owned()),
            "m" if person => words.push("middle".to_owned()),
            _ => add_part(part, table_words, &mut words),
        }
    }
    let mut seen: Vec<String> = Vec::new();
    for word in words {
        if seen.last() != Some(&word) {
            seen.push(word);
        }
    }
    seen
}

/// The words that a short form stands for.
pub(crate) fn written_out(word: &str) -> Option<Vec<String>> {
    let (_, long) = SHORT.iter().find(|(short, _)| *short == word)?;
    Some(long.split(' ').map(lemma).collect())
}

fn add_part(part: &str, table_words: &[String], words: &mut Vec<String>) {
    if let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == part) {
        words.extend(long.split(' ').map(lemma));
        return;
    }
    if part.len() <= 4
        && let Some(word) = table_words
            .iter()
            .find(|word| word.len() > part.len() + 1 && word.starts_with(part))
    {
        words.push(word.clone());
        return;
    }
    let base = lemma(part);
    if PART_SET.contains(part) || PART_SET.contains(base.as_str()) || table_words.contains(&base) {
        words.push(base);
        return;
    }
    if let Some((first, second)) = split_compound(part, table_words) {
        add_part(&first, table_words, words);
        add_part(&second, table_words, words);
        return;
    }
    words.push(base);
}

/// Splits `stuid` or `gradepoint`: both sides known, or a known end after a start of the table's word.
fn split_compound(part: &str, table_words: &[String]) -> Option<(String, String)> {
    if part.len() < 3 || !part.is_ascii() {
        return None;
    }
    if part.len() == 3 {
        let short = part
            .strip_suffix("id")
            .or_else(|| part.strip_suffix("no"))
            .filter(|first| table_words.iter().any(|word| word.starts_with(first)));
        return short.map(|first| (first.to_owned(), part[1..].to_owned()));
    }
    for at in 1..part.len() - 1 {
        let (first, second) = part.split_at(at);
        let ends_known = matches!(
            second,
            "id" | "name" | "code" | "date" | "type" | "no" | "num" | "number" | "ssn"
        );
        let abbreviates = table_words.iter().any(|word| word.starts_with(first));
        let both = first.len() >= 3 && second.len() >= 3 && known(first) && known(second);
        if both || (ends_known && (abbreviates || (first.len() >= 3 && known(first)))) {
            return Some((first.to_owned(), second.to_owned()));
        }
    }
    let id = part.strip_suffix("id")?;
    let usual = matches!(id.chars().next_back(), Some('a' | 'o' | 'u' | 'i'));
    (id.len() >= 3
        && id.len() <= 6
        && !usual
        && !matches!(
            part,
            "paid" | "grid" | "covid" | "hybrid" | "solid" | "liquid" | "valid"
        ))
    .then(|| (id.to_owned(), "id".to_owned()))
}

fn known(word: &str) -> bool {
    PART_SET.contains(word)
        || PART_SET.contains(lemma(word).as_str())
        || SHORT.iter().any(|(short, _)| *short == word)
}

/// Cuts at marks, at changes from small to capital letters and between letters and digits.
fn cut(name: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(at + 1);
        let camel = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        let digit = before.is_some_and(|before| before.is_ascii_digit() != letter.is_ascii_digit());
        if (camel || digit || !letter.is_alphanumeric()) && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        }
        if letter.is_alphanumeric() {
            part.extend(letter.to_lowercase());
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str, table: &str) -> String {
        name_words(name, &[table.to_owned()]).join(" ")
    }

    #[test]
    fn identifiers_are_cut_and_written_out() {
        assert_eq!(words("Num_Employees", "department"), "number employee");
        assert_eq!(words("StuID", "student"), "student id");
        assert_eq!(words("EMP_LNAME", "employee"), "employee last name");
        assert_eq!(words("gradepoint", "gradeconversion"), "grade point");
        assert_eq!(words("HTMLBody2", "page"), "html body 2");
        assert_eq!(words("stuid", "student"), "student id");
        assert_eq!(words("dst_id", "route"), "destination id");
        assert_eq!(words("LName", "person"), "last name");
    }
}
