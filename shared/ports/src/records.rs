use std::collections::BTreeMap;
use std::fmt::Debug;

use async_trait::async_trait;
use serde_json::{Map, Value};

use crate::{Condition, Key, PortError, TransactError};

/// A record: always with the strings `pk` and `sk`, of a secondary index `gsi1pk` and `gsi1sk`,
/// of an expiring one `ttl` (seconds since 1970).
///
/// Numbers are decimal: `1.0` is stored and read as `1`. Fields come back sorted by name. Up to 400 KiB, counted over names and
/// values.
pub type Item = Map<String, Value>;

/// Which key a query runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// `pk` and `sk`; strongly consistent.
    Main,
    /// `gsi1pk` and `gsi1sk`; holds the items that carry both, and may lag behind writes.
    Gsi1,
}

/// One page of one partition, in the order of the sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Which key.
    pub index: Index,
    /// The whole partition key.
    pub partition: String,
    /// Only items whose sort key begins with this.
    pub sort_prefix: Option<String>,
    /// Highest sort key first; lowest first otherwise.
    pub newest_first: bool,
    /// Most items of the page, at least 1. A page may hold fewer and still not be the last.
    pub limit: u32,
    /// [`Page::next`] of the page before.
    pub cursor: Option<String>,
}

impl Query {
    /// All of a partition, lowest sort key first, 100 items a page.
    pub fn new(index: Index, partition: impl Into<String>) -> Self {
        Self {
            index,
            partition: partition.into(),
            sort_prefix: None,
            newest_first: false,
            limit: 100,
            cursor: None,
        }
    }

    /// Only sort keys that begin with `prefix`.
    #[must_use]
    pub fn sort_prefix(self, prefix: impl Into<String>) -> Self {
        Self {
            sort_prefix: Some(prefix.into()),
            ..self
        }
    }

    /// Highest sort key first.
    #[must_use]
    pub fn newest_first(self) -> Self {
        Self {
            newest_first: true,
            ..self
        }
    }

    /// At most `limit` items a page.
    #[must_use]
    pub fn limit(self, limit: u32) -> Self {
        Self { limit, ..self }
    }

    /// The page after the one whose [`Page::next`] is `cursor`.
    #[must_use]
    pub fn after(self, cursor: Option<String>) -> Self {
        Self { cursor, ..self }
    }
}

/// The answer to a [`Query`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The items, in order. May be empty although more follow.
    pub items: Vec<Item>,
    /// Where to go on, `None` after the last page. Opaque, and bound to the query without its
    /// limit.
    pub next: Option<String>,
}

/// A change of one item within a transaction.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Writes the whole item, in place of any stored one.
    Put {
        /// The item, with `pk` and `sk`.
        item: Item,
        /// On the stored item.
        condition: Condition,
    },
    /// Changes some fields; makes the item when there is none and the condition allows it.
    Update(Update),
    /// Removes the item; none is fine unless the condition says otherwise.
    Delete {
        /// Which item.
        key: Key,
        /// On the stored item.
        condition: Condition,
    },
    /// Changes nothing: the transaction holds only if the condition does.
    Check {
        /// Which item.
        key: Key,
        /// On the stored item; [`Condition::None`] is refused as it checks nothing.
        condition: Condition,
    },
}

impl Write {
    /// Writes `item`, whatever is stored.
    #[must_use]
    pub fn put(item: Item) -> Self {
        Self::Put {
            item,
            condition: Condition::None,
        }
    }

    /// Writes `item` if nothing is stored under its key.
    #[must_use]
    pub fn create(item: Item) -> Self {
        Self::Put {
            item,
            condition: Condition::Absent,
        }
    }

    /// The condition on the stored item.
    #[must_use]
    pub fn condition(&self) -> &Condition {
        match self {
            Self::Put { condition, .. }
            | Self::Delete { condition, .. }
            | Self::Check { condition, .. } => condition,
            Self::Update(update) => &update.condition,
        }
    }

    /// The key of the item it is about.
    ///
    /// # Errors
    /// [`PortError::Invalid`] for an item to put without the strings `pk` and `sk`.
    pub fn key(&self) -> Result<Key, PortError> {
        match self {
            Self::Put { item, .. } => Key::from_item(item),
            Self::Delete { key, .. } | Self::Check { key, .. } => Ok(key.clone()),
            Self::Update(update) => Ok(update.key.clone()),
        }
    }
}

/// Changes to one or more top-level fields of one item. A field may appear once, `pk` and `sk`
/// never.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// Which item.
    pub key: Key,
    /// Fields and their new values.
    pub set: Item,
    /// Fields and what is added to their numbers; an absent field counts as 0.
    pub add: BTreeMap<String, i64>,
    /// Fields to remove; absent ones are fine.
    pub remove: Vec<String>,
    /// On the stored item.
    pub condition: Condition,
}

impl Update {
    /// No change yet, on an item that exists.
    #[must_use]
    pub fn new(key: Key) -> Self {
        Self {
            key,
            set: Item::new(),
            add: BTreeMap::new(),
            remove: Vec::new(),
            condition: Condition::Present,
        }
    }

    /// Sets a field.
    #[must_use]
    pub fn set(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set.insert(field.into(), value.into());
        self
    }

    /// Adds to a number.
    #[must_use]
    pub fn add(mut self, field: impl Into<String>, amount: i64) -> Self {
        self.add.insert(field.into(), amount);
        self
    }

    /// Removes a field.
    #[must_use]
    pub fn remove(mut self, field: impl Into<String>) -> Self {
        self.remove.push(field.into());
        self
    }

    /// Replaces the condition.
    #[must_use]
    pub fn when(self, condition: Condition) -> Self {
        Self { condition, ..self }
    }
}

impl From<Update> for Write {
    fn from(update: Update) -> Self {
        Self::Update(update)
    }
}

/// The one table of the product's state.
#[async_trait]
pub trait Records: Send + Sync + Debug {
    /// Reads one item, strongly consistent.
    ///
    /// # Errors
    /// [`PortError`] of the service.
    async fn get(&self, key: &Key) -> Result<Option<Item>, PortError>;

    /// Reads one page of a partition.
    ///
    /// # Errors
    /// [`PortError::Invalid`] for a limit of 0 or a cursor of another query, else [`PortError`]
    /// of the service.
    async fn query(&self, query: &Query) -> Result<Page, PortError>;

    /// Commits 1 to 100 writes, each of another item, all or none.
    ///
    /// # Errors
    /// [`TransactError::ConditionFailed`] for the first write whose condition does not hold,
    /// [`TransactError::Conflict`] under contention, else [`TransactError::Port`].
    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError>;

    /// Reads all pages from the query's cursor on, at most `most` items.
    ///
    /// # Errors
    /// [`PortError::TooLarge`] when there are more, else as [`Records::query`].
    async fn query_all(&self, mut query: Query, most: usize) -> Result<Vec<Item>, PortError> {
        let mut items = Vec::new();
        loop {
            let page = self.query(&query).await?;
            if items.len() + page.items.len() > most {
                return Err(PortError::too_large(format!("more than {most} items")));
            }
            items.extend(page.items);
            if page.next.is_none() {
                return Ok(items);
            }
            query.cursor = page.next;
        }
    }
}
