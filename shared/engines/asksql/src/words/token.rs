//! Cutting a question into tokens with their places.

use super::stem::lemma;

/// What a token is made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Word,
    /// A number, read with its thousands separators, unit (`1.5k`, `$2m`) and per cent sign.
    Number(f64),
    /// Text between quotes, without them.
    Quoted,
    Comma,
    /// The end of a sentence or of a part of it: `.`, `?`, `!`, `;`, `:`.
    Stop,
    Other,
}

/// One token of the question.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// As it was written, quotes taken away.
    pub(crate) text: String,
    pub(crate) lower: String,
    pub(crate) lemma: String,
    pub(crate) shape: Shape,
    /// In characters of the question, the end exclusive.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Begins with a capital letter.
    pub(crate) capital: bool,
}

impl Token {
    pub(crate) fn number(&self) -> Option<f64> {
        match self.shape {
            Shape::Number(number) => Some(number),
            _ => number_word(&self.lower),
        }
    }

    pub(crate) fn is_word(&self) -> bool {
        self.shape == Shape::Word
    }
}

/// Cuts `question`; at most `most` tokens.
pub(crate) fn tokenise(question: &str, most: usize) -> Vec<Token> {
    let letters: Vec<char> = question.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < letters.len() && tokens.len() < most {
        let letter = letters[at];
        if letter.is_whitespace() {
            at += 1;
        } else if matches!(letter, '\'' | '’') && at > 0 && letters[at - 1].is_alphanumeric() {
            // The possessive of a plural.
            at += 1;
        } else if let Some(close) = closing(letter)
            && quote_opens(&letters, at)
            && let Some(end) = quote_end(&letters, at, close)
        {
            let text: String = letters[at + 1..end].iter().collect();
            push(
                &mut tokens,
                text.trim().to_owned(),
                Shape::Quoted,
                at,
                end + 1,
            );
            at = end + 1;
        } else if letter.is_ascii_digit()
            || (letter == '$' && letters.get(at + 1).is_some_and(char::is_ascii_digit))
        {
            at = number_or_code(&letters, at, &mut tokens);
        } else if letter.is_alphanumeric() {
            let start = at;
            while at < letters.len() && continues_word(&letters, at) {
                at += 1;
            }
            let mut text: String = letters[start..at].iter().collect();
            if let Some(bare) = text.strip_suffix("'s").or_else(|| text.strip_suffix("’s")) {
                text = bare.to_owned();
            }
            push(&mut tokens, text, Shape::Word, start, at);
        } else {
            let shape = match letter {
                ',' => Shape::Comma,
                '.' if abbreviates(&letters, at) => Shape::Other,
                '.' | '?' | '!' | ';' | ':' => Shape::Stop,
                _ => Shape::Other,
            };
            push(&mut tokens, letter.to_string(), shape, at, at + 1);
            at += 1;
        }
    }
    tokens
}

/// A point behind letters with a small letter after it ends no sentence ("Comp. Sci. department").
fn abbreviates(letters: &[char], point: usize) -> bool {
    let next = letters[point + 1..]
        .iter()
        .find(|letter| !letter.is_whitespace());
    let after_letter = point > 0 && letters[point - 1].is_alphabetic();
    let short = letters[..point]
        .iter()
        .rev()
        .take_while(|letter| letter.is_alphabetic())
        .count()
        <= 4;
    let capital = letters[..point]
        .iter()
        .rev()
        .take_while(|letter| letter.is_alphabetic())
        .last()
        .is_some_and(|letter| letter.is_uppercase());
    after_letter && short && capital && next.is_some_and(|letter| letter.is_alphabetic())
}

fn push(tokens: &mut Vec<Token>, text: String, shape: Shape, start: usize, end: usize) {
    let lower = text.to_lowercase();
    let lemma = if shape == Shape::Word {
        lemma(&lower)
    } else {
        lower.clone()
    };
    let capital = text.chars().next().is_some_and(char::is_uppercase);
    tokens.push(Token {
        text,
        lower,
        lemma,
        shape,
        start,
        end,
        capital,
    });
}

fn continues_word(letters: &[char], at: usize) -> bool {
    let letter = letters[at];
    if letter.is_alphanumeric() || letter == '_' {
        return true;
    }
    // An apostrophe inside a word belongs to it ("don't", "student's"), one after it does not.
    matches!(letter, '\'' | '’') && letters.get(at + 1).is_some_and(|next| next.is_alphabetic())
}

fn closing(open: char) -> Option<char> {
    match open {
        '"' => Some('"'),
        '\'' => Some('\''),
        '`' => Some('`'),
        '“' | '”' => Some('”'),
        '‘' => Some('’'),
        _ => None,
    }
}

fn quote_opens(letters: &[char], at: usize) -> bool {
    at == 0 || !letters[at - 1].is_alphanumeric()
}

