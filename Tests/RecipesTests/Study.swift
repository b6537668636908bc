import Basics
import Recipes

/// A recipe's source, run inside the tests.
enum Study {
  static func run(_ source: String, _ change: (inout RunOptions) -> Void = { _ in }) throws -> Outcome {
    try script(source, change).run()
  }

  /// What a script prints.
  static func printed(_ source: String) throws -> String {
    let script = try script(source) { $0.isSilent = false }
    var bytes: [UInt8] = []
    script.host.output = { bytes += $0 }
    _ = try script.run()
    return String(decoding: bytes, as: UTF8.self)
  }

  static func verify(_ source: String) throws -> Outcome {
    var options = RunOptions()
    options.isSilent = true
    return try Verification.verify(RecipeFile(path: "study.lua", source: source), options: options)
  }

  /// The message of the error that a script ends with.
  static func failure(_ source: String, _ change: (inout RunOptions) -> Void = { _ in }) -> String {
    do {
      _ = try run(source, change)
      return "no error"
    } catch {
      return (error as? ScriptError)?.failure.message ?? "\(error)"
    }
  }

  private static func script(_ source: String, _ change: (inout RunOptions) -> Void) throws -> ScriptHost {
    var options = RunOptions()
    options.isSilent = true
    change(&options)
    return try ScriptHost(file: RecipeFile(path: "study.lua", source: source), options: options)
  }
}
