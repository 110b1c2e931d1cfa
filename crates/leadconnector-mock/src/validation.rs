//! Which bodies the vendor refuses, and in which words.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::StatusCode;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::{Value, json};

use crate::answers::{Refusal, error};
use crate::email::EmailCheck;
use crate::search::{LARGEST_PAGE, LONGEST_TEXT, sortable_fields};

/// The bodies that are contacts.
const CREATE: &str = "CreateContactRequest";
const UPSERT: &str = "UpsertContactRequest";
const UPDATE: &str = "UpdateContactRequest";

/// A custom field as it is listed.
const CUSTOM_FIELD: &str = "LocationCustomField";

/// The body of a search.
const SEARCH: &str = "SearchContactsRequest";

/// What the vendor takes in an update although no specification has it.
pub(crate) const ACCEPTED_IN_UPDATES: [&str; 4] = ["companyName", "ssn", "keyword", "type"];

/// The members of a contact one of which the vendor asks for.
const NEEDED: [&str; 4] = ["email", "phone", "firstName", "lastName"];

/// A body that the server refuses: a member is missing or not valid, or the body has none of email, phone, first and
/// last name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidContact {
    messages: Vec<String>,
    form: Form,
}

/// How a refusal is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// 422, and a list of messages.
    List,
    /// 422, and one message as a text.
    Text,
    /// The same body under 400.
    TextUnder400,
}

impl InvalidContact {
    /// The server's messages: `message` in its answer.
    pub fn messages(&self) -> &[String] {
        &self.messages
    }

    /// A contact with none of the members that the vendor asks for.
    fn nobody(form: Form) -> Self {
        let message = "Contacts without email, phone, firstName and lastName are not allowed.";
        Self { messages: vec![message.to_owned()], form }
    }

    /// The server's answer.
    pub(crate) fn refusal(&self) -> Refusal {
        let message = match self.form {
            Form::List => json!(self.messages),
            Form::Text | Form::TextUnder400 => json!(self.messages.concat()),
        };
        let mut refusal = error(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable Entity", &message);
        if self.form == Form::TextUnder400 {
            *refusal.status_mut() = StatusCode::BAD_REQUEST;
        }
        refusal
    }
}

impl fmt::Display for InvalidContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.messages.join("; "))
    }
}

impl std::error::Error for InvalidContact {}

/// A note that the server cannot store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidNote {
    /// No contact has this id.
    UnknownContact(String),
    /// The server would refuse the body with 422 and these messages.
    Body(Vec<String>),
}

impl fmt::Display for InvalidNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownContact(id) => write!(f, "Contact with id {id} not found"),
            Self::Body(messages) => f.write_str(&messages.join("; ")),
        }
    }
}

impl std::error::Error for InvalidNote {}

/// A definition of a custom field that the server cannot store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidCustomField {
    messages: Vec<String>,
}

impl InvalidCustomField {
    /// What is wrong, in the words that the server uses for such an error.
    pub fn messages(&self) -> &[String] {
        &self.messages
    }

    pub(crate) fn of(message: String) -> Self {
        Self { messages: vec![message] }
    }
}

impl fmt::Display for InvalidCustomField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.messages.join("; "))
    }
}

impl std::error::Error for InvalidCustomField {}

/// What the bodies of requests may have: the fragment's schemas, made strict.
#[derive(Debug)]
pub(crate) struct Validator {
    contact: jsonschema::Validator,
    upsert: jsonschema::Validator,
    update: jsonschema::Validator,
    note: jsonschema::Validator,
    tags: jsonschema::Validator,
    workflow: jsonschema::Validator,
    search: jsonschema::Validator,
    custom_field: jsonschema::Validator,
    accepting: Vec<String>,
}

