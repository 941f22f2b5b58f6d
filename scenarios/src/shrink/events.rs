//! Fewer fault events: in halves, quarters, and so on down to one by one, until none can be missed. What depends on an event
//! (comes after it, or is aimed at a name that it binds) goes with it.

use std::ops::Range;

use sim::fault::{ScriptEvent, Target, When};

use super::{Shrinking, faults};

impl Shrinking<'_> {
    pub(super) fn fewer_events(&mut self) {
        let mut size = self.setup.script.len();
        while size > 0 {
            let fewer = self.sweep(size);
            if size > 1 {
                size = size.div_ceil(2);
            } else if !fewer {
                return;
            }
        }
    }

    /// Tries without so many neighbours at a time, from the last to the first: what comes late matters least.
    fn sweep(&mut self, size: usize) -> bool {
        let mut fewer = false;
        let mut end = self.setup.script.len();
        while end > 0 {
            let start = end.saturating_sub(size);
            let script = without(&self.setup.script, start..end);
            fewer |= self.change(|setup| setup.script = script);
            end = start.min(self.setup.script.len());
        }
        fewer
    }
}

/// The script without these events, and without what depends on them.
pub fn without(script: &[ScriptEvent], gone: Range<usize>) -> Vec<ScriptEvent> {
    let left = script.iter().enumerate().filter(|(index, _)| !gone.contains(index)).map(|(_, event)| event.clone());
    whole(left.collect())
}

/// Only those events whose forerunners, and the names that they are aimed at, are there.
pub(super) fn whole(mut script: Vec<ScriptEvent>) -> Vec<ScriptEvent> {
    loop {
        let names: Vec<String> = script.iter().map(|event| event.name.clone()).collect();
        let bound: Vec<String> = script.iter().filter_map(|event| event.bind.clone()).collect();
        let before = script.len();
        script.retain_mut(|event| {
            let comes = !matches!(&event.when, When::After(first, _) if !names.contains(first));
            let known = |target: &Target| !matches!(target, Target::Named(name) if !bound.contains(name));
            comes && faults::targets(&mut event.fault).into_iter().all(|target| known(target))
        });
        if script.len() == before {
            return script;
        }
    }
}
