//! What is read, what is refused, and where; the same tree as PostgreSQL would make.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use sqlparser::ast::{self, Expr};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser as SqlParser;

use super::*;

fn parse(text: &str) -> Expression {
    Expression::parse(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

/// Every error as `offset: message`.
fn errors(text: &str) -> Vec<String> {
    Expression::parse(text).map_or_else(
        |errors| {
            let lines = errors.iter();
            lines
                .map(|error| format!("{}: {}", error.offset, error.message))
                .collect()
        },
        |expression| panic!("{text} was read as {:?}", expression.root()),
    )
}

#[test]
fn what_the_language_has_is_read() {
    for text in [
        "amount > 100 and country = 'India'",
        "price * qty * (1 - discount)",
        "\"Unit price\" >= 0.05 or `order no` <> 'it''s'",
        "date > date '2024-02-29' and timestamp <= timestamp '2024-01-31T12:00:00Z'",
        "order = 1 and user = 'x' and \"end\" is not null and group is null",
        "a between -1 and 1 + 1 and b not between 'a' and 'c'",
        "city in ('Pune', 'Delhi') or zip not in (1, 2, null)",
        "name like 'A%' and name not ilike '%b_'",
        "case when a > 1 then 'x' when b then 'y' else null end",
        "case status when 'a' then 1 else 2 end + 1",
        "cast(a as decimal(18, 2)) + try_cast(b as double)",
        "coalesce(a, b, 0) % 3 = mod(c, 3)",
        "substr(name, 1, 3) || '-' || upper(trim(code))",
        "date_trunc('month', created) = '2024-01-01'",
        "date_diff('day', a, b) > 30 and year(a) = 2024",
        "regexp_replace(a, '(\\d+)-(\\d+)', '$2-$1')",
        "if(active is true, 1, 0)",
        "not a = b and not (c or d)",
        "- - 1 + +2 - -a",
        "1e6 + .5 + 2. + 12345678901234567890123456789012345678",
        "a\n  = 1\t",
        "größe > 1 and 名前 = 'x'",
    ] {
        parse(text);
    }
}

#[test]
fn what_it_has_not_is_refused_with_a_place_and_a_reason() {
    for (text, expected) in [
        ("", "0: write an expression"),
        ("   ", "0: write an expression"),
        ("a +", "3: a value was expected, but the expression ends"),
        (
            "(a",
            "2: a closing bracket was expected, but the expression ends",
        ),
        ("a b", "2: an operator or the end was expected"),
        ("a = = b", "4: a value was expected"),
        ("ä = 'x' and ß ~ 'y'", "14: remove \"~\""),
        ("a\n= 'open", "4: close the quotes"),
        ("a -- b", "2: remove the comment"),
        ("a /* b */", "2: remove the comment"),
        ("t.a = 1", "1: put a name with a dot in double quotes"),
        ("a::int = 1", "1: write cast(value as type)"),
        ("a = 1;", "5: remove the semicolon"),
        ("a && b", "2: write and instead of &&"),
        ("!a", "0: write not instead of !"),
        ("a = $1", "4: remove \"$1\""),
        ("a = ?", "4: remove \"?\""),
        ("a < b < c", "6: compare two values at a time"),
        ("a = 1 = 1", "6: compare two values at a time"),
        ("* + 1", "0: name a column instead of the wildcard"),
        ("count(*)", "0: use an aggregate step"),
        ("(select 1)", "1: remove select, there are no subqueries"),
        (
            "exists (select 1)",
            "0: remove exists, there are no subqueries",
        ),
        ("a in (select b)", "6: remove select"),
        ("a in ()", "6: a value was expected"),
        ("a in b", "5: a list in brackets was expected"),
        ("sum(a)", "0: use an aggregate step instead of sum"),
        ("row_number() over (order by a)", "0: remove row_number"),
        ("abs(a) over (x)", "7: remove over"),
        ("now() > a", "0: remove now: the same input"),
        ("uper(a)", "0: uper is no function; did you mean upper?"),
        ("\"\" = 1", "0: name a column between"),
        ("and = 1", "0: a value was expected; if and is a column"),
        (
            "case when a then end",
            "17: a value was expected; if end is a column",
        ),
        ("case a end", "7: when was expected"),
        ("cast(a as money)", "10: \"money\" is no data type"),
        (
            "cast(a as decimal)",
            "10: write \"decimal\" with its digits",
        ),
        ("cast(a, int64)", "6: as was expected"),
        ("a like b", "7: a pattern in single quotes was expected"),
        ("a like '%' || b", "11: write the pattern as one text"),
        ("a is 5", "5: null, true or false was expected"),
        ("a not 5", "2: an operator or the end was expected"),
        (
            "date '2023-02-29'",
            "5: write \"2023-02-29\" as in 2024-01-31",
        ),
        (
            "123456789012345678901234567890123456789",
            "0: write a number of at most 38 digits",
        ),
        ("1e999", "0: write a number"),
        (
            "substr(a)",
            "0: call substr(text, number[, number]), not with 1 arguments,",
        ),
        ("lower()", "0: call lower(text)"),
        ("regexp_match(a, '(')", "16: correct the pattern"),
        (
            "regexp_match(a, b)",
            "16: regexp_match needs 'pattern' in single quotes",
        ),
        (
            "date_trunc('monthly', a)",
            "11: \"monthly\" is no unit of time",
        ),
        ("to_date(a, '%Y-%m')", "11: complete the date format"),
        ("format_date(a, '%Q')", "15: replace \"%Q\""),
        ("lpad(a, b)", "8: lpad needs a whole number"),
        ("lpad(a, 1000000)", "8: lpad needs a whole number"),
        ("X'00' = a", "0: remove \"X'00'\""),
    ] {
        let found = errors(text);
        assert!(
            found[0].starts_with(expected),
            "{text}\n found {found:?}\n expected {expected}"
        );
    }
}

#[test]
fn kinds_that_cannot_fit_are_refused_and_those_that_may_are_not() {
    for (text, expected) in [
        ("amount + 'x'", "9: + needs a number, not a text; cast it,"),
        ("'a' and b", "0: and needs true or false, not a text,"),
        ("not upper(a)", "4: not needs true or false, not a text,"),
        (
            "length(a) = 'x'",
            "12: compare values of one kind, not a number with a text,",
        ),
        ("upper(5)", "6: upper needs a text, not a number; cast it,"),
        (
            "date '2024-01-01' + 1",
            "0: + needs a number, not a date or a timestamp; use date_add",
        ),
        (
            "year('yesterday')",
            "5: year needs a date or a timestamp, not a text; write it as",
        ),
        (
            "case when a then 1 else 'x' end",
            "24: case gives values of one kind",
        ),
        ("coalesce(1, 'x')", "12: coalesce gives values of one kind"),
        ("1 in (1, 'a')", "9: compare values of one kind"),
        ("if(1, a, b)", "3: if needs true or false"),
        ("5 like 'a'", "0: like needs a text"),
    ] {
        let found = errors(text);
        assert!(found[0].starts_with(expected), "{text}: {found:?}");
    }
    for (text, kind) in [
        ("year('2024-01-01')", Kind::Number),
        ("created > '2024-01-01 10:00'", Kind::Boolean),
        (
            "cast(a as date) between '2024-01-01' and '2024-12-31'",
            Kind::Boolean,
        ),
        ("case when a then 1 else null end", Kind::Number),
        ("case when a then 1 else b end", Kind::Any),
        ("coalesce(a, 'x')", Kind::Any),
        ("a", Kind::Any),
        ("'a' || 1", Kind::Text),
        ("to_date(a, '%d.%m.%Y')", Kind::Moment),
    ] {
        assert_eq!(parse(text).kind(), kind, "{text}");
    }
}

#[test]
fn what_can_be_read_on_from_is_reported_together() {
    let found = errors("uper(a) + nowhere(b) + substr(c) + 'x'");
    assert_eq!(found.len(), 5, "{found:?}");
}

#[test]
fn the_tree_is_typed_and_flat_where_it_can_be() {
    let Node::All(nodes) = parse("a and b and (c and d) and not e").root().clone() else {
        panic!("not a conjunction");
    };
    assert_eq!(nodes.len(), 4);
    assert_eq!(parse("-5").root(), &Node::Literal(Literal::Integer(-5)));
    assert_eq!(
        parse("-9223372036854775808").root(),
        &Node::Literal(Literal::Number("-9223372036854775808".into()))
    );
    assert_eq!(
        parse("- -.5").root(),
        &Node::Literal(Literal::Number("0.5".into()))
    );
    assert_eq!(
        parse("1E+3").root(),
        &Node::Literal(Literal::Number("1e+3".into()))
    );
    let columns = parse("b + a * \"B\" - b");
    let names: Vec<&str> = columns
        .columns()
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(names, ["b", "a", "B"]);
}

#[test]
fn bare_names_match_exactly_first() {
    let bare = |name: &str, quoted| ColumnName {
        name: name.to_owned(),
        quoted,
    };
    let names = ["Id", "id", "Land", "X", "x"];
    assert_eq!(bare("id", false).resolve(&names), Some("id"));
    assert_eq!(bare("land", false).resolve(&names), Some("Land"));
    assert_eq!(bare("land", true).resolve(&names), None);
    assert_eq!(bare("ID", false).resolve(&names), None);
    assert_eq!(bare("y", false).resolve(&names), None);
}

#[test]
fn every_function_can_be_called_as_its_usage_says() {
    assert!(functions().len() > 50);
    for described in functions() {
        let function = Function::find(described.name).unwrap();
        assert_eq!(function.name(), described.name);
        for alias in described.aliases {
            assert_eq!(Function::find(&alias.to_uppercase()), Some(function));
        }
        let signature = function.signature();
        for count in signature.least..=signature.most.min(signature.arguments.len() + 2) {
            let arguments: Vec<&str> = (0..count)
                .map(|index| match signature.argument(index).name() {
                    "size" => "2",
                    "'pattern'" => "'a'",
                    "'unit'" => "'day'",
                    "'format'" => "'%Y-%m-%d'",
                    _ => "c",
                })
                .collect();
            let text = format!("{}({})", described.name, arguments.join(", "));
            assert_eq!(
                Expression::parse(&text).map(|expression| expression.kind()),
                Ok(described.result),
                "{text}"
            );
        }
    }
}

#[test]
fn regular_expressions_are_counted() {
    let text = |times| vec!["regexp_match(a, 'x')"; times].join(" or ");
    parse(&text(crate::read::MOST_PATTERNS));
    let found = errors(&text(crate::read::MOST_PATTERNS + 1));
    assert!(
        found[0].ends_with("use at most 64 regular expressions"),
        "{found:?}"
    );
}

/// Texts that would exhaust the stack or the time of a careless parser.
#[test]
fn hostile_texts_are_refused_at_once() {
    let nested = |open: &str, close: &str, times: usize| {
        format!("{}a{}", open.repeat(times), close.repeat(times))
    };
    for text in [
        nested("(", ")", 10_000),
        nested("(", ")", 4_000),
        nested("(", "", 4_000),
        nested("cast(", "", 1_000),
        nested("upper(", ")", 1_000),
        nested("case when ", " then 1 end", 300),
        nested("not ", "", 2_000),
        nested("-", "", 8_000),
        nested("- ", "", 4_000),
        nested("a in (", ")", 1_000),
        "a+".repeat(4_000) + "a",
        "a||".repeat(2_500) + "a",
        "a and ".repeat(1_300) + "a b",
        "'".repeat(8_001),
        "\"".repeat(8_001),
        "a".repeat(9_000),
    ] {
        assert!(!errors(&text).is_empty());
    }
    for text in [
        nested("(", ")", DEEPEST),
        nested("coalesce(", ")", DEEPEST / 2 - 1),
        "a or ".repeat(900) + "a",
        "1+".repeat(TALLEST - 1) + "1",
        format!("a in ({}1)", "1,".repeat(1_900)),
    ] {
        parse(&text);
    }
}

/// The tree with all its brackets.
fn shown(node: &Node) -> String {
    let join = |nodes: &[Node], word: &str| {
        let mut nodes = nodes.iter().map(shown);
        let first = nodes.next().unwrap();
        nodes.fold(first, |left, right| format!("({left} {word} {right})"))
    };
    match node {
        Node::Column(column) => column.name.clone(),
        Node::Literal(Literal::Integer(whole)) => whole.to_string(),
        Node::Literal(Literal::Text(text)) => format!("'{text}'"),
        Node::Negate(operand) => format!("(- {})", shown(operand)),
        Node::Not(operand) => format!("(not {})", shown(operand)),
        Node::All(nodes) => join(nodes, "and"),
        Node::Any(nodes) => join(nodes, "or"),
        Node::Binary {
            operator,
            left,
            right,
        } => format!("({} {} {})", shown(left), operator.symbol(), shown(right)),
        Node::Is { operand, .. } => format!("({} is null)", shown(operand)),
        Node::Between {
            operand, low, high, ..
        } => format!(
            "({} between {} and {})",
            shown(operand),
            shown(low),
            shown(high)
        ),
        Node::In { operand, list, .. } => format!("({} in {})", shown(operand), shown(&list[0])),
        Node::Like { operand, .. } => format!("({} like)", shown(operand)),
        other => panic!("{other:?} is not compared"),
    }
}

/// The same for the tree of `sqlparser`.
fn shown_sql(expression: &Expr) -> String {
    match expression {
        Expr::Identifier(name) => name.value.clone(),
        Expr::Value(value) => value.to_string(),
        Expr::Nested(inner) => shown_sql(inner),
        Expr::UnaryOp { op, expr } => {
            format!("({} {})", op.to_string().to_lowercase(), shown_sql(expr))
        }
        Expr::BinaryOp { left, op, right } => {
            let op = op.to_string().to_lowercase();
            format!("({} {op} {})", shown_sql(left), shown_sql(right))
        }
        Expr::IsNull(operand) => format!("({} is null)", shown_sql(operand)),
        Expr::Between {
            expr, low, high, ..
        } => format!(
            "({} between {} and {})",
            shown_sql(expr),
            shown_sql(low),
            shown_sql(high)
        ),
        Expr::InList { expr, list, .. } => {
            format!("({} in {})", shown_sql(expr), shown_sql(&list[0]))
        }
        Expr::Like { expr, .. } => format!("({} like)", shown_sql(expr)),
        other => panic!("{other:?} is not compared"),
    }
}

/// Expressions of columns `a` to `c`, in which brackets stand at random.
fn text() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["a", "b", "c", "'x'"]).prop_map(str::to_owned);
    leaf.prop_recursive(6, 40, 2, |inner| {
        let operator = prop::sample::select(vec![
            "+", "-", "*", "/", "%", "||", "and", "or", "=", "<>", "<", ">=",
        ]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("{a} {o} {b}")),
            2 => inner.clone().prop_map(|a| format!("({a})")),
            1 => inner.clone().prop_map(|a| format!("not {a}")),
            1 => inner.clone().prop_map(|a| format!("- {a}")),
            1 => inner.clone().prop_map(|a| format!("{a} is null")),
            1 => inner.clone().prop_map(|a| format!("{a} between 1 and {a}")),
            1 => inner.clone().prop_map(|a| format!("{a} in (b)")),
            1 => inner.prop_map(|a| format!("{a} like '%'")),
        ]
    })
}

