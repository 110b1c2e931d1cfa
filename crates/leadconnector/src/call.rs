//! A call: from a request that is not sent to what came of it.

mod answer;
pub(crate) mod called;
pub(crate) mod caller;
pub(crate) mod decode;
mod jitter;
pub(crate) mod options;
pub(crate) mod outcome;
pub(crate) mod pacing;
pub(crate) mod receive;
pub(crate) mod response;
pub(crate) mod retry;
mod send;
pub(crate) mod telemetry;
#[cfg(test)]
mod tests;
pub(crate) mod token_source;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

pub use answer::{Answer, NotTaken};
pub(crate) use called::Called;
pub(crate) use caller::Caller;
use options::{Options, options};

use crate::Error;

/// A call of an operation. It does nothing until it is awaited.
///
/// It is a future of its own, which borrows nothing: it can be awaited, spawned, joined and selected as it is. It yields the
/// value that the operation answers with; [`answer`](Self::answer) yields that value with all that came with it. Dropping it stops
/// the call; whether the operation was carried out is unknown then.
///
/// ```
/// use leadconnector::{Client, LocationId, NewContact};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = leadconnector_mock::Server::start().await?;
/// # let client = Client::builder("9c48df2694a849b6089f9d0d3513efe").base_url(server.url()).build()?;
/// let contacts = client.contacts(LocationId::new("ve9EPM428h8vShlRW1KT")?);
/// let rosan = NewContact::builder().first_name("Rosan").build();
/// let rubika = NewContact::builder().first_name("Rubika").build();
///
/// let spawned = tokio::spawn(contacts.create(rosan));
/// let answer = contacts.create(rubika).answer().await?;
/// println!("{} by request {:?}", answer.value.id, answer.trace_id());
/// println!("{}", spawned.await??.id);
/// # Ok(())
/// # }
/// ```
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T> {
    options: Options,
    state: State<T>,
}

enum State<T> {
    Made(Option<Begin<T>>),
    Begun(Outcome<T>),
}

/// Begins a call, with what was set until then.
type Begin<T> = Box<dyn FnOnce(Options) -> Outcome<T> + Send>;

// Boxed once: what waits for a call, and all that waits for that, stays small.
type Outcome<T> = Pin<Box<dyn Future<Output = Result<Answer<T>, Error>> + Send>>;

impl<T: Send + 'static> Call<T> {
    pub(crate) fn new<F>(mut caller: Caller, call: impl FnOnce(Caller) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<Answer<T>, Error>> + Send + 'static,
    {
        let options = std::mem::take(&mut caller.options);
        let begin = |options| Box::pin(call(Caller { options, ..caller })) as Outcome<T>;
        Self { options, state: State::Made(Some(Box::new(begin))) }
    }
}

options!(Call<T>, options);

impl<T> Call<T> {
    /// The same call, which yields the value together with what came with it: status, headers, trace id, rate limit, bytes,
    /// the members that could not be decoded, what was sent and is not in it, and the number of attempts.
    ///
    /// # Errors
    ///
    /// As of the call itself. An error has the server's answer with it: [`Error::response`].
    pub fn answer(self) -> impl Future<Output = Result<Answer<T>, Error>> + Send + Unpin + use<T> {
        Answered(self)
    }

    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Result<Answer<T>, Error>> {
        loop {
            match &mut self.state {
                State::Begun(outcome) => return outcome.as_mut().poll(context),
                State::Made(begin) => {
                    self.options.check()?;
                    // None only if it panicked when it began.
                    let Some(begin) = begin.take() else { return Poll::Pending };
                    self.state = State::Begun(begin(std::mem::take(&mut self.options)));
                }
            }
        }
    }
}

/// A call that yields what came with its value too.
struct Answered<T>(Call<T>);

impl<T> Future for Answered<T> {
    type Output = Result<Answer<T>, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_answer(context)
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_answer(context).map_ok(|answer| answer.value)
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
