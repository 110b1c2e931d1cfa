//! How many instructions it takes to make the body of the page's full request, and to read the full answer, beside the floor.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

mod page;

use std::hint::black_box;

use bytes::Bytes;
use gungraun::{library_benchmark, library_benchmark_group, main};
use leadconnector::{Contact, LocationId, benchmark};
use page::{ANSWER, LOCATION};

fn our_request(location: &LocationId) -> Vec<u8> {
    benchmark::request(location, page::contact().unwrap()).unwrap()
}

#[library_benchmark]
#[bench::full()]
fn floor_builds_and_serializes() -> Vec<u8> {
    black_box(serde_json::to_vec(&page::floors_contact()).unwrap())
}

#[library_benchmark]
#[bench::full(LocationId::new(LOCATION).unwrap())]
fn leadconnector_builds_and_serializes(location: LocationId) -> Vec<u8> {
    black_box(our_request(&location))
}

#[library_benchmark]
#[bench::full(ANSWER)]
// The floor cannot read the untidy answer: its figure for the tidy one stands beside ours.
#[bench::untidy(ANSWER)]
fn floor_decodes(answer: &[u8]) -> floor::Contact {
    black_box(serde_json::from_slice::<floor::Created>(answer).unwrap().contact)
}

#[library_benchmark]
#[bench::full(Bytes::from_static(ANSWER))]
#[bench::untidy(untidy())]
fn leadconnector_decodes(answer: Bytes) -> Contact {
    black_box(benchmark::contact(answer).unwrap())
}

/// An answer with one member of an unforeseen type.
fn untidy() -> Bytes {
    String::from_utf8_lossy(ANSWER).replacen("\"deleted\":false", "\"deleted\":\"no\"", 1).into()
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
main!(library_benchmark_groups = requests, answers);
