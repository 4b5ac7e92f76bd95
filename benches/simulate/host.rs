//! What a bench needs of the machine it runs on: a clock, memory in use, somewhere to print a row.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Nanoseconds of CPU time of this thread, which other processes do not slow down much; wall time where nobody tells.
pub fn clock() -> f64 {
    system::clock()
}

/// Bytes that are allocated and not yet freed, without what the allocator keeps for itself.
pub fn memory() -> f64 {
    LIVE.get() as f64
}

/// Prints what the product needs: benches/peers print theirs in the same form.
pub fn row(workload: &str, n: u32, metric: &str, value: f64) {
    system::print(&format!("warren,{workload},{n},{metric},{value:.3}"));
}

/// Whether to measure. `cargo test --benches` comes here, too: then one small round shows that it works.
pub fn measures() -> bool {
    system::measures()
}

/// Nanoseconds of the fastest round: of more rounds where they are short, as any of them may have been disturbed. What a
/// round leaves is dropped outside of it.
pub fn best<T>(full: bool, mut work: impl FnMut() -> T) -> f64 {
    let (mut least, mut sum, mut rounds) = (f64::MAX, 0.0, 0);
    let enough = if full { (5, 3e8) } else { (1, 0.0) };
    while rounds < enough.0 || (sum < enough.1 && rounds < 30) {
        let start = clock();
        let left = work();
        let took = clock() - start;
        drop(left);
        least = least.min(took);
        sum += took;
        rounds += 1;
    }
    least
}

thread_local!(static LIVE: Cell<isize> = const { Cell::new(0) });

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator that counts what it hands on to the system's")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.set(LIVE.get() + layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get() - layout.size() as isize);
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LIVE.set(LIVE.get() + size as isize - layout.size() as isize);
        unsafe { System.realloc(at, layout, size) }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod system {
    /// As the peers' kernel does: Linux' CLOCK_THREAD_CPUTIME_ID.
    #[cfg(target_os = "linux")]
    #[expect(unsafe_code, reason = "the standard library knows no clock of CPU time")]
    pub fn clock() -> f64 {
        unsafe extern "C" {
            fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
        }
        let mut time = [0; 2];
        unsafe { clock_gettime(3, &mut time) };
        time[0] as f64 * 1e9 + time[1] as f64
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::disallowed_types, reason = "a benchmark is what a clock is for")]
    pub fn clock() -> f64 {
        thread_local!(static START: std::time::Instant = std::time::Instant::now());
        START.with(|start| start.elapsed().as_nanos() as f64)
    }

    pub fn print(line: &str) {
        println!("{line}");
    }

    pub fn measures() -> bool {
        std::env::args().any(|argument| argument == "--bench")
    }
}

/// In a page: benches/browser.mjs gives what is imported.
#[cfg(target_arch = "wasm32")]
mod system {
    #[expect(unsafe_code, reason = "the page's two functions: a number from a clock, a text to print")]
    #[link(wasm_import_module = "bench")]
    unsafe extern "C" {
        /// Milliseconds.
        safe fn now() -> f64;
        safe fn print_text(start: *const u8, length: usize);
    }

    pub fn clock() -> f64 {
        now() * 1e6
    }

    pub fn print(line: &str) {
        print_text(line.as_ptr(), line.len());
    }

    pub fn measures() -> bool {
        std::panic::set_hook(Box::new(|panic| print(&format!("# {panic}"))));
        true
    }
}
