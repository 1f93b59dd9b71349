/*
 * A disk and a clock that fail when they are told to, under one program. Preloaded, it watches journal.db and ledger.db (and their -wal)
 * of the folder MP_DISK_ROOT, and
 *
 * - keeps in MP_DISK_UNDO, one file per watched file, what each write since the last fsync changed: after a SIGKILL somebody else can
 *   take those writes back, all or some, as a power cut does;
 * - obeys the rule in the mapped file MP_DISK_CONTROL: at the n-th write or fsync of a class of files it kills the process before, in the
 *   middle of, or after it, answers ENOSPC or EIO, or lies about an fsync;
 * - adds the seconds in that file to the wall clock.
 *
 * Not emulated: directory entries that were not synced, and pages that the kernel drops after a failed fsync.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { NONE, KILL, NO_SPACE, IO_ERROR, LIE };              /* action */
enum { WRITE = 1, SYNC = 2 };                              /* operation */
enum { BEFORE, TORN, AFTER };                              /* phase of a kill */
enum { FILES = 4, FDS = 65536, PIECE = 4096 };

struct control { volatile int32_t action, files, operation, phase, countdown, clock_seconds, hits, lies; };
struct record { int64_t at, size_before; int32_t length, old_length; }; /* length -1: truncated; old bytes and new bytes follow */

static const char *const names[FILES] = { "journal.db", "journal.db-wal", "ledger.db", "ledger.db-wal" };
static struct { char path[512]; int undo; } files[FILES];
static signed char watched[FDS];                           /* 1 + index into files, 0: not watched */
static struct control *control;
static struct control idle;
static const char *root;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off64_t);
static int (*real_unlink)(const char *);
static int (*real_clock_gettime)(clockid_t, struct timespec *);

static void find(void)
{
    if (real_write) return;
    real_open = dlsym(RTLD_NEXT, "open64");
    real_openat = dlsym(RTLD_NEXT, "openat64");
    real_close = dlsym(RTLD_NEXT, "close");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
}

__attribute__((constructor)) static void begin(void)
{
    find();
    control = &idle;
    root = getenv("MP_DISK_ROOT");
    const char *undo = getenv("MP_DISK_UNDO"), *page = getenv("MP_DISK_CONTROL");
    if (!root || !undo || !page) { root = NULL; return; }
    int fd = real_open(page, O_RDWR | O_CLOEXEC);
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, PIECE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) { perror("MP_DISK_CONTROL"); _exit(99); }
    real_close(fd);
    control = map;
    for (int i = 0; i < FILES; i++) {
        char path[512];
        snprintf(files[i].path, sizeof files[i].path, "%s/%s", root, names[i]);
        snprintf(path, sizeof path, "%s/%s", undo, names[i]);
        files[i].undo = real_open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, 0600);
        if (files[i].undo < 0) { perror(path); _exit(99); }
    }
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int index_of(const char *path)
{
    if (root && path)
        for (int i = 0; i < FILES; i++) if (!strcmp(path, files[i].path)) return i;
    return -1;
}

static int file_of(int fd) { return fd >= 0 && fd < FDS ? watched[fd] - 1 : -1; }

/* Whether the rule strikes at this operation; under the lock. */
static int strikes(int file, int operation)
{
    if (control->action == NONE || control->operation != operation || !(control->files & (1 << file))) return NONE;
    if (control->countdown > 0) { control->countdown--; return NONE; }
    control->hits++;
    return control->action;
}

static void put(int fd, const void *bytes, size_t length)
{
    while (length > 0) {
        ssize_t done = real_write(fd, bytes, length);
        if (done <= 0) die(); /* without its undo log the emulation would be wrong */
        bytes = (const char *)bytes + done;
        length -= (size_t)done;
    }
}

