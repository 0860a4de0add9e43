//! Every step with wrong parameters: all faults, each at its place.

use crate::common::bad;
use millrace_steps::Code;
use serde_json::{Value, json};

/// A step, its parameters, and path and code of each fault.
type Bad = (&'static str, Value, Vec<(&'static str, Code)>);

fn check(table: Vec<Bad>) {
    for (kind, params, expected) in table {
        let found = bad(kind, &params);
        let found: Vec<(&str, Code)> = found
            .iter()
            .map(|(path, code)| (path.as_str(), *code))
            .collect();
        assert_eq!(found, expected, "{kind} {params}");
    }
}

#[test]
fn columns_and_types_are_checked() {
    use Code::*;
    check(vec![
        (
            "select_columns",
            json!({}),
            vec![("/columns", MissingParameter)],
        ),
        (
            "select_columns",
            json!({"columns": []}),
            vec![("/columns", OutOfRange)],
        ),
        (
            "select_columns",
            json!({"columns": ["a", "a"]}),
            vec![("/columns/1", Duplicate)],
        ),
        (
            "select_columns",
            json!({"columns": ["a", 5, ""]}),
            vec![("/columns/1", WrongType), ("/columns/2", InvalidValue)],
        ),
        (
            "select_columns",
            json!({"columns": {"regex": "(", "dtype": "numeric"}}),
            vec![("/columns", Conflict)],
        ),
        (
            "select_columns",
            json!({"columns": {"regex": "("}}),
            vec![("/columns/regex", InvalidRegex)],
        ),
        (
            "select_columns",
            json!({"columns": {"dtype": "number"}}),
            vec![("/columns/dtype", NotAllowed)],
        ),
        (
            "select_columns",
            json!({"columns": {"except": []}}),
            vec![("/columns/except", OutOfRange)],
        ),
        (
            "select_columns",
            json!({"columns": {"names": ["a"]}}),
            vec![("/columns", Conflict), ("/columns/names", UnknownParameter)],
        ),
        (
            "select_columns",
            json!({"columns": "*", "missing": "skip"}),
            vec![("/missing", NotAllowed)],
        ),
        (
            "drop_columns",
            json!({"columns": null, "missing": "null"}),
            vec![("/columns", WrongType), ("/missing", NotAllowed)],
        ),
        (
            "rename_columns",
            json!({}),
            vec![("/mapping", MissingParameter)],
        ),
        (
            "rename_columns",
            json!({"mapping": {"a": "b"}, "style": "lower"}),
            vec![("/style", Conflict)],
        ),
        (
            "rename_columns",
            json!({"mapping": {"a": "c", "b/~": "c"}}),
            vec![("/mapping/b~1~0", Duplicate)],
        ),
        (
            "rename_columns",
            json!({"mapping": {}}),
            vec![("/mapping", OutOfRange)],
        ),
        (
            "rename_columns",
            json!({"style": "camel"}),
            vec![("/style", NotAllowed)],
        ),
        (
            "reorder_columns",
            json!({"columns": ["a"], "rest": "keep"}),
            vec![("/rest", NotAllowed)],
        ),
        (
            "cast",
            json!({"columns": {"a": "money", "b": {"type": "int64", "formats": ["%Y"]}, "c": {"type": "date", "formats": ["%Y"]}}}),
            vec![
                ("/columns/a", InvalidDtype),
                ("/columns/b/formats", ParameterNotUsed),
                ("/columns/b/formats/0", InvalidDateFormat),
                ("/columns/c/formats/0", InvalidDateFormat),
            ],
        ),
        (
            "cast",
            json!({"columns": {"a": {"dtype": "date"}}}),
            vec![
                ("/columns/a/type", MissingParameter),
                ("/columns/a/dtype", UnknownParameter),
            ],
        ),
        (
            "cast",
            json!({"columns": ["a"]}),
            vec![("/columns", WrongType)],
        ),
        (
            "cast",
            json!({"columns": {"a": "double"}, "decimal_separator": ",", "thousands_separator": ","}),
            vec![("/thousands_separator", Conflict)],
        ),
        (
            "cast",
            json!({"columns": {"a": "double"}, "decimal_separator": "5"}),
            vec![("/decimal_separator", InvalidValue)],
        ),
        (
            "cast",
            json!({"columns": {"a": "double"}, "decimal_separator": ",,", "on_error": "drop"}),
            vec![
                ("/decimal_separator", InvalidValue),
                ("/on_error", NotAllowed),
            ],
        ),
        (
            "parse_date",
            json!({"column": "d", "formats": ["%Y-%m", "%Q"], "timezone": "IST5"}),
            vec![
                ("/formats/1", InvalidDateFormat),
                ("/timezone", InvalidValue),
            ],
        ),
        (
            "parse_date",
            json!({"column": "d", "formats": ["%Y-%m"], "day_first": "yes", "to": "time"}),
            vec![("/day_first", WrongType), ("/to", NotAllowed)],
        ),
        (
            "format_date",
            json!({"column": "d"}),
            vec![("/format", MissingParameter)],
        ),
        (
            "format_date",
            json!({"column": "d", "format": "yyyy"}),
            vec![("/format", InvalidDateFormat)],
        ),
        (
            "extract_date_part",
            json!({"column": "d", "parts": ["years", "day", "day"]}),
            vec![("/parts/0", NotAllowed)],
        ),
        (
            "extract_date_part",
            json!({"column": "d", "parts": ["day", "day"]}),
            vec![("/parts/1", Duplicate)],
        ),
        (
            "round",
            json!({"columns": "*", "decimals": 19, "mode": "up"}),
            vec![("/decimals", OutOfRange), ("/mode", NotAllowed)],
        ),
        (
            "round",
            json!({"columns": "*", "decimals": 1.5}),
            vec![("/decimals", WrongType)],
        ),
        (
            "bin",
            json!({"column": "a"}),
            vec![("/edges", MissingParameter)],
        ),
        (
            "bin",
            json!({"column": "a", "edges": [1, 1]}),
            vec![("/edges", InvalidValue)],
        ),
        (
            "bin",
            json!({"column": "a", "edges": [1, 2], "quantiles": 4}),
            vec![("/quantiles", Conflict)],
        ),
        (
            "bin",
            json!({"column": "a", "edges": [1, 2, 3], "labels": ["x"]}),
            vec![("/labels", OutOfRange)],
        ),
        (
            "bin",
            json!({"column": "a", "quantiles": 1}),
            vec![("/quantiles", OutOfRange)],
        ),
        (
            "outliers",
            json!({"columns": "*", "threshold": 0, "action": "remove"}),
            vec![("/threshold", OutOfRange), ("/action", NotAllowed)],
        ),
    ]);
}

