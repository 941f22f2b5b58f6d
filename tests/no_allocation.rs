//! What a run takes from the heap: nothing at all for each event while nothing happens, and little in all. Counted by a global
//! allocator that counts for each thread, so that tests side by side do not disturb each other.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use sim::fault::{Fault, ScriptEvent, Shape, Target, When};
use sim::registry::Options;
use sim::setup::{Setup, Work};
use sim::{Delay, LinkPatch, Ratio, Span, Value};

struct Counting;

#[derive(Clone, Copy, Default)]
struct Heap {
    /// Calls that gave memory or moved it.
    allocations: u64,
    bytes: i64,
    /// The most bytes at a time, since the count began.
    peak: i64,
}

thread_local! {
    static HEAP: Cell<Heap> = const { Cell::new(Heap { allocations: 0, bytes: 0, peak: 0 }) };
}

fn count(allocations: u64, bytes: i64) {
    // A thread that is ending has no count any more, and none is wanted.
    let _ = HEAP.try_with(|heap| {
        let mut now = heap.get();
        now.allocations += allocations;
        now.bytes += bytes;
        now.peak = now.peak.max(now.bytes);
        heap.set(now);
    });
}

// SAFETY: every call is handed on unchanged to the system's allocator; counting allocates nothing.
#[expect(unsafe_code, reason = "a global allocator cannot be written without it")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, -(layout.size() as i64));
        // SAFETY: `pointer` came from the system's allocator, through this one.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(1, size as i64 - layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Events of one run, and what it took from the heap.
fn counted(setup: &Setup, algorithm: &str) -> (u64, Heap) {
    let registry = hustings::registry();
    let player = registry.get(algorithm).expect("it is built in");
    let paper = (String::from("preset"), Value::Choice(String::from("paper")));
    let settings = if algorithm == "raft" { vec![paper] } else { Vec::new() };
    HEAP.set(Heap::default());
    let outcome = player.run(setup, &settings, 1, Options::default());
    (outcome.events, HEAP.get())
}

fn quiet(seconds: u64) -> Setup {
    Setup { duration: Span::secs(seconds), work: Work { on: false, ..Work::default() }, ..Setup::default() }
}

/// A fault every second.
fn again_and_again(name: &str, fault: Fault) -> ScriptEvent {
    ScriptEvent {
        name: String::from(name),
        when: When::At(Delay::Constant(Span::secs(1))),
        every: Some(Delay::Constant(Span::secs(1))),
        until: None,
        fault,
        bind: Some(format!("{name}-target")),
        within: Some(Span::ZERO),
    }
}

/// What follows half a second later.
fn and_then(first: &str, fault: Fault) -> ScriptEvent {
    ScriptEvent {
        name: format!("after-{first}"),
        when: When::After(String::from(first), Delay::Constant(Span::millis(500))),
        every: None,
        until: None,
        fault,
        bind: None,
        within: None,
    }
}

/// The leader is crashed every second and restarted half a second later.
fn crashing(seconds: u64) -> Setup {
    let restart = Fault::Restart(vec![Target::Named(String::from("crash-target"))]);
    let script = vec![again_and_again("crash", Fault::Crash(vec![Target::Leader])), and_then("crash", restart)];
    Setup { script, ..quiet(seconds) }
}

/// How often what is kept (logs, terms, tenures, failovers, queues: some forty vectors) may outgrow its place while a run becomes
/// ten times as long: a vector that doubles does so three or four times.
const MOST_GROWTH: u64 = 150;

#[test]
fn a_million_events_under_a_stable_leader_allocate_nothing() {
    // A leader of ZAB pings once a second, and so is quiet for longer.
    for (algorithm, seconds) in [("raft", 6_000), ("zab", 150_000)] {
        // One seed, so the second run is the first and then as long again: what it allocates more, the second half allocated.
        let (events, heap) = counted(&quiet(seconds), algorithm);
        let (more_events, more_heap) = counted(&quiet(2 * seconds), algorithm);
        assert!(more_events - events >= 1_000_000, "{algorithm}: only {} events in the second half", more_events - events);
        assert_eq!(more_heap.allocations, heap.allocations, "{algorithm}: in {} events of the second half", more_events - events);
        assert_eq!(more_heap.peak, heap.peak, "{algorithm}");
    }
}

#[test]
fn under_trouble_without_end_the_heap_grows_only_with_what_is_kept() {
    let leader = || vec![Target::Leader];
    let others = || vec![Target::Others];
    let half = Span::millis(500);
    let cut = Fault::Cut { from: leader(), to: others(), both: true };
    let parted = Fault::Partition(Shape::Groups(vec![leader()]));
    let lossy = LinkPatch { loss: Some(Ratio::new(1, 5)), ..LinkPatch::default() };
    let lossy = Fault::Degrade { from: leader(), to: others(), both: true, patch: lossy, lasting: half };
    let one = |fault| vec![again_and_again("fault", fault)];
    let troubles: Vec<(&str, Vec<ScriptEvent>)> = vec![
        ("crash", crashing(0).script),
        ("cut", vec![again_and_again("cut", cut), and_then("cut", Fault::Heal)]),
        ("partition", vec![again_and_again("cut", parted), and_then("cut", Fault::Heal)]),
        ("pause", one(Fault::Pause { who: leader(), lasting: Some(half) })),
        ("loss", one(lossy)),
        ("slow disk", one(Fault::SlowDisk { who: leader(), latency: Delay::Constant(Span::millis(30)), lasting: half })),
        ("stalled disk", one(Fault::StallDisk { who: leader(), lasting: half })),
    ];
    for (trouble, script) in &troubles {
        for algorithm in ["raft", "bully", "zab", "kubernetes-lease", "etcd-session"] {
            for (on, disk) in [(false, Span::ZERO), (true, Span::millis(3))] {
                let lasting = |seconds| Setup {
                    script: script.clone(),
                    work: Work { on, ..Work::default() },
                    disk: Delay::Constant(disk),
                    ..quiet(seconds)
                };
                // Ten times as long each time: a cost of each event or fault would show, and ten times as much the second time.
                let longest = if *trouble == "crash" { 6_000 } else { 600 };
                let runs = [60, 600, longest].map(|seconds| counted(&lasting(seconds), algorithm).1.allocations);
                for growth in runs.windows(2).map(|two| two[1] - two[0]) {
                    assert!(growth <= MOST_GROWTH, "{algorithm}, {trouble}, work {on}: {growth} allocations more");
                }
            }
        }
    }
}

#[test]
fn a_run_takes_at_most_four_mebibytes() {
    let (_, heap) = counted(&crashing(60), "raft");
    assert!(heap.peak <= 4 << 20, "{} bytes", heap.peak);
}
