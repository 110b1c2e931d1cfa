//! The raw client: progenitor's types, a method for each operation that makes its request, and what the fragment says beside.

mod constants;
mod requests;
mod types;

use std::panic::{self, AssertUnwindSafe};

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TypePatch};
use quote::quote;
use syn::parse_quote;

use crate::document::Document;

/// The text of the generated file, or why there is none.
pub(super) fn generate(document: &Document, spec: &OpenAPI) -> Result<String, String> {
    // Twice: which types there are is only known from the first result, since a schema in place makes a type too.
    let first = client(spec, &[])?;
    let mut file = parse(client(spec, &type_names(&parse(first)?)?)?)?;
    let methods = requests::methods(&file, document)?;
    types::with_boxes(&mut file);
    types::with_open_enums(&mut file);
    types::with_readers(&mut file);
    types::with_other_spellings(&mut file, document)?;
    file.items.retain(|item| matches!(item, syn::Item::Mod(module) if module.ident == "types"));

    let client = quote! {
        use crate::{Client, Request, RequestError, request};

        /// A method for each operation. It makes the request; [`send`](Client::send) sends it.
        impl Client {
            #(#methods)*
        }
    };
    file.items.extend(parse(client)?.items);
    file.items.extend(parse(constants::operations(document)?)?.items);
    file.items.extend(parse(constants::document(document))?.items);
    // A fragment may have none of what is imported; the rest is its words and its names.
    file.attrs.push(parse_quote! {
        #![allow(
            unused_imports,
            nonstandard_style,
            rustdoc::bare_urls,
            rustdoc::broken_intra_doc_links,
            rustdoc::invalid_html_tags,
            reason = "the document says what there is, in its own words"
        )]
    });
    Ok(format!("// {}\n{}", super::MARK, prettyplease::unparse(&file)))
}

fn parse(code: TokenStream) -> Result<syn::File, String> {
    syn::parse2(code).map_err(|error| error.to_string())
}

fn client(spec: &OpenAPI, types: &[String]) -> Result<TokenStream, String> {
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Positional).with_map_type("::std::collections::BTreeMap");
    let mut json_schema = TypePatch::default();
    json_schema.with_attr("#[cfg_attr(feature = \"schemars\", derive(schemars::JsonSchema))]");
    for name in types {
        settings.with_patch(name, &json_schema);
    }
    without_panic(|| Generator::new(&settings).generate_tokens(spec))?.map_err(|error| error.to_string())
}

/// Runs the generator, which panics where it meets something that it does not support.
fn without_panic<T>(generate: impl FnOnce() -> T) -> Result<T, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = panic::catch_unwind(AssertUnwindSafe(generate));
    panic::set_hook(hook);
    result.map_err(|payload| match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => {
            payload.downcast::<&str>().map_or_else(|_| "nothing".to_owned(), |message| (*message).to_owned())
        }
    })
}

/// The types in the generated module `types`; an error if two have one name, which the generator does not notice.
fn type_names(client: &syn::File) -> Result<Vec<String>, String> {
    let types = client.items.iter().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    let mut names: Vec<String> = Vec::new();
    for item in types.into_iter().flat_map(|(_, items)| items) {
        let name = match item {
            syn::Item::Struct(item) => item.ident.to_string(),
            syn::Item::Enum(item) => item.ident.to_string(),
            _ => continue,
        };
        if names.contains(&name) {
            return Err(format!("two schemas become one type, `{name}`: give one of them another name or `title`"));
        }
        names.push(name);
    }
    Ok(names)
}
