import Basics
import Bindings
import LuaHost
import Tensors
import XCTest

extension XCTestCase {
  /// Runs a script in a host of its own and gives what it prints. Random numbers start from the same seed each time.
  func run(_ lua: String) throws -> String {
    let host = try LuaHost(seed: 0)
    var printed = ""
    host.output = { printed += String(decoding: $0, as: UTF8.self) }
    defer { host.close() }
    RandomSource.root = RandomSource(seed: 0)
    let lab = try Lab(in: host)
    try withExtendedLifetime(lab) { _ = try host.run(source: lua, name: "script.lua") }
    host.flushOutput()
    return printed
  }

  /// The message with which a script fails; a text that no test wants when it does not fail.
  func message(_ lua: String) -> String {
    do {
      return "no error, but the output: " + (try run(lua))
    } catch {
      return (error as? Failure)?.message ?? String(describing: error)
    }
  }
}
