//! Steps about texts.

use super::Work;
use crate::fault::{Code, quoted};
use crate::lineage::Flow;
use crate::read::Fields;
use crate::value::{Character, Columns, Name, Pattern};

choice! {
    /// An end of a text.
    pub enum Side {
        /// Both ends.
        Both = "both",
        /// The beginning.
        Left = "left",
        /// The end.
        Right = "right",
    }
}

group! {
    /// Removes white space, or other characters, at the ends of texts.
    pub struct Trim {
        /// The columns.
        columns: Columns = Columns::All,
        /// At which end.
        side: Side = Side::Both,
        /// The characters that go; white space where it is left out.
        characters: Option<String> [1..=100],
        /// Whether a run of white space inside becomes one blank.
        collapse_whitespace: bool = false,
    }
}

impl Work for Trim {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }
}

choice! {
    /// A case of letters.
    pub enum LetterCase {
        /// Lower case.
        Lower = "lower",
        /// Upper case.
        Upper = "upper",
        /// Each word in upper case at its beginning.
        Title = "title",
        /// The text in upper case at its beginning.
        Sentence = "sentence",
    }
}

group! {
    /// Changes the case of texts.
    pub struct ChangeCase {
        /// The columns.
        columns: Columns,
        /// To which case.
        to: LetterCase,
    }
}

impl Work for ChangeCase {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }
}

choice! {
    /// A normal form of Unicode.
    pub enum UnicodeForm {
        /// Canonical, composed.
        Nfc = "NFC",
        /// Compatible, composed.
        Nfkc = "NFKC",
    }
}

choice! {
    /// Characters of a class.
    pub enum CharacterClass {
        /// Control characters, line breaks and tabs included.
        Control = "control",
        /// Emoji.
        Emoji = "emoji",
        /// Punctuation.
        Punctuation = "punctuation",
    }
}

group! {
    /// Makes texts that look alike be alike.
    pub struct NormalizeText {
        /// The columns.
        columns: Columns,
        /// A normal form of Unicode.
        unicode: Option<UnicodeForm>,
        /// Whether letters lose their accents.
        strip_accents: bool = false,
        /// Classes of characters that go.
        remove: Vec<CharacterClass> [0..=3] = Vec::new(),
    }
    check NormalizeText::verify;
}

impl NormalizeText {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        if self.unicode.is_none() && !self.strip_accents && self.remove.is_empty() {
            fields.missing("unicode", "NFC or NFKC; or give strip_accents or remove");
        }
        self
    }
}

impl Work for NormalizeText {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }
}

tagged! {
    /// What is done with the text.
    pub enum TextOperation by "operation" {
        /// Fills it at its beginning.
        PadLeft = "pad_left" {
            /// The number of characters it then has at least.
            width: u64 [1..=10_000],
            /// What it is filled with.
            with: Character = Character(' '),
        },
        /// Fills it at its end.
        PadRight = "pad_right" {
            /// The number of characters it then has at least.
            width: u64 [1..=10_000],
            /// What it is filled with.
            with: Character = Character(' '),
        },
        /// Cuts a part out of it.
        Substring = "substring" {
            /// The first character, counted from 0; from the end where negative.
            start: i64 [-1_000_000..=1_000_000],
            /// How many characters; all to the end where it is left out.
            length: Option<u64> [0..=1_000_000],
        },
        /// Puts something before it.
        Prefix = "prefix" {
            /// What.
            text: String [1..=1_000],
        },
        /// Puts something after it.
        Suffix = "suffix" {
            /// What.
            text: String [1..=1_000],
        },
    }
}

group! {
    /// Pads, cuts or extends texts.
    pub struct Text {
        /// The column.
        column: Name,
        /// What is done.
        operation: TextOperation as flat,
        /// Name of the result; the column itself where it is left out.
        output: Option<Name>,
    }
}

impl Work for Text {
    fn flow(&self, flow: &mut Flow) {
        flow.read("column", &self.column);
        flow.create_optional(self.output.as_ref());
    }
}

group! {
    /// Replaces parts of texts.
    pub struct ReplaceText {
        /// The columns.
        columns: Columns,
        /// What is replaced.
        find: String [1..=2_000],
        /// By what; with `regex`, `$1` stands for the first group.
        replace: String = String::new(),
        /// Whether `find` is a regular expression.
        regex: bool = false,
        /// Whether case makes a difference.
        case_sensitive: bool = true,
        /// How many occurrences of each text are replaced; 0 for all.
        count: u64 = 0,
    }
    check ReplaceText::verify;
}

