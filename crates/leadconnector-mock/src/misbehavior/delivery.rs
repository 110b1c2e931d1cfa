//! How an answer is delivered: as a whole, or cut, slowly or without end, as a test asks for.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// How much is sent at a time of a body without end.
const SPACES: &[u8] = &[b' '; 16 * 1024];

/// How much of an answer is delivered, and in which way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Delivery {
    Whole,
    CutBefore,
    CutAfter(usize),
    CutAtEnd,
    Endless,
    Trickle(Duration),
}

/// A body, and how it is delivered.
pub(crate) struct DeliveredBody {
    rest: Bytes,
    delivery: Delivery,
    declared: bool,
    pause: Option<Pin<Box<Sleep>>>,
    /// Whether what was sent is still to be written to the connection before it is cut.
    flush: bool,
}

impl DeliveredBody {
    /// A body; `declared` if its length stands in the headers already, right or wrong.
    pub(crate) fn new(body: Bytes, delivery: Delivery, declared: bool) -> Self {
        // The headers are to arrive before the connection is cut.
        let flush = matches!(delivery, Delivery::CutAfter(_));
        Self { rest: body, delivery, declared, pause: None, flush }
    }

    fn cut() -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(Some(Err(io::Error::other("cut, as the test asked for"))))
    }

    fn send(&mut self, bytes: usize) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(bytes)))))
    }
}

impl Body for DeliveredBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
            self.pause = None;
        }
        if self.flush {
            // The connection writes what it has while it waits for more.
            self.flush = false;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let left = self.rest.len();
        match self.delivery {
            Delivery::CutBefore => Self::cut(),
            Delivery::CutAfter(bytes) if bytes.min(left) > 0 => {
                self.delivery = Delivery::CutBefore;
                self.flush = true;
                self.send(bytes.min(left))
            }
            Delivery::CutAfter(_) => Self::cut(),
            Delivery::CutAtEnd if left > 0 => {
                self.flush = true;
                self.send(left)
            }
            Delivery::CutAtEnd => Self::cut(),
            Delivery::Trickle(pause) if left > 0 => {
                self.pause = Some(Box::pin(sleep(pause)));
                self.send(1)
            }
            Delivery::Endless if left == 0 => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(SPACES))))),
            Delivery::Whole | Delivery::Endless if left > 0 => self.send(left),
            Delivery::Whole | Delivery::Endless | Delivery::Trickle(_) => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self.delivery {
            _ if self.declared => SizeHint::default(),
            // Without a length, the client waits for an end that does not come.
            Delivery::CutAtEnd | Delivery::Endless => SizeHint::default(),
            // One byte more than there is, if all of it is sent: the cut is one in any case.
            Delivery::CutAfter(bytes) if bytes >= self.rest.len() => SizeHint::with_exact(self.rest.len() as u64 + 1),
            Delivery::Whole | Delivery::CutBefore | Delivery::CutAfter(_) | Delivery::Trickle(_) => {
                SizeHint::with_exact(self.rest.len() as u64)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.delivery, Delivery::Whole) && self.rest.is_empty()
    }
}
