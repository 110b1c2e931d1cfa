//! Decoding that survives what the live API sends.
//!
//! First as a whole; and if that fails, each member by itself, without what has an unforeseen type.

mod find;
mod path;

use std::borrow::Cow;

use leadconnector_raw::{Content, Member};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

pub(crate) use find::{TRACE_ID, bool_at, has_null, is_empty, is_json, items, messages, text_at, value, value_at};
use find::{first_value, is_object, list_at, members, text, text_in};
use path::{Path, Step};

/// The largest member that is repaired, in bytes. A larger one is left out as a whole if anything in it cannot be decoded. With the
/// next limit, it bounds the time and the memory, whatever is in a body.
const REPAIRED_BYTES: usize = 64 * 1024;
/// How many parts are cut out of a member at the most. If more are bad, it is left out as a whole.
const CUTS: usize = 16;
/// How many items of a list may be no objects, or have no id. With more, it is not the list.
pub(crate) const BAD_ITEMS: usize = 1_000;

/// Up to this size, in bytes, JSON is decoded however many values it has.
const LIGHT_BYTES: usize = 256 * 1024;
/// How many values larger JSON may have. Each takes up to two hundred bytes where two bytes of JSON make one.
const HEAVY_VALUES: usize = 200_000;

/// The id of an object, which is not lost.
const ID: &str = "id";

/// A value, and what it lacks because its type was unforeseen.
pub(crate) struct Decoded<T> {
    pub(crate) value: T,
    /// The paths of the members and items that it lacks, such as `contact.tags[3]`.
    pub(crate) undecoded: Vec<String>,
    /// Of a list that lacks items, the places of those that it has; empty if it lacks none.
    pub(crate) places: Vec<usize>,
}

/// Decodes a body in which everything is as the fragment has it, as nearly all are; none if it is not.
pub(crate) fn strict<T: DeserializeOwned>(body: &[u8]) -> Option<Decoded<T>> {
    if !body.trim_ascii_start().starts_with(b"{") || is_heavy(body) {
        return None;
    }
    // Text that was checked once: serde would check each piece of it.
    let value = decoded(std::str::from_utf8(body).ok()?)?;
    Some(Decoded { value, undecoded: Vec::new(), places: Vec::new() })
}

/// Decodes the JSON at the beginning of a body; none if it is of another type, or not complete.
pub(crate) fn of_any_type<T: DeserializeOwned>(body: &[u8], is_whole: bool) -> Option<T> {
    let text = text(body);
    if has_an_end(&text) {
        first_value(&text)
    } else if is_whole {
        serde_json::from_str(&text).ok()
    } else {
        // A number that breaks off is another number.
        None
    }
}

/// Whether a body is a JSON value, as [`of_any_type`] takes it.
pub(crate) fn is_any_json(body: &[u8]) -> bool {
    of_any_type::<IgnoredAny>(body, true).is_some()
}

/// Whether the value at the beginning says itself where it ends. Of others, such as numbers, the text must be all.
fn has_an_end(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[', '"'])
}

/// The path of what is of another type in the JSON of a body.
pub(crate) fn misfit_path<T: DeserializeOwned>(body: &[u8]) -> Option<String> {
    let text = text(body);
    let error = serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_str(&text)).err()?;
    Some(error.path().to_string()).filter(|path| path != ".")
}

/// Decodes the JSON at the beginning of a body, which is an object of these members; none if it is not an object, or not
/// complete.
pub(crate) fn tolerant<T: DeserializeOwned>(members: &[Member], body: &[u8]) -> Option<Decoded<T>> {
    let text = text(body);
    // Before anything is built of it: a body that breaks off may be as large as the limit.
    if !is_object(&text) || first_value::<IgnoredAny>(&text).is_none() {
        return None;
    }
    let (mut undecoded, mut places) = (Vec::new(), Vec::new());
    let mut good: Vec<Part<'_>> = Vec::new();
    for Member { name, content } in members {
        match content {
            Content::Value => good.extend(good_members::<T>(Holder::Top, &[*name], &text, &mut undecoded)),
            Content::Object(names) => {
                let holder = Holder::Within(name);
                good.push((*name, object(&good_members::<T>(holder, names, &text, &mut undecoded)).into()));
            }
            Content::List(names) => {
                if let Some(items) = good_items::<T>(name, names, &text, &mut undecoded, &mut places) {
                    good.push((*name, format!("[{}]", items.join(",")).into()));
                }
            }
        }
    }
    let value = decoded(&object(&good))?;
    Some(Decoded { value, undecoded, places })
}

