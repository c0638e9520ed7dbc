//! `#[derive(Kind)]`: a kind of record, with its schema, its classes, its indexes and who may do what.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Ident, LitStr, Token};

use crate::field::{Member, Reader, members};
use crate::names;
use crate::rules::{Family, family};
use crate::shape;

const UNIQUE_MAX: usize = 3;
const INDEXES_MAX: usize = 6;
const INDEX_FIELDS_MAX: usize = 4;
const SEARCH_MAX: usize = 8;

/// What `#[kind(…)]` says.
#[derive(Default)]
struct Options {
    name: Option<LitStr>,
    class: Option<LitStr>,
    plane: Option<LitStr>,
    purpose: Option<LitStr>,
    retention: Option<LitStr>,
    itself: bool,
    title: Vec<(String, LitStr)>,
    unique: Vec<Vec<Ident>>,
    indexes: Vec<Vec<Ident>>,
    access: [Vec<LitStr>; 4],
}

const ACTIONS: [&str; 4] = ["read", "create", "change", "delete"];

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let options = Options::of(input)?;
    let members = members(input, Reader::Kind)?;
    let unique = indexes(&options.unique, &members, |member| member.marks.unique)?;
    let sorted = indexes(&options.indexes, &members, |member| member.marks.index)?;
    bound(input, unique.len(), UNIQUE_MAX, "unique indexes")?;
    bound(input, sorted.len(), INDEXES_MAX, "indexes")?;
    bound(input, members.iter().filter(|member| member.marks.search).count(), SEARCH_MAX, "search fields")?;
    check_places(&members)?;
    let shape = shape::implementation(input, &shape::object(&members));
    let indexed = indexed(&members, &[&unique, &sorted]);
    let (constants, scalars) = (constants(input, &indexed), scalars(&indexed));
    let declaration = declaration(input, &options, &members, [&unique, &sorted])?;
    Ok(quote! {
        #shape
        #constants
        #scalars
        #declaration
    })
}

impl Options {
    fn of(input: &DeriveInput) -> syn::Result<Self> {
        let mut options = Self::default();
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("kind")) {
            attribute.parse_nested_meta(|meta| options.take(&meta))?;
        }
        Ok(options)
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        for (word, place) in [
            ("name", &mut self.name),
            ("class", &mut self.class),
            ("plane", &mut self.plane),
            ("purpose", &mut self.purpose),
            ("retention", &mut self.retention),
        ] {
            if meta.path.is_ident(word) {
                let text: LitStr = meta.value()?.parse()?;
                let right = match word {
                    "name" | "plane" => names::slug(&text.value()),
                    "class" => names::class(&text.value()),
                    _ => Ok(()),
                };
                right.map_err(|message| syn::Error::new(text.span(), message))?;
                *place = Some(text);
                return Ok(());
            }
        }
        for (action, grantees) in ACTIONS.iter().zip(&mut self.access) {
            if meta.path.is_ident(action) {
                *grantees = grantees_of(meta)?;
                return Ok(());
            }
        }
        if meta.path.is_ident("unique") {
            self.unique.push(fields_of(meta)?);
        } else if meta.path.is_ident("index") {
            self.indexes.push(fields_of(meta)?);
        } else if meta.path.is_ident("title") {
            self.title = title_of(meta)?;
        } else if meta.path.is_ident("its_own_subject") {
            self.itself = true;
        } else {
            return Err(meta.error(
                "this word means nothing here; known are name, title(…), plane, purpose, retention, class, unique(…), \
                 index(…), its_own_subject, read(…), create(…), change(…), delete(…)",
            ));
        }
        Ok(())
    }
}

