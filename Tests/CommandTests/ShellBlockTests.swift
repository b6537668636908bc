import Foundation
import XCTest

/// The commands of the README and of the pages in `docs` are executed as they stand there, by the scripts they name, in a
/// copy of the checkout that has the built program in its place.
///
/// Two exceptions. `scripts/test` is what runs this test, so it is only asked for its help, and that continuous integration
/// calls it is checked. And recipes of `examples`, which take minutes, get `--smoke` except in the full tier.
final class ShellBlockTests: XCTestCase {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The lines of a page's blocks in a language.
  private func blocks(_ page: String, _ language: String) throws -> [[String]] {
    var found: [[String]] = []
    var open: [String]?
    var isCode = false
    for line in try text(page).components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        if let block = open { found.append(block) }
        open = !isCode && line == "```" + language ? [] : nil
        isCode.toggle()
      } else {
        open?.append(line)
      }
    }
    return found
  }

  /// Commands in running text: `scripts/perilune run first.lua`.
  private func inlineCommands(_ page: String) throws -> [String] {
    let pieces = try text(page).components(separatedBy: "`")
    return pieces.enumerated().filter { $0.offset % 2 == 1 && $0.element.hasPrefix("scripts/perilune ") }.map(\.element)
  }

  /// A checkout in which nothing needs to be built.
  private func checkout() throws -> Program {
    let program = try Program()
    let manager = FileManager.default
    for name in ["scripts", "examples"] {
      try manager.copyItem(at: Self.root.appendingPathComponent(name), to: program.folder.appendingPathComponent(name))
    }
    for name in ["Sources", "data", "Package.swift"] {
      try manager.createSymbolicLink(
        at: program.folder.appendingPathComponent(name), withDestinationURL: Self.root.appendingPathComponent(name))
    }
    let build = program.folder.appendingPathComponent(".build/release")
    try manager.createDirectory(at: build, withIntermediateDirectories: true)
    try manager.createSymbolicLink(
      at: build.appendingPathComponent("perilune"), withDestinationURL: Program.executable)
    try program.write(".build/perilune-built", "")
    return program
  }

  private func execute(_ command: String, in program: Program) throws -> Program.Result {
    try program.execute("/bin/bash", ["-c", command])
  }

  func testCommandsOfThePages() throws {
    let docs = try FileManager.default.contentsOfDirectory(atPath: Self.root.appendingPathComponent("docs").path)
    var executed = 0
    for page in ["README.md"] + docs.sorted().filter({ $0.hasSuffix(".md") }).map({ "docs/" + $0 }) {
      let program = try checkout()
      if let recipe = try blocks(page, "lua").first { try program.write("first.lua", recipe.joined(separator: "\n")) }
      let lines = try blocks(page, "sh").joined().filter { !$0.isEmpty && !$0.hasPrefix("#") }
      for line in lines + (try inlineCommands(page)) {
        var command = line
        if line.hasPrefix("scripts/test") { command = "scripts/test --help" }
        if line.contains(" examples/"), !Tier.isFull { command += " --smoke" }
        let result = try execute(command, in: program)
        XCTAssertEqual(result.code, 0, "\(page): \(command): \(result.errors)")
        XCTAssertFalse((result.output + result.errors).contains("Building Perilune"), "\(page): \(command) built anew")
        executed += 1
      }
      // Every block says what it is, so that none escapes.
      for line in try text(page).components(separatedBy: "\n") where line.hasPrefix("```") && line.count > 3 {
        XCTAssertTrue(["```sh", "```lua", "```text"].contains(line), "\(page): \(line)")
      }
    }
    XCTAssertGreaterThanOrEqual(executed, 8)
  }

  func testTheReadmesTestCommandIsWhatContinuousIntegrationRuns() throws {
    let readme = try blocks("README.md", "sh").joined()
    XCTAssertTrue(readme.contains("scripts/test"))
    let folder = Self.root.appendingPathComponent(".ci")
    let scripts = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let integration = try scripts.map { try text(".ci/" + $0) }.joined()
    XCTAssertTrue(integration.contains("exec \"$root/scripts/test\" --full"), integration)
  }

  func testCommentsInTheReadmeSayWhatTheCommandsDo() throws {
    let program = try checkout()
    let recipe = try XCTUnwrap(try blocks("README.md", "lua").first)
    try program.write("first.lua", recipe.joined(separator: "\n"))
    let first = try execute("scripts/perilune run first.lua", in: program)
    XCTAssertTrue(first.output.contains("supported"), first.output)
    let more = try execute("scripts/perilune run first.lua --seeds 8", in: program)
    XCTAssertTrue(more.errors.contains("5 of 8 trials reused; 3 run: new"), more.errors)
    XCTAssertEqual(try execute("scripts/perilune runs", in: program).output.split(separator: "\n").count, 3)
  }
}
