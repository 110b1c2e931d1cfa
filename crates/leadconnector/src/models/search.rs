//! What to search for.

use std::ops::{Bound, RangeBounds};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use leadconnector_raw::types as raw;
use serde_json::{Map, Number, Value, json};

use crate::{CustomFieldId, InvalidValue, List, LocationId, Optional};

/// The most contacts that a page can have.
pub(crate) const LARGEST_PAGE: u32 = 500;
/// How far pages by their numbers reach.
const REACH_OF_PAGES: u64 = 10_000;
/// The longest text in a filter, and the longest query, in characters.
const LONGEST_TEXT: usize = 75;
/// By what contacts can be sorted, and by how many of these at a time.
const SORTABLE: [&str; 8] =
    ["firstNameLowerCase", "lastNameLowerCase", "businessName", "dateAdded", "dateUpdated", "email", "dnd", "source"];
const MOST_SORTS: usize = 2;

/// What to search for, and in which order: the body of "Search Contacts" in the vendor's guide "Contacts Search".
///
/// It holds whatever it is given; what the server would refuse is the first result of
/// [`Contacts::search`](crate::Contacts::search), before anything is sent.
///
/// ```
/// use chrono::{TimeDelta, Utc};
/// use leadconnector::search::{Direction, Filter, Search};
///
/// let recent = Search::new()
///     .filter(Filter::eq("tags", "vip"))
///     .filter(Filter::any([Filter::exists("email"), Filter::exists("phone")]))
///     .filter(Filter::range("dateAdded", Utc::now() - TimeDelta::days(30)..))
///     .sort("dateAdded", Direction::Descending);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    filters: Vec<Filter>,
    sort: Vec<(String, Direction)>,
    query: Option<String>,
    page_size: Option<u32>,
    page: Option<u32>,
    search_after: Option<Vec<Value>>,
}

impl Search {
    /// A search for all contacts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a filter, which each contact has to pass: an item of `filters`.
    #[must_use]
    pub fn filter(mut self, filter: impl Into<Optional<Filter>>) -> Self {
        self.filters.extend(filter.into().0);
        self
    }

    /// Adds filters, all of which each contact has to pass: items of `filters`. `None` adds none.
    #[must_use]
    pub fn filters<Kind>(mut self, filters: impl List<Filter, Kind>) -> Self {
        self.filters.extend(filters.items().into_iter().flatten());
        self
    }

    /// Finds only contacts that have this text in one of the fields that the location searches: `query`, at most 75 characters.
    #[must_use]
    pub fn query(self, text: impl Into<String>) -> Self {
        Self { query: Some(text.into()), ..self }
    }

    /// Sorts by a field: an item of `sort`. A second field sorts the contacts that are equal in the first; a third is refused.
    /// The field is one of `firstNameLowerCase`, `lastNameLowerCase`, `businessName`, `dateAdded`, `dateUpdated`, `email`,
    /// `dnd` and `source`.
    #[must_use]
    pub fn sort(mut self, field: impl Into<String>, direction: Direction) -> Self {
        self.sort.push((field.into(), direction));
        self
    }

    /// How many contacts a page has: `pageLimit`, from 1 to 500, which is the default.
    #[must_use]
    pub fn page_size(self, contacts: u32) -> Self {
        Self { page_size: Some(contacts), ..self }
    }

    /// Begins with the page of this number, counted from 1: `page`. That page has to be within the first 10,000 contacts. The
    /// pages after it have no such limit.
    #[must_use]
    pub fn page(self, number: u32) -> Self {
        Self { page: Some(number), ..self }
    }

    /// Begins behind a contact that was found before: `searchAfter`, which is
    /// [`FoundContact::search_after`](crate::FoundContact::search_after). The filters and the order have to be the same.
    #[must_use]
    pub fn search_after(self, place: Vec<Value>) -> Self {
        Self { search_after: Some(place), ..self }
    }

    /// Whether the place in `total` at which the first page begins is known, and which one it is.
    pub(crate) fn begins_at(&self) -> Option<u64> {
        match (self.page, &self.search_after) {
            (_, Some(_)) => None,
            (Some(page), None) => Some(u64::from(page.saturating_sub(1)) * u64::from(self.limit())),
            (None, None) => Some(0),
        }
    }

    /// The same, for a single contact: what there is besides is in `total`.
    pub(crate) fn for_the_total(self) -> Self {
        Self { page_size: Some(1), page: None, search_after: None, sort: Vec::new(), ..self }
    }

    fn limit(&self) -> u32 {
        self.page_size.unwrap_or(LARGEST_PAGE)
    }

