use std::str::FromStr;

use palette::{
    FromColor as _, IsWithinBounds as _, Oklch, Srgb, color_difference::Wcag21RelativeContrast as _,
    convert::FromColorUnclamped as _,
};

use super::tokens::{self, Rgb};

/// WCAG 2.2, 1.4.3: text on its ground. An accent is the colour of links, so it needs more than the 3:1 of 1.4.11.
const TEXT: f32 = 4.5;
/// The grounds of pages, by their names in the style sheet.
const GROUNDS: [&str; 3] = ["page", "surface", "sunken"];
const WHITE: Rgb = Rgb::new(255, 255, 255);
const BLACK: Rgb = Rgb::new(0, 0, 0);
/// How far a shade that lacks contrast is moved at once, in lightness.
const STEP: f32 = 0.005;
/// The difference between a button and the same button under the pointer.
const STRONGER: f32 = 0.07;

/// The operator's colour, as shades that are legible in both schemes whatever the colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    light: Shades,
    dark: Shades,
}

/// The shades of one scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shades {
    /// Links, buttons, outlines.
    accent: Rgb,
    /// The same under the pointer.
    strong: Rgb,
    /// Text on either.
    on: Rgb,
    /// The ground of a notice.
    soft: Rgb,
}

/// `#rrggbb`
impl FromStr for Accent {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(())?;
        let code = digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| digits.parse::<Rgb>());
        code.and_then(Result::ok).map(Self::of).ok_or(())
    }
}

impl Accent {
    fn of(colour: Rgb) -> Self {
        let grounds = GROUNDS.map(tokens::colour);
        Self {
            light: Shades::new(colour, &grounds.map(|ground| ground.light), -1.0, (0.965, 0.02)),
            dark: Shades::new(colour, &grounds.map(|ground| ground.dark), 1.0, (0.27, 0.04)),
        }
    }

    /// The custom properties that the style sheets use.
    #[must_use]
    pub fn css(&self) -> String {
        let Self { light, dark } = self;
        let property = |name, light: Rgb, dark: Rgb| format!("--{name}:light-dark(#{light:x},#{dark:x});");
        [
            property("accent", light.accent, dark.accent),
            property("accent-strong", light.strong, dark.strong),
            property("on-accent", light.on, dark.on),
            property("accent-soft", light.soft, dark.soft),
        ]
        .concat()
    }
}

impl Shades {
    /// `away` is the direction in which lightness leaves the grounds: down in the light scheme, up in the dark one. `soft` are the
    /// lightness and the most chroma of the soft shade.
    fn new(colour: Rgb, grounds: &[Rgb], away: f32, (lightness, most_chroma): (f32, f32)) -> Self {
        let Oklch { chroma, hue, .. } = oklch(colour);
        let soft = displayed(Oklch::new(lightness, chroma.min(most_chroma), hue));
        let accent = legible(colour, &[grounds, &[soft]].concat(), away);
        let on = if contrast(accent, WHITE) >= contrast(accent, BLACK) { WHITE } else { BLACK };
        let strong = Oklch { l: (oklch(accent).l + away * STRONGER).clamp(0.0, 1.0), ..oklch(accent) };
        Self { accent, strong: displayed(strong), on, soft }
    }
}

/// The colour itself where it is legible on every ground, else the nearest shade of it that is.
fn legible(colour: Rgb, grounds: &[Rgb], away: f32) -> Rgb {
    let is_legible = |shade: Rgb| grounds.iter().all(|ground| contrast(shade, *ground) >= TEXT);
    let (mut shade, mut found) = (oklch(colour), colour);
    while !is_legible(found) && (0.0..=1.0).contains(&shade.l) {
        shade.l += away * STEP;
        found = displayed(shade);
    }
    found
}

/// As a screen can show it: with as much of its chroma as fits.
fn displayed(mut shade: Oklch) -> Rgb {
    shade.l = shade.l.clamp(0.0, 1.0);
    let mut found = Srgb::from_color_unclamped(shade);
    while !found.is_within_bounds() && shade.chroma > 0.0 {
        shade.chroma = (shade.chroma - STEP / 2.0).max(0.0);
        found = Srgb::from_color_unclamped(shade);
    }
    found.into_format()
}

fn oklch(colour: Rgb) -> Oklch {
    Oklch::from_color(colour.into_format::<f32>())
}

fn contrast(one: Rgb, other: Rgb) -> f32 {
    one.into_format::<f32>().relative_contrast(other.into_format())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shades(accent: &Accent) -> [(Shades, [Rgb; 3]); 2] {
        let grounds = GROUNDS.map(tokens::colour);
        [(accent.light, grounds.map(|ground| ground.light)), (accent.dark, grounds.map(|ground| ground.dark))]
    }

    fn is_legible(colour: Rgb) {
        let accent = Accent::of(colour);
        for (shades, grounds) in shades(&accent) {
            let Shades { accent, strong, on, soft } = shades;
            for ground in [&grounds[..], &[soft]].concat() {
                assert!(contrast(accent, ground) >= TEXT, "#{colour:x}: #{accent:x} on #{ground:x}");
            }
            for button in [accent, strong] {
                assert!(contrast(on, button) >= TEXT, "#{colour:x}: #{on:x} on #{button:x}");
            }
        }
    }

    #[test]
    fn every_hue_is_legible_at_every_lightness() {
        for hue in (0_u16..360).step_by(5) {
            for lightness in 0_u8..=10 {
                for chroma in [0.0, 0.05, 0.15, 0.3] {
                    is_legible(displayed(Oklch::new(f32::from(lightness) / 10.0, chroma, f32::from(hue))));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn every_colour_is_legible(red: u8, green: u8, blue: u8) {
            is_legible(Rgb::new(red, green, blue));
        }
    }

    #[test]
    fn a_colour_that_is_legible_stays_as_it_is() {
        let [(light, _), (dark, _)] = shades(&"#4f46e5".parse().expect("a colour"));
        assert_eq!(light.accent, Rgb::new(0x4f, 0x46, 0xe5));
        assert_ne!(dark.accent, light.accent);
        assert_eq!((light.on, dark.on), (WHITE, BLACK));
    }

    #[test]
    fn yellow_keeps_its_hue_in_the_light_scheme_and_itself_in_the_dark_one() {
        let yellow = Rgb::new(0xff, 0xd6, 0x00);
        let [(light, _), (dark, _)] = shades(&Accent::of(yellow));
        assert_eq!(dark.accent, yellow);
        let turned = oklch(light.accent).hue - oklch(yellow).hue;
        assert!(turned.into_degrees().abs() < 3.0, "#{:x}", light.accent);
    }

    #[test]
    fn the_style_sheet_has_every_property_once() {
        let css = "#ffffff".parse::<Accent>().expect("a colour").css();
        for name in ["--accent:", "--accent-strong:", "--on-accent:", "--accent-soft:"] {
            assert_eq!(css.matches(&format!("{name}light-dark(#")).count(), 1, "{css}");
        }
        assert!(css.contains(",#ffffff);"), "two digits a channel: {css}");
    }

    #[test]
    fn only_six_hexadecimal_digits_are_a_colour() {
        for wrong in ["", "#", "4f46e5", "#fff", "#4f46e", "#4f46e5ff", "#4f46eg", "indigo", "#4f46é", "#+f46e5"] {
            assert!(wrong.parse::<Accent>().is_err(), "{wrong}");
        }
    }
}
