import Basics
import Recipes

/// `perilune verify BUNDLE`: the hashes first; then everything is executed again in a folder that is removed afterwards.
enum BundleVerification {
  /// - Returns: the exit code: that of the claims, and 1 when the results are not those of the bundle.
  static func run(_ path: String, _ arguments: RunArguments) throws -> Int32 {
    guard arguments.settings.isEmpty, arguments.parameterFile == nil, arguments.seeds == nil else {
      throw Failure(
        .argument, "a bundle is verified with its own parameters and seeds, so --set, --params and --seeds do not apply"
      )
    }
    let bundle = try RecipeBundle(path: path)
    let edited = bundle.edited
    guard edited.isEmpty else {
      throw Failure(
        .file,
        "'\(path)' was edited: \(edited.joined(separator: ", ")) \(edited.count == 1 ? "is" : "are") not what the hashes "
          + "say; nothing was executed")
    }
    return try RecipeBundle.withFolder { folder in
      let places = try bundle.unpack(into: folder)
      let record = try StoredRun(path: places.record)
      guard record.faults.isEmpty else {
        throw Failure(.file, "'\(path)' was edited: \(record.faults.joined(separator: "; ")); nothing was executed")
      }
      let reproduction = try Reexecution.run(
        record, try RecipeFile(path: places.recipe), jobs: arguments.jobs, quiet: arguments.quiet)
      let outcome = reproduction.outcome
      if arguments.json {
        print(
          JSON.record(
            ("reproduction", reproduction.json),
            ("verification", outcome.summary(fingerprint: try Fingerprint.current()))
          ).compact)
      } else {
        let table = VerdictTable.render(outcome)
        if !table.isEmpty { print(table) }
        print(reproduction.text, terminator: "")
      }
      return reproduction.differences.isEmpty ? outcome.verificationCode : 1
    }
  }
}
