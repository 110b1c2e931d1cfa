/// An item of a list that the server answers with, such as a [`Note`](crate::Note): for [`Error::items`](crate::Error::items).
#[expect(private_bounds, reason = "which lists there are is decided here")]
pub trait ListItem: Sealed {}

pub(crate) trait Sealed: Sized {
    /// The member of an answer that is a list of these.
    const LIST: &'static str;

    /// The item, without the members that cannot be read; none if it is no object or has no id.
    fn read_item(json: &str) -> Option<Self>;
}
