// SPDX-License-Identifier: Apache-2.0
// A disk for SQLite that fails when a test wants it to: a VFS (sqlite.org/vfs.html) in front of the default one.
#ifndef TOOPHER_TESTS_FAILING_DISK_H
#define TOOPHER_TESTS_FAILING_DISK_H

#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <new>

namespace toopher::failing_disk {

/// The number of the write, sync or truncation that fails, counted from now; 0: none.
inline std::atomic<int> fails_at{0};
/// Whether all later ones fail as well.
inline std::atomic<bool> for_good{false};
inline std::atomic<int> happened{0};
/// What a write that fails says: SQLITE_FULL or an SQLITE_IOERR_*.
inline std::atomic<int> says{SQLITE_IOERR_WRITE};

inline bool fails_now() {
  const int number = ++happened;
  const int chosen = fails_at;
  return chosen != 0 && (number == chosen || (for_good && number > chosen));
}

inline void repair() {
  fails_at = 0;
  happened = 0;
}

struct File {
  sqlite3_file base;
  sqlite3_file* real;  ///< behind this struct
};

inline sqlite3_file* real_of(sqlite3_file* file) {
  return reinterpret_cast<File*>(file)->real;
}

inline const sqlite3_io_methods* methods() {
  static const sqlite3_io_methods kMethods = {
      3,
      [](sqlite3_file* f) { return real_of(f)->pMethods->xClose(real_of(f)); },
      [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
        return real_of(f)->pMethods->xRead(real_of(f), to, size, at);
      },
      [](sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
        if (!fails_now()) return real_of(f)->pMethods->xWrite(real_of(f), from, size, at);
        // Half of it may have arrived.
        (void)real_of(f)->pMethods->xWrite(real_of(f), from, size / 2, at);
        return says.load();
      },
      [](sqlite3_file* f, sqlite3_int64 size) {
        return fails_now() ? SQLITE_IOERR_TRUNCATE : real_of(f)->pMethods->xTruncate(real_of(f), size);
      },
      [](sqlite3_file* f, int flags) {
        return fails_now() ? SQLITE_IOERR_FSYNC : real_of(f)->pMethods->xSync(real_of(f), flags);
      },
      [](sqlite3_file* f, sqlite3_int64* size) { return real_of(f)->pMethods->xFileSize(real_of(f), size); },
      [](sqlite3_file* f, int lock) { return real_of(f)->pMethods->xLock(real_of(f), lock); },
      [](sqlite3_file* f, int lock) { return real_of(f)->pMethods->xUnlock(real_of(f), lock); },
      [](sqlite3_file* f, int* reserved) {
        return real_of(f)->pMethods->xCheckReservedLock(real_of(f), reserved);
      },
      [](sqlite3_file* f, int operation, void* argument) {
        return real_of(f)->pMethods->xFileControl(real_of(f), operation, argument);
      },
      [](sqlite3_file* f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); },
      [](sqlite3_file* f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); },
      [](sqlite3_file* f, int page, int size, int extend, void volatile** memory) {
        return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, memory);
      },
      [](sqlite3_file* f, int offset, int n, int flags) {
        return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
      },
      [](sqlite3_file* f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); },
      [](sqlite3_file* f, int unlink) { return real_of(f)->pMethods->xShmUnmap(real_of(f), unlink); },
      [](sqlite3_file*, sqlite3_int64, int, void** memory) {
        *memory = nullptr;
        return SQLITE_OK;
      },
      [](sqlite3_file*, sqlite3_int64, void*) { return SQLITE_OK; }};
  return &kMethods;
}

inline int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* flags_out) {
  auto* const parent = static_cast<sqlite3_vfs*>(vfs->pAppData);
  auto* const own = reinterpret_cast<File*>(file);
  own->real = reinterpret_cast<sqlite3_file*>(own + 1);
  const int result = parent->xOpen(parent, path, own->real, flags, flags_out);
  own->base.pMethods = own->real->pMethods == nullptr ? nullptr : methods();
  return result;
}

/// From now on all databases are opened through it.
inline void install() {
  static sqlite3_vfs vfs;
  sqlite3_vfs* const parent = sqlite3_vfs_find(nullptr);
  vfs = *parent;
  vfs.zName = "failing";
  vfs.pNext = nullptr;
  vfs.pAppData = parent;
  vfs.szOsFile = static_cast<int>(sizeof(File)) + parent->szOsFile;
  vfs.xOpen = open;
  sqlite3_vfs_register(&vfs, 1);
}

}  // namespace toopher::failing_disk

#endif
