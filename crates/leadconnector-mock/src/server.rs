use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::Request;
use crate::endpoint::Endpoint;

/// A server on a free port of the loopback interface. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    url: String,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct State {
    endpoint: Mutex<Endpoint>,
    requests: Mutex<Vec<Request>>,
}

impl Server {
    /// Starts a server in the current tokio runtime.
    ///
    /// # Errors
    ///
    /// The loopback interface has no free port.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let state = Arc::<State>::default();
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self { url, state, accepting })
    }

    /// The base URL, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The requests that were received, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.state.requests).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// A test that panicked while it held the lock has failed already: the others go on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // The connections end with the task that holds the set, and thereby with the server.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let state = Arc::clone(&state);
        let service = service_fn(move |request| {
            let state = Arc::clone(&state);
            async move { Ok::<_, Infallible>(answer(&state, request).await) }
        });
        connections.spawn(async move {
            // An error here is a client that went away: nobody is left to be told.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(state: &State, request: http::Request<hyper::body::Incoming>) -> http::Response<Full<bytes::Bytes>> {
    let (head, body) = request.into_parts();
    // A body that breaks off is kept as an empty one: the client is gone and sees no answer.
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let path = head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let request = Request { method: head.method, path, headers: head.headers, body };
    lock(&state.requests).push(request.clone());
    lock(&state.endpoint).answer(&request).map(Full::new)
}
