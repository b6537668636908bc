import Foundation
import LuaHost
import XCTest

final class CallSpeedTests: XCTestCase {
  /// Nanoseconds per round of a loop, the loop's own cost taken off; the best of three.
  private func nanoseconds(_ body: String) throws -> Double {
    let bench = try Bench()
    let count = 300_000
    func time(_ body: String) throws -> Double {
      let function = try XCTUnwrap(
        bench.run("return function() local v, w = vector(1), vector(2) for i = 1, \(count) do \(body) end end")
          .first?.reference)
      return try (0..<3).map { _ in
        let start = DispatchTime.now().uptimeNanoseconds
        _ = try bench.host.call(function)
        return Double(DispatchTime.now().uptimeNanoseconds - start) / Double(count)
      }.min() ?? .infinity
    }
    return try time(body) - (try time(""))
  }

  /// Generous bounds, for debug builds on busy machines; the figures are printed.
  func testCallsAreLean() throws {
    for (name, body, bound) in [
      ("C function", "local z = math.abs(i)", 1500.0), ("empty method", "v:empty()", 1500),
      ("field", "local x = v.x", 2000),
      ("add of two objects", "local z = v + w", 4000), ("throw and pcall", "pcall(v.scale, v, 'a')", 20000),
    ] {
      let cost = try nanoseconds(body)
      print("\(name): \(Int(cost)) ns")
      XCTAssertLessThan(cost, bound, name)
    }
  }
}
