//! `--dry-run`, `--validate`, `--field-manager`: what commands that write have in common.

use super::entry::Invocation;
use super::failure::Failure;
use super::flags::Flag;
use crate::server::request::Options;
use crate::value::SmolStr;

/// `--dry-run`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DryRun {
    /// Do it.
    None,
    /// Ask the server what would come of it.
    Server,
    /// Don't ask at all.
    Client,
}

impl DryRun {
    /// What follows the word for what was done.
    pub fn suffix(self) -> &'static str {
        match self {
            DryRun::None => "",
            DryRun::Server => " (server dry run)",
            DryRun::Client => " (dry run)",
        }
    }
}

/// `--dry-run`.
pub const DRY_RUN: Flag = Flag::optional("dry-run", "unchanged", "none");

/// `--field-manager` with its default.
pub const fn field_manager(default: &'static str) -> Flag {
    Flag::text("field-manager").or(default)
}

/// `--validate`.
pub const VALIDATE: Flag = Flag::optional("validate", "strict", "strict");

impl Invocation {
    /// What `--dry-run` says.
    ///
    /// # Errors
    /// For a value that it can't have.
    pub fn dry_run(&self) -> Result<DryRun, Failure> {
        match self.flags.text("dry-run") {
            "" | "none" => Ok(DryRun::None),
            "server" => Ok(DryRun::Server),
            "client" => Ok(DryRun::Client),
            "unchanged" | "true" => {
                self.session.err_line("W0000 00:00:00.000000       1 helpers.go:719] --dry-run is deprecated and can be replaced with --dry-run=client.");
                Ok(DryRun::Client)
            }
            other => Err(Failure::text(format!("Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."))),
        }
    }

    /// `Strict`, `Warn` or `Ignore`.
    ///
    /// # Errors
    /// For a value that `--validate` can't have.
    pub fn validation(&self) -> Result<&'static str, Failure> {
        match self.flags.text("validate") {
            "" | "strict" | "true" => Ok("Strict"),
            "warn" => Ok("Warn"),
            "ignore" | "false" => Ok("Ignore"),
            other => Err(Failure::text(format!("invalid - validate option {other:?}; must be one of: strict (or true), warn, ignore (or false)"))),
        }
    }

    /// The options of a write.
    pub fn write_options(&self, dry_run: DryRun, validation: &str) -> Options {
        Options {
            dry_run: dry_run == DryRun::Server,
            field_manager: SmolStr::new(self.flags.text("field-manager")),
            field_validation: SmolStr::new(validation),
            ..Options::default()
        }
    }
}
