//! What is counted of every column, whatever its type.

use serde::{Deserialize, Serialize};

use super::pass::Pass;
use crate::options::Sizes;
use crate::sketch::distinct::Values;

/// Nulls and values of a column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Shared {
    pub(crate) nulls: u64,
    /// Of the nulls those that a marker stood for, in the order of the options.
    pub(crate) markers: Vec<u64>,
    /// Bytes that the values take.
    pub(crate) bytes: u64,
    pub(crate) values: Values,
}

impl Shared {
    pub(crate) fn new(sizes: Sizes, markers: usize) -> Self {
        Self {
            nulls: 0,
            markers: vec![0; markers],
            bytes: 0,
            values: Values::new(sizes),
        }
    }

    #[inline]
    pub(crate) fn null(&mut self, place: usize, pass: &mut Pass<'_>) {
        self.nulls += 1;
        pass.null(place);
    }

    pub(crate) fn marker(&mut self, marker: usize, place: usize, pass: &mut Pass<'_>) {
        self.null(place, pass);
        if let Some(count) = self.markers.get_mut(marker) {
            *count += 1;
        }
    }

    #[inline]
    pub(crate) fn observe(
        &mut self,
        hash: u64,
        place: usize,
        text: impl FnOnce() -> Box<str>,
        pass: &mut Pass<'_>,
    ) {
        pass.hashes[place].add(hash);
        self.values.observe(hash, place, text);
    }

    /// Joins the settled values of another part. The caller looks whether they are too many.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.nulls += other.nulls;
        for (own, other) in self.markers.iter_mut().zip(&other.markers) {
            *own += other;
        }
        self.bytes += other.bytes;
        self.values.merge(&other.values);
    }
}
