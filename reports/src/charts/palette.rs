//! Colours: an algorithm has the same one in every chart, and any two of those that are built in can be told apart with any kind
//! of colour blindness (a test simulates them). A chart names its colours in its style sheet, so that a page around it can replace
//! them: `--chart-raft`, `--chart-ink` and so on; opened alone it is dark on white.

use std::fmt::Write;

/// Red, green, blue.
pub type Colour = (u8, u8, u8);

pub const INK: Colour = (0x1F, 0x23, 0x28);
pub const MUTED: Colour = (0x59, 0x63, 0x6E);
pub const GRID: Colour = (0xD1, 0xD9, 0xE0);
pub const PAPER: Colour = (0xFF, 0xFF, 0xFF);

/// What a page can replace, as it is on white and as it should be on dark paper, which is the last.
const THEMED: [(&str, Colour, Colour); 4] = [
    ("ink", INK, (0xE6, 0xED, 0xF3)),
    ("muted", MUTED, (0x9D, 0xA7, 0xB3)),
    ("grid", GRID, (0x3D, 0x44, 0x4D)),
    ("paper", PAPER, (0x16, 0x18, 0x1D)),
];

/// Found by a search for the greatest of the smallest distances, on white and on dark paper.
const KNOWN: [(&str, Colour, Colour); 9] = [
    ("raft", (0x37, 0x49, 0xEE), (0x8B, 0x64, 0xFF)),
    ("zab", (0xEB, 0x83, 0x7B), (0xFF, 0xBA, 0xD7)),
    ("kubernetes-lease", (0x02, 0x73, 0x00), (0x14, 0x96, 0x00)),
    ("etcd-session", (0xBB, 0x86, 0xAE), (0xFF, 0xF3, 0xCD)),
    ("zookeeper-recipe", (0x8B, 0xAC, 0x13), (0xAF, 0xFF, 0x6F)),
    ("redis-setnx", (0x0E, 0xA8, 0xFF), (0x19, 0xB5, 0xFF)),
    ("redlock", (0x60, 0x09, 0x1C), (0xA6, 0x78, 0x92)),
    ("bully", (0x72, 0x30, 0xA2), (0xC9, 0x50, 0xBC)),
    ("naive-lowest-id", (0x29, 0x28, 0x50), (0xA5, 0xAB, 0x88)),
];

/// For algorithms of somebody else.
const OTHERS: [(&str, Colour, Colour); 5] = [
    ("other-1", (0xC4, 0x3C, 0x00), (0xFF, 0x8A, 0x50)),
    ("other-2", (0x00, 0x7A, 0x87), (0x3F, 0xD0, 0xDD)),
    ("other-3", (0xA8, 0x1B, 0x6B), (0xF5, 0x7D, 0xC3)),
    ("other-4", (0x8A, 0x67, 0x00), (0xE5, 0xBE, 0x3A)),
    ("other-5", (0x4E, 0x6B, 0x57), (0x9C, 0xC9, 0xAB)),
];

/// The colour of an algorithm; of one that is not built in, by its name alone, so that it keeps it in other company.
pub fn of(algorithm: &str) -> Colour {
    let known = KNOWN.iter().find(|(name, ..)| *name == algorithm);
    known.unwrap_or_else(|| &OTHERS[(fnv(algorithm) % OTHERS.len() as u64) as usize]).1
}

/// FNV-1a, 64 bits: specified, and the same in every release of the language.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}

/// Black or white, whichever can be read on this; a page does not replace them, because it does not replace what is below.
pub fn readable_on(colour: Colour) -> Colour {
    let light = 2 * u32::from(colour.0) + 5 * u32::from(colour.1) + u32::from(colour.2);
    if light > 8 * 140 { (0x0A, 0x0A, 0x0A) } else { (0xFA, 0xFA, 0xFA) }
}

/// As the drawing library writes it.
pub fn hex(colour: Colour) -> String {
    format!("#{:02X}{:02X}{:02X}", colour.0, colour.1, colour.2)
}

fn all() -> impl Iterator<Item = &'static (&'static str, Colour, Colour)> {
    THEMED.iter().chain(&KNOWN).chain(&OTHERS)
}

