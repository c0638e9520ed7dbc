//! The page of the plugin contract, made from its WIT.

use std::path::Path;

use anyhow::Context as _;
use wit_parser::{
    Docs, Function, Handle, Interface, InterfaceId, Resolve, Type, TypeDef, TypeDefKind, TypeId, TypeOwner, WorldItem,
};

use super::cell;

/// The world that plugins are built for.
const WORLD: &str = "plugin";
/// The interface of the shapes that the others use.
const SHAPES: &str = "types";

const HEAD: &str = "\
# The plugin contract, interface by interface

Written by `cargo xtask docs` from `sdk/wit/v1`; change it there. [promises.md](../promises.md) says what may change in it, and
[write-a-plugin.md](../write-a-plugin.md) how a plugin uses it.

Types are written as in WIT: `option<…>` may be absent, `list<…>` is any number of them, `result<…, error>` is the answer or an
error, and `_` is nothing.
";

/// The page of a folder of WIT files.
pub(super) fn page(folder: &Path) -> anyhow::Result<String> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder)?;
    let package = resolve.packages.get(package).context("the package is not there")?;
    let world = package.worlds.get(WORLD).and_then(|id| resolve.worlds.get(*id)).context("there is no world plugin")?;
    let (imports, exports) = (interfaces(world.imports.values()), interfaces(world.exports.values()));
    let mut page = format!("{HEAD}\nThis is `{}`.\n\n{}\n\n", package.name, paragraphs(&world.docs));
    let writer = Writer { resolve: &resolve };
    let shapes = package.interfaces.get(SHAPES).copied();
    let imports: Vec<InterfaceId> = imports.into_iter().filter(|id| Some(*id) != shapes).collect();
    writer.overview(&mut page, "What a plugin may import", &imports);
    writer.overview(&mut page, "What a plugin exports", &exports);
    let later = |id: &&InterfaceId| !imports.contains(id) && !exports.contains(id) && Some(**id) != shapes;
    let later: Vec<String> = package
        .interfaces
        .values()
        .filter(later)
        .filter_map(|id| writer.name(*id))
        .map(|name| format!("`{name}`"))
        .collect();
    if !later.is_empty() {
        page.push_str(&format!("Written down and not offered by this kernel yet: {}.\n\n", later.join(", ")));
    }
    for (heading, ids) in [("Imports", imports), ("Exports", exports), ("Shapes", shapes.into_iter().collect())] {
        page.push_str(&format!("## {heading}\n\n"));
        for id in ids {
            writer.interface(&mut page, id);
        }
    }
    Ok(page.trim_end().to_owned() + "\n")
}

fn interfaces<'a>(items: impl Iterator<Item = &'a WorldItem>) -> Vec<InterfaceId> {
    items.filter_map(|item| if let WorldItem::Interface { id, .. } = item { Some(*id) } else { None }).collect()
}

/// A documentation text with its paragraphs as they stand.
fn paragraphs(docs: &Docs) -> String {
    docs.contents.as_deref().unwrap_or_default().trim().to_owned()
}

/// The first sentence of a documentation text.
fn sentence(docs: &Docs) -> String {
    let text = cell(docs.contents.as_deref().unwrap_or_default());
    match text.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => text,
    }
}

struct Writer<'a> {
    resolve: &'a Resolve,
}

