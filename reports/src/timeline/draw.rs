//! SVG, element by element: everything that comes from outside is escaped here.

use std::fmt::Write;

use crate::escape::Escaped;

/// How classes look, light and dark.
const STYLE: &str = include_str!("style.css");

/// A picture under way.
#[derive(Default)]
pub struct Svg {
    body: String,
}

impl Svg {
    /// A rectangle with words that show when the pointer rests on it.
    pub fn area(&mut self, [x, y, width, height]: [f64; 4], class: &str, title: &str) {
        let width = width.max(0.6);
        self.write(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" class=\"{class}\">{}</rect>\n",
            Title(title)
        ));
    }

    pub fn line(&mut self, [x1, y1, x2, y2]: [f64; 4], class: &str, title: &str) {
        self.write(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" class=\"{class}\">{}</line>\n",
            Title(title)
        ));
    }

    /// A small cross.
    pub fn cross(&mut self, x: f64, y: f64, class: &str) {
        let (l, r, t, b) = (x - 3.0, x + 3.0, y - 3.0, y + 3.0);
        self.write(format_args!("<path d=\"M{l:.1} {t:.1}L{r:.1} {b:.1}M{l:.1} {b:.1}L{r:.1} {t:.1}\" class=\"{class}\"/>\n"));
    }

    pub fn dot(&mut self, x: f64, y: f64, radius: f64, class: &str) {
        self.write(format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" class=\"{class}\"/>\n"));
    }

    pub fn text(&mut self, x: f64, y: f64, class: &str, text: &str) {
        self.write(format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{}</text>\n", Escaped(text)));
    }

    pub fn finish(self, width: f64, height: f64) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
             height=\"{height:.0}\" font-family=\"system-ui, 'DejaVu Sans', sans-serif\">\n<style>{STYLE}</style>\n\
             <defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
             <rect width=\"2.5\" height=\"6\" class=\"hatch\"/></pattern></defs>\n\
             <rect width=\"{width:.0}\" height=\"{height:.0}\" class=\"page\"/>\n{}</svg>\n",
            self.body
        )
    }

    fn write(&mut self, words: std::fmt::Arguments<'_>) {
        self.body.write_fmt(words).expect("a string takes any text");
    }
}

/// How wide a text is about to be, in pixels, at this size of letters: no font is asked.
pub fn width_of(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * 0.58
}

struct Title<'a>(&'a str);

impl std::fmt::Display for Title<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "<title>{}</title>", Escaped(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let mut svg = Svg::default();
        svg.text(0.0, 0.0, "title", "</text><script>alert('\"&\u{1}')</script>");
        svg.area([0.0; 4], "leader", "</title><x>");
        let text = svg.finish(10.0, 10.0);
        assert!(text.contains("&lt;/text&gt;&lt;script&gt;alert(&#39;&quot;&amp;\u{fffd}&#39;)"), "{text}");
        assert!(text.contains("<title>&lt;/title&gt;&lt;x&gt;</title>"), "{text}");
        assert_eq!(text.matches("<script").count(), 0);
    }
}