/// Decodes an object of these members, which is an item of a list; none if it is not an object.
pub(crate) fn item<T: DeserializeOwned>(names: &[&'static str], json: &str) -> Option<T> {
    if !is_object(json) {
        return None;
    }
    decoded(json).or_else(|| decoded(&object(&good_members::<T>(Holder::Top, names, json, &mut Vec::new()))))
}

/// A member's name, and its JSON.
type Part<'a> = (&'static str, Cow<'a, str>);

/// Where an object stands in what is decoded.
#[derive(Clone, Copy)]
enum Holder {
    /// It is all of it.
    Top,
    /// It is this member.
    Within(&'static str),
    /// It is an item of this list: the only one in what is decoded, and the one of this place in the body.
    Item(&'static str, usize),
}

impl Holder {
    /// What is decoded, if it has nothing but this object.
    fn around(self, object: String) -> String {
        match self {
            Self::Top => object,
            Self::Within(name) => format!("{{\"{name}\":{object}}}"),
            Self::Item(list, _) => format!("{{\"{list}\":[{object}]}}"),
        }
    }

    /// The object in what was decoded.
    fn in_it(self, value: &mut Value) -> Option<&mut Value> {
        match self {
            Self::Top => Some(value),
            Self::Within(name) => value.get_mut(name),
            Self::Item(list, _) => value.get_mut(list)?.get_mut(0),
        }
    }

    /// The path in the body, of one in what is decoded.
    fn in_the_body(self, mut path: Path) -> Path {
        if let (Self::Item(_, place), Some(step @ Step::Item(_))) = (self, path.0.get_mut(1)) {
            *step = Step::Item(place);
        }
        path
    }

    fn path(self, name: &str) -> Path {
        let member = |name: &str| Step::Member(name.to_owned());
        Path(match self {
            Self::Top => vec![member(name)],
            Self::Within(outer) => vec![member(outer), member(name)],
            Self::Item(list, _) => vec![member(list), Step::Item(0), member(name)],
        })
    }

    /// The path of the object's id, in the text that has it.
    fn id(self) -> Vec<&'static str> {
        match self {
            Self::Top | Self::Item(..) => vec![ID],
            Self::Within(name) => vec![name, ID],
        }
    }
}

/// The members of an object that can be decoded, each without what cannot. The text is the body, or of an item of a list the item.
fn good_members<'a, T: DeserializeOwned>(
    holder: Holder,
    names: &[&'static str],
    text: &'a str,
    undecoded: &mut Vec<String>,
) -> Vec<Part<'a>> {
    let within = if let Holder::Within(name) = holder { Some(name) } else { None };
    let mut good: Vec<Part<'_>> = Vec::new();
    let before = undecoded.len();
    for (name, raw) in members(text, within, names) {
        let Some(raw) = raw else { continue };
        if let Some(json) = member::<T>(holder, name, raw.get(), undecoded) {
            good.push((name, json));
        }
    }
    // An id is taken as its text, a number too, whatever stands around it.
    let id = names.contains(&ID).then(|| text_in(text, &holder.id())).flatten();
    if let Some(id) = id.and_then(|id| serde_json::to_string(&id).ok()) {
        let path = holder.in_the_body(holder.path(ID)).to_string();
        let named = undecoded.split_off(before);
        undecoded.extend(named.into_iter().filter(|other| *other != path));
        good.retain(|(name, _)| *name != ID);
        good.push((ID, id.into()));
    }
    good
}

/// The items of a list that can be decoded, each without the members that cannot; and their places, if some are left out. None
/// if there is no list.
fn good_items<'a, T: DeserializeOwned>(
    list: &'static str,
    names: &[&'static str],
    text: &'a str,
    undecoded: &mut Vec<String>,
    places: &mut Vec<usize>,
) -> Option<Vec<Cow<'a, str>>> {
    let all = list_at(text, list)?;
    // As a whole: which of them is too much?
    if is_heavy(text.as_bytes()) {
        return None;
    }
    let mut good = Vec::with_capacity(all.len());
    let mut bad = 0;
    for (place, item) in all.iter().enumerate() {
        let item = item.get();
        let has_id = is_object(item) && text_in(item, &[ID]).is_some();
        if !has_id && names.contains(&ID) {
            bad += 1;
            if bad > BAD_ITEMS {
                return None;
            }
            undecoded.push(Path(vec![Step::Member(list.to_owned()), Step::Item(place)]).to_string());
            continue;
        }
        places.push(place);
        let holder = Holder::Item(list, place);
        good.push(if decoded::<T>(&holder.around(item.to_owned())).is_some() {
            Cow::Borrowed(item)
        } else {
            object(&good_members::<T>(holder, names, item, undecoded)).into()
        });
    }
    if bad == 0 {
        places.clear();
    }
    Some(good)
}

