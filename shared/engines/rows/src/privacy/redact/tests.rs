use millrace_steps::step::PersonalData;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::columns::testing::{column_t, of_texts, refusal, run, table, texts};

/// All of a kind, and the signs that are looked for before.
const KINDS: [&str; 10] = [
    "email",
    "phone",
    "credit_card",
    "iban",
    "us_ssn",
    "aadhaar",
    "pan",
    "ip_address",
    "mac_address",
    "url",
];

fn redact(kinds: &[&str], text: &str) -> String {
    let params = json!({"columns": ["t"], "types": kinds, "replacement": "<{type}>"});
    of_texts("redact_pii", params, &[text]).remove(0)
}

/// Each text as it is, and as it is redacted with `#` for what is found.
fn check(kind: &str, pairs: &[(&str, &str)]) {
    for (text, expected) in pairs {
        let made = redact(&[kind], text).replace(&format!("<{kind}>"), "#");
        assert_eq!(made, *expected, "{kind} in {text:?}");
    }
}

#[test]
fn email_addresses_are_found() {
    check(
        "email",
        &[
            ("write to joe@example.com.", "write to #."),
            ("<Joe.O'Neil+x_1@mail.example.co.uk>;b@c.de,", "<#>;#,"),
            ("'joe@example.com' (-ann@x-y.org-)", "'#' (-#-)"),
            ("jörg@bücher.example und 王@例え.テスト。", "# und #。"),
            ("a@b@c.de", "a@#"),
            ("joe@example.com.5", "#.5"),
            (
                "joe@example..com joe@localhost @home a@ joe@1.2 x@.de",
                "joe@example..com joe@localhost @home a@ joe@1.2 x@.de",
            ),
            ("mailto:joe@xn--bcher-kva.xn--p1ai?x", "mailto:#?x"),
            ("...@x.de", "...@x.de"),
        ],
    );
}

#[test]
fn urls_are_found() {
    check(
        "url",
        &[
            ("see https://example.com/a_(b)?c=d#e.", "see #."),
            (
                "(http://example.com) <ftp://u:p@h/x>, WWW.example.org!",
                "(#) <#>, #!",
            ),
            (
                "\"s3://bucket/key\" jdbc:postgresql://host:5432/db",
                "\"#\" jdbc:#",
            ),
            ("[a](https://[2001:db8::1]/)", "[a](#)"),
            ("http://www.a.de/http://b.de x", "# x"),
            (
                ":// http:// a://! wwww.x.de www. awww.x",
                ":// http:// a://! wwww.x.de www. awww.x",
            ),
            ("日本http://例え.jp/。", "日本#。"),
        ],
    );
}

#[test]
fn ip_addresses_are_found() {
    check(
        "ip_address",
        &[
            ("from 192.168.0.1, to 255.255.255.255.", "from #, to #."),
            ("10.0.0.1:8080/24 010.001.000.009", "#:8080/24 #"),
            (
                "256.1.1.1 1.2.3 1.2.3.4.5 v1.2.3.4 1.2.3.4a 1..2.3",
                "256.1.1.1 1.2.3 1.2.3.4.5 v1.2.3.4 1.2.3.4a 1..2.3",
            ),
            (
                "[2001:db8::1]:80 fe80::1%eth0 ::1. ::ffff:10.0.0.1",
                "[#]:80 #%eth0 #. #",
            ),
            ("ip:2001:db8:0:0:0:0:2:1: MAC:2001:db8::1", "ip:#: MAC:#"),
            (
                "12:30:45 a::b std::vec 00:1A:2B:3C:4D:5E :: ::",
                "12:30:45 a::b std::vec 00:1A:2B:3C:4D:5E :: ::",
            ),
        ],
    );
}

#[test]
fn mac_addresses_are_found() {
    check(
        "mac_address",
        &[
            (
                "MAC:00:1A:2b:3C:4D:5E, 00-1a-2b-3c-4d-5e; 001a.2B3c.4d5e.",
                "MAC:#, #; #.",
            ),
            (
                "00:1A:2B:3C:4D:5E:6F 00:1A-2B:3C:4D:5E x00:1A:2B:3C:4D:5E",
                "00:1A:2B:3C:4D:5E:6F 00:1A-2B:3C:4D:5E x00:1A:2B:3C:4D:5E",
            ),
            (
                "00:1A:2B:3C:4D:5E:FF:00 0001a.2B3c.4d5e",
                "00:1A:2B:3C:4D:5E:FF:00 0001a.2B3c.4d5e",
            ),
        ],
    );
}

