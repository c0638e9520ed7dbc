//! The rules of a value: `max_length = 300`, `min = 1`, `each(…)`. Each is a keyword of JSON Schema and, in a form, a
//! check.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::meta::ParseNestedMeta;
use syn::{Expr, GenericArgument, PathArguments, Type};

/// What a type holds, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Text,
    Number,
    Flag,
    List,
    Map,
    /// A type of the author's.
    Other,
}

/// One rule: the author's word, the keyword, the value.
struct Rule {
    word: &'static str,
    keyword: &'static str,
    families: &'static [Family],
}

const RULES: [Rule; 11] = [
    Rule { word: "min_length", keyword: "minLength", families: &[Family::Text] },
    Rule { word: "max_length", keyword: "maxLength", families: &[Family::Text] },
    Rule { word: "pattern", keyword: "pattern", families: &[Family::Text] },
    Rule { word: "format", keyword: "format", families: &[Family::Text] },
    Rule { word: "min", keyword: "minimum", families: &[Family::Number] },
    Rule { word: "max", keyword: "maximum", families: &[Family::Number] },
    Rule { word: "min_items", keyword: "minItems", families: &[Family::List] },
    Rule { word: "max_items", keyword: "maxItems", families: &[Family::List] },
    Rule { word: "unique_items", keyword: "uniqueItems", families: &[Family::List] },
    Rule { word: "min_entries", keyword: "minProperties", families: &[Family::Map] },
    Rule { word: "max_entries", keyword: "maxProperties", families: &[Family::Map] },
];

/// The rules of one value, in the order in which they were written.
#[derive(Default)]
pub(crate) struct Rules(Vec<(&'static str, TokenStream)>);

impl Rules {
    /// Takes a rule, if the attribute is one.
    pub(crate) fn take(&mut self, meta: &ParseNestedMeta<'_>, family: Family) -> syn::Result<bool> {
        let Some(rule) = RULES.iter().find(|rule| meta.path.is_ident(rule.word)) else { return Ok(false) };
        if family != Family::Other && !rule.families.contains(&family) {
            return Err(meta.error(misplaced(rule.word, family)));
        }
        let value = match rule.word {
            "unique_items" => quote!(true),
            _ => meta.value()?.parse::<Expr>()?.into_token_stream(),
        };
        self.0.push((rule.keyword, value));
        Ok(true)
    }

    /// Adds a keyword that another attribute implies, unless the author wrote it.
    pub(crate) fn imply(&mut self, keyword: &'static str, value: TokenStream) {
        if self.value(keyword).is_none() {
            self.0.push((keyword, value));
        }
    }

    /// The value of a keyword.
    pub(crate) fn value(&self, keyword: &str) -> Option<&TokenStream> {
        self.0.iter().find(|(found, _)| *found == keyword).map(|(_, value)| value)
    }

    /// A list of pairs of a keyword and a JSON value.
    pub(crate) fn pairs(&self) -> TokenStream {
        let pairs = self.0.iter().map(|(keyword, value)| quote!((#keyword, ::tiwizi_sdk::schema::value(#value))));
        quote!(::std::vec![#(#pairs),*])
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn misplaced(word: &str, family: Family) -> String {
    let fitting = match family {
        Family::Text => "a text takes min_length, max_length, pattern and format",
        Family::Number => "a number takes min and max",
        Family::Flag => "a bool takes no rule",
        Family::List => "a list takes min_items, max_items, unique_items and each(…)",
        Family::Map => "a map takes min_entries, max_entries and each(…)",
        Family::Other => "this type takes other rules",
    };
    format!("{word} does not fit this type: {fitting}")
}

/// What a type holds, by the last part of its name.
pub(crate) fn family(value: &Type) -> Family {
    match last(value).as_str() {
        "String" => Family::Text,
        "bool" => Family::Flag,
        "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64" | "f32" | "f64" => Family::Number,
        "Vec" | "BTreeSet" => Family::List,
        "BTreeMap" | "Texts" => Family::Map,
        _ => Family::Other,
    }
}

/// What stands inside `Option<…>`, or `Vec<…>`, if the type is called so.
pub(crate) fn inside<'a>(value: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = value else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    })
}

/// The family of the entries of a list or a map.
pub(crate) fn family_inside(value: &Type) -> Family {
    match last(value).as_str() {
        "Texts" => Family::Text,
        "Vec" | "BTreeSet" => inside(value, &last(value)).map_or(Family::Other, family),
        _ => Family::Other,
    }
}

fn last(value: &Type) -> String {
    match value {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}
