//! Colours that people with any kind of colour vision can distinguish.

use core::iter::once;

/// Red, green and blue.
pub(super) type Color = (u8, u8, u8);

pub(super) const BLACK: Color = (0, 0, 0);
pub(super) const WHITE: Color = (255, 255, 255);
pub(super) const GREY: Color = (110, 110, 110);
pub(super) const LIGHT: Color = (222, 222, 222);

// M. Okabe and K. Ito, "Color Universal Design", 2008.
pub(super) const BLUE: Color = (0, 114, 178);
pub(super) const VERMILLION: Color = (213, 94, 0);
pub(super) const GREEN: Color = (0, 158, 115);
pub(super) const ORANGE: Color = (230, 159, 0);
pub(super) const PURPLE: Color = (204, 121, 167);
pub(super) const SKY: Color = (86, 180, 233);

/// The colours that are visible on white, which excludes the yellow of the palette.
pub(super) const SERIES: [Color; 7] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK];

/// Returns the colour of the series with this index. The colours repeat after the last.
pub(super) fn of_series(index: usize) -> Color {
    SERIES[index % SERIES.len()]
}

/// Interpolates from `from` at 0 to `to` at 1.
pub(super) fn between(from: Color, to: Color, share: f64) -> Color {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a value between two bytes")]
    let part = |from: u8, to: u8| libm::round(f64::from(from) + share * (f64::from(to) - f64::from(from))) as u8;
    (part(from.0, to.0), part(from.1, to.1), part(from.2, to.2))
}

/// Returns blue at -1, white at 0 and vermillion at 1.
pub(super) fn diverging(value: f64) -> Color {
    between(WHITE, if value < 0.0 { BLUE } else { VERMILLION }, value.abs())
}

/// Returns white at 0 and a dark blue at 1.
pub(super) fn sequential(share: f64) -> Color {
    const DARK: Color = (0, 60, 110);
    if share < 0.5 { between(WHITE, SKY, 2.0 * share) } else { between(SKY, DARK, 2.0 * share - 1.0) }
}

/// Returns black or white, whichever is easier to read on a colour.
pub(super) fn text_on((red, green, blue): Color) -> Color {
    // The luma of ITU-R BT.601.
    let light = 0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue);
    if light < 140.0 { WHITE } else { BLACK }
}

/// Returns every colour of this file, for palettes.
pub(super) fn all() -> impl Iterator<Item = Color> {
    SERIES.into_iter().chain(once(WHITE)).chain([GREY, LIGHT])
}

#[cfg(test)]
mod tests {
    use super::{BLACK, BLUE, SERIES, WHITE, diverging, sequential, text_on};

    #[test]
    fn colour_maps_have_the_documented_ends() {
        assert_eq!((diverging(0.0), diverging(-1.0), diverging(-7.0)), (WHITE, BLUE, BLUE));
        assert_eq!((sequential(0.0), sequential(1.0), sequential(2.0)), (WHITE, (0, 60, 110), (0, 60, 110)));
        assert_eq!((text_on(WHITE), text_on(sequential(1.0))), (BLACK, WHITE));
    }

    #[test]
    fn colours_of_series_differ_in_lightness_or_hue() {
        for (index, one) in SERIES.iter().enumerate() {
            for other in &SERIES[index + 1..] {
                let distance = one.0.abs_diff(other.0).max(one.1.abs_diff(other.1)).max(one.2.abs_diff(other.2));
                assert!(distance >= 60, "{one:?} and {other:?}");
            }
        }
    }
}
