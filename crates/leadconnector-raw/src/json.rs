//! The body of a request.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use reqwest::Body;
use serde::Serialize;

/// The JSON of a value: written once, and sent as often as it takes.
pub struct Json<T> {
    bytes: Bytes,
    of: PhantomData<fn(T)>,
}

impl<T: Serialize> Json<T> {
    /// Writes a value.
    ///
    /// # Errors
    ///
    /// The value has something that JSON cannot say.
    pub fn of(value: &T) -> serde_json::Result<Self> {
        // Room for a body of the ordinary size, so that it is not copied as it grows.
        let mut bytes = Vec::with_capacity(2048);
        serde_json::to_writer(&mut bytes, value)?;
        Ok(Self { bytes: bytes.into(), of: PhantomData })
    }
}

impl<T> From<&Json<T>> for Body {
    fn from(json: &Json<T>) -> Self {
        json.bytes.clone().into()
    }
}

/// Without what is in it, which is somebody's data.
impl<T> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.bytes.len())
    }
}
