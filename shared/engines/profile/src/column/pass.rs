//! One batch on its way through the columns.

use arrow::array::UInt64Array;

use super::readings::Scratch;
use crate::hash::{self, RowHash};
use crate::text::moment::Instant;

/// Rows that are worked at in one go: what is pending of them stays in the fast caches.
pub(crate) const BLOCK: usize = 1_024;

/// The numbers of the rows of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RowNumbers<'a> {
    /// One after the other.
    From(u64),
    /// As they are told.
    Given(&'a UInt64Array),
}

impl RowNumbers<'_> {
    #[inline]
    pub(crate) fn row(&self, place: usize) -> u64 {
        match self {
            Self::From(first) => first + place as u64,
            Self::Given(numbers) => numbers.value(place),
        }
    }

    /// The row behind a block that ends before `place`.
    pub(crate) fn behind(&self, place: usize) -> u64 {
        match place.checked_sub(1) {
            Some(last) => self.row(last) + 1,
            None => self.row(0),
        }
    }
}

/// Texts that mean no value.
#[derive(Debug)]
pub(crate) struct Markers<'a> {
    texts: &'a [String],
    /// One bit for each length that a marker has, so that most cells are not looked at.
    lengths: u64,
}

impl<'a> Markers<'a> {
    pub(crate) fn new(texts: &'a [String]) -> Self {
        let lengths = texts.iter().map(|text| 1 << text.len().min(63));
        Self {
            texts,
            lengths: lengths.fold(0, |all, bit: u64| all | bit),
        }
    }

    #[inline]
    pub(crate) fn find(&self, text: &str) -> Option<usize> {
        if self.lengths >> text.len().min(63) & 1 == 0 {
            return None;
        }
        self.texts.iter().position(|marker| marker == text)
    }
}

/// What the columns need to know of a batch, and what they share.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    pub(crate) rows: RowNumbers<'a>,
    pub(crate) seed: u64,
    /// `None` where cells have types and texts are not looked at for null values.
    pub(crate) markers: Option<&'a Markers<'a>>,
    pub(crate) hashes: &'a mut [RowHash],
    pub(crate) numbers: &'a mut Scratch<f64>,
    pub(crate) instants: &'a mut Scratch<Instant>,
}

impl Pass<'_> {
    #[inline]
    pub(crate) fn null(&mut self, place: usize) {
        self.hashes[place].add(hash::NULL);
    }
}
