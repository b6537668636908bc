import ArgumentParser
import Basics
import Foundation
import Kernels
import LuaHost
import Recipes

/// `perilune bench`: how fast this machine does the works of `scripts/bench`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time the works of scripts/bench; print a line of JSON for each.",
    discussion: """
      Every file of the folder is one work: it returns a table with the function `step`, the `units` that one call does, \
      and their name `unit`. The rate is the median of seven blocks of calls. Rates are comparable within one run only.
      """)

  @Option(help: ArgumentHelp("Only these works.", valueName: "name,name"))
  var only: String?

  @Option(help: "How many threads share the work.")
  var threads = 2

  @Option(help: "Seconds for each work, after the warm-up.")
  var seconds = 1.5

  @Option(name: .customLong("from"), help: ArgumentHelp("The folder of the works.", valueName: "folder"))
  var folder: String?

  func run() throws {
    guard threads >= 1, threads <= 1024 else {
      throw Failure(.argument, "--threads must be between 1 and 1024, found \(threads)")
    }
    guard seconds > 0, seconds <= 3600 else {
      throw Failure(.argument, "--seconds must be above 0 and at most 3600, found \(seconds)")
    }
    Parallel.threads = threads
    let folder = try self.folder ?? BenchmarkWork.folder()
    for name in try chosen(from: try BenchmarkWork.names(in: folder), in: folder) {
      let work = try BenchmarkWork(name, in: folder)
      let rate = try work.rate(seconds: seconds)
      print(
        JSON.object([
          JSON.Member(name: "peer", value: .text("perilune")), JSON.Member(name: "work", value: .text(name)),
          JSON.Member(name: "rate", value: .number(rate)), JSON.Member(name: "unit", value: .text(work.unit)),
        ]).compact)
      fflush(nil)
    }
  }

  private func chosen(from names: [String], in folder: String) throws -> [String] {
    guard let only else { return names }
    let wanted = only.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
    for name in wanted where !names.contains(name) {
      throw Failure(.argument, "there is no work '\(name)' in \(folder)" + NearestName.hint(name, among: names))
    }
    return wanted
  }
}
