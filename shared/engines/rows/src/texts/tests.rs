use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array,
    ListArray, RecordBatch,
};
use arrow::datatypes::{DataType, Int64Type};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::columns::testing::{
    assert_divisible, bind, cells, column_t, full, names, of_texts, refusal, run, run_with, table,
    texts,
};
use crate::facts::Facts;

/// What a step makes of one text in the column `t`.
fn one(name: &str, params: Value, text: &str) -> String {
    of_texts(name, params, &[text]).remove(0)
}

fn mixed() -> RecordBatch {
    table(&[
        ("t", texts(&[Some(" a "), None, Some("")])),
        (
            "n",
            Arc::new(Int64Array::from(vec![Some(7), None, Some(-12)])) as ArrayRef,
        ),
        (
            "b",
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
        ),
    ])
}

/// Steps on chosen columns of text, with parameters that change a good deal.
fn steps() -> Vec<(&'static str, Value)> {
    vec![
        ("trim", json!({"columns": "*", "collapse_whitespace": true})),
        ("change_case", json!({"columns": "*", "to": "title"})),
        ("change_case", json!({"columns": "*", "to": "upper"})),
        (
            "normalize_text",
            json!({"columns": "*", "unicode": "NFKC", "strip_accents": true,
            "remove": ["control", "emoji", "punctuation"]}),
        ),
        (
            "replace_text",
            json!({"columns": "*", "find": "a", "replace": "bb", "count": 2}),
        ),
        (
            "replace_text",
            json!({"columns": "*", "find": "(a)|b*", "regex": true, "replace": "<$1>"}),
        ),
    ]
}

#[test]
fn columns_without_text_are_passed_over_unless_they_are_named() {
    for (name, params) in steps() {
        let made = run(name, params.clone(), &mixed());
        assert!(
            Arc::ptr_eq(made.column(1), mixed().column(1))
                || cells(&made, "n") == cells(&mixed(), "n")
        );
        assert_eq!(made.column(1).data_type(), &DataType::Int64);
        assert_eq!(cells(&made, "t")[1], None, "{name}");
        let mut named = params;
        named["columns"] = json!(["t", "n"]);
        let error = refusal(name, named, &mixed());
        assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
        assert!(error.message.contains("column n holds int64"), "{error}");
    }
    for (name, params) in [
        (
            "split_column",
            json!({"column": "n", "delimiter": ",", "outputs": ["x"]}),
        ),
        (
            "regex_extract",
            json!({"column": "n", "pattern": "(a)", "outputs": {"1": "x"}}),
        ),
        (
            "text",
            json!({"column": "b", "operation": "prefix", "text": "x"}),
        ),
    ] {
        assert_eq!(refusal(name, params, &mixed()).code, "COLUMN_TYPE_MISMATCH");
    }
}

#[test]
fn what_stays_as_it_is_is_not_copied() {
    let batch = column_t(&[Some("Plain Text"), None, Some("")]);
    for (name, params) in [
        ("trim", json!({"columns": "*", "collapse_whitespace": true})),
        ("change_case", json!({"columns": "*", "to": "title"})),
        (
            "normalize_text",
            json!({"columns": "*", "unicode": "NFC", "remove": ["emoji"]}),
        ),
        ("replace_text", json!({"columns": "*", "find": "q"})),
        (
            "text",
            json!({"column": "t", "operation": "substring", "start": 0}),
        ),
    ] {
        let made = run(name, params, &batch);
        assert!(Arc::ptr_eq(made.column(0), batch.column(0)), "{name}");
    }
}

#[test]
fn the_rows_around_a_change_stay() {
    let long = "a text that does not fit into a view";
    let batch = column_t(&[Some(long), None, Some(" x"), None, Some(long), Some("")]);
    let made = run("trim", json!({"columns": ["t"]}), &batch.slice(0, 6));
    let expected = [Some(long), None, Some("x"), None, Some(long), Some("")];
    assert_eq!(made, column_t(&expected));
    let made = run("trim", json!({"columns": ["t"]}), &batch.slice(1, 4));
    assert_eq!(made, column_t(&expected[1..5]));
}

