import Foundation
import XCTest

/// A step of small works takes hardly more instructions and allocations than the table says. Full tier, and only where
/// valgrind is installed.
final class InstructionTests: XCTestCase {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("scripts/bench")
  /// Versions of libraries and processors change some percent; a careless change costs more.
  private static let tolerance = 0.05

  private func isInstalled(_ tool: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: $0 + "/" + tool)
    }
  }

  private func table(_ text: String) -> [String: [Double]] {
    var rows: [String: [Double]] = [:]
    for line in text.split(separator: "\n").dropFirst() {
      let parts = line.split(separator: "\t")
      rows[String(parts[0])] = parts.dropFirst().compactMap { Double($0) }
    }
    return rows
  }

  func testInstructionsAreThoseOfTheTable() throws {
    try XCTSkipUnless(Tier.isFull, "callgrind is slow; the full tier runs it")
    for tool in ["valgrind", "objcopy"] {
      try XCTSkipUnless(isInstalled(tool), "\(tool) is not installed, so instructions are not counted")
    }
    let counted = try Program().execute(
      Self.folder.appendingPathComponent("instructions").path, [Program.executable.path])
    XCTAssertEqual(counted.code, 0, counted.errors)
    let found = table(counted.output)
    let expected = table(
      try String(contentsOf: Self.folder.appendingPathComponent("instructions.tsv"), encoding: .utf8))
    XCTAssertEqual(Set(found.keys), Set(expected.keys))
    for (work, numbers) in expected.sorted(by: { $0.key < $1.key }) {
      for (name, (now, before)) in zip(["instructions", "allocations"], zip(found[work] ?? [], numbers)) {
        XCTAssertLessThan(
          abs(now - before), Self.tolerance * before + 1,
          """
          A step of \(work) takes \(Int(now)) \(name) instead of \(Int(before)). \
          If that is meant: scripts/bench/instructions > scripts/bench/instructions.tsv
          """)
      }
    }
  }
}
