//! What a result of a line comes to.

use leadconnector::error::{CarriedOut, Created, Validation};
use leadconnector::{Contact, Error, Upserted};

use crate::journal::{Done, Outcome, State};

/// What a creation came to.
pub(crate) fn of_creation(result: Result<Contact, Error>, _: State) -> Outcome {
    let error = match result {
        Ok(contact) => return Outcome::Done(Done::Created, contact.id.to_string()),
        Err(error) => error,
    };
    match (error.created(), &error) {
        (Created::Yes(id), _) => Outcome::Done(Done::Created, id.to_string()),
        (Created::No, Error::Duplicate(found)) => Outcome::Done(Done::Duplicate, found.contact_id.to_string()),
        (Created::No, _) => not_carried_out(&error),
        (Created::Unknown, Error::Unreconciled(unknown)) => {
            let id = &unknown.found.id;
            Outcome::Unknown(format!(
                "{}; its email or phone finds a contact that may be another one: {id}",
                unknown.error
            ))
        }
        (Created::Unknown, _) => Outcome::Unknown(error.to_string()),
    }
}

/// What an upsert came to, of a line of which the journal said this before.
pub(crate) fn of_upsert(result: Result<Upserted, Error>, before: State) -> Outcome {
    match result {
        Ok(upserted) => Outcome::Done(done(upserted.new, before), upserted.contact.id.to_string()),
        Err(Error::TagsNotAdded(untagged)) => {
            let (error, done) = (&untagged.error, done(untagged.upserted.new, before));
            let are = if is_unknown(error) { "may be" } else { "are" };
            Outcome::Again(done, format!("the contact is there, and only its tags {are} missing: {error}"))
        }
        Err(error) if error.carried_out() == CarriedOut::No => not_carried_out(&error),
        // Also if it is known that it was: its tags were not added.
        Err(error) => Outcome::Unknown(error.to_string()),
    }
}

/// Whether a line has created its contact: what is found now may be there since it was sent before.
fn done(is_new: Option<bool>, before: State) -> Done {
    match (is_new, before) {
        (Some(true), _) => Done::Created,
        (_, State::Again(done)) => done,
        (None, _) | (Some(false), State::Begun(_)) => Done::Upserted,
        (Some(false), State::New | State::Done(_)) => Done::Updated,
    }
}

fn not_carried_out(error: &Error) -> Outcome {
    match error {
        _ if is_hopeless(error) => Outcome::Left,
        Error::Validation(refused) => Outcome::Failed(format!("{error}: {}", messages(refused))),
        _ => Outcome::Failed(error.to_string()),
    }
}

/// Whether an error is not about the contact that was sent, so that any other would end in the same way.
pub(crate) fn is_hopeless(error: &Error) -> bool {
    match error {
        Error::Unauthorized(_)
        | Error::Forbidden(_)
        | Error::Blocked(_)
        | Error::Token(_)
        | Error::Pacing(_)
        | Error::NotConnected(_) => true,
        Error::RateLimited(limited) => limited.day_used_up,
        // The path is not known there: the base URL is another server's.
        Error::Rejected(response) => response.status().as_u16() == 404,
        Error::TagsNotAdded(untagged) => is_hopeless(&untagged.error),
        _ => false,
    }
}

/// Whether it is unknown what the last request of a line has done.
pub(crate) fn is_unknown(error: &Error) -> bool {
    match error {
        Error::TagsNotAdded(untagged) => is_unknown(&untagged.error),
        _ => error.carried_out() == CarriedOut::Unknown,
    }
}

/// What the server says of the values, as far as it fits in a line.
fn messages(refused: &Validation) -> String {
    let messages: Vec<_> = refused.messages.iter().map(|message| message.text()).collect();
    messages.join("; ").chars().filter(|c| !c.is_control()).take(300).collect()
}
