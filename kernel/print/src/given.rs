//! What a template of a plugin is given besides its data: messages, numbers, days and codes, as the pages have them.

use std::sync::{Arc, LazyLock};

use tiwizi_model::Instant;
use tiwizi_words::Texts;
use tiwizi_words::format;
use typst::comemo::Tracked;
use typst::diag::{EcoVec, SourceDiagnostic, SourceResult};
use typst::engine::Engine;
use typst::foundations::{
    Args, Bytes, CastInfo, Context, Func, IntoValue as _, NativeFuncData, NativeFuncPtr, Scope, Str, Value,
};

use crate::code;

/// How the press calls a function.
type Called = dyn Fn(&mut Engine, Tracked<Context>, &mut Args) -> SourceResult<Value> + Send + Sync;

/// Defines `data`, `t(key, name: value)`, `number(1234.5, decimals: 1)`, `day("2026-11-27")`, `day(ms)` and `qr("https://…")`, which gives
/// the bytes of an SVG picture.
pub(crate) fn define(scope: &mut Scope, data: Value, texts: &Arc<Texts>) {
    scope.define("data", data);
    let words = Arc::clone(texts);
    scope.define("t", function("t", move |args| message(args, &words)));
    let words = Arc::clone(texts);
    scope.define("number", function("number", move |args| number(args, &words)));
    let words = Arc::clone(texts);
    scope.define("day", function("day", move |args| day(args, &words)));
    scope.define("qr", function("qr", qr));
}

/// A function for templates. It is never given back: the process that sets a document ends with it.
fn function(name: &'static str, work: impl Fn(&mut Args) -> SourceResult<Value> + Send + Sync + 'static) -> Func {
    let called: &'static Called =
        Box::leak(Box::new(move |_: &mut Engine, _: Tracked<Context>, args: &mut Args| work(args)));
    let data: &'static NativeFuncData = Box::leak(Box::new(NativeFuncData {
        function: NativeFuncPtr(called),
        name,
        title: name,
        docs: "",
        def_site: None,
        keywords: &[],
        contextual: false,
        scope: LazyLock::new(&Scope::new),
        params: LazyLock::new(&Vec::new),
        returns: LazyLock::new(&|| CastInfo::Any),
    }));
    Func::from(data)
}

fn refuse(args: &Args, message: String) -> EcoVec<SourceDiagnostic> {
    EcoVec::from([SourceDiagnostic::error(args.span, message)])
}

fn message(args: &mut Args, texts: &Texts) -> SourceResult<Value> {
    let key: Str = args.expect("key")?;
    let mut values = Vec::new();
    for arg in std::mem::take(&mut args.items) {
        let Some(name) = arg.name else { return Err(refuse(args, "a value of a message has a name".to_owned())) };
        let text = match arg.value.v {
            Value::Str(text) => text.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            _ => return Err(refuse(args, format!("the value {name} of a message is a text or a number"))),
        };
        values.push((name.to_string(), text));
    }
    let found = texts.find_with(&key, &values);
    found
        .map(|text| Str::from(text).into_value())
        .ok_or_else(|| refuse(args, format!("no locale has the message {key}")))
}

fn number(args: &mut Args, texts: &Texts) -> SourceResult<Value> {
    let value: f64 = args.expect("value")?;
    let decimals: Option<i64> = args.named("decimals")?;
    let decimals = decimals.map_or(format::DECIMALS, |decimals| u8::try_from(decimals).unwrap_or_default());
    Ok(Str::from(format::number_with(texts.language(), value, decimals)).into_value())
}

fn day(args: &mut Args, texts: &Texts) -> SourceResult<Value> {
    let day: Value = args.expect("day")?;
    let written = match &day {
        Value::Int(at) => Some(texts.date(Instant(*at))),
        Value::Str(text) if format::Day::parse(text).is_some() => Some(texts.written_date(text)),
        _ => None,
    };
    let written =
        written.ok_or_else(|| refuse(args, "a day is written 2026-11-27, or is a moment in ms".to_owned()))?;
    Ok(Str::from(written).into_value())
}

fn qr(args: &mut Args) -> SourceResult<Value> {
    let text: Str = args.expect("text")?;
    let drawn = code::svg(&text).map_err(|error| refuse(args, error.to_string()))?;
    Ok(Bytes::from_string(drawn).into_value())
}