    pub(crate) fn into_request(self, location: &LocationId) -> Result<raw::SearchContactsRequest, InvalidValue> {
        let limit = self.limit();
        let Self { filters, sort, query, page_size: _, page, search_after } = self;
        if !(1..=LARGEST_PAGE).contains(&limit) {
            return Err(InvalidValue::new("pageLimit", format!("is {limit}: give 1 to {LARGEST_PAGE}")));
        }
        match (page, &search_after) {
            (Some(_), Some(_)) => {
                return Err(InvalidValue::new("page", "is given together with `searchAfter`: give one of them"));
            }
            (Some(0), None) => return Err(InvalidValue::new("page", "is 0: pages are counted from 1")),
            (Some(page), None) if u64::from(page) * u64::from(limit) > REACH_OF_PAGES => {
                let reason =
                    format!("is beyond {REACH_OF_PAGES} contacts: use `searchAfter` of the last one before it");
                return Err(InvalidValue::new("page", reason));
            }
            (None, Some(place)) if place.is_empty() => {
                return Err(InvalidValue::new("searchAfter", "is empty: leave it out to begin with the first contact"));
            }
            _ => {}
        }
        if let Some(query) = &query {
            check_length("query", query)?;
        }
        if sort.len() > MOST_SORTS {
            return Err(InvalidValue::new("sort", format!("has {} fields: give {MOST_SORTS} at the most", sort.len())));
        }
        if sort.iter().any(|(field, _)| !SORTABLE.contains(&field.as_str())) {
            let reason = format!("has a field by which contacts cannot be sorted: give one of {}", SORTABLE.join(", "));
            return Err(InvalidValue::new("sort", reason));
        }
        let sort = sort.into_iter().map(|(field, direction)| raw::SearchSort {
            field,
            direction: match direction {
                Direction::Ascending => raw::SearchDirection::Asc,
                Direction::Descending => raw::SearchDirection::Desc,
            },
        });
        Ok(raw::SearchContactsRequest {
            location_id: location.as_str().to_owned(),
            page: page.map(i64::from),
            page_limit: i64::from(limit),
            search_after: search_after.unwrap_or_default(),
            filters: filters.into_iter().map(Filter::into_json).collect::<Result<_, _>>()?,
            sort: sort.collect(),
            query,
        })
    }
}

/// The direction of an order: `direction`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The smallest, the oldest, or A first: `asc`.
    Ascending,
    /// The largest, the newest, or Z first: `desc`.
    Descending,
}

/// A condition that a contact has to meet to be found: an item of `filters`.
///
/// Which fields there are, and which operators each has, is in the vendor's guide "Contacts Search"; an unknown one is refused by the
/// server. Names are searched in lower case, in fields such as `firstNameLowerCase`. A custom field is a field by its id:
///
/// ```
/// use leadconnector::CustomFieldId;
/// use leadconnector::search::Filter;
///
/// let plan = CustomFieldId::new("6dvNaf7VhkQ9snc5vnjJ")?;
/// let paying = Filter::all([
///     Filter::exists(&plan),
///     Filter::not_eq(&plan, "Free"),
///     Filter::eq("dnd", false),
/// ]);
/// # Ok::<(), leadconnector::InvalidValue>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Condition { field: FilterField, operator: &'static str, value: Option<FilterValue> },
    Range { field: FilterField, from: Bound<FilterValue>, to: Bound<FilterValue> },
    Group { group: &'static str, filters: Vec<Filter> },
    Json(Value),
}

impl Filter {
    fn condition(field: impl Into<FilterField>, operator: &'static str, value: Option<FilterValue>) -> Self {
        Self(Kind::Condition { field: field.into(), operator, value })
    }

    /// The field is this value, or has it in its list: `eq`.
    pub fn eq(field: impl Into<FilterField>, value: impl Into<FilterValue>) -> Self {
        Self::condition(field, "eq", Some(value.into()))
    }

    /// The field is not this value: `not_eq`.
    pub fn not_eq(field: impl Into<FilterField>, value: impl Into<FilterValue>) -> Self {
        Self::condition(field, "not_eq", Some(value.into()))
    }

    /// The field has this text within: `contains`. The vendor takes no special characters there.
    pub fn contains(field: impl Into<FilterField>, text: impl Into<String>) -> Self {
        Self::condition(field, "contains", Some(FilterValue::Text(text.into())))
    }

    /// The field does not have this text within: `not_contains`. The vendor takes no special characters there.
    pub fn not_contains(field: impl Into<FilterField>, text: impl Into<String>) -> Self {
        Self::condition(field, "not_contains", Some(FilterValue::Text(text.into())))
    }

