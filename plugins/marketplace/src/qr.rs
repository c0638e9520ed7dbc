//! Codes that a telephone reads, as one path of a drawing: the template draws it, so no picture is loaded.

use qrcode::{Color, EcLevel, QrCode};
use serde_json::{Value, json};
use tiwizi_sdk::{Error, config, context};

/// Empty modules around a code, as its standard asks.
const QUIET: usize = 4;

/// The public address of a path of this plugin, when the operator has set that of the instance.
pub(crate) fn address(path: &str) -> Result<Option<String>, Error> {
    Ok(base()?.map(|base| format!("{base}/p/marketplace{path}")))
}

/// Where the instance is reached from outside, without a slash at its end: what this plugin's setting says, or what the operator has said of the
/// instance.
pub(crate) fn base() -> Result<Option<String>, Error> {
    let own: String = config::get("address")?;
    let own = own.trim_end_matches('/');
    Ok(if own.is_empty() { context::address() } else { Some(own.to_owned()) })
}

/// The code of an address: how wide it is, and the path of its dark modules. None when the address is too long for one.
pub(crate) fn drawn(address: &str) -> Option<Value> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let width = code.width();
    let colours = code.to_colors();
    let rows = colours.chunks(width).enumerate();
    let dark = rows.flat_map(|(y, row)| {
        let dark = row.iter().enumerate().filter(|(_, colour)| **colour == Color::Dark);
        dark.map(move |(x, _)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET))
    });
    Some(json!({ "size": width + 2 * QUIET, "path": dark.collect::<String>() }))
}
