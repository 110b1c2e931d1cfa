//! A search for contacts: what a request asks for, and the page of contacts that it finds.

mod filters;
mod found_contact;
mod index;
mod order;

use std::sync::Arc;

use serde_json::Value;

use filters::{Filter, Reader, Subject};
use index::Documents;
use order::Order;

pub(crate) use filters::LONGEST_TEXT;
pub(crate) use index::SearchIndex;
pub(crate) use order::names as sortable_fields;

/// How many contacts a page has at the most.
pub(crate) const LARGEST_PAGE: u64 = 500;

/// How many contacts can be reached by the number of a page.
const REACHED_BY_PAGES: u64 = 10_000;

/// What a request asks for.
#[derive(Debug)]
pub(crate) struct Search {
    location: String,
    /// What the request says of which contacts are found, and in which order: the same on each page.
    asked: [Value; 3],
    filter: Filter,
    /// In lower case; empty for none.
    query: String,
    order: Order,
    begin: Begin,
    /// How many contacts a page has.
    limit: usize,
}

/// Where a page begins.
#[derive(Debug)]
enum Begin {
    /// Behind so many contacts.
    Behind(usize),
    /// Behind the position that is `searchAfter` of a contact, whether or not the contact is still there.
    After(Value),
}

/// Why a search is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// The body is not valid: the messages.
    Body(Vec<String>),
    /// A field or an operator is unknown: the message.
    Unknown(String),
}

/// What was found.
#[derive(Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) contacts: Vec<Value>,
    /// How many contacts there are on all pages.
    pub(crate) total: usize,
}

impl Search {
    /// What a body asks for whose schema was checked, in a location with these custom fields.
    pub(crate) fn read(body: &Value, custom_fields: &[Value]) -> Result<Self, Invalid> {
        let mut reader = Reader::new(custom_fields);
        let filter = Filter::All(reader.filters(&body["filters"], "filters"));
        let order = Order::read(&body["sort"]);
        let limit = whole(&body["pageLimit"]).unwrap_or(LARGEST_PAGE);
        let page = whole(&body["page"]);
        let search_after = body.get("searchAfter");
        if page.is_some() && search_after.is_some() {
            reader.refuse("page should not exist together with searchAfter".to_owned());
        }
        if page.unwrap_or(1).saturating_mul(limit) > REACHED_BY_PAGES {
            reader.refuse(format!("page times pageLimit must not be greater than {REACHED_BY_PAGES}"));
        }
        if search_after.is_some_and(|position| order.read_position(position).is_none()) {
            reader.refuse("searchAfter must be that of a contact in the same order".to_owned());
        }
        reader.finish()?;
        let begin = match search_after {
            Some(position) => Begin::After(position.clone()),
            None => Begin::Behind((page.unwrap_or(1).saturating_sub(1) * limit) as usize),
        };
        Ok(Self {
            location: body["locationId"].as_str().unwrap_or_default().to_owned(),
            asked: ["filters", "query", "sort"].map(|name| body[name].clone()),
            filter,
            query: body["query"].as_str().unwrap_or_default().to_lowercase(),
            order,
            begin,
            limit: limit as usize,
        })
    }

    /// All contacts of the location that are found, in their order; with what gives the workflows of the contact with an id.
    fn all<'a>(&self, documents: &'a Documents, workflows: &'a dyn Fn(&str) -> &'a [Value]) -> Vec<Arc<Value>> {
        let finds =
            |contact: &&'a Arc<Value>| self.filter.passes(Subject { contact, workflows }) && self.has_query(contact);
        let found = documents.values().filter(finds);
        match self.order.by_date_added() {
            // The index has them in this order.
            Some(true) => found.rev().cloned().collect(),
            Some(false) => found.cloned().collect(),
            None => {
                let mut found: Vec<_> = found.map(|contact| (self.order.position(contact), contact)).collect();
                found.sort_unstable_by(|(one, _), (other, _)| self.order.compare(one, other));
                found.into_iter().map(|(_, contact)| Arc::clone(contact)).collect()
            }
        }
    }

    /// The page of all contacts that are found.
    fn page(&self, all: &[Arc<Value>]) -> Page {
        let behind = match &self.begin {
            Begin::Behind(contacts) => *contacts,
            Begin::After(position) => self.order.read_position(position).map_or(0, |position| {
                all.partition_point(|contact| self.order.compare(&self.order.position(contact), &position).is_le())
            }),
        };
        let of = |contact: &Arc<Value>| found_contact::of(contact, self.order.position(contact).to_json());
        Page { contacts: all.iter().skip(behind).take(self.limit).map(of).collect(), total: all.len() }
    }

    /// Whether the query is a part of the contact's names, email, phone or company.
    fn has_query(&self, contact: &Value) -> bool {
        let lower_case = |name: &str| contact[name].as_str().map(str::to_lowercase);
        let mut texts =
            ["fullNameLowerCase", "emailLowerCase", "phone", "companyName"].into_iter().filter_map(lower_case);
        self.query.is_empty() || texts.any(|text| text.contains(&self.query))
    }
}

