//! How the texts of a column look, without the texts.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Layout, Piece, Shape};

/// Texts that are looked at.
const LOOKED_AT: usize = 20_000;
/// Layouts that are kept, the most frequent ones.
const MAX_LAYOUTS: usize = 64;
/// Characters of a text that has a layout; longer ones are words.
const MAX_CHARACTERS: usize = 64;
/// Texts that one part of a layout is chosen from.
const MAX_AMONG: usize = 32;
/// Words that are kept.
const MAX_WORDS: usize = 5_000;
/// Words of a text that are counted.
const MAX_LENGTH: usize = 64;

/// The shape of some texts.
pub(crate) fn shape_of(texts: &[&str], rare_below: usize) -> Shape {
    let stride = texts.len().div_ceil(LOOKED_AT).max(1);
    let texts: Vec<&str> = texts.iter().step_by(stride).copied().collect();
    let mailboxes: Vec<&str> = texts.iter().filter_map(|text| mailbox(text)).collect();
    if !texts.is_empty() && mailboxes.len() * 10 >= texts.len() * 9 {
        let mut layouts = layouts_of(&mailboxes, rare_below).0;
        if layouts.is_empty() {
            layouts.push(plain(8));
        }
        return Shape::Email { layouts };
    }
    let (layouts, covered) = layouts_of(&texts, rare_below);
    let blanks: usize = texts
        .iter()
        .map(|text| text.split_whitespace().count())
        .sum();
    let is_prose =
        blanks > texts.len() && (blanks > texts.len() * 3 || has_words(&texts, rare_below));
    if is_prose || (covered * 2 < texts.len() && blanks > texts.len()) {
        return words_of(&texts, rare_below);
    }
    if layouts.is_empty() {
        let mut lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
        lengths.sort_unstable();
        let middle = lengths.get(lengths.len() / 2).copied().unwrap_or(8);
        return Shape::Pattern {
            layouts: vec![plain(middle.clamp(1, MAX_CHARACTERS))],
        };
    }
    Shape::Pattern { layouts }
}

/// What stands before the at sign of an address.
fn mailbox(text: &str) -> Option<&str> {
    let (local, domain) = text.split_once('@')?;
    let sound = !local.is_empty() && domain.contains('.') && !domain.contains(['@', ' ']);
    sound.then_some(local)
}

/// Small letters, of texts of which nothing can be told.
fn plain(characters: usize) -> Layout {
    let letter = || Piece::Letter(('a'..='z').map(|letter| (letter, 1.0)).collect());
    Layout {
        weight: 1.0,
        pieces: (0..characters).map(|_| letter()).collect(),
    }
}

/// The layouts that enough texts share, and how many texts have one.
fn layouts_of(texts: &[&str], rare_below: usize) -> (Vec<Layout>, usize) {
    let mut groups: HashMap<String, Vec<&str>> = HashMap::new();
    for text in texts {
        if text.chars().nth(MAX_CHARACTERS).is_none() {
            let skeleton = text
                .chars()
                .map(|one| if one.is_alphanumeric() { 'x' } else { one });
            groups.entry(skeleton.collect()).or_default().push(text);
        }
    }
    let mut groups: Vec<(String, Vec<&str>)> = groups.into_iter().collect();
    groups.retain(|(_, texts)| texts.len() >= rare_below);
    groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    groups.truncate(MAX_LAYOUTS);
    let covered = groups.iter().map(|(_, texts)| texts.len()).sum();
    let layouts = groups.iter().map(|(skeleton, texts)| Layout {
        weight: texts.len() as f64,
        pieces: pieces_of(skeleton, texts, rare_below),
    });
    (layouts.collect(), covered)
}

