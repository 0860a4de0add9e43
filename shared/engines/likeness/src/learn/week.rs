//! The shape of weeks in dates and timestamps.

use crate::model::Week;

/// Weeks that a column must span before its weeks have a shape.
const LEAST_WEEKS: i64 = 4;
/// Values per part of a week on average, below which parts are too coarse to tell.
const LEAST_ROWS: usize = 10;

/// The shape, if the values span weeks enough. `step` is what all differences are multiples of.
pub(crate) fn shape(
    values: &[i64],
    ticks_per_day: i64,
    step: i64,
    bounds: (i64, i64),
) -> Option<Week> {
    let ticks_per_week = ticks_per_day.checked_mul(7)?;
    let span = bounds.1.checked_sub(bounds.0)?;
    if step > ticks_per_day || span / ticks_per_week < LEAST_WEEKS {
        return None;
    }
    let hourly = ticks_per_day % 24 == 0 && step <= ticks_per_day / 24;
    let cells = if hourly && values.len() >= 168 * LEAST_ROWS {
        168
    } else {
        7
    };
    if values.len() < cells * LEAST_ROWS {
        return None;
    }
    let ticks_per_cell = ticks_per_week / cells as i64;
    let mut counts = vec![0.0; cells];
    for value in values {
        counts[(value.rem_euclid(ticks_per_week) / ticks_per_cell) as usize] += 1.0;
    }
    let rows = values.len() as f64;
    Some(Week {
        ticks_per_day,
        shares: counts.into_iter().map(|count: f64| count / rows).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_off_have_no_share() {
        // 1970-01-01 was a Thursday, so days 2 and 3 of each week are its weekend.
        let days: Vec<i64> = (0..2_000).filter(|day| !matches!(day % 7, 2 | 3)).collect();
        let week = shape(&days, 1, 1, (0, 1_999)).expect("a shape");
        assert_eq!(
            (week.shares.len(), week.shares[2], week.shares[3]),
            (7, 0.0, 0.0)
        );
        assert!((week.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(shape(&days[..20], 1, 1, (0, 27)).is_none());
        assert!(shape(&days, 1, 30, (0, 1_999)).is_none());
        let hours: Vec<i64> = (0..5_000).map(|hour| hour * 3_600).collect();
        let week = shape(&hours, 86_400, 3_600, (0, 18_000_000)).expect("a shape");
        assert_eq!(week.shares.len(), 168);
    }
}
