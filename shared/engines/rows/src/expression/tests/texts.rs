use super::{check, check_constants, check_refused};

#[test]
fn case_and_blanks() {
    check(&[
        ("upper(s)", "string", ["STRASSE 5", "", "null", "A,B,,C"]),
        (
            "lower('ÄB' || s)",
            "string",
            ["äbstraße 5", "äb", "null", "äba,b,,c"],
        ),
        ("initcap(s)", "string", ["Straße 5", "", "null", "A,B,,C"]),
        ("reverse(s)", "string", ["5 eßartS", "", "null", "c,,b,a"]),
        ("length(s)", "int64", ["8", "0", "null", "6"]),
        ("strpos(s, t)", "int64", ["4", "0", "null", "2"]),
    ]);
    check_constants(&[
        ("initcap('hELLO wORLD-x 3rd')", "Hello World-X 3rd"),
        ("trim('\u{a0} a b\t')", "a b"),
        ("trim('xyaxb', 'xy')", "axb"),
        ("ltrim('  a ')", "a "),
        ("rtrim('abcc', 'c')", "ab"),
        ("trim('aa', 'a')", ""),
        ("trim('a', '')", "a"),
        ("trim('a', null)", "null"),
        ("upper(null)", "null"),
        ("strpos('größe', 'ße')", "4"),
        ("strpos('a', '')", "1"),
        ("length('größe')", "5"),
    ]);
}

#[test]
fn parts_of_texts() {
    check(&[
        ("substr(s, 2, 3)", "string", ["tra", "", "null", ",b,"]),
        ("substr(s, 5)", "string", ["ße 5", "", "null", ",c"]),
        ("substr(s, n, 2)", "string", ["ra", "", "null", ""]),
        ("left(s, 5)", "string", ["Straß", "", "null", "a,b,,"]),
        ("left(s, n)", "string", ["Str", "", "null", "a,"]),
        ("right(s, 2)", "string", [" 5", "", "null", ",c"]),
        ("right(s, n)", "string", ["e 5", "", "null", ",c"]),
        ("split_part(s, ',', 2)", "string", ["", "", "null", "b"]),
        ("split_part(s, t, 1)", "string", ["Str", "", "null", "a"]),
        ("split_part(s, ',', n + 1)", "string", ["", "", "null", "b"]),
    ]);
    check_constants(&[
        ("substr('abc', 0, 2)", "a"),
        ("substr('abc', -5, 3)", ""),
        ("substr('abc', -1, 3)", "a"),
        ("substr('abc', 2, -1)", ""),
        ("substr('abc', 2, 100)", "bc"),
        (
            "substr('abc', 9223372036854775807, 9223372036854775807)",
            "",
        ),
        (
            "substr('abc', -9223372036854775807, 9223372036854775807)",
            "",
        ),
        ("left('größe', -2)", "grö"),
        ("left('ab', -5)", ""),
        ("right('größe', -2)", "öße"),
        ("right('ab', -5)", ""),
        ("right('ab', 0)", ""),
        ("split_part('a--b--c', '--', -1)", "c"),
        ("split_part('a--b--c', '--', 4)", ""),
        ("split_part('a', '', 1)", "a"),
        ("split_part('a', ',', 0)", ""),
    ]);
}

#[test]
fn texts_are_put_together() {
    check(&[
        (
            "s || '-' || t",
            "string",
            ["Straße 5-a", "-x", "null", "a,b,,c-,"],
        ),
        (
            "i || d",
            "string",
            ["71.50", "-2-2.25", "null", "92233720368547758070.05"],
        ),
        (
            "concat(s, i, null, b)",
            "string",
            [
                "Straße 57true",
                "-2false",
                "",
                "a,b,,c9223372036854775807true",
            ],
        ),
        (
            "concat_ws('/', day, s, n)",
            "string",
            [
                "2024-02-29/Straße 5/3",
                "1969-12-31//0",
                "",
                "2025-01-01/a,b,,c/-4",
            ],
        ),
        (
            "concat_ws(t, 'x', 'y')",
            "string",
            ["xay", "xxy", "null", "x,y"],
        ),
        ("lpad(t, 3, '0')", "string", ["00a", "00x", "null", "00,"]),
        ("rpad(s, 4, t)", "string", ["Stra", "xxxx", "null", "a,b,"]),
        (
            "replace(s, ',', ';')",
            "string",
            ["Straße 5", "", "null", "a;b;;c"],
        ),
        (
            "replace(s, t, '')",
            "string",
            ["Strße 5", "", "null", "abc"],
        ),
        ("'x' || null", "string", ["null", "null", "null", "null"]),
    ]);
    check_constants(&[
        ("lpad('größe', 8, 'äö')", "äöägröße"),
        ("lpad('abc', 2)", "ab"),
        ("lpad('abc', -1)", ""),
        ("rpad('abc', 5)", "abc  "),
        ("rpad('abc', 5, '')", "abc"),
        ("replace('aaa', 'aa', 'b')", "ba"),
        ("replace('abc', '', 'x')", "abc"),
        ("replace('a', 'a', null)", "null"),
        ("concat(null)", ""),
        ("concat_ws(null, 'a')", "null"),
    ]);
}

