//! What comes from the operating system: a C compiler, PostgreSQL's programs, a browser and its fonts, Python, a registry, and what reads
//! the code on a paper, reckons a spreadsheet and sets a server's clock.
//!
//! On a Debian-like machine, as root, missing packages are installed; everywhere else the command is named.

use std::path::{Path, PathBuf};

use super::Missing;
use crate::program::{self, Program, say};
use crate::tree::Tree;

const POSTGRES_MAJOR_MIN: u32 = 15;

/// A thing that one package of the system brings.
struct Part {
    what: &'static str,
    debian: &'static str,
    /// What Homebrew calls it, where it has it.
    macos: Option<&'static str>,
    is_there: fn(&Tree) -> bool,
}

const PARTS: [Part; 9] = [
    Part {
        what: "PostgreSQL 15 or newer (its programs initdb and postgres; no server has to run)",
        debian: "postgresql",
        macos: Some("postgresql@17"),
        is_there: has_postgres,
    },
    Part { what: "a Chromium browser", debian: "chromium", macos: Some("--cask chromium"), is_there: has_chromium },
    Part {
        what: "the Noto fonts, with Arabic and Tifinagh letters",
        debian: "fonts-noto-core",
        macos: Some("--cask font-noto-sans-tifinagh"),
        is_there: has_fonts,
    },
    Part {
        what: "Python 3.11 or newer",
        debian: "python3 python3-venv",
        macos: Some("python@3.13"),
        is_there: has_python,
    },
    Part {
        what: "a registry of the OCI kind (the program docker-registry; no server has to run)",
        debian: "docker-registry",
        macos: None,
        is_there: has_registry,
    },
    Part {
        what: "pdftoppm of poppler, which makes a picture of a paper",
        debian: "poppler-utils",
        macos: Some("poppler"),
        is_there: |_| program::find(&["pdftoppm"]).is_some(),
    },
    Part {
        what: "zbarimg, which reads the code on it",
        debian: "zbar-tools",
        macos: Some("zbar"),
        is_there: |_| program::find(&["zbarimg"]).is_some(),
    },
    Part {
        what: "LibreOffice, which reckons exported plans anew (its program soffice)",
        debian: "libreoffice-calc-nogui",
        macos: Some("--cask libreoffice"),
        is_there: |_| program::find(&["soffice"]).is_some(),
    },
    Part {
        what: "libfaketime, which gives a server another day",
        debian: "faketime",
        macos: Some("libfaketime"),
        is_there: has_faketime,
    },
];

/// A C compiler: SQLite is built from its source.
pub(super) fn compiler(tree: &Tree) -> anyhow::Result<Option<Missing>> {
    if std::env::var_os("CC").is_some() || program::find(&["cc", "gcc", "clang"]).is_some() {
        return Ok(None);
    }
    if install(tree, &["gcc", "libc6-dev"]) && program::find(&["cc", "gcc"]).is_some() {
        return Ok(None);
    }
    Ok(Some(Missing { what: "a C compiler".to_owned(), mend: mend(&["gcc", "libc6-dev"], Some("gcc")) }))
}

/// What the tests start besides our own programs.
pub(super) fn programs(tree: &Tree) -> anyhow::Result<Vec<Missing>> {
    let absent: Vec<&Part> = PARTS.iter().filter(|part| !(part.is_there)(tree)).collect();
    if absent.is_empty() {
        return Ok(Vec::new());
    }
    let packages: Vec<&str> = absent.iter().map(|part| part.debian).collect();
    install(tree, &packages);
    let missing = absent.into_iter().filter(|part| !(part.is_there)(tree));
    Ok(missing.map(|part| Missing { what: part.what.to_owned(), mend: mend(&[part.debian], part.macos) }).collect())
}

/// Installs packages where that may be done without asking; says whether it did.
fn install(tree: &Tree, packages: &[&str]) -> bool {
    if program::find(&["apt-get"]).is_none() || !is_root(tree) {
        return false;
    }
    say(&format!("setup: installing {}", packages.join(", ")));
    let apt = || Program::new("apt-get", &tree.root).variable("DEBIAN_FRONTEND", "noninteractive");
    // An old list of packages is enough to try with; a missing one is not.
    let update = apt().words("update -qq").run();
    let install = apt().words("install -y -qq --no-install-recommends").words(&packages.join(" ")).run();
    update.is_ok() && install.is_ok()
}

pub(super) fn mend(debian: &[&str], macos: Option<&str>) -> String {
    if program::find(&["apt-get"]).is_some() {
        return format!("sudo apt-get update && sudo apt-get install -y --no-install-recommends {}", debian.join(" "));
    }
    match macos.filter(|_| program::find(&["brew"]).is_some()) {
        Some(package) => format!("brew install {package}"),
        None => format!("install your system's package of it (on Debian: {})", debian.join(" ")),
    }
}

