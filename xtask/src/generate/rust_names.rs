//! The names that things of the fragment have in Rust.
//!
//! The generator chooses them; they are repeated here, so that two that become one are found before it meets them, and so that
//! what is generated beside its code calls a thing as it does.

use std::collections::BTreeSet;

use heck::{ToPascalCase, ToShoutySnakeCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};

/// Of a property.
pub(super) fn field(name: &str) -> String {
    name_in_rust(name, "x", str::to_snake_case)
}

/// Of a schema or a `title`.
pub(super) fn type_name(name: &str) -> String {
    name_in_rust(name, "X", str::to_pascal_case)
}

/// Of a parameter.
pub(super) fn argument(name: &str) -> String {
    name_in_rust(name, "_", str::to_snake_case)
}

/// Of an operation: its method.
pub(super) fn method(operation_id: &str) -> String {
    operation_id.to_snake_case()
}

/// Of an operation: what says what it is.
pub(super) fn constant(operation_id: &str) -> String {
    operation_id.to_shouty_snake_case()
}

/// Of the values of an enum, each beside its value.
pub(super) fn variants<'a>(values: &[&'a str]) -> Vec<(String, &'a str)> {
    let simple: Vec<_> = values.iter().map(|value| (type_name(value), *value)).collect();
    let different: BTreeSet<_> = simple.iter().map(|(name, _)| name).collect();
    if different.len() == simple.len() {
        return simple;
    }
    // Where names meet, the characters that no name has count too.
    let counted = |value: &str| type_name(&value.replace(|c| c == '_' || !is_xid_continue(c), "X"));
    values.iter().map(|value| (counted(value), *value)).collect()
}

/// What progenitor and typify make of a name. They differ in what they put before one that begins with a digit.
fn name_in_rust(name: &str, before: &str, case: fn(&str) -> String) -> String {
    let cased = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => case(&name.replace('\'', "").replace(|c| !is_xid_continue(c), "-")),
    };
    let cased = match cased.chars().next() {
        None => case("x"),
        Some(first) if is_xid_start(first) => cased,
        Some(_) => format!("{before}{cased}"),
    };
    // A keyword, among them one that is none yet for the parser.
    let free = cased != "gen" && syn::parse_str::<syn::Ident>(&cased).is_ok();
    if free { cased } else { format!("{cased}_") }
}

#[cfg(test)]
mod tests {
    use super::{argument, field, type_name, variants};

    #[test]
    fn names_that_are_none_in_rust() {
        for (name, in_rust) in [
            ("firstName", "first_name"),
            ("type", "type_"),
            ("self", "self_"),
            ("gen", "gen_"),
            ("404", "x404"),
            ("", "x"),
            ("_", "x"),
            ("+1", "plus1"),
            ("it's", "its"),
            ("a b", "a_b"),
            ("m²", "m"),
            ("日本", "日本"),
        ] {
            assert_eq!(field(name), in_rust, "{name:?}");
        }
        assert_eq!(argument("404"), "_404");
        assert_eq!(argument("type"), "type_");
        assert_eq!(type_name("404"), "X404");
        assert_eq!(type_name("self"), "Self_");
    }

    #[test]
    fn variants_that_would_meet() {
        let names = |values: &[&str]| variants(values).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(&["b", "a"]), ["B", "A"]);
        assert_eq!(names(&["a", "A"]), ["A", "A"]);
        assert_eq!(names(&["a", "a!"]), ["A", "AX"]);
    }
}
