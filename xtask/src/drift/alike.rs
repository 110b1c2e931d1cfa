//! What our fragment and the vendor's file say in other forms, brought to one: what differs then is a difference.
//!
//! openapi/README.md says what is not compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diff::changes::{Relation, has_ancestor, relation};
use crate::diff::model::{Api, Kind, Member, Operation, Part};
use crate::document::{Document, is_true};

type Members = BTreeMap<String, Member>;

/// Brings our fragment and the vendor's file, which is `document`, to one form.
pub(super) fn bring(ours: &mut Api, theirs: &mut Api, document: &Document) {
    let scopes = scopes(document);
    for members in ours.operations.values_mut().flat_map(|operation| operation.parts.values_mut()) {
        *members = without_alternatives(std::mem::take(members));
    }
    for (name, theirs) in &mut theirs.operations {
        let Some(ours) = ours.operations.get(name) else { continue };
        theirs.scope = scopes.get(name).cloned();
        theirs.security.clone_from(&ours.security);
        theirs.repetition.clone_from(&ours.repetition);
        rename_parameters(ours, theirs);
        theirs.address.clone_from(&ours.address);
        statuses(ours, theirs);
        for (part, members) in &mut theirs.parts {
            *members = without_alternatives(std::mem::take(members));
            if let Some(ours) = ours.parts.get(part) {
                bring_members(ours, members, part);
            }
        }
    }
}

/// The scopes that each operation names in its `security`, by the operation's name; none of one without.
fn scopes(document: &Document) -> BTreeMap<String, String> {
    let of = |operation: &Value| {
        let alternatives = operation.get("security")?.as_array()?.iter().filter_map(Value::as_object);
        let scopes = alternatives.flat_map(|schemes| schemes.values()).filter_map(Value::as_array).flatten();
        let scopes: BTreeSet<_> = scopes.filter_map(Value::as_str).collect();
        let scopes: Vec<_> = scopes.into_iter().collect();
        (!scopes.is_empty()).then(|| scopes.join(" "))
    };
    let named = document
        .operations()
        .into_iter()
        .filter_map(|(_, operation)| Some((operation.get("operationId")?.as_str()?.to_owned(), of(operation)?)));
    named.collect()
}

/// Calls the parameters of a path as we do: they are told apart by their order.
fn rename_parameters(ours: &Operation, theirs: &mut Operation) {
    let names = |address: &str| -> Vec<String> {
        address.split('/').filter_map(super::parameter_of).map(|name| format!("{name} (path)")).collect()
    };
    let ours = names(&ours.address);
    let renamed: BTreeMap<_, _> = names(&theirs.address).into_iter().zip(ours).collect();
    if let Some(parameters) = theirs.parts.get_mut(&Part::Parameters) {
        let old = std::mem::take(parameters).into_iter();
        *parameters = old.map(|(name, member)| (renamed.get(&name).cloned().unwrap_or(name), member)).collect();
    }
}

/// Any success is `2XX`, and a failure of ours that they do not list is no difference.
fn statuses(ours: &Operation, theirs: &mut Operation) {
    let is_success = |status: &str| status.len() == 3 && status.starts_with('2');
    let mut parts = BTreeMap::<Part, Members>::new();
    for (part, members) in std::mem::take(&mut theirs.parts) {
        let part = match part {
            Part::Response(status) if is_success(&status) => Part::Response("2XX".into()),
            part => part,
        };
        let of_part = parts.entry(part).or_default();
        for (path, member) in members {
            of_part.entry(path).or_insert(member);
        }
    }
    for (part, members) in ours.parts.iter().filter(|(part, _)| is_failure(part)) {
        parts.entry(part.clone()).or_insert_with(|| members.clone());
    }
    theirs.parts = parts;
}

fn is_failure(part: &Part) -> bool {
    matches!(part, Part::Response(status) if status != "2XX")
}

/// The members of a body in which the alternatives of a `oneOf` or an `anyOf` are one object, with the members of all of them.
fn without_alternatives(members: Members) -> Members {
    let mut alternatives: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in members.keys().filter(|path| path.ends_with('>')) {
        if let Some((whole, _)) = path.rsplit_once('<') {
            alternatives.entry(whole).or_default().push(path);
        }
    }
    // What not each alternative has need not be there, even if those that have it require it.
    let is_required = |path: &str| {
        let (before, within) = path.rsplit_once('>').unwrap_or((path, ""));
        let holder = within.rfind(['.', '[']).and_then(|end| within.get(..end)).unwrap_or_default();
        let whole = before.rsplit_once('<').map_or(before, |(whole, _)| whole);
        let others = alternatives.get(whole).into_iter().flatten();
        let mut others = others.filter(|other| members.contains_key(&format!("{other}{holder}")));
        others.all(|other| members.get(&format!("{other}{within}")).is_some_and(|member| member.required))
    };

    let mut alone = Members::new();
    let mut together: BTreeMap<String, Vec<(&String, &Member)>> = BTreeMap::new();
    for (path, member) in &members {
        match joined(path, &members) {
            // The kind of the whole says which alternatives there are.
            Some(_) if path.ends_with('>') => {}
            Some(joined) => together.entry(joined).or_default().push((path, member)),
            None => {
                alone.insert(path.clone(), member.clone());
            }
        }
    }
    for (path, found) in together {
        let Some((_, first)) = found.first() else { continue };
        let kinds: BTreeSet<_> = found.iter().map(|(_, member)| member.kind.to_string()).collect();
        let are_limits_equal = found.iter().all(|(_, member)| member.limits == first.limits);
        let member = Member {
            required: found.iter().all(|(path, _)| is_required(path)),
            nullable: found.iter().any(|(_, member)| member.nullable),
            kind: if kinds.len() == 1 { first.kind.clone() } else { Kind::OneOf(kinds) },
            limits: if are_limits_equal { first.limits.clone() } else { BTreeMap::new() },
            other_spellings: first.other_spellings.clone(),
        };
        alone.entry(path).or_insert(member);
    }
    alone
}