impl ReplaceText {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        check_pattern(self.regex, &self.find, "find", fields);
        self
    }
}

/// Faults where a text that should be a regular expression is none.
fn check_pattern(regex: bool, text: &str, name: &str, fields: &mut Fields<'_, '_>) {
    if regex {
        let _ = Pattern::read_text(text, &mut fields.scope().member(name));
    }
}

impl Work for ReplaceText {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
    }
}

group! {
    /// Puts the groups of a regular expression into columns; null where it is not found.
    pub struct RegexExtract {
        /// The column.
        column: Name,
        /// The regular expression.
        pattern: Pattern,
        /// Groups, by name or number, and the columns that they go to.
        outputs: Vec<(String, Name)>,
    }
    check RegexExtract::verify;
}

impl RegexExtract {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        let Ok(regex) = self.pattern.compile(true) else {
            return self;
        };
        let groups: Vec<String> = regex
            .capture_names()
            .enumerate()
            .map(|(index, name)| name.map_or_else(|| index.to_string(), str::to_owned))
            .collect();
        for (group, _) in &self.outputs {
            let number = group
                .parse::<usize>()
                .is_ok_and(|number| number < groups.len());
            if !number && !groups.contains(group) {
                let mut map = fields.scope().member("outputs");
                let wrong = format!("the pattern has no group {}", quoted(group));
                map.member(group)
                    .unknown(Code::NotAllowed, &wrong, group, &groups);
            }
        }
        let outputs = self.outputs.iter().map(|(_, output)| output);
        check_distinct(outputs, "outputs", fields);
        self
    }
}

/// A fault where two results go to one column.
pub(super) fn check_distinct<'n>(
    outputs: impl Iterator<Item = &'n Name>,
    name: &str,
    fields: &mut Fields<'_, '_>,
) {
    let mut seen = std::collections::HashSet::new();
    for output in outputs {
        if !seen.insert(output) {
            let message = format!("give {} to one result only", quoted(output));
            fields.fault(name, Code::Duplicate, message);
        }
    }
}

impl Work for RegexExtract {
    fn flow(&self, flow: &mut Flow) {
        flow.read("column", &self.column);
        for (_, output) in &self.outputs {
            flow.create(output);
        }
    }
}

group! {
    /// Splits a text into several columns.
    pub struct SplitColumn {
        /// The column.
        column: Name,
        /// What stands between the parts.
        delimiter: String [1..=2_000],
        /// How many parts there are at most, the last one holding the rest; as many as outputs where it
        /// is left out.
        max_parts: Option<u64> [1..=1_000],
        /// Names of the parts; those of no part become null.
        outputs: Vec<Name> [1..=1_000],
        /// Whether the delimiter is a regular expression.
        regex: bool = false,
        /// Whether the column stays.
        keep_source: bool = false,
    }
    check SplitColumn::verify;
}

impl SplitColumn {
    fn verify(self, fields: &mut Fields<'_, '_>) -> Self {
        check_pattern(self.regex, &self.delimiter, "delimiter", fields);
        let outputs = self.outputs.len() as u64;
        if self.max_parts.is_some_and(|most| most < outputs) {
            let message = format!("give {outputs} or more, as many as outputs");
            fields.fault("max_parts", Code::OutOfRange, message);
        }
        Self {
            max_parts: self.max_parts.or(Some(outputs)),
            ..self
        }
    }
}

impl Work for SplitColumn {
    fn flow(&self, flow: &mut Flow) {
        flow.read("column", &self.column);
        if !self.keep_source {
            flow.remove(&self.column);
        }
        for output in &self.outputs {
            flow.create(output);
        }
    }
}

group! {
    /// Joins the texts of several columns.
    pub struct MergeColumns {
        /// The columns, in this order.
        columns: Columns,
        /// What stands between them.
        separator: String [0..=1_000] = String::new(),
        /// Name of the result.
        output: Name,
        /// Whether nulls are left out; otherwise one null makes the result null.
        skip_nulls: bool = true,
        /// Whether the columns stay.
        keep_source: bool = true,
    }
}

impl Work for MergeColumns {
    fn flow(&self, flow: &mut Flow) {
        flow.read_columns("columns", &self.columns);
        if !self.keep_source {
            flow.drop(&self.columns);
        }
        flow.create(&self.output);
    }
}
