//! Words of a question and of a schema: cutting, base forms, numbers and the closed lists of English.

pub(crate) mod adjectives;
pub(crate) mod operators;
mod ordinals;
pub(crate) mod places;
pub(crate) mod slip;
pub(crate) mod stem;
pub(crate) mod synonyms;
pub(crate) mod token;

pub(crate) use ordinals::places_before;
pub(crate) use stem::lemma;
pub(crate) use token::{Token, tokenise};
