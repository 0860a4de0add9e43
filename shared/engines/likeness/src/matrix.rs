//! Correlation matrices, kept below their diagonal row by row.

/// The place of row `row` and column `column` below the diagonal.
#[inline]
pub(crate) fn place(row: usize, column: usize) -> usize {
    row * (row - 1) / 2 + column
}

/// How many numbers a matrix of `size` rows has below its diagonal.
pub(crate) fn packed(size: usize) -> usize {
    size * size.saturating_sub(1) / 2
}

/// The lower triangle of the square root, diagonal included, row by row; nothing where the matrix is
/// no correlation matrix.
pub(crate) fn cholesky(size: usize, below: &[f64]) -> Option<Vec<f64>> {
    const LEAST: f64 = 1e-10;
    let mut root = vec![0.0; size * (size + 1) / 2];
    let start = |row: usize| row * (row + 1) / 2;
    for row in 0..size {
        for column in 0..=row {
            let mut sum = if row == column {
                1.0
            } else {
                below[place(row, column)]
            };
            for inner in 0..column {
                sum -= root[start(row) + inner] * root[start(column) + inner];
            }
            root[start(row) + column] = if row == column {
                if sum.is_nan() || sum <= LEAST {
                    return None;
                }
                sum.sqrt()
            } else {
                sum / root[start(column) + column]
            };
        }
    }
    Some(root)
}

/// Matrices above this are mended by shrinking, which is cheaper and a little further away.
const MAX_PROJECTED: usize = 120;

/// The nearest correlation matrix with a root: alternately the negative eigenvalues are lifted and the
/// diagonal is set to ones. Does nothing to a matrix that has one.
pub(crate) fn mend(size: usize, below: &mut [f64]) {
    for value in below.iter_mut() {
        *value = if value.is_finite() {
            value.clamp(-0.999, 0.999)
        } else {
            0.0
        };
    }
    if cholesky(size, below).is_some() {
        return;
    }
    if size <= MAX_PROJECTED {
        for _ in 0..4 {
            project(size, below);
            if cholesky(size, below).is_some() {
                return;
            }
        }
    }
    // Towards no correlation at all, which has a root, by the least of these steps that is enough.
    let given = below.to_vec();
    for step in 1..=20 {
        let keep = 1.0 - f64::from(step * step) / 400.0;
        for (value, given) in below.iter_mut().zip(&given) {
            *value = given * keep;
        }
        if cholesky(size, below).is_some() {
            return;
        }
    }
}

/// Lifts the eigenvalues and brings the diagonal back to ones.
fn project(size: usize, below: &mut [f64]) {
    const LIFTED: f64 = 1e-4;
    let mut full = vec![0.0; size * size];
    for row in 0..size {
        full[row * size + row] = 1.0;
        for column in 0..row {
            full[row * size + column] = below[place(row, column)];
            full[column * size + row] = below[place(row, column)];
        }
    }
    let (values, vectors) = eigen(size, full);
    let mut lifted = vec![0.0; size * size];
    for (number, value) in values.iter().enumerate() {
        let value = value.max(LIFTED);
        for row in 0..size {
            let left = vectors[row * size + number] * value;
            for column in 0..=row {
                lifted[row * size + column] += left * vectors[column * size + number];
            }
        }
    }
    for row in 0..size {
        for column in 0..row {
            let scale = (lifted[row * size + row] * lifted[column * size + column]).sqrt();
            below[place(row, column)] = lifted[row * size + column] / scale;
        }
    }
}

/// Eigenvalues, and eigenvectors in columns, of a symmetric matrix, by Jacobi's rotations.
fn eigen(size: usize, mut matrix: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
    let mut vectors = vec![0.0; size * size];
    for row in 0..size {
        vectors[row * size + row] = 1.0;
    }
    for _sweep in 0..30 {
        let mut off = 0.0;
        for row in 0..size {
            for column in 0..row {
                off += matrix[row * size + column].powi(2);
            }
        }
        if off < 1e-16 {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                rotate(size, &mut matrix, &mut vectors, p, q);
            }
        }
    }
    let values = (0..size).map(|row| matrix[row * size + row]).collect();
    (values, vectors)
}

fn rotate(size: usize, matrix: &mut [f64], vectors: &mut [f64], p: usize, q: usize) {
    let off = matrix[p * size + q];
    if off.abs() < 1e-18 {
        return;
    }
    let theta = (matrix[q * size + q] - matrix[p * size + p]) / (2.0 * off);
    let tangent = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for row in 0..size {
        let (left, right) = (matrix[row * size + p], matrix[row * size + q]);
        matrix[row * size + p] = cosine * left - sine * right;
        matrix[row * size + q] = sine * left + cosine * right;
    }
    for column in 0..size {
        let (left, right) = (matrix[p * size + column], matrix[q * size + column]);
        matrix[p * size + column] = cosine * left - sine * right;
        matrix[q * size + column] = sine * left + cosine * right;
    }
    for row in 0..size {
        let (left, right) = (vectors[row * size + p], vectors[row * size + q]);
        vectors[row * size + p] = cosine * left - sine * right;
        vectors[row * size + q] = sine * left + cosine * right;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn roots_square_to_the_matrix() {
        let below = [0.5, -0.3, 0.2];
        let root = cholesky(3, &below).expect("a correlation matrix");
        let entry = |row: usize, column: usize| root[row * (row + 1) / 2 + column];
        let square = |a: usize, b: usize| {
            (0..=a.min(b))
                .map(|k| entry(a, k) * entry(b, k))
                .sum::<f64>()
        };
        assert!((square(1, 0) - 0.5).abs() < 1e-12);
        assert!((square(2, 1) - 0.2).abs() < 1e-12);
        assert!((square(2, 2) - 1.0).abs() < 1e-12);
        assert!(cholesky(2, &[f64::NAN]).is_none());
    }

    #[test]
    fn what_contradicts_itself_is_mended_nearby() {
        // Two that go with a third cannot go against each other.
        let mut below = [0.9, 0.9, -0.9];
        mend(3, &mut below);
        assert!(cholesky(3, &below).is_some());
        assert!(
            below[0] > 0.3 && below[1] > 0.3 && below[2] < 0.0,
            "{below:?}"
        );
        let mut sound = [0.9, 0.9, 0.9];
        mend(3, &mut sound);
        assert_eq!(sound, [0.9, 0.9, 0.9]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn everything_is_mended(size in 2_usize..12, seed in proptest::collection::vec(-1.5..1.5_f64, 66)) {
            let mut below = seed[..packed(size)].to_vec();
            mend(size, &mut below);
            prop_assert!(cholesky(size, &below).is_some());
        }
    }
}