#[test]
fn ends_are_trimmed() {
    let trim = |params: Value, text: &str| one("trim", params, text);
    assert_eq!(trim(json!({}), "\u{a0}\t a  b \u{3000}\n"), "a  b");
    assert_eq!(trim(json!({"side": "left"}), " a "), "a ");
    assert_eq!(trim(json!({"side": "right"}), " a "), " a");
    assert_eq!(trim(json!({}), " \t "), "");
    let signs = json!({"characters": "-é"});
    assert_eq!(trim(signs.clone(), "é-a é-"), "a ");
    assert_eq!(trim(signs, "--"), "");
    let one_side = json!({"characters": "0", "side": "left"});
    assert_eq!(trim(one_side, "00100"), "100");
    let collapse = json!({"collapse_whitespace": true});
    assert_eq!(trim(collapse.clone(), " a \t b\u{a0}c d "), "a b c d");
    assert_eq!(trim(collapse, "a\tb"), "a b");
    let right = json!({"collapse_whitespace": true, "side": "right"});
    assert_eq!(trim(right, "  a  b  "), " a b");
}

#[test]
fn case_changes() {
    let case = |to: &str, text: &str| one("change_case", json!({"columns": ["t"], "to": to}), text);
    assert_eq!(case("lower", "ÄÖ ΟΔΟΣ İx"), "äö οδος i\u{307}x");
    assert_eq!(case("upper", "straße ŉ 1a"), "STRASSE ʼN 1A");
    for (text, title) in [
        ("hello WORLD", "Hello World"),
        ("o'neil's jean-luc", "O'neil's Jean-Luc"),
        ("3rd of may_day", "3rd Of May_Day"),
        ("ÉCOLE ße ﬁsh", "École Sse Fish"),
        ("e\u{301}tE\u{301}", "E\u{301}te\u{301}"),
        ("  (a) 'b'", "  (A) 'B'"),
        ("ΑΣ ΟΔΟΣ", "Ας Οδος"),
        ("", ""),
    ] {
        assert_eq!(case("title", text), title);
    }
    for (text, sentence) in [
        ("HELLO world. NEXT", "Hello world. next"),
        ("  «élan» VITAL", "  «Élan» vital"),
        ("3 APPLES", "3 apples"),
        ("...", "..."),
    ] {
        assert_eq!(case("sentence", text), sentence);
    }
}

#[test]
fn texts_get_a_normal_form() {
    let form = |form: &str, text: &str| {
        one(
            "normalize_text",
            json!({"columns": ["t"], "unicode": form}),
            text,
        )
    };
    assert_eq!(form("NFC", "e\u{301}\u{1100}\u{1161}ﬁ①"), "é가ﬁ①");
    assert_eq!(form("NFKC", "e\u{301}ﬁ①Ａ½ ㎏"), "éfi1A1⁄2 kg");
    assert_eq!(form("NFKC", "plain"), "plain");
}

#[test]
fn letters_lose_their_accents() {
    let strip = |text: &str| {
        one(
            "normalize_text",
            json!({"columns": ["t"], "strip_accents": true}),
            text,
        )
    };
    for (text, plain) in [
        ("Crème Brûlée e\u{301}", "Creme Brulee e"),
        ("Łódź Ørsted Đà Ħaż Ŧ", "Lodz Orsted Da Haz T"),
        ("größe æ", "große æ"),
        ("Ёлка Ελλάδα", "Елка Ελλαδα"),
        // Without their vowels these would be other words.
        ("हिन्दी தமிழ் が 가", "हिन्दी தமிழ் が 가"),
        ("plain", "plain"),
    ] {
        assert_eq!(strip(text), plain);
    }
    let both = json!({"columns": ["t"], "strip_accents": true, "unicode": "NFKC"});
    assert_eq!(one("normalize_text", both, "ﬁancé №"), "fiance No");
}