/// A path without the alternatives on the way; none if there are none. What is in angle brackets may be part of a name, too.
fn joined(path: &str, members: &Members) -> Option<String> {
    let is_choice =
        |path: &str| members.get(path).is_some_and(|member| matches!(member.kind, Kind::OneOf(_) | Kind::Open(_)));
    let (mut joined, mut from) = (String::new(), 0);
    for (at, _) in path.match_indices('<') {
        let (Some(before), Some(whole)) = (path.get(from..at), path.get(..at)) else { continue };
        if is_choice(whole)
            && let Some(end) = path.get(at..).and_then(|rest| rest.find('>'))
        {
            joined.push_str(before);
            from = at + end + 1;
        }
    }
    joined.push_str(path.get(from..).unwrap_or_default());
    (joined != path).then_some(joined)
}

fn bring_members(ours: &Members, theirs: &mut Members, part: &Part) {
    if !part.is_sent() {
        spell_alike(ours, theirs);
    }
    // Where we take any JSON value, we take whatever is within it.
    theirs.retain(|path, _| {
        ours.contains_key(path) || !has_ancestor(path, |path| ours.get(path).is_some_and(|ours| ours.kind == Kind::Any))
    });
    for (path, theirs) in theirs.iter_mut() {
        let Some(ours) = ours.get(path) else { continue };
        if ours.kind.to_string() == theirs.kind.to_string() {
            theirs.kind = ours.kind.clone();
        }
        if !part.is_sent() {
            read_alike(ours, theirs);
        }
    }
    if is_failure(part) {
        for (path, ours) in ours {
            theirs.entry(path.clone()).or_insert_with(|| ours.clone());
        }
    }
}

/// Calls what we read under another name as we do. A member stands before what is within it.
fn spell_alike(ours: &Members, theirs: &mut Members) {
    for (path, member) in ours {
        let holder = path.rfind('.').and_then(|dot| path.get(..=dot)).unwrap_or_default();
        for spelling in &member.other_spellings {
            let other = format!("{holder}{spelling}");
            let is_there = theirs.contains_key(path);
            let within = |name: &str| {
                let rest = name.strip_prefix(&other)?;
                (rest.is_empty() || rest.starts_with(['.', '['])).then(|| format!("{path}{rest}"))
            };
            let found = std::mem::take(theirs).into_iter().filter_map(|(name, member)| match within(&name) {
                Some(_) if is_there => None,
                Some(name) => Some((name, member)),
                None => Some((name, member)),
            });
            *theirs = found.collect();
        }
    }
}

/// What they promise of a member of an answer is taken for what we read, if we read all of it.
fn read_alike(ours: &Member, theirs: &mut Member) {
    if theirs.required {
        theirs.required = ours.required;
    }
    // Null is read as if an optional member were not there, save in the place of a list.
    let is_null_read = ours.nullable || !(ours.required || ours.kind == Kind::Plain("array".into(), None));
    if !theirs.nullable || is_null_read {
        theirs.nullable = ours.nullable;
    }
    if is_read(&ours.kind, &theirs.kind) {
        theirs.kind = ours.kind.clone();
    }
    theirs.limits.retain(|keyword, _| ours.limits.contains_key(keyword));
}

fn is_read(ours: &Kind, theirs: &Kind) -> bool {
    match (ours, theirs) {
        // Any other text is read, too; but one that they list should be known.
        (Kind::Open(ours), Kind::Open(theirs) | Kind::Closed(theirs)) => theirs.is_subset(ours),
        (ours, theirs) => matches!(relation(ours, theirs), Relation::Same | Relation::Narrower),
    }
}

/// The names of the operations that a document calls deprecated.
pub(super) fn deprecated(document: &Document) -> BTreeSet<String> {
    let deprecated = document.operations().into_iter().filter(|(_, operation)| is_true(operation, "deprecated"));
    deprecated.filter_map(|(_, operation)| Some(operation.get("operationId")?.as_str()?.to_owned())).collect()
}
