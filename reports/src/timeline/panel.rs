//! One panel: a stretch of time with everything that is to be seen of it, row under row.

use super::draw::Svg;
use super::scale::Scale;
use super::{GUTTER, LINE, MARGIN, lanes, messages, rows};
use crate::story::Story;

/// All lanes together are about as high as this, in pixels, and each within these.
const LANES: f64 = 760.0;
const HIGHEST: f64 = 30.0;
const LOWEST: f64 = 7.0;
const AXIS: f64 = 22.0;

pub struct Panel {
    pub title: String,
    pub scale: Scale,
    /// Messages are drawn, if they are few enough.
    pub closely: bool,
}

/// Where lanes stand.
#[derive(Clone, Copy)]
pub struct Lanes {
    pub top: f64,
    pub height: f64,
}

impl Lanes {
    pub fn y(&self, lane: usize) -> f64 {
        self.top + lane as f64 * self.height
    }

    pub fn middle(&self, lane: usize) -> f64 {
        self.y(lane) + self.height / 2.0
    }
}

impl Panel {
    /// Draws it from `y` on; where it ends.
    pub fn draw(&self, svg: &mut Svg, story: &Story, y: f64) -> f64 {
        svg.text(MARGIN, y + 14.0, "panel", &self.title);
        let mut y = y + LINE + 8.0;
        let (faults, below) = rows::faults(svg, story, &self.scale, y);
        y = below;
        let height = (LANES / story.lanes.len() as f64).clamp(LOWEST, HIGHEST);
        let lanes = Lanes { top: y, height };
        let bottom = y + height * story.lanes.len() as f64;
        self.grid(svg, y, bottom);
        lanes::draw(svg, story, &self.scale, lanes);
        for x in faults {
            svg.line([x, y, x, bottom], "fault-line", "");
        }
        let note = if self.closely { messages::draw(svg, story, &self.scale, lanes) } else { None };
        y = self.axis(svg, bottom);
        y = rows::acting(svg, story, &self.scale, y);
        y = rows::failovers(svg, story, &self.scale, y);
        y = rows::findings(svg, story, &self.scale, y);
        if let Some(note) = note {
            svg.text(GUTTER, y + 12.0, "note", &note);
            y += LINE;
        }
        y + LINE
    }

    fn grid(&self, svg: &mut Svg, top: f64, bottom: f64) {
        for (at, _) in self.scale.ticks() {
            let x = self.scale.x(at);
            svg.line([x, top, x, bottom + 4.0], "grid", "");
        }
    }

    fn axis(&self, svg: &mut Svg, y: f64) -> f64 {
        let mut end = f64::MIN;
        for (at, words) in self.scale.ticks() {
            let width = super::draw::width_of(&words, 10.5);
            // A label in the middle of its mark may not run over the border.
            let x = self.scale.x(at).min(self.scale.right + MARGIN - width / 2.0 - 2.0);
            if x - width / 2.0 > end {
                svg.text(x, y + 15.0, "time", &words);
                end = x + width / 2.0 + 6.0;
            }
        }
        y + AXIS
    }
}
