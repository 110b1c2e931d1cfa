//! What the API has and this crate does not.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;

use http::Method;
use leadconnector_raw as raw;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::call::caller::Prepared;
use crate::call::decode::{self, Decoded};
use crate::call::options::options;
use crate::call::outcome::{Read, Reading};
use crate::call::{Call, Called, Caller};
use crate::{Answer, Client, Effect, Error, InvalidValue, LocationId, UndecodableReason};

impl Client {
    /// Makes a request to a path of the API that this crate does not model, with the same token, pace, retries, limits and
    /// errors. The path begins with a slash, such as `/opportunities/pipelines`, and is added to the base URL.
    ///
    /// The request is sent with the token of this location, and uses its allowance. The id of the location is not sent by itself: if
    /// the API wants it, set it as a parameter of the path or the query, or in the body. The answer can be of any type that serde
    /// reads, such as [`serde_json::Value`].
    ///
    /// ```
    /// use leadconnector::reqwest::Method;
    /// use leadconnector::{Client, LocationId};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use leadconnector_mock::{Reply, Server, http::StatusCode};
    /// # let server = Server::start().await?;
    /// # server.reply(Reply::json(StatusCode::OK, &serde_json::json!({"pipelines": []})));
    /// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
    /// let location = LocationId::new("ve9EPM428h8vShlRW1KT")?;
    /// let pipelines: serde_json::Value = client
    ///     .request(&location, Method::GET, "/opportunities/pipelines")
    ///     .query("locationId", &location)
    ///     .await?;
    /// println!("{pipelines}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A whole program: the example `any_endpoint` in the repository.
    pub fn request<T>(&self, location: &LocationId, method: Method, path: impl Into<String>) -> Request<T> {
        let effect = if method.is_safe() { Effect::Reads } else { Effect::Once };
        Request {
            caller: Caller::new(self.clone(), location.clone()),
            method,
            path: path.into(),
            parameters: Vec::new(),
            query: Vec::new(),
            body: None,
            effect,
            answer: PhantomData,
        }
    }
}

/// A request to a path of the API that this crate does not model: [`Client::request`].
///
/// Awaited, it is a [`Call`] like all others; [`into_future`](IntoFuture::into_future) makes one of it, to spawn it or to join it with
/// others. The answer is a `T`, as serde reads it from JSON; for an empty body, as from `null`.
///
/// ```
/// use leadconnector::reqwest::Method;
/// use leadconnector::{Client, ContactId, Effect, Error, LocationId};
///
/// #[derive(serde::Serialize)]
/// #[serde(rename_all = "camelCase")]
/// struct NewTask<'a> {
///     title: &'a str,
///     due_date: &'a str,
///     completed: bool,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Created {
///     task: Task,
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Task {
///     id: String,
/// }
///
/// async fn remind(
///     client: &Client,
///     location: &LocationId,
///     contact: &ContactId,
/// ) -> Result<String, Error> {
///     let task = NewTask {
///         title: "Call back",
///         due_date: "2026-12-01T09:00:00Z",
///         completed: false,
///     };
///     let request = client.request(location, Method::POST, "/contacts/{contactId}/tasks");
///     let created: Created = request.path_parameter("contactId", contact).json(&task).await?;
///     Ok(created.task.id)
/// }
///
/// async fn complete(
///     client: &Client,
///     location: &LocationId,
///     contact: &ContactId,
///     task: &str,
/// ) -> Result<(), Error> {
///     let path = "/contacts/{contactId}/tasks/{taskId}/completed";
///     client
///         .request::<serde_json::Value>(location, Method::PUT, path)
///         .path_parameter("contactId", contact)
///         .path_parameter("taskId", task)
///         .json(&serde_json::json!({"completed": true}))
///         // Sent twice, it leaves the same end state: so it may be sent again.
///         .effect(Effect::Repeats)
///         .await?;
///     Ok(())
/// }
/// ```
///
/// # Errors
///
/// See [`Error`]. A path that would lead elsewhere, such as a URL or one with `..`, or that has a query, and a body that cannot be
/// written as JSON, are [`Error::Invalid`]. An answer of another type is [`Error::Undecodable`], with the path of what is not of that
/// type; [`Response::body`](crate::Response::body) has all of it.
#[must_use = "a request does nothing until it is awaited"]
pub struct Request<T> {
    caller: Caller,
    method: Method,
    path: String,
    parameters: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Option<Result<Body, InvalidValue>>,
    effect: Effect,
    answer: PhantomData<fn() -> T>,
}

/// A body, and the names of its members.
struct Body {
    json: Vec<u8>,
    members: Vec<String>,
}

options!(Request<T>, caller.options);

impl<T> Request<T> {
    /// Sets a parameter of the path, such as `taskId` in `/contacts/{contactId}/tasks/{taskId}`. The value is encoded as a URL
    /// needs it. A value that would lead to another path, such as an empty one, is refused.
    pub fn path_parameter(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.parameters.push((name.into(), value.to_string()));
        self
    }

    /// Adds a parameter to the query. It is encoded as a URL needs it.
    pub fn query(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// The body, written as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.body = Some(Body::new(body));
        self
    }

    /// What repeating the request does. It decides whether the request is sent again if it may have been carried out already.
    /// The default is careful: [`Effect::Reads`] for a `GET` and the other methods that HTTP calls safe, and [`Effect::Once`]
    /// for all others. A request that was certainly not carried out, such as one that was refused with 429, is sent again in
    /// any case.
    pub fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }
}

