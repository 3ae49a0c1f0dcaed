//! Takes the two files that the page to try the API is made of out of Swagger UI, and packs them as browsers take them.

use std::{
    env,
    error::Error,
    fs::File,
    io::{self, Cursor},
    path::PathBuf,
};

use flate2::{Compression, GzBuilder};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

const FILES: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for name in FILES {
        let wanted = |path: &str| path.split('/').skip(1).eq(["dist", name]);
        let index = (0..archive.len())
            .find(|index| archive.name_for_index(*index).and_then(Result::ok).is_some_and(|path| wanted(&path)))
            .ok_or_else(|| format!("Swagger UI has no {name}"))?;
        // No name and no time in the header: the same input gives the same bytes.
        let packed = File::create(folder.join(format!("{name}.gz")))?;
        let mut packed = GzBuilder::new().write(packed, Compression::best());
        io::copy(&mut archive.by_index(index)?, &mut packed)?;
        packed.finish()?;
    }
    Ok(())
}
