//! What a property says beside what OpenAPI has words for.

use serde_json::Value;

/// Under which other names it is read too. It is written under its own.
pub(super) const OTHER_SPELLINGS: &str = "x-other-spellings";
/// That the vendor's page does not have it: the tests compare the rest with the page.
const BEYOND_PAGE: &str = "x-beyond-page";

/// The keys of a property that have a meaning here.
pub(super) const KEYS: [&str; 2] = [OTHER_SPELLINGS, BEYOND_PAGE];

/// What is wrong with the value of a key, and what to write instead.
pub(super) fn problem(key: &str, value: &Value) -> Option<(&'static str, &'static str)> {
    match key {
        OTHER_SPELLINGS => {
            let names = value.as_array().is_some_and(|names| {
                !names.is_empty() && names.iter().all(|name| name.as_str().is_some_and(|name| !name.is_empty()))
            });
            (!names).then_some(("is no list of names", "the other names of the property, such as `[sms]`"))
        }
        _ => {
            (*value != Value::Bool(true)).then_some(("is not `true`, and would say nothing", "`true`, or leave it out"))
        }
    }
}

/// The other names of a property.
pub(super) fn other_spellings(property: &Value) -> impl Iterator<Item = &str> {
    property.get(OTHER_SPELLINGS).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
