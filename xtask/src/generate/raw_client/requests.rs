//! The methods of the client. Progenitor's send a request and decode its answer; ours are cut where the request is built.
//!
//! What is read of progenitor's method is its name, its arguments, and what it does to make the request. Everything that is not
//! known here is an error that says what to adapt: a part of a request must not be dropped in silence.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use serde_json::Value;
use syn::parse_quote;
use syn::punctuated::Punctuated;

use crate::document::{Document, address};
use crate::effect::{Effect, Repetition};
use crate::generate::rust_names;

/// The header that belongs to the client, as `Authorization` does: it is no argument of each operation.
const CLIENTS_HEADER: &str = "Version";

/// The methods of the client, each of which makes the request of an operation.
pub(super) fn methods(file: &syn::File, document: &Document) -> Result<Vec<TokenStream>, String> {
    let operations = document.operations();
    let by_name: BTreeMap<String, &(String, &Value)> = operations
        .iter()
        .filter_map(|operation| Some((rust_names::method(operation.1.get("operationId")?.as_str()?), operation)))
        .collect();
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut methods = Vec::new();
    for method in file.items.iter().flat_map(async_methods) {
        let name = method.sig.ident.to_string();
        if !made.insert(name.clone()) {
            return Err(format!("two operations become one method, `{name}`"));
        }
        let operation = by_name.get(&name).ok_or(format!("`{name}` is no operation of the fragment"))?;
        methods.push(cut(method, document, &operation.0, operation.1).map_err(|what| {
            format!(
                "the request of `{name}` has {what}: write it otherwise, or adapt `cut` in xtask/src/generate/raw_client/requests.rs"
            )
        })?);
    }
    Ok(methods)
}

/// The methods that progenitor makes of operations.
fn async_methods(item: &syn::Item) -> impl Iterator<Item = &syn::ImplItemFn> {
    let items = if let syn::Item::Impl(item) = item { item.items.as_slice() } else { &[] };
    items.iter().filter_map(|item| match item {
        syn::ImplItem::Fn(method) if method.sig.asyncness.is_some() => Some(method),
        _ => None,
    })
}

/// What a method does to make its request.
#[derive(Default)]
struct Parts {
    /// The path with `{}` for each argument, and the arguments.
    path: Option<(String, Vec<syn::Ident>)>,
    /// The names of the parameters in the query, and their arguments.
    query: Vec<(String, syn::Ident)>,
    body: bool,
    /// Whether the header of the client is among the headers.
    clients_header: bool,
}

