//! The subcommands, one file each.

pub(crate) mod compile_component;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod init;
pub(crate) mod log;
pub(crate) mod open;
pub(crate) mod plugin;
pub(crate) mod plugin_build;
pub(crate) mod plugin_check;
pub(crate) mod plugin_keys;
pub(crate) mod plugin_kit;
pub(crate) mod plugin_life;
pub(crate) mod plugin_limits;
pub(crate) mod plugin_logs;
pub(crate) mod plugin_new;
pub(crate) mod plugin_registry;
pub(crate) mod plugin_settings;
pub(crate) mod plugin_trust;
pub(crate) mod register;
pub(crate) mod roots;
pub(crate) mod serve;
pub(crate) mod source;
pub(crate) mod user;