    /// The field has a value: `exists`.
    pub fn exists(field: impl Into<FilterField>) -> Self {
        Self::condition(field, "exists", None)
    }

    /// The field has no value: `not_exists`.
    pub fn not_exists(field: impl Into<FilterField>) -> Self {
        Self::condition(field, "not_exists", None)
    }

    /// The field is in a range of dates or numbers: `range`, with `gte`, `lte` and `lt` as Rust's ranges have them.
    pub fn range<V: Into<FilterValue> + Clone>(field: impl Into<FilterField>, range: impl RangeBounds<V>) -> Self {
        let (from, to) = (range.start_bound(), range.end_bound());
        Self(Kind::Range {
            field: field.into(),
            from: from.map(|value| value.clone().into()),
            to: to.map(|value| value.clone().into()),
        })
    }

    /// All of these filters: a group with `AND`. The filters of a search are such a group already.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        Self(Kind::Group { group: "AND", filters: filters.into_iter().collect() })
    }

    /// At least one of these filters: a group with `OR`.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        Self(Kind::Group { group: "OR", filters: filters.into_iter().collect() })
    }

    /// A filter that this crate does not know, as JSON, such as one with the operator `nested`. It is sent as it is.
    pub fn json(filter: impl Into<Value>) -> Self {
        Self(Kind::Json(filter.into()))
    }

    fn into_json(self) -> Result<Value, InvalidValue> {
        Ok(match self.0 {
            Kind::Condition { field, operator, value } => {
                let field = field.checked()?;
                match value {
                    Some(value) => json!({"field": field, "operator": operator, "value": value.checked()?}),
                    None => json!({"field": field, "operator": operator}),
                }
            }
            Kind::Range { field, from, to } => {
                let mut range = Map::new();
                for (bound, included, excluded) in [(from, "gte", "gt"), (to, "lte", "lt")] {
                    match bound {
                        Bound::Included(value) => drop(range.insert(included.into(), value.checked()?)),
                        Bound::Excluded(value) => drop(range.insert(excluded.into(), value.checked()?)),
                        Bound::Unbounded => {}
                    }
                }
                if range.is_empty() {
                    return Err(InvalidValue::new("filters", "have a range with neither a beginning nor an end"));
                }
                json!({"field": field.checked()?, "operator": "range", "value": range})
            }
            Kind::Group { group, filters } => {
                let filters = filters.into_iter().map(Self::into_json).collect::<Result<Vec<_>, _>>()?;
                if filters.is_empty() {
                    return Err(InvalidValue::new("filters", "have a group of nothing"));
                }
                json!({"group": group, "filters": filters})
            }
            Kind::Json(filter) => filter,
        })
    }
}

/// A field in a filter, by the vendor's name for it; a custom field by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FilterField(String);

impl FilterField {
    fn checked(self) -> Result<String, InvalidValue> {
        if self.0.is_empty() { Err(InvalidValue::new("filters", "have a field without a name")) } else { Ok(self.0) }
    }
}

