//! A field of a struct: its name, its type and what its attributes say.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Data, DeriveInput, Field, Fields, Ident, LitStr, Type};

use crate::names;
use crate::rules::{Family, Rules, family, family_inside, inside};

/// One field.
pub(crate) struct Member<'a> {
    pub(crate) ident: &'a Ident,
    /// Its name in JSON.
    pub(crate) name: String,
    /// Its type; what stands inside when it is an `Option`.
    pub(crate) value: &'a Type,
    pub(crate) optional: bool,
    pub(crate) required: bool,
    /// Whether a missing value is written as null.
    pub(crate) nullable: bool,
    pub(crate) rules: Rules,
    pub(crate) each: Rules,
    pub(crate) description: Option<LitStr>,
    pub(crate) class: Option<LitStr>,
    pub(crate) marks: Marks,
}

/// What a field is for the whole kind.
#[derive(Default)]
pub(crate) struct Marks {
    pub(crate) unique: bool,
    pub(crate) index: bool,
    pub(crate) search: bool,
    pub(crate) subject: bool,
    pub(crate) province: bool,
}

impl Marks {
    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> bool {
        for (word, mark) in [
            ("unique", &mut self.unique),
            ("index", &mut self.index),
            ("search", &mut self.search),
            ("subject", &mut self.subject),
            ("province", &mut self.province),
        ] {
            if meta.path.is_ident(word) {
                *mark = true;
                return true;
            }
        }
        false
    }
}

/// What a macro lets a field say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Kind,
    Shape,
    Form,
}

impl Reader {
    fn words(self) -> &'static str {
        match self {
            Self::Kind => {
                "class, unique, index, search, subject, province, required, description, each, min_length, max_length, \
                 pattern, format, min, max, min_items, max_items, unique_items, min_entries, max_entries"
            }
            Self::Shape | Self::Form => {
                "required, description, each, min_length, max_length, pattern, format, min, max, min_items, max_items, \
                 unique_items, min_entries, max_entries"
            }
        }
    }
}

/// The fields of a struct with names. Those that serde skips are left out.
pub(crate) fn members<'a>(input: &'a DeriveInput, reader: Reader) -> syn::Result<Vec<Member<'a>>> {
    let wrong =
        || syn::Error::new_spanned(&input.ident, "write a struct with named fields: its fields become the record's");
    let Data::Struct(data) = &input.data else { return Err(wrong()) };
    let Fields::Named(fields) = &data.fields else { return Err(wrong()) };
    if let Some(parameter) = input.generics.params.first() {
        return Err(syn::Error::new_spanned(parameter, "a record has one shape: remove the generic parameters"));
    }
    let mut members = Vec::new();
    for field in &fields.named {
        members.extend(member(field, reader)?);
    }
    Ok(members)
}

fn member(field: &Field, reader: Reader) -> syn::Result<Option<Member<'_>>> {
    let Some(ident) = field.ident.as_ref() else { return Ok(None) };
    let serde = Serde::of(&field.attrs, ident)?;
    if serde.skip {
        return Ok(None);
    }
    let inner = inside(&field.ty, "Option");
    let value = inner.unwrap_or(&field.ty);
    let name = serde.rename.unwrap_or_else(|| ident.to_string().trim_start_matches("r#").to_owned());
    names::field(&name).map_err(|message| syn::Error::new(ident.span(), message))?;
    let mut member = Member {
        ident,
        value,
        optional: inner.is_some(),
        required: inner.is_none() && !serde.default,
        nullable: inner.is_some() && !serde.skip_none,
        rules: Rules::default(),
        each: Rules::default(),
        description: None,
        class: None,
        marks: Marks::default(),
        name,
    };
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("field")) {
        attribute.parse_nested_meta(|meta| member.take(&meta, reader))?;
    }
    if member.marks.subject && family(value) == Family::Text {
        member.rules.imply("format", quote!("uuid"));
    }
    Ok(Some(member))
}

impl Member<'_> {
    fn take(&mut self, meta: &ParseNestedMeta<'_>, reader: Reader) -> syn::Result<()> {
        let field = self.name.clone();
        let told = |error: syn::Error| syn::Error::new(error.span(), format!("the field `{field}`: {error}"));
        if self.rules.take(meta, family(self.value)).map_err(told)? {
            return Ok(());
        }
        if meta.path.is_ident("required") {
            self.required = true;
        } else if meta.path.is_ident("description") {
            self.description = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("each") {
            if !matches!(family(self.value), Family::List | Family::Map | Family::Other) {
                return Err(told(meta.error("each(…) is for the entries of a list or a map")));
            }
            let entries = family_inside(self.value);
            meta.parse_nested_meta(|inner| match self.each.take(&inner, entries).map_err(told)? {
                true => Ok(()),
                false => Err(told(inner.error("inside each(…) stand rules of a value, such as max_length = 300"))),
            })?;
        } else if reader == Reader::Kind && meta.path.is_ident("class") {
            let class: LitStr = meta.value()?.parse()?;
            names::class(&class.value()).map_err(|message| told(syn::Error::new(class.span(), message)))?;
            self.class = Some(class);
        } else if reader != Reader::Kind || !self.marks.take(meta) {
            return Err(told(meta.error(format!("this word means nothing here; known are {}", reader.words()))));
        }
        Ok(())
    }

    /// The schema of the field's value, with its rules.
    pub(crate) fn schema(&self) -> TokenStream {
        let value = self.value;
        let mut schema = quote!(<#value as ::tiwizi_sdk::Shape>::schema());
        if !self.each.is_empty() {
            let pairs = self.each.pairs();
            schema = quote!(::tiwizi_sdk::schema::with_each(#schema, #pairs));
        }
        if !self.rules.is_empty() {
            let pairs = self.rules.pairs();
            schema = quote!(::tiwizi_sdk::schema::with(#schema, #pairs));
        }
        if self.nullable {
            schema = quote!(::tiwizi_sdk::schema::or_null(#schema));
        }
        if let Some(description) = &self.description {
            schema = quote!(::tiwizi_sdk::schema::with(
                #schema,
                ::std::vec![("description", ::tiwizi_sdk::schema::value(#description))]
            ));
        }
        schema
    }

    /// The field as a part of an object's schema.
    pub(crate) fn part(&self) -> TokenStream {
        let (name, schema, required) = (&self.name, self.schema(), self.required);
        quote!(::tiwizi_sdk::schema::Part { name: #name, schema: #schema, required: #required })
    }
}

/// What serde's attributes say that changes a field's JSON.
#[derive(Default)]
struct Serde {
    rename: Option<String>,
    default: bool,
    skip: bool,
    skip_none: bool,
}

impl Serde {
    fn of(attributes: &[Attribute], ident: &Ident) -> syn::Result<Self> {
        let mut serde = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename") {
                    serde.rename = Some(meta.value()?.parse::<LitStr>()?.value());
                } else if meta.path.is_ident("default") {
                    serde.default = true;
                    ignore(&meta)?;
                } else if meta.path.is_ident("skip") {
                    serde.skip = true;
                } else if meta.path.is_ident("skip_serializing_if") {
                    serde.skip_none = true;
                    ignore(&meta)?;
                } else if meta.path.is_ident("flatten") {
                    let message = format!("the field `{ident}`: flatten hides fields from the schema; name them here");
                    return Err(meta.error(message));
                } else {
                    ignore(&meta)?;
                }
                Ok(())
            })?;
        }
        Ok(serde)
    }
}

/// Passes over what another macro reads.
pub(crate) fn ignore(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(syn::Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        content.parse::<TokenStream>()?;
    }
    Ok(())
}
