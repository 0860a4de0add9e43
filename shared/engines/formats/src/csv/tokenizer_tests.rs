use super::*;
use crate::csv::automaton::{State, step};
use proptest::prelude::*;

type Row = (usize, Vec<(String, bool)>);

fn read(dialect: &Dialect, keep_blank: bool, bytes: &[u8]) -> (Vec<Row>, Stop) {
    let tokenizer = Tokenizer::new(dialect, keep_blank, 100);
    let mut index = Index::default();
    let (_, stop) = tokenizer.tokenize(bytes, 0, true, usize::MAX, &mut index);
    (rows(&tokenizer, bytes, &index), stop)
}

fn rows(tokenizer: &Tokenizer, bytes: &[u8], index: &Index) -> Vec<Row> {
    index
        .records
        .iter()
        .map(|record| {
            let first = record.first_field as usize;
            let fields = &index.fields[first..first + record.fields as usize];
            let cells = fields
                .iter()
                .map(|field| {
                    let content = tokenizer.content(bytes, *field);
                    (
                        String::from_utf8_lossy(&content).into_owned(),
                        field.is_quoted(),
                    )
                })
                .collect();
            (record.start as usize, cells)
        })
        .collect()
}

fn texts(text: &str) -> Vec<Vec<String>> {
    let (rows, stop) = read(&Dialect::default(), false, text.as_bytes());
    assert_eq!(stop, Stop::NeedsMore, "{text:?}");
    rows.into_iter()
        .map(|(_, cells)| cells.into_iter().map(|(text, _)| text).collect())
        .collect()
}

#[test]
fn reads_quotes_as_people_write_them() {
    assert_eq!(texts("a,b\n1,2"), [["a", "b"], ["1", "2"]]);
    assert_eq!(texts("\"a \"\"x\"\"\n\",b\r\n"), [["a \"x\"\n", "b"]]);
    assert_eq!(texts("a\"b,\"c\" ,\"\"\n"), [["a\"b", "c", ""]]);
    assert_eq!(
        texts("\"He said \"hi\" twice\",x\n"),
        [["He said \"hi\" twice", "x"]]
    );
    assert_eq!(texts("\"5\" disk,x\n"), [["\"5\" disk", "x"]]);
    assert_eq!(texts("a,\r\r\n\r\n,\n"), [["a", ""], ["", ""]]);
}

#[test]
fn an_escape_protects_only_what_it_can() {
    let dialect = Dialect {
        escape: Some(b'\\'),
        ..Dialect::default()
    };
    let (rows, _) = read(&dialect, false, b"\"a\\\"b\",C:\\dir,\\N,x\\,y\n");
    let cells: Vec<_> = rows[0].1.iter().map(|(text, _)| text.as_str()).collect();
    assert_eq!(cells, ["a\"b", "C:\\dir", "\\N", "x,y"]);
}

#[test]
fn says_where_a_quote_is_never_closed() {
    let tokenizer = Tokenizer::new(&Dialect::default(), false, 10);
    let mut index = Index::default();
    let stop = tokenizer.tokenize(b"a\n\"b\nc", 0, true, 9, &mut index);
    assert_eq!(stop, (2, Stop::Unterminated));
    assert_eq!(index.records.len(), 1);
}

/// The definition: byte by byte along the automaton.
fn reference(dialect: &Dialect, keep_blank: bool, bytes: &[u8]) -> (Vec<(usize, usize)>, State) {
    let mut state = State::RecordStart;
    let mut rows: Vec<(usize, usize)> = Vec::new();
    let mut in_record = false;
    for (at, &byte) in bytes.iter().enumerate() {
        let (next, begins) = step(dialect, keep_blank, state, byte);
        if begins {
            rows.push((at, 1));
            in_record = true;
        }
        if in_record && next == State::FieldStart && byte == dialect.delimiter {
            rows.last_mut().unwrap().1 += 1;
        }
        if matches!(next, State::RecordStart | State::AfterReturn) {
            in_record = false;
        }
        state = next;
    }
    (rows, state)
}

fn dialects() -> impl Strategy<Value = Dialect> {
    any::<[bool; 5]>().prop_map(|[quote, escape, any, comment, space]| Dialect {
        quote: quote.then_some(b'"'),
        escape: escape.then_some(b'\\'),
        line_ending: if any {
            LineEnding::Any
        } else {
            LineEnding::LineFeed
        },
        comment: comment.then_some(b'#'),
        initial_space: space && quote,
        ..Dialect::default()
    })
}

fn messy() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(b"ab,,\"\"\n\n\r\\# ".to_vec()), 0..160)
}

proptest! {
    /// The tokeniser finds the records and fields that the automaton defines.
    #[test]
    fn equals_the_naive_reference(dialect in dialects(), keep_blank in any::<bool>(), bytes in messy()) {
        let (expected, state) = reference(&dialect, keep_blank, &bytes);
        let (rows, stop) = read(&dialect, keep_blank, &bytes);
        let found: Vec<_> = rows.iter().map(|(start, cells)| (*start, cells.len())).collect();
        if state.is_open() {
            prop_assert_eq!(stop, Stop::Unterminated);
            prop_assert_eq!(&found[..], &expected[..expected.len() - 1]);
        } else {
            prop_assert_eq!(stop, Stop::NeedsMore);
            prop_assert_eq!(found, expected);
        }
    }

    /// Bytes that come in pieces give the same records.
    #[test]
    fn pieces_are_one(dialect in dialects(), bytes in messy(), cut in 0usize..160) {
        let cut = cut.min(bytes.len());
        let tokenizer = Tokenizer::new(&dialect, false, 100);
        let mut index = Index::default();
        let (at, stop) = tokenizer.tokenize(&bytes[..cut], 0, false, usize::MAX, &mut index);
        prop_assert_eq!(stop, Stop::NeedsMore);
        let (_, stop) = tokenizer.tokenize(&bytes, at, true, usize::MAX, &mut index);
        let (expected, expected_stop) = read(&dialect, false, &bytes);
        prop_assert_eq!(stop, expected_stop);
        prop_assert_eq!(rows(&tokenizer, &bytes, &index), expected);
    }

    /// What a writer of RFC 4180 writes is read back.
    #[test]
    fn reads_what_was_written(table in prop::collection::vec(prop::collection::vec("[a-z\",\n\r éß]{0,70}", 3), 1..6)) {
        let mut text = String::new();
        for row in &table {
            let cells: Vec<_> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        prop_assert_eq!(texts(&text), table);
    }
}