/// The rules that let a page replace those colours that this chart uses.
pub fn style(svg: &str) -> String {
    let mut out = String::new();
    for (name, light, _) in all() {
        let light = hex(*light);
        for attribute in ["fill", "stroke"] {
            if svg.contains(&format!("{attribute}=\"{light}\"")) {
                write!(out, ".hustings-chart [{attribute}=\"{light}\"]{{{attribute}:var(--chart-{name},{light})}}")
                    .expect("a string takes any text");
            }
        }
    }
    out
}

/// Declarations for the dark half of a page: `--chart-ink:#E6EDF3;…`.
pub fn dark() -> String {
    all().map(|(name, _, dark)| format!("--chart-{name}:{};", hex(*dark))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of the colours: G. M. Machado, M. M. Oliveira and L. A. F. Fernandes (2009), full severity.
    const SIGHT: [(&str, [[f64; 3]; 3]); 4] = [
        ("full sight", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        ("protanopia", [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
        ("deuteranopia", [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]),
        ("tritanopia", [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]),
    ];

    fn linear(colour: Colour) -> [f64; 3] {
        [colour.0, colour.1, colour.2].map(|channel| {
            let v = f64::from(channel) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { libm::pow((v + 0.055) / 1.055, 2.4) }
        })
    }

    fn times(matrix: &[[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| (row[0] * v[0] + row[1] * v[1] + row[2] * v[2]).clamp(0.0, 1.0))
    }

    /// CIE 1976 L*a*b*, D65.
    fn lab(rgb: [f64; 3]) -> [f64; 3] {
        let xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
            .map(|row| row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]);
        let f = |t: f64| if t > 0.008856 { libm::cbrt(t) } else { 7.787 * t + 16.0 / 116.0 };
        let (x, y, z) = (f(xyz[0] / 0.9505), f(xyz[1]), f(xyz[2] / 1.089));
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn apart(a: [f64; 3], b: [f64; 3]) -> f64 {
        (0..3).map(|i| (a[i] - b[i]) * (a[i] - b[i])).sum::<f64>().sqrt()
    }

    fn contrast(a: Colour, b: Colour) -> f64 {
        let luminance = |colour| {
            let [r, g, b] = linear(colour);
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        };
        let (a, b) = (luminance(a), luminance(b));
        a.max(b) / a.min(b)
    }

    #[test]
    fn any_two_algorithms_can_be_told_apart_with_any_kind_of_colour_blindness() {
        for theme in [|entry: &(&str, Colour, Colour)| entry.1, |entry: &(&str, Colour, Colour)| entry.2] {
            for (sight, matrix) in &SIGHT {
                let seen: Vec<[f64; 3]> = KNOWN.iter().map(|entry| lab(times(matrix, linear(theme(entry))))).collect();
                for i in 0..seen.len() {
                    for j in 0..i {
                        let distance = apart(seen[i], seen[j]);
                        assert!(distance > 23.0, "{} and {} with {sight}: {distance:.1}", KNOWN[i].0, KNOWN[j].0);
                    }
                }
            }
        }
    }

    #[test]
    fn every_colour_stands_out_from_the_paper_that_it_is_on() {
        for (name, light, dark) in KNOWN.iter().chain(&OTHERS) {
            assert!(contrast(*light, PAPER) > 2.5, "{name} on white: {:.1}", contrast(*light, PAPER));
            assert!(contrast(*dark, THEMED[3].2) > 4.0, "{name} on dark: {:.1}", contrast(*dark, THEMED[3].2));
        }
    }

    #[test]
    fn a_stranger_keeps_its_colour_in_any_company() {
        assert_eq!(of("my-own"), of("my-own"));
        assert_ne!(of("raft"), of("my-own"));
        assert!(OTHERS.iter().any(|(_, light, _)| *light == of("my-own")));
    }

    #[test]
    fn no_two_colours_share_a_value_so_that_a_page_replaces_only_what_it_means() {
        let mut values: Vec<Colour> = all().map(|(_, light, _)| *light).collect();
        values.sort_unstable();
        let count = values.len();
        values.dedup();
        assert_eq!(values.len(), count);
    }
}
