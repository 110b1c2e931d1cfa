//! Which operation a request asks for: the fragment's methods and paths, as a table.

use std::sync::Arc;

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The operations of the fragment. Where two paths match, the first one is meant.
#[derive(Debug)]
pub(crate) struct Routes(Vec<Route>);

#[derive(Debug)]
struct Route {
    segments: Vec<Segment>,
    method: Method,
    operation: Arc<Operation>,
}

/// A part of a path between slashes. The order of the variants is that of the table: a literal wins over a parameter.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
}

/// An operation of the fragment.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) effect: Effect,
    /// The scope that a token needs for it: `x-scope` of the fragment.
    pub(crate) scope: Option<String>,
}

/// What an operation does when it is repeated: `x-effect` of the fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing, since it only reads.
    Reads,
    /// The same: the state in the end is that of one request.
    Repeats,
    /// It happens once more.
    Once,
}

/// An operation that a request asks for, with the parameters of its path.
#[derive(Debug)]
pub(crate) struct Matched {
    pub(crate) operation: Arc<Operation>,
    parameters: Vec<(String, String)>,
}

impl Routes {
    /// The table of a fragment.
    ///
    /// # Errors
    ///
    /// An operation has no id or no effect.
    pub(crate) fn new(fragment: &Value) -> Result<Self, String> {
        let mut routes = Vec::new();
        for (path, item) in fragment["paths"].as_object().into_iter().flatten() {
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let operation = &item[method.as_str().to_lowercase()];
                if !operation.is_null() {
                    let operation =
                        Operation::new(operation).map_err(|problem| format!("{method} {path}: {problem}"))?;
                    routes.push(Route { segments: segments(path), method, operation: Arc::new(operation) });
                }
            }
        }
        routes.sort_by(|a, b| a.segments.cmp(&b.segments));
        Ok(Self(routes))
    }

    /// The scopes of the operations; one comes as often as operations need it.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|route| route.operation.scope.as_deref())
    }

    /// What a request with this method and this path, without its query, asks for.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Option<Matched> {
        self.0.iter().filter(|route| route.method == *method).find_map(|route| {
            let parameters = parameters(&route.segments, path)?;
            Some(Matched { operation: Arc::clone(&route.operation), parameters })
        })
    }
}

impl Operation {
    fn new(operation: &Value) -> Result<Self, &'static str> {
        let effect = match operation["x-effect"].as_str() {
            Some("reads") => Effect::Reads,
            Some("repeats") => Effect::Repeats,
            Some("once") => Effect::Once,
            _ => return Err("x-effect is none of reads, repeats and once"),
        };
        let id = operation["operationId"].as_str().ok_or("no operationId")?.to_owned();
        let scope = operation["x-scope"].as_str().map(str::to_owned);
        Ok(Self { id, effect, scope })
    }
}

impl Matched {
    /// A parameter of the path, decoded; none if the path has no such parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn segments(template: &str) -> Vec<Segment> {
    let segment = |text: &str| match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        Some(name) => Segment::Parameter(name.to_owned()),
        None => Segment::Literal(text.to_owned()),
    };
    template.split('/').map(segment).collect()
}

/// The parameters of a path that has these segments.
fn parameters(segments: &[Segment], path: &str) -> Option<Vec<(String, String)>> {
    let mut parts = path.split('/');
    let mut parameters = Vec::new();
    for segment in segments {
        match (segment, parts.next()?) {
            (Segment::Literal(text), part) if text == part => {}
            (Segment::Parameter(name), part) if !part.is_empty() => {
                // Only now: a slash that is encoded belongs to the parameter.
                parameters.push((name.clone(), percent_decode_str(part).decode_utf8_lossy().into_owned()));
            }
            _ => return None,
        }
    }
    parts.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn routes() -> Routes {
        let operation = |id: &str| json!({"operationId": id, "x-effect": "reads"});
        Routes::new(&json!({"paths": {
            "/a/{id}": {"parameters": [], "get": operation("get"), "delete": operation("delete")},
            "/a/{id}/notes/{note}": {"get": operation("get_note")},
            "/a/": {"post": operation("create")},
            "/a/search": {"post": operation("search")},
            "/a/search/notes/latest": {"get": operation("latest")},
        }}))
        .unwrap()
    }

    fn found(method: Method, path: &str) -> String {
        let Some(call) = routes().find(&method, path) else { return "none".into() };
        let parameters = call.parameters.iter().map(|(name, value)| format!(" {name}={value}"));
        call.operation.id.clone() + &parameters.collect::<String>()
    }

    #[test]
    fn a_literal_wins_over_a_parameter() {
        assert_eq!(found(Method::GET, "/a/search/notes/latest"), "latest");
        assert_eq!(found(Method::GET, "/a/search/notes/1"), "get_note id=search note=1");
        assert_eq!(found(Method::POST, "/a/search"), "search");
        // The literal path has no such method.
        assert_eq!(found(Method::GET, "/a/search"), "get id=search");
    }

    #[test]
    fn methods_and_slashes_count() {
        assert_eq!(found(Method::DELETE, "/a/1"), "delete id=1");
        assert_eq!(found(Method::PUT, "/a/1"), "none");
        assert_eq!(found(Method::POST, "/a/"), "create");
        for path in
            ["", "*", "/", "/a", "/a/", "/a/1/", "//a/1", "/A/1", "/a//notes/1", "/a/1/notes/", "/a/1/notes/1/2"]
        {
            assert_eq!(found(Method::GET, path), "none", "{path}");
        }
    }

    #[test]
    fn parameters_are_decoded() {
        assert_eq!(found(Method::GET, "/a/b%2Fc+d%C3%A9%20"), "get id=b/c+dé ");
        assert_eq!(found(Method::GET, "/a/%2F/notes/%3F"), "get_note id=/ note=?");
        // What is not well encoded is taken as it is, as far as it is text.
        assert_eq!(found(Method::GET, "/a/%zz%"), "get id=%zz%");
        assert_eq!(found(Method::GET, "/a/%ff"), "get id=\u{fffd}");
    }

    #[test]
    fn an_operation_has_an_effect_and_an_id() {
        let error = |operation: Value| Routes::new(&json!({"paths": {"/a": {"get": operation}}})).unwrap_err();
        assert_eq!(error(json!({"operationId": "a"})), "GET /a: x-effect is none of reads, repeats and once");
        assert_eq!(error(json!({"x-effect": "once"})), "GET /a: no operationId");
    }
}