#[test]
fn rows_and_texts_are_checked() {
    use Code::*;
    check(vec![
        (
            "filter",
            json!({}),
            vec![
                ("/column", MissingParameter),
                ("/operator", MissingParameter),
            ],
        ),
        (
            "filter",
            json!({"column": "a", "operator": "gtt", "value": 1}),
            vec![("/operator", NotAllowed)],
        ),
        ("sort", json!({"by": []}), vec![("/by", OutOfRange)]),
        (
            "sort",
            json!({"by": [{"column": "a", "order": "down"}, "b", {"nulls": "last"}]}),
            vec![
                ("/by/0/order", NotAllowed),
                ("/by/2/column", MissingParameter),
            ],
        ),
        (
            "sort",
            json!({"by": ["a", {"column": "a"}]}),
            vec![("/by/1", Duplicate)],
        ),
        ("sort", json!({"by": "a"}), vec![("/by", WrongType)]),
        (
            "deduplicate",
            json!({"keep": "min"}),
            vec![("/order_by", MissingParameter)],
        ),
        (
            "deduplicate",
            json!({"keep": "none", "order_by": "a"}),
            vec![("/order_by", ParameterNotUsed)],
        ),
        (
            "deduplicate",
            json!({"subset": ["a"], "keep": "second"}),
            vec![("/keep", NotAllowed), ("/subset", UnknownParameter)],
        ),
        (
            "drop_nulls",
            json!({"how": "some"}),
            vec![("/how", NotAllowed)],
        ),
        ("limit", json!({}), vec![("/count", MissingParameter)]),
        (
            "limit",
            json!({"count": -1, "offset": "5"}),
            vec![("/count", OutOfRange), ("/offset", WrongType)],
        ),
        (
            "top_n",
            json!({"by": ["a"], "count": 0}),
            vec![("/count", OutOfRange)],
        ),
        ("sample", json!({}), vec![("/method", MissingParameter)]),
        (
            "sample",
            json!({"method": "fraction"}),
            vec![("/fraction", MissingParameter)],
        ),
        (
            "sample",
            json!({"method": "fraction", "fraction": 0, "count": 5}),
            vec![("/fraction", OutOfRange), ("/count", ParameterNotUsed)],
        ),
        (
            "sample",
            json!({"method": "stratified", "by": ["a"]}),
            vec![("/fraction", Conflict)],
        ),
        (
            "sample",
            json!({"method": "random", "fraction": 2, "seed": -1, "n": 1}),
            vec![
                ("/method", NotAllowed),
                ("/seed", OutOfRange),
                ("/n", UnknownParameter),
            ],
        ),
        (
            "trim",
            json!({"side": "start", "characters": ""}),
            vec![("/side", NotAllowed), ("/characters", OutOfRange)],
        ),
        (
            "change_case",
            json!({"columns": "a"}),
            vec![("/to", MissingParameter)],
        ),
        (
            "normalize_text",
            json!({"columns": "a"}),
            vec![("/unicode", MissingParameter)],
        ),
        (
            "normalize_text",
            json!({"columns": "a", "unicode": "nfc", "remove": ["digits"]}),
            vec![("/unicode", NotAllowed), ("/remove/0", NotAllowed)],
        ),
        (
            "text",
            json!({"column": "a", "operation": "pad_left", "with": "00", "start": 1}),
            vec![
                ("/width", MissingParameter),
                ("/with", InvalidValue),
                ("/start", ParameterNotUsed),
            ],
        ),
        (
            "text",
            json!({"column": "a", "operation": "prefix", "text": ""}),
            vec![("/text", OutOfRange)],
        ),
        (
            "text",
            json!({"column": "a", "operation": 5}),
            vec![("/operation", WrongType)],
        ),
        (
            "replace_text",
            json!({"columns": "a", "find": ""}),
            vec![("/find", OutOfRange)],
        ),
        (
            "replace_text",
            json!({"columns": "a", "find": "(", "regex": true}),
            vec![("/find", InvalidRegex)],
        ),
        (
            "regex_extract",
            json!({"column": "a", "pattern": "(?P<x>a)", "outputs": {"y": "b", "1": "c", "2": "d"}}),
            vec![("/outputs/y", NotAllowed), ("/outputs/2", NotAllowed)],
        ),
        (
            "regex_extract",
            json!({"column": "a", "pattern": "(a)(b)", "outputs": {"1": "c", "2": "c"}}),
            vec![("/outputs", Duplicate)],
        ),
        (
            "split_column",
            json!({"column": "a", "delimiter": "[", "outputs": ["x", "y"], "regex": true, "max_parts": 1}),
            vec![("/delimiter", InvalidRegex), ("/max_parts", OutOfRange)],
        ),
        (
            "merge_columns",
            json!({"columns": ["a"]}),
            vec![("/output", MissingParameter)],
        ),
    ]);
}

