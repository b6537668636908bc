// Shared by the C files of this target only.
#ifndef PERILUNE_CONTROL_H
#define PERILUNE_CONTROL_H

#include "include/CLua.h"
#include <stdatomic.h>

/// Small blocks come in classes of 16 bytes up to this size.
enum { CLUA_SMALL = 256, CLUA_CLASSES = CLUA_SMALL / 16 };

/// Small blocks of one kind: free ones by class, the slabs they were cut from, and the rest of the newest slab.
typedef struct clua_pool {
  void *small[CLUA_CLASSES];
  struct clua_slab *slabs;
  char *rest;
  size_t rest_size;
} clua_pool;

/// Userdata of host objects lie in slabs of their own, so that freeing one is recognised and gives the object up:
/// a finalizer would cost each object a protected call and a second collection.
enum { CLUA_VALUES, CLUA_OBJECTS, CLUA_POOLS };

/// The beginning of a slab; slabs are aligned to their size.
typedef struct clua_slab {
  struct clua_slab *next;
  int64_t pool;
} clua_slab;

enum { CLUA_SLAB = 64 * 1024 };

static inline const clua_slab *slab_of(const void *small_block) {
  return (const clua_slab *)((uintptr_t)small_block & ~(uintptr_t)(CLUA_SLAB - 1));
}

struct clua_control {
  atomic_int conditions;
  atomic_int depth;
  atomic_int thread;
  _Atomic(lua_State *) current;
  lua_State *main;
  void *host;
  clua_callbacks callbacks;
  size_t bytes, peak, limit;
  /// Objects pushed so far.
  size_t pushed;
  clua_pool pools[CLUA_POOLS];
  /// Whether the next allocation is the userdata of a host object.
  bool takes_object;
  uint64_t random[4];
  uint64_t seed;
  /// The control whose calls this one's interrupted on the same thread.
  clua_control *outer;
};

static inline clua_control *control_of(lua_State *L) { return *(clua_control **)lua_getextraspace(L); }

static inline int conditions_of(const clua_control *control) {
  return atomic_load_explicit(&((clua_control *)control)->conditions, memory_order_relaxed);
}

/// Deals with what `conditions` asks for; raises for an interrupt or for a memory limit that a collection cannot meet.
void clua_attend(lua_State *L, clua_control *control);
/// Makes the interpreter look at the conditions before its next instruction.
void clua_hook_current(clua_control *control);
void clua_forget_sigint(clua_control *control);
void clua_enter(clua_control *control, int *thread);
void clua_leave(clua_control *control, int thread);

/// Gives back the reference that a userdata held, when its memory is freed.
void clua_release(clua_control *control, clua_block *block);

int clua_open_base(lua_State *L);
void clua_open_coroutines(lua_State *L);
void clua_open_random(lua_State *L);
int clua_ordered_pairs(lua_State *L);
int clua_bounded_ipairs(lua_State *L);

#endif
