//! The members of a request for OAuth, in its body or its query, and what is wrong with them.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::Request;
use crate::answers::{Refusal, error, unprocessable};
use crate::operations::json_body;

const FORM: &str = "application/x-www-form-urlencoded";

/// The members of a request. Whoever has read them asks by [`check`](Self::check) whether all was well.
pub(super) struct Members {
    members: Map<String, Value>,
    problems: Vec<String>,
}

impl Members {
    /// Those of a body, which is a form or JSON.
    pub(super) fn of_body(request: &Request) -> Result<Self, Refusal> {
        let media_type = request.media_type();
        if media_type == FORM {
            return Ok(Self::of_pairs(&request.body));
        }
        if media_type != "application/json" {
            let message = json!(format!("the Content-Type must be {FORM} or application/json"));
            return Err(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type", &message));
        }
        match json_body(request)? {
            Value::Object(members) => Ok(Self { members, problems: Vec::new() }),
            _ => Err(unprocessable(&["the body must be an object".to_owned()])),
        }
    }

    /// Those of the query.
    pub(super) fn of_query(request: &Request) -> Self {
        Self::of_pairs(request.path.split_once('?').map_or("", |(_, query)| query).as_bytes())
    }

    /// Of a name that comes twice, the first value counts.
    fn of_pairs(encoded: &[u8]) -> Self {
        let mut members = Map::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            members.entry(name).or_insert_with(|| json!(value));
        }
        Self { members, problems: Vec::new() }
    }

    /// A text that may be missing. An empty one counts as missing.
    pub(super) fn optional(&mut self, name: &str) -> Option<String> {
        match self.members.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
            Some(_) => {
                self.problems.push(format!("{name} must be a string"));
                None
            }
        }
    }

    /// A text that has to be there. Where it is not, an empty one is given, and the problem is noted.
    pub(super) fn required(&mut self, name: &str) -> String {
        let problems = self.problems.len();
        let text = self.optional(name);
        if text.is_none() && self.problems.len() == problems {
            self.problems.push(format!("{name} should not be empty"));
        }
        text.unwrap_or_default()
    }

    /// Notes it as a problem if a text is none of these.
    pub(super) fn one_of(&mut self, name: &str, text: &str, values: &[&str]) {
        if !values.contains(&text) {
            self.problems.push(format!("{name} must be one of the following values: {}", values.join(", ")));
        }
    }

    /// A number that is written as a text, or this one if it is missing.
    pub(super) fn number(&mut self, name: &str, default: usize) -> usize {
        let Some(text) = self.optional(name) else { return default };
        text.parse().unwrap_or_else(|_| {
            self.problems.push(format!("{name} must be a number string"));
            default
        })
    }

    /// Refuses the request if something is wrong.
    pub(super) fn check(self) -> Result<(), Refusal> {
        if self.problems.is_empty() { Ok(()) } else { Err(unprocessable(&self.problems)) }
    }
}
