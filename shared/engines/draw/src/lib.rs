//! Random draws that are functions of a name and a row number, with no state.
//!
//! Generators that make their rows in parts need the same draw for the same row, whatever the parts.
//! A [`Key`] is derived from names; its draw of a row is a hash, so any row can be made alone. A
//! [`Permutation`] shuffles `0..n` in constant memory: values that must not repeat need no table.
//!
//! The crate must not know what is generated. A change of the bytes of any draw changes all data that
//! were ever generated from a seed, and needs a new epoch.
//!
//! ```
//! use millrace_draw::{Key, Permutation, scale};
//!
//! let key = Key::new(7, "orders", "amount", "value");
//! assert_eq!(key.at(5), Key::new(7, "orders", "amount", "value").at(5));
//! assert!(scale(key.at(5), 10) < 10);
//! let mut places: Vec<u64> = (0..6).map(|index| Permutation::new(key, 6).forward(index)).collect();
//! places.sort_unstable();
//! assert_eq!(places, [0, 1, 2, 3, 4, 5]);
//! ```
#![warn(missing_docs)]

mod permutation;
mod random;

pub use permutation::Permutation;
pub use random::{Gate, Key, scale};
