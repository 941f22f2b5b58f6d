//! The players: leader-election algorithms as pure state machines, each in a file or folder that a reader can hold against its
//! paper.

pub mod bully;
mod clocks;
pub mod etcd_session;
pub mod kubernetes_lease;
pub mod lock_service;
pub mod naive_lowest_id;
pub mod raft;
pub mod redis;
pub mod redis_setnx;
pub mod redlock;
pub mod zab;
pub mod zookeeper_recipe;

pub use bully::Bully;
pub use etcd_session::EtcdSession;
pub use kubernetes_lease::KubernetesLease;
pub use lock_service::LockService;
pub use naive_lowest_id::NaiveLowestId;
pub use raft::Raft;
pub use redis_setnx::RedisSetnx;
pub use redlock::Redlock;
pub use zab::Zab;
pub use zookeeper_recipe::ZookeeperRecipe;
