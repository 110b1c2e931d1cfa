//! What differs between two fragments, and what of it breaks a caller.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::model::{Api, Kind, Member, Operation, Part};
use crate::effect::{Effect, Repetition};

/// A difference of one member or of several, and why it breaks a caller if it does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    /// The members that it is about, in words; none for what is about an operation or the whole.
    pub(crate) members: Vec<String>,
    pub(crate) what: String,
    pub(crate) breaks: Option<&'static str>,
    /// The operations and their parts; none for what is about the whole.
    pub(crate) places: BTreeSet<Place>,
}

/// A difference of one member in one place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Single {
    /// None for what is about the whole.
    pub(crate) operation: Option<String>,
    /// None for what is about an operation or the whole.
    pub(crate) part: Option<Part>,
    /// In words; none for what is about a part, an operation or the whole.
    pub(crate) member: Option<String>,
    pub(crate) what: String,
    pub(crate) breaks: Option<&'static str>,
}

const HAS_TO_SEND: &str = "a program that does not send it is refused";
const HAS_TO_STOP: &str = "a program that sends it is refused, or sends it in vain";
const MAY_BE_REFUSED: &str = "what a program sends may be refused";
const NOT_THERE: &str = "a program that reads it may not find it";
const UNEXPECTED: &str = "a program may receive what it does not expect";
const NOWHERE: &str = "a program that calls it gets no answer";
const NOT_ALLOWED: &str = "a program whose token lacks it is refused";
const NOT_AGAIN: &str = "what was sent again by itself no longer is";

/// How the values that are possible after a change relate to those before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Same,
    Wider,
    Narrower,
    Other,
}

/// Every difference; the same one of several members, or at several places, is one change.
pub(crate) fn between(before: &Api, after: &Api) -> Vec<Change> {
    together(singles(before, after))
}

/// Every difference, by itself.
pub(crate) fn singles(before: &Api, after: &Api) -> BTreeSet<Single> {
    let mut changes = Changes::default();
    if before.server != after.server {
        let server = |server: &Option<String>| server.clone().unwrap_or_else(|| "none".into());
        let what = format!("the server is `{}`, and was `{}`", server(&after.server), server(&before.server));
        changes.add(None, what, Some(NOWHERE));
    }
    for (name, old) in &before.operations {
        match after.operations.get(name) {
            None => {
                let what = format!("the operation `{name}` ({}) is removed", old.address);
                changes.add(Some(name), what, Some(NOWHERE));
            }
            Some(new) => operation(name, old, new, &mut changes),
        }
    }
    for (name, new) in &after.operations {
        if !before.operations.contains_key(name) {
            changes.add(Some(name), format!("the operation `{name}` ({}) is added", new.address), None);
        }
    }
    changes.0
}

/// The changes that differences make, by place, so that what belongs together stands together.
pub(crate) fn together(singles: impl IntoIterator<Item = Single>) -> Vec<Change> {
    let mut places: BTreeMap<_, BTreeSet<Place>> = BTreeMap::new();
    for Single { operation, part, member, what, breaks } in singles {
        places.entry((member, what, breaks)).or_default().extend(part.zip(operation));
    }
    let mut members: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for ((member, what, breaks), places) in places {
        members.entry((places, what, breaks)).or_default().extend(member);
    }
    let changes = members.into_iter();
    let changes = changes.map(|((places, what, breaks), members)| Change { members, what, breaks, places });
    let mut changes: Vec<_> = changes.collect();
    changes.sort_by(|a, b| (&a.places, &a.members, &a.what).cmp(&(&b.places, &b.members, &b.what)));
    changes
}

#[derive(Default)]
struct Changes(BTreeSet<Single>);

