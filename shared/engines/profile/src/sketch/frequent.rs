//! The most frequent values, in bounded memory: Misra-Gries counters, which are SpaceSaving's from
//! the other side and merge.
//!
//! As long as all values fit the counts are exact, and the table is also the set of all values. When
//! they no longer do, the count that is the (kept + 1)-th greatest is taken off every counter and
//! what is left with nothing goes. Each time that removes (kept + 1) times the amount at least, so no
//! count is ever too low by more than values / (kept + 1), however many counters there are in between.
//!
//! The text of a value is asked for when a batch ends, for values that are still there: a column of a
//! million different texts does not copy a million texts.

use serde::{Deserialize, Serialize};

/// Bytes of a text that are kept.
const TEXT_BYTES: usize = 256;
const NO_ENTRY: u16 = 0;
/// Counters there can ever be: places are 16 bits wide.
const MOST_ENTRIES: usize = 32_000;

/// A text cut to what is kept of it.
pub(crate) fn clip(text: &str) -> Box<str> {
    clip_to(text, TEXT_BYTES)
}

/// A text cut to a number of bytes, with a sign that it was.
pub(crate) fn clip_to(text: &str, bytes: usize) -> Box<str> {
    if text.len() <= bytes {
        return text.into();
    }
    let end = text.floor_char_boundary(bytes);
    format!("{}…", &text[..end]).into()
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Text {
    /// To be taken from this row of the batch at hand.
    Pending(u32),
    Known(Box<str>),
}

/// A value and its counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted<'a> {
    pub(crate) hash: u64,
    /// It came at least that often.
    pub(crate) count: u64,
    pub(crate) text: &'a str,
}

/// Counters of values by their hashes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "State", into = "State")]
pub(crate) struct Frequent {
    kept: usize,
    hashes: Vec<u64>,
    counts: Vec<u64>,
    texts: Vec<Text>,
    missed: u64,
    bounded: bool,
    /// Open addressing, of a power of two of slots; the place of an entry, from 1.
    slots: Vec<u16>,
}

/// What of a table is written down.
#[derive(Serialize, Deserialize)]
struct State {
    kept: usize,
    entries: Vec<(u64, u64, Text)>,
    missed: u64,
    bounded: bool,
}

impl Frequent {
    /// A table without a bound of its own, for as long as the owner watches [`Frequent::len`].
    pub(crate) fn unbounded(kept: usize) -> Self {
        Self {
            kept: kept.clamp(1, MOST_ENTRIES / 2),
            hashes: Vec::new(),
            counts: Vec::new(),
            texts: Vec::new(),
            missed: 0,
            bounded: false,
            slots: vec![NO_ENTRY; 16],
        }
    }

