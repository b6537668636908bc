import Basics
import CLua
import Glibc

/// What `require` finds under a name.
enum ModuleSource {
  case value(LuaValue)
  case text(String)
}

extension LuaHost {
  /// Makes `require "name"` give this value.
  public func preload(_ name: String, _ value: LuaValue) { modules[name] = .value(value) }

  /// Makes `require "name"` run this library source, once.
  public func preload(_ name: String, source: String) { modules[name] = .text(source) }

  /// `require`: a loaded module, a preloaded one, or a file beside the script.
  func require(_ call: Call) throws -> Int {
    let name = try call.string(1)
    let stack = call.stack
    stack.push("_LOADED")
    lua_rawget(stack.state, clua_registry())
    let loaded = TableReader(stack, -1, "the loaded modules")
    let known = try loaded.field(name) { stack in
      stack.isNil(at: -1) ? nil : try stack.value(at: -1)
    }
    if let known { return try call.push(known) }
    guard !loading.contains(name) else {
      throw Failure(.script, "module '\(name)' requires itself: \((loading + [name]).joined(separator: " -> "))")
    }
    loading.append(name)
    defer { loading.removeLast() }
    let value = try load(name)
    let result: LuaValue = value.isNil ? .boolean(true) : value
    try stack.push(result)
    stack.setField(name, ofTableAt: loaded.place)
    return try call.push(result)
  }

  private func load(_ name: String) throws -> LuaValue {
    switch modules[name] {
    case .value(let value): return value
    case .text(let source): return try runPrelude(name: name, source: source).first ?? .nil
    case nil: break
    }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { !$0.isEmpty } && !name.contains("/") && !name.contains("\0")
    guard isPlain else {
      throw Failure(.argument, "'\(name)' is not a module name: write names joined by single dots, as in 'models.mlp'")
    }
    let hint = NearestName.hint(name, among: modules.keys.sorted())
    guard let folder = moduleFolder else {
      throw Failure(.file, "there is no module '\(name)'\(hint)")
    }
    let stem = parts.joined(separator: "/")
    let places = ["\(stem).lua", "\(stem)/init.lua"]
    for place in places {
      if let source = try Self.contents(of: folder.isEmpty ? place : "\(folder)/\(place)") {
        return try run(source: source, name: place, arguments: [.string(name), .string(place)]).first ?? .nil
      }
    }
    throw Failure(
      .file, "there is no module '\(name)': looked for \(places.joined(separator: " and ")) in '\(folder)'\(hint)")
  }

  /// The text of a file; `nil` when there is none.
  private static func contents(of path: String) throws -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw Failure(.file, "'\(path)' cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { Glibc.close(file) }
    ReadFiles.note(path)
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = read(file, &piece, piece.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw Failure(.file, "'\(path)' cannot be read: \(String(cString: strerror(errno)))") }
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: piece[..<count])
    }
  }
}
