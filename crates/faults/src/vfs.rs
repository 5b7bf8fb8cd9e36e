//! A file system for SQLite that records every write and sync, and fails on request.
//!
//! It becomes the default of this process, so the product unknowingly opens its databases on it. The real file system
//! does the work: a file keeps the memory that SQLite gave it, and only its table of methods is replaced. Files outside
//! the watched folder are left alone.

#![expect(unsafe_code, reason = "SQLite calls a file system through C function pointers")]

use libsqlite3_sys::{
    SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE, SQLITE_OK, sqlite3_file,
    sqlite3_filename, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find, sqlite3_vfs_register,
};
use std::{
    collections::HashMap,
    ffi::{CStr, c_char, c_int, c_void},
    path::{Path, PathBuf},
    ptr, slice,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

/// One thing that happened to a file, in the order in which it happened.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// Bytes were written.
    Write {
        /// The file's number.
        file: usize,
        /// Where in the file.
        offset: usize,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The file was cut or extended to a length.
    Truncate {
        /// The file's number.
        file: usize,
        /// Its length from now on.
        length: usize,
    },
    /// Everything written to the file before is safe.
    Sync {
        /// The file's number.
        file: usize,
    },
    /// The file was removed.
    Delete {
        /// The file's number.
        file: usize,
    },
    /// The product acknowledged a unit of work of this writer.
    Ack {
        /// The writer.
        writer: usize,
        /// The number of its unit.
        unit: u64,
    },
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The device reports an error (EIO).
    Io,
    /// The disk is full.
    Full,
}

/// Which calls fail: one after a number of calls, and all later ones, too, if the failure lasts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How many calls succeed first.
    pub(crate) after: u64,
    /// How the call fails.
    pub(crate) failure: Failure,
    /// Whether all later calls fail as well.
    pub(crate) lasts: bool,
}

/// What is recorded and what fails.
#[derive(Default)]
struct Tape {
    folder: PathBuf,
    files: Vec<PathBuf>,
    /// For each open file its number, unless it was opened for an earlier watch, and its real methods.
    open: HashMap<usize, (Option<usize>, &'static sqlite3_io_methods)>,
    ops: Option<Vec<Op>>,
    plan: Option<Plan>,
    calls: u64,
    failed: u64,
}

static TAPE: OnceLock<Mutex<Tape>> = OnceLock::new();
static REAL: OnceLock<Real> = OnceLock::new();

/// The file system that does the work.
struct Real {
    vfs: *mut sqlite3_vfs,
    /// Our table of methods for each of the real file system's tables, by address: a log is opened without locks and so
    /// has other methods.
    tables: Mutex<HashMap<usize, &'static sqlite3_io_methods>>,
}

// SAFETY: SQLite never changes a registered file system, and calls it from any thread.
unsafe impl Send for Real {}
// SAFETY: as above.
unsafe impl Sync for Real {}

fn tape() -> MutexGuard<'static, Tape> {
    TAPE.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes this file system the default of the process. Once is enough; more often does no harm.
pub(crate) fn install() {
    REAL.get_or_init(|| {
        // SAFETY: a null name means the default, which is never freed. Our copy lives as long as the process, and has
        // what the original needs: its private data and its file size.
        unsafe {
            let vfs = sqlite3_vfs_find(ptr::null());
            let mut ours = *vfs;
            ours.zName = c"recording".as_ptr();
            ours.pNext = ptr::null_mut();
            ours.xOpen = Some(open);
            ours.xDelete = Some(delete);
            sqlite3_vfs_register(Box::leak(Box::new(ours)), 1);
            Real { vfs, tables: Mutex::default() }
        }
    });
}

/// Watches the databases in a folder, and records what happens to them if asked to.
pub(crate) fn watch(folder: &Path, record: bool) {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut tape = tape();
    let mut open = std::mem::take(&mut tape.open);
    open.values_mut().for_each(|(file, _)| *file = None);
    *tape = Tape { folder, open, ops: record.then(Vec::new), ..Tape::default() };
}

/// Makes calls on watched files fail from now on; `None` ends that.
pub(crate) fn fail(plan: Option<Plan>) {
    let mut tape = tape();
    (tape.plan, tape.calls, tape.failed) = (plan, 0, 0);
}

/// How many calls there were since [`fail`], and how many of them failed.
pub(crate) fn calls() -> (u64, u64) {
    let tape = tape();
    (tape.calls, tape.failed)
}

/// Notes that the product acknowledged a unit of work.
pub(crate) fn acknowledge(writer: usize, unit: u64) {
    if let Some(ops) = &mut tape().ops {
        ops.push(Op::Ack { writer, unit });
    }
}

/// The watched files and what happened to them.
pub(crate) fn take() -> (Vec<PathBuf>, Vec<Op>) {
    let mut tape = tape();
    let ops = tape.ops.take().unwrap_or_default();
    (tape.files.clone(), ops)
}

impl Tape {
    /// The number of a watched file.
    fn number(&mut self, path: &Path) -> Option<usize> {
        if !path.starts_with(&self.folder) || self.folder.as_os_str().is_empty() {
            return None;
        }
        let known = self.files.iter().position(|known| known == path);
        Some(known.unwrap_or_else(|| {
            self.files.push(path.to_owned());
            self.files.len() - 1
        }))
    }