#[test]
fn classes_of_characters_are_removed() {
    let remove = |class: &str, text: &str| {
        one(
            "normalize_text",
            json!({"columns": ["t"], "remove": [class]}),
            text,
        )
    };
    assert_eq!(
        remove("control", "a\tb\r\n\u{0}c\u{85}\u{200d}"),
        "abc\u{200d}"
    );
    assert_eq!(
        remove("punctuation", "¡a-b_c, «d»! $1+1=2 „e‟…"),
        "abc d $1+1=2 e"
    );
    for (text, plain) in [
        ("a😀b", "ab"),
        ("👩‍👩‍👧‍👦 x", " x"),
        ("👍🏽ok", "ok"),
        ("flags 🇩🇪🏴󠁧󠁢󠁳󠁣󠁴󠁿.", "flags ."),
        ("1️⃣ #️⃣ 1 # *", "  1 # *"),
        ("❤️ ❤ ☎ ✔", "   "),
        ("© ™ ↔ ℹ ↔️ ©️", "© ™ ↔ ℹ  "),
        ("12,5 € → a", "12,5 € → a"),
        ("日本 हिन्दी", "日本 हिन्दी"),
    ] {
        assert_eq!(remove("emoji", text), plain);
    }
    let all =
        json!({"columns": ["t"], "unicode": "NFC", "remove": ["punctuation", "control", "emoji"]});
    assert_eq!(one("normalize_text", all, "#️⃣e\u{7}\u{301}!\t😀"), "é");
}

#[test]
fn texts_are_padded_cut_and_extended_by_characters() {
    let text = |params: Value, cell: &str| {
        let mut params = params;
        params["column"] = json!("t");
        one("text", params, cell)
    };
    assert_eq!(
        text(
            json!({"operation": "pad_left", "width": 5, "with": "0"}),
            "42"
        ),
        "00042"
    );
    assert_eq!(
        text(
            json!({"operation": "pad_left", "width": 3, "with": "→"}),
            "é"
        ),
        "→→é"
    );
    assert_eq!(
        text(json!({"operation": "pad_left", "width": 3}), "éàüx"),
        "éàüx"
    );
    assert_eq!(
        text(json!({"operation": "pad_right", "width": 4}), "日本"),
        "日本  "
    );
    assert_eq!(text(json!({"operation": "prefix", "text": "<"}), "a"), "<a");
    assert_eq!(text(json!({"operation": "suffix", "text": ">"}), ""), ">");
    let part = |start: i64, length: Option<u64>| {
        text(
            json!({"operation": "substring", "start": start, "length": length}),
            "aé日🎉z",
        )
    };
    assert_eq!(part(0, Some(3)), "aé日");
    assert_eq!(part(1, None), "é日🎉z");
    assert_eq!(part(-2, None), "🎉z");
    assert_eq!(part(-2, Some(1)), "🎉");
    assert_eq!(part(-9, Some(2)), "aé");
    assert_eq!(part(5, None), "");
    assert_eq!(part(99, Some(3)), "");
    assert_eq!(part(2, Some(0)), "");
    assert_eq!(part(3, Some(1_000_000)), "🎉z");
}

#[test]
fn whole_numbers_are_padded_as_texts() {
    let params = json!({"column": "n", "operation": "pad_left", "width": 5, "with": "0"});
    let made = run("text", params, &mixed());
    assert_eq!(names(&made), ["t", "n", "b"]);
    assert_eq!(
        cells(&made, "n"),
        [Some("00007".into()), None, Some("00-12".into())]
    );
    let params = json!({"column": "n", "operation": "suffix", "text": "%", "output": "x"});
    let made = run("text", params, &mixed());
    assert_eq!(names(&made), ["t", "n", "b", "x"]);
    assert_eq!(made.column(1).data_type(), &DataType::Int64);
    assert_eq!(
        cells(&made, "x"),
        [Some("7%".into()), None, Some("-12%".into())]
    );
    // Nothing is long enough to be padded, and yet the column is text.
    let params = json!({"column": "n", "operation": "pad_left", "width": 1});
    let made = run("text", params, &mixed());
    assert_eq!(made.column(1).data_type(), &DataType::Utf8View);
    assert_eq!(
        cells(&made, "n"),
        [Some("7".into()), None, Some("-12".into())]
    );
}

