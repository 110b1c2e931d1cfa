use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::endpoint::Endpoint;
use crate::misbehavior::{DeliveredBody, Delivery};
use crate::operations::Settings;
use crate::rate_limit::{Allowance, Enforcement, Limits};
use crate::routes::Routes;
use crate::validation::Validator;
use crate::{FRAGMENT, InvalidContact, InvalidCustomField, InvalidNote, MarketplaceApp, Reply, Request};

/// The largest body of a request, in bytes.
const BODY_LIMIT: usize = 1024 * 1024;

/// A server on the loopback interface. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    url: String,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

struct State {
    endpoint: Mutex<Endpoint>,
    requests: Mutex<Received>,
    /// How many requests are kept.
    keep: usize,
    replies: Mutex<VecDeque<Reply>>,
    log: Option<Log>,
}

/// The requests that were received.
#[derive(Default)]
struct Received {
    count: u64,
    /// The last ones.
    kept: VecDeque<Request>,
}

type Log = Box<dyn Fn(&str) + Send + Sync>;

impl Server {
    /// Starts a server on a free port, in the current tokio runtime.
    ///
    /// # Errors
    ///
    /// The loopback interface has no free port.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Sets up a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            port: 0,
            accepting: Vec::new(),
            settings: Settings::default(),
            limits: Limits::default(),
            app: None,
            keep_requests: usize::MAX,
            log: None,
        }
    }

    /// The base URL, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The requests that were received, in the order of their arrival. [`ServerBuilder::keep_requests`] limits them
    /// to the last ones.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.state.requests).kept.iter().cloned().collect()
    }

    /// How many requests were received, also of those that are not kept.
    pub fn received(&self) -> u64 {
        lock(&self.state.requests).count
    }

    /// The last request that was received.
    pub fn last_request(&self) -> Option<Request> {
        lock(&self.state.requests).kept.back().cloned()
    }

    /// The contacts that are stored, of all locations, in the order of their creation.
    pub fn contacts(&self) -> Vec<Value> {
        lock(&self.state.endpoint).contacts()
    }

    /// The ids of the workflows in which a contact is enrolled. An id comes once for each enrolment. Empty if there
    /// is no such contact.
    pub fn workflows(&self, contact_id: &str) -> Vec<String> {
        lock(&self.state.endpoint).workflows(contact_id)
    }

    /// How many requests were refused with 429 because of a rate limit: see [`ServerBuilder::enforce`].
    pub fn refused(&self) -> u64 {
        lock(&self.state.endpoint).refused()
    }

    /// How many requests for an operation the server carried out. The operation's id is that of the OpenAPI description,
    /// such as `create_contact`.
    ///
    /// A request counts when the server did what it asks for, whatever then became of the answer: also when a [`Reply`]
    /// cut it, or replaced its body. So a test can show that what must not happen twice happened at most once. A request
    /// that is refused does not count, nor does one that is answered by a [`Reply`] with a status of its own and not
    /// carried out, nor [`Server::insert`]. One that is [carried out later](Reply::carried_out_after) counts from then on.
    ///
    /// An operation that only reads changes nothing, so it is never counted: for it the number is 0, as for an id that no
    /// operation has.
    pub fn carried_out(&self, operation_id: &str) -> u64 {
        lock(&self.state.endpoint).carried_out(operation_id)
    }

    /// Stores a contact as if a request had created it with this body. Returns the contact as it is stored.
    ///
    /// No request is recorded, and a duplicate is stored too. The body may say when the contact was added: `dateAdded`, a
    /// text as RFC 3339 has it, which no request may have.
    ///
    /// # Errors
    ///
    /// The server would refuse the body, or `dateAdded` is no such text.
    pub fn insert(&self, body: &Value) -> Result<Value, InvalidContact> {
        lock(&self.state.endpoint).insert(body)
    }

    /// Adds a note to a contact. Returns the note as it is stored.
    ///
    /// The note is the body of the vendor's "Create Note": the text `body`, and if wanted `userId`, `title`, `color` and
    /// `pinned`. No request is recorded.
    ///
    /// # Errors
    ///
    /// There is no such contact, or the server would refuse the body with 422.
    pub fn insert_note(&self, contact_id: &str, note: &Value) -> Result<Value, InvalidNote> {
        lock(&self.state.endpoint).insert_note(contact_id, note)
    }

    /// Adds a custom field for contacts to a location. Returns the field as the server lists it.
    ///
    /// The definition is one of the vendor's list: `name`, `dataType` and `locationId`, and if wanted `id`, `fieldKey`,
    /// `picklistOptions`, `isAllowedCustomOption` and the others that are listed. Without them, an id is made up, and the key of the
    /// name: `contact.my_field` of `My field`. No request is recorded.
    ///
    /// From then on the location takes only custom fields that it has: [see above](crate#what-it-imitates).
    ///
    /// # Errors
    ///
    /// A member is missing, unknown or not valid, or the location has a custom field with this id or this key.
    pub fn define_custom_field(&self, definition: &Value) -> Result<Value, InvalidCustomField> {
        lock(&self.state.endpoint).define_custom_field(definition)
    }

    /// Gives tokens as if a user had consented to all scopes: the answer of `POST /oauth/token`, for a location of the
    /// [app](ServerBuilder::oauth) or for its company. No request is recorded.
    ///
    /// None if the id is neither, or if the server has no app.
    pub fn consent(&self, id: &str) -> Option<Value> {
        lock(&self.state.endpoint).oauth()?.consent(id)
    }

    /// Lets this time pass for tokens, for codes, and for the time in which a refresh can be repeated. Nothing else gets older: no
    /// rate limit, and no lag. A server without an app has nothing that it would matter to.
    pub fn advance(&self, time: Duration) {
        if let Some(oauth) = lock(&self.state.endpoint).oauth() {
            oauth.advance(time);
        }
    }

    /// How many refresh tokens were used up. One that was used again, and got the same answer, counts once.
    ///
    /// So a test can show that a program refreshes once for all that wait for a token.
    pub fn refreshes(&self) -> u64 {
        lock(&self.state.endpoint).oauth().map_or(0, |oauth| oauth.refreshes())
    }

    /// Removes the app from a location or from its company, as a user does. What was issued for it ends: codes, access tokens and
    /// refresh tokens. With the company end the tokens that were made of its token.
    ///
    /// The next consent for it installs the app again.
    pub fn uninstall(&self, id: &str) {
        if let Some(oauth) = lock(&self.state.endpoint).oauth() {
            oauth.uninstall(id);
        }
    }

    /// Answers the next request in this way, whatever it asks for. Several replies are used one after the other.
    pub fn reply(&self, reply: Reply) {
        lock(&self.state.replies).push_back(reply);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Sets up a [`Server`].
#[must_use = "a builder does nothing until `start` is called"]
pub struct ServerBuilder {
    port: u16,
    accepting: Vec<String>,
    settings: Settings,
    limits: Limits,
    app: Option<MarketplaceApp>,
    keep_requests: usize,
    log: Option<Log>,
}

impl ServerBuilder {
    /// The port. The default is 0: the server takes a free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Accepts properties of a contact that the page does not list, such as `dateOfBirth`, and stores them.
    pub fn accepting(mut self, names: impl IntoIterator<Item: Into<String>>) -> Self {
        self.accepting.extend(names.into_iter().map(Into::into));
        self
    }

    /// Whether locations allow duplicated contacts: a setting of a location. The default is that they do not.
    pub fn allow_duplicates(mut self, allow: bool) -> Self {
        self.settings.allow_duplicates = allow;
        self
    }

    /// Sets up OAuth for an app of the vendor's marketplace.
    ///
    /// From then on the server accepts only tokens that it issued, each for what it reaches: [see above](crate#oauth). Any text that
    /// begins with `pit-` is accepted too, as a Private Integration Token. Without an app, every token is accepted, and there are no
    /// paths of OAuth.
    pub fn oauth(mut self, app: MarketplaceApp) -> Self {
        self.app = Some(app);
        self
    }

    /// How long it takes until a new contact is found by its email or its phone, since the vendor's look-up may lag.
    /// The default is zero.
    ///
    /// By its id it is found at once, and who creates another one is refused at once. A contact of [`Server::insert`] is an old
    /// one, which the look-up finds.
    pub fn look_up_lag(mut self, lag: Duration) -> Self {
        self.settings.lags.look_up = lag;
        self
    }

    /// How long it takes until a search knows that a contact was created, changed or deleted, since the vendor's
    /// index lags by seconds. Until then, the search finds the contact as it was. The default is zero.
    ///
    /// Everything else knows it at once. A contact of [`Server::insert`] is an old one, which a search finds. Nor does a search lag
    /// behind the workflows of a contact.
    pub fn search_lag(mut self, lag: Duration) -> Self {
        self.settings.lags.search = lag;
        self
    }

    /// Whether requests beyond the rate limit are refused with 429, and how they are counted. The default is that
    /// none are refused.
    pub fn enforce(mut self, enforcement: Enforcement) -> Self {
        self.limits.enforcement = enforcement;
        self
    }

    /// How many requests a location has in an interval and in a day. The default is the ordinary allowance. A later
    /// call of [`rate_limit`](Self::rate_limit) or [`daily_limit`](Self::daily_limit) replaces its part.
    pub fn allowance(self, allowance: Allowance) -> Self {
        self.rate_limit(allowance.max(), allowance.interval()).daily_limit(allowance.daily())
    }

    /// How many requests a location has in each interval, and how long that is. The default is that of the
    /// [allowance](Self::allowance): 100 in 10 seconds.
    pub fn rate_limit(mut self, max: u64, interval: Duration) -> Self {
        self.limits.max = max;
        self.limits.interval = interval;
        self
    }

    /// How many requests a location has in a day. The default is that of the [allowance](Self::allowance): 200,000.
    pub fn daily_limit(mut self, daily: u64) -> Self {
        self.limits.daily = daily;
        self
    }

    /// How long a location's day is, from its first request. After its end, the next request begins another day, with
    /// the whole allowance. The default is that of the vendor: 24 hours.
    pub fn day(mut self, day: Duration) -> Self {
        self.limits.day = day;
        self
    }

    /// How many requests are kept for [`Server::requests`]: the last ones. The default is all of them, so memory
    /// grows with each request.
    pub fn keep_requests(mut self, requests: usize) -> Self {
        self.keep_requests = requests;
        self
    }

    /// Whether requests and contacts are kept. The default is yes. If not, the server's memory does not grow, there
    /// are no duplicates, and no contact is found by its id.
    pub fn recording(mut self, recording: bool) -> Self {
        self.settings.recording = recording;
        self
    }

    /// Calls a function with a line for each request: method, path without the query, status, and why it was refused.
    /// The line of a request that is [carried out later](Reply::carried_out_after) comes later too.
    pub fn log(mut self, log: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.log = Some(Box::new(log));
        self
    }

    /// Starts the server in the current tokio runtime.
    ///
    /// # Errors
    ///
    /// The port is taken, or may not be used.
    pub async fn start(self) -> io::Result<Server> {
        let (routes, validator) = of_fragment(&self.accepting)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let endpoint = Endpoint::new(routes, validator, self.settings, self.limits, self.app);
        let state = Arc::new(State {
            endpoint: Mutex::new(endpoint),
            requests: Mutex::default(),
            keep: if self.settings.recording { self.keep_requests } else { 0 },
            replies: Mutex::default(),
            log: self.log,
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Server { url, state, accepting })
    }
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder")
            .field("port", &self.port)
            .field("accepting", &self.accepting)
            .field("settings", &self.settings)
            .field("limits", &self.limits)
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("requests", &lock(&self.requests).count).finish_non_exhaustive()
    }
}

/// What the fragment says: of requests, and of their bodies. It is made once for all servers that accept nothing besides, since a
/// program has many tests.
fn of_fragment(accepting: &[String]) -> io::Result<(Arc<Routes>, Arc<Validator>)> {
    static ORDINARY: OnceLock<(Arc<Routes>, Arc<Validator>)> = OnceLock::new();
    if let Some(made) = ORDINARY.get().filter(|_| accepting.is_empty()) {
        return Ok(made.clone());
    }
    let fragment = serde_json::from_str(FRAGMENT)?;
    let routes = Routes::new(&fragment).map_err(io::Error::other)?;
    let validator = Validator::new(fragment, accepting).map_err(io::Error::other)?;
    let made = (Arc::new(routes), Arc::new(validator));
    if accepting.is_empty() {
        // Another thread may have been faster.
        let _ = ORDINARY.set(made.clone());
    }
    Ok(made)
}

/// A test that panicked while it held the lock has failed already: the others go on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // The connections end with the task that holds the set, and thereby with the server.
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, for one: others may close theirs.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let state = Arc::clone(&state);
        let service = service_fn(move |request| Arc::clone(&state).answer(request));
        connections.spawn(async move {
            // An error here is a client that went away: nobody is left to be told.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// Carries out a request after a while, and gives the answer; none if the server is gone by then.
async fn late(
    state: Weak<State>,
    time: Duration,
    request: Request,
    too_large: bool,
    begun: Instant,
) -> Option<http::Response<Bytes>> {
    tokio::time::sleep(time).await;
    let state = state.upgrade()?;
    let response = lock(&state.endpoint).answer(&request, too_large);
    state.log(&request, &response, begun);
    Some(response)
}

impl Received {
    fn add(&mut self, request: &Request, keep: usize) {
        self.count += 1;
        if keep > 0 {
            if self.kept.len() >= keep {
                self.kept.pop_front();
            }
            self.kept.push_back(request.clone());
        }
    }
}

impl State {
    fn log(&self, request: &Request, response: &http::Response<Bytes>, begun: Instant) {
        if let Some(log) = &self.log {
            log(&line(request, response, begun));
        }
    }

    /// The answer; an error cuts the connection.
    async fn answer(self: Arc<Self>, request: http::Request<Incoming>) -> io::Result<http::Response<DeliveredBody>> {
        let begun = Instant::now();
        let (head, body) = request.into_parts();
        let body = read(body).await?;
        let path = head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        let request = Request {
            method: head.method,
            path,
            headers: head.headers,
            body: body.as_ref().map_or_else(Bytes::new, Bytes::clone),
        };
        lock(&self.requests).add(&request, self.keep);

        let reply = lock(&self.replies).pop_front().unwrap_or_else(Reply::ordinary);
        let (delay, delivery, too_large) = (reply.delay, reply.delivery, body.is_none());
        let response = match reply.carried_out_after {
            None => {
                let response = reply.answer(|| lock(&self.endpoint).answer(&request, too_large));
                self.log(&request, &response, begun);
                response
            }
            Some(time) => {
                let late = tokio::spawn(late(Arc::downgrade(&self), time, request, too_large, begun));
                let ordinary = if reply.needs_ordinary() { late.await.ok().flatten() } else { None };
                reply.answer(|| ordinary.unwrap_or_default())
            }
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if matches!(delivery, Delivery::CutBefore) {
            return Err(io::Error::other("cut, as the test asked for"));
        }
        let declared = response.headers().contains_key(CONTENT_LENGTH);
        Ok(response.map(|body| DeliveredBody::new(body, delivery, declared)))
    }
}

/// The body; none if it is too large. Then it is read to its end all the same, so that the client gets to its answer.
async fn read(mut body: Incoming) -> io::Result<Option<Bytes>> {
    let mut kept = BytesMut::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        // A body that breaks off is no request.
        let Ok(data) = frame.map_err(io::Error::other)?.into_data() else { continue };
        length += data.len();
        if length <= BODY_LIMIT {
            kept.extend_from_slice(&data);
        }
    }
    Ok((length <= BODY_LIMIT).then(|| kept.freeze()))
}

/// A line of the log: without the query and the values of the body, which may hold a person's data; an id of a contact
/// is not such.
fn line(request: &Request, response: &http::Response<Bytes>, begun: Instant) -> String {
    let path = request.path.split('?').next().unwrap_or_default();
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    // The words of a refusal are in `message`, save for OAuth and for a contact that is not there.
    let words = ["message", "error_description", "error"].map(|name| &body[name]);
    let message = words.into_iter().find(|words| !words.is_null()).unwrap_or(&Value::Null);
    let said = match (message, &body["contact"]["id"]) {
        (Value::Null, Value::String(id)) => format!("contact {id}"),
        (Value::Null, _) => String::new(),
        (message, _) => match &body["meta"]["contactId"] {
            Value::String(id) => format!("{message} contact {id}"),
            _ => message.to_string(),
        },
    };
    let time = begun.elapsed().as_micros();
    format!("{} {path} {} {time} µs {said}", request.method, response.status().as_u16()).trim_end().to_owned()
}
