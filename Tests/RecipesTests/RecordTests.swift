import Basics
import Foundation
import Kernels
import Recipes
import XCTest

final class RecordTests: XCTestCase {
  func testDigest() {
    // FIPS 180-4, example of one block.
    XCTAssertEqual(Digest.sha256(Array("abc".utf8)), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    XCTAssertEqual(Digest.sha256([]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  func testFingerprintIsTheSameAtAnyNumberOfThreads() throws {
    let threads = Parallel.threads
    defer { Parallel.threads = threads }
    let begin = Date()
    let first = try Fingerprint.compute()
    XCTAssertLessThan(Date().timeIntervalSince(begin), 2)
    for count in [1, 2, 3, 4] {
      Parallel.threads = count
      XCTAssertEqual(try Fingerprint.compute(), first, "\(count) threads")
    }
    XCTAssertEqual(first.count, 64)
  }

  func testJSONReadsBackAsItWas() throws {
    let value: JSON = .record(
      ("text", .text("a\"b\\c\n\u{1}é")), ("number", .number(0.1)), ("whole", .number(3)), ("nan", .number(.nan)),
      ("list", .list([.integer(1), .boolean(true), .null])), ("empty", .object([])))
    for text in [value.compact, value.pretty] {
      let object = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      XCTAssertEqual(object["text"] as? String, "a\"b\\c\n\u{1}é")
      XCTAssertEqual(object["number"] as? Double, 0.1)
      XCTAssertEqual(object["whole"] as? Int, 3)
      XCTAssertTrue(object["nan"] is NSNull)
      XCTAssertEqual((object["list"] as? [Any])?.count, 3)
    }
    XCTAssertEqual(value.compact.contains("\n"), false)
  }

  func testEveryRecipeFunctionIsDocumentedWithAnExampleThatRuns() throws {
    let docs = try ScriptHost(file: RecipeFile(path: "docs", source: ""), options: RunOptions()).lab.docs
    let own = docs.all.filter { ["Recipes", "Plots"].contains($0.chapter) }
    XCTAssertGreaterThan(own.count, 25)
    for doc in own { XCTAssertEqual(Study.failure(doc.example), "no error", doc.name) }
  }

  func testObjectsAreReleased() throws {
    let script = try ScriptHost(
      file: RecipeFile(
        path: "x.lua", source: "for i = 1, 50 do lab.trials(function(run) return {a = run.seed} end) end"),
      options: RunOptions())
    _ = try script.run()
    script.host.collectGarbage()
    XCTAssertNil(script.host.liveObjects["Run"])
    XCTAssertNil(script.host.liveObjects["Trials"])
  }
}