#[test]
fn parts_of_texts_are_replaced() {
    let replace = |mut params: Value, text: &str| {
        params["columns"] = json!(["t"]);
        one("replace_text", params, text)
    };
    assert_eq!(
        replace(json!({"find": "ab", "replace": "x"}), "ababa ABAB"),
        "xxa ABAB"
    );
    assert_eq!(
        replace(json!({"find": "ab", "case_sensitive": false}), "ababa ABAB"),
        "a "
    );
    assert_eq!(
        replace(json!({"find": "é", "replace": "→"}), "é日é"),
        "→日→"
    );
    assert_eq!(
        replace(json!({"find": "a", "replace": "b", "count": 2}), "aaaa"),
        "bbaa"
    );
    assert_eq!(
        replace(json!({"find": ".", "replace": "$1"}), "a.b"),
        "a$1b"
    );
    assert_eq!(
        replace(
            json!({"find": "É.", "replace": "$0", "case_sensitive": false}),
            "xé.É."
        ),
        "x$0$0"
    );
    let regex = |find: &str, replace_by: &str, text: &str| {
        replace(
            json!({"find": find, "replace": replace_by, "regex": true}),
            text,
        )
    };
    assert_eq!(
        regex(r"(\d+)-(\d+)", "$2/$1", "1-2 and 33-44"),
        "2/1 and 44/33"
    );
    assert_eq!(
        regex(r"(?P<word>\w+)@", "${word}_at_$$", "me@home"),
        "me_at_$home"
    );
    assert_eq!(regex(r"(a)|(b)", "[$1]", "ab"), "[a][]");
    assert_eq!(regex(r"\s+", " ", "a \t b  c"), "a b c");
    assert_eq!(regex("^", "> ", "é"), "> é");
    assert_eq!(regex("x*", "-", "axb"), "-a-b-");
    assert_eq!(
        replace(
            json!({"find": "A", "replace": "b", "regex": true, "case_sensitive": false, "count": 1}),
            "aa"
        ),
        "ba"
    );
    let params = json!({"columns": ["t"], "find": "(a)", "regex": true, "replace": "$2"});
    let error = refusal("replace_text", params, &mixed());
    assert_eq!(error.code, "INVALID_VALUE");
}

#[test]
fn a_text_that_grows_without_bound_is_a_fault() {
    let text = "a".repeat(4_000);
    let batch = column_t(&[Some("a"), Some(&text), None]);
    let params = json!({"columns": ["t"], "find": "a", "replace": "€".repeat(7_000), "on_error": "quarantine"});
    let (made, rejects) = run_with("replace_text", params.clone(), &batch, &Facts::default());
    assert_eq!(made.len(), 2);
    assert_eq!(rejects.len(), 1);
    assert_eq!(
        (rejects[0].row, rejects[0].code.as_str()),
        (Some(2), "TEXT_TOO_LONG")
    );
    let mut params = params;
    params["on_error"] = json!("null");
    let (made, _) = run_with("replace_text", params, &batch, &Facts::default());
    assert_eq!(made.batch.column(0).null_count(), 2);
}

#[test]
fn a_batch_that_grows_without_bound_ends_the_job() {
    let text = "a".repeat(2_500);
    let batch = column_t(&vec![Some(text.as_str()); 20]);
    let params = json!({"columns": ["t"], "find": "a", "replace": "€".repeat(8_000)});
    let step = bind("replace_text", params, &batch).expect("a step");
    let rows = crate::columns::testing::rows(&batch, 1);
    let error = step.apply(&rows, &mut Vec::new()).expect_err("too much");
    assert_eq!(error.code, "STEP_FAILED");
    assert!(error.message.contains("1 GiB"), "{error}");
}

#[test]
fn groups_become_columns() {
    let batch = column_t(&[Some("12-ab"), Some("x 7-é y"), Some("none"), None, Some("")]);
    let params = json!({"column": "t", "pattern": r"(?P<n>\d+)-(\w+)(!)?",
        "outputs": {"n": "number", "2": "code", "0": "t", "3": "sign"}});
    let made = run("regex_extract", params, &batch);
    assert_eq!(names(&made), ["t", "number", "code", "sign"]);
    let column = |name: &str| cells(&made, name);
    let expected = |cells: [Option<&str>; 5]| cells.map(|cell| cell.map(str::to_owned));
    assert_eq!(
        column("t"),
        expected([Some("12-ab"), Some("7-é"), None, None, None])
    );
    assert_eq!(
        column("number"),
        expected([Some("12"), Some("7"), None, None, None])
    );
    assert_eq!(
        column("code"),
        expected([Some("ab"), Some("é"), None, None, None])
    );
    assert_eq!(column("sign"), expected([None; 5]));
}

