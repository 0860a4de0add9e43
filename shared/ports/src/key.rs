use serde_json::Value;

use crate::{Item, PortError, Tenant};

/// The primary key of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Partition key, attribute `pk`: 1 to 2048 bytes.
    pub pk: String,
    /// Sort key, attribute `sk`: 1 to 1024 bytes.
    pub sk: String,
}

impl Key {
    /// The key of a tenant's resource: `pk` is `T#{tenant}#{kind}#{id}`.
    #[must_use]
    pub fn of(tenant: &Tenant, kind: &str, id: &str, sk: &str) -> Self {
        Self {
            pk: format!("T#{tenant}#{kind}#{id}"),
            sk: sk.to_owned(),
        }
    }

    /// The key that an item carries in `pk` and `sk`.
    ///
    /// # Errors
    /// [`PortError::Invalid`] when one of them is missing or no string.
    pub fn from_item(item: &Item) -> Result<Self, PortError> {
        let text = |name: &str| {
            item.get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
                .ok_or_else(|| {
                    PortError::invalid(format!("an item needs the string attribute '{name}'"))
                })
        };
        Ok(Self {
            pk: text("pk")?,
            sk: text("sk")?,
        })
    }
}

/// An item with `key` in `pk` and `sk`, then `fields` in their order.
///
/// ```
/// use millrace_ports::{Key, Tenant, item};
///
/// let key = Key::of(&Tenant::public(), "SESSION", "7", "META");
/// let made = item(&key, [("version", 1.into())]);
/// assert_eq!(made["pk"], "T#public#SESSION#7");
/// assert_eq!(made["version"], 1);
/// ```
pub fn item<'name>(key: &Key, fields: impl IntoIterator<Item = (&'name str, Value)>) -> Item {
    let mut item = Item::new();
    item.insert("pk".to_owned(), key.pk.clone().into());
    item.insert("sk".to_owned(), key.sk.clone().into());
    for (name, value) in fields {
        item.insert(name.to_owned(), value);
    }
    item
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_survives_its_item() {
        let key = Key::of(&Tenant::public(), "JOB", "9", "EVENT#1");
        assert_eq!(key.pk, "T#public#JOB#9");
        assert_eq!(Key::from_item(&item(&key, [])), Ok(key));
    }

    #[test]
    fn an_item_without_string_keys_has_no_key() {
        let key = Key::of(&Tenant::public(), "JOB", "9", "META");
        let mut broken = item(&key, []);
        broken.insert("sk".to_owned(), json!(4));
        assert!(matches!(
            Key::from_item(&broken),
            Err(PortError::Invalid { .. })
        ));
    }
}
