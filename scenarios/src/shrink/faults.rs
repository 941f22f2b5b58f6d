//! What a fault is made of, as far as it can be changed: whom it is aimed at, and how long it lasts.

use sim::Span;
use sim::fault::{Fault, Shape, Target};

/// Its targets, list by list. Those that are no lists are left out.
pub fn lists(fault: &mut Fault) -> Vec<&mut Vec<Target>> {
    match fault {
        Fault::Partition(Shape::Groups(groups)) => groups.iter_mut().collect(),
        Fault::Partition(Shape::Chain(first)) => vec![first],
        Fault::Cut { from, to, .. } | Fault::Flap { from, to, .. } | Fault::Degrade { from, to, .. } => vec![from, to],
        Fault::Crash(who)
        | Fault::Restart(who)
        | Fault::Wipe(who)
        | Fault::Resume(who)
        | Fault::HealCore(who)
        | Fault::ServiceLeaderChange(who)
        | Fault::Pause { who, .. }
        | Fault::Suspend { who, .. }
        | Fault::StallDisk { who, .. }
        | Fault::SlowDisk { who, .. }
        | Fault::ClockRate { who, .. }
        | Fault::ClockJump { who, .. }
        | Fault::Outage { who, .. } => vec![who],
        Fault::Partition(Shape::Bridge(_) | Shape::Star(_) | Shape::Ring) | Fault::Heal | Fault::Transfer { .. } => Vec::new(),
    }
}

/// All of its targets, one by one.
pub fn targets(fault: &mut Fault) -> Vec<&mut Target> {
    match fault {
        Fault::Partition(Shape::Bridge(one) | Shape::Star(one)) | Fault::Transfer { to: one } => vec![one],
        other => lists(other).into_iter().flatten().collect(),
    }
}

/// How long it lasts, where it says so.
pub fn lasting(fault: &mut Fault) -> Option<&mut Span> {
    match fault {
        Fault::Flap { lasting, .. }
        | Fault::Degrade { lasting, .. }
        | Fault::StallDisk { lasting, .. }
        | Fault::SlowDisk { lasting, .. }
        | Fault::Outage { lasting, .. } => Some(lasting),
        Fault::Pause { lasting, .. } | Fault::Suspend { lasting, .. } => lasting.as_mut(),
        _ => None,
    }
}
