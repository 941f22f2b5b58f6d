//! Where labels stand so that none lies on another.

/// Rows for labels above a plot. Each begins at its `x`, to which a line leads up from the plot: so a label must stand in a higher
/// row than all whose line it would cover. From the left to the right; 0 is the lowest row.
pub fn staircase(labels: &[(f64, f64)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|a, b| labels[*b].0.total_cmp(&labels[*a].0).then(b.cmp(a)));
    let mut rows = vec![0; labels.len()];
    for (done, &mine) in order.iter().enumerate() {
        let (x, width) = labels[mine];
        let covered = order[..done].iter().filter(|other| labels[**other].0 <= x + width);
        rows[mine] = covered.map(|other| rows[*other] + 1).max().unwrap_or(0);
    }
    rows
}

/// Heights for labels in a column, each as near to its own as the others and the ends of the column let it be.
pub fn spread(wanted: &[f64], distance: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    let mut placed: Vec<f64> = Vec::new();
    for &index in &order {
        let lowest = placed.last().map_or(top, |above| above + distance);
        placed.push(wanted[index].max(lowest));
    }
    // Pushed out at the bottom: all move up as far as they must.
    let mut limit = bottom;
    for y in placed.iter_mut().rev() {
        *y = y.min(limit);
        limit = *y - distance;
    }
    let mut heights = vec![0.0; wanted.len()];
    order.into_iter().zip(placed).for_each(|(index, y)| heights[index] = y);
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_stands_above_every_line_that_it_would_cover() {
        let labels = [(0.0, 100.0), (50.0, 20.0), (80.0, 100.0), (50.0, 10.0), (300.0, 5.0)];
        let rows = staircase(&labels);
        for (i, (x, width)) in labels.iter().enumerate() {
            for (j, (other, _)) in labels.iter().enumerate() {
                let covers = i != j && *other >= *x && *other <= x + width;
                assert!(!covers || rows[i] != rows[j], "{i} and {j}: {rows:?}");
                assert!(!covers || *other == *x || rows[i] > rows[j], "{i} and {j}: {rows:?}");
            }
        }
        assert_eq!(rows[4], 0);
    }

    #[test]
    fn labels_that_want_the_same_place_share_it_out() {
        let heights = spread(&[100.0, 100.0, 100.0, 10.0], 14.0, 0.0, 120.0);
        let mut sorted = heights.clone();
        sorted.sort_by(f64::total_cmp);
        assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] >= 14.0), "{heights:?}");
        assert!(sorted[0] >= 0.0 && sorted[3] <= 120.0);
        assert!((heights[3] - 10.0).abs() < 1e-9);
    }
}
