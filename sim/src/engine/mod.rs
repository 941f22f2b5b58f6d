//! The engine.
use crate::algorithm::Algorithm;
use crate::outcome::Outcome;
use crate::registry::{Options, Settings};
use crate::setup::Setup;

pub fn run<A: Algorithm>(_setup: &Setup, _settings: &Settings, _seed: u64, _options: Options<'_>) -> Outcome {
    unreachable!("not there yet")
}
