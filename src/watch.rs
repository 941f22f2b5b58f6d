//! Several observers of one run as one.

use sim::Time;
use sim::observer::{Happening, Observer};

#[derive(Default)]
pub struct Watchers<'a>(Vec<&'a mut (dyn Observer + 'a)>);

impl<'a> Watchers<'a> {
    #[must_use]
    pub fn and(mut self, observer: &'a mut (dyn Observer + 'a)) -> Watchers<'a> {
        self.0.push(observer);
        self
    }
}

impl Observer for Watchers<'_> {
    fn happened(&mut self, at: Time, what: &Happening<'_>) {
        for observer in &mut self.0 {
            observer.happened(at, what);
        }
    }
}
