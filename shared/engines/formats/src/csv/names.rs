//! Names of columns: none empty, none twice.

use std::collections::HashSet;

use crate::reject::Warning;

/// `column_1`, `column_2`, …
pub(crate) fn named(count: usize) -> Vec<String> {
    (1..=count).map(|place| format!("column_{place}")).collect()
}

/// Makes names unique and fills in the empty ones; what was changed is a warning.
pub(crate) fn unique_names(names: Vec<String>, warnings: &mut Vec<Warning>) -> Vec<String> {
    let given: HashSet<String> = names.iter().map(|name| name.trim().to_owned()).collect();
    let mut taken = HashSet::with_capacity(names.len());
    let mut unique = Vec::with_capacity(names.len());
    for (place, name) in names.into_iter().enumerate() {
        let trimmed = name.trim();
        let wanted = if trimmed.is_empty() {
            format!("column_{}", place + 1)
        } else {
            trimmed.to_owned()
        };
        let mut candidate = wanted.clone();
        let mut number = 2;
        // A name made up here must not take one that the file gives to another column.
        while taken.contains(&candidate) || (candidate != trimmed && given.contains(&candidate)) {
            candidate = format!("{wanted}_{number}");
            number += 1;
        }
        if trimmed.is_empty() {
            warnings.push(Warning::new(
                "EMPTY_COLUMN_NAME",
                format!("column {} has no name and is called {candidate}", place + 1),
            ));
        } else if candidate != trimmed {
            warnings.push(Warning::new(
                "DUPLICATE_COLUMN_NAME",
                format!("the name {trimmed} stands for several columns; column {} is called {candidate}", place + 1),
            ));
        }
        taken.insert(candidate.clone());
        unique.push(candidate);
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_given_names_and_makes_up_others() {
        let mut warnings = Vec::new();
        let names = ["a", "a", "a_2", "", " b ", "column_4"]
            .map(str::to_owned)
            .to_vec();
        let unique = unique_names(names, &mut warnings);
        assert_eq!(unique, ["a", "a_3", "a_2", "column_4_2", "b", "column_4"]);
        assert_eq!(warnings.len(), 2);
    }
}
