//! New texts of a learned shape.

use millrace_draw::{Key, Permutation, scale};

use crate::model::{Layout, Piece, Shape};

/// Domains that are set aside for examples: no generated address is anybody's.
const DOMAINS: [&str; 3] = ["example.com", "example.org", "example.net"];
/// Texts of one layout that are told apart by its letters; the numbers behind tell more apart.
const MAX_CAPACITY: u64 = 1 << 62;
/// Sets off the number behind a text whose layout is used up.
const MARKS: [char; 5] = ['~', '^', '|', '#', '-'];

/// Things with weights.
#[derive(Debug, Clone)]
struct Weighted<T> {
    items: Vec<T>,
    /// Bounds of draws; the last holds all.
    bounds: Vec<u64>,
}

impl<T> Weighted<T> {
    fn new(items: impl Iterator<Item = (T, f64)>) -> Result<Self, &'static str> {
        let (items, weights): (Vec<T>, Vec<f64>) = items.unzip();
        let sum: f64 = weights.iter().sum();
        let sound = weights.iter().all(|weight| *weight >= 0.0);
        if !sound || !sum.is_finite() || sum <= 0.0 {
            return Err("the weights of a text are negative or all nothing");
        }
        let mut reached = 0.0;
        let mut bounds = Vec::with_capacity(weights.len());
        for weight in &weights {
            reached += weight;
            bounds.push((reached / sum * 18_446_744_073_709_551_616.0) as u64);
        }
        Ok(Self { items, bounds })
    }

    #[inline]
    fn pick(&self, draw: u64) -> &T {
        let place = self.bounds.partition_point(|bound| *bound <= draw);
        &self.items[place.min(self.items.len() - 1)]
    }
}

#[derive(Debug, Clone)]
enum Part {
    Fixed(String),
    Among(Weighted<String>),
    Letter(Weighted<char>),
}

/// A layout made ready.
#[derive(Debug, Clone)]
struct Template {
    parts: Vec<Part>,
    /// Texts that it can write.
    capacity: u64,
    order: Permutation,
}

