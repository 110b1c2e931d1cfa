//! What the fragment says beside types and requests: the server, the properties of each object, and each operation.

use std::iter;

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;

use crate::document::{Document, address, child, members, reference};
use crate::effect::{Effect, Repetition};
use crate::generate::marks::other_spellings;
use crate::generate::rust_names;

/// The module `document`.
pub(super) fn document(document: &Document) -> TokenStream {
    let server = document.root().pointer("/servers/0/url").and_then(Value::as_str).map(|url| {
        quote! {
            /// The server that the document names.
            pub const SERVER: &str = #url;
        }
    });
    let paths = members(document.root(), "paths").map(|(path, _)| path).filter(|path| !path.contains('{'));
    let components = document.root().get("components").unwrap_or(&Value::Null);
    let properties = members(components, "schemas").filter(|(_, schema)| has_properties(schema));
    let properties = properties.map(|(name, schema)| {
        let constant = properties_of(name);
        let names = names(schema);
        let doc = format!(" The properties of `{name}` that the document names.");
        quote! {
            #[doc = #doc]
            pub const #constant: &[&str] = &[#(#names),*];
        }
    });
    quote! {
        /// What the OpenAPI document says beside types and operations.
        pub mod document {
            #server
            /// The paths of the operations that are the same for each request.
            pub const PATHS: &[&str] = &[#(#paths),*];
            #(#properties)*
        }
    }
}

/// The names under which an object's properties are read.
fn names(object: &Value) -> Vec<&str> {
    let spellings = |(name, property)| iter::once(name).chain(other_spellings(property));
    members(object, "properties").flat_map(spellings).collect()
}

/// Whether it has properties itself, and so a constant of them.
fn has_properties(schema: &Value) -> bool {
    schema.get("properties").is_some()
}

fn properties_of(schema: &str) -> syn::Ident {
    format_ident!("{}_PROPERTIES", schema.to_shouty_snake_case())
}

/// The module `operations`.
pub(super) fn operations(document: &Document) -> Result<TokenStream, String> {
    let (mut names, mut ids, mut described) = (Vec::new(), Vec::new(), Vec::new());
    for (pointer, operation) in document.operations() {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let name = format_ident!("{}", rust_names::constant(id));
        let (method, path) = address(&pointer);
        let http_method = format_ident!("{method}");
        let repetition = Repetition::of(operation).map_err(|problem| problem.to_string())?;
        let effect = match repetition.effect {
            Effect::Reads => quote!(Effect::Reads),
            Effect::Repeats => quote!(Effect::Repeats),
            Effect::Once => quote!(Effect::Once),
        };
        let creates = match repetition.creates {
            Some(place) => quote!(Some(&[#(#place),*])),
            None => quote!(None),
        };
        let request = operation.get("requestBody").map(|body| document.json_schema(body));
        let request = request.flatten().and_then(|schema| object(document, schema)).unwrap_or(quote!(&[]));
        let answer = answer(document, operation);
        let summary = operation.get("summary").and_then(Value::as_str).unwrap_or(id);
        let doc = format!(" {summary}: `{method} {path}`.");
        let (variant, method_name) = (format_ident!("{}", rust_names::type_name(id)), rust_names::method(id));
        ids.push(quote! { #[doc = #doc] #variant });
        described.push(quote! {
            #[doc = #doc]
            pub static #name: Operation = Operation {
                id: OperationId::#variant,
                name: #method_name,
                summary: #summary,
                method: Method::#http_method,
                path: #path,
                effect: #effect,
                creates: #creates,
                request: #request,
                answer: &[#(#answer),*],
            };
        });
        names.push(name);
    }
    Ok(quote! {
        /// Each operation of the OpenAPI document.
        pub mod operations {
            use ::reqwest::Method;
            use crate::{Content, Effect, Member, Operation};
            use super::document;

            /// All of them.
            pub static ALL: &[&Operation] = &[#(&#names),*];

            /// Which operation it is: `operationId` in the document. One that is added to the document breaks each match.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub enum OperationId {
                #(#ids),*
            }
            #(#described)*
        }
    })
}

/// The members that an answer is made of: by their names, and whether they are objects or lists of them.
fn answer(document: &Document, operation: &Value) -> Vec<TokenStream> {
    let success = members(operation, "responses").find(|(status, _)| status.starts_with('2'));
    let Some(schema) = success.and_then(|(_, response)| document.json_schema(response)) else { return Vec::new() };
    members(document.resolve(schema), "properties")
        .map(|(name, member)| {
            let items = document.resolve(member).get("items");
            let content = match (object(document, member), items.and_then(|items| object(document, items))) {
                (Some(properties), _) => quote!(Content::Object(#properties)),
                (None, Some(properties)) => quote!(Content::List(#properties)),
                (None, None) => quote!(Content::Value),
            };
            quote!(Member { name: #name, content: #content })
        })
        .collect()
}

/// The names of an object's properties: of a named schema, the constant that has them. None if it has no properties.
fn object(document: &Document, schema: &Value) -> Option<TokenStream> {
    let names = names(document.resolve(schema));
    names.first()?;
    // One that has them in an `allOf` of one has no constant.
    let has_own = |name: &&str| document.at(&child("#/components/schemas", name)).is_some_and(has_properties);
    Some(match component(document, schema).filter(has_own) {
        Some(name) => {
            let constant = properties_of(name);
            quote!(document::#constant)
        }
        None => quote!(&[#(#names),*]),
    })
}

/// The name of the component that a schema is, by references alone.
fn component<'a>(document: &'a Document, schema: &'a Value) -> Option<&'a str> {
    let target = match reference(schema) {
        Some(target) => target,
        None => match schema.get("allOf")?.as_array()?.as_slice() {
            [only] => reference(only)?,
            _ => return None,
        },
    };
    let further = document.at(target).and_then(|schema| component(document, schema));
    further.or_else(|| target.rsplit('/').next())
}
