//! Swarm.
use crate::fault::{ScriptEvent, Swarm};
use crate::setup::Setup;
pub fn draw(_swarm: &Swarm, _setup: &Setup, _seed: u64) -> Vec<ScriptEvent> {
    Vec::new()
}