impl Writer<'_> {
    fn name(&self, id: InterfaceId) -> Option<&str> {
        self.resolve.interfaces.get(id)?.name.as_deref()
    }

    fn overview(&self, page: &mut String, heading: &str, ids: &[InterfaceId]) {
        page.push_str(&format!("**{heading}**\n\n| Interface | What it is |\n|---|---|\n"));
        for id in ids {
            let Some(interface) = self.resolve.interfaces.get(*id) else { continue };
            let name = interface.name.as_deref().unwrap_or_default();
            page.push_str(&format!("| [`{name}`](#{name}) | {} |\n", sentence(&interface.docs)));
        }
        page.push('\n');
    }

    fn interface(&self, page: &mut String, id: InterfaceId) {
        let Some(interface) = self.resolve.interfaces.get(id) else { return };
        page.push_str(&format!("### {}\n\n", interface.name.as_deref().unwrap_or_default()));
        let docs = paragraphs(&interface.docs);
        if !docs.is_empty() {
            page.push_str(&format!("{docs}\n\n"));
        }
        self.functions(page, interface);
        for (name, id) in &interface.types {
            match self.resolve.types.get(*id) {
                Some(definition) if !self.is_borrowed(id, definition) => self.definition(page, name, definition),
                _ => {}
            }
        }
    }

    fn functions(&self, page: &mut String, interface: &Interface) {
        if interface.functions.is_empty() {
            return;
        }
        page.push_str("| Function | What it does |\n|---|---|\n");
        for function in interface.functions.values() {
            let docs = cell(function.docs.contents.as_deref().unwrap_or_default());
            page.push_str(&format!("| `{}` | {docs} |\n", self.signature(function)));
        }
        page.push('\n');
    }

    fn signature(&self, function: &Function) -> String {
        let parameters: Vec<String> = function
            .params
            .iter()
            .map(|parameter| format!("{}: {}", parameter.name, self.shape(&parameter.ty)))
            .collect();
        let result = function.result.as_ref().map(|result| format!(" -> {}", self.shape(result))).unwrap_or_default();
        format!("{}({}){result}", function.name, parameters.join(", "))
    }

    /// Whether a type is another interface's, named here by `use`.
    fn is_borrowed(&self, id: &TypeId, definition: &TypeDef) -> bool {
        let TypeDefKind::Type(Type::Id(original)) = definition.kind else { return false };
        let owner = |id: &TypeId| self.resolve.types.get(*id).map(|definition| definition.owner);
        matches!((owner(id), owner(&original)), (Some(TypeOwner::Interface(own)), Some(TypeOwner::Interface(other))) if own != other)
    }

    fn definition(&self, page: &mut String, name: &str, definition: &TypeDef) {
        page.push_str(&format!("#### `{name}`\n\n"));
        let docs = paragraphs(&definition.docs);
        if !docs.is_empty() {
            page.push_str(&format!("{docs}\n\n"));
        }
        match &definition.kind {
            TypeDefKind::Record(record) => {
                let rows = record.fields.iter().map(|field| (field.name.as_str(), self.shape(&field.ty), &field.docs));
                table(page, "Field", rows);
            }
            TypeDefKind::Variant(variant) => {
                let held = |held: &Option<Type>| held.as_ref().map(|held| self.shape(held)).unwrap_or_default();
                table(page, "Case", variant.cases.iter().map(|case| (case.name.as_str(), held(&case.ty), &case.docs)));
            }
            TypeDefKind::Enum(list) => {
                let named: Vec<String> = list.cases.iter().map(|case| shown(&case.name, &case.docs)).collect();
                page.push_str(&format!("One of {}.\n\n", named.join(", ")));
            }
            TypeDefKind::Flags(flags) => {
                let named: Vec<String> = flags.flags.iter().map(|flag| shown(&flag.name, &flag.docs)).collect();
                page.push_str(&format!("Any of {}.\n\n", named.join(", ")));
            }
            _ => page.push_str(&format!("It is `{}`.\n\n", self.inside(definition))),
        }
    }

    /// A type as WIT writes it.
    fn shape(&self, shape: &Type) -> String {
        let Type::Id(id) = shape else { return plain(shape).to_owned() };
        match self.resolve.types.get(*id) {
            Some(TypeDef { name: Some(name), .. }) => name.clone(),
            Some(definition) => self.inside(definition),
            None => "_".to_owned(),
        }
    }

    fn inside(&self, definition: &TypeDef) -> String {
        let maybe = |shape: &Option<Type>| shape.as_ref().map_or_else(|| "_".to_owned(), |shape| self.shape(shape));
        match &definition.kind {
            TypeDefKind::Option(inner) => format!("option<{}>", self.shape(inner)),
            TypeDefKind::List(inner) => format!("list<{}>", self.shape(inner)),
            TypeDefKind::FixedLengthList(inner, length) => format!("list<{}, {length}>", self.shape(inner)),
            TypeDefKind::Map(key, value) => format!("map<{}, {}>", self.shape(key), self.shape(value)),
            TypeDefKind::Result(result) => format!("result<{}, {}>", maybe(&result.ok), maybe(&result.err)),
            TypeDefKind::Tuple(tuple) => {
                let parts: Vec<String> = tuple.types.iter().map(|part| self.shape(part)).collect();
                format!("tuple<{}>", parts.join(", "))
            }
            TypeDefKind::Type(inner) => self.shape(inner),
            TypeDefKind::Handle(Handle::Own(id)) => self.shape(&Type::Id(*id)),
            TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", self.shape(&Type::Id(*id))),
            TypeDefKind::Future(inner) => format!("future<{}>", maybe(inner)),
            TypeDefKind::Stream(inner) => format!("stream<{}>", maybe(inner)),
            other => other.as_str().to_owned(),
        }
    }
}

/// A case with what it means, if that is said.
fn shown(name: &str, docs: &Docs) -> String {
    let docs = cell(docs.contents.as_deref().unwrap_or_default());
    let docs = docs.trim_end_matches('.');
    if docs.is_empty() { format!("`{name}`") } else { format!("`{name}` ({docs})") }
}

fn table<'a>(page: &mut String, heading: &str, rows: impl Iterator<Item = (&'a str, String, &'a Docs)>) {
    page.push_str(&format!("| {heading} | Type | What it is |\n|---|---|---|\n"));
    for (name, shape, docs) in rows {
        let shape = if shape.is_empty() { String::new() } else { format!("`{shape}`") };
        page.push_str(&format!("| `{name}` | {shape} | {} |\n", cell(docs.contents.as_deref().unwrap_or_default())));
    }
    page.push('\n');
}

fn plain(shape: &Type) -> &'static str {
    match shape {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::ErrorContext => "error-context",
        Type::Id(_) => "_",
    }
}
