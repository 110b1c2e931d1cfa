//! What is changed of the types that progenitor generates: how they decode.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use heck::ToPascalCase;
use quote::{ToTokens, format_ident, quote};
use serde_json::Value;
use syn::parse_quote;
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::visit_mut::VisitMut;

use crate::document::{Document, members};
use crate::generate::marks::other_spellings;

/// The members of a struct, from which on it is boxed where it is a member of another.
const LARGE: usize = 5;

/// Boxes the members that are large structs: decoding moves a struct several times, with all that is in it.
pub(super) fn with_boxes(file: &mut syn::File) {
    #[derive(Default)]
    struct Large(Vec<syn::Type>);

    impl<'ast> Visit<'ast> for Large {
        fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
            if item.fields.len() >= LARGE {
                let name = &item.ident;
                self.0.push(parse_quote!(#name));
            }
        }
    }

    impl VisitMut for Large {
        fn visit_field_mut(&mut self, field: &mut syn::Field) {
            // What has no name is what an enum or a newtype is made of.
            if field.ident.is_none() {
                return;
            }
            for large in &self.0 {
                if field.ty == *large {
                    field.ty = parse_quote!(::std::boxed::Box<#large>);
                } else if field.ty == parse_quote!(::std::option::Option<#large>) {
                    field.ty = parse_quote!(::std::option::Option<::std::boxed::Box<#large>>);
                }
            }
        }
    }

    let mut large = Large::default();
    large.visit_file(file);
    large.visit_file_mut(file);
}

/// Has timestamps read in the vendor's usual form first, objects from objects alone, and whole numbers written without a fraction.
pub(super) fn with_readers(file: &mut syn::File) {
    /// The reader of each type that has one, by the type. An object has one wherever it is optional.
    #[derive(Default)]
    struct Readers(HashMap<syn::Type, &'static str>);

    impl<'ast> Visit<'ast> for Readers {
        fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
            if matches!(item.fields, syn::Fields::Named(_)) {
                let name = &item.ident;
                self.0.extend([
                    (parse_quote!(::std::option::Option<#name>), "crate::object::optional"),
                    (parse_quote!(::std::option::Option<::std::boxed::Box<#name>>), "crate::object::boxed"),
                    (parse_quote!(::std::option::Option<::std::vec::Vec<#name>>), "crate::object::list"),
                ]);
            }
        }
    }

    impl Readers {
        fn attribute(&self, field: &syn::Field) -> Option<syn::Attribute> {
            // What a newtype holds is never absent.
            let default = field.ident.as_ref().map(|_| quote!(default,));
            let field = &field.ty;
            if *field == parse_quote!(::std::option::Option<::chrono::DateTime<::chrono::offset::Utc>>) {
                return Some(parse_quote!(#[serde(#default deserialize_with = "crate::timestamp::optional")]));
            }
            if *field == parse_quote!(::std::option::Option<f64>) {
                return Some(parse_quote!(#[serde(serialize_with = "crate::whole_number::optional")]));
            }
            let reader = self.0.get(field)?;
            Some(parse_quote!(#[serde(#default deserialize_with = #reader)]))
        }
    }

    impl VisitMut for Readers {
        fn visit_field_mut(&mut self, field: &mut syn::Field) {
            let attribute = self.attribute(field);
            field.attrs.extend(attribute);
        }
    }

    let mut readers = Readers::default();
    readers.visit_file(file);
    readers.visit_file_mut(file);
}

/// Has an open enum, which is a documented text or another one, decoded from its text, where serde keeps the value and then
/// tries each variant.
pub(super) fn with_open_enums(file: &mut syn::File) {
    #[derive(Default)]
    struct OpenEnums {
        /// The enums without content, and the structs that are a text.
        documented: BTreeSet<String>,
        other: BTreeSet<String>,
    }

    impl<'ast> Visit<'ast> for OpenEnums {
        fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
            if item.variants.iter().all(|variant| variant.fields.is_empty()) {
                self.documented.insert(item.ident.to_string());
            }
        }

        fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
            let text = parse_quote!(::std::string::String);
            if matches!(&item.fields, syn::Fields::Unnamed(fields) if fields.unnamed.iter().all(|field| field.ty == text))
            {
                self.other.insert(item.ident.to_string());
            }
        }
    }

    impl VisitMut for OpenEnums {
        fn visit_item_mod_mut(&mut self, module: &mut syn::ItemMod) {
            let Some((_, items)) = &mut module.content else { return };
            let mut read: Vec<syn::Item> = Vec::new();
            for item in items.iter_mut() {
                if let syn::Item::Enum(item) = item {
                    read.extend(self.read(item).into_iter().flatten());
                }
            }
            items.extend(read);
        }
    }

    impl OpenEnums {
        /// How an open enum is made of text and decoded, which it no longer derives; none of another one.
        fn read(&self, item: &mut syn::ItemEnum) -> Option<[syn::Item; 2]> {
            let mut variants = item.variants.iter();
            let (Some(documented), Some(other), None) = (variants.next(), variants.next(), variants.next()) else {
                return None;
            };
            let content = |variant: &syn::Variant| Some(variant.fields.iter().next()?.ty.clone());
            let (documented_type, other_type) = (content(documented)?, content(other)?);
            if !self.documented.contains(&documented_type.to_token_stream().to_string())
                || !self.other.contains(&other_type.to_token_stream().to_string())
            {
                return None;
            }
            let (name, documented, other) = (&item.ident, &documented.ident, &other.ident);
            let read = [
                parse_quote! {
                    impl ::std::convert::From<::std::string::String> for #name {
                        fn from(text: ::std::string::String) -> Self {
                            match text.parse::<#documented_type>() {
                                Ok(documented) => Self::#documented(documented),
                                Err(_) => Self::#other(#other_type(text)),
                            }
                        }
                    }
                },
                parse_quote! {
                    impl<'de> ::serde::Deserialize<'de> for #name {
                        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
                        where
                            D: ::serde::Deserializer<'de>,
                        {
                            <::std::string::String as ::serde::Deserialize>::deserialize(deserializer).map(Self::from)
                        }
                    }
                },
            ];
            derive_no_decoding(&mut item.attrs);
            Some(read)
        }
    }

    let mut open_enums = OpenEnums::default();
    open_enums.visit_file(file);
    open_enums.visit_file_mut(file);
}

/// Has a member read under each of its names: by a struct that has a member for each of them, of which one then counts.
pub(super) fn with_other_spellings(file: &mut syn::File, document: &Document) -> Result<(), String> {
    let items = file.items.iter_mut().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => module.content.as_mut(),
        _ => None,
    });
    let Some((_, items)) = items else { return Ok(()) };
    let components = document.root().get("components").unwrap_or(&Value::Null);
    for (schema, object) in members(components, "schemas") {
        let spellings: BTreeMap<_, Vec<_>> = members(object, "properties")
            .map(|(name, property)| (name, other_spellings(property).collect()))
            .filter(|(_, spellings): &(_, Vec<_>)| !spellings.is_empty())
            .collect();
        if spellings.is_empty() {
            continue;
        }
        let name = schema.to_pascal_case();
        let read = items.iter_mut().find_map(|item| match item {
            syn::Item::Struct(item) if item.ident == name => {
                derive_no_decoding(&mut item.attrs);
                Some(reader_of_spellings(item, spellings.clone()))
            }
            _ => None,
        });
        items.push(
            read.ok_or_else(|| format!("`{schema}` becomes no struct, so no other spelling of it can be read"))??,
        );
    }
    Ok(())
}

/// How a struct is decoded of whose members some have other spellings.
fn reader_of_spellings(item: &syn::ItemStruct, mut spellings: BTreeMap<&str, Vec<&str>>) -> Result<syn::Item, String> {
    let (mut fields, mut values): (Vec<syn::Field>, Vec<syn::FieldValue>) = (Vec::new(), Vec::new());
    for field in &item.fields {
        let Some(ident) = &field.ident else { continue };
        let (written, reader) = told_to_serde(field).map_err(|error| error.to_string())?;
        let written = written.unwrap_or_else(|| ident.to_string());
        let attributes = field.attrs.iter().filter(|attribute| !attribute.path().is_ident("doc")).cloned().collect();
        fields.push(syn::Field { attrs: attributes, vis: syn::Visibility::Inherited, ..field.clone() });
        let Some(others) = spellings.remove(written.as_str()) else {
            values.push(parse_quote!(#ident: read.#ident));
            continue;
        };
        let mut value: syn::Expr = parse_quote!(read.#ident);
        for (number, other) in (2..).zip(others) {
            let (name, ty) = (format_ident!("{ident}_{number}"), &field.ty);
            fields.push(parse_quote!(#reader #[serde(rename = #other)] #name: #ty));
            value = parse_quote!(crate::spelling::one_of(#value, read.#name));
        }
        values.push(parse_quote!(#ident: #value));
    }
    if let Some(name) = spellings.keys().next() {
        return Err(format!("`{name}` becomes no field of `{}`, so no other spelling of it can be read", item.ident));
    }
    let name = &item.ident;
    Ok(parse_quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
            where
                D: ::serde::Deserializer<'de>,
            {
                #[derive(::serde::Deserialize)]
                struct Spellings {
                    #(#fields),*
                }
                let read = <Spellings as ::serde::Deserialize>::deserialize(deserializer)?;
                Ok(Self { #(#values),* })
            }
        }
    })
}

/// The name under which a field is written, if serde is told one, and what it is told of reading it.
fn told_to_serde(field: &syn::Field) -> syn::Result<(Option<String>, Option<&syn::Attribute>)> {
    let (mut name, mut reader) = (None, None);
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            }
            if meta.path.is_ident("deserialize_with") {
                reader = Some(attribute);
            }
            Ok(())
        })?;
    }
    Ok((name, reader))
}

/// Takes the derived way of decoding from a type.
fn derive_no_decoding(attributes: &mut [syn::Attribute]) {
    for attribute in attributes {
        if attribute.path().is_ident("derive")
            && let Ok(derived) = attribute.parse_args_with(Punctuated::<syn::Path, syn::Token![,]>::parse_terminated)
        {
            let derived = derived.into_iter().filter(|path| *path != parse_quote!(::serde::Deserialize));
            *attribute = parse_quote!(#[derive(#(#derived),*)]);
        }
    }
}