fn grantees_of(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<LitStr>> {
    let content;
    syn::parenthesized!(content in meta.input);
    let grantees = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
    for grantee in &grantees {
        names::grantee(&grantee.value()).map_err(|message| syn::Error::new(grantee.span(), message))?;
    }
    Ok(grantees.into_iter().collect())
}

fn fields_of(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<Ident>> {
    let content;
    syn::parenthesized!(content in meta.input);
    let fields = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
    if fields.is_empty() || fields.len() > INDEX_FIELDS_MAX {
        return Err(meta.error(format!("an index has one to {INDEX_FIELDS_MAX} fields")));
    }
    Ok(fields.into_iter().collect())
}

fn title_of(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<(String, LitStr)>> {
    let mut title = Vec::new();
    meta.parse_nested_meta(|inner| {
        let tag = inner.path.require_ident()?.to_string();
        names::language(&tag).map_err(|message| inner.error(message))?;
        title.push((tag, inner.value()?.parse()?));
        Ok(())
    })?;
    Ok(title)
}

/// The indexes of the attribute on the struct, then those of single fields. Each is a list of positions of fields.
fn indexes(
    declared: &[Vec<Ident>],
    members: &[Member<'_>],
    is_marked: impl Fn(&Member<'_>) -> bool,
) -> syn::Result<Vec<Vec<usize>>> {
    let mut indexes = Vec::new();
    for fields in declared {
        let mut index: Vec<usize> = Vec::new();
        for field in fields {
            let place = members.iter().position(|member| member.ident == field).ok_or_else(|| {
                let known: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
                let message = format!("there is no field `{field}` to index; the fields are {}", known.join(", "));
                syn::Error::new(field.span(), message)
            })?;
            if index.contains(&place) {
                return Err(syn::Error::new(field.span(), format!("`{field}` stands twice in this index")));
            }
            index.push(place);
        }
        indexes.push(index);
    }
    let single = members.iter().enumerate().filter(|(_, member)| is_marked(member));
    indexes.extend(single.map(|(place, _)| vec![place]));
    Ok(indexes)
}

fn bound(input: &DeriveInput, count: usize, count_max: usize, what: &str) -> syn::Result<()> {
    if count <= count_max {
        return Ok(());
    }
    let message = format!("a kind has at most {count_max} {what}, and this one has {count}; take the rarest away");
    Err(syn::Error::new_spanned(&input.ident, message))
}

/// One subject and one province at most; a field that is called so is what it says; a search looks into texts.
fn check_places(members: &[Member<'_>]) -> syn::Result<()> {
    type Mark = fn(&Member<'_>) -> bool;
    let marks: [(&str, Mark); 2] =
        [("subject", |member| member.marks.subject), ("province", |member| member.marks.province)];
    for (word, is_marked) in marks {
        let mut marked = members.iter().filter(|member| is_marked(member));
        let (first, second) = (marked.next(), marked.next());
        if let (Some(first), Some(second)) = (first, second) {
            let message = format!("`{}` is the {word} already; only one field can be it", first.name);
            return Err(syn::Error::new(second.ident.span(), message));
        }
        if let Some(member) = members.iter().find(|member| member.name == word && !is_marked(member)) {
            let message = format!("a field that is called {word} must be it: write #[field({word})], or rename it");
            return Err(syn::Error::new(member.ident.span(), message));
        }
    }
    for member in members.iter().filter(|member| member.marks.search) {
        if !matches!(family(member.value), Family::Text | Family::Other) {
            let message = format!("a search looks into texts: `{}` is none", member.name);
            return Err(syn::Error::new(member.ident.span(), message));
        }
    }
    Ok(())
}

/// The fields that stand in some index, each once. Subject and province are indexes of their own.
fn indexed<'a, 'b>(members: &'b [Member<'a>], lists: &[&Vec<Vec<usize>>]) -> Vec<&'b Member<'a>> {
    let stands = |place: &usize| lists.iter().any(|list| list.iter().any(|index| index.contains(place)));
    let places = members.iter().enumerate();
    let indexed = places
        .filter(|(place, member)| stands(place) || member.marks.subject || member.marks.province)
        .map(|(_, member)| member);
    indexed.collect()
}

/// `Course::CODE`, by which lists are filtered and sorted: only fields of an index have one.
fn constants(input: &DeriveInput, indexed: &[&Member<'_>]) -> TokenStream {
    let (ident, visibility) = (&input.ident, &input.vis);
    let constants = indexed.iter().map(|member| {
        let (constant, name, value) = (constant_of(member), &member.name, member.value);
        let doc = format!("The indexed field `{name}`.");
        quote! {
            #[doc = #doc]
            #visibility const #constant: ::tiwizi_sdk::Field<Self, #value> = ::tiwizi_sdk::Field::new(#name);
        }
    });
    quote! {
        #[automatically_derived]
        impl #ident {
            #(#constants)*
        }
    }
}

fn constant_of(member: &Member<'_>) -> Ident {
    format_ident!("{}", member.name.to_uppercase(), span = member.ident.span())
}

/// Refuses, at the field's type, an index over anything but one simple value.
fn scalars(indexed: &[&Member<'_>]) -> TokenStream {
    let checks = indexed.iter().map(|member| {
        let value = member.value;
        quote_spanned!(value.span()=> ::tiwizi_sdk::schema::is_scalar::<#value>();)
    });
    quote!(const _: () = { #(#checks)* };)
}

fn declaration(
    input: &DeriveInput,
    options: &Options,
    members: &[Member<'_>],
    [unique, sorted]: [&[Vec<usize>]; 2],
) -> syn::Result<TokenStream> {
    let ident = &input.ident;
    let name = options.name.as_ref().map_or_else(|| names::kebab(&ident.to_string()), LitStr::value);
    names::slug(&name).map_err(|message| syn::Error::new(ident.span(), message))?;
    let subject = members.iter().find(|member| member.marks.subject).map(|member| member.name.as_str());
    let subject = optional(if options.itself { Some("self") } else { subject });
    let province = optional(members.iter().find(|member| member.marks.province).map(|member| member.name.as_str()));
    let default = options.class.as_ref().map_or_else(|| names::SAFEST.to_owned(), LitStr::value);
    let classes = members.iter().map(|member| {
        let (field, class) = (&member.name, member.class.as_ref().map_or_else(|| default.clone(), LitStr::value));
        quote!((#field, #class))
    });
    let list = |indexes: &[Vec<usize>]| -> Vec<TokenStream> {
        let fields = |index: &Vec<usize>| -> Vec<TokenStream> {
            let members = index.iter().filter_map(|place| members.get(*place));
            members.map(constant_of).map(|constant| quote!(Self::#constant.name())).collect()
        };
        indexes.iter().map(fields).map(|fields| quote!(::std::vec![#(#fields),*])).collect()
    };
    let (unique, sorted) = (list(unique), list(sorted));
    let search = members.iter().filter(|member| member.marks.search).map(|member| &member.name);
    let [read, create, change, delete] = &options.access;
    let texts = [&options.plane, &options.purpose, &options.retention].map(|text| {
        text.as_ref()
            .map_or_else(|| quote!(::std::option::Option::None), |text| quote!(::std::option::Option::Some(#text)))
    });
    let [plane, purpose, retention] = &texts;
    let title = options.title.iter().map(|(tag, text)| quote!((#tag, #text)));
    Ok(quote! {
        #[automatically_derived]
        impl ::tiwizi_sdk::Kind for #ident {
            const NAME: &'static str = #name;
        }
        #[automatically_derived]
        impl ::tiwizi_sdk::Declared for #ident {
            fn declaration() -> ::tiwizi_sdk::Declaration {
                ::tiwizi_sdk::Declaration {
                    name: #name,
                    title: ::std::vec![#(#title),*],
                    plane: #plane,
                    purpose: #purpose,
                    retention: #retention,
                    schema: ::tiwizi_sdk::schema::of_kind::<Self>(),
                    classes: ::std::vec![#(#classes),*],
                    unique: ::std::vec![#(#unique),*],
                    indexes: ::std::vec![#(#sorted),*],
                    search: ::std::vec![#(#search),*],
                    subject: #subject,
                    province: #province,
                    read: ::std::vec![#(#read),*],
                    create: ::std::vec![#(#create),*],
                    change: ::std::vec![#(#change),*],
                    delete: ::std::vec![#(#delete),*],
                }
            }
        }
    })
}

fn optional(text: Option<&str>) -> TokenStream {
    text.map_or_else(|| quote!(::std::option::Option::None), |text| quote!(::std::option::Option::Some(#text)))
}
