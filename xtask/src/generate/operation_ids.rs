//! The operations of the fragment as an enum for the mock, so that one that it does not answer yet breaks its build.

use quote::{format_ident, quote};
use serde_json::Value;

use crate::document::Document;
use crate::generate::rust_names;

pub(super) fn generate(document: &Document) -> Result<String, String> {
    let ids: Vec<&str> = document
        .operations()
        .into_iter()
        .filter_map(|(_, operation)| operation.get("operationId").and_then(Value::as_str))
        .collect();
    let names = ids.iter().map(|id| rust_names::method(id));
    let variants: Vec<_> = ids.iter().map(|id| format_ident!("{}", rust_names::type_name(id))).collect();
    let code = quote! {
        //! The operations of the fragment.

        /// Which operation of the fragment it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum OperationId {
            #(#variants),*
        }

        impl OperationId {
            /// The operation with this name; none if the fragment does not have it.
            pub(crate) fn named(name: &str) -> Option<Self> {
                match name {
                    #(#names => Some(Self::#variants),)*
                    _ => None,
                }
            }
        }
    };
    let file = syn::parse2(code).map_err(|error| error.to_string())?;
    Ok(format!("// {}\n{}", super::MARK, prettyplease::unparse(&file)))
}
