import Basics
import CLua

extension LuaHost {
  /// Sets what differs from Lua's own globals: undefined names are errors, `require` is the host's.
  func installGlobals() {
    let stack = LuaStack.current(of: self)
    let undefined = NativeFunction("") { call in
      let name = call.stack.text(at: 2) ?? call.stack.describe(at: 2)
      if call.host.declaredNames.contains(name) { return call.pushNil() }
      let names = try TableReader(call.stack, 1, "the globals").fieldNames()
      throw Failure(.script, "undefined variable '\(name)'" + NearestName.hint(name, among: names))
    }
    clua_push_globals(stack.state)
    stack.pushTable(fields: 2)
    stack.push(undefined)
    stack.setField("__index", ofTableAt: -2)
    stack.push(false)
    stack.setField("__metatable", ofTableAt: -2)
    lua_setmetatable(stack.state, -2)
    stack.push(NativeFunction("require", parameters: ["name"]) { call in try call.host.require(call) })
    stack.setField("require", ofTableAt: -2)
    stack.pushTable(fields: 1)
    stack.push("_LOADED")
    lua_rawget(stack.state, clua_registry())
    stack.setField("loaded", ofTableAt: -2)
    stack.setField("package", ofTableAt: -2)
    stack.pop()
  }
}
