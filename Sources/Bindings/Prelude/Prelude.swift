import Basics
import CAssets
import LuaHost
import Tensors

/// The parts of the library that are written in Lua, and the native functions that only they use.
extension Lab {
  /// Runs the embedded Lua files in their order, each with `lab` and the private table `core`.
  func installPrelude(_ host: LuaHost) throws {
    let core = try host.makeTable()
    try defineCore(core)
    var count = 0
    guard let assets = perilune_lua_assets(&count) else { return }
    for asset in UnsafeBufferPointer(start: assets, count: count) {
      let name = String(cString: asset.name)
      let source = String(decoding: UnsafeBufferPointer(start: asset.bytes, count: asset.size), as: UTF8.self)
      try host.runPrelude(name: name, source: source, arguments: [.reference(table), .reference(core)])
    }
    sealer = try core["seal"].reference
  }

  private func defineCore(_ core: LuaReference) throws {
    // Raised as from the function of the library that the script called: its own name stands in the message.
    try core.set("raise", .function(NativeFunction("") { call in throw Failure(.argument, try call.string(1)) }))
    try core.define("near") { call in
      call.push(NearestName.hint(try call.string(1), among: try call.table(2).strings()))
    }
    try core.define("describe") { call in call.push(call.stack.describe(at: call.index(1))) }
    try core.define("identity") { [tensors] call in
      call.push(Int(bitPattern: Unmanaged.passUnretained(try call.object(1, tensors)).toOpaque()))
    }
    try core.define("shape_text") { [tensors] call in call.push(try call.object(1, tensors).shape.description) }
    try core.define("count_text") { call in call.push(Self.grouped(try call.integer(1))) }
    try core.define("document") { [docs] call in
      let table = try call.table(1)
      func text(_ name: String) throws -> String? {
        try table.field(name) { stack in stack.isNil(at: -1) ? nil : try stack.string(at: -1, "field '\(name)'") }
      }
      let details = try table.field("details") { stack in
        stack.isNil(at: -1) ? [] : try stack.table(at: -1, "field 'details'").strings()
      }
      docs.add(
        Doc(
          try text("name") ?? "", try text("signature") ?? "", chapter: try text("chapter") ?? "",
          try text("summary") ?? "",
          details: details, formula: try text("formula"), notes: try text("notes"), source: try text("source"),
          example: try text("example") ?? ""))
      return 0
    }
    try defineCoreForLearning(core)
    try defineCoreForFiles(core)
    try defineCounting(core)
    try define(
      Doc(
        "lab.is_tensor", "lab.is_tensor(value)", chapter: "Tensors", "Whether a value is a Tensor.",
        example: "print(lab.is_tensor(lab.ones{2}), lab.is_tensor(2))")
    ) { [tensors] call in call.push(call.isObject(1, tensors)) }
  }

  /// `1234567` as `1,234,567`.
  static func grouped(_ number: Int) -> String {
    var text = ""
    for (place, digit) in String(number.magnitude).reversed().enumerated() {
      if place > 0 && place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }
}
