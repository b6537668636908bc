import Basics
import Foundation
import LuaHost

/// A piece of work to be timed: a file that returns a table with the function `step`.
public struct BenchmarkWork {
  /// What `units` counts, such as "token/s".
  public let unit: String
  private let units: Double
  private let step: LuaReference
  private let script: ScriptHost

  /// Runs the file, which makes what the work needs.
  ///
  /// - Throws: `Failure` when the file does not return such a table; `ScriptError` when it fails.
  public init(_ name: String, in folder: String) throws {
    let file = try RecipeFile(path: "\(folder)/\(name).lua")
    script = try ScriptHost(file: file, options: RunOptions())
    script.catchControlC()
    guard let work = try script.host.run(source: file.source, name: file.name).first?.reference,
      let step = try work["step"].reference, let unit = try work["unit"].string, let units = try work["units"].number
    else {
      throw Failure(.script, "\(file.name) must return {step = function, units = number, unit = text}")
    }
    self.step = step
    self.unit = unit
    self.units = units
  }

  /// Units a second: the median of seven blocks of calls that together last about `seconds`, after three calls.
  public func rate(seconds: Double) throws -> Double {
    for _ in 0..<3 { try call() }
    let once = try time(calls: 1)
    let calls = max(1, Int(min(seconds / 7 / max(once, 1e-7), 1e9)))
    var rates: [Double] = []
    for _ in 0..<7 { rates.append(units * Double(calls) / (try time(calls: calls))) }
    return rates.sorted()[3]
  }

  private func call() throws { _ = try script.host.call(step) }

  private func time(calls: Int) throws -> Double {
    let clock = Clock()
    for _ in 0..<calls { try call() }
    return clock.seconds
  }

  /// The works of a folder in the order of its `order.txt`, where there is one, else by name.
  public static func names(in folder: String) throws -> [String] {
    guard let files = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw Failure(.file, "cannot read the folder \(folder)")
    }
    let list = "\(folder)/order.txt"
    if files.contains("order.txt"), let text = try? String(contentsOfFile: list, encoding: .utf8) {
      return text.split(whereSeparator: \.isWhitespace).map(String.init)
    }
    return files.filter { $0.hasSuffix(".lua") }.map { String($0.dropLast(4)) }.sorted()
  }

  /// `scripts/bench` in the working folder, or in the project that the program was built in.
  public static func folder() throws -> String {
    var places = ["scripts/bench"]
    var place = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    while place.path.count > 1 {
      places.append(place.appendingPathComponent("scripts/bench").path)
      place.deleteLastPathComponent()
    }
    for place in places where FileManager.default.fileExists(atPath: place) { return place }
    throw Failure(.file, "there is no folder scripts/bench here; name one with --from")
  }
}
