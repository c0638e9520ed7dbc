//! The derive macros of the kit: `Kind`, `Shape` and `Form`. What they make and which attributes they read is told in
//! `tiwizi-sdk`, which passes them on; nobody depends on this crate alone.
//!
//! Each macro reads the same `#[field(…)]` attributes. An error names the field and says how to mend it.

mod field;
mod form;
mod kind;
mod names;
mod rules;
mod shape;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives a kind of record from a struct.
#[proc_macro_derive(Kind, attributes(kind, field))]
pub fn kind(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    kind::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Derives the JSON Schema of a part of a record: a struct, or an enum of names.
#[proc_macro_derive(Shape, attributes(field))]
pub fn shape(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    shape::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Derives how a struct is read from a form or a query.
#[proc_macro_derive(Form, attributes(field))]
pub fn form(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    form::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
