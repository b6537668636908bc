import Basics
import Foundation
import LuaHost
import XCTest

final class InterruptTests: XCTestCase {
  /// Runs a script without an end, interrupts it from another thread after 50 ms, and expects it to stop soon.
  private func stops(_ source: String, file: StaticString = #filePath, line: UInt = #line) throws {
    let bench = try Bench()
    let interruption = bench.host.interruption
    let thread = Thread {
      Thread.sleep(forTimeInterval: 0.05)
      interruption.request()
    }
    thread.start()
    let start = Date()
    XCTAssertThrowsError(try bench.run(source), file: file, line: line) { error in
      XCTAssertEqual((error as? Failure)?.kind, .interrupted, file: file, line: line)
      let message = (error as? Failure)?.message ?? ""
      XCTAssertTrue(
        message.hasPrefix("recipe.lua:") && message.hasSuffix(": interrupted"), message, file: file, line: line)
    }
    XCTAssertLessThan(Date().timeIntervalSince(start), 0.25, file: file, line: line)
    XCTAssertFalse(interruption.isRequested, file: file, line: line)
    XCTAssertEqual(try bench.run("local s = 0 for i = 1, 10 do s = s + i end return s").first?.integer, 55)
  }

  func testLoop() throws { try stops("while true do end") }

  func testCoroutines() throws {
    try stops("local co = coroutine.create(function() while true do end end) coroutine.resume(co)")
    try stops("local f = coroutine.wrap(function() while true do end end) f()")
    try stops("while true do local co = coroutine.wrap(function() coroutine.yield(1) end) co() end")
    try stops("while true do coroutine.resume(coroutine.create(function() while true do end end)) end")
  }

  func testProtectedCalls() throws {
    try stops("while true do pcall(function() while true do end end) end")
    try stops("local function f() while true do end end while true do xpcall(f, f) end")
    try stops("while true do apply(function() pcall(function() while true do end end) end) end")
    try stops("while true do pcall(vector, 1) end")
  }

  func testCoroutineAfterInterruptStillWorks() throws {
    let bench = try Bench()
    try bench.run("co = coroutine.create(function() while true do coroutine.yield(1) end end)")
    bench.host.interrupt()
    XCTAssertThrowsError(try bench.run("return coroutine.resume(co)")) {
      XCTAssertEqual(($0 as? Failure)?.kind, .interrupted)
    }
    XCTAssertEqual(try bench.run("return select(2, coroutine.resume(co))").first?.integer, 1)
  }

  func testNativeWorkCanPoll() throws {
    let bench = try Bench()
    try bench.host.define("work") { call in
      let interruption = call.host.interruption
      while !interruption.isRequested { usleep(1000) }
      throw Failure(.interrupted, "interrupted")
    }
    let interruption = bench.host.interruption
    Thread {
      Thread.sleep(forTimeInterval: 0.02)
      interruption.request()
    }.start()
    bench.fails("work()", "recipe.lua:1: work: interrupted", .interrupted)
  }

  func testControlC() throws {
    let bench = try Bench()
    bench.host.interruption.catchControlC()
    defer { Interruption.releaseControlC() }
    Thread {
      Thread.sleep(forTimeInterval: 0.05)
      kill(getpid(), SIGINT)
    }.start()
    bench.fails("while true do end", "recipe.lua:1: interrupted", .interrupted)
  }
}
