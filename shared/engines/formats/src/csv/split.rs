//! Exact splitting at any byte: every chunk is scanned from every state at once.
//!
//! A scan of a chunk says, for each state the chunk may begin in, the state it ends in, where its
//! first record begins and how many begin in it. Scans are made apart, in any order, and folded from
//! left to right; the fold knows the true state at each border, and with it the first record and
//! the row number of each chunk. A record belongs to the chunk that it begins in.

use serde::{Deserialize, Serialize};

use super::automaton::{Automaton, Progress, STATES, State};
use crate::error::FormatError;

/// What a chunk does to a scanner that enters it in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// The state behind the chunk.
    pub end: State,
    /// Where the first record of the chunk begins.
    pub first_record: Option<u64>,
    /// Where its last record begins.
    pub last_record: Option<u64>,
    /// Records that begin in the chunk.
    pub records: u64,
}

/// A chunk as seen from every state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkScan {
    /// First byte.
    pub start: u64,
    /// Behind the last byte.
    pub end: u64,
    /// One for each state, in the order of [`State`].
    pub transitions: Vec<Transition>,
}

/// A part of a file that is read on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Where its first record begins, or the data of the whole file; of Parquet, the number of its
    /// first row group.
    pub start: u64,
    /// Behind its last one, and the blank lines that follow it.
    pub end: u64,
    /// Number of its first row, from 1.
    pub first_row: u64,
    /// Rows in it, rejected ones included.
    pub rows: u64,
}

impl Chunk {
    /// Whether there is nothing in it, as where a record is longer than a chunk.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

/// A run that all states of a group share.
#[derive(Debug)]
struct Lane {
    progress: Progress,
    members: Vec<Member>,
}

/// A start state, and what it saw before its run became that of its lane.
#[derive(Debug)]
struct Member {
    start: State,
    own: Progress,
    /// Records of the lane at the time of joining.
    joined_at: u64,
}

/// Scans a chunk piece by piece.
#[derive(Debug)]
pub(crate) struct Scanner {
    automaton: Automaton,
    lanes: Vec<Lane>,
    start: u64,
    at: u64,
}

impl Scanner {
    pub(crate) fn new(automaton: Automaton, start: u64) -> Self {
        let lanes = STATES
            .into_iter()
            .map(|state| Lane {
                progress: Progress::new(state),
                members: vec![Member {
                    start: state,
                    own: Progress::new(state),
                    joined_at: 0,
                }],
            })
            .collect();
        Self {
            automaton,
            lanes,
            start,
            at: start,
        }
    }

    /// The next bytes of the chunk. Runs that have come to the same state are one from then on,
    /// which is soon: so the pieces are short at first.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let seen = (self.at - self.start) as usize;
            let length = (seen / 2).clamp(64, 64 << 10).min(rest.len());
            let (piece, next) = rest.split_at(length);
            for lane in &mut self.lanes {
                self.automaton.run(&mut lane.progress, piece, self.at);
            }
            self.at += length as u64;
            rest = next;
            if self.lanes.len() > 1 {
                self.merge();
            }
        }
    }

    fn merge(&mut self) {
        let mut place = 0;
        while place < self.lanes.len() {
            let mut other = place + 1;
            while other < self.lanes.len() {
                if Self::can_merge(&self.lanes[place], &self.lanes[other]) {
                    let lane = self.lanes.swap_remove(other);
                    self.lanes[place].join(lane);
                } else {
                    other += 1;
                }
            }
            place += 1;
        }
    }

    /// The first record of a member must be its own or still be to come for the whole lane.
    fn can_merge(lane: &Lane, other: &Lane) -> bool {
        lane.progress.state == other.progress.state
            && (lane.progress.first.is_none() || other.progress.first.is_some())
    }

    pub(crate) fn finish(self) -> ChunkScan {
        let mut transitions = vec![
            Transition {
                end: State::RecordStart,
                first_record: None,
                last_record: None,
                records: 0,
            };
            STATES.len()
        ];
        for lane in self.lanes {
            for member in &lane.members {
                transitions[member.start as usize] = member.transition(&lane.progress);
            }
        }
        ChunkScan {
            start: self.start,
            end: self.at,
            transitions,
        }
    }
}

impl Lane {
    fn join(&mut self, other: Self) {
        for member in other.members {
            let seen = member.transition(&other.progress);
            self.members.push(Member {
                start: member.start,
                own: Progress {
                    state: seen.end,
                    first: seen.first_record,
                    last: seen.last_record,
                    records: seen.records,
                },
                joined_at: self.progress.records,
            });
        }
    }
}