/// Our tree, whatever the kinds of its operands.
fn tree(text: &str) -> Option<String> {
    Some(shown(&parse::parse(text).ok()?.root.node))
}

/// Comparing trees is worth something only if most texts have one.
#[test]
fn most_random_texts_are_read() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let read = (0..1_000)
        .filter(|_| tree(&text().new_tree(&mut runner).unwrap().current()).is_some())
        .count();
    assert!(read > 800, "{read}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = Expression::parse(&text);
    }

    #[test]
    fn no_soup_of_tokens_panics(tokens in prop::collection::vec(prop::sample::select(vec![
        "(", ")", ",", "+", "-", "*", "||", "=", "<", "and", "or", "not", "is", "null", "in", "between",
        "like", "case", "when", "then", "else", "end", "cast", "as", "decimal", "1", "1.5", "'x'", "\"y\"",
        "a", "upper", "coalesce", "date", "true", "select", "over", "--", "/*", "'", "\"", ";", "é",
    ]), 0..60)) {
        let _ = Expression::parse(&tokens.join(" "));
        let _ = Expression::parse(&tokens.concat());
    }

    #[test]
    fn the_tree_is_that_of_postgres(text in text()) {
        if let Some(ours) = tree(&text) {
            let dialect = PostgreSqlDialect {};
            let theirs = SqlParser::new(&dialect)
                .try_with_sql(&text)
                .and_then(|mut parser| parser.parse_expr());
            let theirs: ast::Expr = theirs.expect("what we read, sqlparser reads");
            prop_assert_eq!(ours, shown_sql(&theirs), "{}", text);
        }
    }
}
