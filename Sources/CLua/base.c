// The standard library as scripts see it: nothing that loads machine code or bytecode, starts programs, or runs on
// without end; `print` and `io.write` go to the host's output.
#include "control.h"
#include <string.h>

/// `error` whose position is a line of the script even when the library's own Lua code raises.
static int base_error(lua_State *L) {
  lua_Integer level = luaL_optinteger(L, 2, 1);
  lua_settop(L, 1);
  if (lua_type(L, 1) == LUA_TSTRING && level > 0) {
    clua_push_where(L, level > 200000 ? 200000 : (int)level);
    lua_pushvalue(L, 1);
    lua_concat(L, 2);
  }
  return lua_error(L);
}

static int finish_xpcall(lua_State *L, int status, lua_KContext skipped) {
  if (status != LUA_OK && status != LUA_YIELD) {
    lua_pushboolean(L, 0);
    lua_pushvalue(L, -2);
    return 2;
  }
  return lua_gettop(L) - (int)skipped;
}

/// While an interrupt is under way hooks are off, so a handler of the script could run for ever: it is passed over.
static int guarded_handler(lua_State *L) {
  if (conditions_of(control_of(L)) & CLUA_INTERRUPT) return 1;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

static int base_xpcall(lua_State *L) {
  int count = lua_gettop(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_pushvalue(L, 2);
  lua_pushcclosure(L, guarded_handler, 1);
  lua_replace(L, 2);
  lua_pushboolean(L, 1);
  lua_pushvalue(L, 1);
  lua_rotate(L, 3, 2);
  int status = lua_pcallk(L, count - 2, LUA_MULTRET, 2, 2, finish_xpcall);
  return finish_xpcall(L, status, 2);
}

/// Text chunks only. Upvalue: Lua's own `load`.
static int base_load(lua_State *L) {
  const char *mode = luaL_optstring(L, 3, "t");
  if (strchr(mode, 't') == NULL) return luaL_error(L, "load: compiled chunks are not accepted, mode must be 't'");
  int count = lua_gettop(L) < 3 ? 3 : lua_gettop(L);
  lua_settop(L, count);
  lua_pushliteral(L, "t");
  lua_replace(L, 3);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, count, LUA_MULTRET);
  return lua_gettop(L);
}

/// Upvalue: Lua's own `collectgarbage`. Native memory needs the incremental collector.
static int base_collectgarbage(lua_State *L) {
  if (strcmp(luaL_optstring(L, 1, "collect"), "generational") == 0) {
    return luaL_error(L, "collectgarbage: only the incremental mode is available");
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

static void add_printed(lua_State *L, luaL_Buffer *buffer, int index) {
  // The buffer may keep its own value on the stack: the text is made above it and added from there.
  if (!control_of(L)->callbacks.format(L, index)) luaL_tolstring(L, index, NULL);
  luaL_addvalue(buffer);
}

static int base_print(lua_State *L) {
  int count = lua_gettop(L);
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&buffer, '\t');
    add_printed(L, &buffer, i);
  }
  luaL_addchar(&buffer, '\n');
  luaL_pushresult(&buffer);
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  control_of(L)->callbacks.write(L, text, length);
  return 0;
}

static int io_write(lua_State *L) {
  int count = lua_gettop(L);
  for (int i = 1; i <= count; i++) luaL_checkstring(L, i);
  for (int i = 1; i <= count; i++) {
    size_t length;
    const char *text = lua_tolstring(L, i, &length);
    control_of(L)->callbacks.write(L, text, length);
  }
  return 0;
}

/// Upvalue: Lua's own `string.rep`. A result that memory cannot hold is refused before anything is allocated.
static int string_rep(lua_State *L) {
  size_t length, between = 0;
  luaL_checklstring(L, 1, &length);
  lua_Integer count = luaL_checkinteger(L, 2);
  luaL_optlstring(L, 3, "", &between);
  if (count <= 0 || length + between == 0) {
    lua_pushliteral(L, "");
    return 1;
  }
  clua_control *control = control_of(L);
  size_t most = (size_t)1 << 31;
  if (control->limit < most) most = control->limit;
  if ((size_t)count > most / (length + between)) {
    return luaL_error(L, "rep: the resulting string would be larger than %I bytes", (lua_Integer)most);
  }
  lua_settop(L, 3);
  if (lua_isnil(L, 3)) lua_settop(L, 2);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

/// Upvalue: Lua's own `table.move`. Hooks cannot stop its loop.
static int table_move(lua_State *L) {
  lua_Integer first = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
  const lua_Integer most = 1 << 27;
  if (last >= first && (uint64_t)last - (uint64_t)first >= (uint64_t)most) {
    return luaL_error(L, "move: cannot move more than %I positions", most);
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

/// The script's lines only, as in error reports.
static int debug_traceback(lua_State *L) {
  luaL_Buffer buffer;
  const char *message = luaL_optstring(L, 1, NULL);
  luaL_buffinit(L, &buffer);
  if (message != NULL) luaL_addstring(&buffer, message);
  clua_frame frame;
  for (int level = 1, shown = 0; shown < 22 && clua_frame_at(L, level, &frame); level++) {
    if (!frame.is_lua || frame.is_prelude) continue;
    if (shown++ > 0 || message != NULL) luaL_addchar(&buffer, '\n');
    lua_pushfstring(L, "  %s:%d", frame.short_source, frame.line);
    luaL_addvalue(&buffer);
  }
  luaL_pushresult(&buffer);
  return 1;
}

/// Replaces a function of the table on top by one that has the original as its upvalue.
static void wrap(lua_State *L, const char *name, lua_CFunction function) {
  lua_getfield(L, -1, name);
  lua_pushcclosure(L, function, 1);
  lua_setfield(L, -2, name);
}

/// Removes everything from the table on top except the names given.
static void keep_only(lua_State *L, const char *const *names) {
  lua_createtable(L, 0, 8);
  for (; *names != NULL; names++) {
    lua_getfield(L, -2, *names);
    lua_setfield(L, -2, *names);
  }
  lua_replace(L, -2);
}

static void open_restricted(lua_State *L, const char *name, lua_CFunction open, const char *const *names) {
  luaL_requiref(L, name, open, 0);
  keep_only(L, names);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, name);
  lua_settop(L, -2);
}

int clua_open_base(lua_State *L) {
  luaL_requiref(L, LUA_GNAME, luaopen_base, 1);
  wrap(L, "load", base_load);
  wrap(L, "collectgarbage", base_collectgarbage);
  wrap(L, "ipairs", clua_bounded_ipairs);
  static const luaL_Reg replaced[] = {{"error", base_error}, {"xpcall", base_xpcall}, {"print", base_print},
                                      {"pairs", clua_ordered_pairs}, {NULL, NULL}};
  luaL_setfuncs(L, replaced, 0);
  lua_pushnil(L);
  lua_setfield(L, -2, "dofile");
  lua_pushnil(L);
  lua_setfield(L, -2, "loadfile");
  lua_settop(L, 0);

  clua_open_coroutines(L);
  clua_open_random(L);
  luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 1);
  wrap(L, "move", table_move);
  luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
  wrap(L, "rep", string_rep);
  lua_pushnil(L);
  lua_setfield(L, -2, "dump");
  // Strings share one metatable, which scripts must not change.
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
  lua_settop(L, 0);

  static const char *const os_names[] = {"clock", "date", "time", "difftime", NULL};
  open_restricted(L, LUA_OSLIBNAME, luaopen_os, os_names);
  lua_setglobal(L, LUA_OSLIBNAME);
  static const char *const io_names[] = {"open", "lines", "read", "type", "stderr", NULL};
  open_restricted(L, LUA_IOLIBNAME, luaopen_io, io_names);
  lua_pushcfunction(L, io_write);
  lua_setfield(L, -2, "write");
  lua_setglobal(L, LUA_IOLIBNAME);
  luaL_getmetatable(L, LUA_FILEHANDLE);
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_settop(L, 0);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, debug_traceback);
  lua_setfield(L, -2, "traceback");
  lua_setglobal(L, LUA_DBLIBNAME);
  return 0;
}
