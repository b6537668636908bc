import Foundation
import XCTest

/// What the README, the pages of `docs` and the tour say is executed.
final class DocumentTests: XCTestCase {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func files(_ folder: String, _ end: String) -> [URL] {
    let url = Self.root.appendingPathComponent(folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.filter { $0.hasSuffix(end) }.sorted().map { url.appendingPathComponent($0) }
  }

  /// Blocks of Lua in a page, with the line where each begins.
  private func blocks(_ page: URL) throws -> [(line: Int, text: String)] {
    var found: [(line: Int, text: String)] = []
    var open: (line: Int, lines: [Substring])?
    let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      if line.hasPrefix("```") {
        if let block = open { found.append((block.line, block.lines.joined(separator: "\n"))) }
        open = open == nil && line == "```lua" ? (number + 1, []) : nil
      } else {
        open?.lines.append(line)
      }
    }
    return found
  }

  func testLuaBlocksOfThePagesRun() throws {
    var count = 0
    for page in [Self.root.appendingPathComponent("README.md")] + files("docs", ".md") {
      for block in try blocks(page) {
        let program = try Program()
        try program.write("block.lua", block.text)
        let result = try program.run("run", "block.lua", "--smoke", "--no-record")
        XCTAssertEqual(result.code, 0, "\(page.lastPathComponent):\(block.line): \(result.errors)")
        count += 1
      }
    }
    XCTAssertGreaterThan(count, 0)
  }

  func testTheTourRuns() throws {
    let tour = files("examples/tour", ".lua")
    XCTAssertGreaterThanOrEqual(tour.count, 8)
    for file in tour {
      let program = try Program()
      let result = try program.run("run", file.path, "--smoke", "--no-record")
      XCTAssertEqual(result.code, 0, "\(file.lastPathComponent): \(result.errors)")
      XCTAssertFalse(result.output.isEmpty, file.lastPathComponent)
      XCTAssertLessThan(try String(contentsOf: file, encoding: .utf8).split(separator: "\n").count, 80, "two minutes")
    }
  }

  /// Every recipe executes in its smoke size.
  func testRecipesRun() throws {
    var count = 0
    for theme in files("examples", "").filter(\.hasDirectoryPath) where theme.lastPathComponent != "tour" {
      for file in files("examples/" + theme.lastPathComponent, ".lua") {
        let program = try Program()
        let result = try program.run("run", file.path, "--smoke", "--no-record")
        XCTAssertEqual(result.code, 0, "\(file.lastPathComponent): \(result.errors)")
        XCTAssertTrue(program.list(".perilune").isEmpty)
        count += 1
      }
    }
    XCTAssertGreaterThan(count, 0)
  }

  /// Paths that a page names in backquotes or links exist.
  func testPathsInThePagesExist() throws {
    for page in [Self.root.appendingPathComponent("README.md")] + files("docs", ".md") {
      let text = try String(contentsOf: page, encoding: .utf8)
      for piece in text.split(whereSeparator: { "`()\n ".contains($0) }) {
        let starts = ["Sources/", "Tests/", "docs/", "examples/", "scripts/", "data/"]
        guard starts.contains(where: { piece.hasPrefix($0) }), !piece.contains("<"), !piece.contains("*") else {
          continue
        }
        let path = piece.trimmingCharacters(in: CharacterSet(charactersIn: ".,;:"))
        XCTAssertTrue(
          FileManager.default.fileExists(atPath: Self.root.appendingPathComponent(path).path)
            || FileManager.default.fileExists(
              atPath: page.deletingLastPathComponent().appendingPathComponent(path).path),
          "\(page.lastPathComponent): \(path)")
      }
    }
  }
}
