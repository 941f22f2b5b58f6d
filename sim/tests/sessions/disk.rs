//! What waits for a disk while its session ends: it was said to a peer that is not there any more.

use crate::*;

/// `n1` writes, and sends `n2` the number of its page, every 100 ms.
struct Scribe {
    pages: u64,
    up: bool,
}

#[derive(Clone, Default, Debug)]
struct Book(u64);
#[derive(Clone, Debug)]
struct Page(u64);
impl Encode for Page {
    fn encode(&self, to: &mut Encoder) {
        to.words([self.0]);
    }
}
impl Durable for Book {
    type Write = Page;
    fn apply(&mut self, page: &Page) {
        self.0 = page.0;
    }
}

impl Toy for Scribe {
    const NAME: &'static str = "scribe";
    const ABOUT: &'static str = "writes, then talks";
    const KEEPS: bool = true;
    type Durable = Book;

    fn start(ctx: &mut Context<'_, Player<Self>>) -> Self {
        if ctx.id() == NodeId(0) {
            ctx.arm(Tick, Span::millis(100));
        }
        Scribe { pages: 0, up: false }
    }
    fn tick(&mut self, ctx: &mut Context<'_, Player<Self>>) {
        if self.up {
            self.pages += 1;
            ctx.persist(Page(self.pages));
            ctx.send(NodeId(1), Note { life: 0, number: self.pages });
        }
        ctx.arm(Tick, Span::millis(100));
    }
    fn link(&mut self, _peer: NodeId, up: bool, _ctx: &mut Context<'_, Player<Self>>) {
        self.up = up;
    }
}

#[test]
fn what_waited_for_the_disk_while_its_session_ended_does_not_leave_in_the_next() {
    let mut setup = setup(2, 4);
    setup.disk = Delay::Constant(Span::millis(200));
    // The peer is back within 10 ms: the session ends and another comes up while two pages are being written.
    setup.script = vec![at(2_010, Fault::Crash(member(1))), at(2_020, Fault::Restart(member(1)))];
    let (_, log) = played::<Scribe>(&setup, 1);

    let heard = log.heard(0, 1);
    let [_, (down, false), (up, true)] = heard[..] else { panic!("one session after the other: {heard:?}") };
    assert!(2_010 < down && down < up && up < 2_100, "{heard:?}");
    let written_before = log.sent.iter().filter(|(at, _, _)| at.0 < 2_010_000_000).count() as u64;
    let late: Vec<Time> = log.dropped.iter().filter(|(_, why)| *why == Dropped::StaleSession).map(|(at, _)| *at).collect();
    assert!(!late.is_empty() && late.iter().all(|at| at.0 > up * 1_000_000), "they had waited: {late:?}");
    let first = log.got.iter().find(|got| got.at.0 > up * 1_000_000).expect("the new session is used");
    assert_eq!(first.number, written_before + late.len() as u64 + 1, "the first of the new session was sent into it");
    assert_eq!(log.sent.len(), log.got.len() + log.dropped.len(), "none is lost without a word");
}
