import Basics
import DataKit
import Glibc
import Learn
import LuaHost

/// Private functions by which the Lua parts of the library read and write folders of models.
extension Lab {
  func defineCoreForFiles(_ core: LuaReference) throws {
    func set(_ name: String, _ body: @escaping (Call) throws -> Int) throws {
      try core.set(name, .function(NativeFunction("", body)))
    }
    try set("read_json") { call in
      let path = try call.string(1)
      try call.push(Self.luaValue(try JSON.parse(try FileBytes.read(path, limit: 1 << 24), source: path)))
      return 1
    }
    // A list of {name, value}, in the order in which they shall stand.
    try set("write_json") { call in
      let path = try call.string(1)
      let members = try call.table(2).map { stack, place in
        let pair = try stack.table(at: -1, "member \(place)")
        let key = try pair.item(1) { try $0.string(at: -1, "the name of member \(place)") }
        return JSON.Member(name: key, value: try pair.item(2) { try Self.jsonValue($0, key) })
      }
      var text = JSON.object(members).written(JSON.Style(isIndented: true, keepsPoints: true))
      try AtomicFile.write(path) { append in try text.withUTF8 { try append(UnsafeRawBufferPointer($0)) } }
      return 0
    }
    try set("make_folder") { call in
      let path = try call.string(1)
      guard !path.utf8.contains(0) else { throw Failure(.file, "a folder's name cannot hold a zero byte") }
      guard mkdir(path, 0o777) != 0, errno != EEXIST else { return 0 }
      let reason = strerror(errno).map { String(cString: $0).lowercased() } ?? "unknown reason"
      throw Failure(.file, "the folder \(path) cannot be made: \(reason)")
    }
    try set("file_exists") { call in
      let path = try call.string(1)
      return call.push(!path.utf8.contains(0) && access(path, F_OK) == 0)
    }
    try set("save_tokenizer") { [tokenizers] call in
      var text = try call.object(1, tokenizers).tokenizer.text
      try AtomicFile.write(try call.string(2)) { append in try text.withUTF8 { try append(UnsafeRawBufferPointer($0)) }
      }
      return 0
    }
    try set("is_tokenizer") { [tokenizers] call in call.push(call.isObject(1, tokenizers)) }
  }

  private static func luaValue(_ value: JSON) -> LuaValue {
    switch value {
    case .null: .nil
    case .boolean(let truth): .boolean(truth)
    case .integer(let number): .integer(number)
    case .number(let number): .number(number)
    case .text(let text): .string(text)
    case .list(let values): .array(values.map(luaValue))
    case .object(let members): .record(members.map { ($0.name, luaValue($0.value)) })
    }
  }

  /// A plain value, or a list of texts.
  private static func jsonValue(_ stack: LuaStack, _ key: String) throws -> JSON {
    switch try stack.value(at: -1) {
    case .boolean(let truth): return .boolean(truth)
    case .integer(let number): return .integer(number)
    case .number(let number): return .number(number)
    case .string(let text): return .text(text)
    case .reference: return .list(try stack.table(at: -1, "'\(key)'").strings().map { .text($0) })
    default: throw Failure(.argument, "'\(key)' cannot be written as JSON")
    }
  }
}
