//! The table of the bug zoo: the worlds, which mutants meet which of them under what settings, and why an equivalent is none.

macro_rules! worlds {
    ($($name:literal),* $(,)?) => {
        &[$((concat!("zoo/", $name), include_str!(concat!("../../zoo/", $name, ".toml")))),*]
    };
}

pub(super) const WORLDS: &[(&str, &str)] = worlds![
    "all-sessions-over",
    "calm",
    "calm-in-turn",
    "canary",
    "challengers-clocks-jump",
    "clock-set-back",
    "clocks-apart",
    "contender-goes",
    "crash-between-commands",
    "deaf-at-the-start",
    "elected-long-ago",
    "half-connected-and-idle",
    "high-term-short-log",
    "highest-comes-back",
    "highest-comes-back-early",
    "highest-crashes",
    "highest-cut-off",
    "highest-falls-again",
    "holder-crashes",
    "holder-cut-off",
    "holder-paused",
    "intersecting-views",
    "late-answers-to-all",
    "late-answers-to-holder",
    "late-answers-to-leader",
    "leader-cut-off-unfenced",
    "leader-paused-in-thought",
    "leaders-clock-slow",
    "lock-outlasted",
    "lowest-comes-back",
    "lowest-crashes",
    "lowest-cut-off",
    "master-forgets",
    "masters-apart",
    "masters-slow-for-the-first",
    "masters-split",
    "minority-for-long",
    "one-lost-link",
    "random-faults-fast",
    "replica-takes-over",
    "resource-crashes",
    "service-away",
    "service-changes-leader",
    "session-cut-off",
    "session-lost-while-waiting",
    "slow-and-nothing-wrong",
    "slow-disks",
    "tail-of-the-elected",
    "wall-clock-ahead",
];

/// Mutants of one algorithm with the settings that they have in common.
pub(super) struct Keeper {
    pub algorithm: &'static str,
    pub calm: &'static str,
    pub set: &'static [&'static str],
    /// Ids, a scenario, and what is set in it besides.
    pub ordeals: &'static [(&'static [&'static str], &'static str, &'static [&'static str])],
}

const CALM: &str = "zoo/calm";
const IN_TURN: &str = "zoo/calm-in-turn";

const PAPER: &str = "algorithm.raft.preset=paper";
const ETCD: &str = "algorithm.raft.preset=etcd";
const HASHICORP: &str = "algorithm.raft.preset=hashicorp";
const BY_LEASE: &str = "algorithm.raft.reads=lease";
const READING: &str = "work.operations=[write, read]";
const OFTEN: &str = "work.interval=20ms";
const TICK: &str = "algorithm.zab.tick-time=200ms";
const FENCED: &str = "work.fencing=at-least";

/// A session of a tenth of etcd's default, whose holder counts from when it asked.
const SESSION_OF_SIX: [&str; 2] = ["algorithm.etcd-session.ttl=6s", "algorithm.etcd-session.deadline-from=send"];

/// Nearly the longest delays that Bully's default settings are made for.
const SLOW: &str = "network.delay={ uniform = [1ms, 45ms] }";

/// Under which everything is promised that can be: clocks that do not jump, and masters that do not forget.
const SETNX: &[&str] = &[
    "algorithm.redis-setnx.server-clock=monotonic",
    "algorithm.redis-setnx.client-clock=monotonic",
    "algorithm.redis-setnx.persistence=always",
    "algorithm.redis-setnx.ttl=10s",
    "algorithm.redis-setnx.renew-interval=3s",
    "algorithm.redis-setnx.deadline-from=send",
    "algorithm.redis-setnx.replication-lag=0s",
];
const REDLOCK: &[&str] = &[
    "algorithm.redlock.server-clock=monotonic",
    "algorithm.redlock.client-clock=monotonic",
    "algorithm.redlock.persistence=always",
    "algorithm.redlock.ttl=10s",
    "algorithm.redlock.renew-interval=3s",
];

