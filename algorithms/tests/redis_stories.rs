//! The locks on Redis in the ordinary engine: who takes part and who does not.

use algorithms::{RedisSetnx, Redlock};
use sim::fault::{Fault, ScriptEvent, Target, When};
use sim::observer::{Happening, Observer};
use sim::setup::MemberSetup;
use sim::{Algorithm, Delay, NodeId, Options, Registry, Setup, Span, Time};

/// How many questions each member sent.
#[derive(Default)]
struct Questions([u64; 3]);

impl Observer for Questions {
    fn happened(&mut self, _at: Time, what: &Happening<'_>) {
        if let Happening::Sent { from, .. } = what
            && let Some(count) = self.0.get_mut(usize::from(from.0))
        {
            *count += 1;
        }
    }
}

fn event(name: &str, seconds: u64, fault: Fault) -> ScriptEvent {
    let when = When::At(Delay::Constant(Span::secs(seconds)));
    ScriptEvent { name: String::from(name), when, every: None, until: None, fault, bind: None, within: None }
}

#[test]
fn an_ineligible_member_asks_no_master_even_when_told_to_and_never_leads() {
    let outsider = |member| MemberSetup { ineligible: true, ..MemberSetup::of(member) };
    // n1 is told to campaign at the start; all crash later on, and come back.
    let script = vec![event("crash", 20, Fault::Crash(vec![Target::All])), event("back", 25, Fault::Restart(vec![Target::All]))];
    let members = vec![outsider(0), outsider(2)];
    let setup = Setup { nodes: 3, duration: Span::secs(90), members, first_leader: Some(0), script, ..Setup::default() };
    let registry = Registry::new().with::<RedisSetnx>().with::<Redlock>();
    for algorithm in [RedisSetnx::NAME, Redlock::NAME] {
        let player = registry.get(algorithm).expect("it was just added");
        for seed in 0..20 {
            let mut questions = Questions::default();
            let options = Options { fingerprint: false, observer: Some(&mut questions), ..Options::default() };
            let outcome = player.run(&setup, &[], seed, options);
            let [n1, n2, n3] = questions.0;
            assert!(n1 == 0 && n2 > 0 && n3 == 0, "{algorithm}, seed {seed}: {:?}", questions.0);
            assert!(outcome.tenures.iter().all(|tenure| tenure.node == NodeId(1)), "{algorithm}, seed {seed}");
            assert!(outcome.tenures.len() >= 2, "{algorithm}, seed {seed}: {:?}", outcome.tenures);
        }
    }
}
