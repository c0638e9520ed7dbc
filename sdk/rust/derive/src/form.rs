//! `#[derive(Form)]`: how a struct is read from the fields of a form or a query, with a fault for each wrong field.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::field::{Member, Reader, members};
use crate::rules::{Rules, inside};

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let members = members(input, Reader::Form)?;
    let ident = &input.ident;
    let fields: Vec<_> = members.iter().map(|member| member.ident).collect();
    let reads: Vec<_> = members.iter().map(read).collect();
    Ok(quote! {
        #[automatically_derived]
        impl ::tiwizi_sdk::Form for #ident {
            fn read(reader: &mut ::tiwizi_sdk::form::Reader<'_>) -> ::std::option::Option<Self> {
                #(let #fields = #reads;)*
                ::std::option::Option::Some(Self { #(#fields: #fields?),* })
            }
        }
    })
}

/// Every field is read before the first missing one ends the reading, so that all faults are told at once.
fn read(member: &Member<'_>) -> TokenStream {
    let (name, value, limits) = (&member.name, member.value, limits(&member.rules));
    if member.optional {
        return quote!(reader.optional::<#value>(#name, &#limits));
    }
    match inside(value, "Vec") {
        Some(entry) => quote!(reader.list::<#entry>(#name, &#limits)),
        None => quote!(reader.required::<#value>(#name, &#limits)),
    }
}

/// The rules that a form checks. Patterns are left to the kernel, which knows them from the schema.
fn limits(rules: &Rules) -> TokenStream {
    let known = [
        ("minLength", quote!(length_min)),
        ("maxLength", quote!(length_max)),
        ("minimum", quote!(value_min)),
        ("maximum", quote!(value_max)),
        ("minItems", quote!(items_min)),
        ("maxItems", quote!(items_max)),
    ];
    let set = known.iter().filter_map(|(keyword, name)| {
        let value = rules.value(keyword)?;
        let value = if keyword.ends_with("imum") { quote!(#value as f64) } else { quote!(#value) };
        Some(quote!(#name: ::std::option::Option::Some(#value)))
    });
    quote!(::tiwizi_sdk::form::Limits { #(#set,)* ..::tiwizi_sdk::form::Limits::NONE })
}
