//! Sixty-four bytes at a time: which of them end a field, which are quotes.
//!
//! The comparisons are plain loops over arrays that every compiler turns into vector code; the
//! lanes are packed into one word by a multiplication.

use crate::layout::{Dialect, LineEnding};

pub(crate) const BLOCK: usize = 64;

/// The bytes that matter to a dialect. Where it has no such byte, another one stands in, so that
/// the comparison is always the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Classes {
    delimiter: u8,
    carriage_return: u8,
    escape: u8,
    quote: Option<u8>,
    quote_escape: u8,
}

/// What is where in one block; bit n stands for byte n.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Masks {
    /// Delimiters, line ends, and escapes outside quotes.
    pub(crate) ends: u64,
    /// Quotes, and escapes inside quotes.
    pub(crate) quotes: u64,
}

impl Classes {
    pub(crate) fn new(dialect: &Dialect) -> Self {
        let quote = dialect.quote;
        Self {
            delimiter: dialect.delimiter,
            carriage_return: match dialect.line_ending {
                LineEnding::Any => b'\r',
                LineEnding::LineFeed => b'\n',
            },
            escape: dialect.escape.unwrap_or(b'\n'),
            quote,
            quote_escape: dialect.escape.or(quote).unwrap_or_default(),
        }
    }

    #[inline]
    pub(crate) fn masks(&self, block: &[u8; BLOCK]) -> Masks {
        let mut lanes = [0u8; BLOCK];
        for (lane, &byte) in lanes.iter_mut().zip(block) {
            *lane = u8::from(byte == self.delimiter)
                | u8::from(byte == b'\n')
                | u8::from(byte == self.carriage_return)
                | u8::from(byte == self.escape);
        }
        let ends = pack(&lanes);
        let quotes = match self.quote {
            Some(quote) => {
                for (lane, &byte) in lanes.iter_mut().zip(block) {
                    *lane = u8::from(byte == quote) | u8::from(byte == self.quote_escape);
                }
                pack(&lanes)
            }
            None => 0,
        };
        Masks { ends, quotes }
    }
}

/// One bit for each lane of 0 or 1.
#[inline]
fn pack(lanes: &[u8; BLOCK]) -> u64 {
    // Each factor brings byte n of a word to bit n of the top byte; none of the others meet there.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (words, _) = lanes.as_chunks::<8>();
    words.iter().enumerate().fold(0, |mask, (index, word)| {
        let bits = u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56;
        mask | bits << (index * 8)
    })
}

/// Finds field ends and quotes in a buffer, keeping the masks of the block it is in.
#[derive(Debug)]
pub(crate) struct Finder<'a> {
    bytes: &'a [u8],
    classes: Classes,
    block: usize,
    masks: Masks,
}

impl<'a> Finder<'a> {
    pub(crate) fn new(bytes: &'a [u8], classes: Classes) -> Self {
        Self {
            bytes,
            classes,
            block: usize::MAX,
            masks: Masks::default(),
        }
    }

    /// The first field end at or behind `from`.
    #[inline]
    pub(crate) fn end(&mut self, from: usize) -> Option<usize> {
        let mut block = from / BLOCK;
        let mut keep = u64::MAX << (from % BLOCK);
        loop {
            self.load(block)?;
            let mask = self.masks.ends & keep;
            if mask != 0 {
                return Some(block * BLOCK + mask.trailing_zeros() as usize);
            }
            block += 1;
            keep = u64::MAX;
        }
    }

    /// The first quote, or escape inside quotes, at or behind `from`.
    #[inline]
    pub(crate) fn quote(&mut self, from: usize) -> Option<usize> {
        let block = from / BLOCK;
        self.load(block)?;
        let mask = self.masks.quotes & (u64::MAX << (from % BLOCK));
        if mask != 0 {
            return Some(block * BLOCK + mask.trailing_zeros() as usize);
        }
        // A long quoted text: nothing else in it matters.
        let start = (block + 1) * BLOCK;
        let rest = self.bytes.get(start..)?;
        let quote = self.classes.quote?;
        memchr::memchr2(quote, self.classes.quote_escape, rest).map(|found| start + found)
    }

    #[inline]
    fn load(&mut self, block: usize) -> Option<()> {
        if block == self.block {
            return Some(());
        }
        let start = block * BLOCK;
        let rest = self.bytes.get(start..)?;
        if let Some((whole, _)) = rest.split_first_chunk::<BLOCK>() {
            self.masks = self.classes.masks(whole);
        } else {
            if rest.is_empty() {
                return None;
            }
            let mut padded = [0; BLOCK];
            padded[..rest.len()].copy_from_slice(rest);
            let keep = (1u64 << rest.len()) - 1;
            let masks = self.classes.masks(&padded);
            self.masks = Masks {
                ends: masks.ends & keep,
                quotes: masks.quotes & keep,
            };
        }
        self.block = block;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(bytes in prop::collection::vec(prop::sample::select(b"ab,\"\n\r\\".to_vec()), 0..300), from in 0usize..300) {
            let dialect = Dialect { escape: Some(b'\\'), line_ending: LineEnding::Any, ..Dialect::default() };
            let mut finder = Finder::new(&bytes, Classes::new(&dialect));
            let plain = |wanted: &[u8]| {
                bytes.iter().enumerate().skip(from).find(|(_, byte)| wanted.contains(byte)).map(|(at, _)| at)
            };
            prop_assert_eq!(finder.end(from), plain(b",\n\r\\"));
            prop_assert_eq!(finder.quote(from), plain(b"\"\\"));
        }
    }
}
