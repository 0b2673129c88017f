//! No start files and no C library: what the program needs of them it brings itself, or it does not link. At a fixed address,
//! since there is nobody to relocate it.

fn main() {
    for argument in ["-nostartfiles", "-nostdlib", "-static", "-no-pie"] {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}
