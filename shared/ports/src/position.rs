use serde::{Deserialize, Serialize};

use crate::{Index, Item, Key, PortError, Query};

/// Where a query goes on: the keys of the last item of a page, without the query's own partition
/// so that no forged cursor can lead into another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Sort key in the queried index.
    sort: String,
    /// Primary key of the item, for a query over a secondary index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    primary: Option<(String, String)>,
}

impl Position {
    /// After `item` of a query over `index`; `None` when the item lacks the keys.
    #[must_use]
    pub fn after(index: Index, item: &Item) -> Option<Self> {
        let key = Key::from_item(item).ok()?;
        Some(match index {
            Index::Main => Self {
                sort: key.sk,
                primary: None,
            },
            Index::Gsi1 => Self {
                sort: item.get("gsi1sk")?.as_str()?.to_owned(),
                primary: Some((key.pk, key.sk)),
            },
        })
    }

    /// The position that the query's cursor names.
    ///
    /// # Errors
    /// [`PortError::Invalid`] for a cursor of another index or prefix, or no cursor at all.
    pub fn of(query: &Query) -> Result<Option<Self>, PortError> {
        let Some(cursor) = &query.cursor else {
            return Ok(None);
        };
        let foreign = || PortError::invalid("the cursor is not one of this query");
        let bytes = from_hex(cursor).ok_or_else(foreign)?;
        let position: Self = serde_json::from_slice(&bytes).map_err(|_| foreign())?;
        let prefix = query.sort_prefix.as_deref().unwrap_or_default();
        let fits = position.primary.is_some() == (query.index == Index::Gsi1)
            && position.sort.starts_with(prefix)
            && !position.sort.is_empty();
        if fits {
            Ok(Some(position))
        } else {
            Err(foreign())
        }
    }

    /// The cursor: letters and digits only.
    #[must_use]
    pub fn cursor(&self) -> String {
        let primary = self.primary.as_ref();
        let json = serde_json::json!({ "sort": self.sort, "primary": primary }).to_string();
        json.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Sort key in the queried index.
    #[must_use]
    pub fn sort(&self) -> &str {
        &self.sort
    }

    /// The whole key attributes from which the service goes on, for a query of `partition`.
    #[must_use]
    pub fn attributes(&self, partition: &str) -> Vec<(&'static str, String)> {
        match &self.primary {
            None => vec![("pk", partition.to_owned()), ("sk", self.sort.clone())],
            Some((pk, sk)) => vec![
                ("pk", pk.clone()),
                ("sk", sk.clone()),
                ("gsi1pk", partition.to_owned()),
                ("gsi1sk", self.sort.clone()),
            ],
        }
    }

    /// What orders the items of a partition: sort key, then primary key.
    #[must_use]
    pub fn order(&self) -> (&str, Option<(&str, &str)>) {
        let primary = self
            .primary
            .as_ref()
            .map(|(pk, sk)| (pk.as_str(), sk.as_str()));
        (self.sort.as_str(), primary)
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty()
        .then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::item;

    fn query(index: Index, cursor: String) -> Query {
        Query::new(index, "p").after(Some(cursor))
    }

    proptest! {
        #[test]
        fn a_cursor_leads_back(pk in ".{1,20}", sk in ".{1,20}", sort in ".{1,20}") {
            let stored = item(&Key { pk, sk }, [("gsi1pk", "p".into()), ("gsi1sk", sort.into())]);
            for index in [Index::Main, Index::Gsi1] {
                let position = Position::after(index, &stored).expect("keys");
                prop_assert_eq!(Position::of(&query(index, position.cursor())), Ok(Some(position)));
            }
        }

        #[test]
        fn no_text_panics(cursor in ".{0,40}") {
            prop_assert!(Position::of(&query(Index::Main, cursor)).is_err());
        }
    }

    #[test]
    fn a_cursor_of_another_index_or_prefix_is_refused() {
        let stored = item(
            &Key {
                pk: "p".to_owned(),
                sk: "a1".to_owned(),
            },
            [],
        );
        let cursor = Position::after(Index::Main, &stored)
            .expect("keys")
            .cursor();
        assert!(Position::of(&query(Index::Gsi1, cursor.clone())).is_err());
        assert!(Position::of(&query(Index::Main, cursor.clone()).sort_prefix("b")).is_err());
        assert!(Position::of(&query(Index::Main, cursor).sort_prefix("a")).is_ok());
    }
}
