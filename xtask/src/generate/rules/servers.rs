//! The server: the URL to which the client adds each path.

use serde_json::Value;
use url::Url;

use super::Problems;
use crate::document::{Document, child};

const INSTEAD: &str =
    "one server, `- url: https://services.leadconnectorhq.com` or the like: whole, and the same for everybody";

pub(super) fn servers(document: &Document, problems: &mut Problems) {
    let servers = document.root().get("servers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let [server] = servers else {
        let what = match servers.len() {
            0 => "names no server, so the client has no URL".to_owned(),
            number => format!("names {number} servers, of which the client takes the first"),
        };
        problems.add("#/servers", what, INSTEAD);
        return;
    };
    let path = "#/servers/0";
    for key in server.as_object().into_iter().flat_map(|server| server.keys()) {
        if !["url", "description"].contains(&key.as_str()) && !key.starts_with("x-") {
            problems.add(child(path, key), "is not known at this place, and would be passed over", INSTEAD);
        }
    }
    let url = server.get("url").and_then(Value::as_str).unwrap_or_default();
    if let Some(what) = wrong(url) {
        problems.add(child(path, "url"), what, INSTEAD);
    }
}

/// Why a client cannot add paths to a URL.
fn wrong(text: &str) -> Option<String> {
    if text.contains(['{', '}']) {
        return Some(format!("is `{text}`, with a variable, for which nobody gives the client a value"));
    }
    // Whitespace would be dropped by whoever parses it.
    let url = Url::parse(text).ok().filter(|url| url.has_host() && !text.contains(char::is_whitespace));
    let Some(url) = url.filter(|url| ["http", "https"].contains(&url.scheme())) else {
        return Some(format!("is `{text}`, which is no absolute URL of http or https"));
    };
    let more =
        url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some();
    more.then(|| format!("is `{text}`, which is more than a host and perhaps a path"))
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn a_base_of_paths() {
        for url in ["https://example.com", "http://127.0.0.1:8080/v2/", "https://example.com/a"] {
            assert_eq!(wrong(url), None, "{url}");
        }
        for (url, word) in [
            ("", "no absolute URL"),
            ("/v2", "no absolute URL"),
            ("example.com", "no absolute URL"),
            ("//example.com", "no absolute URL"),
            ("ftp://example.com", "no absolute URL"),
            ("https://", "no absolute URL"),
            (" https://example.com", "no absolute URL"),
            ("https://exam\tple.com", "no absolute URL"),
            ("https://{region}.example.com", "a variable"),
            ("https://example.com?a=b", "more than"),
            ("https://example.com/#a", "more than"),
            ("https://me:secret@example.com", "more than"),
        ] {
            assert!(wrong(url).is_some_and(|what| what.contains(word)), "{url:?}: {:?}", wrong(url));
        }
    }
}