/// What is different, and why it breaks.
type Difference = (String, Option<&'static str>);
/// A part of an operation.
pub(crate) type Place = (Part, String);

impl Changes {
    /// A difference of an operation, or of the whole.
    fn add(&mut self, operation: Option<&str>, what: String, breaks: Option<&'static str>) {
        let operation = operation.map(str::to_owned);
        self.0.insert(Single { operation, part: None, member: None, what, breaks });
    }

    /// A difference of a part of an operation, or of a member of it.
    fn add_at(&mut self, (part, operation): Place, member: Option<String>, (what, breaks): Difference) {
        self.0.insert(Single { operation: Some(operation), part: Some(part), member, what, breaks });
    }
}

fn operation(name: &str, old: &Operation, new: &Operation, changes: &mut Changes) {
    if old.address != new.address {
        let what = format!("`{name}` is at {}, and was at {}", new.address, old.address);
        changes.add(Some(name), what, Some(NOWHERE));
    }
    if old.security != new.security {
        changes.add(Some(name), format!("`{name}` asks for another authorization"), Some(MAY_BE_REFUSED));
    }
    if old.scope != new.scope {
        let breaks = old.scope.is_some() && new.scope.is_some();
        let (new, old) = (or_nothing(new.scope.clone()), or_nothing(old.scope.clone()));
        let what = format!("the scope that `{name}` needs is {new}, and was {old}");
        changes.add(Some(name), what, breaks.then_some(NOT_ALLOWED));
    }
    repetition(name, old.repetition.as_ref(), new.repetition.as_ref(), changes);
    let none = BTreeMap::new();
    let parts: BTreeSet<_> = old.parts.keys().chain(new.parts.keys()).collect();
    for part in parts {
        let place = || (part.clone(), name.to_owned());
        match (old.parts.get(part), new.parts.get(part)) {
            (None, Some(_)) if !part.is_sent() => {
                changes.add_at(place(), None, ("the whole response is added".into(), None))
            }
            (Some(_), None) if !part.is_sent() => {
                changes.add_at(place(), None, ("the whole response is removed".into(), Some(NOT_THERE)))
            }
            (old, new) => members(old.unwrap_or(&none), new.unwrap_or(&none), part.is_sent(), &place, changes),
        }
    }
}

/// What an operation says of being repeated. One that says nothing is not sent again, as one that happens once.
fn repetition(name: &str, old: Option<&Repetition>, new: Option<&Repetition>, changes: &mut Changes) {
    let is_sent_again = |said: Option<&Repetition>| said.is_some_and(|said| said.effect != Effect::Once);
    let effect = |said: Option<&Repetition>| Some(said?.effect.name().to_owned());
    if effect(old) != effect(new) {
        let breaks = is_sent_again(old) && !is_sent_again(new);
        let what =
            format!("the effect of `{name}` is {}, and was {}", or_nothing(effect(new)), or_nothing(effect(old)));
        changes.add(Some(name), what, breaks.then_some(NOT_AGAIN));
    }

    let once_if = |said: Option<&Repetition>| said?.once_if.clone();
    let once_if = match (once_if(old), once_if(new)) {
        (old, new) if old == new => None,
        (Some(old), Some(new)) => Some((format!("`{name}` is `once` if `{new}` is true, and was if `{old}` is"), true)),
        (None, Some(new)) => Some((format!("`{name}` is `once` if `{new}` is true"), true)),
        (Some(old), None) => Some((format!("`{name}` is no longer `once` if `{old}` is true"), false)),
        (None, None) => None,
    };
    if let Some((what, more)) = once_if {
        changes.add(Some(name), what, (more && is_sent_again(old)).then_some(NOT_AGAIN));
    }

    let creates = |said: Option<&Repetition>| Some(said?.creates.as_ref()?.join("."));
    if creates(old) != creates(new) {
        let breaks = creates(old).is_some();
        let (new, old) = (or_nothing(creates(new)), or_nothing(creates(old)));
        let what = format!("the place of the id that `{name}` creates is {new}, and was {old}");
        changes.add(Some(name), what, breaks.then_some(NOT_THERE));
    }
}

fn or_nothing(said: Option<String>) -> String {
    said.map_or_else(|| "not said".into(), |said| format!("`{said}`"))
}

fn members(
    old: &BTreeMap<String, Member>,
    new: &BTreeMap<String, Member>,
    sent: bool,
    place: &dyn Fn() -> Place,
    changes: &mut Changes,
) {
    let paths: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for path in paths {
        match (old.get(path), new.get(path)) {
            (Some(old), Some(new)) => {
                for difference in member(old, new, sent) {
                    changes.add_at(place(), Some(shown(path)), difference);
                }
            }
            // What is within something that comes or goes comes or goes with it.
            (None, Some(member)) if !has_ancestor(path, |path| new.contains_key(path) && !old.contains_key(path)) => {
                let breaks = (sent && member.required).then_some(HAS_TO_SEND);
                let need = if member.required { "required" } else { "optional" };
                let null = if member.nullable { " or null" } else { "" };
                let what = format!("is added: {}{null}, {need}", member.kind);
                changes.add_at(place(), Some(shown(path)), (what, breaks));
            }
            (Some(_), None) if !has_ancestor(path, |path| old.contains_key(path) && !new.contains_key(path)) => {
                let breaks = if sent { HAS_TO_STOP } else { NOT_THERE };
                changes.add_at(place(), Some(shown(path)), ("is removed".into(), Some(breaks)));
            }
            _ => {}
        }
    }
}

/// A member, in words.
pub(crate) fn shown(path: &str) -> String {
    match path.strip_suffix('*').map(|holder| holder.trim_end_matches('.')) {
        Some("") => "any other member".into(),
        Some(holder) => format!("any other member of `{holder}`"),
        None if path.is_empty() => "the body".into(),
        None => format!("`{path}`"),
    }
}

/// Whether a member is within one that is so.
pub(crate) fn has_ancestor(path: &str, is: impl Fn(&str) -> bool) -> bool {
    let ends =
        path.char_indices().filter(|(_, character)| matches!(character, '.' | '[' | '<')).map(|(index, _)| index);
    ends.filter_map(|end| path.get(..end)).any(&is) || (!path.is_empty() && is(""))
}

/// What differs in one member.
fn member(old: &Member, new: &Member, sent: bool) -> Vec<Difference> {
    let mut changes = Vec::new();
    match (old.required, new.required) {
        (false, true) => changes.push(("is now required".into(), sent.then_some(HAS_TO_SEND))),
        (true, false) => changes.push(("is no longer required".into(), (!sent).then_some(NOT_THERE))),
        _ => {}
    }
    match (old.nullable, new.nullable) {
        (false, true) => {
            // Who reads an optional member has to expect that there is nothing.
            let breaks = !sent && old.required && new.required;
            changes.push(("can now be null".into(), breaks.then_some(UNEXPECTED)));
        }
        (true, false) => changes.push(("can no longer be null".into(), sent.then_some(MAY_BE_REFUSED))),
        _ => {}
    }
    if old.kind != new.kind {
        let breaks = breaks(relation(&old.kind, &new.kind), sent);
        changes.push((words(&old.kind, &new.kind), breaks));
    }
    let keywords: BTreeSet<_> = old.limits.keys().chain(new.limits.keys()).collect();
    for keyword in keywords {
        let (old, new) = (old.limits.get(keyword), new.limits.get(keyword));
        if old != new {
            let what = match (old, new) {
                (Some(old), None) => format!("no longer has {keyword}, which was `{old}`"),
                (None, Some(new)) => format!("has {keyword} `{new}`, and had none"),
                (Some(old), Some(new)) => format!("has {keyword} `{new}`, and had `{old}`"),
                (None, None) => continue,
            };
            changes.push((what, breaks(limit(keyword, old, new), sent)));
        }
    }
    changes
}

fn breaks(relation: Relation, sent: bool) -> Option<&'static str> {
    match relation {
        Relation::Same => None,
        Relation::Wider => (!sent).then_some(UNEXPECTED),
        Relation::Narrower => sent.then_some(MAY_BE_REFUSED),
        Relation::Other => Some(if sent { MAY_BE_REFUSED } else { UNEXPECTED }),
    }
}

