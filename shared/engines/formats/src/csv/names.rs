//! Names of columns: none empty, none twice.

use std::collections::{HashMap, HashSet};

use crate::reject::Warning;

/// Columns that a warning names.
const SHOWN: usize = 10;

/// `column_1`, `column_2`, …
pub(crate) fn named(count: usize) -> Vec<String> {
    (1..=count).map(|place| format!("column_{place}")).collect()
}

/// Makes names unique and fills in the empty ones; what was changed is a warning.
pub(crate) fn unique_names(names: &[String], warnings: &mut Vec<Warning>) -> Vec<String> {
    let names: Vec<&str> = names.iter().map(|name| clean(name)).collect();
    let given: HashSet<&str> = names.iter().copied().collect();
    let mut taken: HashSet<String> = HashSet::with_capacity(names.len());
    // The number that the next column of a name would get: a file may name all its columns alike.
    let mut next: HashMap<&str, usize> = HashMap::new();
    let mut unique = Vec::with_capacity(names.len());
    let (mut empty, mut repeated) = (Changes::default(), Changes::default());
    for (place, &name) in names.iter().enumerate() {
        let wanted = if name.is_empty() {
            format!("column_{}", place + 1)
        } else {
            name.to_owned()
        };
        let number = next.entry(name).or_insert(2);
        let mut candidate = wanted.clone();
        // A name made up here must not take one that the file gives to another column.
        while taken.contains(&candidate)
            || (candidate != name && given.contains(candidate.as_str()))
        {
            candidate = format!("{wanted}_{number}");
            *number += 1;
        }
        if name.is_empty() {
            empty.add(place, &candidate);
        } else if candidate != name {
            repeated.add(place, &candidate);
        }
        taken.insert(candidate.clone());
        unique.push(candidate);
    }
    empty.warn("EMPTY_COLUMN_NAME", "have no name", warnings);
    repeated.warn(
        "DUPLICATE_COLUMN_NAME",
        "have the name of another column",
        warnings,
    );
    unique
}

/// Without white space around it, and without a byte order mark that was written twice.
fn clean(name: &str) -> &str {
    name.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
}

/// Columns that got another name.
#[derive(Debug, Default)]
struct Changes {
    count: usize,
    shown: Vec<String>,
}

impl Changes {
    fn add(&mut self, place: usize, name: &str) {
        self.count += 1;
        if self.shown.len() < SHOWN {
            self.shown
                .push(format!("column {} is called {name}", place + 1));
        }
    }

    fn warn(&self, code: &'static str, what: &str, warnings: &mut Vec<Warning>) {
        if self.count == 0 {
            return;
        }
        let more = if self.count > self.shown.len() {
            ", …"
        } else {
            ""
        };
        warnings.push(Warning::new(
            code,
            format!("some columns {what}: {}{more}", self.shown.join(", ")),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_given_names_and_makes_up_others() {
        let mut warnings = Vec::new();
        let names = ["\u{feff}a", "a", "a_2", "", " b ", "column_4"].map(str::to_owned);
        let unique = unique_names(&names, &mut warnings);
        assert_eq!(unique, ["a", "a_3", "a_2", "column_4_2", "b", "column_4"]);
        let codes: Vec<_> = warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(codes, ["EMPTY_COLUMN_NAME", "DUPLICATE_COLUMN_NAME"]);
        assert_eq!(
            warnings[1].message,
            "some columns have the name of another column: column 2 is called a_3"
        );
    }

    #[test]
    fn many_alike_are_one_warning() {
        let mut warnings = Vec::new();
        let unique = unique_names(&vec!["x".to_owned(); 16_384], &mut warnings);
        assert_eq!(unique[16_383], "x_16384");
        assert_eq!(warnings.len(), 1);
    }
}