fn pieces_of(skeleton: &str, texts: &[&str], rare_below: usize) -> Vec<Piece> {
    let marks: Vec<char> = skeleton.chars().collect();
    let rows: Vec<Vec<char>> = texts.iter().map(|text| text.chars().collect()).collect();
    let mut pieces = Vec::new();
    let mut place = 0;
    while place < marks.len() {
        if marks[place] != 'x' {
            fixed(&mut pieces, marks[place]);
            place += 1;
            continue;
        }
        let end = (place..marks.len())
            .find(|end| marks[*end] != 'x')
            .unwrap_or(marks.len());
        match among(&rows, place, end, rare_below) {
            Some(Piece::Fixed(text)) => text.chars().for_each(|one| fixed(&mut pieces, one)),
            Some(piece) => pieces.push(piece),
            None => {
                for column in place..end {
                    match letter(rows.iter().map(|row| row[column]), rare_below) {
                        Piece::Fixed(text) => text.chars().for_each(|one| fixed(&mut pieces, one)),
                        piece => pieces.push(piece),
                    }
                }
            }
        }
        place = end;
    }
    pieces
}

fn fixed(pieces: &mut Vec<Piece>, character: char) {
    if let Some(Piece::Fixed(text)) = pieces.last_mut() {
        text.push(character);
    } else {
        pieces.push(Piece::Fixed(character.to_string()));
    }
}

/// A part of which there are few, each in enough texts.
fn among(rows: &[Vec<char>], from: usize, to: usize, rare_below: usize) -> Option<Piece> {
    let mut counts: HashMap<&[char], usize> = HashMap::new();
    for row in rows {
        *counts.entry(&row[from..to]).or_default() += 1;
        if counts.len() > MAX_AMONG {
            return None;
        }
    }
    if counts.values().any(|count| *count < rare_below) {
        return None;
    }
    let counted = counts.into_iter();
    let mut parts: Vec<(String, f64)> = counted
        .map(|(part, count)| (part.iter().collect(), count as f64))
        .collect();
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    match &parts[..] {
        [(one, _)] => Some(Piece::Fixed(one.clone())),
        _ => Some(Piece::Among(parts)),
    }
}

/// The characters of one place; rare ones stand for all of their kind.
fn letter(characters: impl Iterator<Item = char>, rare_below: usize) -> Piece {
    // In their order, so that sums come out alike every time.
    let mut counts: BTreeMap<char, f64> = BTreeMap::new();
    for character in characters {
        *counts.entry(character).or_default() += 1.0;
    }
    let mut weights: BTreeMap<char, f64> = BTreeMap::new();
    for (character, count) in &counts {
        if *count >= rare_below as f64 {
            *weights.entry(*character).or_default() += count;
            continue;
        }
        let kind = match character {
            '0'..='9' => '0'..='9',
            _ if character.is_uppercase() => 'A'..='Z',
            _ => 'a'..='z',
        };
        let share = count / kind.clone().count() as f64;
        for other in kind {
            *weights.entry(other).or_default() += share;
        }
    }
    let weights: Vec<(char, f64)> = weights.into_iter().collect();
    match &weights[..] {
        [(one, _)] => Piece::Fixed(one.to_string()),
        _ => Piece::Letter(weights),
    }
}

fn word_counts<'a>(texts: &[&'a str]) -> HashMap<&'a str, usize> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for text in texts {
        for word in text.split_whitespace() {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts
}

/// Whether half of the words are such as many texts have.
fn has_words(texts: &[&str], rare_below: usize) -> bool {
    let counts = word_counts(texts);
    let all: usize = counts.values().sum();
    let shared = counts.values().filter(|count| **count >= rare_below);
    shared.sum::<usize>() * 2 >= all
}

