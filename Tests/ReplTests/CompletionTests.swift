import Foundation
import Recipes
import XCTest

final class CompletionTests: XCTestCase {
  func testNamesFieldsAndMethods() throws {
    let prompt = try TestPrompt()
    _ = prompt.enter(
      "local x = lab.ones{2, 2}", "local settings = {first = 1, second = {inner = 2}}",
      "local net = lab.nn.Sequential{ lab.nn.Linear(2, 2) }", "net.blocks = {lab.nn.Linear(3, 3)}")
    XCTAssertEqual(prompt.complete("sett"), ["settings"])
    XCTAssertEqual(prompt.complete("settings.second.i"), ["inner"])
    XCTAssertEqual(prompt.complete("settings[\"second\"]."), ["inner"])
    XCTAssertTrue(prompt.complete("x:soft").starts(with: ["softmax", "softplus"]))
    XCTAssertTrue(prompt.complete("print(x:soft").contains("softmax"))
    XCTAssertEqual(prompt.complete("net.blocks[1].wei"), ["weight", "weights"])
    XCTAssertTrue(prompt.complete("net:par").contains("parameters"))
    XCTAssertTrue(prompt.complete("lab.randn{2}:rel").contains("relu"))
    XCTAssertTrue(prompt.complete("net(x):rel").contains("relu"), "a call of a module gives a tensor")
    _ = prompt.enter("local rows = lab.data.digits()")
    XCTAssertTrue(prompt.complete("rows.x:rel").contains("relu"), "a column is one, too")
    XCTAssertTrue(prompt.complete("lab.nn.Lin").contains("Linear"))
    XCTAssertEqual(prompt.complete("whi"), ["while"])
    XCTAssertEqual(prompt.complete("1.5"), [])
    XCTAssertEqual(prompt.complete("-- se"), [])
  }

  func testSignaturesAndOptions() throws {
    let prompt = try TestPrompt()
    let options = prompt.complete("lab.train(net, data, {")
    XCTAssertTrue(options.contains("batch = ") && options.contains("steps = "), "\(options)")
    XCTAssertFalse(prompt.complete("lab.train(net, data, {steps = 5, ").contains("steps = "), "given keys are left out")
    XCTAssertEqual(prompt.complete("lab.train(net, data, {steps = 5, sch"), ["schedule = "])
    XCTAssertTrue(prompt.complete("lab.recipe{ se").contains("seeds = "))
    XCTAssertTrue(prompt.session.completer.complete("lab.nn.Linear(").note?.contains("lab.nn.Linear(inputs") == true)
    let softmax = try XCTUnwrap(prompt.session.completer.complete("lab.softma").items.first)
    XCTAssertTrue(softmax.detail.contains("lab.softmax(x"), softmax.detail)
  }

  func testParametersCommandsAndHelp() throws {
    let prompt = try TestPrompt()
    _ = prompt.enter(
      "P = lab.recipe{ id = \"study\", params = { width = 8, depth = lab.int(2, {help = \"layers\"}) } }")
    XCTAssertEqual(prompt.complete("P."), ["depth", "width"])
    XCTAssertTrue(prompt.session.completer.complete("P.d").items[0].detail.contains("layers"))
    XCTAssertEqual(prompt.complete(":be"), ["bench"])
    XCTAssertTrue(prompt.complete("?softm").contains("lab.softmax"))
  }

  func testFilesInTexts() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("perilune-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder + "/weights", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try "".write(toFile: folder + "/words.txt", atomically: true, encoding: .utf8)
    XCTAssertEqual(try TestPrompt().complete("lab.load(\"\(folder)/w"), ["weights/", "words.txt"])
  }

  func testNeverRunsCodeOfTheUser() throws {
    let prompt = try TestPrompt()
    _ = prompt.enter(
      "trap = setmetatable({own = 1}, {__index = function() ran = true end, __pairs = function() ran = true end})")
    XCTAssertEqual(prompt.complete("trap."), ["own"])
    XCTAssertEqual(prompt.complete("trap.other."), [])
    XCTAssertTrue(try prompt.script.host.global("ran").isNil)
  }

  func testTenThousandNamesAreQuick() throws {
    let prompt = try TestPrompt()
    _ = prompt.enter("for i = 1, 10000 do _G[\"name_\" .. i] = i end")
    // The processor's time for it, and the best of several: other processes only ever add to it.
    func seconds() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let best =
      (0..<10).map { _ in
        let start = seconds()
        XCTAssertEqual(prompt.complete("name_").count, 10000)
        return seconds() - start
      }.min() ?? 1
    XCTAssertLessThan(best, 0.02)
  }
}
