//! What is called, as far as an answer and an error have to know it.

use std::sync::Arc;

use leadconnector_raw::{Member, Operation};

use crate::Effect;

/// What is called: an operation of the fragment, or something else that the API has.
#[derive(Clone, Debug)]
pub(crate) enum Called {
    Operation(&'static Operation),
    Other(Arc<Other>),
}

/// A request of which the fragment knows nothing.
#[derive(Debug)]
pub(crate) struct Other {
    /// What repeating it does, as the program says.
    pub(crate) effect: Effect,
    /// The members of its body.
    pub(crate) members: Vec<String>,
}

impl Called {
    pub(crate) fn other(effect: Effect, members: Vec<String>) -> Self {
        Self::Other(Arc::new(Other { effect, members }))
    }

    /// The name for a log and for `Debug`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Operation(operation) => operation.name,
            Self::Other(_) => "request",
        }
    }

    /// The path with the names of its parameters; none where it may hold anything.
    pub(crate) fn path_template(&self) -> Option<&'static str> {
        match self {
            Self::Operation(operation) => Some(operation.path),
            Self::Other(_) => None,
        }
    }

    pub(crate) fn effect(&self) -> Effect {
        match self {
            Self::Operation(operation) => operation.effect,
            Self::Other(other) => other.effect,
        }
    }

    /// The members that lead to the id of what it creates; none if it creates nothing, or nobody knows where the id would be.
    pub(crate) fn creates(&self) -> Option<&'static [&'static str]> {
        match self {
            Self::Operation(operation) => operation.creates,
            Self::Other(_) => None,
        }
    }

    /// Whether it may create something.
    pub(crate) fn may_create(&self) -> bool {
        match self {
            Self::Operation(operation) => operation.creates.is_some(),
            Self::Other(other) => other.effect != Effect::Reads,
        }
    }

    /// The member of the answer that is a list of objects, if it is known to have one.
    pub(crate) fn list(&self) -> Option<&'static str> {
        match self {
            Self::Operation(operation) => operation.list(),
            Self::Other(_) => None,
        }
    }

    /// The members of the answer, as far as they are known.
    pub(crate) fn answer(&self) -> &'static [Member] {
        match self {
            Self::Operation(operation) => operation.answer,
            Self::Other(_) => &[],
        }
    }

    /// The members of the request's body that the fragment names: they are nobody's data.
    pub(crate) fn documented_members(&self) -> &'static [&'static str] {
        match self {
            Self::Operation(operation) => operation.request,
            Self::Other(_) => &[],
        }
    }

    /// Whether the request's body has, or may have, this member, in upper or lower case.
    pub(crate) fn has_member(&self, name: &str) -> bool {
        match self {
            Self::Operation(operation) => operation.request.iter().any(|member| member.eq_ignore_ascii_case(name)),
            Self::Other(other) => other.members.iter().any(|member| member.eq_ignore_ascii_case(name)),
        }
    }
}

impl From<&'static Operation> for Called {
    fn from(operation: &'static Operation) -> Self {
        Self::Operation(operation)
    }
}
