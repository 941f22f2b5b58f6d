//! What a run takes from the heap: nothing at all for each event while nothing happens, and little in all. Counted by a global
//! allocator that counts for each thread, so that tests side by side do not disturb each other.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use sim::fault::{Fault, ScriptEvent, Target, When};
use sim::registry::Options;
use sim::setup::{Setup, Work};
use sim::{Delay, Span, Value};

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
fn counted(setup: &Setup) -> (u64, Heap) {
    let registry = hustings::registry();
    let player = registry.get("raft").expect("raft is built in");
    let settings = [(String::from("preset"), Value::Choice(String::from("paper")))];
    HEAP.set(Heap::default());
    let outcome = player.run(setup, &settings, 1, Options::default());
    (outcome.events, HEAP.get())
}

fn quiet(seconds: u64) -> Setup {
    Setup { duration: Span::secs(seconds), work: Work { on: false, ..Work::default() }, ..Setup::default() }
}

/// The leader is crashed every second and restarted half a second later.
fn troubled(seconds: u64) -> Setup {
    let crash = ScriptEvent {
        name: String::from("crash"),
        when: When::At(Delay::Constant(Span::secs(1))),
        every: Some(Delay::Constant(Span::secs(1))),
        until: None,
        fault: Fault::Crash(vec![Target::Leader]),
        bind: Some(String::from("fallen")),
        within: Some(Span::ZERO),
    };
    let restart = ScriptEvent {
        name: String::from("restart"),
        when: When::After(String::from("crash"), Delay::Constant(Span::millis(500))),
        every: None,
        until: None,
        fault: Fault::Restart(vec![Target::Named(String::from("fallen"))]),
        bind: None,
        within: None,
    };
    Setup { script: vec![crash, restart], ..quiet(seconds) }
}

#[test]
fn a_million_events_under_a_stable_leader_allocate_nothing() {
    // One seed, so the second run is the first and then as long again: what it allocates more, the second half allocated.
    let (events, heap) = counted(&quiet(6_000));
    let (more_events, more_heap) = counted(&quiet(12_000));
    assert!(more_events - events >= 1_000_000, "only {} events in the second half", more_events - events);
    assert_eq!(more_heap.allocations, heap.allocations, "in {} events of the second half", more_events - events);
    assert_eq!(more_heap.peak, heap.peak);
}

#[test]
fn under_a_leader_that_crashes_every_second_the_heap_grows_only_with_what_is_kept() {
    let (events, heap) = counted(&troubled(60));
    let (more_events, more_heap) = counted(&troubled(600));
    let (later_events, later) = (more_events - events, more_heap.allocations - heap.allocations);
    // What is kept (logs, tenures, failovers) grows now and then; besides, a crash and what follows from it cost a handful: a
    // restarted member's mind is built anew, and two entries travel in lists of their own. Nothing is allocated for an event.
    let crashes = 600 - 60;
    assert!(later <= 12 * crashes, "{later} allocations in {crashes} crashes and {later_events} events");
}

#[test]
fn a_run_takes_at_most_four_mebibytes() {
    let (_, heap) = counted(&troubled(60));
    assert!(heap.peak <= 4 << 20, "{} bytes", heap.peak);
}
