import ArgumentParser
import Basics
import Kernels
import Recipes

/// `perilune info`: what this program is and what it runs on.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Print version, processor, BLAS core type, threads and numerics fingerprint.")

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let facts = [
      ("version", HostVersion.current), ("processor", Machine.processor), ("blas core", BlasInfo.coreType),
      ("threads", String(Parallel.threads)), ("fingerprint", try Fingerprint.compute()),
    ]
    if json {
      print(
        JSON.object(
          facts.map {
            JSON.Member(
              name: $0.0.replacing(" ", with: "_"), value: $0.0 == "threads" ? .integer(Parallel.threads) : .text($0.1))
          }
        ).compact)
      return
    }
    for (name, value) in facts { print(name + String(repeating: " ", count: 13 - name.count) + value) }
  }
}
