// A Lua state with its allocator: counts bytes, never returns NULL (Lua 5.4.4 would go on with freed memory).
#include "control.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Small blocks (most userdata, closures, short strings) are cut from slabs: a sweep frees thousands of them at once,
/// and malloc would give their pages back to the system only to fault them in again.
static void *take_small(clua_pool *pool, size_t size, int64_t kind) {
  size_t class = (size - 1) / 16, needed = (class + 1) * 16;
  void **block = pool->small[class];
  if (block != NULL) {
    pool->small[class] = *block;
    return block;
  }
  if (pool->rest_size < needed) {
    clua_slab *slab = aligned_alloc(CLUA_SLAB, CLUA_SLAB);
    if (slab == NULL) return NULL;
    *slab = (clua_slab){pool->slabs, kind};
    pool->slabs = slab;
    pool->rest = (char *)slab + sizeof *slab;
    pool->rest_size = CLUA_SLAB - sizeof *slab;
  }
  void *fresh = pool->rest;
  pool->rest += needed;
  pool->rest_size -= needed;
  return fresh;
}

static void *take(clua_control *control, size_t size) {
  if (__builtin_expect(size > CLUA_SMALL, 0)) return malloc(size);
  if (!control->takes_object) return take_small(&control->pools[CLUA_VALUES], size, CLUA_VALUES);
  control->takes_object = false;
  void *block = take_small(&control->pools[CLUA_OBJECTS], size, CLUA_OBJECTS);
  if (block != NULL) memset(block, 0, size);
  return block;
}

static void give(clua_control *control, void *block, size_t size) {
  if (block == NULL) return;
  if (size > CLUA_SMALL) {
    free(block);
    return;
  }
  int64_t kind = slab_of(block)->pool;
  // The memory that Lua hands out lies at the end of a userdata.
  if (kind == CLUA_OBJECTS) clua_release(control, (clua_block *)((char *)block + size) - 1);
  clua_pool *pool = &control->pools[kind];
  *(void **)block = pool->small[(size - 1) / 16];
  pool->small[(size - 1) / 16] = block;
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
  for (int kind = 0; kind < CLUA_POOLS; kind++) {
    clua_slab *slab = control->pools[kind].slabs;
    while (slab != NULL) {
      clua_slab *next = slab->next;
      free(slab);
      slab = next;
    }
    control->pools[kind] = (clua_pool){0};
  }
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

void clua_step(lua_State *L) {
  // Inside a finalizer the collector answers -1 to every question.
  if (lua_gc(L, LUA_GCISRUNNING) == 1) lua_gc(L, LUA_GCSTEP, 0);
}

void clua_collect(lua_State *L) {
  if (lua_gc(L, LUA_GCISRUNNING) == 1) lua_gc(L, LUA_GCCOLLECT);
}
