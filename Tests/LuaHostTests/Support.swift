import Basics
import LuaHost
import XCTest

/// An object that counts itself, as tensors do.
final class Vector {
  nonisolated(unsafe) static var alive = 0
  var x: Double

  init(_ x: Double) {
    self.x = x
    Vector.alive += 1
  }

  deinit { Vector.alive -= 1 }
}

/// A host with a small type and a few functions; its printed text is collected.
final class Bench {
  let host: LuaHost
  let vector: HostType<Vector>
  var printed = ""

  init() throws {
    host = try LuaHost(seed: 1)
    let vector = try HostType<Vector>("Vector", in: host)
    self.vector = vector
    vector.method("scale", parameters: ["factor"]) { call, v in
      call.push(Vector(v.x * (try call.number(1))), vector)
    }
    vector.method("relu") { call, v in call.push(Vector(max(0, v.x)), vector) }
    vector.method("empty") { _, _ in 0 }
    vector.method("set") { call, v in
      v.x = try call.number(1)
      return call.pushSelf()
    }
    vector.field("x") { call, v in call.push(v.x) }
    vector.setter("x") { call, v in v.x = try call.number(2) }
    vector.index { call, v in call.isNumber(1) ? call.push(v.x + Double(try call.integer(1))) : nil }
    vector.on(.add) { call in
      call.push(Vector(try call.object(1, vector).x + call.object(2, vector).x), vector)
    }
    vector.on(.equal) { _ in throw Failure(.argument, "compares objects; use a.x == b.x") }
    vector.on(.length) { call in call.push(3) }
    vector.describe { "Vector(\($0.x))" }
    try host.define("vector", parameters: ["x"]) { call in call.push(Vector(try call.number(1)), vector) }
    try host.define("apply", parameters: ["f", "argument"]) { call in
      try call.push(try call.function(1).call(try call.value(2)).first ?? .nil)
    }
    try host.define("fail", parameters: ["text"]) { call in throw Failure(.shape, try call.string(1)) }
    host.output = { [unowned self] in printed += String(decoding: $0, as: UTF8.self) }
  }

  @discardableResult
  func run(_ source: String) throws -> [LuaValue] { try host.run(source: source, name: "recipe.lua") }

  /// The only result, as text.
  func text(_ source: String) throws -> String? { try run(source).first?.string }

  /// Checks that a script fails with exactly this message.
  func fails(
    _ source: String, _ message: String, _ kind: Failure.Kind? = nil, file: StaticString = #filePath, line: UInt = #line
  ) {
    do {
      try run(source)
      XCTFail("no error", file: file, line: line)
    } catch let failure as Failure {
      XCTAssertEqual(failure.message, message, file: file, line: line)
      if let kind { XCTAssertEqual(failure.kind, kind, file: file, line: line) }
    } catch {
      XCTFail("another error: \(error)", file: file, line: line)
    }
  }
}
