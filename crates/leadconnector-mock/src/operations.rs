//! The operations, each in a file that is named by its id in the fragment: what it does, and what it answers. A new one
//! breaks the build in [`Operations::carry_out`] until it has its file and an arm there.

mod add_contact_to_workflow;
mod add_tags;
mod create_contact;
mod create_note;
mod delete_contact;
mod delete_contact_from_workflow;
mod get_all_notes;
mod get_contact;
mod get_custom_fields;
mod get_duplicate_contact;
mod remove_tags;
mod search_contacts_advanced;
mod update_contact;
mod upsert_contact;

use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::Request;
use crate::answers::{Refusal, error};
use crate::custom_fields::CustomFields;
use crate::operation_id::OperationId;
use crate::routes::Matched;
use crate::store::{Lags, Store};
use crate::validation::Validator;

/// The parameter of a path that is the id of a contact.
pub(crate) const CONTACT_ID: &str = "contactId";
/// The parameter of a path that is the id of a workflow.
const WORKFLOW_ID: &str = "workflowId";
/// The parameter of a path that is the id of a location.
pub(crate) const LOCATION_ID: &str = "locationId";

/// What the operations do in one way or another: see the methods of [`ServerBuilder`](crate::ServerBuilder).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) allow_duplicates: bool,
    pub(crate) lags: Lags,
    pub(crate) recording: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { allow_duplicates: false, lags: Lags::default(), recording: true }
    }
}

/// The operations, with what they work on.
#[derive(Debug)]
pub(crate) struct Operations {
    validator: Arc<Validator>,
    settings: Settings,
    store: Store,
    custom_fields: CustomFields,
}

impl Operations {
    pub(crate) fn new(validator: Arc<Validator>, settings: Settings) -> Self {
        Self { validator, settings, store: Store::new(settings.lags), custom_fields: CustomFields::default() }
    }

    /// The answer to a request for an operation.
    pub(crate) fn carry_out(&mut self, request: &Request, matched: &Matched) -> Result<Response<Bytes>, Refusal> {
        let contact_id = matched.parameter(CONTACT_ID).unwrap_or_default();
        let location_id = matched.parameter(LOCATION_ID).unwrap_or_default();
        let workflow_id = matched.parameter(WORKFLOW_ID).unwrap_or_default();
        let Some(operation) = OperationId::named(&matched.operation.id) else {
            return Err(error(StatusCode::NOT_IMPLEMENTED, "Not Implemented", &json!(matched.operation.id)));
        };
        match operation {
            OperationId::CreateContact => self.create_contact(&json_body(request)?),
            OperationId::GetDuplicateContact => self.get_duplicate_contact(request),
            OperationId::GetContact => self.get_contact(contact_id),
            OperationId::SearchContactsAdvanced => self.search_contacts_advanced(&json_body(request)?),
            OperationId::GetCustomFields => self.get_custom_fields(location_id, request),
            OperationId::UpsertContact => self.upsert_contact(&json_body(request)?),
            OperationId::UpdateContact => self.update_contact(contact_id, &json_body(request)?),
            OperationId::DeleteContact => self.delete_contact(contact_id),
            OperationId::GetAllNotes => self.get_all_notes(contact_id),
            OperationId::CreateNote => self.create_note(contact_id, &json_body(request)?),
            OperationId::AddTags => self.add_tags(contact_id, &json_body(request)?),
            OperationId::AddContactToWorkflow => {
                self.add_contact_to_workflow(contact_id, workflow_id, &json_body(request)?)
            }
            OperationId::DeleteContactFromWorkflow => {
                self.delete_contact_from_workflow(contact_id, workflow_id, &json_body(request)?)
            }
            OperationId::RemoveTags => self.remove_tags(contact_id, &json_body(request)?),
        }
    }

    pub(crate) fn contacts(&self) -> Vec<Value> {
        self.store.contacts().cloned().collect()
    }

    pub(crate) fn workflows(&self, contact_id: &str) -> Vec<String> {
        self.store.workflows(contact_id).iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub(crate) fn contact(&self, id: &str) -> Option<&Value> {
        self.store.contact(id)
    }
}

/// The location of a contact, or that a body names.
fn location(of: &Value) -> &str {
    of["locationId"].as_str().unwrap_or_default()
}

/// The body, for an operation that needs one.
pub(crate) fn json_body(request: &Request) -> Result<Value, Refusal> {
    if request.media_type() != "application/json" {
        let message = json!("the Content-Type must be application/json");
        return Err(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type", &message));
    }
    request.json().map_err(|problem| {
        let message = format!("Unexpected token in JSON at line {}, column {}", problem.line(), problem.column());
        error(StatusCode::BAD_REQUEST, "Bad Request", &json!(message))
    })
}

#[cfg(test)]
mod tests {
    use http::header::{AUTHORIZATION, CONTENT_TYPE};
    use http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::FRAGMENT;
    use crate::endpoint::Endpoint;
    use crate::rate_limit::Limits;
    use crate::routes::Routes;

    #[test]
    fn every_operation_of_the_fragment_has_a_handler() {
        let fragment: Value = serde_json::from_str(FRAGMENT).unwrap();
        let (routes, validator) = (Routes::new(&fragment).unwrap(), Validator::new(fragment.clone(), &[]).unwrap());
        let (settings, limits) = (Settings::default(), Limits::default());
        let mut endpoint = Endpoint::new(Arc::new(routes), Arc::new(validator), settings, limits, None);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer any-token"));
        headers.insert("version", HeaderValue::from_static("2021-04-15"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));

        let paths = fragment["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.filter_map(move |(method, operation)| Some((path, method, operation["operationId"].as_str()?)))
        });
        let mut handled = 0;
        for (path, method, id) in operations {
            let method = method.to_uppercase().parse().unwrap();
            let path = path.replace(['{', '}'], "");
            let request = Request { method, path, headers: headers.clone(), body: Bytes::from_static(b"{}") };
            let status = endpoint.answer(&request, false).status();
            assert!(![StatusCode::NOT_FOUND, StatusCode::NOT_IMPLEMENTED].contains(&status), "{id}: {status}");
            handled += 1;
        }
        assert!(handled >= 5);
    }
}
