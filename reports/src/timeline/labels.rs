//! Labels beside each other that never overlap: each goes into the first row with room for it, or is left out.

/// Pixels between two labels of a row.
const GAP: f64 = 8.0;

/// Rows of labels, filled from left to right.
pub struct Rows {
    /// Where the last label of each row ends.
    ends: Vec<f64>,
    right: f64,
}

impl Rows {
    pub fn new(rows: usize, right: f64) -> Rows {
        Rows { ends: vec![f64::MIN; rows], right }
    }

    /// A place for a label that begins at `x`, further left if it would run over the border; labels must come from left to
    /// right. `None`: there is no room.
    pub fn place(&mut self, x: f64, width: f64) -> Option<(usize, f64)> {
        let x = x.min(self.right - width);
        let row = self.ends.iter().position(|end| end + GAP <= x)?;
        self.ends[row] = x + width;
        Some((row, x))
    }

    /// How many rows have a label.
    pub fn used(&self) -> usize {
        self.ends.iter().filter(|end| **end > f64::MIN).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_take_the_first_row_with_room_and_stay_inside() {
        let mut rows = Rows::new(2, 200.0);
        assert_eq!(rows.place(0.0, 50.0), Some((0, 0.0)));
        assert_eq!(rows.place(20.0, 50.0), Some((1, 20.0)));
        assert_eq!(rows.place(30.0, 50.0), None);
        assert_eq!(rows.place(60.0, 50.0), Some((0, 60.0)));
        assert_eq!(rows.place(190.0, 50.0), Some((0, 150.0)));
        assert_eq!(rows.used(), 2);
    }
}