/* What the bytes at [at, at + length) are before they change, and what they will be; new is NULL for a truncation to `at`. */
static void remember(int file, int fd, int64_t at, const void *new, size_t length)
{
    struct stat64 now;
    if (fstat64(fd, &now)) die();
    int64_t end = new ? at + (int64_t)length : now.st_size;
    int64_t old = (end < now.st_size ? end : now.st_size) - at;
    struct record record = { at, now.st_size, new ? (int32_t)length : -1, old > 0 ? (int32_t)old : 0 };
    put(files[file].undo, &record, sizeof record);
    char piece[PIECE];
    for (int64_t done = 0; done < record.old_length;) {
        size_t want = (size_t)(record.old_length - done < PIECE ? record.old_length - done : PIECE);
        ssize_t got = pread64(fd, piece, want, at + done);
        if (got <= 0) die();
        put(files[file].undo, piece, (size_t)got);
        done += got;
    }
    if (new) put(files[file].undo, new, length);
}

static ssize_t write_at(int file, int fd, const void *bytes, size_t length, int64_t at, int moves)
{
    pthread_mutex_lock(&lock);
    int strike = strikes(file, WRITE), phase = control->phase;
    if (strike == KILL && phase == BEFORE) die();
    if (moves) at = lseek64(fd, 0, SEEK_CUR);
    size_t some = (strike == KILL && phase == TORN) || strike == NO_SPACE ? length / 2 : length;
    remember(file, fd, at, bytes, some);
    ssize_t done = moves ? real_write(fd, bytes, some) : real_pwrite(fd, bytes, some, at);
    if (strike == KILL) die();
    pthread_mutex_unlock(&lock);
    /* A full disk takes what fits; the rest, tried again, meets the rule again. */
    if (strike == NO_SPACE) { errno = ENOSPC; return -1; }
    return done;
}

static int sync_all(int (*real)(int), int fd)
{
    int file = file_of(fd);
    if (file < 0) return real(fd);
    pthread_mutex_lock(&lock);
    int strike = strikes(file, SYNC), phase = control->phase, done = 0;
    if (strike == KILL && phase != AFTER) die();
    if (strike == IO_ERROR) { errno = EIO; done = -1; }
    else if (strike == LIE) control->lies++;
    else if ((done = real(fd)) == 0 && real_ftruncate(files[file].undo, 0)) die();
    if (strike == KILL) die();
    pthread_mutex_unlock(&lock);
    return done;
}

static int opened(const char *path, int fd)
{
    if (fd >= 0 && fd < FDS) watched[fd] = (signed char)(1 + index_of(path));
    return fd;
}

#define MODE(flags, mode) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags, mode) find(); return opened(path, real_open(path, flags, mode)); }
int open64(const char *path, int flags, ...) { MODE(flags, mode) find(); return opened(path, real_open(path, flags, mode)); }
int openat(int at, const char *path, int flags, ...) { MODE(flags, mode) find(); return opened(path, real_openat(at, path, flags, mode)); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags, mode) find(); return opened(path, real_openat(at, path, flags, mode)); }

int close(int fd)
{
    find();
    if (fd >= 0 && fd < FDS) watched[fd] = 0;
    return real_close(fd);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    find();
    int file = file_of(fd);
    return file < 0 ? real_write(fd, bytes, length) : write_at(file, fd, bytes, length, 0, 1);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at)
{
    find();
    int file = file_of(fd);
    return file < 0 ? real_pwrite(fd, bytes, length, at) : write_at(file, fd, bytes, length, at, 0);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }

int ftruncate64(int fd, off64_t length)
{
    find();
    int file = file_of(fd);
    if (file < 0) return real_ftruncate(fd, length);
    pthread_mutex_lock(&lock);
    remember(file, fd, length, NULL, 0);
    int done = real_ftruncate(fd, length);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }
int fsync(int fd) { find(); return sync_all(real_fsync, fd); }
int fdatasync(int fd) { find(); return sync_all(real_fdatasync, fd); }

int unlink(const char *path)
{
    find();
    int file = index_of(path);
    if (file < 0) return real_unlink(path);
    pthread_mutex_lock(&lock);
    int done = real_unlink(path);
    if (done == 0 && real_ftruncate(files[file].undo, 0)) die();
    pthread_mutex_unlock(&lock);
    return done;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    find();
    int done = real_clock_gettime(clock, now);
    if (done == 0 && control && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += control->clock_seconds;
    return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    struct timespec precise;
    if (clock_gettime(CLOCK_REALTIME, &precise)) return -1;
    *now = (struct timeval){ precise.tv_sec, precise.tv_nsec / 1000 };
    return 0;
}