impl From<&str> for FilterField {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl From<String> for FilterField {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl From<&CustomFieldId> for FilterField {
    fn from(id: &CustomFieldId) -> Self {
        Self(format!("customFields.{id}"))
    }
}

/// What a field is compared with: `value` of a filter.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FilterValue {
    /// A text, or a date as text: 75 characters at the most.
    Text(String),
    /// A number.
    Number(Number),
    /// True or false.
    Bool(bool),
}

impl FilterValue {
    fn checked(self) -> Result<Value, InvalidValue> {
        Ok(match self {
            Self::Text(text) => {
                check_length("filters", &text)?;
                text.into()
            }
            Self::Number(number) => number.into(),
            Self::Bool(is_so) => is_so.into(),
        })
    }
}

impl From<&str> for FilterValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for FilterValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for FilterValue {
    fn from(is_so: bool) -> Self {
        Self::Bool(is_so)
    }
}

impl From<DateTime<Utc>> for FilterValue {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Text(time.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl From<NaiveDate> for FilterValue {
    fn from(day: NaiveDate) -> Self {
        Self::Text(day.to_string())
    }
}

macro_rules! from_number {
    ($($number:ty),*) => {
        $(impl From<$number> for FilterValue {
            fn from(number: $number) -> Self {
                Self::Number(number.into())
            }
        })*
    };
}
from_number!(i32, u32, i64, u64);

fn check_length(field: &'static str, text: &str) -> Result<(), InvalidValue> {
    let length = text.chars().count();
    if length <= LONGEST_TEXT {
        return Ok(());
    }
    let of_what = if field == "query" { "is" } else { "have a text of" };
    Err(InvalidValue::new(field, format!("{of_what} {length} characters: {LONGEST_TEXT} are the most")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(search: Search) -> Result<Value, String> {
        let request = search.into_request(&LocationId::new("ve9EPM428h8vShlRW1KT").unwrap());
        request.map(|request| serde_json::to_value(request).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_refused() {
        let new = Search::new;
        let long = "ä".repeat(76);
        let text = |filter| said(new().filter(filter)).unwrap_err();
        assert_eq!(said(new().page_size(0)).unwrap_err(), "pageLimit is 0: give 1 to 500");
        assert_eq!(said(new().page_size(501)).unwrap_err(), "pageLimit is 501: give 1 to 500");
        assert_eq!(said(new().page(0)).unwrap_err(), "page is 0: pages are counted from 1");
        assert!(said(new().page(21)).unwrap_err().starts_with("page is beyond 10000 contacts"));
        assert!(said(new().page(1).search_after(vec![json!(1)])).unwrap_err().starts_with("page is given together"));
        assert!(said(new().search_after(vec![])).unwrap_err().starts_with("searchAfter is empty"));
        assert_eq!(said(new().query(&long)).unwrap_err(), "query is 76 characters: 75 are the most");
        assert!(said(new().sort("city", Direction::Ascending)).unwrap_err().starts_with("sort has a field by which"));
        let sorts = ["email", "dnd", "source"].into_iter();
        let sorted = sorts.fold(new(), |search, field| search.sort(field, Direction::Ascending));
        assert_eq!(said(sorted).unwrap_err(), "sort has 3 fields: give 2 at the most");
        let longest = "filters have a text of 76 characters: 75 are the most";
        assert_eq!(text(Filter::eq("city", long.as_str())), longest);
        assert_eq!(text(Filter::all([Filter::any([Filter::contains("city", &long)])])), longest);
        assert_eq!(text(Filter::range("city", long.clone()..)), longest);
        assert_eq!(text(Filter::any([])), "filters have a group of nothing");
        assert_eq!(text(Filter::exists("")), "filters have a field without a name");
        assert_eq!(text(Filter::range::<i32>("city", ..)), "filters have a range with neither a beginning nor an end");
        assert!(said(new().page(20)).is_ok() && said(new().query("ä".repeat(75))).is_ok());
    }

    #[test]
    fn filters_as_they_are_sent() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
        let time: DateTime<Utc> = "2026-01-02T03:04:05.678901Z".parse().unwrap();
        let field = CustomFieldId::new("6dvNaf7VhkQ9snc5vnjJ").unwrap();
        for (filter, sent) in [
            (Filter::eq("tags", "vip"), json!({"field": "tags", "operator": "eq", "value": "vip"})),
            (Filter::not_eq("dnd", true), json!({"field": "dnd", "operator": "not_eq", "value": true})),
            (
                Filter::eq(&field, 7),
                json!({"field": "customFields.6dvNaf7VhkQ9snc5vnjJ", "operator": "eq", "value": 7}),
            ),
            (Filter::contains("city", "Dolo"), json!({"field": "city", "operator": "contains", "value": "Dolo"})),
            (Filter::not_contains("city", "x"), json!({"field": "city", "operator": "not_contains", "value": "x"})),
            (Filter::exists("email"), json!({"field": "email", "operator": "exists"})),
            (Filter::not_exists("email"), json!({"field": "email", "operator": "not_exists"})),
            (
                Filter::range("dateAdded", time..),
                json!({"field": "dateAdded", "operator": "range", "value": {"gte": "2026-01-02T03:04:05.678Z"}}),
            ),
            (
                Filter::range("dateOfBirth", ..=day),
                json!({"field": "dateOfBirth", "operator": "range", "value": {"lte": "2026-01-02"}}),
            ),
            (
                Filter::range(&field, (Bound::Excluded(1), Bound::Excluded(2_i32))),
                json!({"field": "customFields.6dvNaf7VhkQ9snc5vnjJ", "operator": "range", "value": {"gt": 1, "lt": 2}}),
            ),
            (
                Filter::any([Filter::exists("a"), Filter::all([Filter::exists("b")])]),
                json!({"group": "OR", "filters": [
                    {"field": "a", "operator": "exists"},
                    {"group": "AND", "filters": [{"field": "b", "operator": "exists"}]},
                ]}),
            ),
            (Filter::json(json!({"any": ["thing"]})), json!({"any": ["thing"]})),
        ] {
            assert_eq!(said(Search::new().filter(filter)).unwrap()["filters"], json!([sent]));
        }
    }
}
