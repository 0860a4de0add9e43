//! The one test suite of the ports, for memory and for real services alike. Each function makes
//! its own tenant or prefix, asserts one promise and panics where it is broken.
//!
//! ```
//! use millrace_ports::{contract, memory::Memory};
//!
//! # tokio::runtime::Builder::new_current_thread().build().expect("runtime").block_on(async {
//! contract::updates(&Memory::new().ports()).await;
//! # });
//! ```

mod messages;
mod objects;
mod records;
mod uploads;
mod values;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

pub use messages::{executions_start_once, queues_take_messages, unknown_tokens_are_gone};
pub use records::contention;
pub use values::updates;

use crate::{Key, Ports, Tenant};

/// Method of a [`Request`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// `GET`.
    Get,
    /// `PUT`.
    Put,
}

/// What a browser does with a presigned URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// The URL as it was made.
    pub url: String,
    /// Body of an upload.
    pub body: Bytes,
}

/// What it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// An answer without headers and body.
    #[must_use]
    pub fn of(status: u16) -> Self {
        Self {
            status,
            headers: BTreeMap::new(),
            body: Bytes::new(),
        }
    }
}

/// Everything promised of records but the race, which wants threads: [`contention`].
pub async fn records(ports: &Ports) {
    values::conditions(ports).await;
    values::updates(ports).await;
    values::values(ports).await;
    values::limits(ports).await;
    records::all_or_nothing(ports).await;
    records::failed_conditions(ports).await;
    records::pages(ports).await;
    records::sort_order(ports).await;
    records::secondary_index(ports).await;
}

/// Everything promised of objects; `fetch` does what a browser does with a presigned URL.
pub async fn objects(ports: &Ports, fetch: impl Fn(Request) -> Fetched) {
    objects::objects_come_back(ports).await;
    objects::puts_if_absent(ports).await;
    objects::listings(ports).await;
    objects::concatenation(ports).await;
    objects::presigned_downloads(ports, &fetch).await;
    objects::presigned_uploads(ports, &fetch).await;
    objects::ranges(ports).await;
    uploads::uploads_in_parts(ports, &fetch).await;
}

/// The answer to a [`Request`], made by the caller of the suite as the ports know no HTTP.
pub type Fetched = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A tenant that no other test uses.
fn fresh_tenant(ports: &Ports) -> Tenant {
    Tenant::new(format!("contract-{}", ports.ids.uuid())).expect("letters, digits and dashes")
}

/// A key under a tenant that no other test uses.
fn fresh_key(ports: &Ports) -> Key {
    Key::of(&fresh_tenant(ports), "CONTRACT", "1", "META")
}
