// The text of a value by its own `__tostring`, without letting an error out.
#include "control.h"

static int protected_tostring(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  return 1;
}

bool clua_push_own_text(lua_State *L, int index) {
  if (!lua_checkstack(L, 6)) return false;
  index = lua_absindex(L, index);
  if (lua_type(L, index) == LUA_TTABLE) {
    if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL) return false;
    lua_settop(L, -2);
  }
  lua_pushcfunction(L, protected_tostring);
  lua_pushvalue(L, index);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK) return true;
  lua_settop(L, -2);
  return false;
}
