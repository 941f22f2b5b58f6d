//! The world: time, chance, network, disks, clocks, faults, the engine that turns them over, and the checkers that watch.
//!
//! It knows no algorithm and reads no file. An algorithm is a pure state machine behind the [`Algorithm`] trait; a run is a
//! function of ([`Setup`], algorithm, its settings, seed), and of nothing else: same inputs, same bytes.
//!
//! The module list is a map of the code, in reading order.

// What everything is measured in.
pub mod ratio;
pub mod time;

// What an algorithm is, and what it may touch.
pub mod algorithm;
mod context;
mod encode;
pub mod invariant;
mod list;
pub mod registry;
pub mod resource_bugs;
pub mod service;
pub mod settings;

// What a scenario says.
pub mod delay;
pub mod fault;
pub mod setup;
mod workload;

// What happens.
pub mod engine;
pub mod failover;
pub mod random;
pub mod rig;
pub mod swarm;

// Who watches, and what a run gives back.
pub mod audit;
pub mod observer;
pub mod outcome;

pub use algorithm::{
    Acted, Algorithm, Asserts, Assumption, Authority, Bounds, Claim, Context, Durable, Encode, Encoder, Entry, Epoch, Facts,
    Initial, Item, LinkState, Message, MutantInfo, Network, Never, NodeId, Observation, Promise, Role, ServiceAnswer, ServiceAsk,
    ServiceConfig, Transport,
};
pub use delay::{Delay, LinkPatch, LinkSettings};
pub use invariant::Invariant;
pub use list::{List, Shelf, make_room};
pub use ratio::Ratio;
pub use registry::{Options, Player, Registry};
pub use service::{Desk, Grant, NoService, Service};
pub use settings::{Config, Kind, Setting, Value};
pub use setup::Setup;
pub use time::{LocalTime, Span, Time, WallTime};
