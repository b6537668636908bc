import Foundation
import XCTest

/// Bad values inside scripts end the program in an orderly way: one sentence, the line, exit code 3.
final class BadValueTests: XCTestCase {
  func testExitCodeAndSentence() throws {
    for (script, message) in [
      ("lab.zeros{2^40}", "zeros: this needs 4.4 TB, but tensors hold "),
      ("lab.zeros{-1}", "zeros: a size cannot be negative, found -1"),
      ("lab.ones{2}:sum(0)", "sum: argument 1 (dim) is 0, but dimensions count from 1 (-1 is the last)"),
      ("lab.relu(io.stderr)", "relu: argument 1 (x) must be a Tensor, but is a file"),
      ("lab.ones{2}:softmx(1)", "Tensor has no field or method 'softmx'; did you mean 'softmax'?"),
      ("lab.load('no.safetensors')", "load: no.safetensors cannot be opened: no such file or directory"),
      ("lab.data.csv('no.csv')", "csv: no.csv cannot be opened: no such file or directory"),
      ("lab.save('no/w.safetensors', lab.nn.Linear(1, 1):weights())", "save: no/w.safetensors cannot be written"),
      ("require 'no.such.module'", "require: there is no module 'no.such.module'"),
      ("local function f() return f() + 1 end f()", "stack overflow"),
      ("local t = setmetatable({}, {__index = function(t, k) return t[k] end}) print(t.x)", "stack overflow"),
    ] {
      let program = try Program()
      let result = try program.run(script: script)
      XCTAssertEqual(result.code, 3, script)
      XCTAssertEqual(result.output, "", script)
      XCTAssertTrue(result.errors.hasPrefix("perilune: script.lua:1: \(message)"), result.errors)
      XCTAssertFalse(result.errors.contains(".swift"), result.errors)
      XCTAssertEqual(program.list("").filter { !$0.hasPrefix(".") }, ["script.lua"], script)
    }
  }

  func testAnUnreadableFile() throws {
    let program = try Program()
    try program.write("w.safetensors", Data(repeating: 0, count: 100))
    for (call, message) in [
      ("lab.load('w.safetensors')", "load: w.safetensors "), ("lab.load('.')", "load: . "),
      ("lab.data.csv('.')", "csv: . "), ("lab.data.mnist('.')", "mnist: . has no file "),
    ] {
      let result = try program.run(script: call)
      XCTAssertEqual(result.code, 3, call)
      XCTAssertTrue(result.errors.hasPrefix("perilune: script.lua:1: "), result.errors)
      XCTAssertTrue(result.errors.contains(message), result.errors)
    }
  }
}
