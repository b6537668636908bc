import Bindings
import Figures
import LineEditor
import Recipes
import Repl
import XCTest

final class SettingsTests: XCTestCase {
  override func tearDown() { (TensorText.edge, TensorText.precision) = (3, 4) }

  func testTheListNamesAllSettings() throws {
    let prompt = try TestPrompt()
    let list = prompt.enter(":set")
    for name in ["threads", "precision", "lines", "graphics", "width", "colour", "shapes"] {
      XCTAssertTrue(list.contains(":set \(name) "), list)
    }
    XCTAssertTrue(list.contains("auto (braille)"), list)
    XCTAssertTrue(list.contains("auto (80)"), list)
    XCTAssertEqual(
      prompt.enter(":set precision"), ":set precision  4  decimals of tensors: 0 to 17\n")
    XCTAssertEqual(prompt.complete(":set gr"), ["graphics"])
  }

  func testPrecisionAndLines() throws {
    let prompt = try TestPrompt()
    XCTAssertEqual(prompt.enter(":set precision 2", "lab.tensor{0.125, 1e-9}"), "{1.25e-01, 1.00e-09} float32 {2}\n")
    XCTAssertEqual(prompt.enter("lab.tensor{0.125, 0.5}"), "{0.12, 0.50} float32 {2}\n")
    XCTAssertEqual(
      prompt.enter(":set lines 1", "lab.arange(1000)"), "{   1, ..., 1000} float32 {1000}\n")
  }

  func testFiguresFollowTheSettings() throws {
    let prompt = try TestPrompt()
    let bar = "lab.plot.bars{ {name = \"a\", values = {1}}, categories = {\"x\"} }"
    XCTAssertEqual(prompt.enter(":set width 20", bar), "x " + String(repeating: "█", count: 16) + " 1\n")
    XCTAssertEqual(prompt.enter(":set graphics none", bar), "")
    XCTAssertTrue(prompt.enter(":set graphics kitty", bar).contains("\u{1B}_Ga=T,f=32"))
    XCTAssertTrue(prompt.enter(":set graphics auto", ":set colour on", bar).contains("\u{1B}[38;5;74m█"))
    prompt.session.learn(.attributes([62, 4]))
    prompt.session.learn(.cell(width: 8, height: 12))
    XCTAssertTrue(prompt.enter(bar).contains("\u{1B}P0;1;0q\"1;1;128;12"))
  }

  func testProfileNamesLayersByTheirPath() throws {
    let prompt = try TestPrompt()
    _ = prompt.enter(
      "local net = lab.nn.Sequential{ lab.nn.Linear(64, 64), lab.nn.ReLU(), lab.nn.Linear(64, 8) }",
      "local x = lab.randn{32, 64}")
    let text = prompt.enter(":profile net(x)")
    for row in ["net.1: Linear", "net.2: ReLU", "net.3: Linear"] {
      XCTAssertTrue(text.contains("\n" + row + " "), text)
    }
    XCTAssertTrue(text.contains(" were allocated for tensors, which hold "), text)
    XCTAssertTrue(prompt.enter(":profile lab.nn.Linear(64, 2)(x)").contains("\nLinear "), text)
  }

  func testDebugTellsTailCalls() throws {
    let prompt = try TestPrompt()
    _ = prompt.enter(
      "local function inner(a) local k = 7 error('no') end", "local function outer(a) return inner(a) end", "outer(1)")
    let text = prompt.enter(":debug")
    XCTAssertTrue(text.contains("k = 7"), text)
    XCTAssertTrue(text.contains("(a tail call: return f(...) left nothing of the function that called it)"), text)
  }
}