impl Member {
    fn transition(&self, lane: &Progress) -> Transition {
        let later = lane.records - self.joined_at;
        Transition {
            end: lane.state,
            first_record: self.own.first.or(lane.first),
            last_record: if later > 0 { lane.last } else { self.own.last },
            records: self.own.records + later,
        }
    }
}

/// The scanner's state and row count between two chunks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Border {
    pub(crate) state: State,
    pub(crate) next_row: u64,
    /// Row and place of the record that is open, if any.
    pub(crate) open: Option<(u64, u64)>,
}

impl Border {
    /// Before the row `first_row`.
    pub(crate) fn before(first_row: u64) -> Self {
        Self {
            state: State::RecordStart,
            next_row: first_row,
            open: None,
        }
    }

    /// Steps over a chunk: where its first record begins and which row that is.
    pub(crate) fn step(
        &mut self,
        scan: &ChunkScan,
    ) -> Result<(Option<u64>, u64, u64), FormatError> {
        let transition = scan
            .transitions
            .get(self.state as usize)
            .ok_or(FormatError::InputChanged)?;
        let first_row = self.next_row;
        self.next_row += transition.records;
        self.state = transition.end;
        if let Some(last) = transition.last_record {
            self.open = Some((self.next_row - 1, last));
        }
        Ok((transition.first_record, first_row, transition.records))
    }

    /// At the end of the file no quote may be open.
    pub(crate) fn finish(&self) -> Result<(), FormatError> {
        match self.open {
            Some((row, byte_offset)) if self.state.is_open() => {
                Err(FormatError::UnterminatedQuote { row, byte_offset })
            }
            _ => Ok(()),
        }
    }
}

/// Folds the scans of all chunks of a file, in order and without gaps, into the chunks to read.
///
/// # Errors
/// [`FormatError::UnterminatedQuote`] where the file ends within quotes, and
/// [`FormatError::InputChanged`] where the scans do not belong together.
pub fn fold_scans(scans: &[ChunkScan]) -> Result<Vec<Chunk>, FormatError> {
    let mut border = Border::before(1);
    let mut chunks: Vec<Chunk> = Vec::with_capacity(scans.len());
    let mut at = scans.first().map_or(0, |scan| scan.start);
    for scan in scans {
        if scan.start != at {
            return Err(FormatError::InputChanged);
        }
        at = scan.end;
        let (first, first_row, rows) = border.step(scan)?;
        // Without a record of its own a chunk is empty; its bytes belong to the one before.
        chunks.push(Chunk {
            start: first.unwrap_or(scan.end),
            end: scan.end,
            first_row,
            rows,
        });
    }
    border.finish()?;
    let mut next_start = at;
    for chunk in chunks.iter_mut().rev() {
        if chunk.rows == 0 {
            chunk.start = next_start;
        }
        chunk.end = next_start;
        next_start = chunk.start;
    }
    // Blank lines before the first record belong to it, as there is no other.
    if let (Some(scan), Some(place)) = (scans.first(), chunks.iter().position(|c| c.rows > 0)) {
        for chunk in &mut chunks[..place] {
            (chunk.start, chunk.end) = (scan.start, scan.start);
        }
        chunks[place].start = scan.start;
    }
    Ok(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Dialect, LineEnding};
    use proptest::prelude::*;

    fn scan(automaton: &Automaton, bytes: &[u8], start: usize, end: usize) -> ChunkScan {
        let mut scanner = Scanner::new(automaton.clone(), start as u64);
        scanner.feed(&bytes[start..end]);
        scanner.finish()
    }

    proptest! {
        /// A chunk seen from every state is what a run from that state sees.
        #[test]
        fn scans_from_every_state(bytes in prop::collection::vec(prop::sample::select(b"aaaa,,\"\n\r\\".to_vec()), 0..700), escape in any::<bool>(), any_end in any::<bool>()) {
            let dialect = Dialect {
                escape: escape.then_some(b'\\'),
                line_ending: if any_end { LineEnding::Any } else { LineEnding::LineFeed },
                ..Dialect::default()
            };
            let automaton = Automaton::new(&dialect, false);
            let scan = scan(&automaton, &bytes, 0, bytes.len());
            for state in STATES {
                let mut progress = Progress::new(state);
                automaton.run(&mut progress, &bytes, 0);
                let transition = scan.transitions[state as usize];
                prop_assert_eq!(transition.end, progress.state);
                prop_assert_eq!(transition.first_record, progress.first);
                prop_assert_eq!(transition.last_record, progress.last);
                prop_assert_eq!(transition.records, progress.records);
            }
        }
    }
}