#[test]
fn card_numbers_are_found() {
    check(
        "credit_card",
        &[
            ("4111111111111111 and 5500 0055 5555 5559", "# and #"),
            (
                "Amex 3782-822463-10005, Diners 30569309025904.",
                "Amex #, Diners #.",
            ),
            ("12 4111-1111-1111-1111 12/27", "12 # 12/27"),
            ("6011 0009 9013 9424 4000 0566 5566 5556", "# #"),
            ("_4222222222222_", "_#_"),
            (
                "6304000000000000000 4000056655665556000",
                "# 4000056655665556000",
            ),
            (
                "4111111111111112 41111111111111111 a4111111111111111",
                "4111111111111112 41111111111111111 a4111111111111111",
            ),
            (
                "0.4111111111111111 4111111111111111.5",
                "0.4111111111111111 4111111111111111.5",
            ),
            (
                "4111-1111 1111-1111 4111  1111 1111 1111",
                "4111-1111 1111-1111 4111  1111 1111 1111",
            ),
            (
                "0000000000000000 79927398713",
                "0000000000000000 79927398713",
            ),
        ],
    );
}

#[test]
fn ibans_are_found() {
    check(
        "iban",
        &[
            ("IBAN: DE89 3704 0044 0532 0130 00 EUR", "IBAN: # EUR"),
            (
                "GB82WEST12345698765432, fr14 2004 1010 0505 0001 3m02 606.",
                "#, #.",
            ),
            ("NO93-8601-1117-947 MT84MALT011000012345MTLCAST001S", "# #"),
            (
                "DE89 3704 0044 0532 0130 01 GB82WEST123456987654321 XX82WEST12345698765432",
                "DE89 3704 0044 0532 0130 01 GB82WEST123456987654321 XX82WEST12345698765432",
            ),
            (
                "DE89  370400440532013000 DE89",
                "DE89  370400440532013000 DE89",
            ),
        ],
    );
}

#[test]
fn social_security_numbers_are_found() {
    check(
        "us_ssn",
        &[
            ("SSN 536-90-4399, 123 45 6789.", "SSN #, #."),
            (
                "000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000",
                "000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000",
            ),
            (
                "1123-45-6789 123-45-67890 123-45 6789 1-123-45-6789",
                "1123-45-6789 123-45-67890 123-45 6789 1-123-45-6789",
            ),
            ("123456789", "#"),
            (" 123456789 ", " # "),
            ("no. 123456789", "no. 123456789"),
            ("000456789", "000456789"),
        ],
    );
}

#[test]
fn indian_numbers_are_found() {
    check(
        "aadhaar",
        &[
            ("2345 6789 1238? 234567891238; 2345-6789-1238.", "#? #; #."),
            (
                "234567891239 123456789128 2345 67891238",
                "234567891239 123456789128 2345 67891238",
            ),
            (
                "2345 6789 1238 1111 1111 2345 6789 1238",
                "2345 6789 1238 1111 1111 2345 6789 1238",
            ),
            ("2345 6789 1238 12", "# 12"),
        ],
    );
    check(
        "pan",
        &[
            ("PAN ABCPE1234F, abcfe1234g.", "PAN #, #."),
            (
                "ABCDE1234F XABCPE1234F ABCPE1234FX ABCPE0000F ABCPE123F",
                "ABCDE1234F XABCPE1234F ABCPE1234FX ABCPE0000F ABCPE123F",
            ),
        ],
    );
}

#[test]
fn telephone_numbers_are_found() {
    check(
        "phone",
        &[
            ("call +1 212 555 0100 3 times", "call # 3 times"),
            (
                "+49 (0) 30 1234567, 0049 30 1234567; +91 98765-43210.",
                "#, #; #.",
            ),
            (
                "(212) 555-0100 or 212-555-0100 or 1-800-555-0100 or 212.555.0100",
                "# or # or # or #",
            ),
            ("020 7946 0958 030/1234567 01.23.45.67.89", "# # #"),
            ("9876543210 98765 43210 09876543210", "# # #"),
            ("+4930123456789012345678", "+4930123456789012345678"),
            (
                "01.02.2024 10:30 2024-01-05 10:30:00 05/06/2024 1234",
                "01.02.2024 10:30 2024-01-05 10:30:00 05/06/2024 1234",
            ),
            (
                "1700000000 123456789 192.168.100.100 12345.678901 550e8400-e29b-41d4-a716-446655440000",
                "1700000000 123456789 192.168.100.100 12345.678901 550e8400-e29b-41d4-a716-446655440000",
            ),
            (
                "4111111111111111 4111-1111-1111-1111 212-555-01000 x2125550100 2125550100.50",
                "4111111111111111 4111-1111-1111-1111 212-555-01000 x2125550100 2125550100.50",
            ),
        ],
    );
}

