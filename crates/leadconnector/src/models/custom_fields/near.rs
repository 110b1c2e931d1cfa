//! What was probably meant.

/// Longer texts are not compared: it takes the product of their lengths.
const LONGEST: usize = 100;

/// The one that a text was probably meant to be; none if none is near. Case, spaces and punctuation do not count, and one
/// character in four may differ.
pub(crate) fn nearest<T>(text: &str, among: impl IntoIterator<Item = T>, name: impl Fn(&T) -> &str) -> Option<T> {
    let text = folded(text)?;
    let near = among.into_iter().filter_map(|one| {
        let other = folded(name(&one))?;
        let distance = distance(&text, &other);
        (distance <= text.len().min(other.len()) / 4).then_some((distance, one))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, one)| one)
}

/// The letters and digits of a text, in lower case; none if there are none, or too many.
fn folded(text: &str) -> Option<Vec<char>> {
    let folded: Vec<_> =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(LONGEST + 1).collect();
    (1..=LONGEST).contains(&folded.len()).then_some(folded)
}

/// How many characters have to be put in, left out or replaced to make the one of the other.
fn distance(one: &[char], other: &[char]) -> usize {
    // Of each beginning of the other one, from one character on: its distance to what has been looked at of the first one.
    let mut row: Vec<usize> = (1..=other.len()).collect();
    for (place, a) in one.iter().enumerate() {
        let (mut diagonal, mut left) = (place, place + 1);
        for (cell, b) in row.iter_mut().zip(other) {
            left = (diagonal + usize::from(a != b)).min(left + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, left);
        }
    }
    row.last().copied().unwrap_or(one.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
            ("plan", "plans", 1),
            ("ab", "ba", 2),
        ] {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(distance(&chars(one), &chars(other)), expected, "{one}, {other}");
        }
    }

    #[test]
    fn near_ones() {
        let names = ["Basic", "Enterprise annual", "Enterprise monthly", "No", "50 €", "x".repeat(200).leak()];
        for (text, expected) in [
            ("basic", Some("Basic")),
            (" Basic ", Some("Basic")),
            ("Bassic", Some("Basic")),
            ("enterprise-annual", Some("Enterprise annual")),
            ("Enterprise anual", Some("Enterprise annual")),
            ("ENTERPRISE MONTHLY", Some("Enterprise monthly")),
            ("50", Some("50 €")),
            ("Yes", None),
            ("Na", None),
            ("Enterprise", None),
            ("", None),
            ("€", None),
            (&"x".repeat(200), None),
        ] {
            assert_eq!(nearest(text, names, |name| name), expected, "{text}");
        }
    }
}
