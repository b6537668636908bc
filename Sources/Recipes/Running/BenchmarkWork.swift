import Autodiff
import Basics
import Bindings
import Foundation
import LuaHost
import Tensors

/// A piece of work to be timed: a file that returns a table with the function `step`.
public struct BenchmarkWork {
  /// What `units` counts, such as "token/s".
  public let unit: String
  private let units: Double
  private let step: LuaReference
  private let trained: LuaReference?
  private let script: ScriptHost

  /// Runs the file, which makes what the work needs.
  ///
  /// - Parameter name: the file's name without `.lua`. Where there is no such file, a number at the name's end is the
  ///   argument of the file that the rest names: `width-256` runs `width.lua` with 256.
  /// - Throws: `Failure` when the file does not return such a table; `ScriptError` when it fails.
  public init(_ name: String, in folder: String) throws {
    let (stem, argument) = Self.parts(of: name, in: folder)
    let file = try RecipeFile(path: "\(folder)/\(stem).lua")
    script = try ScriptHost(file: file, options: RunOptions())
    script.catchControlC()
    let arguments = argument.map { [LuaValue.integer($0)] } ?? []
    guard
      let work = try script.host.run(source: file.source, name: file.name, arguments: arguments).first?.reference,
      let step = try work["step"].reference, let unit = try work["unit"].string, let units = try work["units"].number
    else {
      throw Failure(.script, "\(file.name) must return {step = function, units = number, unit = text}")
    }
    self.step = step
    self.unit = unit
    self.units = units
    trained = try work["trained"].reference
  }

  private static func parts(of name: String, in folder: String) -> (stem: String, argument: Int?) {
    guard !FileManager.default.fileExists(atPath: "\(folder)/\(name).lua"), let mark = name.lastIndex(of: "-"),
      let argument = Int(name[name.index(after: mark)...])
    else { return (name, nil) }
    return (String(name[..<mark]), argument)
  }

  /// Whether a name stands for a file of the folder, or for one with an argument.
  public static func exists(_ name: String, in folder: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/\(parts(of: name, in: folder).stem).lua")
  }

  /// Units a second: the median of seven blocks of calls that together last about `seconds`, after three calls.
  public func rate(seconds: Double) throws -> Double {
    try run(steps: 3)
    let once = try time(calls: 1)
    let calls = max(1, Int(min(seconds / 7 / max(once, 1e-7), 1e9)))
    var rates: [Double] = []
    for _ in 0..<7 { rates.append(units * Double(calls) / (try time(calls: calls))) }
    return rates.sorted()[3]
  }

  /// Calls `step` so many times.
  public func run(steps: Int) throws {
    for _ in 0..<steps { _ = try script.host.call(step) }
  }

  private func time(calls: Int) throws -> Double {
    let clock = Clock()
    try run(steps: calls)
    return clock.seconds
  }

  /// SHA-256 of the elements of all tensors that the work trains, in their order, in hexadecimal.
  ///
  /// - Throws: `Failure` for a work that trains nothing: its table has no list of tensors `trained`.
  public func digestOfTrainedTensors() throws -> String {
    guard let tensors = try trained?.values(), !tensors.isEmpty else {
      throw Failure(.script, "\(script.file.name) trains nothing: the table that it returns has no list 'trained'")
    }
    var digest = Digest()
    for value in tensors {
      guard let tensor = value.object(script.lab.tensors) else {
        throw Failure(.script, "\(script.file.name): every entry of 'trained' must be a Tensor")
      }
      let whole = try tensor.contiguous()
      digest.add(UnsafeRawBufferPointer(start: whole.start, count: whole.byteCount))
    }
    return digest.hexadecimal
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