pub(super) const KEEPERS: &[Keeper] = &[
    Keeper {
        algorithm: "raft",
        calm: CALM,
        set: &[],
        ordeals: &[
            // Two candidates in one term: where there are no pre-votes.
            (&["R2", "R5", "R7"], "zoo/random-faults-fast", &["nodes=4", PAPER]),
            (&["R9"], "zoo/random-faults-fast", &[PAPER]),
            (&["R6"], "random-faults", &["nodes=4", HASHICORP]),
            (&["R4", "R16", "R29"], "random-faults", &["nodes=4", ETCD]),
            // Who has a higher term than its leader, and whom nobody else listens to.
            (&["R8"], "random-faults", &["nodes=3", ETCD, "algorithm.raft.pre-vote=false"]),
            (&["R12"], "zoo/half-connected-and-idle", &[ETCD]),
            (&["R13"], "zoo/high-term-short-log", &[ETCD, "algorithm.raft.pre-vote=false"]),
            (&["R14"], "zoo/minority-for-long", &[ETCD]),
            (&["R15"], "zoo/minority-for-long", &[HASHICORP]),
            (&["R1", "R3", "R10", "R11", "R22", "R25", "R26", "R27", "Q1", "Q5", "Q6", "Q9"], "random-faults", &[ETCD]),
            (&["Q1", "Q5", "Q6", "Q9"], "random-faults", &[HASHICORP]),
            (&["Q1", "Q5", "Q6", "Q9"], "zoo/random-faults-fast", &[PAPER]),
        ],
    },
    Keeper {
        algorithm: "raft",
        calm: CALM,
        // Leaders are asked for the state every other time.
        set: &[ETCD, BY_LEASE, READING, OFTEN],
        ordeals: &[
            (&["R18a"], "zoo/late-answers-to-leader", &[]),
            (&["R18b"], "zoo/leaders-clock-slow", &[]),
            (&["R18c"], "leader-isolated", &[]),
            (&["R18d"], "random-faults", &[]),
            (&["R23"], "zoo/slow-disks", &[]),
        ],
    },
    Keeper {
        algorithm: "zab",
        calm: CALM,
        // With a tenth of ZooKeeper's times.
        set: &["algorithm.zab.max-notification-interval=6s", "algorithm.zab.yield-to-later-epoch=true"],
        ordeals: &[
            // What it waits for as prospective leader is not in step with the back-off.
            (&["Z3"], "zoo/elected-long-ago", &["algorithm.zab.tick-time=250ms"]),
            (&["Z7", "Q4", "Q8"], "zoo/slow-disks", &[TICK, "nodes=3"]),
            // Slower still: a follower that is ahead must meet a leader that is behind before either knows.
            (&["Z12"], "zoo/slow-disks", &[TICK, "nodes=3", "disk.latency={ uniform = [1ms, 300ms] }"]),
            (&["Q4", "Q8"], "zoo/slow-disks", &[TICK]),
            (&["Z9", "Q4", "Q8"], "zoo/tail-of-the-elected", &[TICK]),
            (&["Z11", "Q4", "Q8"], "zoo/minority-for-long", &[TICK]),
            (
                &["Z1", "Z2", "Z5", "Z8", "Z10", "Z13", "Z14", "Z15", "Z17", "Q4", "Q8"],
                "random-faults",
                &[TICK, "session.timeout=1s"],
            ),
        ],
    },
    Keeper {
        algorithm: "bully",
        calm: CALM,
        set: &["algorithm.bully.quorum-and-epoch=false"],
        ordeals: &[
            (&["B1", "B5"], "zoo/highest-comes-back", &[]),
            (&["B2"], "zoo/highest-falls-again", &[]),
            (&["B3"], "zoo/highest-comes-back", &[SLOW]),
            (&["B4"], "zoo/highest-comes-back-early", &[SLOW]),
            (&["B13", "B16"], "zoo/highest-crashes", &[]),
        ],
    },
    Keeper {
        algorithm: "bully",
        calm: CALM,
        set: &["algorithm.bully.quorum-and-epoch=true"],
        ordeals: &[
            (&["B7", "B11"], "zoo/highest-cut-off", &[]),
            // The fewer times a member could doubt its coordinator, the fewer new epochs are no storm.
            (&["B8"], "zoo/one-lost-link", &["algorithm.bully.ping-timeout=1s"]),
            // The protected resource and its client, whose tokens are the epochs.
            (&["L10"], "zoo/leader-cut-off-unfenced", &[]),
            (&["L12", "L13", "L16"], "zoo/leader-paused-in-thought", &[FENCED]),
            (&["L14"], "zoo/resource-crashes", &[FENCED]),
            (&["L15"], "zoo/leader-paused-in-thought", &[FENCED, "work.operations=[write, delete, read]"]),
            (&["Q10"], "zoo/leader-paused-in-thought", &[FENCED, "work.lock-delay=500ms"]),
        ],
    },
    Keeper {
        algorithm: "naive-lowest-id",
        calm: CALM,
        set: &[],
        ordeals: &[
            (&["B1", "B16"], "zoo/lowest-comes-back", &[]),
            (&["B11"], "zoo/lowest-cut-off", &["algorithm.naive-lowest-id.view-quorum=true"]),
            (&["B12"], "zoo/intersecting-views", &["algorithm.naive-lowest-id.join-quorum=true"]),
            (&["B13", "B14", "B15"], "zoo/lowest-crashes", &[]),
        ],
    },
    Keeper {
        algorithm: "kubernetes-lease",
        calm: CALM,
        set: &[],
        ordeals: &[
            (&["L2"], "zoo/challengers-clocks-jump", &[]),
            (&["L3", "L8", "L11"], "zoo/holder-cut-off", &[]),
            (&["L4"], "zoo/wall-clock-ahead", &[]),
            (&["L5"], "zoo/holder-crashes", &[]),
            // A deadline that leaves room for several errors in a row.
            (
                &["L21"],
                "zoo/slow-and-nothing-wrong",
                &[
                    "algorithm.kubernetes-lease.lease-duration=30s",
                    "algorithm.kubernetes-lease.renew-deadline=25s",
                    "algorithm.kubernetes-lease.request-timeout=2s",
                ],
            ),
            // It takes a while from reading the record to replacing it.
            (&["L6"], "zoo/holder-crashes", &["nodes=5", "network.delay={ uniform = [50ms, 150ms] }"]),
            (
                &["L7"],
                "zoo/holder-paused",
                &["algorithm.kubernetes-lease.release-on-cancel=true", "algorithm.kubernetes-lease.release-check=fetched"],
            ),
        ],
    },
    Keeper {
        algorithm: "etcd-session",
        calm: CALM,
        set: &SESSION_OF_SIX,
        ordeals: &[
            (&["L1"], "zoo/late-answers-to-holder", &["algorithm.etcd-session.clock-margin=100ms"]),
            (&["L9"], "zoo/session-lost-while-waiting", &[]),
            // Of the service.
            (&["L18"], "zoo/all-sessions-over", &[FENCED]),
            (&["L19", "L20"], "zoo/service-changes-leader", &[]),
        ],
    },
    Keeper {
        algorithm: "zookeeper-recipe",
        calm: CALM,
        set: &["algorithm.zookeeper-recipe.session-timeout=6s"],
        ordeals: &[
            (&["L1", "L29"], "zoo/late-answers-to-all", &[]),
            (&["L3", "L29"], "zoo/clocks-apart", &[]),
            (&["L9", "L29"], "zoo/contender-goes", &[]),
            // Of the service.
            (&["L18"], "zoo/all-sessions-over", &[FENCED]),
            (&["L19", "L20"], "zoo/service-changes-leader", &[]),
            (&["L27", "L29"], "zoo/session-cut-off", &[]),
            (&["L28", "L29"], "zoo/service-away", &[]),
            (&["L30", "L29"], "zoo/deaf-at-the-start", &[]),
        ],
    },
    Keeper {
        algorithm: "redis-setnx",
        calm: IN_TURN,
        set: SETNX,
        ordeals: &[
            (&["L2"], "zoo/clock-set-back", &["algorithm.redis-setnx.renew=false"]),
            (&["L7"], "zoo/lock-outlasted", &[]),
            (
                &["L25"],
                "zoo/replica-takes-over",
                &["algorithm.redis-setnx.wait-for-replica=true", "algorithm.redis-setnx.replication-lag=100ms"],
            ),
            (&["L26"], "zoo/crash-between-commands", &[]),
        ],
    },
    Keeper {
        algorithm: "redlock",
        calm: IN_TURN,
        set: REDLOCK,
        ordeals: &[
            (&["L2"], "zoo/clock-set-back", &["algorithm.redlock.renew=false"]),
            (&["L22a", "Q11"], "zoo/masters-split", &[]),
            (
                &["L22b", "Q11"],
                "zoo/masters-slow-for-the-first",
                &["algorithm.redlock.node-timeout=500ms", "algorithm.redlock.renew=false"],
            ),
            (&["L23", "Q11"], "zoo/masters-apart", &[]),
            (&["L24", "Q11"], "zoo/master-forgets", &[]),
        ],
    },
];

/// What must hold for each change that is no bug.
pub(super) const CONDITIONS: &[(&str, &str, &str)] = &[
    ("raft", "Q1", "the log is durable: a leader finds out anew what is committed"),
    ("raft", "Q5", "the leader counts itself only when its own disk has answered"),
    ("raft", "Q6", "it is about disturbance and not about safety: candidates come again"),
    ("raft", "Q9", "the vote is for the same candidate in the same term"),
    ("zab", "Q4", "discovery is intact: who was elected too early meets no quorum or a newer history, and tries again"),
    ("zab", "Q8", "sessions deliver in order, and a follower knows what it has"),
    ("zookeeper-recipe", "L29", "messages are not counted: each going wakes everybody"),
    (
        "redlock",
        "Q11",
        "one connection to a master delivers in order: a late command of an earlier try comes before the next try's",
    ),
    ("bully", "Q10", "the resource enforces tokens by at-least"),
];