    /// Whether a call that changes a file fails. A call that does not is recorded.
    fn judge(&mut self, handle: usize, op: impl FnOnce(usize) -> Op) -> Option<Failure> {
        let file = self.open.get(&handle)?.0?;
        self.calls += 1;
        if let Some(plan) = self.plan
            && (self.calls == plan.after + 1 || plan.lasts && self.calls > plan.after)
        {
            self.failed += 1;
            return Some(plan.failure);
        }
        if let Some(ops) = &mut self.ops {
            ops.push(op(file));
        }
        None
    }
}

/// The real methods of an open file.
fn real(tape: &Tape, file: *mut sqlite3_file) -> &'static sqlite3_io_methods {
    // SQLite only calls our methods on files that `open` has noted.
    tape.open.get(&(file as usize)).map_or_else(|| std::process::abort(), |(_, methods)| methods)
}

/// Opens a file as the real file system does, and replaces its methods if it is watched.
///
/// # Safety
/// Called by SQLite with valid pointers.
unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let Some(system) = REAL.get() else { return SQLITE_IOERR_WRITE };
    // SAFETY: the pointers are SQLite's own, and the file has the size that the real file system requires.
    unsafe {
        let Some(real_open) = (*system.vfs).xOpen else { return SQLITE_IOERR_WRITE };
        let code = real_open(system.vfs, name, file, flags, out);
        if code != SQLITE_OK || name.is_null() || (*file).pMethods.is_null() {
            return code;
        }
        let path = PathBuf::from(CStr::from_ptr(name).to_string_lossy().into_owned());
        let mut tape = tape();
        if let Some(number) = tape.number(&path) {
            let methods: &'static sqlite3_io_methods = &*(*file).pMethods;
            tape.open.insert(file as usize, (Some(number), methods));
            let mut tables = system.tables.lock().unwrap_or_else(PoisonError::into_inner);
            let address = ptr::from_ref(methods) as usize;
            (*file).pMethods = *tables.entry(address).or_insert_with(|| Box::leak(Box::new(ours(methods))));
        }
        code
    }
}

/// Version 2 has shared memory, which a write-ahead log needs, and no memory maps, which could not be recorded.
fn ours(real: &sqlite3_io_methods) -> sqlite3_io_methods {
    sqlite3_io_methods {
        iVersion: real.iVersion.min(2),
        xClose: Some(close),
        xWrite: Some(write),
        xTruncate: Some(truncate),
        xSync: Some(sync),
        ..*real
    }
}

/// # Safety
/// Called by SQLite with valid pointers.
unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    let Some(system) = REAL.get() else { return SQLITE_IOERR_WRITE };
    // SAFETY: the pointers are SQLite's own.
    unsafe {
        let Some(real_delete) = (*system.vfs).xDelete else { return SQLITE_IOERR_WRITE };
        let code = real_delete(system.vfs, name, sync);
        let path = PathBuf::from(CStr::from_ptr(name).to_string_lossy().into_owned());
        let mut tape = tape();
        if code == SQLITE_OK
            && let Some(file) = tape.number(&path)
            && let Some(ops) = &mut tape.ops
        {
            ops.push(Op::Delete { file });
        }
        code
    }
}

/// # Safety
/// Called by SQLite with valid pointers.
unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let mut tape = tape();
    let methods = real(&tape, file);
    tape.open.remove(&(file as usize));
    drop(tape);
    // SAFETY: the file is the real file system's.
    unsafe { methods.xClose.map_or(SQLITE_OK, |close| close(file)) }
}

/// # Safety
/// Called by SQLite with valid pointers.
unsafe extern "C" fn write(file: *mut sqlite3_file, data: *const c_void, count: c_int, at: sqlite3_int64) -> c_int {
    let length = usize::try_from(count).unwrap_or_default();
    let offset = usize::try_from(at).unwrap_or_default();
    let op = |number| {
        // SAFETY: SQLite passes this many bytes.
        let bytes = unsafe { slice::from_raw_parts(data.cast::<u8>(), length) }.to_vec();
        Op::Write { file: number, offset, bytes }
    };
    let mut tape = tape();
    match tape.judge(file as usize, op) {
        Some(Failure::Io) => SQLITE_IOERR_WRITE,
        Some(Failure::Full) => SQLITE_FULL,
        // SAFETY: the file is the real file system's. The tape stays locked, so the recorded order is the order of the
        // calls.
        None => unsafe { real(&tape, file).xWrite.map_or(SQLITE_OK, |write| write(file, data, count, at)) },
    }
}

/// # Safety
/// Called by SQLite with valid pointers.
unsafe extern "C" fn truncate(file: *mut sqlite3_file, size: sqlite3_int64) -> c_int {
    let length = usize::try_from(size).unwrap_or_default();
    let mut tape = tape();
    match tape.judge(file as usize, |file| Op::Truncate { file, length }) {
        Some(_) => SQLITE_IOERR_TRUNCATE,
        // SAFETY: as in `write`.
        None => unsafe { real(&tape, file).xTruncate.map_or(SQLITE_OK, |truncate| truncate(file, size)) },
    }
}

/// # Safety
/// Called by SQLite with valid pointers.
unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    let mut tape = tape();
    match tape.judge(file as usize, |file| Op::Sync { file }) {
        Some(_) => SQLITE_IOERR_FSYNC,
        // SAFETY: as in `write`.
        None => unsafe { real(&tape, file).xSync.map_or(SQLITE_OK, |sync| sync(file, flags)) },
    }
}