impl Validator {
    /// A validator of a fragment, which lets some properties of a contact through besides.
    pub(crate) fn new(
        mut fragment: Value,
        accepting: &[String],
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let email = EmailCheck::new()?;
        json_schema(&mut fragment["components"]["schemas"]);
        for name in [CREATE, UPSERT, UPDATE] {
            let members = &mut fragment["components"]["schemas"][name]["properties"];
            for name in accepting {
                members[name] = json!({});
            }
            // Not on the page, but the vendor refuses a malformed email and needs a location.
            members["email"]["format"] = json!("email");
            if let Some(location) = members.get_mut("locationId") {
                location["minLength"] = json!(1);
            }
        }
        // The other spelling of `field_value`, which newer versions have, and the vendor takes under any.
        fragment["components"]["schemas"]["CustomField"]["properties"]["fieldValue"] = json!({});
        for name in ACCEPTED_IN_UPDATES {
            let text = json!({"type": ["string", "null"]});
            fragment["components"]["schemas"][UPDATE]["properties"][name] = text;
        }
        // What the vendor's guide says of a search besides.
        let schemas = &mut fragment["components"]["schemas"];
        for (name, limits) in [
            ("locationId", json!({"minLength": 1})),
            ("page", json!({"minimum": 1})),
            ("pageLimit", json!({"minimum": 1, "maximum": LARGEST_PAGE})),
            ("query", json!({"maxLength": LONGEST_TEXT})),
            ("sort", json!({"maxItems": 2})),
        ] {
            add(&mut schemas[SEARCH]["properties"][name], limits);
        }
        add(&mut schemas["SearchSort"]["properties"]["field"], json!({"enum": sortable_fields()}));
        // What a definition needs.
        for name in ["id", "name", "fieldKey", "dataType", "locationId"] {
            add(&mut schemas[CUSTOM_FIELD]["properties"][name], json!({"minLength": 1}));
        }
        add(&mut schemas[CUSTOM_FIELD]["properties"]["model"], json!({"enum": ["contact"]}));
        add(&mut schemas[CUSTOM_FIELD], json!({"required": ["name", "dataType", "locationId"]}));
        // These refer to no other schema.
        let alone = |name: &str| jsonschema::options().build(&fragment["components"]["schemas"][name]);
        let (note, tags, workflow) = (alone("CreateNoteRequest")?, alone("TagsRequest")?, alone("WorkflowRequest")?);
        let custom_field = alone(CUSTOM_FIELD)?;
        let email = Arc::new(email);
        let mut referring = |name: &str| {
            fragment["$ref"] = json!(format!("#/components/schemas/{name}"));
            let email = Arc::clone(&email);
            jsonschema::options()
                .should_validate_formats(true)
                // In place of the format of JSON Schema, which refuses letters beyond ASCII.
                .with_format("email", move |text: &str| email.accepts(text))
                .build(&fragment)
        };
        let (contact, upsert, update) = (referring(CREATE)?, referring(UPSERT)?, referring(UPDATE)?);
        let search = referring(SEARCH)?;
        Ok(Self { contact, upsert, update, note, tags, workflow, search, custom_field, accepting: accepting.to_vec() })
    }

    pub(crate) fn accepting(&self) -> &[String] {
        &self.accepting
    }

    pub(crate) fn check(&self, contact: &Value) -> Result<(), InvalidContact> {
        check_new(&self.contact, contact)
    }

    pub(crate) fn check_upsert(&self, contact: &Value) -> Result<(), InvalidContact> {
        check_new(&self.upsert, contact)
    }

    /// The messages with which the server refuses the body of "Update Contact".
    pub(crate) fn check_update(&self, update: &Value) -> Result<(), Vec<String>> {
        check(&self.update, update)
    }

    pub(crate) fn check_note(&self, note: &Value) -> Result<(), InvalidNote> {
        check(&self.note, note).map_err(InvalidNote::Body)
    }

    /// The messages with which the server refuses the body of a request about a workflow.
    pub(crate) fn check_workflow(&self, body: &Value) -> Result<(), Vec<String>> {
        check(&self.workflow, body)
    }

    /// The messages with which the server refuses the body of "Search Contacts", its filters aside.
    pub(crate) fn check_search(&self, body: &Value) -> Result<(), Vec<String>> {
        check(&self.search, body)
    }

    pub(crate) fn check_custom_field(&self, definition: &Value) -> Result<(), InvalidCustomField> {
        check(&self.custom_field, definition).map_err(|messages| InvalidCustomField { messages })
    }

    /// The messages with which the server refuses the body of "Add Tags" or "Remove Tags".
    pub(crate) fn check_tags(&self, body: &Value) -> Result<(), Vec<String>> {
        check(&self.tags, body)
    }
}

