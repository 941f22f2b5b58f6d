//! The gate, in one line: the whole library with its random faults. The resource enforces the token, as the algorithm demands.

#[test]
fn nothing_breaks_what_it_claims() {
    hustings::testing::gate::<highest_ballot::HighestBallot>().seeds(50).set("work.fencing=at-least").run();
}
