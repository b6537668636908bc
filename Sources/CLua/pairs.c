// `pairs` in a fixed order: numbers ascending, strings by their bytes, false, true, then the rest as the table has it.
#include "control.h"
#include <stdlib.h>
#include <string.h>

typedef struct key {
  int rank;
  int place;
  const char *text;
  size_t length;
  lua_Integer integer;
  double number;
  bool is_integer;
} key;

enum { RANK_NUMBER, RANK_STRING, RANK_BOOLEAN, RANK_OTHER };

/// Exact order of an integer and a float: a float outside the integers' range decides by its sign.
static int compare_mixed(lua_Integer integer, double number) {
  if (number >= 0x1p63) return -1;
  if (number < -0x1p63) return 1;
  lua_Integer whole = (lua_Integer)number;
  if (integer != whole) return integer < whole ? -1 : 1;
  double rest = number - (double)whole;
  return rest > 0 ? -1 : rest < 0;
}

static int compare_numbers(const key *a, const key *b) {
  if (a->is_integer && b->is_integer) return (a->integer > b->integer) - (a->integer < b->integer);
  if (a->is_integer) return compare_mixed(a->integer, b->number);
  if (b->is_integer) return -compare_mixed(b->integer, a->number);
  return (a->number > b->number) - (a->number < b->number);
}

static int compare(const void *left, const void *right) {
  const key *a = left, *b = right;
  if (a->rank != b->rank) return a->rank - b->rank;
  if (a->rank == RANK_NUMBER) return compare_numbers(a, b);
  if (a->rank == RANK_STRING) {
    int order = memcmp(a->text, b->text, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
  }
  if (a->rank == RANK_BOOLEAN) return (int)(a->integer - b->integer);
  return a->place - b->place;
}

/// Upvalue: the length that the sequence had when the loop began.
static int next_of_sequence(lua_State *L) {
  lua_Integer length = lua_tointeger(L, lua_upvalueindex(1));
  lua_Integer position = lua_tointeger(L, 2);
  while (position < length) {
    position++;
    if (lua_rawgeti(L, 1, position) != LUA_TNIL) {
      lua_pushinteger(L, position);
      lua_insert(L, -2);
      return 2;
    }
    lua_settop(L, 2);
  }
  lua_pushnil(L);
  return 1;
}

/// Upvalues: the sorted keys, and how many were handed out. Keys that were removed meanwhile are passed over.
static int next_of_keys(lua_State *L) {
  lua_Integer place = lua_tointeger(L, lua_upvalueindex(2));
  lua_settop(L, 1);
  while (lua_rawgeti(L, lua_upvalueindex(1), ++place) != LUA_TNIL) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, 1) != LUA_TNIL) {
      lua_pushinteger(L, place);
      lua_replace(L, lua_upvalueindex(2));
      return 2;
    }
    lua_settop(L, 1);
  }
  lua_pushinteger(L, place - 1);
  lua_replace(L, lua_upvalueindex(2));
  return 1;
}

static key describe(lua_State *L, int index, int place) {
  key k = {.rank = RANK_OTHER, .place = place};
  switch (lua_type(L, index)) {
    case LUA_TNUMBER:
      k.rank = RANK_NUMBER;
      k.is_integer = lua_isinteger(L, index);
      if (k.is_integer) k.integer = lua_tointeger(L, index);
      else k.number = lua_tonumber(L, index);
      break;
    case LUA_TSTRING:
      k.rank = RANK_STRING;
      k.text = lua_tolstring(L, index, &k.length);
      break;
    case LUA_TBOOLEAN:
      k.rank = RANK_BOOLEAN;
      k.integer = lua_toboolean(L, index);
      break;
  }
  return k;
}

static void push_sorted_keys(lua_State *L, lua_Integer count) {
  // The copy keeps the strings alive while the array points to their bytes.
  lua_createtable(L, 0, 0);
  int copy = lua_gettop(L);
  key *keys = lua_newuserdatauv(L, (size_t)count * sizeof(key) + 1, 0);
  lua_Integer place = 0;
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    lua_settop(L, -2);
    if (place < count) {
      keys[place] = describe(L, -1, (int)place);
      lua_pushvalue(L, -1);
      lua_rawseti(L, copy, ++place);
    }
  }
  if (place > 1) qsort(keys, (size_t)place, sizeof(key), compare);
  lua_createtable(L, place < 1 << 20 ? (int)place : 1 << 20, 0);
  for (lua_Integer i = 0; i < place; i++) {
    lua_rawgeti(L, copy, keys[i].place + 1);
    lua_rawseti(L, -2, i + 1);
  }
  lua_replace(L, copy);
  lua_settop(L, copy);
}

int clua_ordered_pairs(lua_State *L) {
  lua_settop(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    return 3;
  }
  if (lua_type(L, 1) != LUA_TTABLE) {
    bool named = luaL_getmetafield(L, 1, "__name") == LUA_TSTRING;
    const char *found = named ? lua_tolstring(L, -1, NULL) : luaL_typename(L, 1);
    clua_push_where(L, 1);
    lua_pushfstring(L, "pairs: argument 1 must be a table, but is %s%s", named ? "of type " : "", found);
    lua_concat(L, 2);
    return lua_error(L);
  }
  lua_Integer count = 0;
  bool sequence = true;
  lua_pushnil(L);
  while (lua_next(L, 1) != 0) {
    lua_settop(L, -2);
    count++;
    sequence = sequence && lua_isinteger(L, -1) && lua_tointeger(L, -1) == count;
  }
  if (sequence) {
    lua_pushinteger(L, count);
    lua_pushcclosure(L, next_of_sequence, 1);
  } else {
    push_sorted_keys(L, count);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_of_keys, 2);
  }
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

/// Upvalue: the object's length when the loop began.
static int next_of_object(lua_State *L) {
  lua_Integer position = lua_tointeger(L, 2) + 1;
  if (position > lua_tointeger(L, lua_upvalueindex(1))) {
    lua_pushnil(L);
    return 1;
  }
  lua_pushinteger(L, position);
  lua_geti(L, 1, position);
  return 2;
}

/// `ipairs` that ends at the length of host objects, whose index past the end is an error. Upvalue: Lua's own.
int clua_bounded_ipairs(lua_State *L) {
  if (lua_type(L, 1) == LUA_TUSERDATA && luaL_getmetafield(L, 1, "__len") != LUA_TNIL) {
    lua_settop(L, 1);
    lua_pushinteger(L, luaL_len(L, 1));
    lua_pushcclosure(L, next_of_object, 1);
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
  }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 3);
  return 3;
}