fn words_of(texts: &[&str], rare_below: usize) -> Shape {
    let mut lengths = vec![0.0; MAX_LENGTH];
    let mut rows: HashMap<&str, (usize, usize)> = HashMap::new();
    for (row, text) in texts.iter().enumerate() {
        let mut length = 0;
        for word in text.split_whitespace() {
            length += 1;
            // A word counts for privacy once a row, however often it stands there.
            let (count, seen) = rows.entry(word).or_insert((0, usize::MAX));
            if *seen != row {
                *count += 1;
                *seen = row;
            }
        }
        lengths[length.clamp(1, MAX_LENGTH) - 1] += 1.0;
    }
    let longest = lengths.iter().rposition(|count| *count > 0.0).unwrap_or(0);
    lengths.truncate(longest + 1);
    let all: usize = rows.values().map(|(count, _)| count).sum();
    let mut words: Vec<(&str, usize)> = rows
        .into_iter()
        .map(|(word, (count, _))| (word, count))
        .collect();
    words.retain(|(word, count)| *count >= rare_below && word.len() <= MAX_CHARACTERS);
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    words.truncate(MAX_WORDS);
    let kept: usize = words.iter().map(|(_, count)| count).sum();
    let words = words
        .into_iter()
        .map(|(word, count)| (word.to_owned(), count as f64));
    let mut words: Vec<(String, f64)> = words.collect();
    words.sort_by(|a, b| a.0.cmp(&b.0));
    Shape::Words {
        lengths,
        other: if words.is_empty() {
            1.0
        } else {
            (all - kept) as f64
        },
        words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaped(texts: &[String]) -> Shape {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        shape_of(&texts, 5)
    }

    #[test]
    fn codes_keep_their_fixed_parts() {
        let codes: Vec<String> = (0..500)
            .map(|place| {
                format!(
                    "{}-{}-{:05}",
                    ["IN", "US"][place % 2],
                    2020 + place % 4,
                    place * 7_919 % 100_000
                )
            })
            .collect();
        let Shape::Pattern { layouts } = shaped(&codes) else {
            panic!("a pattern")
        };
        let [layout] = &layouts[..] else {
            panic!("one layout")
        };
        assert_eq!(
            layout.pieces[0],
            Piece::Among(vec![("IN".into(), 250.0), ("US".into(), 250.0)])
        );
        assert_eq!(layout.pieces[1], Piece::Fixed("-".into()));
        assert!(matches!(&layout.pieces[2], Piece::Among(years) if years.len() == 4));
        assert_eq!(layout.pieces.len(), 9);
    }

    #[test]
    fn a_rare_letter_stands_for_its_kind() {
        let mut codes = vec!["A1".to_owned(); 50];
        codes.extend((0..50).map(|_| "B1".to_owned()));
        codes.push("Q7".to_owned());
        let Shape::Pattern { layouts } = shaped(&codes) else {
            panic!("a pattern")
        };
        let Piece::Letter(letters) = &layouts[0].pieces[0] else {
            panic!("letters")
        };
        assert_eq!(letters.len(), 26);
        assert!(letters.iter().all(|(_, weight)| *weight > 0.0));
        assert!(
            !serde_json::to_string(&layouts)
                .expect("json")
                .contains("Q7")
        );
    }

    #[test]
    fn addresses_names_and_odd_texts() {
        let mails: Vec<String> = (0..100)
            .map(|place| format!("user{place:03}@acme.com"))
            .collect();
        let Shape::Email { layouts } = shaped(&mails) else {
            panic!("addresses")
        };
        assert_eq!(layouts[0].pieces[0], Piece::Fixed("user0".into()));
        let names: Vec<String> = (0..400)
            .map(|place| {
                format!(
                    "{} {}",
                    ["Ann", "Bob", "Eve"][place % 3],
                    ["Smith", "Jones"][place / 3 % 2]
                )
            })
            .chain(["Zebulon Quux".to_owned()])
            .collect();
        let Shape::Words {
            lengths,
            words,
            other,
        } = shaped(&names)
        else {
            panic!("words")
        };
        assert_eq!((lengths, words.len(), other), (vec![0.0, 401.0], 5, 2.0));
        let Shape::Pattern { layouts } = shaped(&["odd".to_owned(), "sizes!".to_owned()]) else {
            panic!("a pattern")
        };
        assert!(matches!(layouts[0].pieces[0], Piece::Letter(_)));
        assert!(matches!(shaped(&[]), Shape::Pattern { .. }));
    }
}
