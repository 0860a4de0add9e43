//! The files that record types are told in.

use std::collections::BTreeMap;

use millrace_packs::pack::PackTable;
use serde::Deserialize;

/// A record type as it is written down.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordFile {
    /// Its name.
    pub(crate) name: String,
    /// One sentence.
    pub(crate) description: String,
    /// Day on which the data ends, `2026-01-01`.
    pub(crate) cut_off: String,
    /// Columns of the last table that others are made of and nobody is given.
    #[serde(default)]
    pub(crate) hidden: Vec<String>,
    /// Types of columns where their rules do not tell.
    #[serde(default)]
    pub(crate) types: BTreeMap<String, String>,
    /// Tables; the last one is the record type, the others are what it refers to.
    pub(crate) tables: Vec<PackTable>,
}

/// The record types of this crate, in the order in which they are listed.
pub(crate) const FILES: [&str; 10] = [
    include_str!("../types/customers.toml"),
    include_str!("../types/users.toml"),
    include_str!("../types/products.toml"),
    include_str!("../types/orders.toml"),
    include_str!("../types/transactions.toml"),
    include_str!("../types/time-series.toml"),
    include_str!("../types/web-events.toml"),
    include_str!("../types/log-lines.toml"),
    include_str!("../types/geo-points.toml"),
    include_str!("../types/text-reviews.toml"),
];