#[test]
fn texts_are_split_into_columns() {
    let batch = table(&[
        (
            "t",
            texts(&[Some("a b c"), Some("a"), Some(""), None, Some("a  b")]),
        ),
        (
            "x",
            texts(&[Some("1"), Some("2"), Some("3"), Some("4"), Some("5")]),
        ),
    ]);
    let expected = |cells: [Option<&str>; 5]| cells.map(|cell| cell.map(str::to_owned));
    let split = |mut params: Value| {
        params["column"] = json!("t");
        run("split_column", params, &batch)
    };
    let made = split(json!({"delimiter": " ", "outputs": ["first", "rest"]}));
    assert_eq!(names(&made), ["x", "first", "rest"]);
    assert_eq!(
        cells(&made, "first"),
        expected([Some("a"), Some("a"), Some(""), None, Some("a")])
    );
    assert_eq!(
        cells(&made, "rest"),
        expected([Some("b c"), None, None, None, Some(" b")])
    );
    let made = split(
        json!({"delimiter": " ", "outputs": ["t", "x"], "max_parts": 9, "keep_source": true}),
    );
    assert_eq!(names(&made), ["t", "x"]);
    assert_eq!(
        cells(&made, "t"),
        expected([Some("a"), Some("a"), Some(""), None, Some("a")])
    );
    assert_eq!(
        cells(&made, "x"),
        expected([Some("b"), None, None, None, Some("")])
    );
    let made = split(json!({"delimiter": r"\s+", "regex": true, "outputs": ["x", "t"]}));
    assert_eq!(names(&made), ["t", "x"]);
    assert_eq!(
        cells(&made, "t"),
        expected([Some("b c"), None, None, None, Some("b")])
    );
    let made = split(json!({"delimiter": " ", "outputs": ["one"], "keep_source": true}));
    assert_eq!(names(&made), ["t", "x", "one"]);
    assert_eq!(cells(&made, "one"), cells(&batch, "t"));
}

#[test]
fn columns_of_any_type_are_merged() {
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>([
        Some(vec![Some(1), Some(2)]),
        None,
        Some(vec![]),
    ]);
    let decimals = Decimal128Array::from(vec![Some(150), None, Some(-5)]);
    let batch = table(&[
        ("t", texts(&[Some("a"), None, Some("")])),
        (
            "n",
            Arc::new(Int64Array::from(vec![Some(7), None, Some(-12)])) as ArrayRef,
        ),
        (
            "f",
            Arc::new(Float64Array::from(vec![Some(0.25), None, Some(1e300)])),
        ),
        (
            "d",
            Arc::new(decimals.with_precision_and_scale(9, 2).expect("decimals")),
        ),
        (
            "day",
            Arc::new(Date32Array::from(vec![Some(19_783), None, Some(0)])),
        ),
        ("l", Arc::new(lists)),
    ]);
    let merge = |mut params: Value| {
        params["output"] = params.get("output").cloned().unwrap_or(json!("all"));
        run("merge_columns", params, &batch)
    };
    let made = merge(json!({"columns": "*", "separator": "|"}));
    assert_eq!(names(&made), ["t", "n", "f", "d", "day", "l", "all"]);
    assert_eq!(
        full(&made, "all"),
        [
            "a|7|0.25|1.50|2024-03-01|[1,2]",
            "",
            "|-12|1e300|-0.05|1970-01-01|[]"
        ]
    );
    let made = merge(json!({"columns": ["n", "t"], "skip_nulls": false, "keep_source": false}));
    assert_eq!(names(&made), ["f", "d", "day", "l", "all"]);
    assert_eq!(
        cells(&made, "all"),
        [Some("7a".into()), None, Some("-12".into())]
    );
    let made = merge(json!({"columns": ["n", "t"], "output": "n", "keep_source": false}));
    assert_eq!(names(&made), ["n", "f", "d", "day", "l"]);
    assert_eq!(full(&made, "n"), ["7a", "", "-12"]);
}

