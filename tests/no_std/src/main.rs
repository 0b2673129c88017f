//! Trains one step and predicts, without the standard library, a C library, or memory beyond two arrays.
//!
//! It runs on Linux on x86-64, and says by its exit status how it went; `scripts/check` builds and runs it.
#![no_std]
#![no_main]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::asm;
use core::cell::UnsafeCell;
use core::fmt::{self, Write};
use core::sync::atomic::{AtomicUsize, Ordering};

use typenet::prelude::*;
use typenet::readable::Significant;

/// The kernel's number for the end of the process, on Linux on x86-64.
const EXIT: usize = 60;

fn exit(status: i32) -> ! {
    // SAFETY: the call ends the process and touches no memory.
    unsafe { asm!("syscall", in("rax") EXIT, in("rdi") status, options(noreturn, nostack)) }
}

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo<'_>) -> ! {
    exit(101)
}

/// All the memory there is, handed out once: boxes of network and gradient, and the optimizer's memory.
struct Arena {
    memory: UnsafeCell<[u64; 1024]>,
    used: AtomicUsize,
}

// SAFETY: the bytes that one call hands out are never handed out again.
unsafe impl Sync for Arena {}

// SAFETY: blocks lie within the array, do not overlap, and are aligned up to the alignment of its elements.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let bytes = layout.size().next_multiple_of(align_of::<u64>());
        let start = self.used.fetch_add(bytes, Ordering::Relaxed);
        if layout.align() > align_of::<u64>() || start + bytes > size_of::<[u64; 1024]>() {
            return core::ptr::null_mut();
        }
        // SAFETY: within the array, as just found.
        unsafe { self.memory.get().cast::<u8>().add(start) }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ARENA: Arena = Arena { memory: UnsafeCell::new([0; 1024]), used: AtomicUsize::new(0) };

/// What compiled code asks of every platform, `core` included; see its documentation.
mod platform {
    use core::arch::asm;

    // SAFETY: no other symbol has this name: there is no C library. As for the others below.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
        // SAFETY: the caller promises `count` bytes at both places; the direction flag is clear at every call.
        unsafe {
            asm!("rep movsb", inout("rcx") count => _, inout("rdi") to => _, inout("rsi") from => _, options(nostack))
        };
        to
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
        if (to as usize).wrapping_sub(from as usize) >= count {
            // SAFETY: going up, no byte is overwritten before it was read.
            return unsafe { memcpy(to, from, count) };
        }
        // SAFETY: as in `memcpy`, from the last byte down, with the direction flag clear again afterwards. `count` is not 0.
        unsafe {
            let (last_to, last_from) = (to.add(count - 1), from.add(count - 1));
            asm!("std", "rep movsb", "cld", inout("rcx") count => _, inout("rdi") last_to => _, inout("rsi") last_from => _, options(nostack));
        }
        to
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn memset(to: *mut u8, byte: i32, count: usize) -> *mut u8 {
        // SAFETY: the caller promises `count` bytes; the direction flag is clear at every call.
        unsafe { asm!("rep stosb", inout("rcx") count => _, inout("rdi") to => _, in("eax") byte, options(nostack)) };
        to
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn memcmp(one: *const u8, other: *const u8, count: usize) -> i32 {
        for index in 0..count {
            // SAFETY: the caller promises `count` bytes at both places.
            let (one, other) = unsafe { (one.add(index).read_volatile(), other.add(index).read_volatile()) };
            if one != other {
                return i32::from(one) - i32::from(other);
            }
        }
        0
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn bcmp(one: *const u8, other: *const u8, count: usize) -> i32 {
        // SAFETY: the same promises.
        unsafe { memcmp(one, other, count) }
    }

    /// `alloc` comes compiled for panics that unwind, and names this; with panics that abort nobody calls it.
    #[unsafe(no_mangle)]
    extern "C" fn rust_eh_personality() {}
}

network! {
    #[tile(2)]
    struct Xor {
        hidden: Dense<2, 4>,
        Tanh,
        output: Dense<4, 2>,
        Softmax,
    }
}

/// The loss before and after some steps on exclusive or, and the answers.
fn trained() -> typenet::Result<(f32, f32, [f32; 2])> {
    let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let targets = [Class::new(0)?, Class::new(1)?, Class::new(1)?, Class::new(0)?];
    let mut memory = [0.0; Xor::WORKSPACE_LEN];
    let mut workspace = Workspace::<Xor>::over(&mut memory)?;
    let (mut network, mut gradient) = (Xor::init(&mut typenet::rng(37)), Gradient::zeroed());
    let mut optimizer = Adam::new(0.05).state();
    let mut losses = [0.0; 200];
    for loss in &mut losses {
        let pass = Pass::training(37, optimizer.steps());
        *loss = network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient)?;
        optimizer.step(&mut *network, &*gradient)?;
    }
    let mut answer = [0.0; 2];
    network.predict_into(&[1.0, 0.0], &mut answer);
    Ok((losses[0], losses[199], answer))
}

/// Takes only the text that is expected.
struct Expected<'a>(&'a str);

impl Write for Expected<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
        Ok(())
    }
}

extern "C" fn run() -> ! {
    if write!(Expected("loss 1.250e-5"), "loss {}", Significant(1.25e-5_f32)).is_err() {
        exit(3);
    }
    match trained() {
        Ok((before, after, [no, yes])) if before > 0.5 && after < 0.1 && yes > 0.9 && no + yes > 0.999 => exit(0),
        Ok(_) => exit(1),
        Err(_) => exit(2),
    }
}

/// Where the kernel enters, with a stack that is not aligned as functions expect.
// SAFETY: no other symbol has this name: there are no start files.
#[unsafe(no_mangle)]
#[unsafe(naked)]
extern "C" fn _start() -> ! {
    core::arch::naked_asm!("xor ebp, ebp", "and rsp, -16", "call {run}", "ud2", run = sym run)
}
