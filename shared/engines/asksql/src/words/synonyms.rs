//! Words of one meaning, cut from WordNet by `tools/cut_synonyms.py`; see `synonyms.NOTICE`.

use std::collections::HashMap;
use std::sync::LazyLock;

static TABLE: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for line in include_str!("synonyms.tsv").lines() {
        let mut words = line.split('\t');
        if let Some(word) = words.next() {
            table.insert(word, words.collect());
        }
    }
    table
});

/// Words that may stand for `word`, nearest first.
pub(crate) fn synonyms(word: &str) -> &'static [&'static str] {
    TABLE.get(word).map_or(&[], Vec::as_slice)
}