impl<T: DeserializeOwned + Send + 'static> Request<T> {
    /// The answer, with all that came with it: see [`Call::answer`].
    ///
    /// # Errors
    ///
    /// As of the request itself.
    pub fn answer(self) -> impl Future<Output = Result<Answer<T>, Error>> + Send + Unpin + use<T> {
        self.into_future().answer()
    }
}

impl<T: DeserializeOwned + Send + 'static> IntoFuture for Request<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Call<T>;

    fn into_future(self) -> Call<T> {
        let Self { caller, method, path, parameters, query, body, effect, answer: _ } = self;
        Call::new(caller, move |caller| async move {
            let path = filled(checked(&path)?, &parameters)?;
            let (json, members) = body.transpose()?.map_or((None, Vec::new()), |body| (Some(body.json), body.members));
            let mut http = caller.client.raw().other_request(method, &path, json);
            if !query.is_empty() {
                http.url_mut().query_pairs_mut().extend_pairs(query);
            }
            let request = Prepared { called: Called::other(effect, members), effect, http };
            caller.send_other::<Any<T>>(request).await
        })
    }
}

impl Body {
    fn new(body: &(impl Serialize + ?Sized)) -> Result<Self, InvalidValue> {
        // What serde says may hold what is in the body.
        let json = raw::json(body).map_err(|_| InvalidValue::new("body", "cannot be written as JSON"))?;
        let members: BTreeMap<Cow<'_, str>, IgnoredAny> = serde_json::from_slice(&json).unwrap_or_default();
        let members = members.into_keys().map(Cow::into_owned).collect();
        Ok(Self { json, members })
    }
}

/// A path that leads to where it says, on the host of the base URL.
fn checked(path: &str) -> Result<&str, InvalidValue> {
    let invalid = |reason| Err(InvalidValue::new("path", reason));
    if path.contains("://") && !path.starts_with('/') {
        return invalid(
            "is a URL: give the path alone, such as `/opportunities/pipelines`; the base URL is the client's",
        );
    }
    if !path.starts_with('/') {
        return invalid("does not begin with `/`");
    }
    if path.starts_with("//") {
        return invalid("begins with `//`, which leads to another host");
    }
    if path.contains("//") {
        return invalid("has nothing between two slashes");
    }
    if path.contains(['?', '#']) {
        return invalid(
            "has a query or a fragment: give each parameter to `query`, which encodes it, and write `%3F` or `%23` in a path",
        );
    }
    // The parser of URLs takes a backslash for a slash, and leaves line breaks out.
    if path.contains(|c: char| c == '\\' || c.is_control() || c.is_whitespace()) {
        return invalid("has a backslash, a space or a control character: encode it");
    }
    let is_encoded = |rest: &str| rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !path.split('%').skip(1).all(is_encoded) {
        return invalid("has a `%` without two hexadecimal digits behind it: encode it as `%25`");
    }
    let is_relative = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    if path.split('/').any(is_relative) {
        return invalid("has `.` or `..` between slashes, which is another path");
    }
    Ok(path)
}

/// The path with the values of its parameters.
fn filled(path: &str, parameters: &[(String, String)]) -> Result<String, InvalidValue> {
    let invalid = |reason| InvalidValue::new("path", reason);
    let mut filled = path.to_owned();
    for (name, value) in parameters {
        let place = format!("{{{name}}}");
        if !path.contains(&place) {
            return Err(invalid(format!("has no `{place}`, for which there is a value")));
        }
        let segment = raw::path_segment(value)
            .ok_or_else(|| invalid(format!("has a value for `{place}` that is empty, `.` or `..`: another path")))?;
        filled = filled.replace(&place, &segment);
    }
    // What was filled in has none.
    if let Some((_, rest)) = filled.split_once('{') {
        let name = rest.split(['}', '/']).next().unwrap_or_default();
        return Err(invalid(format!("has `{{{name}}}`, for which `path_parameter` gives no value")));
    }
    Ok(filled)
}

