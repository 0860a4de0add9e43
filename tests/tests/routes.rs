//! The route table and `template.yaml` name the same routes, each for the same function. That each
//! function's router serves them is a test of the function.

use std::collections::BTreeMap;
use std::path::Path;

use millrace_api::routes::routes;

/// `GET /path` → name of the function's binary.
type Routes = BTreeMap<String, String>;

fn template() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    std::fs::read_to_string(path).expect("the template")
}

/// What follows `name: ` in an event, in flow style or block style, without quotes.
fn value<'event>(event: &'event str, name: &str) -> Option<&'event str> {
    let (_, rest) = event.split_once(&format!(" {name}: "))?;
    Some(match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().expect("a first part"),
        None => rest
            .split([',', '}', '\n'])
            .next()
            .expect("a first part")
            .trim(),
    })
}

/// The routes of the events of type `HttpApi`. An event without a method is the route `$default`.
fn deployed(template: &str) -> Routes {
    let mut found = Routes::new();
    for function in template.split(" CodeUri: target/lambda/").skip(1) {
        let name = function.split('/').next().expect("a first part");
        for rest in function.split("Type: HttpApi").skip(1) {
            // An event ends where something else has a type.
            let event = rest.split("Type: ").next().expect("a first part");
            let route = match (value(event, "Method"), value(event, "Path")) {
                (Some(method), Some(path)) => format!("{method} {}", path.replace("+}", "}")),
                _ => "$default".to_owned(),
            };
            let before = found.insert(route.clone(), name.to_owned());
            assert_eq!(before, None, "{route} stands twice in the template");
        }
    }
    found
}

#[test]
fn the_template_deploys_the_routes_of_the_table_and_no_other() {
    let mut table: Routes = routes()
        .map(|route| {
            let key = format!("{} {}", route.method.as_str(), route.path);
            (key, route.function.to_owned())
        })
        .collect();
    // Everything else comes to the function that knows the table.
    table.insert("$default".to_owned(), "system".to_owned());
    assert_eq!(deployed(&template()), table);
}

#[test]
fn the_reader_knows_both_styles() {
    let text = r#"
      CodeUri: target/lambda/one/
      Events:
        Flow: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: "/a/{b}/{c+}"}}
        Default: {Type: HttpApi, Properties: {ApiId: !Ref Api}}
        Clock: {Type: Schedule, Properties: {Method: PUT, Path: /never}}
  Two:
      CodeUri: target/lambda/two/
      Events:
        Block:
          Type: HttpApi
          Properties:
            Method: POST
            Path: /d
    "#;
    let expected = [
        ("$default", "one"),
        ("GET /a/{b}/{c}", "one"),
        ("POST /d", "two"),
    ];
    let expected = expected.map(|(route, function)| (route.to_owned(), function.to_owned()));
    assert_eq!(deployed(text), expected.into());
}