fn is_root(tree: &Tree) -> bool {
    Program::new("id", &tree.root).words("-u").output().as_deref() == Some("0")
}

fn has_postgres(tree: &Tree) -> bool {
    let folders = postgres_folders();
    folders.iter().any(|folder| {
        let version = Program::new(folder.join("postgres"), &tree.root).words("--version").output();
        let major =
            version.as_deref().and_then(|text| text.split_whitespace().nth(2)?.split('.').next()?.parse::<u32>().ok());
        folder.join("initdb").is_file() && major.is_some_and(|major| major >= POSTGRES_MAJOR_MIN)
    })
}

/// Debian keeps the programs apart, one folder for each version.
fn postgres_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    folders.extend(program::find(&["initdb"]).and_then(|initdb| initdb.parent().map(Path::to_path_buf)));
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    folders
}

fn has_python(tree: &Tree) -> bool {
    let ask = "import sys; sys.exit(sys.version_info < (3, 11))";
    Program::new("python3", &tree.root).words("-c").word(ask).output().is_some()
}

/// Debian's name of it, and the one that it is built under.
fn has_registry(_: &Tree) -> bool {
    program::find(&["docker-registry", "registry"]).is_some()
}

/// The library, wherever a system keeps it (`tests/src/clock.rs` finds it in the same places).
fn has_faketime(_: &Tree) -> bool {
    let named = std::env::var_os("TIWIZI_FAKETIME").map(PathBuf::from);
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|folder| folder.path());
    let others = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/opt/homebrew/lib"].map(PathBuf::from);
    let names = ["libfaketimeMT.so.1", "libfaketime.1.dylib"];
    named.is_some_and(|path| path.is_file())
        || folders.chain(others).any(|folder| names.iter().any(|name| folder.join("faketime").join(name).is_file()))
}

fn has_chromium(_: &Tree) -> bool {
    let named = std::env::var_os("TIWIZI_CHROMIUM").map(PathBuf::from);
    named.is_some_and(|path| path.is_file())
        || program::find(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]).is_some()
        || Path::new("/Applications/Chromium.app").is_dir()
}

/// The files that the press takes, as `kernel/print/src/fonts.rs` names them; a test holds the two lists to each other.
const FONT_FILES: [&str; 5] = [
    "NotoSans-Regular.ttf",
    "NotoSans-Bold.ttf",
    "NotoNaskhArabic-Regular.ttf",
    "NotoNaskhArabic-Bold.ttf",
    "NotoSansTifinagh-Regular.ttf",
];

/// Where it looks for them.
const FONT_FOLDERS: [&str; 5] = [
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/noto",
    "/usr/share/fonts/google-noto",
    "/usr/local/share/fonts",
    "/Library/Fonts",
];

/// Whether the letters can be drawn and printed: a browser asks fontconfig, the press takes the files.
fn has_fonts(_: &Tree) -> bool {
    let folders: Vec<&Path> = FONT_FOLDERS.iter().map(|folder| Path::new(*folder)).collect();
    has_files(&folders, &FONT_FILES) || !cfg!(target_os = "linux")
}

/// Whether each file is in one of the folders.
fn has_files(folders: &[&Path], files: &[&str]) -> bool {
    files.iter().all(|file| folders.iter().any(|folder| folder.join(file).is_file()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What the press loads, and where from.
    const PRESS: &str = include_str!("../../../kernel/print/src/fonts.rs");

    /// The texts of a list of the press.
    fn listed(name: &str) -> BTreeSet<&'static str> {
        let list = PRESS.split_once(&format!("const {name}: ")).unwrap().1;
        let list = list.split_once("= [").unwrap().1.split_once(']').unwrap().0;
        list.split('"').skip(1).step_by(2).collect()
    }

    #[test]
    fn every_font_of_the_press_is_looked_for_where_the_press_looks() {
        assert_eq!(listed("FILES"), BTreeSet::from(FONT_FILES));
        assert_eq!(listed("FOLDERS"), BTreeSet::from(FONT_FOLDERS));
    }

    #[test]
    fn one_font_that_is_missing_is_missed() {
        let folder = std::env::temp_dir().join(format!("tiwizi-fonts-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (last, others) = FONT_FILES.split_last().unwrap();
        for file in others {
            std::fs::write(folder.join(file), "").unwrap();
        }
        let without = has_files(&[folder.as_path()], &FONT_FILES);
        std::fs::write(folder.join(last), "").unwrap();
        let whole = has_files(&[folder.as_path()], &FONT_FILES);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!((without, whole), (false, true));
    }
}
