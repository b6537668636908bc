import Repl
import XCTest

final class TopLevelLocalsTests: XCTestCase {
  func testOnlyTheTopLevelIsRewritten() {
    XCTAssertEqual(TopLevelLocals("local x = 1").source, "      x = 1")
    XCTAssertEqual(TopLevelLocals("local a, b").source, "      a, b = nil")
    XCTAssertEqual(
      TopLevelLocals("local function f() local y = 1; return y end").source,
      "      function f() local y = 1; return y end")
    XCTAssertEqual(TopLevelLocals("do local x = 1 end").source, "do local x = 1 end")
    XCTAssertEqual(TopLevelLocals("print('local x = 1') -- local y").source, "print('local x = 1') -- local y")
    XCTAssertEqual(TopLevelLocals("local x = 1 local y = x").source, "      x = 1       y = x")
  }

  func testAttributesAreExplained() {
    let locals = TopLevelLocals("local x <const>, y <close> = 1, nil")
    XCTAssertEqual(locals.source, "      x        , y         = 1, nil")
    XCTAssertEqual(locals.names, ["x", "y"])
    XCTAssertTrue(locals.note?.contains("<close> does nothing") == true)
    XCTAssertTrue(TopLevelLocals("local x <const> = 1").note?.contains("may be assigned again") == true)
  }

  func testNamesSurvive() throws {
    let prompt = try TestPrompt()
    XCTAssertEqual(
      prompt.enter(
        "local x = 20", "local function twice(n) return 2 * n end", "twice(x)", "local empty", "empty == nil", "_"),
      "40\ntrue\ntrue\n")
  }

  func testIndentation() {
    XCTAssertEqual(ReplLanguage.indentation("for i = 1, 2 do"), 2)
    XCTAssertEqual(ReplLanguage.indentation("f({"), 2, "brackets of one line indent once")
    XCTAssertEqual(ReplLanguage.indentation("if x then\n  f(function()"), 4)
    XCTAssertEqual(ReplLanguage.indentation("do end"), 0)
  }

  func testHighlightingLeavesNothingOut() {
    for source in ["local x = [==[ open", "\"open", "a..b --[[ x ]] 0x1p-3 ~= 宽", "f'\\'' //::<<"] {
      XCTAssertEqual(LuaStyle.pieces(source).map(\.text).joined(), source)
    }
  }
}
