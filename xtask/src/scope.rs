//! What the token needs for an operation: a key of ours, since a scheme of bearer tokens has no scopes in OpenAPI 3.0.

use serde_json::Value;

use crate::document::Problem;

/// The key of an operation that says it.
pub(crate) const KEY: &str = "x-scope";

/// The scope that an operation names; or what is wrong with it, where the path is the key, and empty for one that is missing.
pub(crate) fn of(operation: &Value) -> Result<&str, Problem> {
    let problem = |path: &str, what: String| {
        let instead = "`x-scope: contacts.readonly`, or whichever scope the vendor asks for";
        Problem { path: path.into(), what, instead: instead.into() }
    };
    let Some(scope) = operation.get(KEY) else {
        return Err(problem("", "does not say which scope the token needs".into()));
    };
    let text = scope.as_str().filter(|text| !text.is_empty() && !text.contains(char::is_whitespace));
    text.ok_or_else(|| problem(KEY, format!("is `{scope}`, which is no scope: a text without spaces")))
}