fn words(old: &Kind, new: &Kind) -> String {
    let (before, after, open) = match (old, new) {
        (Kind::Closed(before), Kind::Closed(after)) => (before, after, false),
        (Kind::Open(before), Kind::Open(after)) => (before, after, true),
        _ => return format!("is {new}, and was {old}"),
    };
    let list = |values: Vec<&String>| values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    let (added, removed) = (list(after.difference(before).collect()), list(before.difference(after).collect()));
    let values = if open { "the values that it lists" } else { "its values" };
    match (added.is_empty(), removed.is_empty()) {
        (false, true) => format!("has {added} added to {values}"),
        (true, false) => format!("has {removed} removed from {values}"),
        _ => format!("has {added} added to {values}, and {removed} removed"),
    }
}

pub(crate) fn relation(old: &Kind, new: &Kind) -> Relation {
    let is_text = |kind: &Kind| matches!(kind, Kind::Plain(name, None) if name == "string");
    match (old, new) {
        (Kind::Any, _) => Relation::Narrower,
        (_, Kind::Any) => Relation::Wider,
        (Kind::Closed(before), Kind::Closed(after)) | (Kind::OneOf(before), Kind::OneOf(after)) => {
            if before.is_subset(after) {
                Relation::Wider
            } else if after.is_subset(before) {
                Relation::Narrower
            } else {
                Relation::Other
            }
        }
        // Any text is possible, before and after.
        (Kind::Open(_), Kind::Open(_)) => Relation::Same,
        (Kind::Open(_), text) | (text, Kind::Open(_)) if is_text(text) => Relation::Same,
        (Kind::Closed(_), Kind::Open(_)) => Relation::Wider,
        (Kind::Open(_), Kind::Closed(_)) => Relation::Narrower,
        (Kind::Closed(_), text) if is_text(text) => Relation::Wider,
        (text, Kind::Closed(_)) if is_text(text) => Relation::Narrower,
        (one, Kind::OneOf(several)) if several.contains(&one.to_string()) => Relation::Wider,
        (Kind::OneOf(several), one) if several.contains(&one.to_string()) => Relation::Narrower,
        (Kind::Plain(before, format), Kind::Plain(after, other)) => match (before.as_str(), after.as_str()) {
            ("integer", "number") => Relation::Wider,
            ("number", "integer") => Relation::Narrower,
            (before, after) if before != after => Relation::Other,
            _ => match (format, other) {
                (None, Some(_)) => Relation::Narrower,
                (Some(_), None) => Relation::Wider,
                _ => Relation::Other,
            },
        },
        _ => Relation::Other,
    }
}

/// What a restricting keyword does: `minLength` and the like restrict more the higher they are, `maxLength` the lower.
fn limit(keyword: &str, old: Option<&Value>, new: Option<&Value>) -> Relation {
    match (old, new) {
        (None, Some(_)) => Relation::Narrower,
        (Some(_), None) => Relation::Wider,
        (Some(old), Some(new)) => {
            let (Some(old), Some(new)) = (old.as_f64(), new.as_f64()) else { return Relation::Other };
            match keyword.get(..3) {
                Some("min") if new > old => Relation::Narrower,
                Some("max") if new < old => Relation::Narrower,
                Some("min" | "max") => Relation::Wider,
                _ => Relation::Other,
            }
        }
        (None, None) => Relation::Same,
    }
}