/// The method that makes the request, and nothing else.
fn cut(method: &syn::ImplItemFn, document: &Document, pointer: &str, operation: &Value) -> Result<TokenStream, String> {
    let parts = parts(method)?;
    let (path, in_path) = parts.path.ok_or("no path")?;
    let answer = answer(method).ok_or("no type of the answer")?;
    let arguments = arguments(method)?;

    for argument in &in_path {
        let (_, kind) = arguments.iter().find(|(name, _)| name == argument).ok_or("an argument that is not there")?;
        if kind.to_token_stream().to_string() != "& str" {
            return Err(format!("`{argument}` in the path, which is no text"));
        }
    }
    // It belongs to the client; of another type, it would be an argument that does nothing.
    if parts.clients_header && arguments.iter().any(|(name, _)| *name == CLIENTS_HEADER.to_lowercase()) {
        return Err(format!("the header `{CLIENTS_HEADER}` of another schema than the component `{CLIENTS_HEADER}`"));
    }
    let parameters = document.parameters_of(pointer, operation);
    let parameters = described_parameters(&parameters);
    let in_path_names: Vec<_> = in_path
        .iter()
        .map(|argument| {
            parameters.iter().find(|(name, _)| argument == &rust_names::argument(name)).map(|(name, _)| *name)
        })
        .collect::<Option<_>>()
        .ok_or("an argument of the path that is no parameter")?;
    let segments = in_path
        .iter()
        .zip(in_path_names)
        .map(|(argument, name)| quote!(let #argument = request::segment(#name, #argument)?;));
    let segments: Vec<_> = segments.collect();
    let made = if in_path.is_empty() {
        quote!(self.base_url.at(#path))
    } else {
        let path = in_path.iter().fold(path, |path, argument| path.replacen("{}", &format!("{{{argument}}}"), 1));
        quote!(self.base_url.at(&format!(#path)))
    };
    // Not the name of an argument.
    let mut url = "url".to_owned();
    while arguments.iter().any(|(name, _)| *name == url) {
        url.insert(0, '_');
    }
    let url = format_ident!("{url}");
    let query = parts.query.iter().map(|(name, argument)| -> Result<_, String> {
        let (_, kind) = arguments.iter().find(|(other, _)| other == argument).ok_or("an argument that is not there")?;
        Ok(if let Some(kind) = option(kind) {
            scalar(&kind)?;
            quote!(if let Some(#argument) = #argument { request::append(&mut #url, #name, #argument); })
        } else {
            scalar(kind)?;
            quote!(request::append(&mut #url, #name, #argument);)
        })
    });
    let query: Vec<_> = query.collect::<Result<_, _>>()?;
    let made = if query.is_empty() { quote!(let #url = #made;) } else { quote!(let mut #url = #made; #(#query)*) };

    let repetition = Repetition::of(operation).map_err(|problem| problem.to_string())?;
    let once_if = repetition.once_if.as_ref().map(|member| {
        let member = format_ident!("{}", rust_names::field(member));
        quote!(.once_if(body.#member == Some(true)))
    });
    let body = if parts.body { quote!(Some(request::json(body)?)) } else { quote!(None) };
    let name = &method.sig.ident;
    let described = format_ident!("{}", rust_names::constant(&name.to_string()));
    let kinds = arguments.iter().map(|(name, kind)| quote!(#name: #kind));
    let doc = documentation(pointer, operation, &parameters, &repetition);
    Ok(quote! {
        #(#[doc = #doc])*
        pub fn #name(&self, #(#kinds),*) -> Result<Request<#answer>, RequestError> {
            #(#segments)*
            #made
            Ok(self.request(&operations::#described, #url, #body) #once_if)
        }
    })
}

/// The arguments, each with its type, without the one of the client's own header.
fn arguments(method: &syn::ImplItemFn) -> Result<Vec<(syn::Ident, syn::Type)>, String> {
    let mut arguments: Vec<(syn::Ident, syn::Type)> = Vec::new();
    for argument in &method.sig.inputs {
        let syn::FnArg::Typed(argument) = argument else { continue };
        let syn::Pat::Ident(name) = &*argument.pat else { return Err("an argument without a name".into()) };
        let mut kind = (*argument.ty).clone();
        syn::visit_mut::VisitMut::visit_type_mut(&mut WithoutLifetimes, &mut kind);
        arguments.push((name.ident.clone(), kind));
    }
    arguments.retain(|(name, kind)| {
        *name != CLIENTS_HEADER.to_lowercase() || kind.to_token_stream().to_string() != "& types :: Version"
    });
    Ok(arguments)
}

struct WithoutLifetimes;

impl syn::visit_mut::VisitMut for WithoutLifetimes {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        reference.lifetime = None;
        syn::visit_mut::visit_type_reference_mut(self, reference);
    }
}

/// The type of the answer: `T` of `Result<ResponseValue<T>, …>`.
fn answer(method: &syn::ImplItemFn) -> Option<syn::Type> {
    let syn::ReturnType::Type(_, result) = &method.sig.output else { return None };
    let value = first_argument(result, "Result")?;
    first_argument(&value, "ResponseValue")
}

/// `T` of `Option<T>`.
fn option(kind: &syn::Type) -> Option<syn::Type> {
    first_argument(kind, "Option")
}

fn first_argument(kind: &syn::Type, name: &str) -> Option<syn::Type> {
    let syn::Type::Path(path) = kind else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(kind) => Some(kind.clone()),
        _ => None,
    })
}

/// An error if a value of this type is not written as it is in JSON: a list, an object, a date.
fn scalar(kind: &syn::Type) -> Result<(), String> {
    const SCALARS: [&str; 10] = ["& str", "bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];
    let text = kind.to_token_stream().to_string();
    if SCALARS.contains(&text.as_str()) {
        Ok(())
    } else {
        Err(format!("`{text}` in the URL, which is no text, integer or boolean"))
    }
}

/// Reads what a method does, up to the point where the request is built.
fn parts(method: &syn::ImplItemFn) -> Result<Parts, String> {
    let mut parts = Parts::default();
    for statement in &method.block.stmts {
        match statement {
            syn::Stmt::Local(local) => {
                let pattern = local.pat.to_token_stream().to_string();
                let value = local.init.as_ref().map(|init| &*init.expr).ok_or("a variable without a value")?;
                match (own_name(pattern.trim_start_matches("mut ")), value) {
                    ("url", syn::Expr::Macro(call)) => parts.path = Some(path(&call.mac)?),
                    ("header_map", _) => {}
                    ("request", syn::Expr::Try(built)) => {
                        chain(&built.expr, &mut parts)?;
                        // What follows sends it.
                        return Ok(parts);
                    }
                    (other, _) => return Err(format!("`{other}`")),
                }
            }
            syn::Stmt::Expr(syn::Expr::MethodCall(call), _) if call.receiver == parse_quote!(header_map) => {
                let name = call.args.first().map(|name| name.to_token_stream().to_string()).unwrap_or_default();
                if name.trim_matches('"').eq_ignore_ascii_case(CLIENTS_HEADER) {
                    parts.clients_header = true;
                } else if !name.ends_with(r#"from_static ("api-version")"#) {
                    return Err(format!("the header {name}, which is not `{CLIENTS_HEADER}`"));
                }
            }
            other => return Err(format!("`{}`", other.to_token_stream())),
        }
    }
    Err("no request".into())
}

/// The name of one of progenitor's own variables, which begins with underscores where a parameter has that name.
fn own_name(name: &str) -> &str {
    name.trim_start_matches('_')
}

/// The path and its arguments, of `format!("{}/path/{}", self.baseurl, encode_path(&argument.to_string()))`.
fn path(format: &syn::Macro) -> Result<(String, Vec<syn::Ident>), String> {
    let what = || format!("the URL `{}`", format.tokens);
    let arguments =
        format.parse_body_with(Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated).map_err(|_| what())?;
    let mut arguments = arguments.into_iter();
    let (Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. })), Some(base)) =
        (arguments.next(), arguments.next())
    else {
        return Err(what());
    };
    let text = text.value();
    let text = text.strip_prefix("{}").filter(|path| path.starts_with('/')).ok_or_else(what)?;
    if base != parse_quote!(self.baseurl) {
        return Err(what());
    }
    let encoded = |argument: syn::Expr| match argument {
        syn::Expr::Call(call) if call.func == parse_quote!(encode_path) => match call.args.first() {
            Some(syn::Expr::Reference(reference)) => match &*reference.expr {
                syn::Expr::MethodCall(text) if text.method == "to_string" => ident(&text.receiver),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    let arguments = arguments.map(encoded).collect::<Option<_>>().ok_or_else(what)?;
    Ok((text.to_owned(), arguments))
}

fn ident(expr: &syn::Expr) -> Option<syn::Ident> {
    if let syn::Expr::Path(path) = expr { path.path.get_ident().cloned() } else { None }
}

/// Reads `self.client.get(url)`, and what is called on it until `build()`.
fn chain(built: &syn::Expr, parts: &mut Parts) -> Result<(), String> {
    let mut expr = built;
    while let syn::Expr::MethodCall(call) = expr {
        match call.method.to_string().as_str() {
            "build" => {}
            // What is accepted is JSON, always.
            "header"
                if call.args.first().is_some_and(|name| name.to_token_stream().to_string().ends_with("ACCEPT")) => {}
            "headers" if call.args.first() == Some(&parse_quote!(header_map)) => {}
            "json" if call.args.first() == Some(&parse_quote!(&body)) => parts.body = true,
            "query" => {
                let (name, argument) = call.args.first().and_then(query).ok_or("another query")?;
                parts.query.insert(0, (name, argument));
            }
            "get" | "post" | "put" | "delete" | "patch" | "head"
                if call.args.first().and_then(ident).is_some_and(|url| own_name(&url.to_string()) == "url")
                    && call.receiver == parse_quote!(self.client) =>
            {
                return Ok(());
            }
            other => return Err(format!("`{other}`")),
        }
        expr = &call.receiver;
    }
    Err("no method".into())
}

/// The name and the argument, of `&progenitor_client::QueryParam::new("name", &argument)`.
fn query(argument: &syn::Expr) -> Option<(String, syn::Ident)> {
    let syn::Expr::Reference(reference) = argument else { return None };
    let syn::Expr::Call(call) = &*reference.expr else { return None };
    if !call.func.to_token_stream().to_string().ends_with("QueryParam :: new") {
        return None;
    }
    match (call.args.first()?, call.args.last()?) {
        (syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }), syn::Expr::Reference(value)) => {
            Some((name.value(), ident(&value.expr)?))
        }
        _ => None,
    }
}

/// The parameters of an operation in its path and query, each with its description.
fn described_parameters<'a>(parameters: &[(String, &'a Value)]) -> Vec<(&'a str, &'a str)> {
    let text = |parameter: &'a Value, key| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
    let parameters = parameters.iter().filter(|(_, parameter)| text(parameter, "in") != "header");
    parameters.map(|(_, parameter)| (text(parameter, "name"), text(parameter, "description"))).collect()
}

/// The lines of documentation: what the fragment says of the operation.
fn documentation(
    pointer: &str,
    operation: &Value,
    parameters: &[(&str, &str)],
    repetition: &Repetition,
) -> Vec<String> {
    let text = |key| operation.get(key).and_then(Value::as_str).unwrap_or_default();
    let (method, path) = address(pointer);
    let name = if text("summary").is_empty() { text("operationId") } else { text("summary") };
    let mut lines = vec![format!("{name}: `{method} {path}`.")];
    let mut paragraph = |text: String| lines.extend(["".into(), text]);
    if !text("description").is_empty() {
        paragraph(text("description").into());
    }
    paragraph(
        match repetition.effect {
            Effect::Reads => "It only reads: sending it again changes nothing.",
            Effect::Repeats => "Sending it again leads to the same end state.",
            Effect::Once => "Sending it again does it once more.",
        }
        .into(),
    );
    if let Some(member) = &repetition.once_if {
        paragraph(format!("With `{member}`, sending it again does it once more."));
    }
    if let Some(place) = &repetition.creates {
        paragraph(format!("The answer has the id of what was created at `{}`.", place.join(".")));
    }
    for (index, (name, description)) in parameters.iter().enumerate() {
        if index == 0 {
            lines.push(String::new());
        }
        lines.push(format!("- `{}`: {description}", rust_names::argument(name)));
    }
    lines.into_iter().map(|line| if line.is_empty() { line } else { format!(" {line}") }).collect()
}
