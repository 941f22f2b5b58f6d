//! The algorithms that come with Hustings. The one place of this crate that knows them; everything else takes a
//! [`Registry`], so that someone else's algorithm works everywhere.

use sim::Registry;

/// All algorithms that are built in. Add your own: `default_registry().with::<Mine>()`.
pub fn default_registry() -> Registry {
    Registry::new()
        .with::<algorithms::Raft>()
        .with::<algorithms::Bully>()
        .with::<algorithms::Zab>()
        .with::<algorithms::KubernetesLease>()
        .with::<algorithms::EtcdSession>()
        .with::<algorithms::ZookeeperRecipe>()
        .with::<algorithms::RedisSetnx>()
        .with::<algorithms::Redlock>()
        .with::<algorithms::NaiveLowestId>()
}
