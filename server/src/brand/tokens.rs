use palette::Srgb;

/// A colour as it is written: `#rrggbb`.
pub(crate) type Rgb = Srgb<u8>;

/// The custom properties of all style sheets.
pub(crate) const TOKENS: &str = include_str!("../../../style/tokens.css");

/// A colour of both schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) light: Rgb,
    pub(crate) dark: Rgb,
}

/// A colour of the style sheet, by its name.
pub(crate) fn colour(name: &str) -> Pair {
    find(name).expect("OK because a test reads every name that is asked for")
}

/// `--name: light-dark(#rrggbb, #rrggbb);`
fn find(name: &str) -> Option<Pair> {
    let (_, value) = TOKENS.split_once(&format!("--{name}: light-dark("))?;
    let (light, dark) = value.split_once(')')?.0.split_once(", ")?;
    Some(Pair { light: light.parse().ok()?, dark: dark.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_has_the_colours_that_are_asked_for() {
        for name in ["page", "surface", "sunken"] {
            assert!(find(name).is_some(), "style/tokens.css: --{name}: light-dark(#rrggbb, #rrggbb)");
        }
        assert_eq!(find("nowhere"), None);
    }
}