/// A value of the program's own type.
#[derive(Deserialize)]
#[serde(transparent, bound = "T: DeserializeOwned")]
pub(crate) struct Any<T>(T);

impl<T: DeserializeOwned + Send + 'static> Read for Any<T> {
    type Value = T;

    fn decode(_: &Called, body: &[u8], is_whole: bool) -> Option<Decoded<Self>> {
        let value = decode::of_any_type(body, is_whole)?;
        Some(Decoded { value, undecoded: Vec::new(), places: Vec::new() })
    }

    fn read(self, _: &mut Reading<'_>) -> Result<T, UndecodableReason> {
        Ok(self.0)
    }

    fn misfit(body: &[u8]) -> (UndecodableReason, Option<String>) {
        if decode::is_empty(body) {
            (UndecodableReason::Empty, None)
        } else if decode::is_any_json(body) {
            (UndecodableReason::OtherType, decode::misfit_path::<T>(body))
        } else {
            (UndecodableReason::NotJson, None)
        }
    }

    fn of_nothing() -> Option<T> {
        serde_json::from_str("null").ok()
    }
}

/// Without the path, the query and the body, which may hold a person's data.
impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).field("effect", &self.effect).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_where_it_says() {
        for path in ["/", "/opportunities/pipelines", "/contacts/a%2Fb/tasks", "/a/", "/a/...", "/contacts/é", "/a:b@c"]
        {
            assert_eq!(checked(path), Ok(path));
        }
        for (path, reason) in [
            ("https://example.com/contacts", "is a URL"),
            ("contacts/", "does not begin with `/`"),
            ("", "does not begin with `/`"),
            ("//example.com/contacts", "leads to another host"),
            ("/\\example.com", "has a backslash"),
            ("/contacts/?email=rosan@deos.com", "give each parameter to `query`"),
            ("/contacts#a", "has a query or a fragment"),
            ("/contacts/../locations", "has `.` or `..`"),
            ("/contacts/%2E%2e/locations", "has `.` or `..`"),
            ("/contacts/.", "has `.` or `..`"),
            ("/con\ttacts", "a control character"),
            ("/a b", "a space"),
            ("/contacts//tasks", "nothing between two slashes"),
            ("/tags/50%", "encode it as `%25`"),
            ("/tags/5%2g", "encode it as `%25`"),
            ("/tags/%+1", "encode it as `%25`"),
        ] {
            let error = checked(path).unwrap_err();
            assert!(error.reason().contains(reason), "{path}: {error}");
        }
    }

    #[test]
    fn parameters_of_a_path() {
        let filled = |path, parameters: &[(&str, &str)]| {
            let parameters: Vec<_> = parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            filled(path, &parameters).map_err(|error| error.to_string())
        };
        let path = "/contacts/{contactId}/tasks/{taskId}";
        assert_eq!(
            filled(path, &[("contactId", "a"), ("taskId", "b/c?{d}")]).unwrap(),
            "/contacts/a/tasks/b%2Fc%3F%7Bd%7D"
        );
        let both = filled("/{a}/{b}", &[("a", "{b}"), ("b", "c")]);
        assert_eq!(both.unwrap(), "/%7Bb%7D/c");
        for (path, parameters, said) in [
            (path, &[("contactId", "a")][..], "path has `{taskId}`, for which `path_parameter` gives no value"),
            ("/a", &[("b", "c")], "path has no `{b}`, for which there is a value"),
            ("/{a}", &[("a", "..")], "path has a value for `{a}` that is empty, `.` or `..`: another path"),
            ("/{a}", &[("a", "")], "path has a value for `{a}` that is empty, `.` or `..`: another path"),
        ] {
            assert_eq!(filled(path, parameters).unwrap_err(), said);
        }
    }

    #[test]
    fn members_of_a_body() {
        let members = |body: serde_json::Value| Body::new(&body).unwrap().members;
        assert_eq!(members(serde_json::json!({"title": 1, "due\"Date": {"a": 1}})), ["due\"Date", "title"]);
        assert!(members(serde_json::json!(["title"])).is_empty());
        let unwritable = std::collections::BTreeMap::from([(vec![1], 1)]);
        assert_eq!(Body::new(&unwritable).err().unwrap().to_string(), "body cannot be written as JSON");
    }
}
