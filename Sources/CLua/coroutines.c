// resume, wrap and close that keep track of the running coroutine, so that an interrupt can reach it.
#include "control.h"

/// Runs `co` with the arguments on top of L; returns the number of results moved to L, or -1 with an error value there.
static int resume(lua_State *L, lua_State *co, int arguments) {
  clua_control *control = control_of(L);
  if (conditions_of(control) & CLUA_INTERRUPT) clua_attend(L, control);
  if (!lua_checkstack(co, arguments)) {
    lua_pushliteral(L, "too many arguments for a coroutine");
    return -1;
  }
  lua_xmove(L, co, arguments);
  int count = 0;
  atomic_store_explicit(&control->current, co, memory_order_relaxed);
  int status = lua_resume(co, L, arguments, &count);
  atomic_store_explicit(&control->current, L, memory_order_relaxed);
  if (conditions_of(control) & CLUA_INTERRUPT) clua_attend(L, control);
  if (status != LUA_OK && status != LUA_YIELD) {
    lua_xmove(co, L, 1);
    return -1;
  }
  if (!lua_checkstack(L, count + 1)) {
    lua_settop(co, -count - 1);
    lua_pushliteral(L, "too many results of a coroutine");
    return -1;
  }
  lua_xmove(co, L, count);
  return count;
}

static lua_State *coroutine_argument(lua_State *L) {
  lua_State *co = lua_tothread(L, 1);
  luaL_argexpected(L, co != NULL, 1, "coroutine");
  return co;
}

static int coroutine_resume(lua_State *L) {
  lua_State *co = coroutine_argument(L);
  int count = resume(L, co, lua_gettop(L) - 1);
  bool good = count >= 0;
  lua_pushboolean(L, good);
  if (!good) count = 1;
  lua_insert(L, -count - 1);
  return count + 1;
}

/// Ends a coroutine, running its pending `__close` methods; leaves an error value on `co` unless the status is OK.
static int close_coroutine(lua_State *L, lua_State *co) {
  clua_control *control = control_of(L);
  atomic_store_explicit(&control->current, co, memory_order_relaxed);
  int status = lua_resetthread(co);
  atomic_store_explicit(&control->current, L, memory_order_relaxed);
  return status;
}

static int wrapped(lua_State *L) {
  lua_State *co = lua_tothread(L, lua_upvalueindex(1));
  int count = resume(L, co, lua_gettop(L));
  if (count >= 0) return count;
  int status = lua_status(co);
  if (status != LUA_OK && status != LUA_YIELD) {
    // A failed coroutine still has to close its variables, which may replace the error.
    if (close_coroutine(L, co) != LUA_OK) lua_xmove(co, L, 1);
  }
  return lua_error(L);
}

static int coroutine_wrap(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *co = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, co, 1);
  lua_pushcclosure(L, wrapped, 1);
  return 1;
}

static int coroutine_close(lua_State *L) {
  lua_State *co = coroutine_argument(L);
  lua_Debug record;
  bool suspended = lua_status(co) == LUA_YIELD || (co != L && lua_getstack(co, 0, &record) == 0);
  if (!suspended && lua_status(co) == LUA_OK) return luaL_error(L, "cannot close a coroutine that is running");
  int status = close_coroutine(L, co);
  lua_pushboolean(L, status == LUA_OK);
  if (status == LUA_OK) return 1;
  lua_xmove(co, L, 1);
  return 2;
}

void clua_open_coroutines(lua_State *L) {
  luaL_requiref(L, LUA_COLIBNAME, luaopen_coroutine, 1);
  static const luaL_Reg functions[] = {
      {"resume", coroutine_resume}, {"wrap", coroutine_wrap}, {"close", coroutine_close}, {NULL, NULL}};
  luaL_setfuncs(L, functions, 0);
  lua_settop(L, -2);
}
