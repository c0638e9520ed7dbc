//! The code that wit-bindgen makes of `sdk/wit/v1`. Nothing else of the kit is generated.

wit_bindgen::generate!({
    path: "../wit/v1",
    world: "plugin",
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "tiwizi_sdk::exports::bindings",
    generate_all,
});