/// Decodes text. Nothing is decoded from bytes, so that a program has the code for that once.
fn decoded<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

/// A member as JSON that can be decoded, without what cannot; none if nothing can.
fn member<'a, T: DeserializeOwned>(
    holder: Holder,
    name: &'static str,
    json: &'a str,
    undecoded: &mut Vec<String>,
) -> Option<Cow<'a, str>> {
    if is_heavy(json.as_bytes()) {
        undecoded.push(holder.in_the_body(holder.path(name)).to_string());
        return None;
    }
    let alone = holder.around(object(&[(name, Cow::Borrowed(json))]));
    if decoded::<T>(&alone).is_some() {
        return Some(json.into());
    }
    let path = holder.path(name);
    let mut cuts = Vec::new();
    let repaired = (json.len() <= REPAIRED_BYTES).then(|| repaired::<T>(&alone, &mut cuts)).flatten();
    // What was cut is the member itself: nothing of it is left.
    let left = repaired
        .filter(|_| !cuts.contains(&path))
        .and_then(|mut value| Some(holder.in_it(&mut value)?.get_mut(name)?.take().to_string()));
    match &left {
        Some(_) => undecoded.extend(cuts.into_iter().map(|cut| holder.in_the_body(cut).to_string())),
        None => undecoded.push(holder.in_the_body(path).to_string()),
    }
    left.map(Cow::Owned)
}

/// Whether JSON has so many small values that decoding it would take a hundred times its size.
fn is_heavy(json: &[u8]) -> bool {
    // Each value but the first stands behind one of these; those within texts are few.
    let is_one = |byte: &u8| u8::from(matches!(byte, b',' | b'[' | b'{' | b':'));
    // In pieces whose sum fits into a byte, so that the compiler counts many bytes at a time.
    let of_piece = |piece: &[u8]| usize::from(piece.iter().map(is_one).sum::<u8>());
    let separators = || json.chunks(usize::from(u8::MAX)).map(of_piece).sum::<usize>();
    json.len() > LIGHT_BYTES && separators() > HEAVY_VALUES
}

/// The value without the parts that cannot be decoded; none if there are too many, or if it cannot be read at all.
fn repaired<T: DeserializeOwned>(json: &str, cuts: &mut Vec<Path>) -> Option<Value> {
    let mut value: Value = decoded(json)?;
    for _ in 0..=CUTS {
        let error = match serde_path_to_error::deserialize::<_, T>(&value) {
            Ok(_) => return Some(value),
            Err(error) => error,
        };
        let path = Path::of(error.path());
        if !path.cut_from(&mut value) {
            return None;
        }
        let path = path.in_the_original(cuts);
        cuts.push(path);
    }
    None
}

