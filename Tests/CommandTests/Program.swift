import Foundation
import XCTest

/// The built program, run as a process of its own in a folder of its own.
final class Program {
  struct Result {
    let code: Int32
    let output: String
    let errors: String
  }

  /// A folder that is removed with this object.
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("perilune-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The executable stands beside the tests' own.
  static let executable: URL = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let besides = [
      Bundle.main.bundleURL.appendingPathComponent("perilune"),
      Bundle.main.bundleURL.deletingLastPathComponent().appendingPathComponent("perilune"),
      URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("perilune"),
    ]
    return besides.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? besides[0]
  }()

  /// Writes a file into the folder.
  func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

  func write(_ name: String, _ data: Data) throws { try data.write(to: folder.appendingPathComponent(name)) }

  func read(_ path: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
  }

  func list(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path)) ?? []).sorted()
  }

  /// Runs the program to its end.
  func run(_ arguments: String..., input: String = "") throws -> Result { try run(list: arguments, input: input) }

  /// Runs the program on a script, without keeping a record.
  func run(script: String, _ arguments: String...) throws -> Result {
    try write("script.lua", script)
    return try run(list: ["run", "script.lua", "--no-record"] + arguments)
  }

  func run(list arguments: [String], input: String = "") throws -> Result {
    try execute(Self.executable.path, arguments, input: input)
  }
}
