//! `#[derive(Shape)]`: the JSON Schema of a part of a record.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Fields, LitStr};

use crate::field::{Member, Reader, ignore, members};
use crate::names;

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    match &input.data {
        Data::Enum(data) => choice(input, data),
        Data::Struct(_) | Data::Union(_) => {
            let members = members(input, Reader::Shape)?;
            Ok(implementation(input, &object(&members)))
        }
    }
}

/// The schema of an object with these fields.
pub(crate) fn object(members: &[Member<'_>]) -> TokenStream {
    let parts = members.iter().map(Member::part);
    quote!(::tiwizi_sdk::schema::object(::std::vec![#(#parts),*]))
}

pub(crate) fn implementation(input: &DeriveInput, schema: &TokenStream) -> TokenStream {
    let ident = &input.ident;
    quote! {
        #[automatically_derived]
        impl ::tiwizi_sdk::Shape for #ident {
            fn schema() -> ::tiwizi_sdk::schema::Value {
                #schema
            }
        }
    }
}

/// An enum is one of its names. It can stand in an index, and be read from a form.
fn choice(input: &DeriveInput, data: &DataEnum) -> syn::Result<TokenStream> {
    let rule = rename_all(input)?;
    let mut names = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            let message =
                format!("`{}` holds data: a Shape enum lists names only; use a struct for the rest", variant.ident);
            return Err(syn::Error::new_spanned(variant, message));
        }
        let mut name = variant.ident.to_string();
        if let Some(rule) = &rule {
            name = names::renamed(&name, &rule.value()).ok_or_else(|| {
                let message = "Shape knows rename_all = \"lowercase\", \"kebab-case\" and \"snake_case\"";
                syn::Error::new(rule.span(), message)
            })?;
        }
        for attribute in variant.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename") {
                    name = meta.value()?.parse::<LitStr>()?.value();
                    return Ok(());
                }
                ignore(&meta)
            })?;
        }
        names.push(name);
    }
    let ident = &input.ident;
    let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let shape = implementation(input, &quote!(::tiwizi_sdk::schema::one_of(&[#(#names),*])));
    Ok(quote! {
        #shape
        #[automatically_derived]
        impl ::tiwizi_sdk::schema::Scalar for #ident {}
        #[automatically_derived]
        impl ::tiwizi_sdk::form::FromText for #ident {
            fn from_text(text: &str) -> ::std::result::Result<Self, ::tiwizi_sdk::form::Fault> {
                match text {
                    #(#names => ::std::result::Result::Ok(Self::#variants),)*
                    _ => ::std::result::Result::Err(::tiwizi_sdk::form::Fault::new("enum")),
                }
            }
        }
    })
}

fn rename_all(input: &DeriveInput) -> syn::Result<Option<LitStr>> {
    let mut rule = None;
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename_all") {
                rule = Some(meta.value()?.parse()?);
                return Ok(());
            }
            ignore(&meta)
        })?;
    }
    Ok(rule)
}
