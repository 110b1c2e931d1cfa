//! What is changed of the types that progenitor generates: how they decode.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::parse_quote;
use syn::punctuated::Punctuated;
use syn::visit::Visit;
use syn::visit_mut::VisitMut;

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
            for attribute in &mut item.attrs {
                if attribute.path().is_ident("derive")
                    && let Ok(derived) =
                        attribute.parse_args_with(Punctuated::<syn::Path, syn::Token![,]>::parse_terminated)
                {
                    let derived = derived.into_iter().filter(|path| *path != parse_quote!(::serde::Deserialize));
                    *attribute = parse_quote!(#[derive(#(#derived),*)]);
                }
            }
            Some(read)
        }
    }

    let mut open_enums = OpenEnums::default();
    open_enums.visit_file(file);
    open_enums.visit_file_mut(file);
}
