//! The key of a tenant's own, by which its values are hashed.

use std::fmt;

use millrace_ports::{Key, PortError, Ports, Tenant, TransactError, Write, item};

/// Attempts at making a key.
const ATTEMPTS: u32 = 4;

/// 32 bytes that are the same in all jobs of a tenant, and in none of another's. `Debug` does not show
/// them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TenantKey([u8; 32]);

impl TenantKey {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads a tenant's key, or makes it.
    pub(crate) async fn of(ports: &Ports, tenant: &Tenant) -> Result<Self, PortError> {
        let key = Key::of(tenant, "SECRET", "hash", "KEY");
        for _ in 0..ATTEMPTS {
            if let Some(stored) = ports.records.get(&key).await? {
                let text = stored.get("secret").and_then(|text| text.as_str());
                let read = text.and_then(Self::read);
                return read.ok_or_else(|| PortError::other("a stored key is unreadable"));
            }
            let mut bytes = [0; 32];
            bytes[..16].copy_from_slice(ports.ids.uuid().as_bytes());
            bytes[16..].copy_from_slice(ports.ids.uuid().as_bytes());
            let made = Self(bytes);
            let row = item(&key, [("secret", made.text().into())]);
            match ports.records.transact(vec![Write::create(row)]).await {
                Ok(()) => return Ok(made),
                // Another worker was first, or nobody knows: what is stored counts.
                Err(TransactError::ConditionFailed { .. } | TransactError::Conflict) => {}
                Err(TransactError::Port(error)) if error.retryable() => {}
                Err(TransactError::Port(error)) => return Err(error),
            }
        }
        Err(PortError::unavailable("a key is being made by others"))
    }

    fn text(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn read(text: &str) -> Option<Self> {
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
            return None;
        };
        let bytes: Option<Vec<u8>> = pairs
            .iter()
            .map(|[high, low]| u8::try_from(digit(high)? * 16 + digit(low)?).ok())
            .collect();
        bytes?.try_into().ok().map(Self)
    }
}

impl fmt::Debug for TenantKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TenantKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use millrace_ports::memory::{Fault, Faults, Memory, Operation};

    use super::*;

    fn tenant(name: &str) -> Tenant {
        Tenant::new(name).expect("a tenant")
    }

    #[tokio::test]
    async fn a_tenant_has_one_key_and_another_tenant_another() {
        let memory = Memory::new();
        let ports = memory.ports();
        let (ada, eve) = (tenant("ada"), tenant("eve"));
        let keys = join_all((0..4).map(|_| TenantKey::of(&ports, &ada))).await;
        let first = keys[0].clone().expect("a key");
        assert!(keys.iter().all(|key| *key == Ok(first)), "{keys:?}");
        assert_ne!(TenantKey::of(&ports, &eve).await, Ok(first));
        assert!(first.bytes().iter().any(|byte| *byte != 0));
        assert_eq!(format!("{first:?}"), "TenantKey(…)");
    }

    #[tokio::test]
    async fn a_key_whose_answer_was_lost_is_the_key() {
        let faults = Faults::none().fail(Operation::Transact, 1, Fault::ResponseLost);
        let ports = Memory::with_faults(faults).ports();
        let ada = tenant("ada");
        let made = TenantKey::of(&ports, &ada).await.expect("a key");
        assert_eq!(TenantKey::of(&ports, &ada).await, Ok(made));
    }
}