fn quote_end(letters: &[char], at: usize, close: char) -> Option<usize> {
    let rest = &letters[at + 1..];
    let end = rest.iter().enumerate().position(|(index, letter)| {
        let closes = *letter == close
            || (close == '”' && *letter == '"')
            || (close == '`' && *letter == '\'');
        // `'` between letters is an apostrophe of the quoted text.
        let inside = close == '\''
            && rest
                .get(index + 1)
                .is_some_and(|next| next.is_alphanumeric());
        closes && !inside && index > 0
    })?;
    (end <= 200).then_some(at + 1 + end)
}

/// Reads `5,000`, `3.5`, `20%`, `1.5k`, `$2m`, `2024-05-01`, or a code such as `747-400` as a word.
fn number_or_code(letters: &[char], start: usize, tokens: &mut Vec<Token>) -> usize {
    let mut at = start + usize::from(letters[start] == '$');
    while at < letters.len() {
        let letter = letters[at];
        let digit_next = letters.get(at + 1).is_some_and(char::is_ascii_digit);
        let groups = letter == ',' && digit_next && grouped(letters, at);
        if letter.is_alphanumeric()
            || letter == '_'
            || groups
            || (matches!(letter, '.' | '-' | '/' | ':') && digit_next)
        {
            at += 1;
        } else {
            break;
        }
    }
    let text: String = letters[start..at].iter().collect();
    let plain = text.trim_start_matches('$').replace(',', "");
    let mut end = at;
    let scaled = scaled(&plain).inspect(|_| {
        if letters.get(end) == Some(&'%') {
            end += 1;
        }
    });
    let shape = scaled.map_or(Shape::Word, Shape::Number);
    push(tokens, text, shape, start, end);
    end
}

/// A comma groups digits when exactly three digits follow it.
fn grouped(letters: &[char], comma: usize) -> bool {
    let digits = letters[comma + 1..]
        .iter()
        .take_while(|letter| letter.is_ascii_digit())
        .count();
    digits == 3
}

fn scaled(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
        return plain.then_some(number);
    }
    let (digits, factor) = match text.char_indices().next_back()? {
        (at, 'k' | 'K') => (&text[..at], 1e3),
        (at, 'm' | 'M') => (&text[..at], 1e6),
        (at, 'b' | 'B') => (&text[..at], 1e9),
        _ => return None,
    };
    digits.parse::<f64>().ok().map(|number| number * factor)
}

/// The number that a word names.
pub(crate) fn number_word(word: &str) -> Option<f64> {
    const WORDS: &[(&str, f64)] = &[
        ("zero", 0.0),
        ("one", 1.0),
        ("two", 2.0),
        ("three", 3.0),
        ("four", 4.0),
        ("five", 5.0),
        ("six", 6.0),
        ("seven", 7.0),
        ("eight", 8.0),
        ("nine", 9.0),
        ("ten", 10.0),
        ("eleven", 11.0),
        ("twelve", 12.0),
        ("fifteen", 15.0),
        ("twenty", 20.0),
        ("thirty", 30.0),
        ("forty", 40.0),
        ("fifty", 50.0),
        ("hundred", 100.0),
        ("thousand", 1000.0),
        ("million", 1e6),
        ("once", 1.0),
        ("twice", 2.0),
        ("thrice", 3.0),
    ];
    WORDS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, number)| *number)
}

/// The words of a value or a phrase in the form under which both are looked up.
pub(crate) fn normal_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            word.extend(fold(letter).to_lowercase());
        } else if !word.is_empty() && !matches!(letter, '\'' | '’') {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Takes the accent from the letters of western alphabets.
fn fold(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'Á' | 'À' | 'Â' | 'Ä' | 'Ã' | 'Å' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | 'Ó' | 'Ò' | 'Ô' | 'Ö' | 'Õ' | 'Ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'Ú' | 'Ù' | 'Û' | 'Ü' => 'u',
        'ñ' | 'Ñ' => 'n',
        'ç' | 'Ç' => 'c',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(question: &str) -> Vec<(String, Shape)> {
        tokenise(question, 100)
            .into_iter()
            .map(|token| (token.text, token.shape))
            .collect()
    }

    #[test]
    fn numbers_keep_their_worth() {
        let tokens = tokenise("over $2m, 5,000 or 1.5k and 20% of 747-400", 100);
        let numbers: Vec<f64> = tokens.iter().filter_map(Token::number).collect();
        assert_eq!(numbers, [2e6, 5000.0, 1500.0, 20.0]);
        assert_eq!(tokens.last().expect("a token").text, "747-400");
    }

    #[test]
    fn quotes_and_apostrophes_are_told_apart() {
        let found = shapes("the student's 'O'Neil' and \"Big Co\" don't");
        assert_eq!(found[1].0, "student");
        assert_eq!(found[2], ("O'Neil".to_owned(), Shape::Quoted));
        assert_eq!(found[4], ("Big Co".to_owned(), Shape::Quoted));
        assert_eq!(found[5].0, "don't");
    }

    #[test]
    fn places_count_characters() {
        let tokens = tokenise("é à b", 10);
        assert_eq!((tokens[2].start, tokens[2].end), (4, 5));
    }
}