#[test]
fn texts_are_searched() {
    check(&[
        (
            "contains(s, ',')",
            "boolean",
            ["false", "false", "null", "true"],
        ),
        (
            "contains(s, t)",
            "boolean",
            ["true", "false", "null", "true"],
        ),
        (
            "starts_with(s, 'Str')",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "starts_with(s, t)",
            "boolean",
            ["false", "false", "null", "false"],
        ),
        (
            "ends_with(s, '5')",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "contains('abc', t)",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "contains(s, null)",
            "boolean",
            ["null", "null", "null", "null"],
        ),
        (
            "s like 'Str%'",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        ("s like '%5'", "boolean", ["true", "false", "null", "false"]),
        (
            "s like '%,,%'",
            "boolean",
            ["false", "false", "null", "true"],
        ),
        (
            "s like '_,_,%'",
            "boolean",
            ["false", "false", "null", "true"],
        ),
        ("s like ''", "boolean", ["false", "true", "null", "false"]),
        ("s like '%'", "boolean", ["true", "true", "null", "true"]),
        (
            "s not like 'a%'",
            "boolean",
            ["true", "true", "null", "false"],
        ),
        (
            "s ilike 'STRAß_ 5'",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "s like 'STRA%'",
            "boolean",
            ["false", "false", "null", "false"],
        ),
        (
            "s not ilike 'A,B%'",
            "boolean",
            ["true", "true", "null", "false"],
        ),
    ]);
    check_constants(&[
        ("'50%' like '50\\%'", "true"),
        ("'500' like '50\\%'", "false"),
        ("'a_b' like 'a\\_b'", "true"),
        ("'a.b' like 'a_b'", "true"),
        ("'axb' like 'a.b'", "false"),
        ("'a\\' like 'a\\'", "true"),
        ("'a\nb' like 'a%b'", "true"),
        ("'a\nb' like 'a_b'", "true"),
        ("null like 'a'", "null"),
    ]);
}

#[test]
fn regular_expressions() {
    check(&[
        (
            "regexp_match(s, '[0-9]$')",
            "boolean",
            ["true", "false", "null", "false"],
        ),
        (
            "regexp_extract(s, '(\\w+) (\\d)', 2)",
            "string",
            ["5", "null", "null", "null"],
        ),
        (
            "regexp_extract(s, '[a-c],')",
            "string",
            ["null", "null", "null", "a,"],
        ),
        (
            "regexp_replace(s, '(\\w+) (\\d)', '$2_$1')",
            "string",
            ["5_Straße", "", "null", "a,b,,c"],
        ),
        (
            "regexp_replace(s, ',+', t)",
            "string",
            ["Straße 5", "", "null", "a,b,c"],
        ),
        (
            "regexp_replace(s, '^', '>')",
            "string",
            [">Straße 5", ">", "null", ">a,b,,c"],
        ),
    ]);
    check_constants(&[
        ("regexp_replace('abc', '(?P<x>b)', '[${x}]')", "a[b]c"),
        ("regexp_replace('abc', 'b', '$$1')", "a$1c"),
        ("regexp_replace('abc', 'b', null)", "null"),
        ("regexp_extract('abc', '(x)?b', 1)", "null"),
        ("regexp_match(null, 'a')", "null"),
    ]);
    check_refused(&[
        (
            "regexp_extract(s, 'a', 1)",
            "VALUE_TYPE_MISMATCH",
            "groups 0 to 0",
        ),
        (
            "regexp_extract(s, 'a', -1)",
            "VALUE_TYPE_MISMATCH",
            "groups 0 to 0",
        ),
    ]);
}

#[test]
fn what_is_no_text_is_refused() {
    check_refused(&[
        (
            "upper(i)",
            "VALUE_TYPE_MISMATCH",
            "upper needs a text, not int64; cast it to string",
        ),
        ("length(day)", "VALUE_TYPE_MISMATCH", "length needs a text"),
        (
            "substr(s, d)",
            "VALUE_TYPE_MISMATCH",
            "substr needs a whole number, not decimal(10,2)",
        ),
        (
            "left(s, s)",
            "VALUE_TYPE_MISMATCH",
            "left needs a whole number",
        ),
        (
            "contains(i, s)",
            "VALUE_TYPE_MISMATCH",
            "texts are compared, not int64",
        ),
        (
            "regexp_match(b, 'a')",
            "VALUE_TYPE_MISMATCH",
            "texts are searched",
        ),
        (
            "concat_ws(i, s)",
            "VALUE_TYPE_MISMATCH",
            "concat_ws needs a text",
        ),
    ]);
}
