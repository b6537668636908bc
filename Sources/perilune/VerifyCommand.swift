import ArgumentParser
import Basics
import Recipes

/// `perilune verify FILE...`: trials, claims and controls; answers with its exit code.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check whether a recipe's claims hold on this machine, and whether its controls break them.",
    discussion:
      "Exit code 0: all supported; 1: something refuted, or a control that breaks nothing, or a bundle with other results; 2: undecided; 3: an error."
  )

  @Argument(help: "Recipes, or bundles that 'perilune pack' wrote.")
  var files: [String]

  @OptionGroup var arguments: RunArguments

  func run() throws {
    guard files.count == 1 || !arguments.json else {
      throw Failure(.argument, "--json prints one object, so verify takes one file with it")
    }
    var codes: Set<Int32> = []
    for path in files {
      if files.count > 1 { print("\(path)") }
      if RecipeBundle.isBundle(path) {
        codes.insert(try BundleVerification.run(path, arguments))
        continue
      }
      let file = try RecipeFile(path: path)
      let options = try arguments.options(for: file)
      let outcome = try Verification.verify(file, options: options) { place, count, says in
        if !arguments.quiet { StandardError.write("control \(place) of \(count): \(says)\n") }
      } prepare: {
        $0.catchControlC()
      }
      try arguments.finish(outcome)
      if outcome.controls.isEmpty, !outcome.claims.isEmpty {
        StandardError.write("perilune: \(file.name) has no control; a claim that nothing can break may say nothing\n")
      }
      codes.insert(outcome.verificationCode)
    }
    let worst: Int32 = codes.contains(1) ? 1 : codes.contains(2) ? 2 : 0
    if worst != 0 { throw ExitCode(worst) }
  }
}
