// Shared by the C files of this target only.
#ifndef PERILUNE_CONTROL_H
#define PERILUNE_CONTROL_H

#include "include/CLua.h"
#include <stdatomic.h>

/// Small blocks come in classes of 16 bytes up to this size.
enum { CLUA_SMALL = 256, CLUA_CLASSES = CLUA_SMALL / 16 };

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
  /// Free small blocks by class, the slabs they were cut from, and the rest of the newest slab.
  void *small[CLUA_CLASSES];
  void *slabs;
  char *rest;
  size_t rest_size;
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

int clua_open_base(lua_State *L);
void clua_open_coroutines(lua_State *L);
void clua_open_random(lua_State *L);
int clua_ordered_pairs(lua_State *L);
int clua_bounded_ipairs(lua_State *L);

#endif
