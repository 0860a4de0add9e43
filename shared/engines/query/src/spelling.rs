//! Names that are not in lower case, where a statement writes them in another case.
//!
//! SQL reads a bare `Name` as `name`; a table that was declared with `Name` is meant all the same.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

/// The declared spellings by their lower case; none where two names differ in case alone.
#[derive(Debug, Default)]
pub(crate) struct Spellings {
    exact: BTreeMap<String, String>,
    unclear: BTreeSet<String>,
}

impl Spellings {
    /// Takes a declared name in.
    pub(crate) fn add(&mut self, name: &str) {
        let lower = name.to_lowercase();
        if self.unclear.contains(&lower) {
            return;
        }
        match self.exact.get(&lower) {
            Some(known) if known != name => {
                self.exact.remove(&lower);
                self.unclear.insert(lower);
            }
            Some(_) => {}
            None => {
                self.exact.insert(lower, name.to_owned());
            }
        }
    }

    /// The tokens with each bare word that means a declared name in the spelling of the declaration;
    /// `None` where nothing changes.
    pub(crate) fn respelled(&self, tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
        let mut changed = false;
        let respelled = tokens.iter().map(|token| {
            let mut token = token.clone();
            if let Token::Word(word) = &mut token.token
                && word.quote_style.is_none()
                && let Some(exact) = self.exact.get(&word.value.to_lowercase())
                && *exact != exact.to_lowercase()
            {
                word.value.clone_from(exact);
                word.quote_style = Some('"');
                word.keyword = datafusion::sql::sqlparser::keywords::Keyword::NoKeyword;
                changed = true;
            }
            token
        });
        let respelled = respelled.collect();
        changed.then_some(respelled)
    }
}
