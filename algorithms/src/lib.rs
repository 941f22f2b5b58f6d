//! The players: leader-election algorithms as pure state machines, each in a file or folder that a reader can hold against its
//! paper.

pub mod bully;
pub mod naive_lowest_id;
pub mod raft;
pub mod zab;

pub use bully::Bully;
pub use naive_lowest_id::NaiveLowestId;
pub use raft::Raft;
pub use zab::Zab;
