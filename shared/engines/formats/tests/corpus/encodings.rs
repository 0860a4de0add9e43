//! Text in the encodings of the world, marked, guessed, declared and broken.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
};

use crate::support::{case, check};

const ID_NAME: &[&str] = &["id:int", "name:text"];

fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
    mark.then_some(0xFEFF)
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(|unit: u16| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}

fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, replaced) = encoding.encode(text);
    assert!(!replaced, "{text} in {}", encoding.name());
    bytes.into_owned()
}

#[test]
fn marked() {
    const TEXT: &str = "id,name\n1,\"Zoë\n李\"\n2,x\n";
    const ROWS: &[&str] = &["1|Zoë\n李", "2|x"];
    check(vec![
        case("UTF-8", format!("\u{feff}{TEXT}")).gives(ID_NAME, ROWS),
        case("UTF-16, little end first", utf16(TEXT, true, true)).gives(ID_NAME, ROWS),
        case("UTF-16, big end first", utf16(TEXT, false, true)).gives(ID_NAME, ROWS),
        case("UTF-16, declared", utf16(TEXT, false, true))
            .with(|o| o.encoding = Some("utf-16".into()))
            .gives(ID_NAME, ROWS),
        case("a mark before quotes", "\u{feff}\"id\",\"name\"\n1,x\n").gives(ID_NAME, &["1|x"]),
        case("two marks", "\u{feff}\u{feff}id,name\n1,x\n").gives(ID_NAME, &["1|x"]),
        case("a mark against the declaration", "\u{feff}id,name\n1,Zoë\n")
            .with(|o| o.encoding = Some("latin1".into()))
            .gives(ID_NAME, &["1|Zoë"])
            .warns(&["ENCODING_MARKED"]),
        // Two files that were written one behind the other: nothing of the second is lost.
        case(
            "a mark in the midst",
            "\u{feff}id,name\n1,x\n\u{feff}id,name\n2,y\n",
        )
        .gives(
            &["id:text", "name:text"],
            &["1|x", "\u{feff}id|name", "2|y"],
        ),
        case("UTF-32, little end first", b"\xFF\xFE\0\0i\0\0\0".to_vec())
            .fails("UNSUPPORTED_ENCODING"),
        case("UTF-32, big end first", b"\0\0\xFE\xFF\0\0\0i".to_vec())
            .fails("UNSUPPORTED_ENCODING"),
    ]);
}

#[test]
fn guessed() {
    let guess = |name, encoding, text: &str| {
        case(name, encoded(encoding, text)).warns(&["ENCODING_GUESSED"])
    };
    check(vec![
        case(
            "UTF-16 without a mark, little end first",
            utf16("id,name\n1,Zoë\n2,x\n", true, false),
        )
        .gives(ID_NAME, &["1|Zoë", "2|x"])
        .warns(&["ENCODING_GUESSED"]),
        case(
            "UTF-16 without a mark, big end first",
            utf16("id,name\n1,Zoë\n2,x\n", false, false),
        )
        .gives(ID_NAME, &["1|Zoë", "2|x"])
        .warns(&["ENCODING_GUESSED"]),
        guess(
            "Latin-1",
            WINDOWS_1252,
            "id,name\n1,Müller\n2,Straße café\n3,señor\n",
        )
        .gives(ID_NAME, &["1|Müller", "2|Straße café", "3|señor"]),
        guess(
            "windows-1252, with the quotes of Word",
            WINDOWS_1252,
            "id,name\n1,“well” – it’s 5 €\n2,“so what”, he said… “no”\n"
                .replace("”, he", "” he")
                .as_str(),
        )
        .gives(
            ID_NAME,
            &["1|“well” – it’s 5 €", "2|“so what” he said… “no”"],
        ),
        guess(
            "windows-1251",
            WINDOWS_1251,
            "id,name\n1,Москва\n2,Санкт-Петербург\n3,Нижний Новгород\n",
        )
        .gives(
            ID_NAME,
            &["1|Москва", "2|Санкт-Петербург", "3|Нижний Новгород"],
        ),
        guess(
            "Shift_JIS",
            SHIFT_JIS,
            "id,name\n1,東京都\n2,大阪府\n3,表示テスト\n4,ソフトウェア\n",
        )
        .gives(
            ID_NAME,
            &["1|東京都", "2|大阪府", "3|表示テスト", "4|ソフトウェア"],
        ),
        guess(
            "GB18030",
            GB18030,
            "id,name\n1,北京市\n2,上海市\n3,中华人民共和国\n4,数据处理\n",
        )
        .gives(
            ID_NAME,
            &["1|北京市", "2|上海市", "3|中华人民共和国", "4|数据处理"],
        ),
        guess(
            "Big5",
            BIG5,
            "id,name\n1,臺北市\n2,高雄市\n3,資料處理的結果\n4,這是中文\n",
        )
        .gives(
            ID_NAME,
            &["1|臺北市", "2|高雄市", "3|資料處理的結果", "4|這是中文"],
        ),
        guess(
            "EUC-KR",
            EUC_KR,
            "id,name\n1,서울특별시\n2,부산광역시\n3,데이터 처리\n",
        )
        .gives(ID_NAME, &["1|서울특별시", "2|부산광역시", "3|데이터 처리"]),
        guess(
            "EUC-JP",
            EUC_JP,
            "id,name\n1,東京都\n2,大阪府\n3,ひらがなとカタカナ\n",
        )
        .gives(ID_NAME, &["1|東京都", "2|大阪府", "3|ひらがなとカタカナ"]),
    ]);
}