#[test]
fn computing_and_reshaping_are_checked() {
    use Code::*;
    check(vec![
        (
            "fill_nulls",
            json!({"columns": "*", "strategy": "constant"}),
            vec![("/value", MissingParameter)],
        ),
        (
            "fill_nulls",
            json!({"columns": "*", "strategy": "mean", "value": 0, "limit": 0}),
            vec![("/value", ParameterNotUsed), ("/limit", ParameterNotUsed)],
        ),
        (
            "fill_nulls",
            json!({"columns": "*", "strategy": "average"}),
            vec![("/strategy", NotAllowed)],
        ),
        (
            "replace_value",
            json!({"columns": "*", "mapping": {"a": [1]}, "default": 0}),
            vec![("/mapping/a", WrongType), ("/default", WrongType)],
        ),
        (
            "derive",
            json!({"output": "x", "expression": "a +", "dtype": "int"}),
            vec![("/expression", InvalidExpression)],
        ),
        (
            "derive",
            json!({"output": "", "expression": "uper(a) + lowr(b)", "dtype": "int128"}),
            vec![
                ("/output", InvalidValue),
                ("/expression", InvalidExpression),
                ("/expression", InvalidExpression),
                ("/dtype", InvalidDtype),
            ],
        ),
        (
            "conditional",
            json!({"output": "x", "cases": [{"when": {"expression": "a + 1"}, "then": {"expr": "a"}}, {"when": 1}], "else": [1]}),
            vec![
                ("/cases/0/when/expression", InvalidExpression),
                ("/cases/0/then/column", MissingParameter),
                ("/cases/0/then/expr", UnknownParameter),
                ("/cases/1/when", WrongType),
                ("/cases/1/then", MissingParameter),
                ("/else", WrongType),
            ],
        ),
        (
            "add_column",
            json!({"output": "x"}),
            vec![("/value", MissingParameter)],
        ),
        (
            "add_column",
            json!({"output": "x", "value": 1, "kind": "uuid"}),
            vec![("/value", Conflict)],
        ),
        (
            "add_column",
            json!({"output": "x", "value": 1, "start": 1}),
            vec![("/start", ParameterNotUsed)],
        ),
        (
            "add_column",
            json!({"output": "x", "kind": "uuid", "start": 1}),
            vec![("/start", ParameterNotUsed)],
        ),
        (
            "aggregate",
            json!({"group_by": ["a"], "aggregations": []}),
            vec![("/aggregations", OutOfRange)],
        ),
        (
            "aggregate",
            json!({"aggregations": [{"function": "sum"}, {"column": "a", "function": "percentile"}, {"column": "a", "function": "total", "p": 1}]}),
            vec![
                ("/aggregations/0/column", MissingParameter),
                ("/aggregations/1/p", MissingParameter),
                ("/aggregations/2/function", NotAllowed),
            ],
        ),
        (
            "aggregate",
            json!({"group_by": ["x"], "aggregations": [{"column": "a", "function": "sum", "as": "x"}]}),
            vec![("/aggregations", Duplicate)],
        ),
        (
            "pivot",
            json!({"index": ["a"], "column": "a", "values": "b", "function": "sum", "categories": ["x", "x"], "max_columns": 1}),
            vec![
                ("/column", Conflict),
                ("/categories", Duplicate),
                ("/categories", OutOfRange),
            ],
        ),
        (
            "unpivot",
            json!({}),
            vec![("/value_columns", MissingParameter)],
        ),
        (
            "unpivot",
            json!({"id_columns": ["a"], "name_to": "x", "value_to": "x"}),
            vec![("/value_to", Conflict)],
        ),
        (
            "explode",
            json!({"column": ["a"]}),
            vec![("/column", WrongType)],
        ),
        (
            "flatten_json",
            json!({"column": "a", "max_depth": 33}),
            vec![("/max_depth", OutOfRange)],
        ),
        (
            "join",
            json!({"right": {}, "on": []}),
            vec![("/right/dataset_id", MissingParameter), ("/on", OutOfRange)],
        ),
        (
            "join",
            json!({"right": "r"}),
            vec![("/on", MissingParameter)],
        ),
        (
            "join",
            json!({"right": "r", "left_on": ["a", "b"], "right_on": ["a"], "how": "outer"}),
            vec![("/how", NotAllowed), ("/right_on", OutOfRange)],
        ),
        (
            "join",
            json!({"right": "r", "on": ["a"], "left_on": ["b"]}),
            vec![("/on", Conflict)],
        ),
        (
            "union",
            json!({"inputs": "r", "mode": "names"}),
            vec![("/inputs", WrongType), ("/mode", NotAllowed)],
        ),
    ]);
}

