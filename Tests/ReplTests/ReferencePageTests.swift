import Foundation
import Recipes
import Repl
import XCTest

final class ReferencePageTests: XCTestCase {
  func testThePageIsCurrent() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/reference.md")
    let script = try ScriptHost(file: RecipeFile(path: "doc", source: ""), options: RunOptions())
    let current = ReferencePage.markdown(script.lab.docs)
    let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
    let difference = zip(lines, current.split(separator: "\n")).first { $0 != $1 }
    XCTAssertNil(difference.map { "\($0.0) / \($0.1)" }, "run: perilune doc --reference > docs/reference.md")
    XCTAssertEqual(
      lines.count, current.split(separator: "\n").count, "run: perilune doc --reference > docs/reference.md")
    for doc in script.lab.docs.all { XCTAssertTrue(current.contains(doc.example), doc.name) }
  }
}