#[test]
fn declared() {
    let told = |name, encoding: &'static Encoding, text: &str| {
        case(name, encoded(encoding, text)).with(|o| o.encoding = Some(encoding.name().to_owned()))
    };
    check(vec![
        told("windows-1250", WINDOWS_1250, "id,name\n1,Šv\n").gives(ID_NAME, &["1|Šv"]),
        // Second bytes of these letters look like a backslash and like a bar.
        told(
            "Shift_JIS with escapes",
            SHIFT_JIS,
            "id,name\n1,\"表\\\"ソ\\\" 能\"\n2,ポ\n",
        )
        .gives(ID_NAME, &["1|表\"ソ\" 能", "2|ポ"]),
        told("GB18030 between bars", GB18030, "id|name\n1|亅瓅\n2|x\n")
            .gives(ID_NAME, &["1|亅瓅", "2|x"]),
        told("GB18030 of four bytes", GB18030, "id,name\n1,ሴ\n2,€\n")
            .gives(ID_NAME, &["1|ሴ", "2|€"]),
        told("Big5 between bars", BIG5, "id|name\n1|育許功蓋\n").gives(ID_NAME, &["1|育許功蓋"]),
        case("ISO-8859-1 by another name", b"id,name\n1,\xE9\n".to_vec())
            .with(|o| o.encoding = Some(" L1 ".into()))
            .gives(ID_NAME, &["1|é"]),
        case("no such encoding", "a,b\n1,2\n")
            .with(|o| o.encoding = Some("klingon".into()))
            .fails("UNSUPPORTED_ENCODING"),
        case("declared as ASCII, is UTF-8", "id,name\n1,é\n")
            .with(|o| o.encoding = Some("utf-8".into()))
            .gives(ID_NAME, &["1|é"]),
    ]);
}

#[test]
fn broken() {
    let zoe = "id,name\n1,Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë\n";
    const ZOE: &str = "1|Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë Zoë";
    check(vec![
        case("cut in a letter", [zoe.as_bytes(), b"2,y\xC3"].concat())
            .gives(ID_NAME, &[ZOE])
            .rejects(&[(2, "INVALID_UTF8")]),
        case(
            "a letter of another encoding",
            [zoe.as_bytes(), b"2,caf\xE9\n3,z\n"].concat(),
        )
        .gives(ID_NAME, &[ZOE, "3|z"])
        .rejects(&[(2, "INVALID_UTF8")]),
        case(
            "declared as UTF-8 and not so",
            b"id,name\n1,\xFC\n2,x\n".to_vec(),
        )
        .with(|o| o.encoding = Some("utf-8".into()))
        .gives(ID_NAME, &["2|x"])
        .rejects(&[(1, "INVALID_UTF8")]),
        case(
            "half a letter of UTF-16",
            [
                utf16("id,name\n1,x\n2,", true, true),
                vec![0, 0xD8, b'\n', 0],
            ]
            .concat(),
        )
        .gives(ID_NAME, &["1|x"])
        .rejects(&[(2, "INVALID_UTF8")]),
        case(
            "an odd byte behind UTF-16",
            [utf16("id,name\n1,x\n2,y", true, true), vec![b'z']].concat(),
        )
        .gives(ID_NAME, &["1|x"])
        .rejects(&[(2, "INVALID_UTF8")]),
        case(
            "a bad pair in Shift_JIS",
            [
                encoded(SHIFT_JIS, "id,name\n1,表\n2,"),
                b"\x81\xFF\n3,x\n".to_vec(),
            ]
            .concat(),
        )
        .with(|o| o.encoding = Some("shift_jis".into()))
        .gives(ID_NAME, &["1|表", "3|x"])
        .rejects(&[(2, "INVALID_UTF8")]),
    ]);
}
