//! The scenarios that are built in.

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../library/", $name, ".toml")))),*]
    };
}

/// Names and texts, sorted by name.
pub fn library() -> &'static [(&'static str, &'static str)] {
    library![
        "bridge",
        "cloudflare-2020",
        "cloudflare-2020-fixed",
        "disruptive-rejoin",
        "disruptive-rejoin-fixed",
        "elastic-intersecting-split",
        "elastic-intersecting-split-fixed",
        "fig8-like",
        "flapping-link",
        "healthy",
        "jepsen-etcd-locks",
        "jepsen-etcd-locks-mended",
        "latch-double-leader",
        "latch-double-leader-mended",
        "latch-ignores-suspended",
        "latch-ignores-suspended-mended",
        "leader-crash",
        "leader-isolated",
        "leader-transfer",
        "lease-fast-challengers",
        "lease-fast-challengers-mended",
        "lease-holder-cut-off",
        "lease-holder-cut-off-mended",
        "lease-holder-paused",
        "lease-holder-paused-fenced",
        "lease-released-late",
        "lease-released-late-mended",
        "lease-wall-clock-jump",
        "lease-wall-clock-jump-mended",
        "lock-holder-paused",
        "lock-holder-paused-fenced",
        "lossy-leader-link",
        "majority-split",
        "minority-split",
        "one-way-cut-from-leader",
        "one-way-cut-to-leader",
        "paused-leader-long",
        "paused-leader-short",
        "rack-with-quorum",
        "random-faults",
        "random-service-faults",
        "redlock-clock-jump",
        "redlock-clock-jump-mended",
        "redlock-master-restart",
        "redlock-master-restart-mended",
        "rejoin-after-isolation",
        "rolling-restarts",
        "slow-disk-at-leader",
        "stalled-disk-at-leader",
        "suspended-leader",
        "two-node-cluster",
        "v1-split-fixed-latency",
        "v2-earliest-timeout",
        "v3-election-time",
        "v4-split-variable-latency",
        "workload-w",
    ]
}
