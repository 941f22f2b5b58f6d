//! The script: scenario files in, runs out.
//!
//! A file is read into a tree that knows where everything stands (`document`), overrides are laid over it (`overrides`), and
//! the tree is lowered by hand into a [`sim::Setup`], part by part; every complaint points at its place (`diagnostic`).

// Complaints.
pub mod diagnostic;
pub mod suggest;

// From text to a scenario.
mod document;
mod files;
mod keys;
mod lines;
mod lowering;
mod measured;
pub mod overrides;
mod quantities;
mod scenario;
mod targets;

// The parts of a scenario.
mod faults;
mod members;
mod network;
mod players;
mod script;
mod work;

// What is built in.
mod caution;
mod library;
mod misfit;
mod registry;
pub mod zoo;

// From a scenario to outcomes.
pub mod records;
mod running;
pub mod saved;

// From a scenario to a smaller one, and to a file again.
pub mod shrink;
pub mod write;

// For editors.
mod schema;

pub use caution::{cautions, late_answers};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use files::{Found, find};
pub use library::library;
pub use misfit::misfit;
pub use players::{PerAlgorithm, Threshold};
pub use registry::default_registry;
pub use running::{Sweep, run_one};
pub use saved::Saved;
pub use scenario::{LARGEST_FILE, Scenario};
pub use schema::schema;

/// Reads a scenario; see [`Scenario::parse`].
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(text: &str, origin: &str, registry: &sim::Registry) -> Result<Scenario, Diagnostics> {
    Scenario::parse(text, origin, registry)
}