/// Checks a contact that may be new.
fn check_new(schema: &jsonschema::Validator, contact: &Value) -> Result<(), InvalidContact> {
    check(schema, contact).map_err(|messages| InvalidContact { messages, form: Form::List })?;
    let needed = |name: &&str| contact[name].as_str().is_some_and(|text| !text.is_empty());
    if NEEDED.iter().any(needed) {
        return Ok(());
    }
    // Nothing but the location, which is there.
    let alone = contact.as_object().is_some_and(|members| members.len() == 1);
    Err(InvalidContact::nobody(if alone { Form::TextUnder400 } else { Form::Text }))
}

/// A date that a test gives: a text as RFC 3339 has it.
pub(crate) fn date(name: &str, value: &Value) -> Result<DateTime<Utc>, InvalidContact> {
    let date = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    date.map(|date| date.to_utc()).ok_or_else(|| InvalidContact {
        messages: vec![format!("{name} must be a valid ISO 8601 date string")],
        form: Form::List,
    })
}

fn check(schema: &jsonschema::Validator, body: &Value) -> Result<(), Vec<String>> {
    let messages: Vec<_> = schema.iter_errors(body).flat_map(|error| messages(&error)).collect();
    if messages.is_empty() { Ok(()) } else { Err(messages) }
}

/// Adds members to a schema.
fn add(schema: &mut Value, members: Value) {
    if let (Value::Object(schema), Value::Object(members)) = (schema, members) {
        schema.extend(members);
    }
}

/// Turns the schemas of OpenAPI 3.0 into JSON Schema, and closes the objects: whatever the fragment says of additional
/// properties, the vendor refuses them.
fn json_schema(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.remove("nullable") == Some(json!(true))
                && let Some(kind) = members.get_mut("type")
            {
                *kind = json!([*kind, "null"]);
            }
            if members.contains_key("properties") {
                members.insert("additionalProperties".into(), json!(false));
            }
            members.remove("example");
            members.values_mut().for_each(json_schema);
        }
        Value::Array(items) => items.iter_mut().for_each(json_schema),
        _ => {}
    }
}

/// An error in the words of class-validator, which the vendor's server speaks.
fn messages(error: &ValidationError<'_>) -> Vec<String> {
    let path = error.instance_path().as_str().trim_start_matches('/').replace('/', ".");
    let member = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let message = match error.kind() {
        ValidationErrorKind::Required { property } => {
            format!("{} should not be empty", member(property.as_str().unwrap_or_default()))
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            return unexpected.iter().map(|name| member(&format!("property {name} should not exist"))).collect();
        }
        ValidationErrorKind::Enum { options } => {
            let options = options.as_array().into_iter().flatten().filter_map(Value::as_str);
            format!("{path} must be one of the following values: {}", options.collect::<Vec<_>>().join(", "))
        }
        ValidationErrorKind::MinLength { .. } => format!("{path} should not be empty"),
        ValidationErrorKind::MaxLength { limit } => {
            format!("{path} must be shorter than or equal to {limit} characters")
        }
        ValidationErrorKind::MaxItems { limit } => format!("{path} must contain no more than {limit} elements"),
        ValidationErrorKind::Minimum { limit } => format!("{path} must not be less than {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("{path} must not be greater than {limit}"),
        ValidationErrorKind::Format { .. } => format!("{path} must be an email"),
        ValidationErrorKind::Type { kind } => wrong_type(&path, kind),
        _ => format!("{path} is not valid"),
    };
    vec![message]
}

fn wrong_type(path: &str, kind: &TypeKind) -> String {
    let kind = match kind {
        TypeKind::Single(kind) => kind.to_string(),
        TypeKind::Multiple(kinds) => {
            kinds.iter().map(|kind| kind.to_string()).find(|kind| kind != "null").unwrap_or_default()
        }
    };
    match (kind.as_str(), path.rsplit_once('.')) {
        ("object", _) if path.is_empty() => "the body must be an object".to_owned(),
        ("string", Some((list, index))) if index.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("each value in {list} must be a string")
        }
        ("boolean", _) => format!("{path} must be a boolean value"),
        ("array", _) => format!("{path} must be an array"),
        ("object", _) => format!("{path} must be an object"),
        ("integer", _) => format!("{path} must be an integer number"),
        (kind, _) => format!("{path} must be a {kind}"),
    }
}
