// Calls between Lua and Swift. Every error is raised here, in C, after Swift has returned.
#include "control.h"
#include <string.h>

static int invoke(lua_State *L, const clua_block *block) {
  clua_control *control = control_of(L);
  if (__builtin_expect(conditions_of(control) != 0, 0)) clua_attend(L, control);
  if (__builtin_expect(block->object == NULL, 0)) {
    return luaL_error(L, "this function belongs to a script that has ended");
  }
  int32_t results = control->callbacks.invoke(L, block->object);
  if (__builtin_expect(results < 0, 0)) return lua_error(L);
  if (__builtin_expect(results > lua_gettop(L), 0)) clua_attend(L, control);
  return results;
}

static int trampoline(lua_State *L) { return invoke(L, lua_touserdata(L, lua_upvalueindex(1))); }

void clua_push_function(lua_State *L) { lua_pushcclosure(L, trampoline, 1); }

/// Upvalues: the methods, the blocks of the field readers, the block of the fallback.
static int index_object(lua_State *L) {
  if (lua_type(L, 2) == LUA_TSTRING) {
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    lua_copy(L, 2, 3);
    if (lua_rawget(L, lua_upvalueindex(2)) == LUA_TUSERDATA) {
      const clua_block *block = lua_touserdata(L, 3);
      lua_settop(L, 2);
      return invoke(L, block);
    }
    lua_settop(L, 2);
  }
  return invoke(L, lua_touserdata(L, lua_upvalueindex(3)));
}

void clua_push_index(lua_State *L) { lua_pushcclosure(L, index_object, 3); }

/// Runs while the collector sweeps, or the state closes: Lua must not be called from here.
void clua_release(clua_control *control, clua_block *block) {
  void *object = block->object;
  if (object == NULL) return;
  block->object = NULL;
  block->type->live--;
  control->callbacks.release(object);
}

/// Objects hold native memory that the collector does not see. While Lua's own heap is small, a cycle is cheap, and
/// beginning one early keeps the garbage in the processor's cache; a large heap keeps Lua's usual pause of 200 %.
static void pace(lua_State *L, clua_control *control) {
  size_t kilobytes = control->bytes / 1024;
  lua_gc(L, LUA_GCSETPAUSE, (int)(110 + 90 * kilobytes / (kilobytes + 4096)));
}

void clua_push_object(lua_State *L, clua_type *type, void *object) {
  clua_room(L);
  clua_control *control = control_of(L);
  if ((++control->pushed & 1023) == 0) pace(L, control);
  control->takes_object = true;
  clua_block *block = lua_newuserdatauv(L, sizeof *block, 0);
  block->object = object;
  block->type = type;
  type->live++;
  lua_rawgeti(L, LUA_REGISTRYINDEX, type->metatable);
  lua_setmetatable(L, -2);
}

const clua_block *clua_any_block(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof(clua_block)) return NULL;
  // Files of the io library have blocks of the same size, but not in the slabs of objects.
  const clua_block *block = lua_touserdata(L, index);
  return slab_of(block)->pool == CLUA_OBJECTS ? block : NULL;
}

static int report(lua_State *L) {
  clua_control *control = control_of(L);
  lua_settop(L, 1);
  if (lua_type(L, 1) == LUA_TNUMBER) {
    lua_tolstring(L, 1, NULL);
  } else if (lua_type(L, 1) != LUA_TSTRING) {
    bool told = !(conditions_of(control) & CLUA_INTERRUPT) && luaL_callmeta(L, 1, "__tostring");
    if (!told || lua_type(L, -1) != LUA_TSTRING) {
      lua_settop(L, 1);
      clua_push_where(L, 1);
      const char *kind = lua_type(L, 1) == LUA_TNIL ? "nil" : luaL_typename(L, 1);
      const char *where = lua_tostring(L, 2);
      lua_pushfstring(L, "%sthe script raised an error whose value is of type %s, not a message", where, kind);
    }
    lua_replace(L, 1);
    lua_settop(L, 1);
  }
  control->callbacks.report(L);
  return 1;
}

int clua_call(lua_State *L, int arguments, int results) {
  clua_control *control = control_of(L);
  int base = lua_gettop(L) - arguments;
  int thread;
  lua_pushcfunction(L, report);
  lua_insert(L, base);
  clua_enter(control, &thread);
  int status = lua_pcallk(L, arguments, results, base, 0, NULL);
  clua_leave(control, thread);
  lua_remove(L, base);
  return status;
}

static bool is_prelude(const char *source) { return strncmp(source, CLUA_PRELUDE, sizeof CLUA_PRELUDE - 1) == 0; }

void clua_push_where(lua_State *L, int level) {
  lua_Debug record;
  for (int tries = 0; tries < 250 && lua_getstack(L, level, &record); level++, tries++) {
    lua_getinfo(L, "Sl", &record);
    if (record.currentline > 0 && !is_prelude(record.source)) {
      lua_pushfstring(L, "%s:%d: ", record.short_src, record.currentline);
      return;
    }
  }
  lua_pushliteral(L, "");
}

bool clua_level_exists(lua_State *L, int level) {
  lua_Debug record;
  return lua_getstack(L, level, &record);
}

bool clua_frame_at(lua_State *L, int level, clua_frame *frame) {
  lua_Debug record;
  if (!lua_getstack(L, level, &record)) return false;
  lua_getinfo(L, "Slnt", &record);
  frame->source = record.source;
  frame->name = record.name;
  frame->name_kind = record.namewhat;
  frame->line = record.currentline;
  frame->defined_line = record.linedefined;
  frame->is_lua = record.currentline > 0;
  frame->is_prelude = is_prelude(record.source);
  frame->is_tail_call = record.istailcall;
  frame->is_main = strcmp(record.what, "main") == 0;
  memcpy(frame->short_source, record.short_src, sizeof frame->short_source);
  return true;
}

const char *clua_push_local_at(lua_State *L, int level, int place) {
  lua_Debug record;
  if (!lua_getstack(L, level, &record)) return NULL;
  return lua_getlocal(L, &record, place);
}

bool clua_push_local(lua_State *L, int level, const char *name) {
  lua_Debug record;
  if (!lua_getstack(L, level, &record)) return false;
  int found = 0;
  for (int i = 1;; i++) {
    const char *local = lua_getlocal(L, &record, i);
    if (local == NULL) break;
    lua_settop(L, -2);
    if (strcmp(local, name) == 0) found = i;
  }
  return found != 0 && lua_getlocal(L, &record, found) != NULL;
}
