//! Names of people, cities and companies. All lists are common names; every combination is made up.

use std::sync::{Arc, LazyLock};

/// Names of one country.
#[derive(Debug)]
pub(crate) struct Pool {
    names: Vec<&'static str>,
    pub(crate) first: Vec<&'static str>,
    pub(crate) last: Vec<&'static str>,
    pub(crate) cities: Arc<[String]>,
    /// `#` is a digit, `N` one from 2 to 9, `A` a letter.
    pub(crate) phone: Vec<&'static str>,
    pub(crate) postcode: Vec<&'static str>,
}

/// Parts of company names.
#[derive(Debug)]
pub(crate) struct Companies {
    pub(crate) parts: [Vec<&'static str>; 4],
}

/// The pools; the last one is neutral.
static POOLS: LazyLock<Vec<Pool>> = LazyLock::new(|| {
    [
        include_str!("../pools/united_states.txt"),
        include_str!("../pools/united_kingdom.txt"),
        include_str!("../pools/germany.txt"),
        include_str!("../pools/france.txt"),
        include_str!("../pools/spain.txt"),
        include_str!("../pools/brazil.txt"),
        include_str!("../pools/india.txt"),
        include_str!("../pools/japan.txt"),
        include_str!("../pools/canada.txt"),
        include_str!("../pools/australia.txt"),
        include_str!("../pools/italy.txt"),
        include_str!("../pools/netherlands.txt"),
        include_str!("../pools/mexico.txt"),
        include_str!("../pools/singapore.txt"),
        include_str!("../pools/neutral.txt"),
    ]
    .into_iter()
    .map(|file| Pool {
        names: list(file, "country")
            .into_iter()
            .chain(list(file, "also"))
            .collect(),
        first: list(file, "first"),
        last: list(file, "last"),
        cities: list(file, "cities")
            .into_iter()
            .map(str::to_owned)
            .collect(),
        phone: list(file, "phone"),
        postcode: list(file, "postcode"),
    })
    .collect()
});

static COMPANIES: LazyLock<Companies> = LazyLock::new(|| {
    let file = include_str!("../pools/companies.txt");
    Companies {
        parts: ["first", "second", "third", "ending"].map(|name| list(file, name)),
    }
});

/// A pool file has one line a list: `name: item, item`.
fn list(file: &'static str, name: &str) -> Vec<&'static str> {
    file.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .into_iter()
        .flat_map(|items| items.split(','))
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect()
}

/// All pools.
pub(crate) fn all() -> &'static [Pool] {
    &POOLS
}

/// Index of the pool of a country, by any of its names; the neutral pool for others.
pub(crate) fn of_country(name: &str) -> usize {
    known_country(name).unwrap_or(POOLS.len() - 1)
}

/// Index of the pool of a country that has its own.
pub(crate) fn known_country(name: &str) -> Option<usize> {
    POOLS.iter().position(|pool| {
        pool.names
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    })
}

/// The parts of company names.
pub(crate) fn companies() -> &'static Companies {
    &COMPANIES
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn pools_are_full_and_plain() {
        for pool in all() {
            for list in [&pool.first, &pool.last] {
                assert!(list.len() >= 48, "{:?}", pool.names);
                assert!(list.iter().all(|name| name.is_ascii()));
                assert_eq!(
                    list.iter().collect::<BTreeSet<_>>().len(),
                    list.len(),
                    "{:?}",
                    pool.names
                );
            }
            assert!(pool.cities.len() >= 12, "{:?}", pool.names);
            assert!(!pool.phone.is_empty() && !pool.postcode.is_empty());
            assert!(pool.phone.iter().all(|phone| phone.starts_with('+')));
        }
        assert!(companies().parts.iter().all(|part| part.len() >= 20));
    }

    #[test]
    fn countries_have_several_names() {
        assert_eq!(of_country("usa"), of_country("United States"));
        assert_eq!(known_country("Atlantis"), None);
        assert_eq!(of_country("Atlantis"), all().len() - 1);
    }
}
