//! How many instructions it takes to make the body of the page's full request, and to read the full answer, beside the floor.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

mod page;

use std::hint::black_box;

use gungraun::{library_benchmark, library_benchmark_group, main};
use leadconnector::search::FoundContact;
use leadconnector::{Client, Contact, Contacts, LocationId};
use page::{ANSWER, FOUND_CONTACT, LOCATION};

fn contacts() -> Contacts {
    let client = Client::builder("token").base_url("http://localhost").build().unwrap();
    client.contacts(LocationId::new(LOCATION).unwrap())
}

#[library_benchmark]
#[bench::full()]
fn floor_builds_and_serializes() -> Vec<u8> {
    black_box(serde_json::to_vec(&page::floors_contact()).unwrap())
}

#[library_benchmark]
#[bench::full(contacts())]
fn leadconnector_builds_and_serializes(contacts: Contacts) -> (Vec<u8>, Contacts) {
    // The client is given back: what it takes to drop it is none of this.
    black_box((contacts.request_body(page::contact().unwrap()), contacts))
}

#[library_benchmark]
#[bench::full(ANSWER)]
fn floor_decodes(answer: &[u8]) -> floor::Contact {
    black_box(serde_json::from_slice::<floor::Created>(answer).unwrap().contact)
}

// As a call does: text that is checked once, and the contact by way of the generated type. What a call does around that shows in
// `benches/calls.rs`.
#[library_benchmark]
#[bench::full(ANSWER)]
fn leadconnector_decodes(answer: &[u8]) -> Contact {
    #[derive(serde::Deserialize)]
    struct Created {
        contact: Contact,
    }
    black_box(serde_json::from_str::<Created>(std::str::from_utf8(answer).unwrap()).unwrap().contact)
}

#[library_benchmark]
#[bench::full(FOUND_CONTACT)]
fn floor_decodes_what_is_found(contact: &str) -> floor::FoundContact {
    black_box(serde_json::from_slice(contact.as_bytes()).unwrap())
}

#[library_benchmark]
#[bench::full(FOUND_CONTACT)]
fn leadconnector_decodes_what_is_found(contact: &str) -> FoundContact {
    black_box(serde_json::from_str(std::str::from_utf8(contact.as_bytes()).unwrap()).unwrap())
}

library_benchmark_group!(
    name = requests;
    compare_by_id = true;
    benchmarks = floor_builds_and_serializes, leadconnector_builds_and_serializes
);
library_benchmark_group!(
    name = answers;
    compare_by_id = true;
    benchmarks = floor_decodes, leadconnector_decodes
);
library_benchmark_group!(
    name = found;
    compare_by_id = true;
    benchmarks = floor_decodes_what_is_found, leadconnector_decodes_what_is_found
);
main!(library_benchmark_groups = requests, answers, found);
