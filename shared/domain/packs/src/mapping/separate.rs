//! One free text into single questions.

/// Questions read from one text; what follows is left out.
pub const MAX_QUESTIONS: usize = 20;
/// Characters of one question; longer ones are cut.
const MAX_LENGTH: usize = 300;

/// Separates lines, numbered or bulleted lists, and sentences that end in a question mark.
#[must_use]
pub fn separate(text: &str) -> Vec<String> {
    let mut questions = Vec::new();
    for line in text.split(['\n', '\r', ';']) {
        let mut rest = line;
        while let Some(end) = rest.find(['?', '\u{ff1f}', '\u{61f}']) {
            let mark = rest[end..].chars().next().map_or(1, char::len_utf8);
            push(&mut questions, &rest[..end + mark]);
            rest = &rest[end + mark..];
        }
        push(&mut questions, rest);
    }
    questions.truncate(MAX_QUESTIONS);
    questions
}

fn push(questions: &mut Vec<String>, raw: &str) {
    let text = without_marker(raw.trim()).trim();
    if text.chars().any(char::is_alphanumeric) {
        questions.push(text.chars().take(MAX_LENGTH).collect());
    }
}

/// The text without `1.`, `2)`, `-`, `*`, `Q3:` before it.
fn without_marker(text: &str) -> &str {
    let text = text
        .trim_start_matches(['-', '*', '\u{2022}', '\u{2013}', '\u{2014}', ',', '.', '('])
        .trim_start();
    let body = text
        .strip_prefix(['Q', 'q'])
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(text);
    let digits = body.chars().take_while(char::is_ascii_digit).count();
    if digits == 0 || digits > 2 {
        return text;
    }
    body[digits..]
        .strip_prefix(['.', ')', ':'])
        .map_or(text, str::trim_start)
}
