// A Lua state with its allocator: counts bytes, never returns NULL (Lua 5.4.4 would go on with freed memory).
#include "control.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Small blocks (most userdata, closures, short strings) are cut from slabs: a sweep frees thousands of them at once,
/// and malloc would give their pages back to the system only to fault them in again.
static void *take(clua_control *control, size_t size) {
  if (size > CLUA_SMALL) return malloc(size);
  size_t class = (size - 1) / 16, needed = (class + 1) * 16;
  void **block = control->small[class];
  if (block != NULL) {
    control->small[class] = *block;
    return block;
  }
  if (control->rest_size < needed) {
    const size_t slab_size = 64 * 1024;
    void **slab = malloc(slab_size);
    if (slab == NULL) return NULL;
    *slab = control->slabs;
    control->slabs = slab;
    control->rest = (char *)slab + 16;
    control->rest_size = slab_size - 16;
  }
  void *fresh = control->rest;
  control->rest += needed;
  control->rest_size -= needed;
  return fresh;
}

static void give(clua_control *control, void *block, size_t size) {
  if (block == NULL) return;
  if (size > CLUA_SMALL) {
    free(block);
  } else {
    *(void **)block = control->small[(size - 1) / 16];
    control->small[(size - 1) / 16] = block;
  }
}

static void *resize(clua_control *control, void *old, size_t old_size, size_t size) {
  if (old == NULL) return take(control, size);
  if (old_size > CLUA_SMALL && size > CLUA_SMALL) return realloc(old, size);
  if (old_size <= CLUA_SMALL && size <= CLUA_SMALL && (old_size - 1) / 16 == (size - 1) / 16) return old;
  void *new = take(control, size);
  if (new == NULL) return NULL;
  memcpy(new, old, old_size < size ? old_size : size);
  give(control, old, old_size);
  return new;
}

static void *allocate(void *data, void *old, size_t old_size, size_t size) {
  clua_control *control = data;
  if (old == NULL) old_size = 0;
  control->bytes += size - old_size;
  if (size == 0) {
    give(control, old, old_size);
    return NULL;
  }
  if (control->bytes > control->peak) control->peak = control->bytes;
  if (size > old_size && control->bytes > control->limit && !(conditions_of(control) & CLUA_MEMORY)) {
    atomic_fetch_or(&control->conditions, CLUA_MEMORY);
    clua_hook_current(control);
  }
  void *new = resize(control, old, old_size, size);
  if (new == NULL) {
    static const char message[] = "perilune: the system has no memory left for this script\n";
    ssize_t written = write(2, message, sizeof message - 1);
    (void)written;
    _exit(3);
  }
  return new;
}

clua_control *clua_control_create(void) {
  clua_control *control = calloc(1, sizeof *control);
  if (control == NULL) _exit(3);
  control->limit = SIZE_MAX;
  return control;
}

void clua_control_free(clua_control *control) {
  clua_close(control);
  clua_forget_sigint(control);
  free(control);
}

lua_State *clua_open(clua_control *control, void *host, clua_callbacks callbacks) {
  control->host = host;
  control->callbacks = callbacks;
  lua_State *L = lua_newstate(allocate, control);
  if (L == NULL) return NULL;
  *(clua_control **)lua_getextraspace(L) = control;
  control->main = L;
  atomic_store(&control->current, L);
  clua_seed(control, 0);
  lua_gc(L, LUA_GCINC, 0, 0, 0);
  lua_pushcfunction(L, clua_open_base);
  if (lua_pcallk(L, 0, 0, 0, 0, NULL) != LUA_OK) {
    clua_close(control);
    return NULL;
  }
  return L;
}

void clua_close(clua_control *control) {
  lua_State *L = control->main;
  if (L == NULL) return;
  // Objects made while a state closes are never finalized, so native functions are refused from here on.
  atomic_store(&control->conditions, CLUA_CLOSING);
  control->limit = SIZE_MAX;
  atomic_store(&control->current, L);
  lua_sethook(L, NULL, 0, 0);
  lua_close(L);
  while (control->slabs != NULL) {
    void *slab = control->slabs;
    control->slabs = *(void **)slab;
    free(slab);
  }
  memset(control->small, 0, sizeof control->small);
  control->rest_size = 0;
  atomic_store(&control->current, NULL);
  control->main = NULL;
  atomic_store(&control->conditions, 0);
}

void *clua_host(lua_State *L) { return control_of(L)->host; }
lua_State *clua_current(clua_control *control) { return atomic_load_explicit(&control->current, memory_order_relaxed); }
size_t clua_bytes(const clua_control *control) { return control->bytes; }
size_t clua_peak_bytes(const clua_control *control) { return control->peak; }
void clua_set_limit(clua_control *control, size_t bytes) { control->limit = bytes; }
size_t clua_limit(const clua_control *control) { return control->limit; }
int clua_depth(const clua_control *control) { return atomic_load(&((clua_control *)control)->depth); }

void clua_step(lua_State *L, int kilobytes) {
  // Inside a finalizer the collector answers -1 to every question.
  if (lua_gc(L, LUA_GCISRUNNING) == 1) lua_gc(L, LUA_GCSTEP, kilobytes);
}

void clua_collect(lua_State *L) {
  if (lua_gc(L, LUA_GCISRUNNING) == 1) lua_gc(L, LUA_GCCOLLECT);
}