#[test]
fn no_rows_make_no_rows() {
    let none = column_t(&[]);
    let others = [
        (
            "split_column",
            json!({"column": "t", "delimiter": ",", "outputs": ["a", "b"]}),
        ),
        (
            "regex_extract",
            json!({"column": "t", "pattern": "(a)", "outputs": {"1": "x"}}),
        ),
        ("merge_columns", json!({"columns": "*", "output": "x"})),
        (
            "text",
            json!({"column": "t", "operation": "prefix", "text": "x"}),
        ),
    ];
    for (name, params) in steps().into_iter().chain(others) {
        assert_eq!(run(name, params, &none).num_rows(), 0);
    }
}

fn any_texts() -> impl Strategy<Value = Vec<Option<String>>> {
    let text = prop_oneof!["[a-bA-B .,\\-\u{301}é日😀\t0-1]{0,20}", any::<String>(),];
    prop::collection::vec(prop::option::of(text), 0..12)
}

fn batch_of(cells: &[Option<String>]) -> RecordBatch {
    let cells: Vec<Option<&str>> = cells.iter().map(Option::as_deref).collect();
    column_t(&cells)
}

proptest! {
    #[test]
    fn division_makes_no_difference(cells in any_texts(), cut in 0usize..12) {
        let others = [
            ("split_column", json!({"column": "t", "delimiter": "a", "outputs": ["x", "y"]})),
            ("split_column", json!({"column": "t", "delimiter": "[ab]*", "regex": true, "outputs": ["x", "y"]})),
            ("regex_extract", json!({"column": "t", "pattern": "(a)(.?)", "outputs": {"1": "x", "2": "y"}})),
            ("merge_columns", json!({"columns": ["t", "t2"], "separator": "-", "output": "x"})),
            ("text", json!({"column": "t", "operation": "substring", "start": -3, "length": 2})),
        ];
        let first = batch_of(&cells);
        let column = first.column(0);
        let batch = table(&[("t", Arc::clone(column)), ("t2", Arc::clone(column))]);
        for (name, params) in steps().into_iter().chain(others) {
            assert_divisible(name, &params, &batch, cut);
        }
    }

    #[test]
    fn literal_replacement_is_that_of_the_standard_library(
        cells in any_texts(),
        find in "[aAé .]{1,2}",
        by in "[a$1]{0,3}",
        count in 0usize..3,
    ) {
        let params = json!({"columns": ["t"], "find": find, "replace": by, "count": count});
        let made = run("replace_text", params, &batch_of(&cells));
        let most = if count == 0 { usize::MAX } else { count };
        let expected = cells.iter().map(|cell| Some(cell.as_ref()?.replacen(&find, &by, most)));
        prop_assert_eq!(crate::columns::testing::cells(&made, "t"), expected.collect::<Vec<_>>());
    }

    #[test]
    fn padding_fills_to_the_width(cells in any_texts(), width in 1usize..30) {
        let params = json!({"column": "t", "operation": "pad_left", "width": width, "with": "é"});
        let made = run("text", params, &batch_of(&cells));
        for (before, after) in cells.iter().zip(made.column(0).as_string_view().iter()) {
            let (Some(before), Some(after)) = (before, after) else {
                prop_assert!(before.is_none() && after.is_none());
                continue;
            };
            prop_assert!(after.ends_with(before.as_str()));
            prop_assert_eq!(after.chars().count(), before.chars().count().max(width));
        }
    }

    #[test]
    fn merged_parts_are_those_that_were_split(cells in any_texts()) {
        let split = json!({"column": "t", "delimiter": " ", "outputs": ["x", "y", "z"]});
        let made = run("split_column", split, &batch_of(&cells));
        let merge = json!({"columns": "*", "separator": " ", "output": "t"});
        let made = run("merge_columns", merge, &made);
        for (before, after) in cells.iter().zip(full(&made, "t")) {
            prop_assert_eq!(before.clone().unwrap_or_default(), after);
        }
    }

    #[test]
    fn a_normal_form_is_normal(cells in any_texts()) {
        for form in ["NFC", "NFKC"] {
            let params = json!({"columns": ["t"], "unicode": form, "strip_accents": true});
            let once = run("normalize_text", params.clone(), &batch_of(&cells));
            prop_assert_eq!(&run("normalize_text", params, &once), &once);
        }
    }
}
