/// The C side of the Lua host: what Swift cannot express (macros, variadic calls, longjmp) or must not do (raise).
///
/// One rule holds everywhere: `lua_error` is called only from C frames. Swift is entered from C, returns a status, and
/// never has a Lua error jump across its frames.
#ifndef PERILUNE_CLUA_H
#define PERILUNE_CLUA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#pragma clang assume_nonnull begin

/// The state shared by a Lua universe, its Swift host and signal handlers; every thread's extra space points to it.
typedef struct clua_control clua_control;

/// What all userdata blocks of one host type share.
typedef struct clua_type {
  /// Objects that Lua holds at this moment.
  int64_t live;
  /// The metatable's place in the registry.
  int metatable;
  /// The Swift description of the type, not retained.
  void *_Nullable description;
} clua_type;

/// The memory of a userdata: a retained Swift object, or NULL after its release.
typedef struct clua_block {
  void *_Nullable object;
  clua_type *type;
} clua_block;

/// What Swift does for C. None of these may raise.
typedef struct clua_callbacks {
  /// Runs a native function; a result below zero means that an error value is on top of the stack.
  int32_t (*invoke)(lua_State *, void *function);
  /// Gives back the reference that a block held; Lua must not be called from it.
  void (*release)(void *object);
  /// Replaces the message on top of the stack by the one that the user will read; runs where the error happened.
  void (*report)(lua_State *);
  /// Pushes the message for a condition that stops the script (`CLUA_INTERRUPT`, `CLUA_MEMORY`, ...).
  void (*explain)(lua_State *, int condition);
  /// Takes printed text.
  void (*write)(lua_State *, const char *text, size_t length);
  /// Pushes the printed form of the value at an index and returns 1; 0 leaves it to `tostring`.
  int32_t (*format)(lua_State *, int index);
} clua_callbacks;

/// Conditions that native calls and hooks look for.
enum {
  CLUA_INTERRUPT = 1,
  CLUA_MEMORY = 2,
  CLUA_COLLECT = 4,
  CLUA_OVERFLOW = 8,
  CLUA_CLOSING = 16,
};

/// The name of chunks that belong to the program itself, not to the script, begins so.
#define CLUA_PRELUDE "=perilune"

// Life of a state.
clua_control *clua_control_create(void);
void clua_control_free(clua_control *control);
/// Makes a state with the restricted standard libraries; NULL when that fails.
lua_State *_Nullable clua_open(clua_control *control, void *host, clua_callbacks callbacks);
void clua_close(clua_control *control);
void *clua_host(lua_State *L);
/// The running coroutine; NULL after closing.
lua_State *_Nullable clua_current(clua_control *control);
size_t clua_bytes(const clua_control *control);
size_t clua_peak_bytes(const clua_control *control);
void clua_set_limit(clua_control *control, size_t bytes);
size_t clua_limit(const clua_control *control);

// Conditions.
/// Safe in signal handlers and from any thread.
void clua_interrupt(clua_control *control);
int clua_conditions(const clua_control *control);
void clua_set_condition(clua_control *control, int condition);
void clua_clear_condition(clua_control *control, int condition);
/// Lets SIGINT interrupt this state; the second one in a row ends the process. NULL restores the default.
void clua_catch_sigint(clua_control *_Nullable control);
/// Instead of ending the process, the second SIGINT in a row waits this long for the script to stop, and then replaces the
/// process by these arguments: for loops in Lua's own C functions, which nothing stops. The arguments must stay.
void clua_restart_when_stuck(int milliseconds, char *_Nullable const *arguments);

// Calls.
/// Calls the function below `arguments` values, protected, with the error reporter; returns Lua's status.
int clua_call(lua_State *L, int arguments, int results);
/// How many calls from Swift into Lua are under way.
int clua_depth(const clua_control *control);
/// Replaces the block of a native function on top of the stack by a closure over it.
void clua_push_function(lua_State *L);
/// With methods, fields and the block of the fallback on top: replaces them by the `__index` function of a host type.
void clua_push_index(lua_State *L);
/// Pushes a new block that takes over one reference to the object.
void clua_push_object(lua_State *L, clua_type *type, void *object);
/// The block at an index if it belongs to any host type.
const clua_block *_Nullable clua_any_block(lua_State *L, int index);
/// Pushes "file:line: " of the first script line at or above a level, or an empty string.
void clua_push_where(lua_State *L, int level);
void clua_seed(clua_control *control, uint64_t seed);
/// All that `math.random` goes on from: four words of its state, and the seed.
void clua_random_state(const clua_control *control, uint64_t state[5]);
void clua_set_random_state(clua_control *control, const uint64_t state[5]);

