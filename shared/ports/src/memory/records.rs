use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::{Number, Value};

use super::faults::{Faults, Operation};
use super::lock;
use crate::limits::{self, LARGEST_PAGE, item_size};
use crate::{
    Index, Item, Key, Page, PortError, Position, Query, Records, TransactError, Update, Write,
    decimal, item,
};

/// The state table in memory. Pages end at 1 MiB as well as at the limit, so that a caller that
/// forgets to go on loses items here too.
#[derive(Debug)]
pub struct MemoryRecords {
    items: Mutex<BTreeMap<Key, Item>>,
    faults: Arc<Faults>,
}

impl MemoryRecords {
    pub(super) fn new(faults: Arc<Faults>) -> Self {
        Self {
            items: Mutex::default(),
            faults,
        }
    }

    /// All items, by key.
    #[must_use]
    pub fn snapshot(&self) -> BTreeMap<Key, Item> {
        lock(&self.items).clone()
    }
}

#[async_trait]
impl Records for MemoryRecords {
    async fn get(&self, key: &Key) -> Result<Option<Item>, PortError> {
        let verdict = self.faults.next(Operation::Get);
        limits::check_key(key)?;
        verdict.before()?;
        let stored = lock(&self.items).get(key).cloned();
        verdict.after()?;
        Ok(stored)
    }

    async fn query(&self, query: &Query) -> Result<Page, PortError> {
        let verdict = self.faults.next(Operation::Query);
        limits::check_query(query)?;
        let from = Position::of(query)?;
        verdict.before()?;
        let page = page(query, from.as_ref(), &lock(&self.items));
        verdict.after()?;
        Ok(page)
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        let verdict = self.faults.next(Operation::Transact);
        limits::check_transaction(&writes)?;
        verdict.before_transaction()?;
        commit(&mut lock(&self.items), &writes)?;
        Ok(verdict.after()?)
    }
}

fn page(query: &Query, from: Option<&Position>, items: &BTreeMap<Key, Item>) -> Page {
    let (partition_field, sort_field) = match query.index {
        Index::Main => ("pk", "sk"),
        Index::Gsi1 => ("gsi1pk", "gsi1sk"),
    };
    let prefix = query.sort_prefix.as_deref().unwrap_or_default();
    let within = |item: &Item| {
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        text(partition_field) == Some(query.partition.as_str())
            && text(sort_field).is_some_and(|sort| sort.starts_with(prefix))
    };
    let mut found: Vec<(Position, &Item)> = items
        .values()
        .filter(|item| within(item))
        .filter_map(|item| Some((Position::after(query.index, item)?, item)))
        .collect();
    found.sort_by(|(left, _), (right, _)| left.order().cmp(&right.order()));
    if query.newest_first {
        found.reverse();
    }
    let is_after = |position: &Position| {
        from.is_none_or(|from| {
            let order = position.order().cmp(&from.order());
            if query.newest_first {
                order.is_lt()
            } else {
                order.is_gt()
            }
        })
    };
    let most = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut page = Page::default();
    let mut bytes = 0;
    let mut last = None;
    for (position, item) in found.into_iter().filter(|(position, _)| is_after(position)) {
        bytes += item_size(item);
        if bytes > LARGEST_PAGE && last.is_some() {
            break;
        }
        page.items.push(item.clone());
        last = Some(position);
        if page.items.len() == most {
            break;
        }
    }
    let full = page.items.len() == most || bytes > LARGEST_PAGE;
    page.next = last.filter(|_| full).map(|position| position.cursor());
    page
}

fn commit(items: &mut BTreeMap<Key, Item>, writes: &[Write]) -> Result<(), TransactError> {
    for (index, write) in writes.iter().enumerate() {
        let stored = items.get(&write.key()?);
        if !write.condition().holds(stored) {
            return Err(TransactError::ConditionFailed {
                index,
                item: stored.cloned(),
            });
        }
    }
    let mut changes = Vec::with_capacity(writes.len());
    for write in writes {
        let key = write.key()?;
        match write {
            Write::Put { item, .. } => changes.push((key, Some(item.clone()))),
            Write::Delete { .. } => changes.push((key, None)),
            Write::Check { .. } => {}
            Write::Update(update) => {
                let changed = apply(update, items.get(&key))?;
                limits::check_item(&changed)?;
                changes.push((key, Some(changed)));
            }
        }
    }
    for (key, change) in changes {
        match change {
            Some(item) => items.insert(key, normal_fields(item)),
            None => items.remove(&key),
        };
    }
    Ok(())
}

fn apply(update: &Update, stored: Option<&Item>) -> Result<Item, PortError> {
    let mut changed = stored.cloned().unwrap_or_else(|| item(&update.key, []));
    for name in &update.remove {
        changed.shift_remove(name);
    }
    for (name, value) in &update.set {
        changed.insert(name.clone(), value.clone());
    }
    for (name, amount) in &update.add {
        let sum = match changed.get(name) {
            None => Some(Number::from(*amount)),
            Some(Value::Number(number)) => sum(number, *amount),
            Some(_) => None,
        };
        let sum = sum.ok_or_else(|| PortError::invalid(format!("'{name}' cannot be added to")))?;
        changed.insert(name.clone(), sum.into());
    }
    Ok(changed)
}

fn sum(number: &Number, amount: i64) -> Option<Number> {
    match number.as_i128() {
        Some(number) => decimal::parse(&(number + i128::from(amount)).to_string()),
        None => decimal::parse(
            &number
                .as_f64()
                .map(|float| float + amount as f64)?
                .to_string(),
        ),
    }
}

fn normal_fields(mut item: Item) -> Item {
    item.sort_keys();
    item.into_iter()
        .map(|(name, value)| (name, normal(value)))
        .collect()
}

/// The value as the table would give it back.
fn normal(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            let kept = decimal::text(&number).and_then(|text| decimal::parse(&text));
            Value::Number(kept.unwrap_or(number))
        }
        Value::Array(values) => values.into_iter().map(normal).collect(),
        Value::Object(fields) => Value::Object(normal_fields(fields)),
        other => other,
    }
}