impl Template {
    fn new(layout: &Layout, key: Key) -> Result<Self, &'static str> {
        let mut parts = Vec::with_capacity(layout.pieces.len());
        let mut capacity = 1_u64;
        for piece in &layout.pieces {
            let (part, ways) = match piece {
                Piece::Fixed(text) => (Part::Fixed(text.clone()), 1),
                Piece::Among(texts) => {
                    let weighted = Weighted::new(texts.iter().cloned())?;
                    (Part::Among(weighted), texts.len())
                }
                Piece::Letter(letters) => {
                    let weighted = Weighted::new(letters.iter().copied())?;
                    (Part::Letter(weighted), letters.len())
                }
            };
            capacity = capacity.saturating_mul(ways as u64).min(MAX_CAPACITY);
            parts.push(part);
        }
        Ok(Self {
            parts,
            capacity,
            order: Permutation::new(key, capacity),
        })
    }

    fn write(&self, key: Key, row: u64, text: &mut String) {
        for (number, part) in (1..).zip(&self.parts) {
            match part {
                Part::Fixed(fixed) => text.push_str(fixed),
                Part::Among(texts) => text.push_str(texts.pick(key.draw(row, number))),
                Part::Letter(letters) => text.push(*letters.pick(key.draw(row, number))),
            }
        }
    }

    /// Writes the text of a number, another one for each below the capacity.
    fn write_number(&self, number: u64, text: &mut String) {
        let mut left = self.order.forward(number);
        for part in &self.parts {
            let mut digit = |ways: usize| {
                let digit = left % ways as u64;
                left /= ways as u64;
                digit as usize
            };
            match part {
                Part::Fixed(fixed) => text.push_str(fixed),
                Part::Among(texts) => text.push_str(&texts.items[digit(texts.items.len())]),
                Part::Letter(letters) => text.push(letters.items[digit(letters.items.len())]),
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Kind {
    Templates {
        templates: Weighted<Template>,
        widest: usize,
        mark: char,
        email: bool,
    },
    Words {
        lengths: Weighted<usize>,
        words: Weighted<Option<String>>,
    },
}

/// Writes texts of a shape.
#[derive(Debug, Clone)]
pub(crate) struct TextWriter {
    key: Key,
    kind: Kind,
    unique: bool,
}

impl TextWriter {
    /// Makes a shape ready; what is wrong with it otherwise.
    pub(crate) fn new(shape: &Shape, key: Key, unique: bool) -> Result<Self, &'static str> {
        let kind = match shape {
            Shape::Pattern { layouts } | Shape::Email { layouts } => {
                templates(layouts, key, matches!(shape, Shape::Email { .. }))?
            }
            Shape::Words {
                lengths,
                words,
                other,
            } => {
                let known = words
                    .iter()
                    .map(|(word, weight)| (Some(word.clone()), *weight));
                Kind::Words {
                    lengths: Weighted::new((1..).zip(lengths.iter().copied()))?,
                    words: Weighted::new(known.chain([(None, *other)]))?,
                }
            }
        };
        Ok(Self { key, kind, unique })
    }

    /// Writes the text of a row.
    pub(crate) fn write(&self, row: u64, text: &mut String) {
        match &self.kind {
            Kind::Templates {
                templates,
                widest,
                mark,
                email,
            } => {
                let template = templates.pick(self.key.at(row));
                if !self.unique {
                    template.write(self.key, row, text);
                } else if row < template.capacity {
                    template.write_number(row, text);
                } else {
                    let template = &templates.items[*widest];
                    template.write_number(row % template.capacity, text);
                    if row >= template.capacity {
                        text.push(*mark);
                        text.push_str(&(row / template.capacity).to_string());
                    }
                }
                if *email {
                    text.push('@');
                    let domain = scale(self.key.child(1).at(row), DOMAINS.len() as u64);
                    text.push_str(DOMAINS[domain as usize]);
                }
            }
            Kind::Words { lengths, words } => {
                let length = *lengths.pick(self.key.at(row));
                for place in 0..length {
                    if place > 0 {
                        text.push(' ');
                    }
                    let draw = self.key.draw(row, place as u64 + 1);
                    match words.pick(draw) {
                        Some(word) => text.push_str(word),
                        None => new_word(self.key.child(2).draw(row, place as u64), text),
                    }
                }
            }
        }
    }
}

fn templates(layouts: &[Layout], key: Key, email: bool) -> Result<Kind, &'static str> {
    let ready: Vec<(Template, f64)> = (0..)
        .zip(layouts)
        .map(|(place, layout)| {
            Ok((
                Template::new(layout, key.child(100 + place))?,
                layout.weight,
            ))
        })
        .collect::<Result<_, &'static str>>()?;
    let templates = Weighted::new(ready.into_iter())?;
    let capacities = templates.items.iter().map(|template| template.capacity);
    let widest = capacities
        .enumerate()
        .max_by_key(|(place, capacity)| (*capacity, usize::MAX - place));
    let uses = |mark: char| {
        let fixed = |piece: &Piece| matches!(piece, Piece::Fixed(text) if text.contains(mark));
        layouts.iter().any(|layout| layout.pieces.iter().any(fixed))
    };
    Ok(Kind::Templates {
        widest: widest.map_or(0, |(place, _)| place),
        mark: MARKS.into_iter().find(|mark| !uses(*mark)).unwrap_or('~'),
        templates,
        email,
    })
}

/// Two to four syllables.
fn new_word(draw: u64, text: &mut String) {
    const BEGIN: &[u8; 16] = b"bcdfghklmnprstvz";
    const MIDDLE: &[u8; 8] = b"aeiouaei";
    let mut left = draw;
    let syllables = 2 + left % 3;
    left >>= 8;
    for _ in 0..syllables {
        text.push(char::from(BEGIN[(left & 15) as usize]));
        text.push(char::from(MIDDLE[(left >> 4 & 7) as usize]));
        left >>= 7;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn key() -> Key {
        Key::new(3, "likeness", "code", "text")
    }

    fn written(shape: &Shape, unique: bool, rows: std::ops::Range<u64>) -> Vec<String> {
        let writer = TextWriter::new(shape, key(), unique).expect("a shape");
        rows.map(|row| {
            let mut text = String::new();
            writer.write(row, &mut text);
            text
        })
        .collect()
    }

    fn codes(letters: &str) -> Shape {
        let letters = letters.chars().map(|letter| (letter, 1.0)).collect();
        let layout = |pieces| Layout {
            weight: 1.0,
            pieces,
        };
        Shape::Pattern {
            layouts: vec![
                layout(vec![Piece::Fixed("A-".into()), Piece::Letter(letters)]),
                layout(vec![Piece::Among(vec![
                    ("x".into(), 1.0),
                    ("y".into(), 3.0),
                ])]),
            ],
        }
    }

    #[test]
    fn unique_texts_stay_so_beyond_their_layouts() {
        let texts = written(&codes("0123456789"), true, 0..5_000);
        let different: HashSet<&String> = texts.iter().collect();
        assert_eq!(different.len(), 5_000);
        assert!(texts.iter().any(|text| text.contains('~')));
    }

    #[test]
    fn weights_hold_and_rows_stand_alone() {
        let shape = codes("ab");
        let texts = written(&shape, false, 0..8_000);
        let count = |wanted: &str| texts.iter().filter(|text| *text == wanted).count();
        assert!(count("A-a").abs_diff(2_000) < 200, "{}", count("A-a"));
        assert!(count("y").abs_diff(3_000) < 200, "{}", count("y"));
        assert_eq!(written(&shape, false, 500..510), texts[500..510]);
    }

    #[test]
    fn addresses_and_words() {
        let layouts = vec![Layout {
            weight: 1.0,
            pieces: vec![Piece::Fixed("me".into())],
        }];
        let texts = written(&Shape::Email { layouts }, true, 0..2);
        assert!(texts[0].starts_with("me@example."), "{}", texts[0]);
        assert!(texts[1].starts_with("me~1@example."), "{}", texts[1]);
        let words = Shape::Words {
            lengths: vec![0.0, 1.0],
            words: vec![("grain".into(), 1.0)],
            other: 1.0,
        };
        let texts = written(&words, false, 0..200);
        assert!(texts.iter().all(|text| text.split(' ').count() == 2));
        assert!(texts.iter().any(|text| text == "grain grain"));
        assert!(TextWriter::new(&Shape::Pattern { layouts: vec![] }, key(), true).is_err());
    }
}