/// A whole number, which may be written as `1.0`.
fn whole(number: &Value) -> Option<u64> {
    number.as_u64().or_else(|| number.as_f64().map(|number| number as u64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Contacts of which several have the same date, name, or none; in an order that is none.
    fn index() -> SearchIndex {
        let mut index = SearchIndex::default();
        for number in 0..30_u64 {
            let number = number * 7 % 30;
            let id = format!("id{number:02}");
            let name = ["rosan", "ärzte", "a"][number as usize % 3];
            let mut contact = json!({
                "id": id,
                "locationId": "a",
                "dateAdded": format!("2021-08-31T09:59:{:02}.937Z", number % 11),
                "dateUpdated": format!("2021-09-{:02}T09:59:41.937Z", 1 + number % 13),
                "firstNameLowerCase": name,
                "emailLowerCase": format!("{}@deos.com", number % 5),
                "fullNameLowerCase": "rosan",
            });
            if number % 2 == 0 {
                contact["dnd"] = true.into();
                contact["source"] = format!("Source {}", number % 4).into();
            }
            index.read(&id, Some(&Arc::new(contact)));
        }
        index
    }

    fn found(index: &mut SearchIndex, mut body: Value) -> Page {
        body["locationId"] = "a".into();
        index.search(&Search::read(&body, &[]).unwrap(), &|_| &[])
    }

    fn ids(page: &Page) -> Vec<&str> {
        page.contacts.iter().map(|contact| contact["id"].as_str().unwrap()).collect()
    }

    /// Every way to page gives the same contacts, each once, in an order that the values say.
    #[test]
    fn pages_follow_each_other_in_every_order() {
        let mut index = index();
        let mut orders = vec![json!([])];
        for direction in ["asc", "desc"] {
            for field in sortable_fields() {
                let sort = json!({"field": field, "direction": direction});
                orders.extend(["asc", "desc"].map(|second| json!([sort, {"field": "dnd", "direction": second}])));
                orders.push(json!([sort]));
            }
        }
        for sort in orders {
            let whole = found(&mut index, json!({"pageLimit": 500, "sort": sort}));
            assert_eq!((whole.contacts.len(), whole.total), (30, 30), "{sort}");
            let search_after = |number: usize| &whole.contacts[number]["searchAfter"];

            for limit in [1, 4, 30] {
                let mut by_page = Vec::new();
                let mut after = Vec::new();
                for number in 1..=30_usize.div_ceil(limit) {
                    by_page.push(found(&mut index, json!({"pageLimit": limit, "page": number, "sort": sort})));
                    let mut body = json!({"pageLimit": limit, "sort": sort});
                    if number > 1 {
                        body["searchAfter"] = search_after((number - 1) * limit - 1).clone();
                    }
                    after.push(found(&mut index, body));
                }
                for pages in [by_page, after] {
                    assert!(pages.iter().all(|page| page.total == 30), "{sort}");
                    assert_eq!(pages.iter().flat_map(ids).collect::<Vec<_>>(), ids(&whole), "{sort} {limit}");
                }
            }
            let behind = found(&mut index, json!({"pageLimit": 1, "searchAfter": search_after(29), "sort": sort}));
            assert_eq!((behind.contacts.len(), behind.total), (0, 30), "{sort}");
        }
    }

    #[test]
    fn what_it_is_sorted_by_says_the_order() {
        let mut index = index();
        let mut positions = |sort: Value| {
            let page = found(&mut index, json!({"pageLimit": 3, "sort": sort}));
            page.contacts.iter().map(|contact| contact["searchAfter"].clone()).collect::<Vec<_>>()
        };
        let by = |field: &str, direction: &str| json!([{"field": field, "direction": direction}]);
        for (sort, expected) in [
            // The last one first, and the ids in the same direction.
            (
                json!([]),
                json!([
                    [1_630_403_950_937_u64, "id21"],
                    [1_630_403_950_937_u64, "id10"],
                    [1_630_403_949_937_u64, "id20"]
                ]),
            ),
            (
                by("dateAdded", "asc"),
                json!([
                    [1_630_403_940_937_u64, "id00"],
                    [1_630_403_940_937_u64, "id11"],
                    [1_630_403_940_937_u64, "id22"]
                ]),
            ),
            (by("firstNameLowerCase", "asc"), json!([["a", "id02"], ["a", "id05"], ["a", "id08"]])),
            (by("firstNameLowerCase", "desc"), json!([["ärzte", "id28"], ["ärzte", "id25"], ["ärzte", "id22"]])),
            (by("email", "desc"), json!([["4@deos.com", "id29"], ["4@deos.com", "id24"], ["4@deos.com", "id19"]])),
            (by("dnd", "asc"), json!([["false", "id01"], ["false", "id03"], ["false", "id05"]])),
            // An empty text where there is nothing.
            (by("source", "asc"), json!([["", "id01"], ["", "id03"], ["", "id05"]])),
            (by("source", "desc"), json!([["Source 2", "id26"], ["Source 2", "id22"], ["Source 2", "id18"]])),
            (by("businessName", "desc"), json!([["", "id29"], ["", "id28"], ["", "id27"]])),
            (
                json!([{"field": "dnd", "direction": "desc"}, {"field": "email", "direction": "asc"}]),
                json!([["true", "0@deos.com", "id00"], ["true", "0@deos.com", "id10"], ["true", "0@deos.com", "id20"]]),
            ),
        ] {
            assert_eq!(Value::from(positions(sort.clone())), expected, "{sort}");
        }
    }

    #[test]
    fn a_page_begins_behind_a_contact_that_is_gone() {
        for sort in [json!([]), json!([{"field": "email", "direction": "asc"}])] {
            let mut index = index();
            let first = found(&mut index, json!({"pageLimit": 10, "sort": sort}));
            let expected = found(&mut index, json!({"pageLimit": 10, "page": 2, "sort": sort}));
            let after = first.contacts[9]["searchAfter"].clone();
            // With those before it, too.
            ids(&first).into_iter().for_each(|id| index.read(id, None));
            let second = found(&mut index, json!({"pageLimit": 10, "searchAfter": after, "sort": sort}));
            assert_eq!((ids(&second), second.total), (ids(&expected), 20));
        }
    }

    #[test]
    fn a_filter_and_a_query_narrow_both_the_page_and_the_total() {
        let mut index = index();
        for sort in [json!([]), json!([{"field": "email", "direction": "asc"}])] {
            let dnd = json!([{"field": "dnd", "operator": "eq", "value": true}]);
            let page = found(&mut index, json!({"pageLimit": 4, "page": 4, "filters": dnd, "sort": sort}));
            assert_eq!((page.contacts.len(), page.total), (3, 15));
            let page = found(&mut index, json!({"pageLimit": 4, "query": "3@DEOS", "filters": dnd, "sort": sort}));
            assert_eq!((page.contacts.len(), page.total), (3, 3));
            let page = found(&mut index, json!({"pageLimit": 4, "query": "nobody", "sort": sort}));
            assert_eq!((page.contacts.len(), page.total), (0, 0));
        }
    }

    #[test]
    fn pages_that_cannot_be() {
        let refusal = |body: Value| Search::read(&body, &[]).unwrap_err();
        let too_far = "page times pageLimit must not be greater than 10000";
        let no_position = "searchAfter must be that of a contact in the same order";
        let by_name = json!([{"field": "firstNameLowerCase", "direction": "asc"}]);
        for (body, message) in [
            (json!({"pageLimit": 500, "page": 21}), too_far),
            (json!({"pageLimit": 1, "page": 10_001}), too_far),
            (json!({"pageLimit": 500, "page": u64::MAX}), too_far),
            (json!({"pageLimit": 500, "page": 1e300}), too_far),
            (
                json!({"pageLimit": 1, "page": 1, "searchAfter": [1, "a"]}),
                "page should not exist together with searchAfter",
            ),
            (json!({"pageLimit": 1, "searchAfter": []}), no_position),
            (json!({"pageLimit": 1, "searchAfter": ["a"]}), no_position),
            (json!({"pageLimit": 1, "searchAfter": [1, 2]}), no_position),
            (json!({"pageLimit": 1, "searchAfter": ["1", "a"]}), no_position),
            (json!({"pageLimit": 1, "searchAfter": [1, 2, "a"]}), no_position),
            (json!({"pageLimit": 1, "searchAfter": [1, "a"], "sort": by_name}), no_position),
        ] {
            assert_eq!(refusal(body.clone()), Invalid::Body(vec![message.to_owned()]), "{body}");
        }
        for body in [json!({"pageLimit": 500, "page": 20}), json!({"pageLimit": 1, "page": 10_000.0})] {
            Search::read(&body, &[]).unwrap();
        }
    }

    #[test]
    fn a_query_is_a_part_of_a_name_an_email_a_phone_or_a_company() {
        let contact = json!({
            "id": "a", "locationId": "a", "dateAdded": "2021-08-31", "fullNameLowerCase": "rosan ärzte",
            "emailLowerCase": "rosan@deos.com", "phone": "+18888888888", "companyName": "DGS VolMAX", "city": "Dolomite",
        });
        let mut index = SearchIndex::default();
        index.read("a", Some(&Arc::new(contact)));
        for (query, expected) in
            [("", 1), ("Rosan Ä", 1), ("san@deos", 1), ("1888", 1), ("volmax", 1), ("dolomite", 0), ("rosan  ärzte", 0)]
        {
            assert_eq!(found(&mut index, json!({"pageLimit": 1, "query": query})).total, expected, "{query}");
        }
    }

    #[test]
    fn a_contact_that_is_read_again_is_there_once() {
        let mut index = SearchIndex::default();
        for date in ["2021-08-31", "2021-09-01"] {
            let contact = json!({"id": "a", "locationId": "a", "dateAdded": date});
            index.read("a", Some(&Arc::new(contact)));
        }
        let page = found(&mut index, json!({"pageLimit": 10}));
        assert_eq!((page.contacts[0]["dateAdded"].as_str(), page.total), (Some("2021-09-01"), 1));
        index.read("a", None);
        assert_eq!(found(&mut index, json!({"pageLimit": 10})).total, 0);
    }
}
