//! What the domain needs from outside, as a few object-safe traits: [`Records`], [`Objects`],
//! [`Uploads`], [`Queue`], [`Workflows`], [`Clock`] and [`Ids`], bundled in [`Ports`].
//!
//! The crate must not know any cloud SDK, HTTP type or rule of the product. [`memory`] holds a
//! complete implementation for tests and tools, with the limits of the real services and seeded
//! faults; [`contract`] holds the one test suite that every implementation has to pass.
//!
//! ```
//! use millrace_ports::{Condition, Key, Ports, Records, Tenant, Write, item, memory::Memory};
//!
//! # tokio::runtime::Builder::new_current_thread().build().expect("runtime").block_on(async {
//! let ports: Ports = Memory::new().ports();
//! let key = Key::of(&Tenant::public(), "SESSION", "s1", "META");
//! let created = item(&key, [("status", "OPEN".into())]);
//! ports
//!     .records
//!     .transact(vec![Write::Put { item: created, condition: Condition::Absent }])
//!     .await
//!     .expect("a first write");
//! let stored = ports.records.get(&key).await.expect("a read").expect("the item");
//! assert_eq!(stored["status"], "OPEN");
//! # });
//! ```
#![warn(missing_docs)]

mod bundle;
mod condition;
pub mod contract;
pub mod decimal;
mod error;
mod key;
pub mod limits;
pub mod memory;
mod objects;
mod position;
mod queue;
mod records;
mod tenant;
mod time;
mod uploads;
mod workflows;

pub use bundle::Ports;
pub use condition::Condition;
pub use error::{PortError, TransactError};
pub use key::{Key, item};
pub use objects::{Disposition, Listing, ObjectHead, Objects, Segment, StoredObject};
pub use position::Position;
pub use queue::Queue;
pub use records::{Index, Item, Page, Query, Records, Update, Write};
pub use tenant::{InvalidTenant, Tenant};
pub use time::{Clock, Ids, RandomIds, SystemClock};
pub use uploads::{Part, Uploads};
pub use workflows::{Delivery, Start, Workflows};
