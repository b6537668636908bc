import Basics
import Bindings
import LuaHost
import Recipes

/// The texts that `help`, `?name` and `name?` print.
enum Help {
  static let introduction = """
    Type Lua; the value of an expression is printed and kept as _.  A ; at the end keeps it quiet.
      lab.            press Tab: everything there is; Tab also completes fields, options, parameters and files
      ?softmax        what there is to say about a name; also softmax? and help(lab.softmax)
      apropos norm    names that have to do with a word
      :help           commands such as :time, :save and :debug
      Ctrl-R          looks in the history; the arrow keys go through inputs that begin alike
      Ctrl-C          stops what runs; Ctrl-D leaves
    """

  /// The text of a documented name, or of a live object: its type's methods, or where a function was written.
  static func about(_ name: String, _ docs: DocRegistry, _ host: LuaHost) throws -> String {
    if docs.exact(name) != nil { return try Reference.entry(name, docs) }
    let tokens = LuaToken.all(of: name).filter(\.isCode)
    if let path = LuaPath.ending(before: tokens.count, in: tokens), !path.isCall, let found = host.inspect(path.steps) {
      if let text = try about(found, path, docs, host) { return text }
    }
    // x.softmax and net:weights(): the last name alone.
    if let last = name.split(whereSeparator: { ".:".contains($0) }).last, docs.find(String(last)) != nil {
      return try Reference.entry(String(last), docs)
    }
    return try Reference.entry(name, docs)
  }

  private static func about(
    _ found: Inspection, _ path: LuaPath, _ docs: DocRegistry, _ host: LuaHost
  ) throws -> String? {
    if let type = found.typeName {
      for owner in [type, "lab.nn." + type]
      where docs.exact(owner) != nil || docs.all.contains(where: { $0.name.hasPrefix(owner + ".") }) {
        return "\(path.name) is \(found.kind == .object ? "a" : "of class") \(type)\n\n"
          + (try Reference.entry(owner, docs))
      }
      return "\(path.name) is of type \(type)"
        + (found.members.isEmpty ? "" : ": " + found.members.map(\.name).joined(separator: ", "))
    }
    guard found.kind == .function, case .name(let name)? = path.steps.last, path.steps.count == 1,
      let place = host.definition(of: try host.global(name))
    else { return nil }
    return "\(name) is a function defined at \(place)"
  }
}

extension ReplSession {
  /// Defines `help(x)`: for a name, a function or class of the library, an object of a type.
  func installHelp() throws {
    let docs = docs
    let names = LuaValue.array(docs.names.map { .string($0) })
    let text = NativeFunction("help", parameters: ["name"]) { call in
      let host = call.host
      if case .object(_, let type) = try call.stack.value(at: call.index(1)) {
        return call.push(try Reference.entry(type.name, docs))
      }
      guard call.stack.kind(at: call.index(1)) == .string else {
        let place = host.definition(of: try call.stack.value(at: call.index(1)))
        return call.push(place.map { "a function defined at \($0)" } ?? call.stack.describe(at: call.index(1)))
      }
      return call.push(try Help.about(try call.string(1), docs, host))
    }
    try host.runPrelude(
      name: "help",
      source: """
        local names, text, introduction = ...
        local known
        local function name_of(value)
          if known == nil then
            known = {}
            for _, name in ipairs(names) do
              local found = _G
              for part in name:gmatch("[^%.]+") do
                found = type(found) == "table" and rawget(found, part) or nil
                if found == nil then break end
              end
              if type(found) == "function" or type(found) == "table" then known[found] = known[found] or name end
            end
          end
          return known[value]
        end
        function help(...)
          if select("#", ...) == 0 then return print(introduction) end
          local x = ...
          local class = type(x) == "table" and name_of(getmetatable(x)) or nil
          print(text(name_of(x) or class or x))
        end
        """, arguments: [names, .function(text), .string(Help.introduction)])
  }
}