    /// A table of twice `kept` counters at most.
    pub(crate) fn bounded(kept: usize) -> Self {
        Self {
            bounded: true,
            ..Self::unbounded(kept)
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// What may be missing of every count.
    pub(crate) fn missed(&self) -> u64 {
        self.missed
    }

    #[inline]
    pub(crate) fn observe(&mut self, hash: u64, row: usize) {
        match self.find(hash) {
            Ok(place) => self.counts[place] += 1,
            Err(slot) => self.insert(slot, hash, 1, Text::Pending(row as u32)),
        }
    }

    /// As so many observations of a value whose text is known.
    pub(crate) fn add(&mut self, hash: u64, count: u64, text: &str) {
        match self.find(hash) {
            Ok(place) => self.counts[place] += count,
            Err(slot) => self.insert(slot, hash, count, Text::Known(clip(text))),
        }
    }

    /// The place of a value, or the slot where it belongs.
    #[inline]
    fn find(&self, hash: u64) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            match self.slots[slot] {
                NO_ENTRY => return Err(slot),
                entry => {
                    let place = usize::from(entry) - 1;
                    if self.hashes[place] == hash {
                        return Ok(place);
                    }
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    fn insert(&mut self, slot: usize, hash: u64, count: u64, text: Text) {
        self.hashes.push(hash);
        self.counts.push(count);
        self.texts.push(text);
        self.slots[slot] = self.hashes.len() as u16;
        if (self.bounded && self.len() >= self.kept * 2) || self.len() >= MOST_ENTRIES {
            self.prune();
        } else if self.len() * 2 > self.slots.len() {
            self.rebuild();
        }
    }

    /// From here on the table holds twice `kept` counters at most.
    pub(crate) fn bound(&mut self) {
        self.bounded = true;
        self.prune();
        self.hashes.shrink_to(self.kept * 2);
        self.counts.shrink_to(self.kept * 2);
        self.texts.shrink_to(self.kept * 2);
    }

    fn prune(&mut self) {
        if self.len() <= self.kept {
            return;
        }
        let mut counts = self.counts.clone();
        let (_, taken, _) = counts.select_nth_unstable_by(self.kept, |left, right| right.cmp(left));
        let taken = *taken;
        self.missed += taken;
        let mut place = 0;
        for other in 0..self.len() {
            if self.counts[other] > taken {
                self.hashes[place] = self.hashes[other];
                self.counts[place] = self.counts[other] - taken;
                self.texts.swap(place, other);
                place += 1;
            }
        }
        self.hashes.truncate(place);
        self.counts.truncate(place);
        self.texts.truncate(place);
        self.rebuild();
    }

    fn rebuild(&mut self) {
        let room = if self.bounded {
            self.kept * 2
        } else {
            self.len()
        };
        let slots = (room * 2 + 2).next_power_of_two();
        self.slots.clear();
        self.slots.resize(slots, NO_ENTRY);
        let mask = slots - 1;
        for (place, hash) in self.hashes.iter().enumerate() {
            let mut slot = *hash as usize & mask;
            while self.slots[slot] != NO_ENTRY {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = place as u16 + 1;
        }
    }

    /// Takes the texts of the values that this batch brought and that are still there.
    pub(crate) fn settle(&mut self, text: impl Fn(usize) -> Box<str>) {
        for entry in &mut self.texts {
            if let Text::Pending(row) = entry {
                *entry = Text::Known(text(*row as usize));
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.missed += other.missed;
        for value in other.values() {
            self.add(value.hash, value.count, value.text);
        }
        // Twice the counters are room to count in; what is kept is what the error allows.
        if self.bounded {
            self.prune();
        }
    }

    /// All counters, in no order.
    pub(crate) fn values(&self) -> impl Iterator<Item = Counted<'_>> {
        self.hashes
            .iter()
            .zip(&self.counts)
            .zip(&self.texts)
            .map(|((hash, count), text)| Counted {
                hash: *hash,
                count: *count,
                text: match text {
                    Text::Known(text) => text,
                    Text::Pending(_) => "",
                },
            })
    }

    /// The most frequent, and then by their texts.
    pub(crate) fn top(&self, most: usize) -> Vec<Counted<'_>> {
        let mut values: Vec<_> = self.values().collect();
        values.sort_unstable_by(|left, right| {
            (right.count.cmp(&left.count)).then_with(|| left.text.cmp(right.text))
        });
        values.truncate(most);
        values
    }
}

impl TryFrom<State> for Frequent {
    type Error = String;

    fn try_from(state: State) -> Result<Self, String> {
        if state.entries.len() > MOST_ENTRIES {
            return Err(format!("{} counters", state.entries.len()));
        }
        let mut table = Self {
            missed: state.missed,
            bounded: state.bounded,
            ..Self::unbounded(state.kept)
        };
        for (hash, count, text) in state.entries {
            table.hashes.push(hash);
            table.counts.push(count);
            table.texts.push(text);
        }
        table.rebuild();
        Ok(table)
    }
}

impl From<Frequent> for State {
    fn from(table: Frequent) -> Self {
        Self {
            kept: table.kept,
            entries: table
                .hashes
                .into_iter()
                .zip(table.counts)
                .zip(table.texts)
                .map(|((hash, count), text)| (hash, count, text))
                .collect(),
            missed: table.missed,
            bounded: table.bounded,
        }
    }
}

#[cfg(test)]
#[path = "frequent_tests.rs"]
mod tests;