#[test]
fn privacy_rules_and_formats_are_checked() {
    use Code::*;
    check(vec![
        (
            "mask",
            json!({"columns": "*", "method": "keep_last", "pattern": "a", "char": "**"}),
            vec![("/char", InvalidValue), ("/pattern", ParameterNotUsed)],
        ),
        (
            "mask",
            json!({"columns": "*", "method": "regex"}),
            vec![("/pattern", MissingParameter)],
        ),
        (
            "mask",
            json!({"columns": "*", "method": "date_truncate", "unit": "decade"}),
            vec![("/unit", NotAllowed)],
        ),
        (
            "hash",
            json!({"columns": "*", "algorithm": "md5"}),
            vec![("/algorithm", NotAllowed)],
        ),
        (
            "hash",
            json!({"columns": "*", "algorithm": "sha256", "secret_id": "x", "truncate": 2}),
            vec![("/truncate", OutOfRange)],
        ),
        (
            "hash",
            json!({"columns": "*", "algorithm": "sha256", "secret_id": "x"}),
            vec![("/secret_id", ParameterNotUsed)],
        ),
        (
            "redact_pii",
            json!({"types": ["mail"]}),
            vec![("/types/0", NotAllowed)],
        ),
        (
            "validate",
            json!({"rules": []}),
            vec![("/rules", OutOfRange)],
        ),
        (
            "validate",
            json!({"rules": [{"rule": "between", "value": [5, 1]}, {"rule": "unique", "column": "a", "columns": ["b"]},
            {"rule": "row_count", "value": [1.5, null], "mostly": 0.5}, {"rule": "length", "column": "a", "value": "5"}, {"rule": "magic"},
            {"rule": "in_set", "column": "a", "value": []}, {"rule": "row_count", "value": [null, null]}]}),
            vec![
                ("/rules/0/column", MissingParameter),
                ("/rules/0/value", InvalidValue),
                ("/rules/1/columns", Conflict),
                ("/rules/2/value", InvalidValue),
                ("/rules/3/value", WrongType),
                ("/rules/4/rule", NotAllowed),
                ("/rules/5/value", OutOfRange),
                ("/rules/6/value", InvalidValue),
            ],
        ),
        (
            "validate",
            json!({"rules": [{"rule": "row_count", "value": 5, "mostly": 0.5, "column": "a"}], "output": "ok"}),
            vec![
                ("/rules/0/column", ParameterNotUsed),
                ("/rules/0/mostly", ParameterNotUsed),
            ],
        ),
        (
            "validate",
            json!({"rules": [{"rule": "row_count", "value": 5}], "output": "ok"}),
            vec![("/output", ParameterNotUsed)],
        ),
        (
            "convert_format",
            json!({}),
            vec![("/to_format", MissingParameter)],
        ),
        (
            "convert_format",
            json!({"to_format": "parket"}),
            vec![("/to_format", NotAllowed)],
        ),
        (
            "convert_format",
            json!({"to_format": "parquet", "options": []}),
            vec![("/options", WrongType)],
        ),
        (
            "convert_format",
            json!({"to_format": "parquet", "options": {"delimiter": ";", "colour": 1, "row_group_rows": 1}}),
            vec![
                ("/options/row_group_rows", OutOfRange),
                ("/options/delimiter", ParameterNotUsed),
                ("/options/colour", UnknownParameter),
            ],
        ),
        (
            "convert_format",
            json!({"to_format": "csv", "options": {"delimiter": "\"", "header": "yes"}}),
            vec![("/options/header", WrongType)],
        ),
        (
            "convert_format",
            json!({"to_format": "csv", "options": {"delimiter": "\"", "encoding": "utf-99"}}),
            vec![("/options/encoding", InvalidValue)],
        ),
        (
            "convert_format",
            json!({"to_format": "csv", "options": {"delimiter": "\""}}),
            vec![("/options/delimiter", InvalidValue)],
        ),
        (
            "convert_format",
            json!({"to_format": "csv", "options": {"compression": "snappy"}}),
            vec![("/options/compression", NotAllowed)],
        ),
        (
            "convert_format",
            json!({"to_format": "csv", "options": {"compression_level": 3}}),
            vec![("/options/compression_level", ParameterNotUsed)],
        ),
        (
            "convert_format",
            json!({"to_format": "json", "options": {"compression": "gzip", "compression_level": 10}}),
            vec![("/options/compression_level", OutOfRange)],
        ),
        (
            "convert_format",
            json!({"to_format": "tsv", "options": {"delimiter": "\t"}}),
            vec![("/options/delimiter", ParameterNotUsed)],
        ),
        (
            "convert_format",
            json!({"to_format": "xlsx", "options": {"sheet_name": "a/b", "partition_by": ["a"]}}),
            vec![
                ("/options/sheet_name", InvalidValue),
                ("/options/partition_by", ParameterNotUsed),
            ],
        ),
    ]);
}
