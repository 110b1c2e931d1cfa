//! What the wrapper uses of the raw client: a field that is no longer there would leave a workspace that does not build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{FieldValue, Fields, Item, Member, Token, UseTree};

/// The sources of the wrapper, seen from the root of the workspace.
const SOURCES: &str = "crates/leadconnector/src";

/// Uses of fields that the raw client no longer has, each as the file, the type and the field.
pub(super) fn uses_of_missing_fields(root: &Path, raw_client: &str) -> anyhow::Result<Vec<(String, String, String)>> {
    let raw_client = syn::parse_file(raw_client).context("cannot read what was generated")?;
    let structs = structs(&raw_client);
    let mut missing = Vec::new();
    for (name, text) in sources(&root.join(SOURCES), SOURCES)? {
        // A file in the middle of an edit is the compiler's affair.
        let Ok(file) = syn::parse_file(&text) else { continue };
        let mut uses = Uses::default();
        uses.visit_file(&file);
        for (of, field) in uses.fields {
            if !structs.get(&of).is_some_and(|fields| fields.contains(&field)) {
                missing.push((name.clone(), of, field));
            }
        }
    }
    Ok(missing)
}

/// The structs of the generated module of types, with their fields.
fn structs(file: &syn::File) -> BTreeMap<String, BTreeSet<String>> {
    let types = file.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    let structs = types.into_iter().flat_map(|(_, items)| items).filter_map(|item| match item {
        Item::Struct(item) => match &item.fields {
            Fields::Named(fields) => Some((item.ident.to_string(), fields)),
            _ => None,
        },
        _ => None,
    });
    let names = |fields: &syn::FieldsNamed| {
        fields.named.iter().filter_map(|field| Some(field.ident.as_ref()?.to_string())).collect()
    };
    structs.map(|(name, fields)| (name, names(fields))).collect()
}

/// The Rust files in a folder and below it, with their names; none if there is no such folder.
fn sources(folder: &Path, name: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {name}"))? {
        let path = entry.with_context(|| format!("cannot read {name}"))?.path();
        let name = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            found.extend(sources(&path, &name)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {name}"))?;
            found.insert(name, text);
        }
    }
    Ok(found)
}

/// The fields of raw types that a file names, in patterns and in literals.
#[derive(Default)]
struct Uses {
    /// What the module of the raw types is called here.
    modules: BTreeSet<String>,
    /// The raw types that are imported by their names.
    imported: BTreeSet<String>,
    fields: BTreeSet<(String, String)>,
}

impl Uses {
    fn note_fields<'a>(&mut self, path: &syn::Path, members: impl Iterator<Item = &'a Member>) {
        let mut segments = path.segments.iter().rev().map(|segment| segment.ident.to_string());
        let Some(name) = segments.next() else { return };
        let is_raw = match segments.next() {
            Some(module) => module == "types" || self.modules.contains(&module),
            None => self.imported.contains(&name),
        };
        if is_raw {
            let fields = members.filter_map(|member| match member {
                Member::Named(field) => Some((name.clone(), field.to_string())),
                Member::Unnamed(_) => None,
            });
            self.fields.extend(fields);
        }
    }

    /// Notes what a `use` brings of `leadconnector_raw::types`, of which the path so far is given.
    fn note_use(&mut self, path: &[String], tree: &UseTree) {
        let of_types = path.len() == 2;
        let expected = |name: &syn::Ident| match path {
            [] => name == "leadconnector_raw",
            [_] => name == "types",
            _ => false,
        };
        match tree {
            UseTree::Path(tree) if expected(&tree.ident) => {
                self.note_use(&[path, &[tree.ident.to_string()]].concat(), &tree.tree);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.note_use(path, tree)),
            UseTree::Rename(tree) if path.len() == 1 && tree.ident == "types" => {
                self.modules.insert(tree.rename.to_string());
            }
            UseTree::Name(tree) if of_types => {
                self.imported.insert(tree.ident.to_string());
            }
            _ => {}
        }
    }
}

/// `request!(CreateContactRequest, fields, { gender, … })`: what the request has besides the fields that it shares. Those stand in the
/// macro itself, where they are the compiler's affair.
struct RequestMacro {
    request: syn::Ident,
    own: Punctuated<FieldValue, Token![,]>,
}

impl Parse for RequestMacro {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let request = input.parse()?;
        input.parse::<Token![,]>()?;
        input.parse::<syn::Expr>()?;
        input.parse::<Token![,]>()?;
        let own;
        syn::braced!(own in input);
        Ok(Self { request, own: own.parse_terminated(FieldValue::parse, Token![,])? })
    }
}

impl<'ast> Visit<'ast> for Uses {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.note_use(&[], &item.tree);
    }

    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        self.note_fields(&literal.path, literal.fields.iter().map(|field| &field.member));
        visit::visit_expr_struct(self, literal);
    }

    fn visit_pat_struct(&mut self, pattern: &'ast syn::PatStruct) {
        self.note_fields(&pattern.path, pattern.fields.iter().map(|field| &field.member));
        visit::visit_pat_struct(self, pattern);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if let Ok(RequestMacro { request, own }) = call.parse_body() {
            let own = own.into_iter().filter_map(|field| match field.member {
                Member::Named(field) => Some((request.to_string(), field.to_string())),
                Member::Unnamed(_) => None,
            });
            self.fields.extend(own);
        }
    }
}
