import Foundation
import XCTest

/// The promise of the same bits, for the recipes that come with the program, in their smoke sizes: at 1 to 4 threads and
/// at 1, 2 and 4 jobs. Two recipes in the quick tier, all in the full one.
final class SameBitsTests: XCTestCase {
  func testRecipesGiveTheSameBitsAtAnyNumberOfThreadsAndJobs() throws {
    let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("examples")
    let all = FileManager.default.enumerator(atPath: examples.path)?.compactMap { $0 as? String } ?? []
    let recipes = all.filter { $0.hasSuffix(".lua") && !$0.hasPrefix("tour/") }.sorted()
    XCTAssertGreaterThan(recipes.count, 1)
    for recipe in Tier.isFull ? recipes : Array(recipes.prefix(2)) {
      let program = try Program()
      let common = ["run", examples.appendingPathComponent(recipe).path, "--smoke", "--no-record", "--json"]
      let first = try program.run(list: common + ["--seeds", "2", "--jobs", "1", "--threads", "1"])
      XCTAssertEqual(first.code, 0, "\(recipe): \(first.errors)")
      let settings =
        Tier.isFull
        ? [("1", "2"), ("1", "3"), ("1", "4"), ("2", "2"), ("4", "4")] : [("1", "3"), ("2", "2")]
      for (jobs, threads) in settings {
        let other = try program.run(list: common + ["--seeds", "2", "--jobs", jobs, "--threads", threads])
        XCTAssertEqual(try other.metrics(), try first.metrics(), "\(recipe): \(jobs) jobs, \(threads) threads")
      }
    }
  }
}