/// An object of members that are JSON already.
fn object(members: &[Part<'_>]) -> String {
    let members: Vec<_> = members.iter().map(|(name, json)| format!("\"{name}\":{json}")).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use leadconnector_raw::operations::{CREATE_CONTACT, GET_ALL_NOTES};
    use leadconnector_raw::types::{CreateContactResponse, GetAllNotesResponse};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const CONTACT_ID: [&str; 2] = ["contact", "id"];

    fn tolerant(body: &[u8]) -> Option<Decoded<CreateContactResponse>> {
        super::tolerant(CREATE_CONTACT.answer, body)
    }

    fn decoded(body: &Value) -> Decoded<CreateContactResponse> {
        tolerant(body.to_string().as_bytes()).unwrap()
    }

    fn notes(body: &str) -> Option<Decoded<GetAllNotesResponse>> {
        super::tolerant(GET_ALL_NOTES.answer, body.as_bytes())
    }

    #[test]
    fn a_bad_member_costs_that_member() {
        let decoded = decoded(&json!({"contact": {
            "id": "seD4", "firstName": 1, "lastName": "Deo", "dateAdded": "yesterday", "dnd": "no",
            "tags": ["a", 1, "b", null, {}, "c"], "customFields": [{"id": 1}, "x", {"id": "f", "value": [1]}],
            "dndSettings": {"SMS": {}, "Call": {"status": null}, "Email": {"status": "active", "message": 1}},
        }}));
        let contact = decoded.value.contact.unwrap();
        assert_eq!(contact.id.as_deref(), Some("seD4"));
        assert_eq!(contact.last_name.as_deref(), Some("Deo"));
        assert_eq!(contact.tags.unwrap(), ["a", "b", "c"]);
        let fields = contact.custom_fields.unwrap();
        assert_eq!((fields.len(), fields[1].value.as_ref()), (2, Some(&json!([1]))));
        assert!(contact.dnd_settings.unwrap().email.unwrap().message.is_none());

        let mut undecoded = decoded.undecoded;
        undecoded.sort();
        assert_eq!(
            undecoded,
            [
                "contact.customFields[0].id",
                "contact.customFields[1]",
                "contact.dateAdded",
                "contact.dnd",
                "contact.dndSettings.Call",
                "contact.dndSettings.Call.status",
                "contact.dndSettings.Email.message",
                "contact.dndSettings.SMS",
                "contact.firstName",
                "contact.tags[1]",
                "contact.tags[3]",
                "contact.tags[4]",
            ]
        );
    }

    /// A spelling that cannot be decoded does not cost the other, nor another channel.
    #[test]
    fn a_bad_spelling_costs_that_spelling() {
        let decoded = decoded(&json!({"contact": {
            "id": "seD4",
            "dndSettings": {
                "SMS": {"status": 1}, "sms": {"status": "permanent"},
                "Email": {"status": "active"}, "email": [],
                "call": {"status": "active", "code": 7},
                "fb": 1,
            },
            "customFields": [{"id": 1, "fieldValue": "a"}, {"id": "f", "field_value": [1]}],
        }}));
        let contact = decoded.value.contact.unwrap();
        let settings = contact.dnd_settings.unwrap();
        let settings = serde_json::to_value(settings).unwrap();
        let active = json!({"status": "active"});
        assert_eq!(settings, json!({"Call": active, "Email": active, "SMS": {"status": "permanent"}}));
        let values: Vec<_> = contact.custom_fields.unwrap().into_iter().map(|field| field.value.unwrap()).collect();
        assert_eq!(values, [json!("a"), json!([1])]);

        let mut undecoded = decoded.undecoded;
        undecoded.sort();
        assert_eq!(
            undecoded,
            [
                "contact.customFields[0].id",
                "contact.dndSettings.SMS",
                "contact.dndSettings.SMS.status",
                "contact.dndSettings.call.code",
                "contact.dndSettings.email",
                "contact.dndSettings.fb",
            ]
        );
    }

    /// Many small values take a hundred times their size.
    #[test]
    fn what_is_too_heavy_goes_as_a_whole() {
        let many = |values: usize| format!("[{}0]", "[],".repeat(values));
        let body = |fields: &str| {
            format!(r#"{{"contact":{{"id":"seD4","tags":["a"],"customFields":[{{"id":"f","value":{fields}}}]}}}}"#)
        };
        let light = body(&many(50_000));
        assert_eq!(tolerant(light.as_bytes()).unwrap().value.contact.unwrap().custom_fields.unwrap().len(), 1);
        let heavy = body(&many(1_000_000));
        assert!(strict::<CreateContactResponse>(heavy.as_bytes()).is_none());
        let decoded = tolerant(heavy.as_bytes()).unwrap();
        let contact = decoded.value.contact.unwrap();
        assert_eq!((contact.id.as_deref(), contact.tags.unwrap().len()), (Some("seD4"), 1));
        assert!(contact.custom_fields.is_none());
        assert_eq!(decoded.undecoded, ["contact.customFields"]);
        let list = format!(r#"{{"notes":[{}{{"id":"a"}}]}}"#, r#"{"id":1},"#.repeat(150_000));
        assert!(notes(&list).unwrap().value.notes.is_none());
        // A large text is one value.
        let text = body(&format!(r#""{}""#, "x".repeat(1_000_000)));
        assert!(strict::<CreateContactResponse>(text.as_bytes()).is_some());
    }

    #[test]
    fn a_list_with_too_many_bad_items_goes_as_a_whole() {
        let tags: Vec<_> = (0..40).map(|number| json!(number)).collect();
        let decoded =
            decoded(&json!({"contact": {"id": "seD4", "city": 1, "tags": tags, "website": 1, "state": "AL"}}));
        let contact = decoded.value.contact.unwrap();
        assert_eq!((contact.id.as_deref(), contact.tags, contact.state.as_deref()), (Some("seD4"), None, Some("AL")));
        let mut undecoded = decoded.undecoded;
        undecoded.sort();
        assert_eq!(undecoded, ["contact.city", "contact.tags", "contact.website"]);
    }

    #[test]
    fn items_are_counted_as_they_stood_in_the_body() {
        let fields = json!(["x", {"id": 1}, "y", {"id": 2}, {"id": "f"}]);
        let decoded = decoded(&json!({"contact": {"id": "seD4", "customFields": fields}}));
        assert_eq!(decoded.value.contact.unwrap().custom_fields.unwrap().len(), 3);
        let undecoded = ["[0]", "[1].id", "[2]", "[3].id"].map(|path| format!("contact.customFields{path}"));
        assert_eq!(decoded.undecoded, undecoded);
    }

    #[test]
    fn an_id_that_is_a_number_is_taken_as_its_text() {
        for number in ["7", "-7", "12345678901234567890123", "1.50"] {
            let body = format!(r#"{{"contact": {{"id": {number}, "firstName": "Rosan"}}}}"#);
            let contact = tolerant(body.as_bytes()).unwrap().value.contact.unwrap();
            assert_eq!((contact.id.as_deref(), contact.first_name.as_deref()), (Some(number), Some("Rosan")));
        }
    }

    #[test]
    fn what_is_no_json_is_none() {
        for body in ["", "<html>", r#"{"contact": {"id": "seD4"}"#, "7", "[]", "null"] {
            assert!(tolerant(body.as_bytes()).is_none(), "{body}");
        }
    }

    #[test]
    fn what_stands_behind_complete_json_does_not_matter() {
        let body = br#"{"contact": {"id": 7}} and more"#;
        assert!(tolerant(body).is_some());
    }

    #[test]
    fn nesting_that_is_too_deep_to_build_costs_that_member() {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let body = format!(r#"{{"contact": {{"deep": {deep}, "id": "seD4", "firstName": 1}}}}"#);
        let decoded = tolerant(body.as_bytes()).unwrap();
        assert_eq!(decoded.value.contact.unwrap().id.as_deref(), Some("seD4"));
        assert_eq!(decoded.undecoded, ["contact.firstName"]);
    }

    /// What JSON can say and a program cannot hold: it costs where it stands, and what is around it.
    #[test]
    fn text_and_numbers_that_cannot_be_held() {
        for (bad, undecoded) in [
            (br#""\ud83d""#.as_slice(), vec!["contact.firstName"]),
            (b"\"caf\xe9\"", vec![]),
            (b"1e400", vec!["contact.firstName"]),
        ] {
            let body =
                [br#"{"\ud83d": 1, "contact": {"id": "seD4", "lastName": "Deo", "firstName": "#, bad, b"}}"].concat();
            let decoded = tolerant(&body).unwrap();
            let contact = decoded.value.contact.unwrap();
            assert_eq!((contact.id.as_deref(), contact.last_name.as_deref()), (Some("seD4"), Some("Deo")));
            assert_eq!(decoded.undecoded, undecoded);
        }
        let marked = b"\xef\xbb\xbf{\"contact\": {\"id\": \"seD4\"}}";
        assert!(tolerant(marked).is_some());
        assert_eq!(text_at(marked, &CONTACT_ID).as_deref(), Some("seD4"));
    }

    #[test]
    fn a_member_that_is_there_twice_does_not_cost_the_id() {
        for body in [
            r#"{"contact": {"id": "seD4"}, "contact": null}"#,
            r#"{"contact": {"id": "seD4"}, "contact": {"id": null}}"#,
            r#"{"contact": {"id": "seD4", "id": null, "id": []}}"#,
        ] {
            let contact = tolerant(body.as_bytes()).unwrap().value.contact.unwrap();
            assert_eq!(contact.id.as_deref(), Some("seD4"), "{body}");
        }
    }

    #[test]
    fn a_bad_item_costs_that_item_and_a_bad_member_that_member() {
        let body = json!({"notes": [
            {"id": "a", "body": "first"}, 7, {"body": "no id"}, {"id": 8, "body": ["x"], "title": "t"}, null, {"id": "e", "pinned": "yes"},
        ], "traceId": 1});
        let decoded = notes(&body.to_string()).unwrap();
        assert_eq!(decoded.undecoded, ["notes[1]", "notes[2]", "notes[3].body", "notes[4]", "notes[5].pinned"]);
        assert_eq!(decoded.places, [0, 3, 5]);
        let notes = decoded.value.notes.unwrap();
        let ids: Vec<_> = notes.iter().map(|note| note.id.as_deref().unwrap()).collect();
        assert_eq!(ids, ["a", "8", "e"]);
        assert_eq!((notes[1].title.as_deref(), notes[0].body.as_deref()), (Some("t"), Some("first")));
    }

    #[test]
    fn a_list_that_is_none() {
        for body in [r#"{}"#, r#"{"notes": null}"#, r#"{"notes": {"0": {"id": "a"}}}"#, r#"{"notes": "a"}"#] {
            let decoded = notes(body).unwrap();
            assert!(decoded.value.notes.is_none(), "{body}");
        }
        // Of so much that is no item, nobody wants to read every name.
        let numbers = format!(r#"{{"notes": [{}1]}}"#, "1,".repeat(BAD_ITEMS));
        assert!(notes(&numbers).unwrap().value.notes.is_none());
    }

    #[test]
    fn the_items_of_a_list_that_breaks_off() {
        let body = br#"{"traceId": "t", "notes": [{"id": "a"}, 7, {"id": "b"}, {"id": "c", "bo"#;
        assert_eq!(items(body, "notes"), [r#"{"id": "a"}"#, "7", r#"{"id": "b"}"#]);
        assert_eq!(items(br#"{"notes": null}"#, "notes"), Vec::<String>::new());
        assert_eq!(items(br#"{"notes": {"id": "a"}"#, "notes"), Vec::<String>::new());
        assert_eq!(items(b"<html>", "notes"), Vec::<String>::new());
    }

    #[test]
    fn what_stands_at_a_path() {
        let body = json!({"contact": {"tags": ["a", ["b", "c"]], "dndSettings": {"RCS": 1}}});
        let body = body.to_string();
        let at = |path| value_at(body.as_bytes(), path);
        assert_eq!(at("contact.tags[0]"), Some(json!("a")));
        assert_eq!(at("contact.tags[1][1]"), Some(json!("c")));
        assert_eq!(at("contact.dndSettings.RCS"), Some(json!(1)));
        for nothing in ["", "contact.tags[2]", "contact.tags[x]", "contact.tags[0", "contact.id", "tags"] {
            assert_eq!(at(nothing), None, "{nothing}");
        }
        // What cannot be held costs itself alone, wherever it stands.
        let body = br#"{"notes": [{"relations": [1], "title": "\ud83d"}, 7], "contact": 1e999}"#;
        assert_eq!(value_at(body, "notes[0].relations"), Some(json!([1])));
        assert_eq!(value_at(body, "notes[1]"), Some(json!(7)));
        assert_eq!((value_at(body, "notes[0]"), value_at(body, "contact"), value(body)), (None, None, None));
        // Behind a byte order mark, and beside what is no UTF-8.
        let marked = b"\xef\xbb\xbf{\"contact\": {\"city\": \"caf\xe9\", \"state\": \"AL\"}}";
        assert_eq!(value_at(marked, "contact.state"), Some(json!("AL")));
        assert_eq!(value(marked).unwrap()["contact"]["state"], "AL");
    }

    #[test]
    fn the_texts_of_a_message() {
        let texts = |body: &[u8]| messages(body);
        assert_eq!(texts(br#"{"message": ["a", null, 1, {"b": 1}, "c"]}"#), (vec!["a".into(), "c".into()], true));
        assert_eq!(texts(br#"{"message": "a"}"#), (vec!["a".into()], false));
        assert_eq!(texts(b"<html>"), (vec![], false));
    }

    #[test]
    fn a_text_is_found_in_a_body_that_breaks_off() {
        let body = br#"{"traceId": "t", "contact": {"tags": ["a"], "id": "seD4", "city": "Dolo"#;
        assert_eq!(text_at(body, &CONTACT_ID).as_deref(), Some("seD4"));
        assert_eq!(text_at(body, &TRACE_ID).as_deref(), Some("t"));
        assert_eq!(text_at(body, &["meta", "contactId"]), None);
        assert!(tolerant(body).is_none());
        for body in [
            r#"{"contact": {"id": "seD"#,
            r#"{"contact": {"id": 12"#,
            r#"{"contact": {"id": "#,
            r#"{"contact": {"id": null}}"#,
        ] {
            assert_eq!(text_at(body.as_bytes(), &CONTACT_ID), None, "{body}");
        }
        assert_eq!(text_at(br#"{"contact": {"id": 12,"#, &CONTACT_ID).as_deref(), Some("12"));
    }

    /// A body of the largest size that is all bad members: each member is tried once, and what is large is not repaired.
    #[test]
    fn bad_members_without_end() {
        let mut tags = String::from("0");
        for number in 1..1_000_000 {
            write!(tags, ",{}", number % 10).unwrap();
        }
        let body = format!(r#"{{"contact": {{"tags": [{tags}], "offers": [{tags}], "id": "seD4"}}}}"#);
        let decoded = tolerant(body.as_bytes()).unwrap();
        assert_eq!(decoded.value.contact.unwrap().id.as_deref(), Some("seD4"));
        assert_eq!(decoded.undecoded, ["contact.offers", "contact.tags"]);
    }

    /// JSON of any kind, more often than not of the kinds that are in an answer.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
            Just(json!("2021-08-31T09:59:41.937Z")),
            Just(json!("active")),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(member(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn member() -> impl Strategy<Value = String> {
        let known = [
            "firstName",
            "tags",
            "customFields",
            "value",
            "fieldValue",
            "dndSettings",
            "SMS",
            "sms",
            "status",
            "message",
            "dateAdded",
            "dateOfBirth",
            "birthMonth",
            "dnd",
            "offers",
            "businessId",
            "createdBy",
        ];
        prop_oneof![3 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,4}"]
    }

    /// How many cases the ordinary run tries; `PROPTEST_CASES=1000000 cargo test -p leadconnector decode` tries more.
    fn cases() -> ProptestConfig {
        let ordinary = std::env::var_os("PROPTEST_CASES").is_none().then_some(1_000);
        let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
        ProptestConfig { cases: ordinary.unwrap_or(config.cases), ..config }
    }

    proptest! {
        #![proptest_config(cases())]

        /// Whatever else is in a contact, its id is never lost.
        #[test]
        fn never_a_lost_id(
            mut members in proptest::collection::btree_map(member(), any_value(), 0..12),
            beside in proptest::collection::btree_map(member(), any_value(), 0..3),
            id in prop_oneof!["[A-Za-z0-9]{1,20}".prop_map(Value::from), any::<u64>().prop_map(Value::from)],
        ) {
            members.insert("id".into(), id.clone());
            let mut body = serde_json::Map::from_iter(beside);
            body.insert("contact".into(), members.into_iter().collect());
            let text = Value::Object(body).to_string();
            let decoded = tolerant(text.as_bytes()).unwrap();
            let expected = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
            prop_assert_eq!(decoded.value.contact.unwrap().id.unwrap(), expected);
        }

        /// Bytes that were changed, lost or cut off never cause a panic; and a body that breaks off behind the id has it.
        #[test]
        fn never_a_panic(
            members in proptest::collection::btree_map(member(), any_value(), 0..6),
            cut in any::<proptest::sample::Index>(),
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..3),
        ) {
            let rest = Value::Object(members.into_iter().collect()).to_string();
            let head = r#"{"contact":{"id":"seD4PfOuKoVMLkEZqohJ","#;
            let whole = format!("{head}\"createdBy\":{rest}}}}}");
            let broken = &whole.as_bytes()[..cut.index(whole.len() + 1)];
            let id = text_at(broken, &CONTACT_ID);
            prop_assert_eq!(id.is_some(), broken.len() >= head.len() - 1);

            let mut changed = broken.to_vec();
            for (index, byte) in changes {
                if !changed.is_empty() {
                    let index = index.index(changed.len());
                    changed[index] = byte;
                }
            }
            let _ = text_at(&changed, &CONTACT_ID);
            let _ = tolerant(&changed);
        }
    }
}
