//! The floor: the client that a good engineer would write by hand for the same work. One shared `reqwest::Client` with the same
//! features, serde structs with all of the page's fields, dates by chrono, any JSON in the values of custom fields, a POST, and
//! the answer decoded; and a search, page after page. It checks no value, keeps no answer, paces nothing, and sends nothing twice.

#![allow(missing_docs, reason = "the vendor's page describes the fields")]

use chrono::{DateTime, NaiveDate, Utc};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    pub fn new(token: &str, base_url: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let mut authorization = HeaderValue::try_from(format!("Bearer {token}"))?;
        authorization.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization);
        headers.insert("Version", HeaderValue::from_static("2021-04-15"));
        let http = reqwest::Client::builder()
            .default_headers(headers)
            .timeout(std::time::Duration::from_secs(60))
            .connect_timeout(std::time::Duration::from_secs(10))
            .build()?;
        Ok(Self { http, url: format!("{base_url}/contacts/") })
    }

    pub async fn create(&self, request: &CreateContact) -> Result<Contact, reqwest::Error> {
        let response = self.http.post(&self.url).json(request).send().await?.error_for_status()?;
        let created: Created = response.json().await?;
        Ok(created.contact)
    }

    /// Finds all contacts of a location, and does something with each.
    pub async fn search(&self, location: &str, mut with_each: impl FnMut(FoundContact)) -> Result<(), reqwest::Error> {
        const PAGE: usize = 500;
        let url = format!("{}search", self.url);
        let mut search = Search { location_id: location, page_limit: PAGE, search_after: None };
        loop {
            let response = self.http.post(&url).json(&search).send().await?.error_for_status()?;
            let mut page: Page = response.json().await?;
            let is_last = page.contacts.len() < PAGE;
            search.search_after = page.contacts.last_mut().and_then(|last| last.search_after.take());
            page.contacts.into_iter().for_each(&mut with_each);
            if is_last || search.search_after.is_none() {
                return Ok(());
            }
        }
    }
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateContact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub location_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dnd: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dnd_settings: Option<DndSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_dnd_settings: Option<InboundDndSettings>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
pub struct DndSettings {
    #[serde(rename = "Call", skip_serializing_if = "Option::is_none")]
    pub call: Option<DndSetting>,
    #[serde(rename = "Email", skip_serializing_if = "Option::is_none")]
    pub email: Option<DndSetting>,
    #[serde(rename = "SMS", skip_serializing_if = "Option::is_none")]
    pub sms: Option<DndSetting>,
    #[serde(rename = "WhatsApp", skip_serializing_if = "Option::is_none")]
    pub whats_app: Option<DndSetting>,
    #[serde(rename = "GMB", skip_serializing_if = "Option::is_none")]
    pub gmb: Option<DndSetting>,
    #[serde(rename = "FB", skip_serializing_if = "Option::is_none")]
    pub fb: Option<DndSetting>,
}

#[derive(Serialize, Deserialize)]
pub struct DndSetting {
    pub status: DndStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DndStatus {
    Active,
    Inactive,
    Permanent,
}

#[derive(Serialize)]
pub struct InboundDndSettings {
    pub all: InboundDndSetting,
}

#[derive(Serialize)]
pub struct InboundDndSetting {
    pub status: DndStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

#[derive(Serialize)]
pub struct CustomField {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub field_value: Value,
}

#[derive(Deserialize)]
pub struct Created {
    pub contact: Contact,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    pub id: String,
    pub date_added: Option<DateTime<Utc>>,
    pub date_updated: Option<DateTime<Utc>>,
    pub deleted: Option<bool>,
    pub tags: Option<Vec<String>>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub custom_fields: Option<Vec<ContactCustomField>>,
    pub location_id: Option<String>,
    pub first_name: Option<String>,
    pub first_name_lower_case: Option<String>,
    pub full_name_lower_case: Option<String>,
    pub last_name: Option<String>,
    pub last_name_lower_case: Option<String>,
    pub email: Option<String>,
    pub email_lower_case: Option<String>,
    pub bounce_email: Option<bool>,
    pub unsubscribe_email: Option<bool>,
    pub dnd: Option<bool>,
    pub dnd_settings: Option<DndSettings>,
    pub phone: Option<String>,
    pub address1: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub country: Option<String>,
    pub postal_code: Option<String>,
    pub website: Option<String>,
    pub source: Option<String>,
    pub company_name: Option<String>,
    pub date_of_birth: Option<DateTime<Utc>>,
    pub birth_month: Option<f64>,
    pub birth_day: Option<f64>,
    pub last_session_activity_at: Option<DateTime<Utc>>,
    pub offers: Option<Vec<String>>,
    pub products: Option<Vec<String>>,
    pub business_id: Option<String>,
    pub assigned_to: Option<String>,
}

#[derive(Deserialize)]
pub struct ContactCustomField {
    pub id: Option<String>,
    pub value: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Search<'a> {
    pub location_id: &'a str,
    pub page_limit: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_after: Option<Vec<Value>>,
}

#[derive(Deserialize)]
pub struct Page {
    pub contacts: Vec<FoundContact>,
    pub total: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundContact {
    pub id: String,
    pub phone_label: Option<String>,
    pub country: Option<String>,
    pub address: Option<String>,
    pub source: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub location_id: Option<String>,
    pub dnd: Option<bool>,
    pub state: Option<String>,
    pub business_name: Option<String>,
    pub custom_fields: Option<Vec<ContactCustomField>>,
    pub tags: Option<Vec<String>>,
    pub date_added: Option<DateTime<Utc>>,
    pub additional_emails: Option<Vec<Value>>,
    pub phone: Option<String>,
    pub company_name: Option<String>,
    pub additional_phones: Option<Vec<Value>>,
    pub date_updated: Option<DateTime<Utc>>,
    pub city: Option<String>,
    pub date_of_birth: Option<NaiveDate>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub first_name_lower_case: Option<String>,
    pub last_name_lower_case: Option<String>,
    pub email: Option<String>,
    pub assigned_to: Option<String>,
    pub followers: Option<Vec<String>>,
    pub valid_email: Option<bool>,
    pub dnd_settings: Option<DndSettings>,
    pub opportunities: Option<Vec<Opportunity>>,
    pub postal_code: Option<String>,
    pub business_id: Option<String>,
    pub search_after: Option<Vec<Value>>,
    pub website: Option<String>,
    pub contact_name: Option<String>,
    pub timezone: Option<String>,
    pub inbound_dnd_settings: Option<Value>,
    pub attribution_source: Option<AttributionSource>,
    pub last_attribution_source: Option<AttributionSource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opportunity {
    pub id: Option<String>,
    pub pipeline_id: Option<String>,
    pub pipeline_stage_id: Option<String>,
    pub monetary_value: Option<f64>,
    pub status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttributionSource {
    pub url: Option<String>,
    pub campaign: Option<String>,
    pub utm_source: Option<String>,
    pub utm_medium: Option<String>,
    pub utm_content: Option<String>,
    pub referrer: Option<String>,
    pub campaign_id: Option<String>,
    pub fbclid: Option<String>,
    pub gclid: Option<String>,
    pub msclikid: Option<String>,
    pub dclid: Option<String>,
    pub fbc: Option<String>,
    pub fbp: Option<String>,
    pub fb_event_id: Option<String>,
    pub user_agent: Option<String>,
    pub ip: Option<String>,
    pub medium: Option<String>,
    pub medium_id: Option<String>,
}