/// One level of the call stack.
typedef struct clua_frame {
  const char *_Nullable source;
  const char *_Nullable name;
  const char *_Nullable name_kind;
  int line;
  int defined_line;
  bool is_lua;
  bool is_prelude;
  bool is_main;
  bool is_tail_call;
  char short_source[LUA_IDSIZE];
} clua_frame;

/// Describes a level; false when there is none.
bool clua_frame_at(lua_State *L, int level, clua_frame *frame);
/// Pushes the local variable (the innermost of that name) of a level; false, and nothing pushed, when there is none.
bool clua_push_local(lua_State *L, int level, const char *name);
/// Pushes the local variable at a place (from 1) of a level and gives its name; NULL, and nothing pushed, beyond the last.
const char *_Nullable clua_push_local_at(lua_State *L, int level, int place);
bool clua_level_exists(lua_State *L, int level);

/// One step of the collector; runs finalizers, raises nothing.
void clua_step(lua_State *L);
void clua_collect(lua_State *L);

// Macros of Lua as functions. None of them raises with an allocator that never fails.
static inline void clua_pop(lua_State *L, int count) { lua_settop(L, -count - 1); }
static inline int clua_registry(void) { return LUA_REGISTRYINDEX; }
static inline void clua_insert(lua_State *L, int index) { lua_rotate(L, index, 1); }
static inline void clua_remove(lua_State *L, int index) { lua_rotate(L, index, -1); lua_settop(L, -2); }
static inline void clua_push_globals(lua_State *L) { lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS); }
static inline int clua_ref(lua_State *L) { return luaL_ref(L, LUA_REGISTRYINDEX); }
static inline void clua_unref(lua_State *L, int reference) { luaL_unref(L, LUA_REGISTRYINDEX, reference); }
static inline int clua_push_ref(lua_State *L, int reference) { return lua_rawgeti(L, LUA_REGISTRYINDEX, reference); }

/// Makes room for one value; where the stack cannot grow, the top value gives way and the next check raises.
void clua_overflow(lua_State *L);
static inline void clua_room(lua_State *L) {
  if (__builtin_expect(!lua_checkstack(L, 2), 0)) clua_overflow(L);
}

/// The object at an index if it is of this type: its block carries the type's address, which no foreign userdata can.
static inline void *_Nullable clua_object(lua_State *L, int index, const clua_type *type) {
  if (lua_rawlen(L, index) != sizeof(clua_block)) return NULL;
  const clua_block *block = (const clua_block *)lua_touserdata(L, index);
  return block != NULL && block->type == type ? block->object : NULL;
}

/// Reads a number that is not a string in disguise.
static inline bool clua_number(lua_State *L, int index, double *value) {
  if (lua_type(L, index) != LUA_TNUMBER) return false;
  *value = lua_tonumberx(L, index, NULL);
  return true;
}

/// Reads an integer, or a float with an integer value in range.
static inline bool clua_integer(lua_State *L, int index, int64_t *value) {
  if (lua_type(L, index) != LUA_TNUMBER) return false;
  int exact = 0;
  *value = lua_tointegerx(L, index, &exact);
  return exact != 0;
}

static inline int clua_load(lua_State *L, const char *source, size_t length, const char *name) {
  return luaL_loadbufferx(L, source, length, name, "t");
}

/// Lets the C library keep freed memory for the next objects.
void clua_keep_freed_memory(void);

/// Pushes the text of a value by its own `__tostring`; pushes nothing and answers false for plain tables.
bool clua_push_own_text(lua_State *L, int index);

#pragma clang assume_nonnull end

#endif
