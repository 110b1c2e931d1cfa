//! What an operation is, as the OpenAPI document says it.

use reqwest::Method;

use crate::operations::OperationId;

/// An operation of the API: one of [`operations`](crate::operations).
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The id of the operation: `operationId` in the document.
    pub id: OperationId,
    /// The name of its method of the [`Client`](crate::Client), such as `create_contact`.
    pub name: &'static str,
    /// The vendor's name for it, such as `Create Contact`.
    pub summary: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with the names of its parameters in braces.
    pub path: &'static str,
    /// What repeating it does: `x-effect` in the document. A [`Request`](crate::Request) has its own, which can be stricter.
    pub effect: Effect,
    /// The members that lead to the id of what it creates, in a successful answer: `x-creates` in the document. None if it
    /// creates nothing.
    pub creates: Option<&'static [&'static str]>,
    /// The members of its request's body that the document names.
    pub request: &'static [&'static str],
    /// The members that a successful answer is made of.
    pub answer: &'static [Member],
}

impl Operation {
    /// The member of the answer that is a list of objects, if it has one.
    pub fn list(&self) -> Option<&'static str> {
        self.answer.iter().find(|member| matches!(member.content, Content::List(_))).map(|member| member.name)
    }
}

/// What repeating a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing: it only reads.
    Reads,
    /// It leads to the same end state.
    Repeats,
    /// It happens once more: a second contact, a second message.
    Once,
}

impl Effect {
    /// Whether a request can be sent twice without a second effect.
    pub fn is_repeatable(self) -> bool {
        matches!(self, Self::Reads | Self::Repeats)
    }
}

/// A member of a successful answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub content: Content,
}

/// What a member of an answer holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// Anything that is taken as a whole: text, a number, a list of texts.
    Value,
    /// An object with these members.
    Object(&'static [&'static str]),
    /// A list of objects with these members.
    List(&'static [&'static str]),
}
