//! The picture: outcomes in, bytes out. Pure functions of what a run gave back: no clock, no input, no output.
//!
//! Text may hold ANSI colours; whoever prints it strips them where they are not wanted.

// What everything else is written with.
mod bounded;
mod escape;
mod paint;
mod resource;
mod table;
pub mod words;

#[cfg(test)]
mod example;

// One run.
mod column;
pub mod diagram;
pub mod human;
pub mod json;
pub mod live;
pub mod markdown;
pub mod perfetto;
pub mod sections;
pub mod story;
pub mod timeline;
pub mod trace;

// Many runs.
pub mod baseline;
pub mod charts;
pub mod check;
pub mod choosing;
pub mod compare;
pub mod github;
pub mod html;
pub mod junit;
pub mod summary;
pub mod swarm;

// What there is.
pub mod catalogue;
pub mod inventory;
pub mod mutants;

// The published results.
pub mod paired;
pub mod published;
pub mod quantile;
pub mod rate;
pub mod statistics;
