//! What stands around every chart: the title above, and below it the caption that says what the figures are.

use super::canvas::{Canvas, Label};
use super::palette::MUTED;
use super::text;

/// Every chart is so wide.
pub const WIDTH: f64 = 900.0;
/// From the edge of the picture.
pub const MARGIN: f64 = 16.0;
const TITLE: f64 = 16.0;
const CAPTION: f64 = 11.5;
const CAPTION_LINE: f64 = 16.0;

/// Writes the title; below this the chart may begin.
pub fn title(canvas: &mut Canvas, title: &str) -> f64 {
    let mut y = MARGIN + TITLE / 2.0;
    for line in text::wrapped(title, TITLE * 1.12, canvas.width - 2.0 * MARGIN) {
        canvas.label(Label::new(line, (MARGIN, y)).size(TITLE).bold());
        y += TITLE * 1.4;
    }
    y
}

/// Writes the sentences below `top`, each on lines of its own, and ends the picture there.
pub fn caption(canvas: &mut Canvas, top: f64, sentences: &[String]) {
    let mut y = top + CAPTION_LINE / 2.0;
    for sentence in sentences {
        for line in text::wrapped(sentence, CAPTION, canvas.width - 2.0 * MARGIN) {
            canvas.label(Label::new(line, (MARGIN, y)).size(CAPTION).colour(MUTED));
            y += CAPTION_LINE;
        }
    }
    canvas.height = (y + MARGIN - CAPTION_LINE / 2.0).ceil();
}
