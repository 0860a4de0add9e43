//! Plain text, wrapped.

/// Columns of the text documents.
pub(crate) const WIDTH: usize = 88;

/// Appends `text` to `page`, wrapped at [`WIDTH`] characters: the first line behind `first`, the
/// others behind as many spaces. Lines of the text stay lines; a word that is too long stands alone.
pub(crate) fn paragraph(page: &mut String, first: &str, text: &str) {
    let indent = " ".repeat(first.chars().count());
    let mut prefix = first;
    for line in text.lines() {
        let mut column = 0;
        for word in line.split_whitespace() {
            let length = word.chars().count();
            if column == 0 {
                page.push_str(prefix);
                prefix = &indent;
                column = indent.len();
            } else if column + 1 + length > WIDTH {
                page.push('\n');
                page.push_str(&indent);
                column = indent.len();
            } else {
                page.push(' ');
                column += 1;
            }
            page.push_str(word);
            column += length;
        }
        page.push('\n');
    }
}

/// Appends a heading with a rule of `rule` below it and an empty line after it.
pub(crate) fn heading(page: &mut String, text: &str, rule: char) {
    let text = one_line(text);
    page.push_str(&text);
    page.push('\n');
    page.extend(std::iter::repeat_n(rule, text.chars().count().min(WIDTH)));
    page.push_str("\n\n");
}

/// Appends lines as they are, each behind `indent`; for code, which must not be wrapped.
pub(crate) fn verbatim(page: &mut String, indent: &str, text: &str) {
    for line in text.trim_end().lines() {
        if !line.trim().is_empty() {
            page.push_str(indent);
            page.push_str(line.trim_end());
        }
        page.push('\n');
    }
}

/// The text with every run of white space as one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A count with commas between thousands.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_have_commas() {
        let shown = [0, 999, 1_000, 100_000, 1_234_567].map(count);
        assert_eq!(shown, ["0", "999", "1,000", "100,000", "1,234,567"]);
    }

    #[test]
    fn lines_hang_below_their_first_word() {
        let mut page = String::new();
        paragraph(&mut page, "  - ", &"word ".repeat(20));
        let lines: Vec<_> = page.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("  - word") && lines[1].starts_with("    word"));
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_no_word_is_lost(text in "([a-zäö]{1,20}[ \n]?){0,60}") {
            let mut page = String::new();
            paragraph(&mut page, "* ", &text);
            let words: Vec<_> = text.split_whitespace().collect();
            let kept: Vec<_> = page.split_whitespace().filter(|word| *word != "*").collect();
            prop_assert_eq!(kept, words);
            for line in page.lines() {
                let lone = line.split_whitespace().filter(|word| *word != "*").count() <= 1;
                prop_assert!(lone || line.chars().count() <= WIDTH);
            }
        }
    }
}