#[test]
fn several_kinds_are_told_apart() {
    assert_eq!(
        redact(
            &KINDS,
            "joe@example.com, 4111 1111 1111 1111, +1 212 555 0100, 10.0.0.1"
        ),
        "<email>, <credit_card>, <phone>, <ip_address>"
    );
    assert_eq!(
        redact(&KINDS, "https://joe@example.com:80/10.0.0.1?x"),
        "<url>"
    );
    assert_eq!(
        redact(&["email", "ip_address"], "https://joe@example.com/10.0.0.1"),
        "https://<email>/<ip_address>"
    );
    assert_eq!(redact(&KINDS, "DE89 3704 0044 0532 0130 00"), "<iban>");
    assert_eq!(
        redact(&KINDS, "nothing of the kind: 1, 2, 3"),
        "nothing of the kind: 1, 2, 3"
    );
}

#[test]
fn what_overlaps_goes_as_a_whole() {
    let span = |start, end| Span { start, end };
    let found = vec![
        (span(5, 9), 0),
        (span(0, 6), 1),
        (span(8, 10), 2),
        (span(10, 11), 2),
    ];
    assert_eq!(joined(found), [(span(0, 10), 1), (span(10, 11), 2)]);
    let found = vec![(span(0, 4), 3), (span(0, 4), 1)];
    assert_eq!(joined(found), [(span(0, 4), 1)]);
}

#[test]
fn the_replacement_is_free() {
    let of = |replacement: &str| {
        let params = json!({"columns": "*", "types": ["email"], "replacement": replacement});
        of_texts("redact_pii", params, &["x a@b.de y"]).remove(0)
    };
    assert_eq!(of(""), "x  y");
    assert_eq!(of("{type}/{type}"), "x email/email y");
    let params = json!({"types": ["email"]});
    assert_eq!(of_texts("redact_pii", params, &["a@b.de"]), ["[email]"]);
}

#[test]
fn columns_without_text_are_passed_over_unless_they_are_named() {
    let numbers: arrow::array::ArrayRef =
        std::sync::Arc::new(arrow::array::Int64Array::from(vec![2_125_550_100]));
    let batch = table(&[("n", numbers), ("t", texts(&[Some("2125550100")]))]);
    let made = run("redact_pii", json!({"types": ["phone"]}), &batch);
    assert_eq!(made.column(0), batch.column(0));
    let error = refusal(
        "redact_pii",
        json!({"columns": ["n"], "types": ["phone"]}),
        &batch,
    );
    assert_eq!(error.code, "COLUMN_TYPE_MISMATCH");
}

/// Texts that would take for ever if what was searched were searched again.
#[test]
fn long_texts_of_signs_are_gone_through_once() {
    for piece in [
        "@", "a@", "://", "http://", "www.", "www.)", ":", "::", "1:", "1.", ".", "0", "4", "+",
        "+1", "00", "0 ", "2 ", "DE00", "DE00 ", "ABCP", ")", "http://)", "a.", "212-", "4111-",
        "é@", "-",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let batch = column_t(&[Some(&text)]);
        let made = run(
            "redact_pii",
            json!({"columns": "*", "types": KINDS}),
            &batch,
        );
        assert_eq!(made.num_rows(), 1);
    }
}

#[test]
fn every_kind_is_known() {
    assert_eq!(PersonalData::WORDS, KINDS);
}

proptest! {
    /// Whatever the text, what is found are characters of it, and other texts stay.
    #[test]
    fn any_text_is_redacted(text in prop_oneof![
        any::<String>(),
        "[0-9+@:.\\-/ a-fwDEé()]{0,60}",
    ]) {
        let made = redact(&KINDS, &text);
        let signs = Signs::of(&text);
        if signs.digits < 2 && signs.at + signs.colons + signs.dots == 0 {
            prop_assert_eq!(&made, &text);
        }
        // Nothing is left to be found in what stays between.
        let rest = redact(&["email", "us_ssn", "pan"], &redact(&["email", "us_ssn", "pan"], &text));
        prop_assert_eq!(rest, redact(&["email", "us_ssn", "pan"], &text));
    }

    /// Numbers with right check digits are found among words, others are not.
    #[test]
    fn check_digits_decide(digits in prop::collection::vec(0u8..10, 15)) {
        let number: String = digits.iter().map(u8::to_string).collect();
        let numbers = (0..10).map(|last| format!("x 4{}{last} y", &number[..14]));
        let found = numbers.filter(|text| redact(&["credit_card"], text) == "x <credit_card> y");
        prop_assert_eq!(found.count(), 1);
        let numbers = (0..10).map(|last| format!("x 5{}{last} y", &number[..10]));
        let found = numbers.filter(|text| redact(&["aadhaar"], text) == "x <aadhaar> y");
        prop_assert_eq!(found.count(), 1);
    }
}
